"""The weighed terms of an index: made by one sparse encoder over the committed corpus, and committed beside the partitions."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from xrag import manifest
from xrag.embedders import open_sparse_encoder, sparse_name
from xrag.errors import UsageError
from xrag.index.encoded import Kind, encoding
from xrag.index.snapshot import SPARSE, Snapshot, SparseEntry, corpus_key, rebuildable
from xrag.protocols import SparseEncoder
from xrag.retrievers.sparse.build import build_sparse
from xrag.retrievers.sparse.store import HEADER, Header, SparseStore


def _silent(*_: object) -> None:
    pass


def _files(path: Path) -> manifest.FileTable:
    return {**Header.read(path).files, **manifest.describe(path, [HEADER])}


KIND = Kind(SPARSE, _files)


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
    with encoding(Path(directory), keep=keep) as index:
        named = _named(index.snapshot, encoder)
        model = encoder if encoder is not None and not isinstance(encoder, str) else _opened(named)
        entry = _entry(index.snapshot, named, model.fingerprint)
        path, built = index.commit(KIND, entry, partial(build_sparse, encoder=model, progress=progress))
    store = SparseStore.open(path)
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
