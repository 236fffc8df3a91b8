"""What an experiment directory holds, read back.

``experiment.toml``, ``manifest.json``, ``indexes/``, and ``searches/``, ``reranked/``, ``answers/`` and ``verdicts/`` with
a file of results for each distinct piece of work, named by the key of all that changes it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import cast

from xrag.eval.judges.tasks import Verdict
from xrag.experiments.plan import Asked, Cell
from xrag.experiments.records import Record, Records
from xrag.index import IndexDirectory, open_index
from xrag.types import Hit, Ranking, Usage

MANIFEST = "manifest.json"


def rankings(cell: Cell, directory: Path, most: int | None = None) -> dict[str, Ranking]:
    """Query id ─▶ hits as recorded, in the last order they were given; none for a query that failed or is not there yet.

    ``most`` of them: a report shows few of many.
    """
    records = reranked(cell, directory) if cell.reranked else searches(cell, directory)
    return {query.id: hits(records.get(query.id) or {}, most) for query in cell.queries}


def ranked(cell: Cell, directory: Path) -> dict[str, list[str]]:
    """Query id ─▶ the ids of the same hits."""
    records = reranked(cell, directory) if cell.reranked else searches(cell, directory)
    found = {query.id: records.get(query.id) or {} for query in cell.queries}
    return {key: [hit[0] for hit in cast(list[list[str]], one.get("hits") or [])] for key, one in found.items()}


def hits(record: Record, most: int | None = None) -> Ranking:
    """The hits of a record, the first ``most`` of them; none where it failed."""
    found = cast(list[tuple[str, float]], record.get("hits") or [])[:most]
    return tuple(Hit(passage_id, score) for passage_id, score in found)


def searches(cell: Cell, directory: Path) -> Records:
    """The results of a cell's searches."""
    return _records(directory / "searches" / f"{cell.search}.jsonl")


def reranked(cell: Cell, directory: Path) -> Records:
    """What a cell's reranker made of them."""
    return _records(directory / "reranked" / f"{cell.reranked}.jsonl")


def answers(cell: Cell, directory: Path) -> Records:
    """The results of a cell's generations."""
    return _records(directory / "answers" / f"{cell.answer}.jsonl")


def verdict_records(key: str, directory: Path) -> Records:
    """The verdicts of one judge on one cell's answers."""
    return _records(directory / "verdicts" / f"{key}.jsonl")


def texts(records: Records) -> dict[str, str]:
    """Query id ─▶ the answer's text, where there is one."""
    return {key: str(record["text"]) for key, record in records.items() if "text" in record}


def judged_text(answer: str, rival: str) -> str:
    """Names the texts that a verdict is on: a verdict on an answer that was given anew since does not stand."""
    return hashlib.sha256(f"{answer}\0{rival}".encode()).hexdigest()[:16]


def verdict(record: Record) -> Verdict:
    """A recorded verdict."""
    numbers = {key: int(cast(int, record.get(key, 0))) for key in ("prompt_tokens", "completion_tokens")}
    return Verdict(
        str(record["id"]),
        str(record.get("label", "")),
        str(record.get("reason", "")),
        str(record.get("error", "")),
        Usage(**numbers),
        float(cast(float, record.get("seconds", 0.0))),
        int(cast(int, record.get("asked", 0))),
        int(cast(int, record.get("repaired", 0))),
    )


def failed_searches(cell: Cell, directory: Path) -> Mapping[str, str]:
    """Query id ─▶ why nothing could be searched or reranked for it."""
    works = (searches(cell, directory), reranked(cell, directory) if cell.reranked else None)
    records = [(query.id, work.get(query.id)) for work in works if work is not None for query in cell.queries]
    return {key: str(record["error"]) for key, record in records if record and "error" in record}


@contextmanager
def opened(asked: Asked, directory: Path) -> Iterator[IndexDirectory]:
    """The index of a benchmark's passages, which has been built."""
    with open_index(directory / "indexes" / asked.pool) as index:
        yield index


def _records(path: Path) -> Records:
    """The records of a file; a report asks for the same ones again and again, and they are long."""
    if not path.exists():
        return Records(path)
    found = path.stat()
    return _opened(path, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=16)
def _opened(path: Path, changed: int, size: int) -> Records:  # noqa: ARG001 - a file that has grown is another one
    return Records(path)
