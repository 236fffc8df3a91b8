"""The sums of ``scoring`` compiled with numba (extra ``fast``); the machine code is kept on disk between processes."""

from __future__ import annotations

from collections.abc import Sequence

import numba
import numpy as np

from xrag.retrievers.arrays import Array
from xrag.retrievers.scoring import K1, Alternatives, B, Impacts, Matrix


class CompiledKernels:
    """The sums as machine code: several times as fast, after a second of loading."""

    def weighted(self, matrix: Impacts, into: Array, terms: Array, weights: Array) -> None:
        """Add each term's scores times its weight."""
        _weighted(into, (matrix.bounds, matrix.passages, matrix.scores), terms, weights)

    def structured(self, matrix: Matrix, into: Array, groups: Sequence[Alternatives]) -> None:
        """Add the score of each group."""
        frequencies = np.zeros(len(into), np.float32)
        postings = (matrix.bounds, matrix.passages, matrix.frequencies)
        # Arguments, not globals: what is cached on disk would keep the values that a global had.
        norms = (matrix.lengths, K1 * (1 - B), K1 * B / matrix.mean_length)
        for group in groups:
            _gather(frequencies, postings, group.terms, group.weights)
            _settle((into, frequencies), postings, group.terms, group.idf, norms)


@numba.njit(cache=True, nogil=True)
def _weighted(into: Array, postings: tuple[Array, Array, Array], terms: Array, weights: Array) -> None:
    bounds, passages, scores = postings
    for number, term in enumerate(terms):
        weight = weights[number]
        for at in range(bounds[term], bounds[term + 1]):
            into[passages[at]] += scores[at] * weight


@numba.njit(cache=True, nogil=True)
def _gather(seen: Array, postings: tuple[Array, Array, Array], terms: Array, weights: Array) -> None:
    bounds, passages, frequencies = postings
    for number, term in enumerate(terms):
        weight = weights[number]
        for at in range(bounds[term], bounds[term + 1]):
            seen[passages[at]] += np.float32(frequencies[at]) * weight


@numba.njit(cache=True, nogil=True)
def _settle(
    sums: tuple[Array, Array],
    postings: tuple[Array, Array, Array],
    terms: Array,
    idf: float,
    norms: tuple[Array, float, float],
) -> None:
    into, seen = sums
    lengths, constant, slope = norms
    for term in terms:
        for at in range(postings[0][term], postings[0][term + 1]):
            passage = postings[1][at]
            frequency = seen[passage]
            if frequency > 0:
                into[passage] += np.float32(idf * frequency / (frequency + constant + slope * lengths[passage]))
                seen[passage] = 0
