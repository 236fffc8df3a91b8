"""Fusion of 10 members of 1,000 hits each, beside ranx on the same rankings: ``python benchmarks/fusion_speed.py``.

``fresh`` times one query at a time, its rankings made just before, as a search makes them; ``xrag`` all queries one after the
other, whose rankings, 500,000 hits, no longer lie in the processor's cache. Both are processor milliseconds.

ranx (``pip install ranx``) compiles with numba at first; its time is that of later calls, on its own data structures, which it
is given ready made. Without it only xrag is timed.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Sequence

from xrag.retrievers import NORMALISATIONS, Fusion, Member
from xrag.retrievers.normalisation import Normalise
from xrag.testing import FakeRetriever
from xrag.types import Hit, Query, Ranking

MEMBERS, HITS, PASSAGES, QUERIES, K = 10, 1000, 5000, 50, 100
PEERS = {"min-max": ("min-max", "wsum"), "z-score": ("zmuv", "wsum"), "rank": (None, "rrf")}


def ranking(seed: int, query: int) -> Ranking:
    """What a member found for a query: ids are objects of their own, as from an index."""
    rng = random.Random(f"{seed} {query}")
    chosen = rng.sample(range(PASSAGES), HITS)
    scores = sorted((rng.expovariate(0.1) for _ in chosen), reverse=True)
    return tuple(Hit(f"passage-{n}", score) for n, score in zip(chosen, scores, strict=True))


def rankings(seed: int) -> dict[str, Ranking]:
    """The rankings of one member, by query."""
    return {str(query): ranking(seed, query) for query in range(QUERIES)}


def per_query(run: Callable[[], object]) -> float:
    """Milliseconds per query, the median of ten runs over all queries."""
    seconds = []
    for _ in range(10):
        started = time.process_time()
        run()
        seconds.append(time.process_time() - started)
    return 1000 * statistics.median(seconds) / QUERIES


def fresh(normalise: Normalise) -> float:
    """Milliseconds of the fusion alone, the median of all queries, on rankings that were just made."""
    seconds = []
    for query in range(QUERIES):
        made = {str(seed): ranking(seed, query) for seed in range(MEMBERS)}
        fusion = Fusion(
            [Member(name, FakeRetriever({"q": found}), normalise=normalise) for name, found in made.items()], depth=HITS
        )
        started = time.process_time()
        fusion.search([Query("q", "q")], K)
        seconds.append(time.process_time() - started)
    return 1000 * statistics.median(seconds)


def ranx_times(members: Sequence[dict[str, Ranking]]) -> dict[str, float]:
    try:
        from ranx import Run, fuse
    except ImportError:
        return {}
    runs = [Run({q: {hit.passage_id: hit.score for hit in found} for q, found in m.items()}) for m in members]
    times = {}
    for name, (norm, method) in PEERS.items():
        params = {"weights": [1.0] * MEMBERS} if method == "wsum" else {"k": 60}

        def run(norm: str | None = norm, method: str = method, params: dict[str, object] = params) -> object:
            return fuse(runs=runs, norm=norm, method=method, params=params)

        run()
        times[name] = per_query(run)
    return times


def main() -> None:
    members = [rankings(seed) for seed in range(MEMBERS)]
    queries = [Query(str(number), str(number)) for number in range(QUERIES)]
    peers = ranx_times(members)
    print(f"{MEMBERS} members x {HITS} hits, {PASSAGES} passages, top {K}: ms per query\n")
    print("| normalisation | xrag | fresh | ranx | ranx / xrag |\n|---|---|---|---|---|")
    for name, normalise in NORMALISATIONS.items():
        fusion = Fusion(
            [Member(str(n), FakeRetriever(m), normalise=normalise) for n, m in enumerate(members)], depth=HITS
        )
        own = per_query(lambda fusion=fusion: fusion.search(queries, K))
        beside = f"{peers[name]:.2f} | {peers[name] / own:.1f}" if name in peers else "- | -"
        print(f"| {name} | {own:.2f} | {fresh(normalise):.2f} | {beside} |")


if __name__ == "__main__":
    main()
