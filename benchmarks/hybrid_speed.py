"""Hybrid search over a million passages on one core: words and vectors, each built in a process of its own, then searched.

    OMP_NUM_THREADS=1 python benchmarks/hybrid_speed.py [--passages 1000000] [--dimension 384] [--kind ivf-sq8] [--queries 200]

Words are those of bm25_speed.py, vectors a mixture of Gaussians whose variance falls as in embeddings (dense_speed.py), made
block by block so that they take no memory of their own. Members and weights are those of ``hybrid``. Recall is against
comparing all stored vectors: of ``dense`` alone, and of the fusion with the one and the other. Peak memory is what the process
had for itself (``RssAnon``, ten times a second); what it maps of files the system can take back.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import threading
import time
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent))

from bm25_speed import Corpus, Spaces

from xrag.retrievers.bm25 import BM25Retriever
from xrag.retrievers.build import write_partition
from xrag.retrievers.dense.build import WINDOW, VectorOptions, build_vectors
from xrag.retrievers.dense.plan import plan
from xrag.retrievers.dense.retriever import DenseRetriever
from xrag.retrievers.dense.store import VectorStore
from xrag.retrievers.fusion import Fusion, Member, Weights
from xrag.retrievers.hybrid import DENSE
from xrag.retrievers.partition import Partition
from xrag.types import Hit, Passage, Query, Ranking

K, DEPTH = 10, 100
Vectors = NDArray[np.float32]


class Clusters:
    """An embedder of numbers: the same number always has the same vector. A text that is no number is a query."""

    fingerprint = "clusters"

    def __init__(self, passages: int, dimension: int) -> None:
        self._spectrum = (np.arange(1, dimension + 1) ** -0.35).astype(np.float32)
        generator = np.random.default_rng(0)
        self._centres = generator.normal(size=(passages // 200, dimension)).astype(np.float32) * self._spectrum

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Of a stretch of numbers that begins where a window does, or of the text that asks for the dimension."""
        first = int(texts[0]) if texts[0].isdigit() else 0
        return self._block(first // WINDOW)[: len(texts)]

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Each has a vector of its own, near some centre."""
        return np.concatenate([self._block(10**6 + int(text.rpartition("#")[2]), 1) for text in texts])

    def _block(self, number: int, size: int = WINDOW) -> Vectors:
        generator = np.random.default_rng([3, number])
        noise = generator.standard_normal((size, len(self._spectrum)), np.float32)
        rows = self._centres[generator.integers(0, len(self._centres), size)] + 0.9 * noise * self._spectrum
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


class Numbers:
    """Passages whose text is their number."""

    def __init__(self, size: int) -> None:
        self.size = size

    def numbers(self, language: str) -> array[int]:
        """All of them, whatever the language."""
        del language
        return array("q", range(self.size))

    def by_number(self, numbers: Sequence[int]) -> Iterator[Passage]:
        """Each says its number."""
        return (Passage(f"p{number}", str(number), "en") for number in numbers)

    def languages(self) -> Mapping[str, int]:
        """One language."""
        return {"en": self.size}

    def get(self, passage_ids: Sequence[str]) -> list[Passage]:
        """Not kept."""
        raise LookupError(passage_ids)


class Peak:
    """The most memory that this process had for itself."""

    def __init__(self) -> None:
        self.bytes = 0
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while True:
            said = Path("/proc/self/status").read_text("utf-8")
            [line] = [line for line in said.splitlines() if line.startswith("RssAnon")]
            self.bytes = max(self.bytes, int(line.split()[1]) * 1000)
            time.sleep(0.1)


def build(folder: Path, given: argparse.Namespace, what: str) -> None:
    """One of the two, in this process; prints what it took."""
    peak, started = Peak(), time.perf_counter()
    made = 0.0
    if what == "words":
        corpus = Corpus(given.passages)
        write_partition(folder / "words", corpus, Spaces())
        made = corpus.seconds
    else:
        options = VectorOptions(given.kind)
        embedder, store = Clusters(given.passages, given.dimension), Numbers(given.passages)
        build_vectors(folder / "vectors", store, embedder, journal=folder / "journal", options=options)
    seconds = time.perf_counter() - started - made
    size = sum(path.stat().st_size for path in (folder / what).iterdir())
    print(json.dumps({"seconds": seconds, "peak": peak.bytes, "size": size}))


class Exact:
    """Comparing all stored vectors."""

    def __init__(self, vectors: VectorStore, embedder: Clusters) -> None:
        self._vectors = vectors
        self._embedder = embedder

    def search(self, queries: Sequence[Query], k: int) -> list[Ranking]:
        """The best k of all passages."""
        asked = self._embedder.embed_queries([query.text for query in queries])
        scores = np.empty((len(queries), 0), np.float32)
        rows = np.empty((len(queries), 0), np.int64)
        for start in range(0, len(self._vectors), 50_000):
            block = asked @ self._vectors.vectors[start : start + 50_000].astype(np.float32).T
            scores = np.concatenate([scores, block], axis=1)
            rows = np.concatenate([rows, np.tile(np.arange(start, start + block.shape[1]), (len(queries), 1))], axis=1)
            kept = np.argpartition(-scores, k, axis=1)[:, :k] if scores.shape[1] > k else np.argsort(-scores, axis=1)
            scores, rows = np.take_along_axis(scores, kept, 1), np.take_along_axis(rows, kept, 1)
        order = np.argsort(-scores, axis=1, kind="stable")
        scores, rows = np.take_along_axis(scores, order, 1), np.take_along_axis(rows, order, 1)
        return [tuple(map(Hit, self._vectors.passages.names(r), s.tolist())) for r, s in zip(rows, scores, strict=True)]


def one_by_one(
    queries: Sequence[Query], search: Callable[[Sequence[Query], int], list[Ranking]]
) -> tuple[str, list[Ranking]]:
    """The median and the 95th percentile in ms, and the rankings."""
    for query in queries:
        search([query], K)
    seconds, found = [], []
    for query in queries:
        started = time.perf_counter()
        found += search([query], K)
        seconds.append(1000 * (time.perf_counter() - started))
    return f"{statistics.median(seconds):.2f} / {np.quantile(seconds, 0.95):.2f}", found


def share(found: Sequence[Ranking], true: Sequence[Ranking]) -> float:
    ids = [
        ({hit.passage_id for hit in ours[:K]}, {hit.passage_id for hit in theirs[:K]})
        for ours, theirs in zip(found, true, strict=True)
    ]
    return float(np.mean([len(ours & theirs) / len(theirs) for ours, theirs in ids]))


def fused(words: object, vectors: object) -> Fusion:
    return Fusion([Member("words", words, Weights(1 - DENSE)), Member("dense", vectors, Weights(DENSE))], depth=DEPTH)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=1_000_000)
    parser.add_argument("--dimension", type=int, default=384)
    parser.add_argument("--kind")
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--folder", type=Path, help="where to build, and keep, the index; else it is removed")
    parser.add_argument("--build", choices=["words", "vectors"], help="only this, in this process (used by itself)")
    given = parser.parse_args()
    if given.build:
        build(given.folder, given, given.build)
        return
    with TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        folder.mkdir(exist_ok=True)
        print("| | build s | size MB | peak MB of the build | peak / size |\n|---|---|---|---|---|")
        for what in ("words", "vectors"):
            if (folder / what).exists():
                continue
            command = [sys.executable, __file__, *sys.argv[1:], "--folder", str(folder), "--build", what]
            done = json.loads(
                subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1]
            )
            size, peak = done["size"] / 1e6, done["peak"] / 1e6
            print(f"| {what} | {done['seconds']:.0f} | {size:.0f} | {peak:.0f} | {peak / size:.2f} |", flush=True)
        searched(folder, given)


def searched(folder: Path, given: argparse.Namespace) -> None:
    embedder = Clusters(given.passages, given.dimension)
    questions = Corpus(given.passages).questions(given.queries)
    queries = [Query(str(n), f"{text} #{n}", "en") for n, text in enumerate(questions)]
    started = time.perf_counter()
    vectors = VectorStore.open(folder / "vectors")
    dense = DenseRetriever(vectors, embedder)
    words = BM25Retriever([Partition.open(folder / "words", Spaces())])
    hybrid = fused(words, dense)
    opened = 1000 * (time.perf_counter() - started)
    hybrid.search(queries[:1], K)
    first = 1000 * (time.perf_counter() - started)
    exact = Exact(vectors, embedder)
    true = exact.search(queries, DEPTH)
    print(
        f"\n{len(vectors):,} passages x {given.dimension}: {plan(len(vectors), given.dimension, vectors.header.kind).kind}"
    )
    print(
        f"opened in {opened:.0f} ms, first answer after {first:.0f} ms\n\n"
        f"| | p50 / p95 ms | recall@{K} of exact |\n|---|---|---|"
    )
    for name, retriever, wanted in (
        ("words", words, None),
        ("dense", dense, true),
        ("hybrid", hybrid, fused(words, exact).search(queries, K)),
    ):
        times, found = one_by_one(queries, retriever.search)
        print(f"| {name} | {times} | {f'{share(found, wanted):.3f}' if wanted else '–'} |", flush=True)


if __name__ == "__main__":
    main()
