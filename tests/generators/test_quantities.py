"""Which questions ask for a number, and what is a number."""

from __future__ import annotations

import pytest

from xrag.generators.quantities import asks_for_number, asks_when, tells_number, tells_year

QUESTIONS = {
    "ar": "كم عدد سكان القاهرة؟",
    "bn": "পদ্মা সেতু কত লম্বা?",
    "cs": "Kdy vznikla republika?",
    "de": "In welchem Jahr fiel die Mauer?",
    "el": "Πότε έγινε η επανάσταση;",
    "en": "How deep is Lake Baikal?",
    "es": "¿Cuántos habitantes tiene Lima?",
    "fa": "این رود چقدر طول دارد؟",
    "fi": "Milloin Suomi itsenäistyi?",
    "fr": "En quelle année est né Mozart ?",
    "he": "כמה תושבים יש בחיפה?",
    "hi": "यह पर्वत कितना ऊँचा है?",
    "hu": "Hány lakosa van Pécsnek?",
    "id": "Kapan gunung itu meletus?",
    "it": "Quando fu fondata Roma?",
    "ja": "琵琶湖の深さはどのくらいですか。",
    "ko": "그 전쟁은 언제 끝났습니까?",
    "nl": "Hoeveel provincies heeft Nederland?",
    "pl": "W którym roku wybuchła wojna?",
    "pt": "Quantas ilhas tem o arquipélago?",
    "ro": "Câți locuitori are Iașul?",
    "ru": "Когда был основан Томск?",
    "sv": "När byggdes slottet?",
    "sw": "Mlima huo una urefu gani?",
    "ta": "இந்த ஆறு எவ்வளவு நீளம்?",
    "te": "ఈ యుద్ధం ఎప్పుడు జరిగింది?",
    "th": "สงครามสิ้นสุดเมื่อไร",
    "tr": "Köprü ne zaman açıldı?",
    "uk": "Скільки мешканців у Львові?",
    "ur": "یہ جنگ کب ختم ہوئی؟",
    "vi": "Cây cầu này dài bao nhiêu mét?",
    "zh": "这座桥有多长？",
    "zh-Hant": "這場戰爭是哪一年結束的？",
}


@pytest.mark.parametrize("language", QUESTIONS)
def test_a_question_asks_for_a_number(language: str) -> None:
    assert asks_for_number(QUESTIONS[language], language)


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("de", "Wie heißt der Wannsee auf Englisch?"),
        ("en", "Who lived whenever he could in Howe?"),
        ("ru", "Кто написал «Колобок»?"),
        ("ar", "من كتب هذا الكتاب؟"),
        ("hi", "यह किताब किसने लिखी?"),
        ("th", "ใครเขียนหนังสือเล่มนี้"),
        ("zh", "这本书是谁写的？"),
        ("ja", "この本を書いたのは誰ですか。"),
        ("tlh", "when?"),
    ],
)
def test_a_question_asks_for_something_else(language: str, question: str) -> None:
    assert not asks_for_number(question, language)


@pytest.mark.parametrize("text", ["глубина 1642 метра", "٢٠٢٤", "二〇二四年", "लगभग १२ घंटे"])
def test_digits_of_any_script_tell_a_number(text: str) -> None:
    assert tells_number(text, "?")


def test_the_number_of_the_question_tells_nothing() -> None:
    assert not tells_number("Im Jahr 1969 geschah es.", "Was geschah 1969?")


WHEN = frozenset({"cs", "de", "el", "fi", "fr", "id", "it", "ko", "pl", "ru", "sv", "te", "th", "tr", "ur", "zh-Hant"})


@pytest.mark.parametrize("language", sorted(QUESTIONS.keys() - {"pl"}))
def test_a_question_asks_when_or_for_an_amount(language: str) -> None:
    assert asks_when(QUESTIONS[language], language) == (language in WHEN)


def test_a_question_that_asks_for_an_amount_too_does_not_ask_when() -> None:
    assert not asks_when("When was the tower finished? And how tall is it?", "en")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12 апреля 1961 года", True),
        ("весь полёт занял 108 минут", False),
        ("في عام ١٩٦١", True),
        ("सन् १९६१ में", True),
        ("一九六一年四月", True),
        ("พ.ศ. ๒๕๐๔", False),
        ("8848 Meter", False),
    ],
)
def test_a_year_is_a_number_from_1000_on(text: str, expected: bool) -> None:
    assert tells_year(text, "") is expected
