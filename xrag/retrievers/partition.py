"""A partition: the BM25 index of the passages of one language, opened through memory maps.

It answers with passage ids and scores; a passage without a single term of the query is never an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import marisa_trie
import numpy as np

from xrag import manifest
from xrag.errors import AnalyzerMismatch, IndexCorrupt, UsageError
from xrag.retrievers.arrays import Array, mapped, mapped_bytes
from xrag.retrievers.kernels import GrowingKernels
from xrag.retrievers.protocol import Analyzer
from xrag.retrievers.scoring import Alternatives, Matrix, best, inverse_document_frequency
from xrag.retrievers.vocabulary import Vocabulary
from xrag.types import Hit, Json, Ranking

FORMAT = 3
"""Raised when the files change, or what their scores are made of."""
HEADER = "partition.json"
FILES = frozenset(
    {
        "data.csc.index.npy",
        "frequencies.npy",
        "id_ends.npy",
        "ids.txt",
        "indices.csc.index.npy",
        "indptr.csc.index.npy",
        "lengths.npy",
        "names.marisa",
        "numbers.npy",
        "params.index.json",
        "term_numbers.npy",
        "terms.marisa",
    }
)
WeightedTerm: TypeAlias = tuple[str, float]
TermQuery: TypeAlias = tuple[tuple[WeightedTerm, ...], ...]
"""A query as groups of weighted terms: one group for each source term, its alternatives with their weights."""


@dataclass(frozen=True, slots=True)
class Dictionary:
    """The terms of a partition: the trie gives each a key, ``numbers`` (int32) the term number of each key."""

    trie: marisa_trie.Trie
    numbers: Array

    def number(self, term: str) -> int:
        """The number of a term, or -1 where no passage holds it."""
        key = self.trie.get(term)
        return -1 if key is None else int(self.numbers[key])

    def terms(self) -> list[str]:
        """All terms in the order of their numbers."""
        inverse = np.argsort(self.numbers)
        return [self.trie.restore_key(key) for key in inverse.tolist()]


@dataclass(frozen=True, slots=True)
class PassageTable:
    """What is known of each passage by its position: the store's number (int64) and the id (UTF-8 up to ``ends``)."""

    numbers: Array
    ids: Array
    ends: Array

    def names(self, positions: Array) -> list[str]:
        """The ids of passages."""
        starts, ends = self.ends[positions].tolist(), self.ends[positions + 1].tolist()
        return [self.ids[start:end].tobytes().decode() for start, end in zip(starts, ends, strict=True)]

    def bytes_of(self, chosen: Array) -> list[bytes]:
        """The ids of the passages for which ``chosen`` is true, in UTF-8."""
        blob = self.ids.tobytes()
        edges = self.ends.tolist()
        return [blob[edges[at] : edges[at + 1]] for at in np.flatnonzero(chosen).tolist()]


@dataclass(frozen=True, slots=True)
class Header:
    """What a partition says of itself in ``partition.json``, with the size and checksum of each of its files."""

    analyzer: str
    mean_length: float
    files: manifest.FileTable

    def write(self, path: Path) -> None:
        """Write it into the partition's directory."""
        table: dict[str, Json] = {name: dict(entry) for name, entry in self.files.items()}
        manifest.write_json(
            path / HEADER,
            {"format": FORMAT, "analyzer": self.analyzer, "mean_length": self.mean_length, "files": table},
        )

    @classmethod
    def read(cls, path: Path) -> Header:
        """Read it and see that every file has its size. Raises ``IndexCorrupt``."""
        if not (path / HEADER).is_file():
            raise IndexCorrupt(f"{path / HEADER} is missing; build the index again")
        match manifest.read_json(path / HEADER):
            case {"format": written, "analyzer": str(analyzer), "mean_length": float(mean), "files": dict(table)} if (
                written == FORMAT
            ):
                files = {name: entry for name, entry in table.items() if isinstance(entry, dict)}
            case {"format": int(other)} if other != FORMAT:
                raise IndexCorrupt(f"{path} has format {other}, and this version reads {FORMAT}; build the index again")
            case _:
                raise IndexCorrupt(f"{path / HEADER} is damaged (a field is missing); build the index again")
        if missing := FILES - files.keys():
            raise IndexCorrupt(f"{path / HEADER} is damaged (it lacks {min(missing)}); build the index again")
        manifest.verify(path, files)
        return cls(analyzer, mean, files)


class Partition:
    """One language's passages. Made by ``build_partition``, opened by ``Partition.open``; never changes."""

    def __init__(
        self, analyzer: Analyzer, dictionary: Dictionary, passages: PassageTable, matrix: Matrix, vocabulary: Vocabulary
    ) -> None:
        self.analyzer = analyzer
        self.vocabulary = vocabulary
        self.dictionary = dictionary
        self.passages = passages
        self.matrix = matrix
        self._kernels = GrowingKernels()

    @classmethod
    def open(cls, path: Path, analyzer: Analyzer) -> Partition:
        """Open what was built with this analyzer. Raises ``IndexCorrupt`` and ``AnalyzerMismatch``."""
        header = Header.read(path)
        if header.analyzer != analyzer.fingerprint:
            raise AnalyzerMismatch(
                f"{path} was built with the analyzer '{header.analyzer}', but the one at hand is "
                f"'{analyzer.fingerprint}'; build the index again"
            )
        arrays = {name: mapped(path / name) for name in FILES if name.endswith(".npy")}
        matrix = Matrix(
            bounds=arrays["indptr.csc.index.npy"],
            passages=arrays["indices.csc.index.npy"],
            frequencies=arrays["frequencies.npy"],
            scores=arrays["data.csc.index.npy"],
            lengths=arrays["lengths.npy"],
            mean_length=header.mean_length,
        )
        trie = marisa_trie.Trie().mmap(str(path / "terms.marisa"))
        passages = PassageTable(arrays["numbers.npy"], mapped_bytes(path / "ids.txt"), arrays["id_ends.npy"])
        vocabulary = Vocabulary.open(path / "names.marisa", analyzer)
        return cls(analyzer, Dictionary(trie, arrays["term_numbers.npy"]), passages, matrix, vocabulary)

    def __len__(self) -> int:
        return len(self.passages.numbers)

    @property
    def language(self) -> str:
        """The tag of the passage language."""
        return self.analyzer.language

    def frequency(self, term: str) -> int:
        """How many passages hold a term."""
        number = self.dictionary.number(term)
        return 0 if number < 0 else int(self.matrix.bounds[number + 1] - self.matrix.bounds[number])

    def holds(self, text: str) -> bool:
        """Whether a passage holds a word of a text. The first term of a piece is its stem, or a word of it."""
        pieces = self.analyzer.pieces(text)
        return any(self.frequency(term) for piece in pieces for term in self.analyzer.expand(piece)[:1])

    def search(self, queries: Sequence[Sequence[str]], k: int) -> list[Ranking]:
        """Rank by BM25; a query is a list of terms, each counted as often as it stands there."""
        return self.search_terms([tuple(((term, 1.0),) for term in query) for query in queries], k)

    def search_terms(self, queries: Sequence[TermQuery], k: int) -> list[Ranking]:
        """Rank by the weighted sum of the BM25 scores of all terms of a query, whatever their group."""
        return self._rank(queries, k, self._add_weighted)

    def search_structured(self, queries: Sequence[TermQuery], k: int) -> list[Ranking]:
        """Rank by BM25 over groups: the alternatives of a group count as one term (probabilistic structured queries).

        Its frequency in a passage, and the number of passages that hold it, are the weighted sums of its alternatives'
        (Darwish and Oard, SIGIR 2003); weights are probabilities, so those of a group should sum to at most 1.
        """
        return self._rank(queries, k, self._add_structured)

    def _rank(self, queries: Sequence[TermQuery], k: int, add: Callable[[TermQuery, Array], None]) -> list[Ranking]:
        checked(k)
        scores = np.zeros(len(self), np.float32)
        rankings = []
        for query in queries:
            scores.fill(0)
            add(query, scores)
            found = best(scores, k)
            rankings.append(tuple(map(Hit, self.passages.names(found), scores[found].tolist())))
        return rankings

    def _add_weighted(self, query: TermQuery, scores: Array) -> None:
        known = [(self.dictionary.number(term), weight) for group in query for term, weight in group]
        self._kernels.weighted(self.matrix, scores, *_columns([pair for pair in known if pair[0] >= 0]))

    def _add_structured(self, query: TermQuery, scores: Array) -> None:
        groups = [self._alternatives(group) for group in query]
        self._kernels.structured(self.matrix, scores, [group for group in groups if len(group.terms)])

    def _alternatives(self, group: Sequence[WeightedTerm]) -> Alternatives:
        known = [(self.dictionary.number(term), weight) for term, weight in group]
        terms, weights = _columns([pair for pair in known if pair[0] >= 0])
        held = self.matrix.bounds[terms + 1] - self.matrix.bounds[terms]
        return Alternatives(terms, weights, inverse_document_frequency(float(held @ weights), len(self)))


def checked(k: int) -> int:
    """``k``, where it can be one. Raises ``UsageError``."""
    if k < 1:
        raise UsageError(f"k is {k}; ask for at least one hit")
    return k


def _columns(pairs: Sequence[tuple[int, float]]) -> tuple[Array, Array]:
    numbers = np.fromiter((number for number, _ in pairs), np.int64, len(pairs))
    return numbers, np.fromiter((weight for _, weight in pairs), np.float32, len(pairs))
