"""BordIRlines' form: questions on disputed territories, each in the languages of its claimants, with hits in many languages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator

from xrag import languages
from xrag.benchmarks import reading
from xrag.benchmarks.loading import Part, Request
from xrag.errors import InputError, UnknownLanguage
from xrag.types import UNDETERMINED, Example, Passage, Query

_YES = "TRUE"
_OWN_CODES = {"zhs": "zh", "zht": "zh-Hant", "control": "en"}


def load_bordirlines(request: Request) -> Part:
    """``queries`` (query_id, query_text), ``hits`` (query_id, doc_id, doc_lang), ``docs``: language ─▶ id ─▶ text.

    A passage is called ``LANGUAGE:ID`` as the files have them: two languages may use one id. A hit has the grade 1 or 0 of
    ``annotations`` (query_id, doc_id, relevant), by a majority of people; one that nobody judged has 1. There are no gold
    answers: what is measured is whether the answers of all languages agree.
    """
    judged = _judged(request)
    hits: dict[str, dict[str, int]] = defaultdict(dict)
    for place, row in reading.tsv(request.path("hits")):
        key, doc = reading.field(row, "query_id", place), reading.field(row, "doc_id", place)
        hits[key][f"{reading.field(row, 'doc_lang', place)}:{doc}"] = judged.get((key, doc), 1)
    examples = []
    for place, row in reading.tsv(request.path("queries")):
        key = reading.field(row, "query_id", place)
        if key in hits:
            query = Query(request.named(key), reading.field(row, "query_text", place), request.language)
            examples.append(Example(query, (), request.language, hits[key]))
    wanted = {doc for found in hits.values() for doc in found}
    return Part(tuple(examples), lambda: _passages(request, wanted))


def _judged(request: Request) -> dict[tuple[str, str], int]:
    rows = reading.tsv(request.path("annotations")) if "annotations" in request.split.files else ()
    return {
        (reading.field(row, "query_id", place), reading.field(row, "doc_id", place)): int(
            reading.field(row, "relevant", place).strip().upper() == _YES
        )
        for place, row in rows
    }


def _passages(request: Request, wanted: Collection[str]) -> Iterator[Passage]:
    path = request.path("docs")
    found = reading.json_value(path)
    if not isinstance(found, dict) or not all(isinstance(docs, dict) for docs in found.values()):
        raise InputError(f"{path}: not an object of documents by language; is this another revision of the benchmark?")
    for code, docs in found.items():
        for key, text in docs.items():
            if f"{code}:{key}" in wanted:
                yield Passage(f"{code}:{key}", str(text), _tag(code))


def _tag(code: str) -> str:
    try:
        return languages.tag(_OWN_CODES.get(code, code))
    except UnknownLanguage:
        return UNDETERMINED
