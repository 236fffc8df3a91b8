"""Builds the vectors of a corpus: encode what is new, put it beside what is kept, index it; whole or absent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from xrag import manifest
from xrag.errors import IndexDirectoryError, RetrievalError
from xrag.protocols import Embedder, PassageStore
from xrag.retrievers.arrays import Array, save
from xrag.retrievers.build import searchable
from xrag.retrievers.dense import ann
from xrag.retrievers.dense.journal import Journal, digest
from xrag.retrievers.dense.plan import KINDS, Kind, Plan, plan
from xrag.retrievers.dense.store import FILES, INDEX, VECTORS, Header, VectorStore

WINDOW = 512
"""Texts that are handed to the embedder at a time: what a kill can cost."""


def _ignored(*_: object) -> None:
    pass


@dataclass(frozen=True, slots=True)
class VectorOptions:
    """How vectors are built: the kind of index by name (None: chosen), and the bytes of memory that it may take.

    ``planned`` is told the plan before anything is encoded, ``progress`` how many passages of how many are.
    """

    kind: str | None = None
    memory: int | None = None
    planned: Callable[[Plan], None] = _ignored
    progress: Callable[[int, int], None] = _ignored


def build_vectors(
    path: Path,
    store: PassageStore,
    embedder: Embedder,
    *,
    journal: Path,
    earlier: Path | None = None,
    options: VectorOptions = VectorOptions(),
) -> VectorStore:
    """Build the vectors of all passages at ``path``; whole or absent.

    The vectors of ``earlier`` whose passages still live are kept where its embedder was the same. What is encoded goes into
    the folder ``journal`` first, so that a run that was killed is gone on with; remove it when what was built is committed.
    Raises ``RetrievalError`` where the embedder fails, ``UsageError`` for an unknown kind.
    """
    numbers, places = _passages(store)
    dimension = int(embedder.embed_passages(["dimension"]).shape[1])
    chosen = plan(len(numbers), dimension, options.kind, options.memory)
    options.planned(chosen)
    kept = _kept(earlier, embedder)
    rows = kept.positions(numbers) if kept else np.full(len(numbers), -1)
    order = np.lexsort((numbers, np.where(rows < 0, np.iinfo(np.int64).max, rows)))
    numbers, places, rows = numbers[order], places[order], rows[order]
    with Journal(journal) as encoded, manifest.replacing(path) as directory:
        directory.mkdir()
        build = _Build(directory, kept, rows[rows >= 0])
        keys = build.encode(numbers[rows < 0], store, embedder, encoded, options.progress)
        build.write_vectors(keys, encoded, dimension)
        save(directory / "numbers.npy", numbers)
        save(directory / "languages.npy", places)
        save(directory / "means.npy", build.means(places, len(store.languages()), dimension))
        effort = build.index(KINDS[chosen.kind], dimension)
        files = manifest.describe(directory, FILES)
        Header(embedder.fingerprint, dimension, chosen.kind, effort, tuple(store.languages()), files).write(directory)
    return VectorStore.open(path)


def _passages(store: PassageStore) -> tuple[Array, Array]:
    """The numbers of all passages, ascending, and the place of each one's language among the store's."""
    of_languages = [np.frombuffer(store.numbers(language), np.int64) for language in store.languages()]
    numbers = np.concatenate([*of_languages, np.empty(0, np.int64)])
    places = np.repeat(np.arange(len(of_languages), dtype=np.int16), [len(each) for each in of_languages])
    order = np.argsort(numbers)
    return numbers[order], places[order]


def _kept(earlier: Path | None, embedder: Embedder) -> VectorStore | None:
    """The earlier vectors, where they are whole and of the same embedder."""
    try:
        store = VectorStore.open(earlier) if earlier else None
    except IndexDirectoryError:
        return None
    return store if store and store.header.embedder == embedder.fingerprint else None


class _Build:
    """One run: the directory, and the rows of the earlier vectors that are kept."""

    def __init__(self, directory: Path, kept: VectorStore | None, rows: Array) -> None:
        self._directory = directory
        self._kept = kept
        self._rows = rows

    def encode(
        self,
        numbers: Array,
        store: PassageStore,
        embedder: Embedder,
        journal: Journal,
        progress: Callable[[int, int], None],
    ) -> list[int]:
        """Encode the passages of these numbers that the journal does not hold; returns the digests of their texts."""
        keys: list[int] = []
        with (self._directory / "ids.txt").open("wb") as ids:
            ends = [np.zeros(1, np.int64), self._keep_ids(ids.write)]
            for start in range(0, len(numbers), WINDOW):
                passages = list(store.by_number(numbers[start : start + WINDOW].tolist()))
                texts = {digest(text): text for text in map(searchable, passages)}
                _encode({key: text for key, text in texts.items() if key not in journal}, embedder, journal)
                keys += [digest(searchable(passage)) for passage in passages]
                names = [passage.id.encode() for passage in passages]
                ids.write(b"".join(names))
                ends.append(np.fromiter(map(len, names), np.int64, len(names)))
                progress(start + len(passages), len(numbers))
        save(self._directory / "id_ends.npy", np.cumsum(np.concatenate(ends)))
        return keys

    def _keep_ids(self, write: Callable[[bytes], object]) -> Array:
        """Write the ids of the rows that are kept; their lengths."""
        if self._kept is None:
            return np.empty(0, np.int64)
        names = [name.encode() for name in self._kept.passages.names(self._rows)]
        write(b"".join(names))
        return np.fromiter(map(len, names), np.int64, len(names))

    def write_vectors(self, keys: list[int], journal: Journal, dimension: int) -> None:
        """The rows that are kept, then those of the texts."""
        with (self._directory / VECTORS).open("wb") as stream:
            for block in self._blocks(keys, journal):
                if block.shape[1] != dimension:
                    raise RetrievalError(f"the embedder gave vectors of {block.shape[1]} and of {dimension} dimensions")
                np.ascontiguousarray(block, np.float16).tofile(stream)

    def _blocks(self, keys: list[int], journal: Journal) -> Iterator[Array]:
        if self._kept is not None:
            for start in range(0, len(self._rows), ann.BLOCK):
                yield self._kept.vectors[self._rows[start : start + ann.BLOCK]]
        for start in range(0, len(keys), ann.BLOCK):
            yield journal.vectors(keys[start : start + ann.BLOCK])

    def means(self, places: Array, languages: int, dimension: int) -> Array:
        """The mean of the vectors of each language, float32, one after the other."""
        vectors = self._written(dimension)
        sums = np.zeros((languages, dimension))
        for start in range(0, len(vectors), ann.BLOCK):
            block, here = vectors[start : start + ann.BLOCK].astype(np.float32), places[start : start + ann.BLOCK]
            for place in np.unique(here).tolist():
                sums[place] += block[here == place].sum(axis=0, dtype=np.float64)
        return (sums / np.maximum(np.bincount(places, minlength=languages), 1)[:, None]).astype(np.float32).ravel()

    def index(self, kind: Kind, dimension: int) -> ann.Effort:
        """Build the FAISS index over the vectors written, and find out how hard it must work."""
        vectors = self._written(dimension)
        alike = self._kept is not None and self._kept.kind == kind
        in_place = len(self._rows) if self._kept and np.array_equal(self._rows, np.arange(len(self._rows))) else 0
        index = ann.build(kind, vectors, self._kept.path / INDEX if alike and self._kept else None, in_place)
        ann.write(index, self._directory / INDEX)
        return ann.tuned(kind, index, vectors)

    def _written(self, dimension: int) -> Array:
        written = self._directory / VECTORS
        if written.stat().st_size == 0:
            return np.empty((0, dimension), np.float16)
        return np.memmap(written, np.float16, "r").reshape(-1, dimension)


def _encode(texts: dict[int, str], embedder: Embedder, journal: Journal) -> None:
    if not texts:
        return
    vectors = embedder.embed_passages(list(texts.values()))
    if vectors.shape[0] != len(texts):
        raise RetrievalError(f"the embedder gave {vectors.shape[0]} vectors for {len(texts)} texts")
    if len(broken := np.flatnonzero(~np.isfinite(vectors).all(axis=1))):
        text = list(texts.values())[broken[0]]
        raise RetrievalError(
            f"the embedder gave a vector that is not finite of {len(broken)} texts, first of '{text[:40]}'"
        )
    journal.append(list(texts), vectors)
