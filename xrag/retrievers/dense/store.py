"""The vectors of all passages on disk, opened for searching: rows, the passage of each, and the FAISS index over them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from xrag import manifest
from xrag.errors import IndexCorrupt
from xrag.manifest import FileTable
from xrag.retrievers.arrays import Array, mapped, mapped_bytes
from xrag.retrievers.dense import ann
from xrag.retrievers.dense.plan import KINDS, Kind
from xrag.retrievers.partition import PassageTable, checked
from xrag.types import Hit, Json, Ranking

FORMAT = 1
HEADER, VECTORS, INDEX = "vectors.json", "vectors.f16", "index.faiss"
FILES = frozenset({VECTORS, INDEX, "numbers.npy", "ids.txt", "id_ends.npy", "languages.npy", "means.npy"})
DEPTH = 100
"""Candidates that are looked up for a query at least, so that a smaller k gives the head of the same ranking."""


@dataclass(frozen=True, slots=True)
class Header:
    """What the vectors say of themselves; ``embedder`` is the fingerprint.

    ``languages`` are those of the passages; ``languages.npy`` holds the place of each row's language among them.
    """

    embedder: str
    dimension: int
    kind: str
    effort: ann.Effort
    languages: tuple[str, ...]
    files: FileTable

    def write(self, path: Path) -> None:
        """Write it into the directory of the vectors."""
        table: dict[str, Json] = {name: dict(entry) for name, entry in self.files.items()}
        manifest.write_json(path / HEADER, {"format": FORMAT, **self.facts(), "files": table})

    def facts(self) -> dict[str, Json]:
        """Everything but the files."""
        return {
            "embedder": self.embedder,
            "dimension": self.dimension,
            "kind": self.kind,
            "effort": self.effort.value,
            "recall": self.effort.recall,
            "sample": self.effort.sample,
            "languages": list(self.languages),
        }

    @classmethod
    def read(cls, path: Path) -> Header:
        """Read it and see that every file has its size. Raises ``IndexCorrupt``."""
        if not (path / HEADER).is_file():
            raise IndexCorrupt(f"{path / HEADER} is missing; build the index again")
        match manifest.read_json(path / HEADER):
            case {
                "format": 1,
                "embedder": str(embedder),
                "dimension": int(dimension),
                "kind": str(kind),
                "effort": int(effort),
                "recall": float(recall),
                "sample": int(sample),
                "languages": list(languages),
                "files": dict(table),
            } if kind in KINDS:
                files = {name: entry for name, entry in table.items() if isinstance(entry, dict)}
            case _:
                raise IndexCorrupt(f"{path / HEADER} is damaged, or of another version of xrag; build the index again")
        if missing := FILES - files.keys():
            raise IndexCorrupt(f"{path / HEADER} is damaged (it lacks {min(missing)}); build the index again")
        manifest.verify(path, files)
        return cls(embedder, dimension, kind, ann.Effort(effort, recall, sample), tuple(map(str, languages)), files)


class VectorStore:
    """The vectors of a corpus. Made by ``build_vectors``, opened by ``VectorStore.open``; never changes."""

    def __init__(self, path: Path, header: Header) -> None:
        self.path = path
        self.header = header
        self.passages = PassageTable(
            mapped(path / "numbers.npy"), mapped_bytes(path / "ids.txt"), mapped(path / "id_ends.npy")
        )
        self.languages = mapped(path / "languages.npy")
        self.means: Array = mapped(path / "means.npy").reshape(len(header.languages), header.dimension)
        flat = mapped_bytes(path / VECTORS).view(np.float16)
        self.vectors: Array = flat.reshape(-1, header.dimension)
        if len(self.vectors) != len(self.passages.numbers):
            raise IndexCorrupt(
                f"{path} holds {len(self.vectors)} vectors of {len(self.passages.numbers)} passages; build it again"
            )

    @classmethod
    def open(cls, path: Path) -> VectorStore:
        """Open in milliseconds: everything is mapped. Raises ``IndexCorrupt``."""
        return cls(path, Header.read(path))

    def __len__(self) -> int:
        return len(self.vectors)

    @property
    def kind(self) -> Kind:
        """The kind of its index."""
        return KINDS[self.header.kind]

    @cached_property
    def _index(self) -> ann.Index:
        return ann.mapped(self.path / INDEX)

    def rows_in(self, languages: Sequence[str]) -> Array:
        """Which rows are in one of these passage languages: a bit for each, uint8, as ``nearest`` takes them."""
        places = [at for at, language in enumerate(self.header.languages) if language in languages]
        return np.packbits(np.isin(self.languages, places), bitorder="little")

    def nearest(self, queries: Array, k: int, *, floor: float = 0.0, allowed: Array | None = None) -> list[Ranking]:
        """The best k passages for each query vector, float32 [n, dimension], by cosine; only those above ``floor``.

        Candidates come from the index; their scores, and so their order, are those of the stored vectors.
        """
        found = self.candidates(queries, k, allowed=allowed)
        return [
            self.ranked(rows, self.vectors[rows].astype(np.float32) @ query, k, floor)
            for query, rows in zip(queries, found, strict=True)
        ]

    def candidates(self, queries: Array, k: int, *, allowed: Array | None = None) -> list[Array]:
        """The rows that the index finds for each query vector, ascending: more than k where there are, to be rescored."""
        depth = min(max(checked(k), DEPTH) * self.kind.refine, len(self))
        if not depth or not len(queries):
            return [np.empty(0, np.int64)] * len(queries)
        effort = self.header.effort.value
        found = ann.search(self.kind, self._index, queries, effort=effort, depth=depth, allowed=allowed)
        return [np.sort(rows[rows >= 0]) for rows in found]

    def ranked(self, rows: Array, scores: Array, k: int, floor: float) -> Ranking:
        """The best k of these rows by their scores, those above ``floor`` alone."""
        order = np.argsort(-scores, kind="stable")[:k]
        order = order[scores[order] > floor]
        names = self.passages.names(rows[order])
        return tuple(map(Hit, names, scores[order].tolist()))

    def positions(self, numbers: Array) -> Array:
        """The row of each passage number, -1 where there is none."""
        order = np.argsort(self.passages.numbers)
        known = self.passages.numbers[order]
        at = np.minimum(np.searchsorted(known, numbers), max(len(known) - 1, 0))
        return np.where(known[at] == numbers, order[at], -1) if len(known) else np.full(len(numbers), -1)
