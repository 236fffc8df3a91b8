"""NeuCLIR's and HC4's form: topics in English with translations, judged passages in another language."""

from __future__ import annotations

from collections import defaultdict

from xrag import languages
from xrag.benchmarks import reading
from xrag.benchmarks.collections import grade_of, passages_of
from xrag.benchmarks.loading import Part, Request
from xrag.errors import UnknownLanguage
from xrag.types import Example, Query

_HUMAN = "human translation"


def load_neuclir(request: Request) -> Part:
    """``{"topic_id", "topics": [{"lang", "source", "topic_title", "topic_description"}]}`` a line, judged in one language.

    The question is title and description: in English, or in a split whose name ends in ``human`` as people translated it
    into the language of the passages. A topic that was not judged in the language is passed over.
    """
    qrels: dict[str, dict[str, int]] = defaultdict(dict)
    for place, (topic, _, passage_id, grade) in reading.columns(request.path("qrels"), 4, None):
        qrels[topic][request.named(passage_id)] = grade_of(grade, place)
    asked_in = request.language if request.split.name.endswith("human") else "en"
    examples = []
    for place, row in reading.json_lines(request.path("topics")):
        own_id = str(reading.field(row, "topic_id", place, (str, int)))
        text = _text(row, asked_in, place) if own_id in qrels else None
        if text:
            query = Query(request.named(own_id), text, asked_in)
            examples.append(Example(query, (), asked_in, qrels[own_id]))
    return Part(tuple(examples), lambda: passages_of(request))


def _text(row: reading.Row, language: str, place: str) -> str | None:
    """What is asked in a language, by people where it is not the original."""
    for one in reading.field(row, "topics", place, list):
        is_meant = language == "en" or one.get("source") == _HUMAN
        if is_meant and _is(str(one.get("lang", "")), language):
            return f"{reading.field(one, 'topic_title', place)} {one.get('topic_description') or ''}".strip()
    return None


def _is(code: str, language: str) -> bool:
    try:
        return languages.same(languages.tag(code), language)
    except UnknownLanguage:
        return False
