"""The sums of ``scoring`` with NumPy first, and compiled once loading numba pays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xrag.retrievers.arrays import Array
from xrag.retrievers.scoring import Alternatives, Impacts, Kernels, Matrix, PlainKernels

COMPILED_FROM = 150_000_000
"""Postings that NumPy adds up first: it takes 0.6 to 1.9 ns longer for each, loading numba 260 to 390 ms."""
PLAIN = PlainKernels()


class GrowingKernels:
    """The sums with NumPy until they took as long as loading numba does, then compiled: the scores are the same, bit by bit.

    So opening loads nothing, one question is answered before numba would be there, and many never take twice the least time.
    """

    def __init__(self) -> None:
        self._left = COMPILED_FROM
        self._kernels: Kernels | None = None

    def weighted(self, matrix: Impacts, into: Array, terms: Array, weights: Array) -> None:
        """Add each term's scores times its weight."""
        self._for(matrix, terms).weighted(matrix, into, terms, weights)

    def structured(self, matrix: Matrix, into: Array, groups: Sequence[Alternatives]) -> None:
        """Add the score of each group."""
        terms = np.concatenate([np.empty(0, np.int64), *(group.terms for group in groups)])
        self._for(matrix, terms).structured(matrix, into, groups)

    def _for(self, matrix: Impacts, terms: Array) -> Kernels:
        if self._kernels:
            return self._kernels
        self._left -= int((matrix.bounds[terms + 1] - matrix.bounds[terms]).sum())
        if self._left >= 0:
            return PLAIN
        self._kernels = _compiled()
        return self._kernels


def _compiled() -> Kernels:
    try:
        from xrag.retrievers.compiled import CompiledKernels  # noqa: PLC0415  (numba is loaded where it pays)
    except (ImportError, RuntimeError):  # not installed, not for this NumPy, or no folder to keep machine code in
        return PLAIN
    return CompiledKernels()
