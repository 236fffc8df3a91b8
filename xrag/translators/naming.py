"""The name of a translator on a command line or in a setup.

``NAME``, or ``NAME:WHAT`` for one that needs a model; ``NAME+NAME`` for the first of them that has a pair of languages.
"""

from __future__ import annotations

import inspect
import logging
import os
from collections.abc import Mapping
from pathlib import Path

from platformdirs import user_cache_path

from xrag import registry
from xrag.errors import UsageError
from xrag.protocols import Translator
from xrag.translators.cache import CachedTranslator
from xrag.translators.chain import FirstThatCan
from xrag.types import Json

CACHE = "XRAG_TRANSLATIONS"
"""The variable that names the file of the cache; set to nothing, there is none."""
_FREE = frozenset({"identity", "lexicon"})
"""Translators that are faster than a cache."""
_log = logging.getLogger(__name__)


def open_translator(name: str, options: Mapping[str, Json] | None = None) -> Translator:
    """The registered translator of that name with its options; what stands after the colon is the one that it needs.
    Of several names joined by ``+`` the options are those of the first.

    What it says is remembered in one file for all translators, at ``cache_path``. Raises ``UnknownComponent``, ``UsageError``
    for an option that it does not take or needs, and what the translator raises.
    """
    first, *others = _names(name)
    made = _opened(first, dict(options or {}))
    return FirstThatCan([made, *(_opened(other, {}) for other in others)]) if others else made


def backends(name: str) -> list[str]:
    """The registered names in the name of a translator."""
    return [one.partition(":")[0] for one in _names(name)]


def _names(name: str) -> list[str]:
    """The names that are joined by ``+``, a path that has one left whole."""
    parts = name.split("+")
    known = registry.components("translator")
    return parts if all(part.partition(":")[0] in known for part in parts) else [name]


def _opened(name: str, given: dict[str, Json]) -> Translator:
    backend, colon, what = name.partition(":")
    if colon:
        parameters = inspect.signature(registry.load("translator", backend)).parameters
        takes = [one.name for one in parameters.values() if one.default is one.empty]
        if not takes or not what:
            raise UsageError(f"the translator '{name}' cannot be: '{backend}' {_hint(takes)}")
        given[takes[0]] = what
    try:
        made: Translator = registry.make("translator", backend, given)
    except TypeError as error:
        raise UsageError(f"the translator '{name}' cannot be made with its options: {error}") from error
    path = None if backend in _FREE else cache_path()
    return CachedTranslator(made, path) if path else made


def cache_path() -> Path | None:
    """Where translations are kept: the file that ``XRAG_TRANSLATIONS`` names, else one in the user's cache directory.

    None where that variable is set to nothing, or the directory cannot be written to, with a warning through ``logging``.
    """
    named = os.environ.get(CACHE)
    if named is not None and not named.strip():
        return None
    path = Path(named) if named else user_cache_path("xrag", appauthor=False) / "translations.sqlite"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        _log.warning("translations are not kept: %s; name a file in %s", error, CACHE)
        return None
    return path


def _hint(takes: list[str]) -> str:
    return f"takes {takes[0].upper()} after the colon" if takes else "takes nothing after a colon"
