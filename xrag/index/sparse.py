"""The weighed terms of an index: made by one sparse encoder over the committed corpus, and committed beside the partitions."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from xrag import manifest
from xrag.corpus import Corpus
from xrag.embedders import open_sparse_encoder, sparse_name
from xrag.errors import IndexDirectoryError, IndexNotFound, UsageError
from xrag.index.snapshot import (
    CORPUS,
    JOURNAL,
    MANIFEST,
    SPARSE,
    Snapshot,
    SparseEntry,
    clean_encoded,
    corpus_key,
    rebuildable,
)
from xrag.protocols import SparseEncoder
from xrag.retrievers.sparse.build import build_sparse
from xrag.retrievers.sparse.store import HEADER, Header, SparseStore


def _silent(*_: object) -> None:
    pass


@dataclass(frozen=True, slots=True)
class SparseReport:
    """What ``weigh_index`` did. ``settings`` says who decided how the model is used; ``postings`` are the weights of all
    passages together; ``built`` is whether there was anything to do.
    """

    encoder: str
    settings: str
    passages: int
    postings: int
    built: bool
    seconds: float


@rebuildable()
def weigh_index(
    directory: Path | str,
    encoder: str | SparseEncoder | None = None,
    *,
    keep: bool = False,
    progress: Callable[[int, int], None] = _silent,
) -> SparseReport:
    """Let a sparse encoder weigh the terms of an index's passages, or bring them up to date; whole or not at all.

    ``encoder`` is a name (see ``open_sparse_encoder``) or an encoder itself; None is the one that the index names.
    ``keep`` leaves what other encoders weighed, for who asks for it again. Interrupted, it goes on where it was: nothing is
    encoded twice. Raises ``IndexNotFound``, ``IndexLocked``, ``UsageError`` where no encoder is known, and what the encoder
    raises.
    """
    started = time.monotonic()
    target = Path(directory)
    if not (target / MANIFEST).is_file():
        raise IndexNotFound(f"{target} holds no index; make one with: xrag index PATHS -o {target}")
    with manifest.disk_errors(target), manifest.locked(target):
        snapshot = Snapshot.read(target / MANIFEST)
        named = _named(snapshot, encoder)
        model = encoder if encoder is not None and not isinstance(encoder, str) else _opened(named)
        entry = _entry(snapshot, named, model.fingerprint)
        built = not _whole(target, entry)
        if built:
            _build(target, snapshot, entry, model, progress)
        committed = replace(snapshot, sparse=replace(entry, files=_files(target / SPARSE / entry.name)))
        if committed != snapshot:
            manifest.write_json(target / MANIFEST, committed.to_json())
        clean_encoded(target, committed, finished=SPARSE, keep=keep)
    store = SparseStore.open(target / SPARSE / entry.name)
    return SparseReport(
        encoder=entry.encoder or type(model).__qualname__,
        settings=str(getattr(model, "origin", "the encoder's own")),
        passages=len(store),
        postings=len(store.impacts.passages),
        built=built,
        seconds=time.monotonic() - started,
    )


def _named(snapshot: Snapshot, encoder: str | SparseEncoder | None) -> str:
    """The encoder's name, empty for one that has none. Raises ``UsageError``."""
    if isinstance(encoder, str):
        return sparse_name(encoder)
    if encoder is not None:
        return ""
    if snapshot.sparse is None:
        raise UsageError("no model has weighed the terms of this index yet: name a sparse encoder")
    return snapshot.sparse.encoder


def _opened(named: str) -> SparseEncoder:
    return open_sparse_encoder(named) if named else SparseEntry("", "", "", "", {}).open_encoder()


def _entry(snapshot: Snapshot, named: str, fingerprint: str) -> SparseEntry:
    key = corpus_key(snapshot)
    said = hashlib.sha256(f"{fingerprint}\0{key}".encode()).hexdigest()[:16]
    return SparseEntry(f"{fingerprint[:8]}-{said}".replace(" ", "-"), named, key, fingerprint, {})


def _whole(directory: Path, entry: SparseEntry) -> bool:
    path = directory / SPARSE / entry.name
    try:
        manifest.verify(path, _files(path))
    except (IndexDirectoryError, FileNotFoundError):
        return False
    return True


def _files(path: Path) -> manifest.FileTable:
    return {**Header.read(path).files, **manifest.describe(path, [HEADER])}


def _build(
    directory: Path,
    snapshot: Snapshot,
    entry: SparseEntry,
    encoder: SparseEncoder,
    progress: Callable[[int, int], None],
) -> None:
    earlier = snapshot.sparse
    with Corpus.open(directory / CORPUS / snapshot.corpus_name, snapshot.corpus) as store:
        build_sparse(
            directory / SPARSE / entry.name,
            store,
            encoder,
            journal=directory / SPARSE / f"{JOURNAL}{hashlib.sha256(entry.fingerprint.encode()).hexdigest()[:16]}",
            earlier=directory / SPARSE / earlier.name if earlier else None,
            progress=progress,
        )
