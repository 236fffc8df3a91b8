"""The segment being written: rows are added file by file, and a run that was killed goes on where this one stopped.

Indexes are made when all rows are there, which sorts once instead of touching random pages for each row.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from xrag import manifest
from xrag.corpus.segment import INDEXES, TABLES, FileRecord, Row
from xrag.corpus.state import Range, SegmentEntry
from xrag.errors import XragError

NAME = "staging.partial"
_COMMIT_EVERY = 2.0
_DISK = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
}


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn a full or failing disk into one line that names the path."""
    try:
        with manifest.disk_errors(path):
            yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in _DISK:
            raise
        raise XragError(
            f"cannot write {path}: {error}; what was there before is unchanged, make room and run again"
        ) from error


class Staging:
    """A writable segment on top of a base: the state it will be added to. ``first`` is the first number it may give."""

    def __init__(self, directory: Path, base: str, first: int) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.path = directory / NAME
        self.first = first
        _adopt(directory, base, first)
        with writing(self.path):
            self._connection = _opened(self.path, base)
            try:
                self._forget_unfinished()
            except XragError:  # a disk that is full has no room for the journal of a deletion either
                self._connection.close()
                _discard(self.path)
                self._connection = _opened(self.path, base)
            self._drop_indexes()
        self._committed = time.monotonic()

    @property
    def next_number(self) -> int:
        """The number after the last one that was given."""
        (following,) = next(self.rows("SELECT max(next) FROM files"))
        return self.first if following is None else int(following)

    def rows(self, sql: str, *parameters: object) -> Iterator[Row]:
        """Run a query."""
        return iter(self._connection.execute(sql, parameters))

    live = rows

    def files(self) -> list[FileRecord]:
        """The files that were read to their end."""
        return [
            FileRecord(*row) for row in self.rows("SELECT first, next, path, label, size, mtime, digest FROM files")
        ]

    def begin(self, record: FileRecord) -> None:
        """Open a file's rows; they count from ``record.first``."""
        row = (record.first, record.path, record.label, record.size, record.mtime, record.digest)
        self._run("INSERT INTO files (first, path, label, size, mtime, digest) VALUES (?, ?, ?, ?, ?, ?)", row)

    def add(self, rows: Sequence[Row]) -> None:
        """Add passages of the open file; now and then everything so far is made to last."""
        with writing(self.path):
            self._connection.executemany("INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        self._commit_in_time()

    def end(self, first: int, following: int) -> None:
        """Close a file's rows: it will not be read again."""
        self._run("UPDATE files SET next = ? WHERE first = ?", (following, first))
        self._commit_in_time()

    def forget(self, firsts: Iterable[int]) -> None:
        """Remove files and all that came of them."""
        for first in list(firsts):
            following = next(self.rows("SELECT next FROM files WHERE first = ?", first))[0]
            self._run("DELETE FROM passages WHERE number >= ? AND number < ?", (first, following or 1 << 62))
            self._run("DELETE FROM duplicates WHERE file = ?", (first,))
            self._run("DELETE FROM files WHERE first = ?", (first,))

    def drop(self, repeats: Sequence[Range]) -> None:
        """Remove repeated passages, given as ``(number, digest)``, and remember of which file they were."""
        owner = "(SELECT max(first) FROM files WHERE first <= ?)"
        with writing(self.path):
            rows = [(number, digest) for number, digest in repeats]
            self._connection.executemany(f"INSERT INTO duplicates VALUES ({owner}, ?)", rows)
            self._connection.executemany("DELETE FROM passages WHERE number = ?", [(number,) for number, _ in repeats])
            self.commit()

    def index(self) -> None:
        """Make the indexes, by which everything after the reading looks up."""
        for name, columns in INDEXES.items():
            self._run(f"CREATE INDEX IF NOT EXISTS {name} ON {columns}")
        self.commit()

    def commit(self) -> None:
        """Make everything so far last."""
        with writing(self.path):
            if self._connection.in_transaction:
                self._connection.execute("COMMIT")
            self._connection.execute("BEGIN")
        self._committed = time.monotonic()

    def close(self) -> None:
        """Leave the rows for the next run."""
        try:
            with writing(self.path):
                if self._connection.in_transaction:
                    self._connection.execute("COMMIT")
        finally:
            self._connection.close()

    def finish(self) -> SegmentEntry | None:
        """Turn the rows into a finished segment; None where there is not even a file."""
        first, following, empty = self.first, self.next_number, not self.files()
        self.close()
        if empty:
            self.path.unlink()
            return None
        return sealed(self.path, first, following)

    def _run(self, sql: str, parameters: Sequence[object] = ()) -> None:
        with writing(self.path):
            self._connection.execute(sql, parameters)

    def _commit_in_time(self) -> None:
        if time.monotonic() - self._committed > _COMMIT_EVERY:
            self.commit()

    def _forget_unfinished(self) -> None:
        self.forget(first for (first,) in self.rows("SELECT first FROM files WHERE next IS NULL"))
        self.commit()

    def _drop_indexes(self) -> None:
        for name in INDEXES:
            self._run(f"DROP INDEX IF EXISTS {name}")
        self.commit()


def sealed(path: Path, first: int, following: int) -> SegmentEntry:
    """Give a complete SQLite file its name, made of its first number and its content, and make it last."""
    with manifest.disk_errors(path):
        manifest.fsync(path)
        sha256 = manifest.checksum(path)
        name = f"{first:012d}-{sha256[:12]}.sqlite"
        size = path.stat().st_size
        path.replace(path.with_name(name))
        manifest.fsync(path.parent)
    return SegmentEntry(name, size, sha256, first, following)


def _adopt(directory: Path, base: str, first: int) -> None:
    """A run killed after its segment was finished, before the manifest named it, left a segment that goes on being staged."""
    staging = directory / NAME
    for left in sorted(directory.glob(f"{first:012d}-*.sqlite")):
        if not staging.exists() and _base_of(left) == base:
            left.replace(staging)


def _opened(path: Path, base: str) -> sqlite3.Connection:
    """The staging file of the last run where it has the same base and is sound, else an empty one."""
    if path.exists() and _base_of(path) != base:
        _discard(path)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript(
        "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = NORMAL;"
    )
    connection.executescript(TABLES)
    if not connection.execute("SELECT count(*) FROM meta").fetchone()[0]:
        connection.execute("INSERT INTO meta VALUES (?)", (base,))
    connection.execute("BEGIN")
    return connection


def _discard(path: Path) -> None:
    path.unlink()
    path.with_name(f"{path.name}-journal").unlink(missing_ok=True)


def _base_of(path: Path) -> str | None:
    """What a segment was begun on; None where the file is no segment."""
    connection = sqlite3.connect(path)
    try:
        row = connection.execute("SELECT base FROM meta").fetchone()
        return str(row[0]) if row else None
    except sqlite3.DatabaseError:
        return None
    finally:
        connection.close()
