"""The weights of a fusion, from held-out queries whose relevant passages are known.

A convex combination needs few of them (Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", ACM TOIS
2023). Each member's weight is tried in steps while the others keep their proportions, until nothing gains: with two members
that is every combination. Of weights that do equally well the middle ones are taken. The measure is nDCG@10.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from xrag.errors import UsageError
from xrag.retrievers.arrays import Array
from xrag.retrievers.normalisation import Normalise
from xrag.types import Ranking

MEASURE, DEPTH = "nDCG@10", 10
STEPS = 20
"""Weights are multiples of one over this."""
LEAST = 30
"""A language with fewer queries has the weights of all."""
_ROUNDS = 5
_GAIN = 1e-9

Mix: TypeAlias = tuple[float, ...]
"""One weight for each member; they sum to 1."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What the members of a fusion found for a query: float [passages, members], what each passage is worth to each member;
    the passages' grades; and the best sum of discounted gains that there can be.
    """

    language: str
    worth: Array
    grades: Array
    ideal: float


@dataclass(frozen=True, slots=True)
class Tuned:
    """Weights for all languages, and those of languages that have enough queries of their own.

    ``value`` is the measure with them, ``equal`` with equal weights; ``held_out`` is the measure where the weights are learned
    on one half of the queries and measured on the other, which is what to expect of queries that nobody has seen.
    """

    default: Mix
    languages: Mapping[str, Mix]
    value: float
    equal: float
    held_out: float


def judged(
    language: str, rankings: Sequence[Ranking], normalise: Sequence[Normalise], qrels: Mapping[str, int]
) -> Judged:
    """A query for the tuning. Passages come in the order of the members, as in a fusion; one that none found counts as lost."""
    places: dict[str, int] = {}
    for ranking in rankings:
        for hit in ranking:
            places.setdefault(hit.passage_id, len(places))
    worth = np.zeros((len(places), len(rankings)))
    for member, (ranking, normalised) in enumerate(zip(rankings, normalise, strict=True)):
        worth[[places[hit.passage_id] for hit in ranking], member] = normalised(ranking)
    grades = np.array([max(qrels.get(passage_id, 0), 0) for passage_id in places], float)
    best = sorted((grade for grade in qrels.values() if grade > 0), reverse=True)[:DEPTH]
    return Judged(language, worth, grades, float(np.dot(best, _discounts(len(best)))))


def tune(queries: Sequence[Judged]) -> Tuned:
    """The weights. Raises ``UsageError`` where no query has a relevant passage, or no member found one."""
    told = [query for query in queries if query.ideal > 0]
    if not told:
        raise UsageError("no query has a relevant passage ('qrels'), so that nothing can be tuned")
    equal = _equal(told)
    default, languages = _weights(told)
    halves = told[::2], told[1::2]
    unseen = [value for seen, rest in (halves, halves[::-1]) if seen for value in _values(rest, *_weights(seen))]
    value = float(np.mean(_values(told, default, languages)))
    if value == 0:
        raise UsageError("no member found a relevant passage of any query; are the ids those of this index?")
    return Tuned(default, languages, value, _value(told, equal), float(np.mean(unseen)) if unseen else value)


def _weights(queries: Sequence[Judged]) -> tuple[Mix, dict[str, Mix]]:
    default = _climbed(queries, _equal(queries))
    spoken = dict.fromkeys(query.language for query in queries)
    own = {language: [query for query in queries if query.language == language] for language in spoken}
    return default, {language: _climbed(each, default) for language, each in own.items() if len(each) >= LEAST}


def _values(queries: Sequence[Judged], default: Mix, languages: Mapping[str, Mix]) -> list[float]:
    return [_gained(query, np.array(languages.get(query.language, default))) for query in queries]


def _equal(queries: Sequence[Judged]) -> Mix:
    members = int(queries[0].worth.shape[1])
    return (1 / members,) * members


def _climbed(queries: Sequence[Judged], start: Mix) -> Mix:
    best, reached = start, _value(queries, start)
    for _ in range(_ROUNDS):
        before = reached
        for member in range(len(start)):
            tried = [_moved(best, member, step / STEPS) for step in range(STEPS + 1)]
            values = [_value(queries, mix) for mix in tried]
            equals = [at for at, value in enumerate(values) if value >= max(values) - _GAIN]
            if max(values) > reached + _GAIN:
                best, reached = tried[equals[len(equals) // 2]], max(values)
        if reached <= before + _GAIN:
            break
    return tuple(round(weight, 4) for weight in best)


def _moved(mix: Mix, member: int, weight: float) -> Mix:
    """The mix with one weight set, the others in their proportions."""
    rest, others = sum(mix) - mix[member], len(mix) - 1
    scaled: list[float] = [(1 - weight) * (each / rest if rest > 0 else 1 / others) for each in mix]
    scaled[member] = weight
    return tuple(scaled)


def _value(queries: Sequence[Judged], mix: Mix) -> float:
    return float(np.mean([_gained(query, np.array(mix)) for query in queries]))


def _gained(query: Judged, mix: Array) -> float:
    totals = query.worth @ mix
    order = np.argsort(-totals, kind="stable")[:DEPTH]
    order = order[totals[order] > 0]
    return float(query.grades[order] @ _discounts(len(order))) / query.ideal


def _discounts(count: int) -> Array:
    discounts: Array = 1 / np.log2(np.arange(2, count + 2))
    return discounts
