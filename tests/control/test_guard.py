"""The language of an answer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from xrag.control.guard import LanguageGuard
from xrag.control.prompts import chat_messages
from xrag.errors import UsageError
from xrag.resources import frames
from xrag.resources.packs import pack, packed_languages
from xrag.types import Completion, Passage, Prompt, Query

GERMAN = "Die Donau entspringt im Schwarzwald und fließt in das Schwarze Meer [1]."
ENGLISH = "The Danube rises in the Black Forest and flows into the Black Sea [1]."
CONTEXT = (Passage("p", ENGLISH[:-5], "en"),)


def prompt(language: str) -> Prompt:
    return Prompt(Query("1", "Donau?", "de"), CONTEXT, language, chat_messages("Donau?", CONTEXT, language))


def verdict(text: str, language: str = "de", *quotes: str):
    return LanguageGuard().check(Completion(text, quotes=quotes), prompt(language))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", GERMAN),
        ("ru", "Дунай берёт начало в Шварцвальде [1]."),
        ("ar", "ينبع نهر الدانوب من الغابة السوداء [1]."),
        ("hi", "डेन्यूब नदी ब्लैक फ़ॉरेस्ट से निकलती है [1]।"),
        ("th", "แม่น้ำดานูบมีต้นกำเนิดในป่าดำ [1]"),
        ("zh", "多瑙河发源于德国的黑森林 [1]。"),
        ("ja", "ドナウ川はシュヴァルツヴァルトに源を発する [1]。"),
        ("ko", "도나우강은 슈바르츠발트에서 시작된다 [1]."),
    ],
)
def test_the_language_asked_for_is_accepted_and_english_is_not(language: str, text: str) -> None:
    assert verdict(text, language).accepted
    found = verdict(ENGLISH, language)
    assert (found.language, found.accepted) == ("en", False)
    assert found.reason.startswith("in English instead of")


@pytest.mark.parametrize("text", ["1749 [1]", "Goethe [1].", "", "NASA, 12 km", "東京 [1]"])
def test_what_is_too_short_to_tell_is_undetermined_and_accepted(text: str) -> None:
    found = verdict(text)
    assert (found.language, found.accepted) == ("und", True)
    assert found.reason.startswith("undetermined")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Barack Obama, Joe Biden, Donald Trump, George Washington, Abraham Lincoln [1]"),
        ("ru", "Владимир Ленин, Иосиф Сталин, Никита Хрущёв, Леонид Брежнев [1]"),
        ("el", "Σωκράτης, Πλάτων, Αριστοτέλης, Ηράκλειτος, Παρμενίδης [1]"),
    ],
)
def test_a_list_of_names_is_undetermined_and_accepted(language: str, text: str) -> None:
    assert verdict(text, language) == verdict(text, "tr")
    assert verdict(text, language).reason == "undetermined: nothing but names"


def test_quotations_do_not_count() -> None:
    assert verdict(f"Dazu heißt es in der angegebenen Quelle: „{ENGLISH}“", "de", ENGLISH).language == "de"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", f"In der Quelle heißt es dazu: „{ENGLISH[:-5]}“ [1]"),
        ("fr", f"Les sources indiquent : «\u00a0{ENGLISH[:-5]}\u00a0» [1]"),
        ("ja", f"資料によると、次のとおりです：「{ENGLISH[:-5]}」[1]。"),
        ("en", "The novel is called “Il nome della rosa” in the original, and it was a great success."),
    ],
)
def test_what_stands_in_quotation_marks_does_not_count_if_a_passage_has_it_or_it_is_a_title(language, text) -> None:
    assert (verdict(text, language).language, verdict(text, language).accepted) == (language, True)


def test_quotation_marks_around_what_no_passage_has_hide_nothing() -> None:
    text = "“The Danube is the second longest river of Europe, and it flows through ten countries of the continent.”"
    assert not verdict(text, "de").accepted


def test_code_and_addresses_do_not_count() -> None:
    code = "```python\nfor the_line in open_the_file(name):\n    print(the_line, end='')\n```"
    text = f"So liest man eine Datei Zeile für Zeile:\n{code}\nMehr dazu: https://docs.example.org/the/file/guide"
    assert verdict(text).language == "de"


def test_the_sentences_in_fenced_data_do_count() -> None:
    english = '{"tip": "Make a list of what you have to do every day and finish the hardest task first."}'
    german = '{"tip": "Mach jeden Tag eine Liste und erledige die schwerste Aufgabe immer zuerst."}'
    assert [verdict(f"```json\n{one}\n```").accepted for one in (english, german)] == [False, True]


@pytest.mark.parametrize(("language", "first"), [("de", GERMAN), ("ko", "도나우강은 슈바르츠발트에서 시작된다 [1].")])
def test_one_line_in_another_language_is_enough(language: str, first: str) -> None:
    text = "\n".join([first] * 6 + ["In conclusion, it can be said that the river is rather long."])
    found = verdict(text, language)
    assert (found.language, found.accepted) == ("en", False)


def test_a_language_that_plays_no_part_in_the_prompt_is_found_as_well() -> None:
    french = "Le Danube prend sa source dans la Forêt-Noire et se jette dans la mer Noire après dix pays [1]."
    chinese = "多瑙河发源于德国的黑森林，流经十个国家，最后注入黑海 [1]。"
    assert [verdict(text).language for text in (french, chinese)] == ["fr", "zh"]
    assert not any(verdict(text).accepted for text in (french, chinese))


@pytest.mark.parametrize("language", sorted(frames()))
def test_the_sentence_for_no_evidence_passes_in_every_language(language: str) -> None:
    found = verdict(frames()[language].none, language)
    assert (found.language, found.accepted) == (language, True)


@pytest.mark.parametrize("language", packed_languages())
def test_the_exemplars_answer_passes_in_its_own_language(language: str) -> None:
    own = pack(language)
    assert verdict(f"{own.exemplar.answer} {own.insist}", language).accepted


def test_where_no_language_was_asked_for_the_one_found_is_told() -> None:
    found = verdict(ENGLISH, "und")
    assert (found.language, found.accepted) == ("en", True)


def test_a_guard_needs_an_attempt() -> None:
    with pytest.raises(UsageError, match="at least 1 attempt"):
        LanguageGuard(attempts=0)


@pytest.mark.parametrize(("name", "language", "pivot"), [("fon.fr", "fon", "fr"), ("bem.en", "bem", "en")])
def test_a_language_that_no_identifier_names_is_seldom_taken_for_another_and_the_other_is_found(
    shared_data: Path, name: str, language: str, pivot: str
) -> None:
    lines = (shared_data / "afriqa" / "queries" / f"queries.afriqa.{name}.dev.json").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]

    def rejected(key: str) -> float:
        asked = Prompt(Query("1", "", pivot), (), language)
        return sum(not LanguageGuard().check(Completion(row[key]), asked).accepted for row in rows) / len(rows)

    assert rejected("question") < 0.05
    assert rejected("translated_question") > 0.95
