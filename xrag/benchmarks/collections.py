"""Retrieval collections: topics, relevance judgements and passages in the forms of TREC, BEIR and Tevatron."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from xrag.benchmarks import reading
from xrag.benchmarks.loading import Part, Request
from xrag.errors import InputError
from xrag.types import Example, Passage, Query


def load_trec(request: Request) -> Part:
    """``topics`` (id<TAB>text), ``qrels`` (query, iteration, passage, grade), ``passages``: MIRACL, NoMIRACL, mMARCO …

    Passages are JSON Lines (``docid`` or ``_id``, ``title``, ``text``) or id<TAB>text, plain or gzipped, in one file or many.
    A topic without any judgement is passed over.
    """
    qrels: dict[str, dict[str, int]] = defaultdict(dict)
    for place, (query_id, _, passage_id, grade) in reading.columns(request.path("qrels"), 4, None):
        qrels[query_id][passage_id] = grade_of(grade, place)
    topics = [row for _, row in reading.columns(request.path("topics"), 2)]
    return Part(_examples(dict(topics), qrels, request), lambda: passages_of(request))


def load_beir(request: Request) -> Part:
    """``queries`` and ``passages`` (``_id``, ``text``, ``title``) in JSON Lines, ``qrels`` with a header and three columns."""
    qrels: dict[str, dict[str, int]] = defaultdict(dict)
    rows = reading.columns(request.path("qrels"), 3)
    next(rows, None)
    for place, (query_id, passage_id, grade) in rows:
        qrels[query_id][passage_id] = grade_of(grade, place)
    queries = {
        str(reading.field(row, "_id", place, (str, int))): reading.field(row, "text", place)
        for place, row in reading.json_lines(request.path("queries"))
    }
    return Part(_examples(queries, qrels, request), lambda: passages_of(request))


def load_tevatron(request: Request) -> Part:
    """``{"query_id", "query", "positive_passages", "negative_passages"}`` a line, as Mr. TyDi is published.

    Where there is no file of passages, the pool are those of the lines.
    """
    examples, pool = [], {}
    for place, row in reading.json_lines(request.path("questions")):
        positive = reading.field(row, "positive_passages", place, list)
        for one in (*positive, *row.get("negative_passages", ())):
            found = _passage(one, place, request)
            pool[found.id] = found
        query = Query(
            request.named(reading.field(row, "query_id", place, (str, int))),
            reading.field(row, "query", place),
            request.language,
        )
        qrels = {request.named(one["docid"]): 1 for one in positive}
        examples.append(Example(query, (), request.language, qrels))
    return Part(tuple(examples), lambda: passages_of(request) if request.has("passages") else iter(pool.values()))


def _examples(
    queries: Mapping[str, str], qrels: Mapping[str, Mapping[str, int]], request: Request
) -> tuple[Example, ...]:
    answer_language = request.spec.answer_language or request.language
    return tuple(
        Example(Query(request.named(key), text, request.language), (), answer_language, _named(qrels[key], request))
        for key, text in queries.items()
        if key in qrels
    )


def _named(grades: Mapping[str, int], request: Request) -> dict[str, int]:
    return {request.named(passage): grade for passage, grade in grades.items()}


def grade_of(grade: str, place: str) -> int:
    """A relevance grade. Raises ``InputError`` for what is none."""
    try:
        return int(grade)
    except ValueError as error:
        raise InputError(f"{place}: the grade '{grade}' is no whole number") from error


def passages_of(request: Request) -> Iterator[Passage]:
    """The passages of all files that the split names."""
    for path in reading.matching(request.path("passages")):
        if ".tsv" in path.suffixes:
            yield from (
                Passage(request.named(key), text, request.language) for _, (key, text) in reading.columns(path, 2)
            )
        else:
            yield from (_passage(row, place, request) for place, row in reading.json_lines(path))


def _passage(row: reading.Row, place: str, request: Request) -> Passage:
    key = next((name for name in ("docid", "_id", "id") if name in row), "docid")
    passage_id = request.named(reading.field(row, key, place, (str, int)))
    return Passage(passage_id, str(row.get("text", "")), request.language, title=str(row.get("title") or ""))
