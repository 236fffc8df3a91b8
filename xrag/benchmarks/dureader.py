"""DuReader_retrieval's form: questions with their answer paragraphs, and passages without ids in numbered parts."""

from __future__ import annotations

from collections.abc import Iterator

from xrag.benchmarks import reading
from xrag.benchmarks.loading import Part, Request
from xrag.errors import InputError
from xrag.types import Example, Passage, Query

_COLUMNS = 4
"""``null<TAB>null<TAB>text<TAB>null`` a line."""


def load_dureader(request: Request) -> Part:
    """``{"question_id", "question", "answer_paragraphs": [{"paragraph_id", "paragraph_text"}]}`` a line.

    ``map`` says the id of each line of the ``passages``, the parts one after the other.
    """
    examples = []
    for place, row in reading.json_lines(request.path("questions")):
        query = Query(
            request.named(reading.field(row, "question_id", place, (str, int))),
            reading.field(row, "question", place),
            request.language,
        )
        found = reading.field(row, "answer_paragraphs", place, list)
        qrels = {request.named(reading.field(one, "paragraph_id", place, (str, int))): 1 for one in found}
        examples.append(Example(query, (), request.language, qrels))
    return Part(tuple(examples), lambda: _passages(request))


def _passages(request: Request) -> Iterator[Passage]:
    path = request.path("map")
    ids = reading.json_value(path)
    if not isinstance(ids, dict):
        raise InputError(f"{path}: not an object of line numbers and passage ids; is this another revision?")
    number = 0
    for part in reading.matching(request.path("passages")):
        for place, fields in reading.columns(part, _COLUMNS):
            if str(number) not in ids:
                raise InputError(f"{place}: {path.name} has no id for line {number:,} of the passages")
            yield Passage(request.named(ids[str(number)]), fields[2], request.language)
            number += 1
