"""What a model makes of all passages of an index, of whatever kind: built over the committed corpus, committed beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from xrag import manifest
from xrag.corpus import Corpus
from xrag.errors import IndexDirectoryError, IndexNotFound
from xrag.index.snapshot import (
    CORPUS,
    JOURNAL,
    MANIFEST,
    Snapshot,
    SparseEntry,
    VectorsEntry,
    clean_encoded,
    encoded_by,
)
from xrag.protocols import PassageStore


class Build(Protocol):
    """Builds at ``path``, whole or absent, what ``earlier`` lacks; what is encoded goes into the folder ``journal`` first."""

    def __call__(self, path: Path, store: PassageStore, *, journal: Path, earlier: Path | None) -> object:
        """Build it."""
        ...


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of what models make: its ``room`` in the directory, and what reads the table of ``files`` of one of them."""

    room: str
    files: Callable[[Path], manifest.FileTable]

    def whole(self, path: Path) -> bool:
        """Whether it is at ``path`` with every file as it was written."""
        try:
            manifest.verify(path, self.files(path))
        except (IndexDirectoryError, FileNotFoundError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class Encoding:
    """An index that nobody else writes meanwhile. Made by ``encoding``; ``keep`` leaves what other models made of it."""

    directory: Path
    snapshot: Snapshot
    keep: bool

    def commit(self, kind: Kind, entry: VectorsEntry | SparseEntry, build: Build) -> tuple[Path, bool]:
        """See that what ``entry`` (still without files) names is there and in the manifest: where, and if it was built now."""
        path = self.directory / kind.room / entry.name
        built = not kind.whole(path)
        if built:
            self._build(path, entry.fingerprint, build)
        committed = self.snapshot.with_encoded(kind.room, replace(entry, files=kind.files(path)))
        if committed != self.snapshot:
            manifest.write_json(self.directory / MANIFEST, committed.to_json())
        clean_encoded(self.directory, committed, finished=kind.room, keep=self.keep)
        return path, built

    def _build(self, path: Path, fingerprint: str, build: Build) -> None:
        earlier = encoded_by(self.snapshot)[path.parent.name]
        kept = path.parent / earlier.name if earlier else None
        journal = path.parent / f"{JOURNAL}{hashlib.sha256(fingerprint.encode()).hexdigest()[:16]}"
        with Corpus.open(self.directory / CORPUS / self.snapshot.corpus_name, self.snapshot.corpus) as store:
            build(path, store, journal=journal, earlier=kept)


@contextmanager
def encoding(directory: Path, *, keep: bool = False) -> Iterator[Encoding]:
    """Hold an index to commit to it what a model makes of its passages. Raises ``IndexNotFound`` and ``IndexLocked``."""
    if not (directory / MANIFEST).is_file():
        raise IndexNotFound(f"{directory} holds no index; make one with: xrag index PATHS -o {directory}")
    with manifest.disk_errors(directory), manifest.locked(directory):
        yield Encoding(directory, Snapshot.read(directory / MANIFEST), keep)
