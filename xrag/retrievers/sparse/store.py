"""The weighed terms of all passages on disk, opened for searching through memory maps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from xrag import manifest
from xrag.errors import IndexCorrupt
from xrag.manifest import FileTable
from xrag.retrievers.arrays import Array, mapped, mapped_bytes
from xrag.retrievers.kernels import GrowingKernels
from xrag.retrievers.partition import PassageTable, checked
from xrag.retrievers.scoring import Impacts, best
from xrag.types import Hit, Json, Ranking

FORMAT = 1
HEADER = "sparse.json"
BOUNDS, PASSAGES, WEIGHTS = "indptr.csc.index.npy", "indices.csc.index.npy", "data.csc.index.npy"
FILES = frozenset({BOUNDS, PASSAGES, WEIGHTS, "numbers.npy", "ids.txt", "id_ends.npy"})


@dataclass(frozen=True, slots=True)
class Header:
    """What the postings say of themselves; ``encoder`` is the fingerprint, ``terms`` the size of its vocabulary."""

    encoder: str
    terms: int
    files: FileTable

    def write(self, path: Path) -> None:
        """Write it into the directory of the postings."""
        table: dict[str, Json] = {name: dict(entry) for name, entry in self.files.items()}
        manifest.write_json(
            path / HEADER, {"format": FORMAT, "encoder": self.encoder, "terms": self.terms, "files": table}
        )

    @classmethod
    def read(cls, path: Path) -> Header:
        """Read it and see that every file has its size. Raises ``IndexCorrupt``."""
        if not (path / HEADER).is_file():
            raise IndexCorrupt(f"{path / HEADER} is missing; build the index again")
        match manifest.read_json(path / HEADER):
            case {"format": 1, "encoder": str(encoder), "terms": int(terms), "files": dict(table)}:
                files = {name: entry for name, entry in table.items() if isinstance(entry, dict)}
            case _:
                raise IndexCorrupt(f"{path / HEADER} is damaged, or of another version of xrag; build the index again")
        if missing := FILES - files.keys():
            raise IndexCorrupt(f"{path / HEADER} is damaged (it lacks {min(missing)}); build the index again")
        manifest.verify(path, files)
        return cls(encoder, terms, files)


class SparseStore:
    """The weighed terms of a corpus. Made by ``build_sparse``, opened by ``SparseStore.open``; never changes."""

    def __init__(self, path: Path, header: Header) -> None:
        self.path = path
        self.header = header
        self.passages = PassageTable(
            mapped(path / "numbers.npy"), mapped_bytes(path / "ids.txt"), mapped(path / "id_ends.npy")
        )
        self.impacts = Impacts(mapped(path / BOUNDS), mapped(path / PASSAGES), mapped(path / WEIGHTS))
        if len(self.impacts.bounds) != header.terms + 1:
            raise IndexCorrupt(f"{path} holds {len(self.impacts.bounds) - 1} terms of {header.terms}; build it again")
        self._kernels = GrowingKernels()

    @classmethod
    def open(cls, path: Path) -> SparseStore:
        """Open in milliseconds: everything is mapped. Raises ``IndexCorrupt``."""
        return cls(path, Header.read(path))

    def __len__(self) -> int:
        return len(self.passages.numbers)

    def search(self, queries: Sequence[tuple[Array, Array]], k: int) -> list[Ranking]:
        """The best k passages for each query, given as its terms and their weights: those that share a term with it."""
        checked(k)
        scores = np.zeros(len(self), np.float32)
        rankings = []
        for terms, weights in queries:
            scores.fill(0)
            self._kernels.weighted(self.impacts, scores, terms.astype(np.int64), weights)
            found = best(scores, k)
            rankings.append(tuple(map(Hit, self.passages.names(found), scores[found].tolist())))
        return rankings
