"""One piece of work, batch by batch: what is there is not done again, and what fails is written down."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias, TypeVar

from xrag.errors import XragError
from xrag.experiments.records import Record, Records
from xrag.types import Json, Query

BATCH = 64
Item = TypeVar("Item")
Rows: TypeAlias = list[dict[str, Json]]


@dataclass(frozen=True, slots=True)
class Step:
    """How far a run is: ``done`` of ``total`` items of one piece of work (``index``, ``search``, ``answer`` …)."""

    work: str
    what: str
    done: int
    total: int
    failed: int = 0


Progress: TypeAlias = Callable[[Step], None]


def do_all(
    queries: Sequence[Query],
    do: Callable[[Sequence[Query]], Rows],
    records: Records,
    progress: Callable[[int, int], None],
) -> None:
    """Batch by batch; where a batch fails its items are tried alone, and the error of one stands in its place."""
    done = failed = 0
    for batch in _batches(queries):
        started = time.perf_counter()
        try:
            rows = do(batch)
        except XragError:
            rows = [_alone(query, do) for query in batch]
        seconds = (time.perf_counter() - started) / len(batch)
        finished: list[Record] = [
            {"id": query.id, **row, "seconds": seconds} for query, row in zip(batch, rows, strict=True)
        ]
        records.append(finished)
        done, failed = done + len(batch), failed + sum("error" in row for row in rows)
        progress(done, failed)


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work: its name, on what, all its queries, and where its results are."""

    work: str
    what: str
    queries: Sequence[Query]
    records: Records

    def do(self, missing: Sequence[str], do: Callable[[Sequence[Query]], Rows], progress: Progress) -> None:
        """Do what is missing, telling how far all of it is."""
        by_id = {query.id: query for query in self.queries}
        before = len(by_id) - len(missing)
        do_all(
            [by_id[key] for key in missing],
            do,
            self.records,
            lambda done, failed: progress(Step(self.work, self.what, before + done, len(by_id), failed)),
        )


def _alone(query: Query, do: Callable[[Sequence[Query]], Rows]) -> dict[str, Json]:
    try:
        [row] = do([query])
    except XragError as error:
        return {"error": str(error)}
    return row


def _batches(items: Sequence[Item]) -> Iterator[list[Item]]:
    rest = iter(items)
    while batch := list(islice(rest, BATCH)):
        yield batch
