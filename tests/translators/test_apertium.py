"""The installed Apertium: one process for a batch, nothing mixed up between texts, nothing of its stream's form in a text."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest

from tests.apertium_pairs import apertium
from xrag.errors import TranslationError, Unsupported, UsageError
from xrag.translators.apertium import ApertiumTranslator
from xrag.translators.cache import CachedTranslator


def translated(text: str, source: str, target: str) -> str:
    return apertium(source, target).translate([text], source, target)[0].text


@pytest.mark.parametrize(
    ("text", "source", "target", "wanted"),
    [
        ("¿Quién escribió el libro?", "es", "en", "Who wrote the book?"),
        ("The book is on the table.", "en", "es", "El libro es en la mesa."),
        ("Скопје е главен град на Македонија.", "mk", "en", "Skopje is capital city of Macedonia."),
        ("Hvað er höfuðborg Íslands?", "is", "en", "What is capital of Iceland?"),
        ("Beograd je glavni grad.", "hr", "en", "Beograd is prime city."),
        ("Кот спит.", "ru", "uk", "Кіт спить."),
        ("آپ کا نام کیا ہے؟", "ur", "hi", "आपका नाम किया है?"),
    ],
)
def test_a_text_is_translated(text: str, source: str, target: str, wanted: str) -> None:
    assert translated(text, source, target) == wanted


@pytest.mark.parametrize("code", ["es", "spa", "spa_Latn", "Spanish"])
def test_a_language_may_be_called_by_any_of_its_codes(code: str) -> None:
    [translation] = apertium("es", "en").translate(["agua"], code, "eng")
    assert (translation.text, translation.source, translation.target) == ("Water", "es", "en")


ODD = [
    "[corchete] {llave} <b>negrita</b> ^x/y$ a@b \\ ~",
    "cero\0byte",
    "dos\nlíneas\n\ny un párrafo",
    "*zxqvjwk # 3 * 4 @ +uno",
    "  espacios  ",
    ".[]",
    "😀 agua \ufeff\u200f",
]


@pytest.mark.parametrize("text", ODD)
def test_a_text_in_the_way_of_the_frames_is_translated_as_alone(text: str) -> None:
    translator = apertium("es", "en")
    [before, found, after] = translator.translate(["La casa", text, "blanca"], "es", "en")
    assert (before.text, after.text) == ("The house", "White")
    assert found.text == translator.translate([text], "es", "en")[0].text


def test_what_marks_and_parts_a_stream_comes_back_as_it_was() -> None:
    reserved = "[[ ]] {} <b> ^/$ \\ ~ * # @ +"
    assert translated(reserved, "es", "en") == reserved


@pytest.mark.parametrize(
    "word", ["zxqvjwk", "Ελλάδα", "Россия", "مصر", "भारत", "ไทย", "中国", "日本", "한국", "ישראל", "İstanbul"]
)
def test_an_unknown_word_of_any_script_stays_without_a_mark(word: str) -> None:
    assert translated(f"El agua y {word} beben.", "es", "en") == f"The water and {word} drink."


def test_a_text_that_ends_without_a_full_stop_is_given_none() -> None:
    assert translated("agua", "es", "en") == "Water"
    assert translated("Bebe agua.", "es", "en").count(".") == 1


def test_more_texts_than_a_process_is_given_keep_their_order() -> None:
    texts = [f"{number} libros" for number in range(300)]
    found = [translation.text for translation in apertium("es", "en").translate(texts, "es", "en")]
    assert found == [text.replace("libros", "books") if text[:2] != "1 " else found[1] for text in texts]


def test_half_a_character_does_not_end_the_batch() -> None:
    found = apertium("es", "en").translate(["agua", "\ud83d", "libro"], "es", "en")
    assert [found[0].text, found[2].text] == ["Water", "Book"]


@pytest.mark.parametrize(("source", "target"), [("es", "es"), ("und", "en")])
def test_what_needs_no_translation_or_can_have_none_stays_as_it_stands(source: str, target: str) -> None:
    assert apertium("es", "en").translate(["¿Quién?"], source, target)[0].text == "¿Quién?"


def test_a_pair_that_is_not_installed_is_named_with_those_that_are() -> None:
    with pytest.raises(
        Unsupported, match=r"from Japanese \(ja\) into English \(en\).* it has: .*es-en.* apt-get install"
    ):
        apertium("es", "en").translate(["水"], "ja", "en")


def test_a_cached_translation_needs_no_program_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    translator = apertium("es", "en")
    cached = CachedTranslator(translator, tmp_path / "cache.sqlite")
    first = cached.translate(["agua"], "es", "en")
    monkeypatch.setattr(translator, "_program", "/nonexistent")
    assert cached.translate(["agua"], "es", "en") == first


def test_the_fingerprint_names_the_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = apertium("es", "en")
    shutil.copytree(before._data / "modes", tmp_path / "modes")
    monkeypatch.setenv("APERTIUM_DATADIR", str(tmp_path))
    same = ApertiumTranslator().fingerprint
    with (tmp_path / "modes" / "spa-eng.mode").open("a") as mode:
        mode.write("# altered\n")
    assert before.fingerprint == same != ApertiumTranslator().fingerprint


def test_a_missing_program_is_one_clear_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(TranslationError, match="'apertium' is not installed.*apt-get install apertium"):
        ApertiumTranslator()


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program in Apertium's place, to fail as it is told, with data for one pair."""
    (tmp_path / "share/apertium/modes").mkdir(parents=True)
    (tmp_path / "share/apertium/modes/spa-eng.mode").touch()
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin/apertium"
    monkeypatch.delenv("APERTIUM_DATADIR", raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    return program


def fails(program: Path, script: str, deadline: float = 30) -> ApertiumTranslator:
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return ApertiumTranslator(deadline=deadline)


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("echo 'no UTF-8 locale' >&2; exit 3", "Apertium failed: no UTF-8 locale"),
        ("exit 3", "Apertium failed: exit status 3"),
        ("cat > /dev/null", "returned 0 translations of 2 texts"),
        ("cat > /dev/null; printf 'one\\0two\\0three\\0'", "returned 3 translations of 2 texts"),
    ],
)
def test_a_program_that_fails_is_one_clear_error(stand_in: Path, script: str, message: str) -> None:
    with pytest.raises(TranslationError, match=message):
        fails(stand_in, script).translate(["uno", "dos"], "es", "en")


def test_a_program_that_hangs_is_ended_with_its_children(stand_in: Path, tmp_path: Path) -> None:
    translator = fails(stand_in, f"sleep 60 & echo $! > {tmp_path}/child; wait", deadline=0.5)
    with pytest.raises(TranslationError, match=r"deadline of 0\.5 s"):
        translator.translate(["uno"], "es", "en")
    child = Path("/proc") / (tmp_path / "child").read_text().strip()
    ends = time.monotonic() + 10
    while child.exists() and "\nState:\tZ" not in (child / "status").read_text() and time.monotonic() < ends:
        time.sleep(0.05)
    assert time.monotonic() < ends


@pytest.mark.parametrize("deadline", [0, -1, float("nan")])
def test_a_deadline_must_be_above_zero(deadline: float) -> None:
    with pytest.raises(UsageError, match="deadline"):
        ApertiumTranslator(deadline=deadline)
