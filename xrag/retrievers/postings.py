"""From texts to postings: blocks of passages are inverted in memory, put on disk, and merged term range by term range.

Nothing here grows with the number of postings but the files: the vocabulary and one block are what is held in memory.
Terms are numbered as they first come up; passages by their position in the partition.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Protocol

import numpy as np

from xrag.languages.likeness import surface_words
from xrag.retrievers.arrays import Array, ArrayReader, save
from xrag.retrievers.protocol import Analyzer

CHARACTERS_PER_BLOCK = 6_000_000
POSTINGS_PER_RANGE = 1 << 22
REMEMBERED_PIECES = 1 << 19
REMEMBERED_TERMS = 256
MAX_FREQUENCY = np.iinfo(np.uint16).max


class Numbering(dict[str, int]):
    """Numbers strings in the order in which they are first looked up."""

    def __missing__(self, key: str) -> int:
        number = self[key] = len(self)
        return number


@dataclass(frozen=True, slots=True)
class Postings:
    """A stretch of postings: ``counts[t]`` of them belong to the t-th term, sorted by term, then by passage.

    ``counts`` int64 [terms]; ``passages`` int32 [n]; ``values`` [n] are frequencies, uint16 and cut off at 65 535, or the
    weights of an encoder, float32.
    """

    counts: Array
    passages: Array
    values: Array


class Source(Protocol):
    """Postings that can be read by a range of term numbers."""

    def counts(self, terms: int) -> Array:
        """How many postings each of the first ``terms`` terms has."""
        ...

    def read(self, first: int, end: int) -> Postings:
        """The postings of the terms ``first`` up to ``end``, with a count for each of them."""
        ...


class Inverter:
    """Turns texts into postings, numbering terms and gathering ``words``; remembers what a piece was analysed to."""

    def __init__(self, analyzer: Analyzer, vocabulary: Numbering, words: set[str]) -> None:
        self._analyzer = analyzer
        self._words = words
        self._vocabulary = vocabulary
        self._remembered: dict[str, tuple[int, ...]] = {}

    def invert(self, texts: Sequence[Sequence[str]], first: int) -> tuple[Array, Postings, Array]:
        """Postings of texts given as their pieces; ``first`` is the position of the first.

        Returns the numbers of the terms that occur, their postings, and the length of each text in terms (int32).
        """
        local = Numbering()
        sizes = np.fromiter(map(len, texts), np.int64, len(texts))
        pieces = np.fromiter(map(local.__getitem__, chain.from_iterable(texts)), np.int64, int(sizes.sum()))
        terms, bounds = self._terms_of(local)
        each = np.diff(bounds)[pieces]
        term = terms[ranges(bounds[pieces], each)]
        owner = np.repeat(np.repeat(np.arange(len(texts)), sizes), each)
        lengths = np.bincount(owner, minlength=len(texts)).astype(np.int32)
        return (*_count(term, owner, first), lengths)

    def _terms_of(self, pieces: Iterable[str]) -> tuple[Array, Array]:
        if len(self._remembered) > REMEMBERED_PIECES:
            self._remembered.clear()
        found = [self._remembered.get(piece) or self._analyse(piece) for piece in pieces]
        bounds = np.zeros(len(found) + 1, np.int64)
        np.cumsum(np.fromiter(map(len, found), np.int64, len(found)), out=bounds[1:])
        return np.fromiter(chain.from_iterable(found), np.int64, int(bounds[-1])), bounds

    def _analyse(self, piece: str) -> tuple[int, ...]:
        terms = tuple(map(self._vocabulary.__getitem__, self._analyzer.expand(piece)))
        self._words.update(surface_words(piece, self._analyzer.language))
        if len(terms) <= REMEMBERED_TERMS:
            self._remembered[piece] = terms
        return terms


def _count(term: Array, owner: Array, first: int) -> tuple[Array, Postings]:
    order = sorted_order(term)
    term, owner = term[order], owner[order]
    new_term = np.diff(term, prepend=-1) != 0
    starts = np.flatnonzero(new_term | (np.diff(owner, prepend=-1) != 0))
    frequencies = np.minimum(np.diff(starts, append=len(term)), MAX_FREQUENCY).astype(np.uint16)
    terms = np.flatnonzero(new_term[starts])
    counts = np.diff(terms, append=len(starts))
    postings = Postings(counts, (owner[starts] + first).astype(np.int32), frequencies)
    return term[starts[terms]].astype(np.int32), postings


def sorted_order(numbers: Array) -> Array:
    """The stable order of numbers below 2³², by radix: NumPy sorts 16 bits at a time several times as fast as any more."""
    order = np.argsort((numbers & 0xFFFF).astype(np.uint16), kind="stable")
    high: Array = np.argsort((numbers[order] >> 16).astype(np.uint16), kind="stable")
    return order[high]


def ranges(starts: Array, lengths: Array) -> Array:
    """The numbers ``start … start + length - 1`` of each pair, one after the other."""
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    numbers: Array = np.arange(total) + np.repeat(starts - (ends - lengths), lengths)
    return numbers


class Block:
    """The postings of one block of passages, on disk."""

    def __init__(self, directory: Path, terms: Array, postings: Postings) -> None:
        directory.mkdir(parents=True)
        save(directory / "passages.npy", postings.passages)
        save(directory / "values.npy", postings.values)
        self._terms = terms
        self._bounds = np.concatenate(([0], np.cumsum(postings.counts)))
        self._passages = ArrayReader(directory / "passages.npy")
        self._values = ArrayReader(directory / "values.npy")

    def counts(self, terms: int) -> Array:
        """How many postings each term has."""
        return np.bincount(self._terms, np.diff(self._bounds), terms).astype(np.int64)

    def read(self, first: int, end: int) -> Postings:
        """The postings of a range of terms."""
        low, high = np.searchsorted(self._terms, (first, end))
        counts = np.zeros(end - first, np.int64)
        counts[self._terms[low:high] - first] = np.diff(self._bounds[low : high + 1])
        start, stop = self._bounds[low], self._bounds[high]
        return Postings(counts, self._passages.read(start, stop), self._values.read(start, stop))


class Survivors:
    """The postings of an earlier partition whose passages still live, with the positions they have now.

    ``positions`` int32 [earlier passages] holds the new position of each, or -1 where it is gone.
    """

    def __init__(self, bounds: Array, passages: ArrayReader, values: ArrayReader, positions: Array) -> None:
        self._bounds = bounds
        self._passages = passages
        self._values = values
        self._positions = positions

    @classmethod
    def of(cls, partition: Path, values: str, bounds: Array, positions: Array) -> Survivors:
        """Those of a directory, ``values`` the name of their file."""
        passages = ArrayReader(partition / "indices.csc.index.npy")
        return cls(bounds, passages, ArrayReader(partition / values), positions)

    def counts(self, terms: int) -> Array:
        """How many postings of living passages each term has."""
        stretches = term_ranges(np.diff(self._bounds))
        counted = [self.read(first, end).counts for first, end in stretches]
        return np.concatenate([*counted, np.zeros(terms - len(self._bounds) + 1, np.int64)])

    def read(self, first: int, end: int) -> Postings:
        """The postings of a range of terms; a term that the earlier partition did not have has none."""
        edges = self._bounds[np.minimum(np.arange(first, end + 1), len(self._bounds) - 1)]
        start, stop = int(edges[0]), int(edges[-1])
        passages = self._positions[self._passages.read(start, stop)]
        alive = passages >= 0
        seen = np.concatenate(([0], np.cumsum(alive)))
        counts = np.diff(seen[edges - start])
        return Postings(counts, passages[alive], self._values.read(start, stop)[alive])


def add_up(counts: Iterable[Array], terms: int) -> Array:
    """The sum of counts of so many terms each."""
    total = np.zeros(terms, np.int64)
    for each in counts:
        total += each
    return total


def merge(sources: Sequence[Source], first: int, end: int) -> Postings:
    """The postings of a range of terms from all sources, whose passages must follow each other in the order given."""
    parts = [source.read(first, end) for source in sources]
    counts = add_up((part.counts for part in parts), end - first)
    starts = np.cumsum(counts) - counts
    passages = np.empty(int(counts.sum()), np.int32)
    values = np.empty(len(passages), parts[0].values.dtype if parts else np.uint16)
    for part in parts:
        places = ranges(starts, part.counts)
        passages[places] = part.passages
        values[places] = part.values
        starts = starts + part.counts
    return Postings(counts, passages, values)


def term_ranges(counts: Array) -> Iterator[tuple[int, int]]:
    """Cut the term numbers into ranges of about ``POSTINGS_PER_RANGE`` postings each, given the postings of each term."""
    ends = np.cumsum(counts)
    first = 0
    while first < len(counts):
        reached = int(ends[first - 1]) if first else 0
        end = max(first + 1, int(np.searchsorted(ends, reached + POSTINGS_PER_RANGE, side="right")))
        yield first, end
        first = end
