"""The retriever ``dense-torch``: every vector is compared, by torch, on a GPU where there is one.

Exact whatever the index is: vectors that fit stay on the device in half precision, others go through it tile by tile for each
batch of queries. Products are summed in single precision, and hits are scored by the stored vectors, as in ``dense``.
"""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np

try:
    import torch
except ImportError as error:
    from xrag.errors import MissingExtra

    raise MissingExtra("search by torch", "hf") from error

from xrag.errors import RetrievalError
from xrag.protocols import Retriever
from xrag.retrievers.arrays import Array
from xrag.retrievers.context import RetrieverContext
from xrag.retrievers.dense.retriever import DenseRetriever, vectors_of
from xrag.retrievers.dense.store import DEPTH, Header, VectorStore
from xrag.retrievers.partition import checked

TILE = 1 << 16
"""Rows that are compared at a time; halved where the device has no memory for their scores."""

_SHARE = 0.6
"""Of the memory that a GPU has free, what vectors may stay in."""

_log = logging.getLogger(__name__)


class DeviceVectors(VectorStore):
    """Stored vectors, compared on a device of torch (``cuda``, ``cuda:1``, ``cpu``)."""

    def __init__(self, path: Path, header: Header, device: str, *, tile: int = TILE) -> None:
        super().__init__(path, header)
        self._device = torch.device(device)
        self._tile = tile
        self._resident = self._moved() if self._fits() else None

    def candidates(self, queries: Array, k: int, *, allowed: Array | None = None) -> list[Array]:
        """The nearest rows of each query, ascending, by comparing all that are allowed."""
        depth = min(max(checked(k), DEPTH), len(self))
        if not depth or not len(queries):
            return [np.empty(0, np.int64)] * len(queries)
        asked = torch.from_numpy(np.ascontiguousarray(queries, np.float32)).to(self._device)
        places = None if allowed is None else np.unpackbits(allowed, bitorder="little", count=len(self)).astype(bool)
        size = self._tile
        while True:
            try:
                found = self._compared(asked, depth, places, size)
                return [np.sort(rows[rows >= 0]) for rows in found]
            except torch.OutOfMemoryError as error:
                if size == 1:
                    raise RetrievalError(f"{self._device} has no memory to compare a single vector: {error}") from error
                size = (size + 1) // 2
                _log.warning(
                    "%s has no memory for so many scores: going on with %d vectors at once", self._device, size
                )

    def _compared(self, asked: torch.Tensor, depth: int, allowed: Array | None, size: int) -> Array:
        scores = torch.empty(len(asked), 0, device=self._device)
        rows = torch.empty(len(asked), 0, dtype=torch.long, device=self._device)
        with torch.inference_mode():
            for start in range(0, len(self), size):
                tile = self._rows(start, start + size)
                found = asked @ tile.float().T
                if allowed is not None:
                    masked = torch.from_numpy(~allowed[start : start + len(tile)]).to(self._device)
                    found.masked_fill_(masked, -torch.inf)
                best, at = found.topk(min(depth, len(tile)), dim=1)
                scores, rows = torch.cat([scores, best], 1), torch.cat([rows, at + start], 1)
                scores, kept = scores.topk(min(depth, scores.shape[1]), dim=1)
                rows = rows.gather(1, kept)
        nearest: Array = torch.where(scores > -torch.inf, rows, -1).cpu().numpy()
        return nearest

    def _rows(self, start: int, end: int) -> torch.Tensor:
        if self._resident is not None:
            return self._resident[start:end]
        return torch.from_numpy(np.array(self.vectors[start:end])).to(self._device)

    def _fits(self) -> bool:
        """Whether the vectors may stay on the device; the processor reads them through their memory map."""
        if self._device.type != "cuda":
            return False
        free, _ = torch.cuda.mem_get_info(self._device)
        return bool(self.vectors.nbytes < _SHARE * free)

    def _moved(self) -> torch.Tensor:
        moved = torch.empty(self.vectors.shape, dtype=torch.float16, device=self._device)
        for start in range(0, len(self), TILE):
            block = torch.from_numpy(np.array(self.vectors[start : start + TILE]))
            moved[start : start + len(block)] = block.to(self._device)
        return moved


def open_dense_torch(context: RetrieverContext) -> Retriever:
    """The retriever ``dense-torch``, on the GPU where there is one. Raises ``UsageError`` where a context has no vectors."""
    store, embedder = vectors_of(context)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    return DenseRetriever(DeviceVectors(store.path, store.header, device), embedder)
