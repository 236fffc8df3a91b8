"""A name of the question is found under what the passages call it, whatever the two scripts."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from xrag import trace
from xrag.retrievers import PSQRetriever, TranslatedRetriever, analyzer_of, build_partition
from xrag.retrievers.naming import named
from xrag.retrievers.partition import Partition
from xrag.testing import FakeTranslator, MemoryStore
from xrag.types import Candidate, Passage, Query, TermTranslation, Translation

NEEDS_ICU = pytest.mark.skipif(not find_spec("icu4py"), reason="Thai words are cut by the extra icu")


def partition(directory: Path, language: str, *texts: str) -> Partition:
    passages = [Passage(f"{language}-{number}", text, language) for number, text in enumerate(texts)]
    build_partition(directory / language, MemoryStore(passages), language)
    return Partition.open(directory / language, analyzer_of(language))


def unknown(*terms: str, source: str = "en") -> Translation:
    """What a translator gives that knows none of the terms."""
    found = tuple(TermTranslation(term, (Candidate(term, 0.6),)) for term in terms)
    return Translation(" ".join(terms), source, "und", found)


def called(where: Partition, *terms: str, source: str = "en") -> list[str]:
    """What the partition calls each term in the first place."""
    translation = named(where, " ".join(terms), unknown(*terms, source=source))
    return [term.candidates[0].text for term in translation.terms]


@pytest.mark.parametrize(
    ("source", "name", "target", "text", "expected"),
    [
        ("en", "Gagarin", "ru", "Первым полетел Юрий Гагарин.", "Гагарин"),
        ("de", "Juri", "ru", "Первым полетел Юрий Гагарин.", "Юрий"),
        ("en", "Nile", "ru", "Река Нил течёт на север.", "Нил"),
        ("en", "Nile", "ar", "يجري نهر النيل شمالا.", "النيل"),
        ("en", "Mumtaz", "hi", "बेगम मुमताज़ की याद में", "मुमताज़"),
        ("en", "Samoa", "ja", "南太平洋の国サモアの一日", "サモア"),
        ("en", "Bulgaria", "ko", "불가리아에서는 장미를 딴다.", "불가리아에서는"),
        ("en", "Socrates", "el", "Ο Σωκράτης ήταν φιλόσοφος.", "Σωκράτης"),
        ("en", "Tanzania", "he", "הנשיא של טנזניה", "טנזניה"),
        ("ru", "Гагарин", "en", "The first was Yuri Gagarin of Smolensk.", "Gagarin"),
        ("ar", "غاغارين", "en", "The first was Yuri Gagarin of Smolensk.", "Gagarin"),
        ("hi", "गगारिन", "de", "Der erste war Juri Gagarin.", "Gagarin"),
        ("ja", "ガガーリン", "de", "Der erste war Juri Gagarin.", "Gagarin"),
        ("ko", "가가린은", "de", "Der erste war Juri Gagarin.", "Gagarin"),
        ("ja", "ガガーリン", "ru", "Первым полетел Юрий Гагарин.", "Гагарин"),
        ("ar", "غاغارين", "hi", "यूरी गगारिन पहले थे", "गगारिन"),
    ],
)
def test_a_name_is_found_in_another_script(
    tmp_path: Path, *, source: str, name: str, target: str, text: str, expected: str
) -> None:
    assert called(partition(tmp_path, target, text), name, source=source) == [expected]


@NEEDS_ICU
@pytest.mark.parametrize(
    ("source", "name", "target", "text", "expected"),
    [
        ("en", "Sydney", "th", "โรงอุปรากรซิดนีย์ในออสเตรเลีย", "ซิดนีย์"),
        ("th", "ซิดนีย์", "en", "Its name is the Sydney Opera House.", "Sydney"),
    ],
)
def test_a_name_is_found_in_thai_and_from_it(
    tmp_path: Path, *, source: str, name: str, target: str, text: str, expected: str
) -> None:
    assert called(partition(tmp_path, target, text), name, source=source) == [expected]


def test_a_name_in_chinese_characters_is_not_matched_by_sound(tmp_path: Path) -> None:
    assert called(partition(tmp_path, "ru", "Юрий Гагарин"), "加加林", source="zh") == ["加加林"]


def test_two_words_are_found_in_one(tmp_path: Path) -> None:
    assert called(partition(tmp_path, "hi", "ताजमहल आगरा में है"), "Taj", "Mahal") == ["ताजमहल", "ताजमहल"]


def test_a_name_that_the_passages_hold_as_it_stands_counts_in_full(tmp_path: Path) -> None:
    translation = named(partition(tmp_path, "de", "Juri Gagarin flog."), "Gagarin", unknown("Gagarin"))
    assert translation.terms[0].candidates == (Candidate("Gagarin", 1.0),)


def test_a_name_that_sounds_alike_counts_by_how_much(tmp_path: Path) -> None:
    russian = partition(tmp_path, "ru", "Юрий Гагарин", "Река Нил")
    gagarin, nile = named(russian, "Gagarin Nile", unknown("Gagarin", "Nile")).terms
    assert gagarin.candidates == (Candidate("Гагарин", 0.6),)
    assert nile.candidates == (Candidate("Нил", pytest.approx(0.6 * 6 / 7, abs=1e-4)),)


def test_there_are_at_most_three_names_for_a_term_one_for_each_stem(tmp_path: Path) -> None:
    russian = partition(tmp_path, "ru", "Гагарин Гагарина Гагарину Гагарон Гагарун Гегерин")
    [term] = named(russian, "Gagarin", unknown("Gagarin")).terms
    assert [candidate.text for candidate in term.candidates] == ["Гагарин", "Гагарон", "Гагарун"]


def known(term: str, *said: str, source: str = "en") -> Translation:
    """What a translator gives that knows the term."""
    found = (TermTranslation(term, tuple(Candidate(text, 1 / len(said)) for text in said)),)
    return Translation(said[0], source, "und", found)


def test_a_term_that_has_a_translation_and_sounds_like_nothing_is_left_alone(tmp_path: Path) -> None:
    translation = known("River", "река")
    assert named(partition(tmp_path, "ru", "Юрий Гагарин"), "River", translation) is translation


@pytest.mark.parametrize(
    ("source", "name", "said", "text", "expected"),
    [
        ("ar", "لوثر", "Lutheran", "The theses of Luther were read.", ["Lutheran", "Luther"]),
        ("ar", "نيكسون", "Nyx", "He was elected under Nixon in 1968.", ["Nyx", "Nixon"]),
        ("ru", "Кант", "edging", "His cant was hard to follow.", ["edging"]),
    ],
)
def test_a_term_that_has_a_translation_may_be_the_name_that_it_sounds_like(
    tmp_path: Path, *, source: str, name: str, said: str, text: str, expected: list[str]
) -> None:
    [term] = named(partition(tmp_path, "en", text), name, known(name, said, source=source)).terms
    assert [candidate.text for candidate in term.candidates] == expected
    assert [one.probability for one in term.candidates[1:]] == [pytest.approx(0.3, abs=0.03)] * (len(expected) - 1)


@pytest.mark.parametrize(
    ("source", "word", "target", "text", "expected"),
    [
        ("hi", "फार्मासिस्ट", "en", "The duties of a pharmacist are many.", "pharmacist"),
        ("ru", "хлоропласт", "en", "The plant cell has a chloroplast.", "chloroplast"),
        ("ar", "بروتوكول", "en", "The protocol of the network was agreed.", "protocol"),
        ("ja", "プロトコル", "en", "The protocol of the network was agreed.", "protocol"),
        ("en", "Protocol", "ru", "Протокол сети согласован, протокол принят.", "протокол"),
        ("ru", "тендер", "de", "Die Wolken standen am Abend tiefer.", "тендер"),
        ("hi", "दिन", "en", "He went to the den at noon.", "दिन"),
    ],
)
def test_a_word_that_two_languages_have_borrowed_is_found_by_its_sound(
    tmp_path: Path, *, source: str, word: str, target: str, text: str, expected: str
) -> None:
    assert called(partition(tmp_path, target, text), word, source=source) == [expected]


def test_a_function_word_is_never_taken_for_a_name(tmp_path: Path) -> None:
    nothing = Translation("", "de", "ru", (TermTranslation("Wann", (Candidate("", 1.0),)),))
    assert named(partition(tmp_path, "ru", "Ванна Иван"), "Wann", nothing) is nothing


def test_a_word_written_small_among_capitals_is_no_name(tmp_path: Path) -> None:
    russian = partition(tmp_path, "ru", "Юрий Флагов")
    assert called(russian, "Juri", "flogov", source="de") == ["Юрий", "flogov"]


def test_a_question_without_capitals_may_name_what_it_will(tmp_path: Path) -> None:
    assert called(partition(tmp_path, "ru", "Юрий Гагарин"), "yuri", "gagarin") == ["Юрий", "Гагарин"]


def test_a_word_that_stands_small_elsewhere_only_began_a_sentence(tmp_path: Path) -> None:
    english = partition(tmp_path, "en", "Tuna Cuba is far.", "It was tuna.")
    assert called(english, "Куба", "Туна", source="ru") == ["Cuba", "Туна"]


@pytest.mark.parametrize("make", [PSQRetriever, TranslatedRetriever])
def test_the_passage_is_found_and_the_trace_says_what_the_name_became(tmp_path: Path, make) -> None:
    russian = partition(tmp_path, "ru", "Первым полетел Юрий Гагарин.", "Река Нил течёт на север.")
    translator = FakeTranslator({("en", "ru"): {"Yuri": "Yuri", "Gagarin": "Gagarin"}})
    with trace.collect() as events:
        [ranking] = make([russian], translator).search([Query("q", "Yuri Gagarin", "en")], 3)
    assert [hit.passage_id for hit in ranking] == ["ru-0"]
    assert events[0].translation.terms[1].candidates[0].text == "Гагарин"


def test_an_update_forgets_the_names_of_passages_that_are_gone(tmp_path: Path) -> None:
    both = [Passage("a", "Река Нил", "ru"), Passage("b", "Юрий Гагарин", "ru")]
    store = MemoryStore(both)
    build_partition(tmp_path / "old", store, "ru")
    build_partition(tmp_path / "new", MemoryStore(both[:1]), "ru", tmp_path / "old")
    updated = Partition.open(tmp_path / "new", analyzer_of("ru"))
    assert updated.vocabulary.names("Nile", "en") != ()
    assert updated.vocabulary.names("Gagarin", "en") == ()
