"""XRAG's form: questions with two articles that support the answer and six that distract from it.

An item is *monolingual* where all its articles are English, else *multilingual*; an article's language is told from its text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from xrag.benchmarks import reading
from xrag.benchmarks.loading import Part, Request
from xrag.errors import InputError
from xrag.languages import identification
from xrag.types import Example, Passage, Query

_ENGLISH = "en"
_SAID = {0: 0, 1: 1, "0": 0, "1": 1}


def load_xrag(request: Request) -> Part:
    """The split's name ends in ``monolingual`` or ``multilingual``. An article that supports has the grade 1, another 0.

    In ``en`` the questions and answers are the English ones that every item has; the articles are the same.
    """
    wants_english = request.split.name.endswith("monolingual")
    examples: list[Example] = []
    passages: dict[str, Passage] = {}
    for place, row in reading.json_lines(request.path("questions")):
        language = reading.field(row, "language", place)
        if request.language not in (language, _ENGLISH):
            continue
        found = [*_articles(row, language, place)]
        if all(one.language == _ENGLISH for one, _ in found) is not wants_english:
            continue
        passages |= {one.id: one for one, _ in found}
        prefix = "en_" if request.language == _ENGLISH else ""
        query_id = request.named(reading.field(row, "id", place, (str, int)))
        query = Query(query_id, reading.field(row, f"{prefix}question", place), request.language)
        gold = (reading.field(row, f"{prefix}answer", place),)
        examples.append(Example(query, gold, request.language, {one.id: grade for one, grade in found}))
    return Part(tuple(examples), passages.values)


def _articles(row: reading.Row, language: str, place: str) -> Iterator[tuple[Passage, int]]:
    """``articles``, ``urls`` and ``is_support`` are parallel lists, in an order that tells nothing."""
    columns = [reading.field(row, name, place, list) for name in ("articles", "urls", "is_support")]
    if len({len(column) for column in columns}) > 1:
        raise InputError(f"{place}: 'articles', 'urls' and 'is_support' are of different lengths")
    for i, (text, url, said) in enumerate(zip(*columns, strict=True), start=1):
        if not isinstance(text, str):
            raise InputError(f"{place}: article {i} is no text; is this another revision of the benchmark?")
        if said not in _SAID:
            raise InputError(f"{place}: 'is_support' of article {i} is {said!r}, neither 0 nor 1")
        [found] = identification.identify([text], [_ENGLISH, language])
        passage_id = f"{found.language}:{hashlib.sha256(text.encode()).hexdigest()[:16]}"
        yield Passage(passage_id, text, found.language, source=str(url)), _SAID[said]
