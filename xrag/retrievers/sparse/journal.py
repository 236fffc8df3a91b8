"""Weighed texts on disk as they come, so that a killed run is gone on with and nothing is encoded twice.

A record is the digest of a text, how many terms it has, a checksum, and the terms and their weights; what a crash left half
written, or a power cut as zeros, is cut off when the journal is opened.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import numpy as np

from xrag.retrievers.arrays import Array, mapped_bytes

_HEAD = np.dtype([("text", "<u8"), ("terms", "<u4"), ("check", "<u4")])
_TERM = 8
"""Bytes of a term: its number and its weight."""


class Journal:
    """The weights of one encoder by their texts, in ``folder``; one process writes it at a time."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "weights.rows"
        path.touch()
        self._path = path
        self._places: dict[int, tuple[int, int]] = {}
        self._end = self._resume()
        self._stream = path.open("r+b")
        self._stream.truncate(self._end)
        self._stream.seek(self._end)

    def __contains__(self, text: int) -> bool:
        return text in self._places

    def __len__(self) -> int:
        return len(self._places)

    def append(self, text: int, terms: Array, weights: Array) -> None:
        """Write the terms of a text, int32, and their weights, float32, under its digest; ``flush`` makes it last."""
        body = terms.astype("<i4").tobytes() + weights.astype("<f4").tobytes()
        head = np.array((text, len(terms), _check(text, body)), _HEAD)
        self._stream.write(head.tobytes() + body)
        self._places[text] = (self._end + _HEAD.itemsize, len(terms))
        self._end += _HEAD.itemsize + len(body)

    def flush(self) -> None:
        """Hand what was written to the system."""
        self._stream.flush()

    def weights(self, texts: Sequence[int]) -> list[tuple[Array, Array]]:
        """The terms and the weights of texts that it holds."""
        held = mapped_bytes(self._path)
        return [_columns(held, *self._places[text]) for text in texts]

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()

    def _resume(self) -> int:
        """Find the records; where the last whole one ends."""
        held = mapped_bytes(self._path)
        at = 0
        while at + _HEAD.itemsize <= len(held):
            head = held[at : at + _HEAD.itemsize].view(_HEAD)[0]
            text, terms = int(head["text"]), int(head["terms"])
            start, end = at + _HEAD.itemsize, at + _HEAD.itemsize + terms * _TERM
            if end > len(held) or _check(text, held[start:end].tobytes()) != head["check"]:
                break
            self._places[text] = (start, terms)
            at = end
        return at


def _columns(held: Array, start: int, terms: int) -> tuple[Array, Array]:
    half = start + terms * _TERM // 2
    return held[start:half].view("<i4"), held[half : half + terms * _TERM // 2].view("<f4")


def _check(text: int, body: bytes) -> int:
    """Of the text and its terms; never that of zeros."""
    return zlib.crc32(body, text & 0xFFFFFFFF) or 1
