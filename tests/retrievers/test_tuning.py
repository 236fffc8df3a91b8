"""Weights of a fusion, learned from held-out queries, stored and searched with."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from click.testing import CliRunner
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

import xrag
from tests.models import save_static
from xrag.benchmarks.records import read_examples
from xrag.cli import cli
from xrag.errors import EmbedderMismatch, IndexCorrupt, UsageError
from xrag.index.tuning import tune_index
from xrag.langchain import from_retriever
from xrag.retrievers import Fusion, Member, Weights
from xrag.retrievers.normalisation import NORMALISATIONS, Values, by_best, reciprocal_rank
from xrag.retrievers.tuned import Parts
from xrag.retrievers.tuning import LEAST, Judged, judged, tune
from xrag.testing import FakeRetriever
from xrag.types import Hit, Query, Ranking


def ranking(text: str) -> Ranking:
    return tuple(Hit(letter, 1 / rank) for rank, letter in enumerate(text, start=1))


def query(language: str, first: str, second: str, right: str) -> Judged:
    return judged(language, [ranking(first), ranking(second)], [by_best, by_best], {right: 1})


def test_the_member_that_is_right_gets_the_weight() -> None:
    tuned = tune([query("en", "abc", "cba", "c")] * 40)
    assert tuned.default[1] > 0.5
    assert (tuned.value, tuned.held_out) == (1.0, 1.0)
    assert tuned.equal < 1


def test_each_language_with_enough_queries_has_weights_of_its_own() -> None:
    queries = [query("th", "abc", "cba", "a")] * LEAST + [query("ru", "abc", "cba", "c")] * LEAST
    tuned = tune([*queries, *[query("hi", "abc", "cba", "a")] * (LEAST - 1)])
    assert tuned.languages["th"][0] >= 0.5 > tuned.languages["ru"][0] > 0
    assert "hi" not in tuned.languages


def test_the_measure_is_that_of_ir_measures() -> None:
    from xrag.eval import retrieval
    from xrag.types import Example

    qrels = {"b": 2, "c": 1, "z": 1}
    one = judged("en", [ranking("abcd"), ranking("dcx")], [by_best, by_best], qrels)
    fused = Fusion(
        [
            Member(name, FakeRetriever({"q": ranking(text)}), Weights(0.5))
            for name, text in (("x", "abcd"), ("y", "dcx"))
        ]
    ).search([Query("q", "q", "en")], 10)
    wanted = retrieval.score(["nDCG@10"], {"q": fused[0]}, [Example(Query("q", "q", "en"), qrels=qrels)])
    assert tune([one]).equal == pytest.approx(wanted["nDCG@10"].value)


def test_what_is_held_out_is_not_flattered_by_chance() -> None:
    queries = [query("en", "ab", "ba", right) for right in "abba" * 10]
    tuned = tune(queries)
    assert tuned.held_out <= tuned.value


def test_three_members_are_tuned_too() -> None:
    found = judged("en", [ranking("xyz"), ranking("yxz"), ranking("zxy")], [by_best] * 3, {"z": 1})
    tuned = tune([found])
    assert (tuned.value, sum(tuned.default)) == (1.0, pytest.approx(1.0))
    assert tuned.default[2] == max(tuned.default)


@pytest.mark.parametrize(("right", "said"), [({}, "no query has a relevant passage"), ({"q": 1}, "no member found")])
def test_what_cannot_be_tuned_is_said(right: dict[str, int], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        tune([judged("en", [ranking("ab"), ranking("b")], [by_best, by_best], right)])


@pytest.mark.parametrize(
    ("retrievers", "normalise", "said"),
    [
        (("bm25",), ("best",), "two members at least"),
        (("bm25", "bm25"), ("best", "best"), "each named once"),
        (("bm25", "dense"), ("best", "bestest"), "no normalisation is called 'bestest'"),
    ],
)
def test_parts_that_are_no_fusion_are_refused(retrievers, normalise, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        Parts(retrievers, normalise)


TEXTS = {"de": ["der Fluss", "die Stadt", "das Haus"], "en": ["the river", "the town", "the house"]}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(save_static(tmp_path_factory.mktemp("tuned") / "model", [*TEXTS["de"], *TEXTS["en"]]))


@pytest.fixture
def index(tmp_path: Path, model: str) -> Path:
    rows = [
        {"id": f"{code}{n}", "text": one, "language": code}
        for code, each in TEXTS.items()
        for n, one in enumerate(each)
    ]
    (tmp_path / "p.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    questions = [
        {"id": f"q{code}{n}", "question": one, "language": code, "qrels": [f"{code}{n}"]}
        for code, each in TEXTS.items()
        for n, one in enumerate(each)
    ]
    (tmp_path / "gold.jsonl").write_text("".join(json.dumps(row) + "\n" for row in questions), "utf-8")
    xrag.build_index([tmp_path / "p.jsonl"], tmp_path / "index")
    xrag.embed_index(tmp_path / "index", model)
    return tmp_path / "index"


def gold(index: Path) -> Path:
    return index.parent / "gold.jsonl"


def test_the_command_tunes_and_the_search_uses_it(index: Path) -> None:
    given = ["tune", str(index), "--gold", str(gold(index)), "--member", "bm25", "--member", "dense=bounds"]
    done = CliRunner().invoke(cli, given)
    assert done.exit_code == 0, done.output
    assert "nDCG@10 of 6 questions: " in done.stdout
    told = json.loads(CliRunner().invoke(cli, [*given, "--json"]).stdout)
    assert (told["members"], told["normalise"], told["queries"]) == (
        ["bm25", "dense"],
        ["best", "bounds"],
        {"de": 3, "en": 3},
    )
    stored = json.loads((index / "learned" / "weights.json").read_bytes())
    assert {"vectors", "translator", "digest", "queries", "measure", "measured"} < stored.keys()
    with xrag.open_index(index) as opened:
        [found] = opened.retriever("tuned").search([Query("1", "der Fluss", "de")], 1)
    assert found[0].passage_id == "de0"


def test_the_stored_weights_are_those_that_search(index: Path) -> None:
    tune_index(index, Parts(("bm25", "dense"), ("best", "best")), list(read_examples(gold(index))))
    path = index / "learned" / "weights.json"
    stored = json.loads(path.read_bytes())
    stored["members"][0] |= {"default": 0.25, "languages": {"de": 0.75}}
    stored["members"][1] |= {"default": 0.0, "languages": {"de": 0.0}}
    path.write_text(json.dumps(stored), "utf-8")
    with xrag.open_index(index) as opened:
        german, english = opened.retriever("tuned").search([Query("1", "Fluss", "de"), Query("2", "river", "en")], 1)
    assert (german[0].score, english[0].score) == (0.75, 0.25)


def test_weights_that_nobody_tuned_say_how(index: Path) -> None:
    with xrag.open_index(index) as opened, pytest.raises(UsageError, match="xrag tune DIR --gold"):
        opened.retriever("tuned")


def test_weights_for_vectors_of_another_embedder_are_refused_in_one_line(index: Path, tmp_path: Path) -> None:
    tune_index(index, Parts(("bm25", "dense"), ("best", "best")), list(read_examples(gold(index))))
    xrag.embed_index(index, str(save_static(tmp_path / "another", ["river town"])))
    with xrag.open_index(index) as opened, pytest.raises(EmbedderMismatch) as caught:
        opened.retriever("tuned")
    assert "\n" not in str(caught.value)


def test_a_damaged_file_of_weights_is_named(index: Path) -> None:
    (index / "learned").mkdir()
    (index / "learned" / "weights.json").write_text('{"format": 9}', "utf-8")
    with xrag.open_index(index) as opened, pytest.raises(IndexCorrupt, match="weights.json is damaged"):
        opened.retriever("tuned")


class Theirs(BaseRetriever):
    def _get_relevant_documents(self, query, *, run_manager):
        return [Document(page_content=text, id=f"l{n}") for n, text in enumerate(("Вена", "เวียนนา"))]


def test_a_retriever_of_langchain_is_a_member(index: Path) -> None:
    with xrag.open_index(index) as opened:
        fusion = Fusion(
            [
                Member("own", opened.retriever("bm25")),
                Member("theirs", from_retriever(Theirs()), normalise=reciprocal_rank, floor=0.0),
            ]
        )
        [found] = fusion.search([Query("1", "der Fluss", "de")], 9)
    assert {"de0", "l0", "l1"} <= {hit.passage_id for hit in found}


def test_a_normalisation_of_ones_own_is_values() -> None:
    squared = Values(lambda found: [hit.score**2 for hit in found])
    fusion = Fusion([Member("x", FakeRetriever({"q": ranking("ab")}), normalise=squared)])
    assert fusion.search([Query("1", "q")], 9) == [(Hit("a", 1.0), Hit("b", 0.25))]


@pytest.mark.parametrize("name", NORMALISATIONS)
def test_what_is_added_up_is_what_each_hit_is_worth(name: str) -> None:
    found = (Hit("a", 9.0), Hit("b", 5.0), Hit("c", 5.0), Hit("d", 2.0))
    totals = {"b": 1.0}
    NORMALISATIONS[name].add(found, 0.3, totals)
    for hit, worth in zip(found, NORMALISATIONS[name](found), strict=True):
        assert math.isclose(totals[hit.passage_id], 0.3 * worth + (hit.passage_id == "b"), abs_tol=1e-12)
