"""Results on disk: one JSON line an item, appended and synced by the batch; a kill loses at most the batch in flight."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from xrag import manifest
from xrag.errors import InputError
from xrag.types import Json

Record = Mapping[str, Json]


class Records:
    """The results of one piece of work, by item id. A later line for an id stands for an earlier one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._mend()
        self._done = {str(row["id"]): row for row in self._read()}

    def __len__(self) -> int:
        return len(self._done)

    def __getitem__(self, item_id: str) -> Record:
        return self._done[item_id]

    def get(self, item_id: str) -> Record | None:
        """The record of an item, None where there is none yet."""
        return self._done.get(item_id)

    def items(self) -> Iterator[tuple[str, Record]]:
        """Every item with its record."""
        yield from self._done.items()

    def missing(self, ids: Sequence[str]) -> list[str]:
        """The items without a result, and those that failed, in order."""
        return [item_id for item_id in ids if item_id not in self._done or "error" in self._done[item_id]]

    def append(self, rows: Sequence[Record]) -> None:
        """Write the results of a batch; when this returns they survive a power cut."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        lines = memoryview("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode())
        # Unbuffered: what a buffer still held would be written when the file closes, behind the cut.
        with manifest.disk_errors(self.path), self.path.open("ab", buffering=0) as stream:
            before = stream.seek(0, os.SEEK_END)
            try:
                while lines:
                    lines = lines[stream.write(lines) :]
                os.fsync(stream.fileno())
            except OSError:
                # A full disk may have taken half a line.
                os.ftruncate(stream.fileno(), before)
                raise
        self._done.update({str(row["id"]): _compact(row) for row in rows})

    def _mend(self) -> None:
        """Cut off a line that a killed process did not finish."""
        if not self.path.exists():
            return
        with self.path.open("r+b") as stream:
            content = stream.read()
            whole = content.rfind(b"\n") + 1
            if whole < len(content):
                stream.truncate(whole)

    def _read(self) -> Iterator[Record]:
        if not self.path.exists():
            return
        with self.path.open(encoding="utf-8") as stream:
            for number, line in enumerate(stream, start=1):
                try:
                    row = _compact(json.loads(line))
                    _ = row["id"]
                except (ValueError, KeyError, TypeError, AttributeError) as error:
                    raise InputError(
                        f"{self.path}:{number}: not a result ({error}); delete the line to have it done again"
                    ) from error
                yield row


def _compact(row: Record) -> Record:
    """The row with its hits as tuples: the garbage collector goes through millions of lists over and over."""
    found: Any = row.get("hits")  # Any: pairs of an id and a score
    return {**row, "hits": cast(Json, tuple(map(tuple, found)))} if found else row
