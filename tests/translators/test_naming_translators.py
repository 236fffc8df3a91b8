"""A translator by its name: on a command line, in a setup, with what it needs and what it remembers."""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path

import pytest

from tests.apertium_pairs import apertium
from tests.translation_models import save_marian
from xrag.errors import UnknownComponent, Unsupported, UsageError
from xrag.translators.cache import CachedTranslator
from xrag.translators.lexicon import LexiconTranslator
from xrag.translators.naming import CACHE, cache_path, open_translator


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "kept" / "translations.sqlite"
    monkeypatch.setenv(CACHE, str(path))
    return path


def entries(path: Path) -> int:
    with sqlite3.connect(path) as connection:
        [[count]] = connection.execute("SELECT count(*) FROM translation")
    connection.close()
    return int(count)


@pytest.mark.filterwarnings("ignore:Recommended. pip install sacremoses")
def test_a_model_stands_after_the_colon_and_what_it_says_is_kept(cache: Path, tmp_path: Path) -> None:
    model = save_marian(tmp_path / "marian")
    first = open_translator(f"hf:{model}", {"beams": 1}).translate(["agua", "casa"], "es", "en")
    assert entries(cache) == 2
    assert open_translator(f"hf:{model}", {"beams": 1}).translate(["agua", "casa"], "es", "en") == first
    open_translator(f"hf:{model}", {"beams": 2}).translate(["agua"], "es", "en")
    assert entries(cache) == 3


def test_one_file_keeps_the_translations_of_all(cache: Path) -> None:
    apertium("es", "en")
    open_translator("apertium").translate(["agua"], "es", "en")
    open_translator("apertium", {"deadline": 30}).translate(["agua", "casa"], "es", "en")
    assert entries(cache) == 2


def test_the_lexicon_is_faster_than_a_cache(cache: Path) -> None:
    assert isinstance(open_translator("lexicon"), LexiconTranslator)
    assert not cache.exists()


def test_the_cache_may_be_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    apertium("es", "en")
    monkeypatch.setenv(CACHE, "")
    assert cache_path() is None
    assert not isinstance(open_translator("apertium"), CachedTranslator)


def test_without_a_name_the_cache_lies_in_the_users_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(CACHE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_path() == tmp_path / "xrag" / "translations.sqlite"


def test_a_directory_that_cannot_be_written_is_done_without_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv(CACHE, str(tmp_path / "file" / "cache.sqlite"))
    with caplog.at_level(logging.WARNING):
        assert cache_path() is None
    assert f"name a file in {CACHE}" in caplog.text


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        ("lexikon", UnknownComponent, "did you mean lexicon"),
        ("identity:x", UsageError, "'identity' takes nothing after a colon"),
        ("hf:", UsageError, "'hf' takes MODEL after the colon"),
        ("hf", UsageError, "the translator 'hf' needs the option 'model'"),
        ("apertium:x", UsageError, "'apertium' takes nothing after a colon"),
    ],
)
def test_a_name_that_cannot_be_is_one_clear_error(name: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        open_translator(name)


def test_an_option_of_another_kind_is_one_clear_error() -> None:
    apertium("es", "en")
    with pytest.raises(UsageError, match="'apertium' cannot be made with its options"):
        open_translator("apertium", {"deadline": "soon"})


def test_of_several_translators_the_first_that_has_the_pair_translates() -> None:
    apertium("es", "en")
    both = open_translator("apertium+lexicon")
    assert both.translate(["¿Quién escribió el libro?"], "es", "en")[0].text == "Who wrote the book?"
    [german] = both.translate(["Wien"], "de", "en")
    assert (german.text, bool(german.terms)) == ("Vienna", True)
    alone = (open_translator("apertium").fingerprint, open_translator("lexicon").fingerprint)
    assert both.fingerprint == " + ".join(alone)


def test_of_several_translators_the_last_says_what_is_missing() -> None:
    apertium("es", "en")
    with pytest.raises(Unsupported, match="Apertium has no data"):
        open_translator("apertium+apertium").translate(["水"], "ja", "en")
