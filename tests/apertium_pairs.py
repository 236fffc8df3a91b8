"""Apertium with a pair of languages, for the tests that need them and are skipped where they are not installed."""

from __future__ import annotations

import pytest

from xrag.errors import TranslationError
from xrag.translators.apertium import ApertiumTranslator


def apertium(source: str, target: str) -> ApertiumTranslator:
    try:
        translator = ApertiumTranslator()
    except TranslationError as error:
        pytest.skip(str(error))
    if (source, target) not in translator.pairs:
        pytest.skip(f"Apertium's data from {source} into {target} are not installed (.ci/run names the packages)")
    return translator
