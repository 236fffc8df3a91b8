"""AfriQA's forms: questions in African languages with a gold passage in the pivot language, English or French.

The published files hold lists as Python wrote them, without minding apostrophes (``['N'Djamena']``), questions whose passage is
null, and one question that is no text (Twi): that one is passed over.
"""

from __future__ import annotations

import ast
import hashlib
import re

from xrag.benchmarks import reading
from xrag.benchmarks.loading import Part, Request
from xrag.errors import InputError
from xrag.types import Example, Passage, Query

_PIVOTS = {"fon": "fr"}
_TEXTS = re.compile(r"'text':\s*(\[.*\])")


def load_translated(request: Request) -> Part:
    """The same questions as people translated them into the language of the passages, under the same ids."""
    pivot = _PIVOTS.get(request.language, "en")
    examples = []
    for place, row in reading.json_lines(request.path("questions")):
        if isinstance(row.get("question_lang"), str):
            query = Query(_id(row, place, request), reading.field(row, "question_translated", place), pivot)
            examples.append(Example(query, (), pivot))
    return Part(tuple(examples))


def load_gold_passages(request: Request) -> Part:
    """The gold answers are those of the pivot, in which the passages are; questions may share a passage, or have none."""
    pivot = _PIVOTS.get(request.language, "en")
    examples, passages = [], {}
    for place, row in reading.json_lines(request.path("questions")):
        if not isinstance(row.get("question_lang"), str):
            continue
        query = Query(_id(row, place, request), row["question_lang"], request.language)
        given = row.get("answer_pivot")
        texts = given.get("text") if isinstance(given, dict) else _TEXTS.search(str(given))
        gold = _answers(texts[1] if isinstance(texts, re.Match) else texts, place)
        context = row.get("context")
        passage_id = f"{pivot}:{hashlib.sha256(context.encode()).hexdigest()[:16]}" if context else ""
        if context:
            passages[passage_id] = Passage(passage_id, context, pivot, title=str(row.get("title") or ""))
        examples.append(Example(query, gold, pivot, {passage_id: 1} if context else {}))
    return Part(tuple(examples), passages.values)


def load_queries(request: Request) -> Part:
    """The gold answers are in the question's language; there are no passages."""
    examples = []
    for place, row in reading.json_lines(request.path("questions")):
        query = Query(_id(row, place, request), reading.field(row, "question", place), request.language)
        examples.append(Example(query, _answers(row.get("answers"), place), request.language))
    return Part(tuple(examples))


def _id(row: reading.Row, place: str, request: Request) -> str:
    return request.named(reading.field(row, "id", place, (str, int)))


def _answers(given: object, place: str) -> tuple[str, ...]:
    """A list, or the text that Python made of one; an apostrophe may have broken its quoting."""
    text = given.strip() if isinstance(given, str) else ""
    if text:
        try:
            given = ast.literal_eval(text)
        except (ValueError, SyntaxError):
            given = text[2:-2].split("', '") if text.startswith("['") else None
    if not isinstance(given, list):
        raise InputError(f"{place}: the answers are no list; is this another revision of the benchmark?")
    return tuple(dict.fromkeys(str(one).strip() for one in given))
