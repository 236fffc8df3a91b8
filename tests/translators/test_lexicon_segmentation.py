"""Where words end in scripts without spaces."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xrag.translators.keys import key_of, units
from xrag.translators.lexicon import LexiconTranslator
from xrag.translators.matching import segments

LEXICON = LexiconTranslator()


def terms(text: str, language: str) -> list[str]:
    return [term.term for term in LEXICON.translate([text], language, "en")[0].terms]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("zh", "法国的首都是什么", ["法国的", "首都", "是", "什么"]),
        ("zh", "2024年的德国总统", ["2024", "年", "的", "德国", "总统"]),
        ("ja", "ドイツの首都は？", ["ドイツの", "首都", "は"]),
        ("ja", "ピカチュウは動物", ["ピカチュウ", "は", "動物"]),
        ("ko", "독일의 수도는 어디", ["독일의", "수도", "는", "어디"]),
        ("ko", "BTS는 몇년", ["BTS", "는", "몇", "년"]),
        ("th", "ประเทศญี่ปุ่นอยู่ที่ไหน", ["ประเทศญี่ปุ่น", "อยู่ที่ไหน"]),
        ("th", "ปี๒๕๖๗", ["ปี", "๒๕๖๗"]),
    ],
)
def test_entries_and_particles_are_told_apart(language: str, text: str, expected: list[str]) -> None:
    assert terms(text, language) == expected


class Book:
    """A table with one entry: 本, book."""

    def find(self, key: str) -> int | None:
        return 0 if key == "本" else None

    def starting(self, beginning: str, most: int) -> list[tuple[str, int]]:
        return [("本", 0)] if "本".startswith(beginning) else []

    def prefixes(self, text: str) -> Iterator[tuple[int, int]]:
        yield from [(1, 0)] if text.startswith("本") else []

    def is_function_word(self, number: int) -> bool:
        return False


def test_a_short_entry_inside_an_unknown_word_is_not_believed() -> None:
    assert [(s.start, s.end, s.entry) for s in segments("坂本竜馬", "ja", Book())] == [(0, 4, None)]


def test_a_particle_inside_an_unknown_kana_name_is_not_believed() -> None:
    assert "は" not in terms("おはぎよ", "ja")


def test_unknown_words_of_different_scripts_stay_apart() -> None:
    assert terms("エッフェル鵺", "ja") == ["エッフェル", "鵺"]


@given(st.text(alphabet="กขคงเแโไะาำิีึืุู็่้๊๋์", max_size=20))
def test_no_thai_unit_begins_with_a_mark_or_a_following_vowel(text: str) -> None:
    word = f"ก{text}"
    starts = [word[unit.start] for unit in units(word, "th")]
    assert [letter for letter in starts if letter in "ะาำ" or unicodedata.category(letter) == "Mn"] == []


@pytest.mark.parametrize(
    ("language", "a", "b"),
    [
        ("de", "Straße", "STRASSE"),
        ("ru", "Ёлка", "елка"),
        ("ar", "ألمانيا", "المانيا"),
        ("ar", "العاصمة", "عاصمة"),
        ("fa", "نخست‌وزیر", "نخستوزیر"),
        ("hi", "क़ानून", "कानून"),
        ("ja", "ｱﾒﾘｶ", "アメリカ"),
        ("ko", "서울", unicodedata.normalize("NFD", "서울")),
        ("th", "น้ำ", "น้ํา"),
        ("zh", "２０２４年", "2024年"),
    ],
)
def test_spellings_of_one_term_have_one_key(language: str, a: str, b: str) -> None:
    assert key_of(a, language) == key_of(b, language)


def test_an_entry_of_several_words_does_not_begin_inside_one() -> None:
    assert "리 가" not in terms("유리 가가린은", "ko")
