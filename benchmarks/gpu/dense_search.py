"""Search by torch on a GPU beside FAISS's exact search on the processor: ``python benchmarks/gpu/dense_search.py``.

The vectors are random; what is measured is the time, and that both find the same. The tests of a GPU are
``pytest -m gpu tests/retrievers/test_device.py``.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import faiss
import numpy as np
import torch
from numpy.typing import NDArray

from xrag.retrievers.dense.build import VectorOptions, build_vectors
from xrag.retrievers.dense.device import DeviceVectors
from xrag.retrievers.dense.store import Header
from xrag.testing import MemoryStore
from xrag.types import Passage

QUERIES, K = 64, 100


class Rows:
    """Hands out vectors that are at hand: the text of a passage is its row."""

    fingerprint = "rows"

    def __init__(self, rows: NDArray[np.float32]) -> None:
        self._rows = rows

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The rows that the texts name."""
        return self._rows[[int(text) if text.isdigit() else 0 for text in texts]]

    embed_queries = embed_passages


def median(run: Callable[[], object]) -> float:
    """Milliseconds, of five runs after one."""
    run()
    seconds = []
    for _ in range(5):
        started = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - started)
    return 1000 * statistics.median(seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=1_000_000)
    parser.add_argument("--dimension", type=int, default=384)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    given = parser.parse_args()
    rows = np.random.default_rng(0).standard_normal((given.passages + QUERIES, given.dimension), np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    rows, queries = rows[:-QUERIES], rows[-QUERIES:]
    passages = MemoryStore([Passage(str(n), str(n), "en") for n in range(len(rows))])
    flat = faiss.IndexFlatIP(given.dimension)
    flat.add(rows)
    with tempfile.TemporaryDirectory() as folder:
        path, options = Path(folder) / "vectors", VectorOptions("exact-fp16")
        build_vectors(path, passages, Rows(rows), journal=Path(folder) / "journal", options=options)
        store = DeviceVectors(path, Header.read(path), given.device)
        found = [[int(hit.passage_id) for hit in ranking] for ranking in store.nearest(queries, K, floor=-1)]
        true = flat.search(queries, K)[1].tolist()
        same = np.mean([len(set(ours) & set(theirs)) / K for ours, theirs in zip(found, true, strict=True)])
        print(f"{len(rows):,} x {given.dimension} on {given.device}, {QUERIES} queries; found alike: {same:.4f}\n")
        print("| queries at once | xrag on the device, ms | FAISS flat on the processor, ms |\n|---|---|---|")
        for size in (1, QUERIES):
            some = queries[:size]
            ours, theirs = (
                median(lambda some=some: store.nearest(some, K)),
                median(lambda some=some: flat.search(some, K)),
            )
            print(f"| {size} | {ours:.2f} | {theirs:.2f} |", flush=True)


if __name__ == "__main__":
    main()
