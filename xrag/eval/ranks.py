"""``R@k``, ``RR@k`` and ``nDCG@k`` of very many rankings: the figures of ir_measures, from the ranks alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import log2

from xrag.errors import UsageError
from xrag.eval.results import Result, macro
from xrag.types import Example

Grades = Mapping[str, int]


def score(measures: Sequence[str], found: Mapping[str, Sequence[str]], examples: Sequence[Example]) -> list[Result]:
    """Each measure as a macro mean over the query languages. ``found``: query id ─▶ passage ids, best first.

    A query without a ranking counts with zero; examples without a relevant passage are passed over.
    """
    judged = [one for one in examples if any(grade > 0 for grade in one.qrels.values())]
    languages = {one.query.id: one.query.language for one in judged}
    results = []
    for name in measures:
        measure, k = _parsed(name)
        values = {one.query.id: measure(found.get(one.query.id, ())[:k], one.qrels, k) for one in judged}
        results.append(macro(name, values, languages, "ranks:own"))
    return results


def _recall(found: Sequence[str], grades: Grades, _: int) -> float:
    relevant = sum(1 for grade in grades.values() if grade > 0)
    return sum(1 for one in found if grades.get(one, 0) > 0) / relevant


def _reciprocal_rank(found: Sequence[str], grades: Grades, _: int) -> float:
    return next((1 / rank for rank, one in enumerate(found, start=1) if grades.get(one, 0) > 0), 0.0)


def _gain(found: Sequence[str], grades: Grades, k: int) -> float:
    """Linear gains as trec_eval has them (Järvelin & Kekäläinen, 2002)."""
    ideal = sorted((grade for grade in grades.values() if grade > 0), reverse=True)[:k]
    best = sum(grade / log2(rank + 1) for rank, grade in enumerate(ideal, start=1))
    return sum(max(grades.get(one, 0), 0) / log2(rank + 1) for rank, one in enumerate(found, start=1)) / best


_MEASURES: Mapping[str, Callable[[Sequence[str], Grades, int], float]] = {
    "R": _recall,
    "RR": _reciprocal_rank,
    "nDCG": _gain,
}


def _parsed(name: str) -> tuple[Callable[[Sequence[str], Grades, int], float], int]:
    kind, _, depth = name.partition("@")
    if kind not in _MEASURES or not depth.isdecimal():
        raise UsageError(f"'{name}' is none of {', '.join(f'{one}@k' for one in _MEASURES)}")
    return _MEASURES[kind], int(depth)
