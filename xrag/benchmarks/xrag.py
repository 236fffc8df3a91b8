"""XRAG's form: questions with two articles that support the answer and six that distract from it.

The files name no language: the question's is told from its text, an article's likewise. An item is *monolingual* where all its
articles are English, else *multilingual*. Which articles support is said by the article, else the first two do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from xrag.benchmarks import reading
from xrag.benchmarks.loading import Part, Request
from xrag.errors import InputError
from xrag.languages import identification
from xrag.types import Example, Passage, Query

_SUPPORTING = 2
_ENGLISH = "en"
_SAYS = ("supporting", "is_supporting", "relevant", "relevance", "label")


def load_xrag(request: Request) -> Part:
    """The split's name ends in ``monolingual`` or ``multilingual``. An article that supports has the grade 1, another 0.

    In ``en`` the questions and answers are the English ones that every item has; the articles are the same.
    """
    wants_english = request.split.name.endswith("monolingual")
    own_languages = [tag for tag in request.spec.languages if tag != _ENGLISH]
    examples: list[Example] = []
    passages: dict[str, Passage] = {}
    for place, row in reading.json_lines(request.path("questions")):
        language = _language(reading.field(row, "question", place), own_languages)
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
    for i, article in enumerate(reading.field(row, "articles", place, list)):
        given = article if isinstance(article, dict) else {"text": article}
        text = given.get("text") or given.get("content") or given.get("article")
        if not isinstance(text, str):
            raise InputError(f"{place}: article {i + 1} has no text; is this another revision of the benchmark?")
        said = next((given[key] for key in _SAYS if key in given), i < _SUPPORTING)
        tag = _language(text, [_ENGLISH, language])
        passage_id = f"{tag}:{hashlib.sha256(text.encode()).hexdigest()[:16]}"
        yield Passage(passage_id, text, tag, title=str(given.get("title") or "")), int(bool(said))


def _language(text: str, candidates: Sequence[str]) -> str:
    [found] = identification.identify([text], candidates)
    return found.language
