"""One question asked in several languages, and the vote among the answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from xrag.control import LanguageGuard, LanguagePolicy, preset
from xrag.control.consistency import AGREEING, agreement
from xrag.control.prompts import abstention
from xrag.errors import GenerationError, UsageError
from xrag.pipeline import Pipeline, Request
from xrag.testing import FakeGenerator, FakeRetriever, FakeTranslator, MemoryStore
from xrag.types import Answer, Completion, Hit, Prompt, Sampling, Usage

QUESTION = "Wo entspringt die Donau?"
FOREST = {
    "de": "Die Donau entspringt im Schwarzwald [1].",
    "en": "The Danube rises in the Black Forest [1].",
    "es": "El Danubio nace en la Selva Negra [1].",
}
ALPS = {
    "de": "Die Quelle liegt in den Alpen nahe bei Graz [1].",
    "en": "Its source is in the Alps near Graz [1].",
    "es": "Su fuente está en los Alpes cerca de Graz [1].",
}


def words(source: dict[str, str], language: str) -> dict[str, str]:
    """A table that makes the German of a sentence out of it: all of it for its first word, nothing for the others."""
    first, *rest = source[language].replace(" [1].", "").split()
    return {first: source["de"].replace(" [1].", ""), **dict.fromkeys(rest, "")}


TRANSLATOR = FakeTranslator(
    {
        ("en", "de"): words(FOREST, "en") | words(ALPS, "en"),
        ("es", "de"): words(FOREST, "es") | words(ALPS, "es"),
        ("de", "en"): {"Wo": "Where", "entspringt": "rises", "die": "the", "Donau?": "Danube?"},
    }
)


@dataclass(frozen=True)
class Polyglot(FakeGenerator):
    """Says what it is made to say in each language, and fails where it is made to say nothing."""

    texts: dict[str, str] | tuple[str, ...] = ()
    asked: tuple[list[list[Prompt]], ...] = ()

    def generate(self, prompts: Sequence[Prompt], sampling: Sampling) -> list[Completion]:
        for log in self.asked:
            log.append(list(prompts))
        said = [self.texts.get(prompt.answer_language, "") for prompt in prompts]
        if not any(said):
            raise GenerationError("the model is gone")
        return [
            Completion(text, Usage(10, 5)) if text else Completion("", finish_reason="error", error="lost")
            for text in said
        ]


def pipeline(generator: Polyglot, languages: Sequence[str] = ("en", "es")) -> Pipeline:
    policy = LanguagePolicy(consistency=tuple(languages), guard=LanguageGuard(attempts=1))
    retriever = FakeRetriever({QUESTION: (Hit("en-1", 1.0),)})
    return Pipeline(retriever, MemoryStore(), generator=generator, policy=policy, translator=TRANSLATOR)


def answered(said: dict[str, str], languages: Sequence[str] = ("en", "es")) -> Answer:
    return pipeline(Polyglot(said), languages).ask(QUESTION)


def test_an_answer_that_most_agree_with_is_kept_as_it_was_written() -> None:
    answer = answered({"de": FOREST["de"], "en": FOREST["en"], "es": ALPS["es"]})
    assert answer.text == FOREST["de"]
    assert [(vote.language, vote.agrees) for vote in answer.votes] == [("de", True), ("en", True), ("es", False)]


def test_an_answer_that_the_others_outvote_gives_way_to_theirs_in_its_own_language() -> None:
    answer = answered({"de": ALPS["de"], "en": FOREST["en"], "es": FOREST["es"]})
    assert answer.text.split() == FOREST["de"].split()
    assert (answer.language, answer.faithful) == ("de", True)
    assert [vote.agrees for vote in answer.votes] == [False, True, True]
    assert [citation.marker for citation in answer.citations] == [1]


def test_without_a_majority_the_answer_in_the_language_asked_for_stays() -> None:
    assert answered({"de": ALPS["de"], "en": FOREST["en"]}, ["en"]).text == ALPS["de"]


def test_every_attempt_is_in_the_trace_and_counted_once() -> None:
    answer = answered({"de": ALPS["de"], "en": FOREST["en"], "es": FOREST["es"]})
    assert [attempt.control for attempt in answer.attempts] == [
        "in English: as asked", "in Spanish: as asked", "as asked", "voted",
    ]  # fmt: skip
    assert answer.usage == Usage(30, 15)


def test_each_language_is_asked_in_its_own_words_over_the_same_passages_and_all_at_once() -> None:
    log: list[list[Prompt]] = []
    pipeline(Polyglot(FOREST, asked=(log,))).batch([QUESTION, Request(QUESTION, "es")])
    [prompts] = log
    assert [prompt.answer_language for prompt in prompts] == ["de", "en", "es", "es", "en"]
    assert {prompt.context for prompt in prompts} == {prompts[0].context}
    assert "Where rises the Danube?" in prompts[1].messages[-1].content
    assert "Answer in English." in prompts[1].messages[-1].content


def test_one_language_that_fails_does_not_vote_and_the_others_do() -> None:
    answer = answered({"de": FOREST["de"], "es": FOREST["es"]})
    assert (answer.text, answer.error) == (FOREST["de"], "")
    assert [vote.language for vote in answer.votes] == ["de", "es"]


def test_where_the_language_asked_for_fails_another_answers_for_it() -> None:
    answer = answered({"en": FOREST["en"], "es": FOREST["es"]})
    assert answer.text.split() == FOREST["de"].split()
    assert not answer.error


def test_abstaining_is_a_vote_like_any_other() -> None:
    answer = answered({"de": ALPS["de"], "en": abstention("en"), "es": abstention("es")})
    assert (answer.text, answer.abstained) == (abstention("de"), True)


def test_a_stream_shows_what_won_in_one_piece() -> None:
    stream = pipeline(Polyglot({"de": ALPS["de"], "en": FOREST["en"], "es": FOREST["es"]})).stream(QUESTION)
    pieces = list(stream)
    assert pieces == [stream.answer.text]
    assert len(stream.answer.votes) == 3


def test_without_a_translator_it_is_refused_when_the_pipeline_is_made() -> None:
    with pytest.raises(UsageError, match="asks in other languages; give the pipeline a translator"):
        Pipeline(FakeRetriever({}), MemoryStore(), policy=LanguagePolicy(consistency=("en",)))


def test_a_policy_that_asks_in_one_language_has_no_votes() -> None:
    generator = Polyglot({"de": FOREST["de"]})
    retriever = FakeRetriever({QUESTION: (Hit("en-1", 1.0),)})
    assert Pipeline(retriever, MemoryStore(), generator=generator, policy=preset("prompt")).ask(QUESTION).votes == ()


@pytest.mark.parametrize(
    ("one", "same", "other"),
    [
        ("The Danube rises in the Black Forest [1].", "In the Black Forest the Danube rises.", "It flows past Vienna."),
        ("Дунай берёт начало в Шварцвальде.", "В Шварцвальде берёт начало Дунай [2].", "Он течёт мимо Вены."),
        ("ينبع الدانوب من الغابة السوداء.", "من الغابة السوداء ينبع الدانوب [١].", "يمر النهر بمدينة فيينا."),
        ("डेन्यूब ब्लैक फ़ॉरेस्ट से निकलती है।", "ब्लैक फ़ॉरेस्ट से डेन्यूब निकलती है [1]।", "यह वियना से होकर बहती है।"),
        ("แม่น้ำดานูบมีต้นกำเนิดในป่าดำ", "ต้นกำเนิดแม่น้ำดานูบในป่าดำ [1]", "ไหลผ่านกรุงเวียนนา"),
        ("多瑙河发源于黑森林。", "发源于黑森林的多瑙河[1]。", "它流经维也纳。"),
        ("ドナウ川は黒い森に源を発する。", "黒い森にドナウ川は源を発する[1]。", "ウィーンを通って流れている。"),
        ("다뉴브강은 검은 숲에서 발원한다.", "검은 숲에서 다뉴브강은 발원한다 [1].", "그 강은 빈을 지나 흐른다."),
        ("Ο Δούναβης πηγάζει στον Μέλανα Δρυμό.", "Στον Μέλανα Δρυμό πηγάζει ο Δούναβης [1].", "Περνά από τη Βιέννη."),
    ],
)  # fmt: skip
def test_answers_agree_that_say_the_same_in_another_order(one: str, same: str, other: str) -> None:
    assert agreement(one, same) >= AGREEING > agreement(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("It opened in 1889 in Paris [1].", "It opened in 1890 in Paris [1]."),
        ("افتتح عام ١٨٨٩ في باريس", "افتتح عام ١٨٩٠ في باريس"),
    ],
)
def test_answers_with_different_numbers_disagree(one: str, other: str) -> None:
    assert agreement(one, other) == 0


def test_a_number_is_the_same_in_any_digits() -> None:
    assert agreement("العام ١٨٨٩", "العام 1889") == 1
