"""The official modes: 12,000 fuzzed cases with what the published scripts said, and each script's flaws by hand.

The cases were composed from a small vocabulary of 27 languages (empty texts, mixed scripts, punctuation, duplicates) and
scored by the scripts themselves at: AkariAsai/XORQA 7ad88d9, apple/ml-mkqa 94ed242, naver/bergen 13fbd28.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from asking import asked

from xrag.errors import UsageError
from xrag.eval.official import bergen, mkqa, xor_engspan, xor_full
from xrag.eval.results import Result

CASES = Path(__file__).with_name("data") / "official_cases.jsonl.xz"
COLUMNS = {"xor-engspan": 3, "xor-full": 4, "mkqa": 5, "bergen": 6}
SCRIPTS: Mapping[str, Callable[..., dict[str, Result]]] = {
    "xor-engspan": xor_engspan.score,
    "xor-full": xor_full.score,
    "mkqa": mkqa.score,
    "bergen": bergen.score,
}


@pytest.fixture(scope="module")
def cases() -> list[list[object]]:
    with lzma.open(CASES, "rt", encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_case_scores_as_the_published_script_scored_it(name: str, cases: list[list[object]]) -> None:
    predictions = {str(i): case[1] for i, case in enumerate(cases)}
    examples = [asked(str(i), language_of(name, str(case[0])), *case[2]) for i, case in enumerate(cases)]
    results = SCRIPTS[name](predictions, examples)
    differing = [
        (case[:3], metric)
        for column, (metric, result) in enumerate(results.items())
        for i, case in enumerate(cases)
        if result.per_query[str(i)] != case[COLUMNS[name]][column]
    ]
    assert (len(cases), differing) == (12_000, [])


def language_of(script: str, code: str) -> str:
    """XOR-EnglishSpan reads no language, XOR-Full minds Japanese alone."""
    return {"xor-engspan": "ar", "mkqa": code}.get(script, "ja" if code == "ja" else "en")


@pytest.mark.parametrize(
    ("script", "metric", "language", "prediction", "gold", "value"),
    [
        ("xor-engspan", "EM", "ja", "der Rhein", "Rhein", 0.0),
        ("xor-engspan", "EM", "ja", "2.8", "28", 1.0),
        ("xor-engspan", "EM", "ja", "«Paris»", "Paris", 0.0),
        ("xor-engspan", "F1", "ja", "", "", 0.0),
        ("xor-full", "EM", "ja", "人民日報", "民日報", 1.0),
        ("xor-full", "EM", "en", "the Nile", "Nile", 0.0),
        ("xor-full", "EM", "ja", "ジョージ・ワシントン", "ジョージ・ワシントン", 0.0),
        ("mkqa", "F1", "fr", "lesson", "sson", 1.0),
        ("mkqa", "EM", "ar", "المال", "م", 1.0),
        ("mkqa", "EM", "ar", "قالب", "قب", 0.0),
        ("mkqa", "F1", "zh", "abc", "cab", 1.0),
        ("mkqa", "F1", "en", "", "", 1.0),
        ("bergen", "char3-recall", "ja", "答えは東京です。", "東京", 0.0),
        ("bergen", "contains", "en", "a party", "art", 1.0),
        ("bergen", "contains", "en", "anything", "", 1.0),
    ],
)
def test_the_flaws_of_the_scripts_are_kept(
    script: str, metric: str, language: str, prediction: str, gold: str, value: float
) -> None:
    assert SCRIPTS[script]({"q": prediction}, [asked("q", language, gold)])[metric].per_query["q"] == value


def test_xor_full_divides_by_seven_whatever_the_languages() -> None:
    examples = [asked("a", "te", "x"), asked("b", "ru", "y")]
    assert xor_full.score({"a": "x", "b": "y"}, examples)["EM"].value == pytest.approx(2 / 7)


def test_xor_full_reads_the_id_behind_the_last_underscore() -> None:
    assert xor_full.score({"dev_te_a": "x"}, [asked("a", "te", "x")])["EM"].by_language == {"te": 1.0}


def test_xor_engspan_passes_over_languages_that_it_does_not_name() -> None:
    assert xor_engspan.score({"a": "x"}, [asked("a", "ar", "y"), asked("b", "sw", "x")])["EM"].n == 1


def test_mkqa_refuses_a_missing_prediction() -> None:
    with pytest.raises(UsageError, match="without 'b'"):
        mkqa.score({"a": "x"}, [asked("a", "en", "x"), asked("b", "en", "x")])


def test_mkqa_chooses_its_no_answer_threshold_on_the_questions_it_scores() -> None:
    examples = [asked("a", "en", "x"), asked("b", "en", ""), asked("c", "en", "z")]
    best = mkqa.best_threshold({"a": "x", "b": "y", "c": "w"}, {"a": 0.1, "b": 0.9, "c": 0.5}, examples)
    assert (best.f1, best.em, best.threshold) == (pytest.approx(2 / 3), pytest.approx(2 / 3), 0.1)
