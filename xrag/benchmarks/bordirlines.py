"""BordIRlines' form: questions on disputed territories, each in the languages of its claimants, with hits in many languages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from xrag import languages
from xrag.benchmarks import reading
from xrag.benchmarks.loading import Part, Request
from xrag.errors import InputError, UnknownLanguage
from xrag.types import UNDETERMINED, Example, Passage, Query

_TEXT = ("query_text", "query", "text")
_HUMAN = "relevant_human"
_YES = frozenset({"1", "1.0", "true", "yes"})
_OWN_CODES = {"zhs": "zh", "zht": "zh-Hant", "control": "en"}


def load_bordirlines(request: Request) -> Part:
    """``queries``: a table of ``query_id`` and text; ``hits``: one of ``query_id`` and ``doc_id``; ``docs``: id ─▶ text.

    A hit has the grade 1 where ``relevant_human`` says so, 0 where it says no; where the table says nothing of it, every hit
    has 1. There are no gold answers: what is measured is whether the answers of all languages agree.
    """
    hits: dict[str, dict[str, int]] = defaultdict(dict)
    for place, row in reading.tsv(request.path("hits")):
        hits[reading.field(row, "query_id", place)][reading.field(row, "doc_id", place)] = _grade(row)
    examples = []
    for place, row in reading.tsv(request.path("queries")):
        key = reading.field(row, "query_id", place)
        if key in hits and row.get("language", request.code) == request.code:
            text = next((row[name] for name in _TEXT if row.get(name)), None)
            if text is None:
                raise InputError(f"{place}: the query has no text; it is called {', '.join(_TEXT)}")
            query = Query(request.named(key), text, request.language)
            examples.append(Example(query, (), request.language, hits[key]))
    wanted = {doc for found in hits.values() for doc in found}
    return Part(tuple(examples), lambda: (one for one in _passages(request) if one.id in wanted))


def _grade(row: reading.Row) -> int:
    return int(row[_HUMAN].strip().casefold() in _YES) if row.get(_HUMAN) else 1


def _passages(request: Request) -> Iterator[Passage]:
    """The file's documents: by id, or by language and id."""
    path = request.path("docs")
    found = reading.json_value(path)
    if not isinstance(found, dict):
        raise InputError(f"{path}: not an object of documents; is this another revision of the benchmark?")
    for key, value in found.items():
        if isinstance(value, dict):
            yield from (Passage(doc, str(text), _tag(key)) for doc, text in value.items())
        else:
            yield Passage(key, str(value), UNDETERMINED)


def _tag(code: str) -> str:
    try:
        return languages.tag(_OWN_CODES.get(code, code))
    except UnknownLanguage:
        return UNDETERMINED
