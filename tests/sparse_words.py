"""A sparse encoder without a model."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

TERMS = 5003


class Counts:
    """Weighs each word by how often it stands in the text, times a number of its own; counts the texts."""

    terms = TERMS

    def __init__(self, fingerprint: str = "counts") -> None:
        self.fingerprint = fingerprint
        self.passages: list[str] = []

    def encode_queries(self, texts: Sequence[str]) -> list[tuple[NDArray[np.int32], NDArray[np.float32]]]:
        return [self._row(text) for text in texts]

    def encode_passages(self, texts: Sequence[str]) -> list[tuple[NDArray[np.int32], NDArray[np.float32]]]:
        self.passages += texts
        return self.encode_queries(texts)

    def _row(self, text: str) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        weights: dict[int, float] = {}
        for word in text.split():
            number = zlib.crc32(word.encode()) % TERMS
            weights[number] = weights.get(number, 0) + 1 + number / TERMS
        found = sorted(weights.items())
        return np.array([n for n, _ in found], np.int32), np.array([w for _, w in found], np.float32)
