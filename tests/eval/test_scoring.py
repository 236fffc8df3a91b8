"""A file of predictions against its questions: corrected and official figures, the audit, TREC runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from asking import asked

from xrag.errors import InputError, UsageError
from xrag.eval.predictions import Prediction
from xrag.eval.scoring import matched_run, read_run, score_answers
from xrag.types import Example, Hit, Query


def test_corrected_and_official_figures_stand_side_by_side() -> None:
    examples = [asked("a", "ar", "١٩٩٠"), asked("b", "ar", "Rome")]
    scores = score_answers([Prediction("a", "1990"), Prediction("b", "the Rome!")], examples, "xor-engspan")
    corrected = {one.metric: one.value for one in scores.corrected}
    official = {one.metric: one.value for one in scores.official}
    assert (corrected["EM"], official["EM"]) == (0.5, 0.5)
    assert (corrected["F1"], official["F1"]) == (pytest.approx((1 + 2 / 3) / 2), 0.5)


def test_of_several_answers_the_script_takes_the_last_and_the_corrected_figure_the_first() -> None:
    scores = score_answers([Prediction("a", "x"), Prediction("a", "y")], [asked("a", "ar", "x")], "xor-engspan")
    assert (scores.corrected[0].value, scores.official[0].value) == (1.0, 0.0)
    assert scores.audit.duplicates == ("a",)


def test_retrieved_texts_are_scored_by_their_tokens() -> None:
    predictions = [Prediction("a", None, ("It is Rome.",))]
    scores = score_answers(predictions, [asked("a", "te", "Rome", answer_language="en")])
    assert [(one.metric, one.value) for one in scores.corrected] == [("R@2kt", 1.0), ("R@5kt", 1.0)]


def test_every_metric_has_its_interval_and_the_language_its_coverage() -> None:
    scores = score_answers([Prediction("a", "Rome")], [asked("a", "en", "Rome")])
    assert {one.metric for one in scores.corrected} == {*scores.intervals}
    assert scores.fidelity["all"].clr.coverage == 1.0


def test_ids_without_the_language_are_those_of_the_one_language_asked() -> None:
    scores = score_answers([Prediction("7", "Rom")], [asked("de:7", "de", "Rom")], "mkqa")
    assert (scores.corrected[0].value, scores.official[0].value) == (1.0, 1.0)


def test_predictions_of_another_split_are_refused() -> None:
    with pytest.raises(UsageError, match=r"none of the predictions .* \('z' is not among them\)"):
        score_answers([Prediction("z", "x")], [asked("a", "ar", "x")])


def test_questions_that_a_script_cannot_count_are_in_the_audit(punkt: None) -> None:
    examples = [asked("a", "te", "2.8%"), asked("b", "te", "Rome")]
    scores = score_answers([Prediction("a", None, ("2.8%",), fields={"lang": "te"})], examples, "xor-retrieve")
    assert scores.audit.unmatchable == ("a",)
    assert [one.value for one in (scores.corrected[0], scores.official[0])] == [0.5, 0.0]


def test_a_run_is_read_in_the_order_of_its_scores(tmp_path: Path) -> None:
    (tmp_path / "x.run").write_text("q Q0 b 2 1.5 me\nq Q0 a 1 2.5 me\nq Q0 c 3 1.5 me\n", encoding="utf-8")
    assert [hit.passage_id for hit in read_run(tmp_path / "x.run")["q"]] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("q Q0 a 1 2.5 me\nq Q0 b", r"x.run:2: not a line of a TREC run"),
        ("q Q0 a one 2.5 me\n", r"x.run:1: not a line"),
        ("q Q0 a 1 2.5 me\nq Q0 a 2 2.0 me\n", r"query 'q' has the passage 'a' more than once"),
    ],
)
def test_what_is_no_run_is_one_line_with_its_place(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "x.run").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        read_run(tmp_path / "x.run")


def test_a_run_under_the_ids_of_one_language_is_scored() -> None:
    found = {"1": (Hit("7#0", 2.0), Hit("9#1", 1.0))}
    examples = [Example(Query("de:1", "?", "de"), (), qrels={"de:9#1": 1})]
    assert matched_run(found, examples) == {"de:1": (Hit("de:7#0", 2.0), Hit("de:9#1", 1.0))}
    mixed = [*examples, Example(Query("ru:1", "?", "ru"), (), qrels={"ru:9#1": 1})]
    with pytest.raises(UsageError, match=r"\('1' is not among them\)"):
        matched_run(found, mixed)
