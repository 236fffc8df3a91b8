from __future__ import annotations

from pathlib import Path

import pytest

from xrag import registry, trace
from xrag.errors import AnalyzerMismatch, UsageError
from xrag.protocols import Retriever
from xrag.retrievers import BM25Retriever, PSQRetriever, RetrieverContext, TranslatedRetriever
from xrag.retrievers.analyzers import RECIPES, analyzer_with
from xrag.retrievers.build import build_partition, write_partition
from xrag.retrievers.dual import open_dual
from xrag.retrievers.pool import open_partitions
from xrag.retrievers.psq import Weighing, held
from xrag.retrievers.scoring import K1
from xrag.testing import PASSAGES, FakeTranslator, MemoryStore, check_retriever
from xrag.types import Candidate, Passage, Query, TermTranslation, Translation, UsedTranslation

TABLE = {
    ("en", "de"): {"capital": "Hauptstadt", "Australia": "Australien"},
    ("en", "ru"): {"capital": "столица", "Austria": "Австрии", "Vienna": "Вена"},
    ("en", "ar"): {"capital": "عاصمة", "Egypt": "مصر"},
    ("en", "hi"): {"river": "नदी", "Ganges": "गंगा"},
    ("en", "th"): {"capital": "เมืองหลวง", "Thailand": "ประเทศไทย"},
    ("en", "zh"): {"river": "河流", "longest": "最长"},
    ("en", "ja"): {"mountain": "山", "highest": "一番高い"},
    ("en", "ko"): {"capital": "수도", "Korea": "대한민국"},
}


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> RetrieverContext:
    return make_context(tmp_path_factory.mktemp("partitions"), PASSAGES)


def make_context(directory: Path, passages) -> RetrieverContext:
    store = MemoryStore(passages)
    paths = {language: directory / language for language in store.languages()}
    for language, path in paths.items():
        build_partition(path, store, language)
    return RetrieverContext(store, paths, FakeTranslator(TABLE))


def opened(name: str, context: RetrieverContext) -> Retriever:
    return registry.load("retriever", name)(context)


def first(retriever: Retriever, text: str, language: str = "en") -> str:
    ranking = retriever.search([Query("q", text, language)], 3)[0]
    return ranking[0].passage_id if ranking else ""


@pytest.mark.parametrize("name", ["bm25", "rank-bm25", "translated", "psq", "dual"])
def test_every_retriever_conforms(context: RetrieverContext, name: str) -> None:
    check_retriever(opened(name, context), context.store)


@pytest.mark.parametrize("name", ["bm25", "rank-bm25", "translated", "psq", "dual"])
def test_a_context_without_passages_has_no_hits(name: str) -> None:
    empty = RetrieverContext(MemoryStore([]), {}, FakeTranslator({}))
    assert opened(name, empty).search([Query("a", "word", "en"), Query("b", "")], 3) == [(), ()]


@pytest.mark.parametrize("name", ["bm25", "rank-bm25", "translated", "psq", "dual"])
def test_k_is_at_least_one(context: RetrieverContext, name: str) -> None:
    with pytest.raises(UsageError, match="k is 0"):
        opened(name, context).search([Query("q", "river", "en")], 0)


@pytest.mark.parametrize("name", ["translated", "psq", "dual"])
@pytest.mark.parametrize(
    ("question", "passage"),
    [
        ("capital Australia", "de-1"),
        ("Vienna capital Austria", "ru-1"),
        ("capital Egypt", "ar-1"),
        ("river Ganges", "hi-1"),
        ("capital Thailand", "th-1"),
        ("longest river", "zh-1"),
        ("highest mountain", "ja-1"),
        ("capital Korea", "ko-1"),
        ("Danube", "en-1"),
    ],
)
def test_a_question_finds_the_passage_of_another_language(
    context: RetrieverContext, name: str, question: str, passage: str
) -> None:
    assert first(opened(name, context), question) == passage


def test_bm25_finds_across_languages_what_both_share(context: RetrieverContext) -> None:
    assert first(opened("bm25", context), "Canberra 1927", "th") == "de-1"


def test_a_query_is_not_translated_into_its_own_language(tmp_path: Path) -> None:
    context = make_context(tmp_path, [Passage("zh-1", "長江", "zh-Hant"), Passage("de-1", "Fluss", "de")])
    with trace.collect() as events:
        opened("translated", context).search([Query("q", "長江", "zh")], 3)
    assert [event.translation.target for event in events] == ["de"]


def test_the_translations_used_are_traced(context: RetrieverContext) -> None:
    for name in ("translated", "psq", "dual"):
        with trace.collect() as events:
            opened(name, context).search([Query("7", "capital Egypt", "en")], 3)
        assert {event.query_id for event in events} == {"7"}
        assert "عاصمة مصر" in [event.translation.text for event in events if isinstance(event, UsedTranslation)]


def test_bm25_uses_no_translation(context: RetrieverContext) -> None:
    with trace.collect() as events:
        opened("bm25", context).search([Query("q", "capital Egypt", "en")], 3)
    assert events == []


def test_a_query_without_a_language_is_identified(context: RetrieverContext) -> None:
    with trace.collect() as events:
        assert first(opened("psq", context), "What is the capital of Egypt", "und") == "ar-1"
    assert {event.translation.source for event in events} == {"en"}


def test_of_a_query_whose_language_nobody_can_tell_numbers_and_names_are_carried_over(
    context: RetrieverContext,
) -> None:
    with trace.collect() as events:
        assert first(opened("translated", context), "1927", "und") == "de-1"
    assert {(event.translation.source, event.translation.text) for event in events} == {("und", "1927")}


def test_a_mixed_batch_keeps_its_order(context: RetrieverContext) -> None:
    queries = [
        Query("a", "Дунай", "ru"),
        Query("b", "capital Egypt", "en"),
        Query("c", "", "en"),
        Query("d", "นคร", "th"),
    ]
    for name in ("translated", "psq", "dual"):
        together = opened(name, context).search(queries, 3)
        assert together == [opened(name, context).search([query], 3)[0] for query in queries]


def test_partitions_of_another_analyzer_are_refused(context: RetrieverContext) -> None:
    swapped = RetrieverContext(context.store, {"en": context.partitions["de"]}, context.translator)
    with pytest.raises(AnalyzerMismatch, match="de 1:.*en 1:"):
        opened("bm25", swapped)


@pytest.mark.parametrize(
    ("language", "question", "text"),
    [
        ("th", "เมืองหลวงของลาว", "เวียงจันทน์เป็นเมืองหลวงของลาว"),
        ("zh", "老挝的首都", "万象是老挝的首都。"),
        ("ja", "ラオスの首都", "ビエンチャンはラオスの首都です。"),
    ],
)
def test_what_was_indexed_without_icu_is_searched_without_it(
    tmp_path: Path, language: str, question: str, text: str
) -> None:
    recipe = RECIPES[language]
    without = analyzer_with(language, words=recipe.words, runs=recipe.runs_without_icu)
    store = MemoryStore([Passage("p", text, language)])
    write_partition(tmp_path / language, store, without)
    context = RetrieverContext(store, {language: tmp_path / language}, FakeTranslator({}))
    [ranking] = opened("bm25", context).search([Query("q", question, language)], 1)
    assert [hit.passage_id for hit in ranking] == ["p"]


def test_rank_bm25_ranks_as_bm25_does_with_scores_k1_plus_1_times_as_high(context: RetrieverContext) -> None:
    queries = [Query(p.id, p.text, p.language) for p in PASSAGES]
    for ours, theirs in zip(
        opened("bm25", context).search(queries, 9), opened("rank-bm25", context).search(queries, 9), strict=True
    ):
        assert {h.passage_id: h.score * (K1 + 1) for h in ours} == pytest.approx(
            {h.passage_id: h.score for h in theirs}, rel=1e-5
        )


def english(context: RetrieverContext):
    return next(partition for partition in open_partitions(context) if partition.language == "en")


def translation(*terms: tuple[str, list[tuple[str, float]]]) -> Translation:
    found = [TermTranslation(term, tuple(Candidate(*pair) for pair in pairs)) for term, pairs in terms]
    return Translation(" ".join(term for term, _ in terms), "de", "en", tuple(found))


def test_an_alternative_weighs_what_it_is_probable(context: RetrieverContext) -> None:
    [terms] = Weighing(english(context)).query("Meer", translation(("Meer", [("sea", 0.6), ("black", 0.4)])))
    assert dict(terms)["sea"] == pytest.approx(0.6**0.6)
    assert dict(terms)["black"] == pytest.approx(0.4**0.6)


def test_a_part_of_a_translation_weighs_less_than_its_stem(context: RetrieverContext) -> None:
    [terms] = Weighing(english(context)).query("Fluss", translation(("Fluss", [("rivers", 1.0)])))
    assert dict(terms)["river"] == 1.0
    assert dict(terms)["_riv"] == 0.2


def test_a_term_that_two_words_give_counts_once(context: RetrieverContext) -> None:
    said = translation(("Meer", [("sea", 0.5)]), ("See", [("sea", 1.0)]))
    [terms] = Weighing(english(context)).query("Meer See", said)
    assert dict(terms)["sea"] == 1.0
    assert [term for term, _ in terms].count("sea") == 1


def test_an_alternative_of_several_words_shares_its_weight_among_them(context: RetrieverContext) -> None:
    [terms] = Weighing(english(context)).query("x", translation(("x", [("black sea river rises", 1.0)])))
    assert dict(terms)["sea"] == pytest.approx(0.5)


def test_alternatives_that_the_partition_does_not_hold_leave_half_their_weight_to_the_others(
    context: RetrieverContext,
) -> None:
    candidates = [Candidate("sea", 0.5), Candidate("zxqv", 0.5)]
    assert held(english(context), candidates) == [Candidate("sea", pytest.approx(0.75))]


def test_alternatives_none_of_which_is_held_stay_as_they_are(context: RetrieverContext) -> None:
    candidates = [Candidate("zxqv", 0.7), Candidate("qqqq", 0.3)]
    assert held(english(context), candidates) == candidates


def test_a_term_that_translates_to_nothing_weighs_nothing(context: RetrieverContext) -> None:
    assert Weighing(english(context)).query("die", translation(("die", [("", 1.0)]))) == ((),)


def test_a_function_word_keeps_its_low_weight_when_its_other_readings_are_not_held(context: RetrieverContext) -> None:
    assert held(english(context), [Candidate("", 0.9), Candidate("zxqv", 0.1)]) == [Candidate("", 0.9)]


def test_what_the_translator_knows_nothing_of_stays_itself(context: RetrieverContext) -> None:
    [terms] = Weighing(english(context)).query("Danube Meer 1927", translation(("Meer", [("sea", 1.0)])))
    weights = dict(terms)
    assert (weights["danub"], weights["sea"], weights["1927"]) == (1.0, 1.0, 1.0)


def test_a_translation_without_alternatives_is_searched_as_its_text(context: RetrieverContext) -> None:
    [group] = Weighing(english(context)).query("Meer", Translation("sea", "de", "en"))
    assert group[0] == ("sea", 1.0)


def test_dual_finds_what_only_the_original_says(context: RetrieverContext) -> None:
    assert first(open_dual(context), "Canberra", "th") == "de-1"


def test_the_wrappers_take_any_partitions(context: RetrieverContext) -> None:
    german = [partition for partition in open_partitions(context) if partition.language == "de"]
    for retriever in (
        BM25Retriever(german),
        TranslatedRetriever(german, context.translator),
        PSQRetriever(german, context.translator),
    ):
        assert first(retriever, "Hauptstadt", "de") == "de-1"
