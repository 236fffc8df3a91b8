"""Retrieval: measures by their names, answers within a budget of tokens, and what a retriever does to other languages."""

from __future__ import annotations

import math

import pytest
from asking import asked

from xrag.errors import UsageError
from xrag.eval import bias, kilotokens, retrieval
from xrag.types import Example, Hit, Query, Ranking


def judged(query_id: str, language: str, **qrels: int) -> Example:
    return Example(Query(query_id, "?", language), qrels=qrels)


def ranked(*ids: str) -> Ranking:
    return tuple(Hit(one, 1.0) for one in ids)


def test_measures_are_worked_out_by_name() -> None:
    found = retrieval.score(["nDCG@3", "R@2", "RR@10"], {"q": ranked("x", "a", "b")}, [judged("q", "en", a=1, b=1)])
    ideal = 1 + 1 / math.log2(3)
    assert found["nDCG@3"].value == pytest.approx((1 / math.log2(3) + 1 / math.log2(4)) / ideal)
    assert (found["R@2"].value, found["RR@10"].value) == (0.5, 0.5)


def test_a_query_without_a_ranking_counts_with_zero() -> None:
    found = retrieval.score(["R@1"], {"a": ranked("x")}, [judged("a", "en", x=1), judged("b", "en", y=1)])
    assert found["R@1"].per_query == {"a": 1.0, "b": 0.0}


def test_equal_scores_keep_the_order_that_the_retriever_gave() -> None:
    assert retrieval.score(["R@1"], {"q": ranked("a", "z")}, [judged("q", "en", a=1)])["R@1"].value == 1.0


def test_the_mean_is_over_the_query_languages() -> None:
    examples = [judged("a", "en", x=1), judged("b", "de", x=1), judged("c", "de", x=1)]
    assert retrieval.score(["R@1"], {"a": ranked("x")}, examples)["R@1"].value == 0.5


@pytest.mark.parametrize("name", ["R@2kt", "nonsense", "nDCG@@3"])
def test_an_unknown_measure_is_one_line(name: str) -> None:
    with pytest.raises(UsageError, match=f"no retrieval measure is called '{name}'"):
        retrieval.score([name], {}, [judged("q", "en", a=1)])


def test_examples_without_a_relevant_passage_are_no_retrieval_benchmark() -> None:
    with pytest.raises(UsageError, match="no example has a relevant passage"):
        retrieval.score(["R@1"], {}, [judged("q", "en")])


def recall(contexts: list[str], *gold: str, language: str = "en", budget: int = 2000) -> float:
    example = asked("q", "te", *gold, answer_language=language)
    return kilotokens.score({"q": contexts}, [example], (budget,))[f"R@{budget / 1000:g}kt"].value


@pytest.mark.parametrize(
    ("language", "text", "gold"),
    [
        ("en", "It grew by 2.8% in May.", "2.8%"),
        ("en", "the PORTLAND area", "Portland"),
        ("ru", "Столица — Москва.", "Москва"),
        ("ar", "العاصمة هي القاهرة.", "القاهرة"),
        ("hi", "राजधानी दिल्ली है।", "दिल्ली"),
        ("th", "เมืองหลวงคือกรุงเทพ", "กรุงเทพ"),
        ("zh", "首都是北京市。", "北京"),
        ("ja", "首都は東京です。", "東京"),
        ("ko", "수도는 서울이다.", "서울"),
    ],
)
def test_an_answer_is_found_in_the_passages_as_they_are(language: str, text: str, gold: str) -> None:
    assert recall([text], gold, language=language) == 1.0


def test_an_answer_is_not_found_within_another_word() -> None:
    assert recall(["a comparison of Oslofjord"], "Oslo") == 0.0


def test_an_answer_is_not_put_together_from_two_passages() -> None:
    assert recall(["in New", "York"], "New York") == 0.0


def test_tokens_beyond_the_budget_are_not_looked_at() -> None:
    assert [recall(["one, two", "Paris"], "Paris", budget=n) for n in (3, 4)] == [0.0, 1.0]


def test_a_missing_question_counts_and_one_of_yes_and_no_does_not() -> None:
    examples = [asked("a", "te", "x"), asked("b", "te", "y"), asked("c", "te", "yes", "No.")]
    result = kilotokens.score({"a": ["x"], "c": ["yes"]}, examples)["R@5kt"]
    assert (result.value, result.n) == (0.5, 2)


PASSAGES = {"en1": "en", "en2": "en", "de1": "de", "de2": "de"}


def test_recall_is_split_by_the_language_of_the_passage() -> None:
    examples = [judged("q", "de", de1=1, en1=1, en2=1), judged("r", "en", en1=1)]
    split = bias.split_recall({"q": ["de1", "en2"], "r": ["en1"]}, examples, PASSAGES, 10)
    assert (split.same.value, split.cross.value, split.gap) == (1.0, 0.5, 0.5)
    assert split.cross.n == 1


def test_shares_say_which_languages_a_query_language_gets() -> None:
    found = bias.shares({"q": ["de1", "de2", "en1"]}, [judged("q", "de", de1=1)], PASSAGES, 3)
    assert found == {"de": {"de": pytest.approx(2 / 3), "en": pytest.approx(1 / 3)}}


def test_max_at_r_is_the_rank_of_the_last_relevant_passage() -> None:
    examples = [judged("q", "de", de1=1, en1=1), judged("r", "th", en2=1, de2=1), judged("s", "th", en1=1)]
    rankings = {"q": ["de1", "x", "en1"], "r": ["en2"], "s": ["en1"]}
    found = bias.max_rank(rankings, examples, 5)
    assert found.per_query == {"q": 3, "r": 6, "s": 1}
    assert found.value == (3 + 3.5) / 2


def test_equal_ranks_of_all_languages_are_fair() -> None:
    assert bias.peer({}, [judged("q", "de", de1=1, en1=1)], PASSAGES, 5).value == 1.0


def test_one_language_before_the_other_is_less_fair_than_both_mixed() -> None:
    example = judged("q", "de", de1=1, de2=1, en1=1, en2=1)
    apart = bias.peer({"q": ["de1", "de2", "en1", "en2"]}, [example], PASSAGES, 5).value
    mixed = bias.peer({"q": ["de1", "en1", "en2", "de2"]}, [example], PASSAGES, 5).value
    # H = 12 / (4 · 5) · (3² / 2 + 7² / 2) - 3 · 5 = 2.4, and P(χ² with one degree > 2.4) = 0.1213.
    assert (apart, mixed) == (pytest.approx(0.1213, abs=1e-4), 1.0)
