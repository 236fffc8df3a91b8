"""Builds the postings of a sparse encoder: encode what is new, put it beside what is kept; whole or absent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from xrag import manifest
from xrag.errors import IndexDirectoryError, RetrievalError
from xrag.protocols import PassageStore, SparseEncoder
from xrag.retrievers.arrays import Array, save, writing
from xrag.retrievers.build import searchable
from xrag.retrievers.dense.journal import digest
from xrag.retrievers.postings import Block, Postings, Source, Survivors, add_up, merge, sorted_order, term_ranges
from xrag.retrievers.sparse.journal import Journal
from xrag.retrievers.sparse.store import BOUNDS, FILES, PASSAGES, WEIGHTS, Header, SparseStore
from xrag.types import Passage

WINDOW = 512
"""Texts that are handed to the encoder at a time: what a kill can cost."""

POSTINGS_PER_BLOCK = 1 << 22


def _ignored(*_: object) -> None:
    pass


def build_sparse(
    path: Path,
    store: PassageStore,
    encoder: SparseEncoder,
    *,
    journal: Path,
    earlier: Path | None = None,
    progress: Callable[[int, int], None] = _ignored,
) -> SparseStore:
    """Build the postings of all passages at ``path``; whole or absent.

    Those of ``earlier`` whose passages still live are kept where its encoder was the same. What is encoded goes into the
    folder ``journal`` first, so that a run that was killed is gone on with; remove it when what was built is committed.
    ``progress`` is told how many passages of how many are encoded. Raises ``RetrievalError`` where the encoder fails.
    """
    languages = [np.frombuffer(store.numbers(language), np.int64) for language in store.languages()]
    numbers = np.sort(np.concatenate([*languages, np.empty(0, np.int64)]))
    with Journal(journal) as encoded, manifest.replacing(path) as directory:
        directory.mkdir()
        with _Build(directory, encoder) as build:
            if earlier is not None:
                build.keep(earlier, numbers)
            build.add(numbers[build.size :], store, encoded, progress)
            build.finish(numbers)
    return SparseStore.open(path)


class _Build:
    """One run: what is carried between its steps."""

    def __init__(self, directory: Path, encoder: SparseEncoder) -> None:
        self.size = 0
        self._directory = directory
        self._encoder = encoder
        self._sources: list[Source] = []
        self._id_ends: list[Array] = [np.zeros(1, np.int64)]
        self._ids = (directory / "ids.txt").open("wb")
        self._held: list[tuple[Array, Array]] = []

    def __enter__(self) -> _Build:
        return self

    def __exit__(self, *_: object) -> None:
        self._ids.close()

    def keep(self, previous: Path, numbers: Array) -> None:
        """Take over the passages of earlier postings that still live, where their encoder was the same."""
        try:
            earlier = SparseStore.open(previous)
        except IndexDirectoryError:
            return
        alive = np.isin(earlier.passages.numbers, numbers)
        kept = earlier.passages.numbers[alive]
        alike = earlier.header.encoder == self._encoder.fingerprint
        if not alike or not len(kept) or not np.array_equal(kept, numbers[: len(kept)]):
            return  # another encoder, none lives, or new passages come between those to keep
        positions = np.where(alive, np.cumsum(alive) - 1, -1).astype(np.int32)
        self._sources.append(Survivors.of(previous, WEIGHTS, earlier.impacts.bounds, positions))
        self._append(earlier.passages.bytes_of(alive))

    def add(self, numbers: Array, store: PassageStore, journal: Journal, progress: Callable[[int, int], None]) -> None:
        """Encode the passages of these numbers that the journal does not hold, and put their postings on disk by blocks."""
        postings = 0
        for start in range(0, len(numbers), WINDOW):
            passages = list(store.by_number(numbers[start : start + WINDOW].tolist()))
            weighed = self._weighed(passages, journal)
            self._held += weighed
            self._append([passage.id.encode() for passage in passages])
            postings += sum(len(terms) for terms, _ in weighed)
            if postings >= POSTINGS_PER_BLOCK:
                self._write_block()
                postings = 0
            progress(start + len(passages), len(numbers))
        self._write_block()

    def _weighed(self, passages: Sequence[Passage], journal: Journal) -> list[tuple[Array, Array]]:
        keys = [digest(searchable(passage)) for passage in passages]
        texts = {key: searchable(passage) for key, passage in zip(keys, passages, strict=True) if key not in journal}
        if texts:
            found = self._encoder.encode_passages(list(texts.values()))
            if len(found) != len(texts):
                raise RetrievalError(f"the sparse encoder gave the terms of {len(found)} texts for {len(texts)}")
            for key, (terms, weights) in zip(texts, found, strict=True):
                journal.append(key, *self._checked(terms, weights))
            journal.flush()
        return journal.weights(keys)

    def _checked(self, terms: Array, weights: Array) -> tuple[Array, Array]:
        """What the encoder promises. Raises ``RetrievalError`` where it is not so."""
        fits = len(terms) == len(weights) and np.isfinite(weights).all() and (weights > 0).all()
        known = not len(terms) or (terms[0] >= 0 and terms[-1] < self._encoder.terms and (np.diff(terms) > 0).all())
        if not fits or not known:
            raise RetrievalError(
                f"the sparse encoder gave terms that do not ascend below {self._encoder.terms}, or weights that are not above 0"
            )
        return terms, weights

    def _append(self, ids: Sequence[bytes]) -> None:
        self._ids.write(b"".join(ids))
        self._id_ends.append(self._id_ends[-1][-1] + np.cumsum(np.fromiter(map(len, ids), np.int64, len(ids))))
        self.size += len(ids)

    def _write_block(self) -> None:
        if not self._held:
            return
        sizes = [len(terms) for terms, _ in self._held]
        first = self.size - len(self._held)
        terms = np.concatenate([terms for terms, _ in self._held])
        order = sorted_order(terms)
        owners = np.repeat(np.arange(first, self.size, dtype=np.int32), sizes)[order]
        weights = np.concatenate([weights for _, weights in self._held])[order]
        held, counts = np.unique(terms, return_counts=True)
        path = self._directory / "blocks" / str(len(self._sources))
        self._sources.append(Block(path, held.astype(np.int32), Postings(counts, owners, weights)))
        self._held = []

    def finish(self, numbers: Array) -> None:
        """Merge the blocks into the files."""
        terms = self._encoder.terms
        counts = add_up((source.counts(terms) for source in self._sources), terms)
        total = int(counts.sum())
        self._ids.close()
        save(self._directory / "id_ends.npy", np.concatenate(self._id_ends))
        save(self._directory / "numbers.npy", numbers)
        save(self._directory / BOUNDS, np.concatenate(([0], np.cumsum(counts))))
        with ExitStack() as files:
            passages = files.enter_context(writing(self._directory / PASSAGES, np.int32, total))
            weights = files.enter_context(writing(self._directory / WEIGHTS, np.float32, total))
            for first, end in term_ranges(counts):
                postings = merge(self._sources, first, end)
                passages.append(postings.passages)
                weights.append(postings.values)
        manifest.remove(self._directory / "blocks")
        Header(self._encoder.fingerprint, terms, manifest.describe(self._directory, FILES)).write(self._directory)
