"""Builds a partition: the BM25 index of the passages of one language, streamed, whole or absent.

The directory is also an index of bm25s (``bm25s.BM25.load(path, mmap=True, load_vocab=False)`` opens it), with the term
dictionary, the frequencies and the passage ids beside. An update keeps the postings of the passages that still live and
analyses the new ones alone; what comes out is what a build from nothing would have made, but for the numbers of the terms.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import marisa_trie
import numpy as np

from xrag import manifest
from xrag.errors import IndexDirectoryError
from xrag.protocols import PassageStore
from xrag.retrievers.analyzers import analyzer_of
from xrag.retrievers.arrays import Array, save, writing
from xrag.retrievers.partition import FILES, Header, Partition
from xrag.retrievers.postings import (
    CHARACTERS_PER_BLOCK,
    Block,
    Inverter,
    Numbering,
    Source,
    Survivors,
    add_up,
    merge,
    term_ranges,
)
from xrag.retrievers.protocol import Analyzer
from xrag.retrievers.vocabulary import write_vocabulary
from xrag.types import Passage


def build_partition(path: Path, store: PassageStore, language: str, previous: Path | None = None) -> None:
    """Build the partition of a language at ``path``, from the earlier one where it can serve; whole or absent."""
    write_partition(path, store, analyzer_of(language), previous)


def write_partition(path: Path, store: PassageStore, analyzer: Analyzer, previous: Path | None = None) -> None:
    """As ``build_partition``, with an analyzer of one's own."""
    numbers = np.frombuffer(store.numbers(analyzer.language), np.int64)
    with manifest.replacing(path) as directory:
        directory.mkdir()
        with _Build(directory, analyzer) as build:
            if previous is not None:
                build.keep(previous, numbers)
            build.add(store.by_number(numbers[build.size :].tolist()))
            build.finish(numbers)


class _Build:
    """One run: what is carried between its steps."""

    def __init__(self, directory: Path, analyzer: Analyzer) -> None:
        self.size = 0
        self._directory = directory
        self._analyzer = analyzer
        self._vocabulary = Numbering()
        self._words: set[str] = set()
        self._earlier_words: set[str] = set()
        self._sources: list[Source] = []
        self._lengths: list[Array] = [np.empty(0, np.int32)]
        self._id_ends: list[Array] = [np.zeros(1, np.int64)]
        self._ids = (directory / "ids.txt").open("wb")

    def __enter__(self) -> _Build:
        return self

    def __exit__(self, *_: object) -> None:
        self._ids.close()

    def keep(self, previous: Path, numbers: Array) -> None:
        """Take over the passages of an earlier partition that still live, where it was built alike."""
        try:
            earlier = Partition.open(previous, self._analyzer)
        except IndexDirectoryError:
            return
        alive = np.isin(earlier.passages.numbers, numbers)
        kept = earlier.passages.numbers[alive]
        if not len(kept) or not np.array_equal(kept, numbers[: len(kept)]):
            return  # none lives, or new passages come between those to keep: postings could not simply follow each other
        positions = np.where(alive, np.cumsum(alive) - 1, -1).astype(np.int32)
        self._vocabulary.update((term, number) for number, term in enumerate(earlier.dictionary.terms()))
        self._earlier_words.update(earlier.vocabulary)
        self._sources.append(Survivors.of(previous, "frequencies.npy", earlier.matrix.bounds, positions))
        self._append(earlier.passages.bytes_of(alive), earlier.matrix.lengths[alive])

    def add(self, passages: Iterable[Passage]) -> None:
        """Analyse passages and put their postings on disk, block by block."""
        inverter = Inverter(self._analyzer, self._vocabulary, self._words)
        for number, block in enumerate(_blocks(passages, self._analyzer)):
            terms, postings, lengths = inverter.invert([pieces for _, pieces in block], self.size)
            self._sources.append(Block(self._directory / "blocks" / str(number), terms, postings))
            self._append([passage_id.encode() for passage_id, _ in block], lengths)

    def _append(self, ids: Sequence[bytes], lengths: Array) -> None:
        self._ids.write(b"".join(ids))
        self._id_ends.append(self._id_ends[-1][-1] + np.cumsum(np.fromiter(map(len, ids), np.int64, len(ids))))
        self._lengths.append(lengths)
        self.size += len(ids)

    def finish(self, numbers: Array) -> None:
        """Merge the blocks into the files of the partition."""
        lengths = np.concatenate(self._lengths)
        mean_length = float(lengths.mean()) if len(lengths) else 0.0
        terms = len(self._vocabulary)
        counts = add_up((source.counts(terms) for source in self._sources), terms)
        self._ids.close()
        save(self._directory / "id_ends.npy", np.concatenate(self._id_ends))
        save(self._directory / "numbers.npy", numbers)
        save(self._directory / "lengths.npy", lengths)
        self._write_names(counts)
        self._write_terms(counts)
        self._write_postings(counts, lengths, mean_length)
        manifest.remove(self._directory / "blocks")
        Header(self._analyzer.fingerprint, mean_length, manifest.describe(self._directory, FILES)).write(
            self._directory
        )

    def _write_names(self, counts: Array) -> None:
        """The words of the new passages, and the earlier ones that are still held: their first term is, a stem or a part."""
        for word in self._earlier_words:
            number = self._vocabulary.get(next(iter(self._analyzer.expand(word)), ""))
            if number is not None and counts[number]:
                self._words.add(word)
        write_vocabulary(self._directory / "names.marisa", self._words, self._analyzer.language)
        self._words.clear()

    def _write_terms(self, counts: Array) -> None:
        held = counts > 0
        terms = [term for term, is_held in zip(self._vocabulary, held.tolist(), strict=True) if is_held]
        self._vocabulary.clear()
        trie = marisa_trie.Trie(terms)
        trie.save(str(self._directory / "terms.marisa"))
        numbers = np.empty(len(terms), np.int32)
        numbers[np.fromiter((trie[term] for term in terms), np.int64, len(terms))] = np.arange(len(terms))
        save(self._directory / "term_numbers.npy", numbers)
        save(self._directory / "indptr.csc.index.npy", np.concatenate(([0], np.cumsum(counts[held]))))

    def _write_postings(self, counts: Array, lengths: Array, mean_length: float) -> None:
        from xrag.retrievers.weights import Weights, parameters  # noqa: PLC0415  (bm25s loads numba: not for a search)

        total = int(counts.sum())
        weights = Weights.of(counts, lengths, mean_length)
        with ExitStack() as files:
            passages = files.enter_context(writing(self._directory / "indices.csc.index.npy", np.int32, total))
            frequencies = files.enter_context(writing(self._directory / "frequencies.npy", np.uint16, total))
            scores = files.enter_context(writing(self._directory / "data.csc.index.npy", np.float32, total))
            for first, end in term_ranges(counts):
                postings = merge(self._sources, first, end)
                passages.append(postings.passages)
                frequencies.append(postings.values)
                scores.append(weights.scores(postings, first))
        manifest.write_json(self._directory / "params.index.json", parameters(len(lengths)))


def _blocks(passages: Iterable[Passage], analyzer: Analyzer) -> Iterator[list[tuple[str, list[str]]]]:
    block: list[tuple[str, list[str]]] = []
    size = 0
    for passage in passages:
        text = searchable(passage)
        block.append((passage.id, analyzer.pieces(text)))
        size += len(text)
        if size >= CHARACTERS_PER_BLOCK:
            yield block
            block, size = [], 0
    if block:
        yield block


def searchable(passage: Passage) -> str:
    """What of a passage is searched: its title, its text, and the questions that were written for it."""
    return "\n".join(filter(None, (passage.title, passage.text, *passage.queries)))
