"""Terms become their weighted alternatives, between any two languages, and none is lost."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xrag import registry
from xrag.errors import UnknownLanguage
from xrag.testing import check_translator
from xrag.translators.lexicon import LexiconTranslator
from xrag.types import Translation

LEXICON = LexiconTranslator()


def translated(text: str, source: str, target: str) -> Translation:
    return LEXICON.translate([text], source, target)[0]


def best(text: str, source: str, target: str) -> list[tuple[str, str]]:
    return [(term.term, term.candidates[0].text) for term in translated(text, source, target).terms]


@pytest.mark.parametrize(
    ("source", "target", "text", "expected"),
    [
        ("en", "de", "What is the capital of Germany?", "Hauptstadt Deutschland"),
        ("de", "en", "Was ist die Hauptstadt von Frankreich?", "capital France"),
        ("es", "ar", "¿Cuál es la capital de Argelia?", "عاصمة الجزائر"),
        ("ru", "de", "Какая столица Австралии?", "Hauptstadt Australien"),
        ("uk", "fr", "Яка мова в Україні?", "langue Ukraine"),
        ("ar", "en", "ما هي عاصمة السودان؟", "capital Sudan"),
        ("hi", "ja", "फ्रांस की राजधानी क्या है?", "フランス 首都"),
        ("th", "en", "เมืองหลวงของประเทศญี่ปุ่นคืออะไร", "capital Japan"),
        ("zh", "en", "法国的首都是什么？", "capital"),
        ("ja", "sw", "オーストラリアの首都はどこですか", "mji mkuu"),
        ("ko", "en", "대한민국의 수도는 어디입니까?", "South Korea capital"),
        ("sw", "de", "Mji mkuu wa Kenya ni upi?", "Hauptstadt Kenia"),
        ("tr", "ru", "Almanya'nın başkenti neresidir?", "Германия столица"),
        ("el", "en", "Ποια είναι η πρωτεύουσα του Σουδάν;", "Sudan"),
    ],
)
def test_a_question_is_rewritten_in_the_target_language(source: str, target: str, text: str, expected: str) -> None:
    assert expected in translated(text, source, target).text


@pytest.mark.parametrize(
    ("source", "form", "english"),
    [
        ("ru", "Австралии", "Australia"),
        ("de", "Deutschlands", "Germany"),
        ("uk", "Україні", "Ukraine"),
        ("fi", "Saksan", "German"),
        ("tr", "Brezilya'nın", "Brazil"),
        ("ar", "والعاصمة", "capital"),
        ("ar", "بفرنسا", "France"),
        ("he", "בטנזניה", "Tanzania"),
        ("am", "በሩዋንዳ", "Rwanda"),
        ("bn", "জাপানের", "Japan"),
        ("ta", "பின்லாந்தில்", "Finland"),
        ("hi", "वर्षों", "year"),
        ("sw", "Kenyani", "Kenya"),
    ],
)
def test_an_inflected_form_finds_its_entry(source: str, form: str, english: str) -> None:
    first = translated(form, source, "en").terms[0]
    assert english in [candidate.text for candidate in first.candidates]


def test_terms_that_share_a_stem_keep_their_meanings_apart() -> None:
    assert best("वर्ष वर्षा", "hi", "en") == [("वर्ष", "year"), ("वर्षा", "rain")]


def test_the_longest_entry_wins_over_its_words() -> None:
    assert best("World War II", "en", "de") == [("World War II", "Zweiter Weltkrieg")]


@pytest.mark.parametrize(
    ("language", "text", "digits"),
    [
        ("en", "1945", "1945"),
        ("ar", "عام ٢٠٢٤", "2024"),
        ("hi", "२०२४ में", "2024"),
        ("th", "ปี๒๐๒๔", "2024"),
        ("zh", "2024年", "2024"),
        ("zh", "二〇二四年", "2024"),
        ("ja", "千九百四十五年", "1945"),
        ("ko", "2024년", "2024"),
        ("ja", "三億円", "300000000"),
    ],
)
def test_numbers_of_every_script_become_ascii_digits(language: str, text: str, digits: str) -> None:
    assert digits in [
        candidate.text for term in translated(text, language, "de").terms for candidate in term.candidates
    ]


@pytest.mark.parametrize(("source", "text", "expected"), [("zh", "10月", "октябрь"), ("ja", "12月", "декабрь")])
def test_a_month_written_with_a_number_is_a_month(source: str, text: str, expected: str) -> None:
    assert translated(text, source, "ru").text == expected


def test_a_function_word_translates_to_nothing_and_stays_among_the_terms() -> None:
    term = translated("когда", "ru", "en").terms[0]
    assert (term.term, term.candidates[0].text) == ("когда", "")


@pytest.mark.parametrize(
    ("source", "name", "roman"),
    [("ru", "Карамазов", "ka"), ("el", "Ζουμπουρλής", "zo"), ("ar", "زغبلوطي", "zgh"), ("ja", "ゾムブ", "zo")],
)
def test_an_unknown_name_stands_as_it_is_and_in_latin_letters(source: str, name: str, roman: str) -> None:
    candidates = [candidate.text for candidate in translated(name, source, "en").terms[0].candidates]
    assert candidates[0] == name
    assert len(candidates) > 1
    assert all(candidate.isascii() for candidate in candidates[1:])
    assert candidates[1].lower().startswith(roman)


def test_an_expression_that_the_target_says_word_by_word_is_said_so() -> None:
    assert "Arabisch" in best("United Arab Emirates", "en", "de")[0][1]


def test_a_compound_is_translated_part_by_part() -> None:
    assert best("Gesetzgebungsprozess", "de", "en") == [("Gesetzgebungs", "legislation"), ("prozess", "process")]


@pytest.mark.parametrize(
    ("source", "text", "english"),
    [
        ("hi", "Mumbai", "Mumbai"),
        ("ru", "Avstraliya", "Australia"),
        ("hi", "Germany", "Germany"),
        ("ja", "Kenya", "Kenya"),
    ],
)
def test_romanised_and_english_words_are_understood_in_other_scripts(source: str, text: str, english: str) -> None:
    assert best(text, source, "en") == [(text, english)]


def test_text_between_a_language_and_itself_stays() -> None:
    assert translated("Wo liegt Wien?", "de", "de") == Translation("Wo liegt Wien?", "de", "de")


def test_text_into_an_undetermined_language_stays() -> None:
    assert translated("Wo liegt Wien?", "de", "und").text == "Wo liegt Wien?"


def test_an_english_name_is_carried_over_from_no_known_language() -> None:
    assert best("Moscow", "und", "ru") == [("Moscow", "Москва")]


def test_text_of_an_undetermined_language_keeps_its_terms() -> None:
    assert best("Quux 1927", "und", "en") == [("Quux", "Quux"), ("1927", "1927")]


def test_a_language_without_a_table_keeps_names_and_numbers() -> None:
    assert translated("Einstein 1927", "fon", "bem").text == "Einstein 1927"


def test_a_language_that_is_none_is_an_error() -> None:
    with pytest.raises(UnknownLanguage):
        translated("Wien", "de", "qqqq-no")


def test_the_empty_text_has_no_terms() -> None:
    assert translated("", "ru", "en") == Translation("", "ru", "en")


def test_punctuation_alone_has_no_terms() -> None:
    assert translated("?! … —", "zh", "en").terms == ()


def test_a_regional_tag_uses_the_table_of_its_language() -> None:
    assert translated("capital", "pt-BR", "de").text == "Hauptstadt"


@pytest.mark.parametrize("name", ["identity", "lexicon"])
def test_the_registered_translators_conform(name: str) -> None:
    check_translator(registry.load("translator", name)())


LANGUAGES = st.sampled_from(
    ["en", "de", "ru", "ar", "hi", "th", "zh", "ja", "ko", "sw", "tr", "vi", "he", "ta", "fi", "und"]
)
WORDS = [
    "Berlin",
    "столица",
    "عاصمة",
    "भारत",
    "ประเทศไทย",
    "北京",
    "東京タワー",
    "서울은",
    "1927",
    "٢٠",
    "xq",
    "कि",
    "ก็",
    "エ",
    "が",
]
WORDS += ["ab12", "l'an", "Türkiye’de", "İ", "ß"]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join) | st.text(max_size=30)


@settings(max_examples=300, deadline=None)
@given(text=TEXTS, source=LANGUAGES, target=LANGUAGES)
def test_no_letter_or_digit_is_lost(text: str, source: str, target: str) -> None:
    if target in (source, "und"):
        return
    translation = translated(text, source, target)
    kept = "".join(term.term for term in translation.terms)
    assert [c for c in text if c.isalnum() and c not in kept] == []
    assert all(term.candidates for term in translation.terms)


@settings(max_examples=200, deadline=None)
@given(text=TEXTS, source=LANGUAGES, target=LANGUAGES)
def test_candidates_are_probabilities_best_first(text: str, source: str, target: str) -> None:
    for term in translated(text, source, target).terms:
        weights = [candidate.probability for candidate in term.candidates]
        assert weights == sorted(weights, reverse=True)
        assert all(0 < weight <= 1 for weight in weights)
        assert sum(weights) <= 1 + 1e-9
        assert len({candidate.text for candidate in term.candidates}) == len(weights)
