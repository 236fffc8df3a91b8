"""Spanish over English passages, with Apertium for the question and for the answer, and no model anywhere."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.apertium_pairs import apertium
from xrag import Pipeline, benchmarks, build_index, open_index
from xrag.control import open_views
from xrag.index import IndexDirectory
from xrag.languages.identification import identify
from xrag.resources import demo_passages_path
from xrag.types import Answer, Passage, Query, Ranking


def indexed(folder: Path, passages: Sequence[Passage]) -> IndexDirectory:
    rows = [{"id": p.id, "text": p.text, "language": p.language, "title": p.title} for p in passages]
    (folder / "p.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    build_index([folder / "p.jsonl"], folder / "index")
    return open_index(folder / "index")


def spanish(index: IndexDirectory) -> Pipeline:
    """The question translated to search with, the passages translated to quote from."""
    views = open_views(["translate-passages"], apertium("en", "es"))
    return Pipeline(index.retriever("translated", translator="apertium"), index.corpus, views=views)


def cited(answer: Answer, index: IndexDirectory) -> set[str]:
    """The ids of what an answer cites, each citation being English words of the passage, as they stand in it."""
    for one in answer.citations:
        [passage] = index.corpus.get([one.passage_id])
        assert (one.language, passage.language) == ("en", "en")
        assert one.quote in passage.text
    return {one.passage_id for one in answer.citations}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> IndexDirectory:
    apertium("es", "en")
    with demo_passages_path() as path:
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    english = [Passage(row["id"], row["text"], "en", row.get("title", "")) for row in rows if row["language"] == "en"]
    return indexed(tmp_path_factory.mktemp("demo"), english)


@pytest.mark.parametrize(
    ("question", "passage_id", "answer"),
    [
        ("¿Cuántos meses tiene el calendario de Etiopía?", "demo-en-04", "trece meses"),
        ("¿Quién recibió la patente del teléfono?", "demo-en-02", "Alexander Graham Bell"),
        ("¿Cuál es el idioma oficial de Surinam?", "demo-en-07", "holandesa"),
        ("¿Qué pintor noruego pintó El grito?", "demo-en-08", "Edvard Munch"),
    ],
)
def test_a_question_of_the_demo_is_answered_in_spanish_from_english(
    question: str, passage_id: str, answer: str, demo: IndexDirectory
) -> None:
    found = spanish(demo).ask(Query("1", question, "es"))
    assert passage_id in cited(found, demo)
    assert answer in found.text
    assert [one.language for one in identify([found.text])] == ["es"]


def test_the_trace_shows_the_question_as_it_was_searched_and_the_passages_beside_their_originals(
    demo: IndexDirectory,
) -> None:
    found = spanish(demo).ask(Query("1", "¿Cuántos meses tiene el calendario de Etiopía?", "es"))
    assert [(one.source, one.target, one.text) for one in found.translations] == [
        ("es", "en", "How many months has the calendar of Ethiopia?")
    ]
    assert {(one.language, one.original.language) for one in found.context} == {("es", "en")}


LIMIT = 200


@pytest.fixture(scope="module")
def examples(shared_data: Path) -> benchmarks.Benchmark:
    apertium("es", "en")
    return benchmarks.load("xquad-r", languages=["es"], passage_languages=["en"], folder=shared_data)


@pytest.fixture(scope="module")
def paragraphs(examples: benchmarks.Benchmark, tmp_path_factory: pytest.TempPathFactory) -> IndexDirectory:
    return indexed(tmp_path_factory.mktemp("xquad-r"), list(examples.passages()))


def at_1(rankings: Sequence[Ranking], examples: benchmarks.Benchmark) -> float:
    found = zip(rankings, examples.examples, strict=False)
    return sum(bool(ranking) and ranking[0].passage_id in one.qrels for ranking, one in found) / len(rankings)


@pytest.mark.shared_data
def test_a_translated_question_finds_the_paragraph_far_more_often(
    examples: benchmarks.Benchmark, paragraphs: IndexDirectory
) -> None:
    queries = [one.query for one in examples.examples[:LIMIT]]
    translated = at_1(paragraphs.retriever("translated", translator="apertium").search(queries, 1), examples)
    untranslated = at_1(paragraphs.retriever("bm25").search(queries, 1), examples)
    assert translated > 0.85
    assert translated > untranslated + 0.2


@pytest.mark.shared_data
def test_paragraphs_of_xquad_r_answer_in_spanish_and_are_cited_in_english(
    examples: benchmarks.Benchmark, paragraphs: IndexDirectory, shared_data: Path
) -> None:
    english = benchmarks.load("xquad-r", languages=["en"], folder=shared_data).examples
    gold = {one.query.id.partition(":")[2]: one.gold_answers for one in english}
    asked = examples.examples[:50]
    answers = spanish(paragraphs).batch([one.query for one in asked], k=4)
    told = [answer for answer in answers if not answer.abstained]
    holding = [
        any(text in one.quote for text in gold[example.query.id.partition(":")[2]] for one in answer.citations)
        for answer, example in zip(answers, asked, strict=True)
    ]
    assert all(cited(answer, paragraphs) for answer in told)
    assert sum(one.language == "es" for one in identify([answer.text for answer in told])) >= 0.95 * len(told)
    assert sum(holding) >= 0.6 * len(asked)
