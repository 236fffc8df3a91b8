"""Which words of parallel sentences translate each other: IBM model 1 (Brown et al., Computational Linguistics 1993).

Every word of a sentence may come from any word of the other, or from none (``NULL``); expectation maximisation finds which
do. All pairs of words that stand in one pair of sentences are one array, so that an iteration is a few sums over it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

ITERATIONS = 8
KNOWN_PAIR = 6.0
"""How much more probable a pair is at first that a dictionary has."""
LEAST_PROBABILITY = 0.06
NULL = ""

SentencePair: TypeAlias = tuple[Sequence[str], Sequence[str]]
"""The terms of a sentence and the words of its translation."""
_Numbers: TypeAlias = npt.NDArray[np.int64]
_Floats: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Aligned:
    """What a term became in the ``count`` sentences that hold it: word ─▶ probability of at least ``LEAST_PROBABILITY``."""

    count: int
    words: dict[str, float]


def align(sentences: Sequence[SentencePair], known: Collection[tuple[str, str]] = frozenset()) -> dict[str, Aligned]:
    """P(word | term) for every term, from sentence pairs and the (term, word) pairs that are ``known`` to be right."""
    terms, words = _Numbering(), _Numbering()
    terms[NULL]
    links = _links(sentences, terms, words)
    pairs, pair = np.unique(links[0] * max(1, len(words)) + links[1], return_inverse=True)
    term, word = pairs // max(1, len(words)), pairs % max(1, len(words))
    names, meanings = list(terms), list(words)
    first = [KNOWN_PAIR if (names[t], meanings[w]) in known else 1.0 for t, w in zip(term, word, strict=True)]
    probabilities = _trained(np.array(first), term, pair, links[2])
    kept = np.flatnonzero((probabilities >= LEAST_PROBABILITY) & (term > 0))
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for i in kept.tolist():
        found[names[term[i]]][meanings[word[i]]] = float(probabilities[i])
    counts = _counts(sentences)
    return {name: Aligned(counts[name], dict(of_term)) for name, of_term in found.items()}


class _Numbering(dict[str, int]):
    def __missing__(self, name: str) -> int:
        number = self[name] = len(self)
        return number


def _counts(sentences: Sequence[SentencePair]) -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    for terms, _ in sentences:
        for term in set(terms):
            counts[term] += 1
    return counts


def _links(
    sentences: Sequence[SentencePair], terms: _Numbering, words: _Numbering
) -> tuple[_Numbers, _Numbers, _Numbers]:
    """For each possible link its term, its word, and the number of the place of the word in the whole text."""
    of_terms, of_words, places = [], [], []
    place = 0
    for left, right in sentences:
        known = np.fromiter((0, *(terms[term] for term in left)), np.int64, len(left) + 1)
        said = np.fromiter((words[word] for word in right), np.int64, len(right))
        of_terms.append(np.tile(known, len(said)))
        of_words.append(np.repeat(said, len(known)))
        places.append(np.repeat(np.arange(place, place + len(said)), len(known)))
        place += len(said)
    if not of_terms:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64)
    return np.concatenate(of_terms), np.concatenate(of_words), np.concatenate(places)


def _trained(first: _Floats, term: _Numbers, pair: _Numbers, place: _Numbers) -> _Floats:
    """The probability of each pair after all iterations: each word's weight is shared out among the terms beside it."""
    probabilities = first / np.bincount(term, first)[term] if len(first) else first
    for _ in range(ITERATIONS):
        weights = probabilities[pair]
        shares = weights / np.bincount(place, weights)[place]
        counts = np.bincount(pair, shares, len(first))
        probabilities = counts / np.bincount(term, counts)[term]
    return probabilities
