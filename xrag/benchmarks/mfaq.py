"""MFAQ's form: one page of questions and answers a line; a question is to find its answer among those of all pages."""

from __future__ import annotations

from xrag.benchmarks import reading
from xrag.benchmarks.loading import Part, Request
from xrag.types import Example, Passage, Query


def load_mfaq(request: Request) -> Part:
    """``{"id"?, "domain", "qa_pairs": [{"question", "answer"}]}`` a line. ``PAGE#NUMBER`` names a pair; its answer is gold."""
    examples, passages = [], []
    for number, (place, row) in enumerate(reading.json_lines(request.path("pages"))):
        page = str(row.get("id", number))
        for i, pair in enumerate(reading.field(row, "qa_pairs", place, list)):
            name = request.named(f"{page}#{i}")
            answer = reading.field(pair, "answer", place)
            passages.append(Passage(name, answer, request.language, source=str(row.get("domain") or "")))
            query = Query(name, reading.field(pair, "question", place), request.language)
            examples.append(Example(query, (answer,), request.language, {name: 1}))
    return Part(tuple(examples), lambda: passages)
