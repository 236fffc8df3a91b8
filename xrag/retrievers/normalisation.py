"""What a hit of one ranking is worth beside the hits of others: the ways to make scores comparable before they are added.

A ``Normalise`` gives one value for each hit of a ranking, in its order; a passage that the ranking lacks is worth 0, so no
value is below it. The forms are those that Bruch, Gai and Ingber compare ("An Analysis of Fusion Functions for Hybrid
Retrieval", ACM TOIS 2023), each shifted to that zero.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from xrag.types import Ranking

RRF = 60
"""The constant of Cormack, Clarke and Büttcher ("Reciprocal Rank Fusion", SIGIR 2009)."""


class Normalise(Protocol):
    """Makes scores worth."""

    def __call__(self, ranking: Ranking) -> list[float]:
        """What each hit is worth."""
        ...

    def add(self, ranking: Ranking, weight: float, totals: dict[str, float]) -> None:
        """Add what each hit is worth, times the weight, to what its passage has so far."""
        ...


@dataclass(frozen=True, slots=True)
class Line:
    """``(score - base) / width``, where ``of`` tells base and width of a ranking; 1 for each hit where the width is 0."""

    of: Callable[[Ranking], tuple[float, float]]

    def __call__(self, ranking: Ranking) -> list[float]:
        """What each hit is worth."""
        if not ranking:
            return []
        base, width = self.of(ranking)
        if width <= 0:
            return [1.0] * len(ranking)
        scale = 1 / width
        return [scale * (hit.score - base) for hit in ranking]

    def add(self, ranking: Ranking, weight: float, totals: dict[str, float]) -> None:
        """Add it up: one pass over the hits, which is most of what a fusion costs."""
        if not ranking:
            return
        base, width = self.of(ranking)
        known = totals.get
        if width <= 0:
            for hit in ranking:
                totals[hit.passage_id] = known(hit.passage_id, 0.0) + weight
            return
        scale = weight / width
        for hit in ranking:
            passage_id = hit.passage_id
            totals[passage_id] = known(passage_id, 0.0) + scale * (hit.score - base)


@dataclass(frozen=True, slots=True)
class Values:
    """What a function says that each hit of a ranking is worth: for a normalisation of your own."""

    of: Callable[[Ranking], Sequence[float]]

    def __call__(self, ranking: Ranking) -> list[float]:
        """What each hit is worth."""
        return list(self.of(ranking))

    def add(self, ranking: Ranking, weight: float, totals: dict[str, float]) -> None:
        """Add it up."""
        known = totals.get
        for hit, value in zip(ranking, self.of(ranking), strict=True):
            totals[hit.passage_id] = known(hit.passage_id, 0.0) + weight * value


by_best = Line(lambda ranking: (0.0, ranking[0].score))
"""``score / best``: in (0, 1]. For scores whose zero is no evidence, as BM25's."""

min_max = Line(lambda ranking: (ranking[-1].score, ranking[0].score - ranking[-1].score))
"""``(score - worst) / (best - worst)``: in [0, 1]; the weakest hit counts as not found, equal ones are all worth 1."""

z_score = Line(lambda ranking: (ranking[-1].score, float(np.std([hit.score for hit in ranking]))))
"""``(score - mean) / deviation``, shifted so that the weakest hit has 0, as a passage that was not found."""


def from_bound(lowest: float) -> Line:
    """``(score - lowest) / (best - lowest)`` with the lowest score that there can be (theoretical min-max): in [0, 1].

    ``lowest`` is 0 for BM25 and -1 for a cosine. A ranking's weakest hit keeps what it is worth, however short the ranking.
    """
    return Line(lambda ranking: (lowest, ranking[0].score - lowest))


def _reciprocal(ranking: Ranking) -> Sequence[float]:
    if len({hit.score for hit in ranking}) == len(ranking):
        return _RECIPROCAL[: len(ranking)] if len(ranking) <= len(_RECIPROCAL) else _reciprocals(len(ranking))
    first: dict[float, int] = {}
    return [1 / first.setdefault(hit.score, rank) for rank, hit in enumerate(ranking, start=RRF + 1)]


def _reciprocals(count: int) -> list[float]:
    return [1 / rank for rank in range(RRF + 1, RRF + 1 + count)]


_RECIPROCAL = _reciprocals(1000)

reciprocal_rank = Values(_reciprocal)
"""``1 / (60 + rank)``, ranks from 1: reciprocal rank fusion. Hits of equal score have the rank of the first of them."""

NORMALISATIONS: Mapping[str, Normalise] = {
    "best": by_best,
    "min-max": min_max,
    "z-score": z_score,
    "bounds": from_bound(-1.0),
    "rank": reciprocal_rank,
}
"""By the names that setups use; ``bounds`` is that of a cosine."""
