"""Probabilistic structured queries: every alternative of every term at once, weighted by how probable it is.

A source term scores the sum of its alternatives' BM25 scores, each times its probability (which an alternative of several
words spreads over them). The textbook form, where alternatives share one frequency and one idf (Darwish and Oard, SIGIR
2003), is ``Partition.search_structured``; it lost to this sum by several points wherever it was measured, since a
translation of several words, or a word and its n-grams, are no synonyms of each other. See ``docs/retrieval.md``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from math import sqrt

from xrag.protocols import Retriever, Translator
from xrag.retrievers.context import RetrieverContext
from xrag.retrievers.partition import Partition, TermQuery, WeightedTerm
from xrag.retrievers.pool import identified, open_partitions, search_pool
from xrag.retrievers.translating import translations
from xrag.types import Candidate, Query, Ranking, Translation

_SHARPNESS = 0.6
"""The power of a probability that weighs: what a table finds twice as probable is not twice as good a search term."""
_PART_OF_WORD = 0.2
"""What an n-gram of a translation weighs beside its stem; of a wrong sense the n-grams match by chance alone."""
_REMEMBERED = 65536
_MASS_TRUSTED = 0.5
"""The share of a term's weight that stays what it was when some of its alternatives are not in the partition."""


class PSQRetriever:
    """Searches a pool of partitions with all alternatives of a query's terms in each partition's language."""

    def __init__(self, partitions: Sequence[Partition], translator: Translator) -> None:
        self._partitions = tuple(partitions)
        self._translator = translator
        self._weighing = {id(partition): Weighing(partition) for partition in self._partitions}

    def search(self, queries: Sequence[Query], k: int) -> list[Ranking]:
        """One ranking per query over the passages of all languages. A query's language is identified where not given."""
        return search_pool(self._partitions, identified(queries), k=k, prepare=self._weighted)

    def _weighted(self, partition: Partition, queries: Sequence[Query]) -> list[TermQuery]:
        found = translations(queries, self._translator, partition)
        weighing = self._weighing[id(partition)]
        return [weighing.query(query.text, translation) for query, translation in zip(queries, found, strict=True)]


class Weighing:
    """Makes weighted terms of a partition from translated texts; remembers those of the terms it has seen."""

    def __init__(self, partition: Partition) -> None:
        self._partition = partition
        self._of_term = lru_cache(maxsize=_REMEMBERED)(self._weighted)

    def query(self, text: str, translation: Translation) -> TermQuery:
        """The weighted terms of a text, each once, with the most that any of its words gives it.

        What the translator gave no alternatives for stays itself.
        """
        if not translation.terms:
            return (_as_it_stands(self._partition, translation.text),)
        greatest: dict[str, float] = {}
        end = 0
        for term in translation.terms:
            start = text.find(term.term, end)
            if start >= 0:
                _raise(greatest, _as_it_stands(self._partition, text[end:start]))
                end = start + len(term.term)
            _raise(greatest, self._of_term(term.candidates))
        _raise(greatest, _as_it_stands(self._partition, text[end:]))
        return (tuple(greatest.items()),)

    def _weighted(self, candidates: tuple[Candidate, ...]) -> tuple[WeightedTerm, ...]:
        """The terms of all alternatives of a word, each with the sum of what they give it."""
        sums: dict[str, float] = {}
        for candidate in held(self._partition, candidates):
            pieces = self._partition.analyzer.pieces(candidate.text)
            weight = candidate.probability**_SHARPNESS / sqrt(max(1, len(pieces)))
            for term, share in _terms(self._partition, pieces):
                sums[term] = sums.get(term, 0.0) + weight * share
        return tuple(sums.items())


def _raise(greatest: dict[str, float], weighted: Iterable[WeightedTerm]) -> None:
    for term, weight in weighted:
        if weight > greatest.get(term, 0.0):
            greatest[term] = weight


def _terms(partition: Partition, pieces: Sequence[str]) -> Iterator[WeightedTerm]:
    """The terms of a translation: the stem of each word in full, which stands first, and its other terms in part."""
    for piece in pieces:
        for place, term in enumerate(partition.analyzer.expand(piece)):
            yield term, _PART_OF_WORD if place else 1.0


def _as_it_stands(partition: Partition, text: str) -> tuple[WeightedTerm, ...]:
    return tuple((term, 1.0) for term in partition.analyzer.terms(text))


def held(partition: Partition, candidates: Sequence[Candidate]) -> Sequence[Candidate]:
    """The candidates of which the partition holds a word, with part of what the others were worth; all, if it holds none.

    A translation to nothing is always held, so that function words keep what they are worth: little.
    """
    kept = [candidate for candidate in candidates if not candidate.text or partition.holds(candidate.text)]
    if not any(candidate.text for candidate in kept):
        return kept or candidates
    mass = sum(candidate.probability for candidate in kept)
    factor = (_MASS_TRUSTED + (1 - _MASS_TRUSTED) * mass) / mass
    return [Candidate(candidate.text, candidate.probability * factor) for candidate in kept]


def open_psq(context: RetrieverContext) -> Retriever:
    """The retriever ``psq`` over the partitions of a context."""
    return PSQRetriever(open_partitions(context), context.translator)
