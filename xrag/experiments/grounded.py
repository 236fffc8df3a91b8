"""What an experiment's answers stand on: citations, and abstaining where nothing relevant was shown."""

from __future__ import annotations

from typing import cast

from xrag.eval import grounding
from xrag.eval.grounding import Abstention
from xrag.eval.results import Result
from xrag.experiments.plan import Cell
from xrag.experiments.records import Record, Records
from xrag.types import Answer, Citation, Passage


def citation_results(cell: Cell, said: Records) -> list[Result]:
    """``citation-precision`` and ``citation-recall``, where the benchmark judges passages and a relevant one was shown."""
    if not any(one.qrels for one in cell.asked.examples):
        return []
    answers = [_answer(cell, i, record) for i, query in enumerate(cell.queries) if (record := said.get(query.id))]
    return [one for one in grounding.citations(answers, cell.asked.examples).values() if one.n]


def abstention(cell: Cell, said: Records) -> Abstention:
    """NoMIRACL's rates: answering though no judged passage is relevant, abstaining though one is."""
    known = {query.id: bool(record.get("abstained")) for query in cell.queries if (record := _answered(said, query.id))}
    return grounding.abstention(known, cell.asked.examples)


def _answered(said: Records, key: str) -> Record | None:
    record = said.get(key)
    return record if record and "text" in record else None


def _answer(cell: Cell, place: int, record: Record) -> Answer:
    """As much of the answer as citations are counted from."""
    query = cell.queries[place]
    shown = [Passage(one, "") for one in _ids(record, "context")]
    cited = [Citation(1, one, "", "und") for one in _ids(record, "citations")]
    return Answer(query, str(record.get("text", "")), query.language, tuple(shown), tuple(cited))


def _ids(record: Record, key: str) -> list[str]:
    return [str(one) for one in cast(list[str], record.get(key) or [])]
