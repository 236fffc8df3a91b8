"""The plain form for one's own benchmark: questions and passages in JSON Lines.

``questions``: ``{"id", "question", "language", "answers": […], "answer_language", "qrels"}``, the last ids of
passages or their grades by id;
``passages``: ``{"id", "text", "language", "title"}``. All but id, question and language may be left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from xrag import languages
from xrag.benchmarks import reading
from xrag.benchmarks.loading import Part, Request
from xrag.errors import InputError, UnknownLanguage
from xrag.types import UNDETERMINED, Example, Passage, Query


def load_records(request: Request) -> Part:
    """The questions of one language, and the passages of that language."""
    examples = tuple(one for one in read_examples(request.path("questions")) if one.query.language == request.language)
    return Part(examples, lambda: _passages(request))


def read_examples(path: Path) -> Iterator[Example]:
    """The examples of a file, whatever their languages. Raises ``InputError`` with file and line."""
    seen: set[str] = set()
    for place, row in reading.json_lines(path):
        text = row.get("question", row.get("text", ""))
        language = _tag(row.get("language", row.get("lang", UNDETERMINED)), place)
        answers = row.get("answers", row.get("answer", ()))
        gold = (answers,) if isinstance(answers, str) else tuple(answers or ())
        if not all(isinstance(one, str) for one in gold):
            raise InputError(f"{place}: the answers are not a list of texts")
        query = Query(str(reading.field(row, "id", place, (str, int))), str(text), language)
        if query.id in seen:
            raise InputError(f"{place}: the id '{query.id}' came before")
        seen.add(query.id)
        yield Example(
            query, gold, _tag(row.get("answer_language", UNDETERMINED), place), _qrels(row.get("qrels"), place)
        )


def read_nuggets(path: Path) -> dict[str, dict[str, float]]:
    """Query id ─▶ nugget ─▶ weight, of lines ``{"id", "nuggets"}``: a list whose nuggets count the same, or weights by nugget.

    Raises ``InputError`` with file and line.
    """
    found: dict[str, dict[str, float]] = {}
    for place, row in reading.json_lines(path):
        key, given = str(reading.field(row, "id", place, (str, int))), row.get("nuggets")
        weights = dict.fromkeys(given, 1.0) if isinstance(given, list) and all(map(_is_text, given)) else given
        if not isinstance(weights, dict) or not all(type(one) in (int, float) and one > 0 for one in weights.values()):
            raise InputError(f"{place}: 'nuggets' is neither a list of texts nor weights above zero by text")
        if key in found:
            raise InputError(f"{place}: the id '{key}' came before")
        found[key] = weights
    return found


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _passages(request: Request) -> Iterable[Passage]:
    if not request.has("passages"):
        return
    for place, row in reading.json_lines(request.path("passages")):
        language = _tag(row.get("language", UNDETERMINED), place)
        if language == request.language:
            passage_id = str(reading.field(row, "id", place, (str, int)))
            yield Passage(passage_id, reading.field(row, "text", place), language, title=str(row.get("title", "")))


def _tag(code: object, place: str) -> str:
    try:
        return languages.tag(str(code))
    except UnknownLanguage as error:
        raise InputError(f"{place}: {error}") from error


def _qrels(given: object, place: str) -> dict[str, int]:
    if given is None:
        return {}
    if isinstance(given, list):
        return {str(one): 1 for one in given}
    if isinstance(given, dict) and all(isinstance(grade, int) for grade in given.values()):
        return {str(key): grade for key, grade in given.items()}
    raise InputError(f"{place}: 'qrels' is neither a list of passage ids nor grades by passage id")
