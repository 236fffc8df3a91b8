"""How question and passages are put before a model, and that what is cited stays the original."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from tests.apertium_pairs import apertium
from xrag import registry
from xrag.control import Case, ContextBuilder, Order, chat_messages, citations, open_views
from xrag.control.quality import BackTranslation, character_f
from xrag.control.views import HiddenLanguage, QualityTags, TranslatedPassages, TranslatedQuestion, viewed
from xrag.errors import TranslationError, UnknownComponent, UnknownLanguage, Unsupported, UsageError
from xrag.pipeline import Pipeline
from xrag.testing import FakeGenerator, FakeRetriever, MemoryStore
from xrag.types import Completion, Hit, Passage, Query, Sampling, Translation


@dataclass(frozen=True)
class Marking:
    """Says into what it translated each text, and remembers its calls; has no way from the languages listed."""

    lacking: tuple[str, ...] = ()
    calls: list[tuple[str, str, int]] = field(default_factory=list)
    fingerprint: str = "marking"

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[Translation]:
        if source in self.lacking:
            raise Unsupported(f"there is no way from {source}")
        self.calls.append((source, target, len(texts)))
        return [Translation(f"{target}({text})" if text else "", source, target) for text in texts]


TWO_SENTENCES = {
    "en": "The Danube rises here. It flows east.",
    "ru": "Дунай начинается здесь. Он течёт на восток.",
    "ar": "ينبع الدانوب هنا. يجري شرقاً.",
    "hi": "डेन्यूब यहाँ से निकलती है। यह पूर्व की ओर बहती है।",
    "zh": "多瑙河发源于此。它向东流。",
    "ja": "ドナウ川はここから始まる。東に流れる。",
    "ko": "도나우강은 여기에서 시작된다. 동쪽으로 흐른다.",
    "he": "הדנובה מתחילה כאן. היא זורמת מזרחה.",
    "el": "Ο Δούναβης πηγάζει εδώ. Ρέει ανατολικά.",
}
PASSAGES = [Passage(language, text, language) for language, text in TWO_SENTENCES.items()]
QUESTION = Query("1", "Wo entspringt die Donau?", "de")


def case(*passages: Passage) -> Case:
    return Case(QUESTION.text, QUESTION, passages)


def shown(view: object, *passages: Passage) -> tuple[Passage, ...]:
    [done] = viewed([case(*passages)], [view])
    return done.context


@pytest.mark.parametrize("passage", PASSAGES, ids=list(TWO_SENTENCES))
def test_each_sentence_is_translated_and_leads_back_to_its_own(passage: Passage) -> None:
    [done] = shown(TranslatedPassages(Marking()), passage)
    first, second = [done.text[start:end] for (start, end), _ in done.shown.aligned]
    assert done.text == f"{first} {second}"
    assert [f"de({passage.text[start:end]})" for _, (start, end) in done.shown.aligned] == [first, second]
    assert (done.language, done.original) == ("de", passage)


@pytest.mark.parametrize("passage", PASSAGES, ids=list(TWO_SENTENCES))
def test_a_quotation_of_a_translation_cites_the_sentence_it_translates(passage: Passage) -> None:
    source = "x" * 50 + passage.text
    placed = replace(passage, source="s.txt", start=50, end=len(source))
    [done] = shown(TranslatedPassages(Marking()), placed)
    (start, end), (there, then) = done.shown.aligned[1]
    quote = done.text[start + 1 : end - 1]
    [found] = citations(Completion(f"So: {quote} [1]", quotes=(quote,)), [done])
    assert (found.passage_id, found.language, found.quote) == (passage.id, passage.language, passage.text[there:then])
    assert source[found.start : found.end] == found.quote


def test_a_quotation_over_two_sentences_cites_both() -> None:
    [done] = shown(TranslatedPassages(Marking()), PASSAGES[0])
    quote = done.text[5:-5]
    [found] = citations(Completion(f"{quote} [1]", quotes=(quote,)), [done])
    assert found.quote == PASSAGES[0].text


def test_an_answer_without_a_quotation_cites_the_whole_original() -> None:
    placed = replace(PASSAGES[0], start=7, end=44)
    [found] = citations(Completion("Hier [1]"), shown(TranslatedPassages(Marking()), placed))
    assert (found.start, found.end, found.language, found.quote) == (7, 44, "en", "")


def test_sentences_of_a_script_without_spaces_follow_each_other() -> None:
    [done] = shown(TranslatedPassages(Marking(), "zh"), PASSAGES[0])
    assert done.text == "zh(The Danube rises here.)zh(It flows east.)"


def test_line_breaks_between_sentences_stay() -> None:
    [done] = shown(TranslatedPassages(Marking()), Passage("p", "One here.\n\nTwo there.", "en"))
    assert done.text == "de(One here.)\n\nde(Two there.)"


def test_the_title_is_translated_too() -> None:
    [done] = shown(TranslatedPassages(Marking()), replace(PASSAGES[0], title="Danube"))
    assert done.title == "de(Danube)"


def test_all_passages_of_a_language_are_translated_in_one_call() -> None:
    translator = Marking()
    more = [case(*PASSAGES), case(PASSAGES[0], PASSAGES[1])]
    TranslatedPassages(translator, "en").apply(more)
    assert translator.calls == [(language, "en", 3) for language in TWO_SENTENCES if language != "en"]


def test_a_passage_in_the_wanted_language_or_in_none_stays_as_it_stands() -> None:
    passages = (Passage("a", "Schon da.", "de"), Passage("b", "??", "und"))
    assert shown(TranslatedPassages(Marking()), *passages) == passages


def test_a_pair_that_the_translator_lacks_leaves_its_passages_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        first, second = shown(TranslatedPassages(Marking(("ru",))), PASSAGES[1], PASSAGES[0])
    assert (first, second.language) == (PASSAGES[1], "de")
    assert "no way from ru" in caplog.text


def test_a_translator_that_fails_is_no_silent_gap() -> None:
    class Failing(Marking):
        def translate(self, texts: Sequence[str], source: str, target: str) -> list[Translation]:
            raise TranslationError("the program is gone")

    with pytest.raises(TranslationError, match="is gone"):
        shown(TranslatedPassages(Failing()), PASSAGES[0])


def test_a_second_translation_is_of_the_original() -> None:
    [done] = viewed([case(PASSAGES[0])], [TranslatedPassages(Marking(), "fr"), TranslatedPassages(Marking(), "es")])
    assert done.context[0].text.startswith("es(The Danube")


def test_the_question_may_be_asked_in_another_language() -> None:
    [done] = TranslatedQuestion(Marking(), "en").apply([case(PASSAGES[0])])
    assert (done.question, done.query.text, done.query.language) == (f"en({QUESTION.text})",) * 2 + ("en",)
    assert done.query.id == QUESTION.id


def test_a_question_in_the_pivot_is_asked_as_it_stands() -> None:
    own = Case("Who?", Query("1", "Who?", "en"), ())
    assert TranslatedQuestion(Marking(), "en").apply([own]) == [own]


def user_message(*passages: Passage) -> str:
    return chat_messages("Donau?", passages, "en")[-1].content


def test_the_prompt_says_from_which_language_a_passage_was_translated() -> None:
    assert '<passage n="1" language="German" translated-from="Russian">' in user_message(
        *shown(TranslatedPassages(Marking()), PASSAGES[1])
    )


def test_the_language_of_passages_may_be_hidden() -> None:
    views = [TranslatedPassages(Marking()), HiddenLanguage()]
    [done] = viewed([case(PASSAGES[1], Passage("d", "Schon da.", "de"))], views)
    message = user_message(*done.context)
    assert '<passage n="1">' in message
    assert '<passage n="2">' in message


class Rating:
    def rate(self, pairs: Sequence[tuple[str, str]], source: str, target: str) -> list[float | None]:
        return [0.75 if source == "ru" else None for _ in pairs]


def test_the_quality_of_a_translation_is_told_where_it_was_rated() -> None:
    views = [TranslatedPassages(Marking()), QualityTags(Rating())]
    [done] = viewed([case(PASSAGES[1], PASSAGES[0], Passage("d", "Schon da.", "de"))], views)
    message = user_message(*done.context)
    assert message.count("translation-quality") == 1
    assert 'translated-from="Russian" translation-quality="0.75"' in message


def test_what_comes_back_from_a_translation_rates_it() -> None:
    rater = BackTranslation(apertium("es", "en"))
    good, bad = rater.rate(
        [("Where is the book?", "¿Dónde está el libro?"), ("Where is the book?", "agua")], "en", "es"
    )
    assert 0 <= bad < 0.3 < good <= 1


def test_a_way_that_does_not_lead_back_rates_nothing() -> None:
    assert BackTranslation(Marking(("de",))).rate([("a", "b")], "ru", "de") == [None]


@pytest.mark.parametrize(
    ("reference", "text", "score"),
    [
        ("abc", "abc", 1.0),
        ("столица", "столица", 1.0),
        ("东京是首都", "东京是首都", 1.0),
        ("ab", "cd", 0.0),
        ("", "", 1.0),
        ("ab", "", 0.0),
        ("กรุงเทพ", "กรุงเทพ", 1.0),
        # 1-grams: 2 of 3 and 2 of 3; 2-grams: 1 of 2 and 1 of 2; 3-grams: none
        ("abc", "abd", (2 / 3 + 1 / 2 + 0) / 3),
        # 1-grams: precision 1, recall 1/2, so 5 · ½ ÷ (4 + ½); 2-grams: the same with recall 1/3
        ("नदीनदी", "नदी", None),
    ],
)
def test_character_f(reference: str, text: str, score: float | None) -> None:
    if score is None:
        assert 0 < character_f(reference, text) < 1
    else:
        assert character_f(reference, text) == pytest.approx(score)


def test_views_are_opened_by_name_with_their_argument() -> None:
    views = open_views(["translate-passages:es", "hide-language", "tag-quality"], Marking())
    [done] = viewed([case(PASSAGES[0])], views)
    assert done.context[0].language == "es"
    assert [done.context[0].shown.names_language, len(views)] == [False, 3]
    assert set(registry.components("view")) >= {"translate-passages", "translate-question"}


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        ("translate-passage", UnknownComponent, "did you mean translate-passages"),
        ("translate-passages:xx-none", UnknownLanguage, "xx-none"),
        ("hide-language:en", UsageError, "takes no argument"),
    ],
)
def test_a_view_that_cannot_be_is_refused(name: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        open_views([name], Marking())


RETRIEVER = FakeRetriever({QUESTION.text: tuple(Hit(passage.id, 1.0) for passage in PASSAGES[:3])})


def test_the_pipeline_shows_what_the_views_made_and_keeps_what_was_asked() -> None:
    views = open_views(["translate-question:en", "translate-passages:en"], Marking())
    pipeline = Pipeline(
        RETRIEVER, MemoryStore(PASSAGES), generator=FakeGenerator(("Hier, im Osten [2].",)), views=views
    )
    answer = pipeline.ask(QUESTION)
    assert (answer.query, answer.shown_question) == (QUESTION, f"en({QUESTION.text})")
    assert [one.language for one in answer.context] == ["en"] * 3
    assert [one.original.language for one in answer.context] == ["en", "ru", "ar"]
    assert [(one.passage_id, one.language) for one in answer.citations] == [("ru", "ru")]
    assert "views" in answer.timings


def test_the_budget_is_kept_by_what_is_shown() -> None:
    class Long(Marking):
        def translate(self, texts: Sequence[str], source: str, target: str) -> list[Translation]:
            return [Translation("word " * 40, source, target) for _ in texts]

    words = ContextBuilder(budget=200, order=Order.BEST_LAST, tokens=lambda text: len(text.split()))
    views = (TranslatedPassages(Long()),)
    generator = FakeGenerator(("Hier [1].",))
    context = (
        Pipeline(RETRIEVER, MemoryStore(PASSAGES), generator=generator, context=words, views=views)
        .ask(QUESTION, sampling=Sampling())
        .context
    )
    assert [one.id for one in context] == ["en"]
