"""How sure a figure is: intervals, tests between two setups on the same queries, correction for many comparisons.

Values are keyed by query id. Queries are resampled within their language, so that a macro mean stays one. Everything is
seeded and gives the same again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from xrag.errors import UsageError

_CHUNK = 1 << 22
"""Draws in memory at once."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A value with the bounds of its confidence interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Setup B against setup A: the difference B - A with its interval, the two-sided p-values, what could be detected.

    ``detectable`` is the smallest true difference that these queries would show with 80 % power at the 5 % level.
    """

    difference: Interval
    p_bootstrap: float
    p_randomisation: float
    detectable: float


def bootstrap(
    values: Mapping[str, float],
    languages: Mapping[str, str],
    *,
    resamples: int = 10_000,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """The percentile bootstrap interval of the macro mean (Efron, 1979). ``languages``: query id ─▶ language."""
    strata = _strata(values, languages)
    means = _resampled(strata, resamples, seed)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return Interval(_macro(strata), float(low), float(high))


def by_language(
    values: Mapping[str, float], languages: Mapping[str, str], *, resamples: int = 10_000, seed: int = 0
) -> dict[str, Interval]:
    """The interval of each language's mean."""
    groups: dict[str, dict[str, float]] = defaultdict(dict)
    for key, value in values.items():
        groups[languages[key]][key] = value
    return {
        language: bootstrap(group, languages, resamples=resamples, seed=seed)
        for language, group in sorted(groups.items())
    }


def compare(
    a: Mapping[str, float],
    b: Mapping[str, float],
    languages: Mapping[str, str],
    *,
    resamples: int = 10_000,
    seed: int = 0,
) -> Comparison:
    """Two setups on the same queries, paired. Raises ``UsageError`` where the queries are not the same."""
    if a.keys() != b.keys():
        odd = sorted(a.keys() ^ b.keys())
        raise UsageError(f"two setups are compared on the same queries; {len(odd)} are of one alone, as '{odd[0]}'")
    strata = _strata({key: b[key] - a[key] for key in a}, languages)
    observed = _macro(strata)
    means = _resampled(strata, resamples, seed)
    low, high = np.quantile(means, [0.025, 0.975])
    flips = _flipped(strata, resamples, seed)
    # The observed assignment is one of those that could have come about (Phipson & Smyth, 2010).
    extreme = int(np.sum(np.abs(flips) >= abs(observed) - 1e-12)) + 1
    tail = min(float(np.mean(means <= 0)), float(np.mean(means >= 0)))
    return Comparison(
        Interval(observed, float(low), float(high)),
        p_bootstrap=min(1.0, 2 * max(tail, 1 / (resamples + 1))),
        p_randomisation=extreme / (resamples + 1),
        detectable=minimum_detectable(strata),
    )


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values that keep the chance of any false finding (Holm, 1979), in the order given."""
    n = len(p_values)
    order = sorted(range(n), key=p_values.__getitem__)
    adjusted = np.maximum.accumulate([min(1.0, (n - rank) * p_values[i]) for rank, i in enumerate(order)])
    return _in_place(order, adjusted)


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values that keep the share of false findings (Benjamini & Hochberg, 1995), in the order given."""
    n = len(p_values)
    order = sorted(range(n), key=p_values.__getitem__, reverse=True)
    adjusted = np.minimum.accumulate([min(1.0, n / (n - rank) * p_values[i]) for rank, i in enumerate(order)])
    return _in_place(order, adjusted)


def minimum_detectable(strata: Sequence[NDArray[np.float64]], *, alpha: float = 0.05, power: float = 0.8) -> float:
    """The smallest true mean difference that a two-sided test at ``alpha`` finds with that power (normal approximation).

    ``strata``: the paired differences of each language; the macro mean's variance is that of the mean of their means.
    """
    variance = sum(float(np.var(group, ddof=1)) / len(group) for group in strata if len(group) > 1) / len(strata) ** 2
    normal = NormalDist()
    return (normal.inv_cdf(1 - alpha / 2) + normal.inv_cdf(power)) * sqrt(variance)


def _in_place(order: Sequence[int], adjusted: NDArray[np.float64]) -> list[float]:
    found = [0.0] * len(order)
    for i, value in zip(order, adjusted, strict=True):
        found[i] = float(value)
    return found


def _strata(values: Mapping[str, float], languages: Mapping[str, str]) -> list[NDArray[np.float64]]:
    if not values:
        raise UsageError("there is no query to resample")
    groups: dict[str, list[float]] = defaultdict(list)
    for key, value in values.items():
        groups[languages[key]].append(value)
    return [np.array(groups[language]) for language in sorted(groups)]


def _macro(strata: Sequence[NDArray[np.float64]]) -> float:
    return float(np.mean([group.mean() for group in strata]))


def _resampled(strata: Sequence[NDArray[np.float64]], resamples: int, seed: int) -> NDArray[np.float64]:
    """The macro mean of each resample.

    To draw queries with replacement is to draw how often each distinct value comes, which scores have few of.
    """
    random = np.random.default_rng(seed)
    total = np.zeros(resamples)
    for group in strata:
        values, counts = np.unique(group, return_counts=True)
        for rows in _chunks(resamples, len(values)):
            drawn = random.multinomial(len(group), counts / len(group), rows.stop - rows.start)
            total[rows] += drawn @ values / len(group)
    return total / len(strata)


def _flipped(strata: Sequence[NDArray[np.float64]], resamples: int, seed: int) -> NDArray[np.float64]:
    """The macro difference with the two setups swapped at random on each query, by distinct size of the difference."""
    random = np.random.default_rng(seed)
    total = np.zeros(resamples)
    for group in strata:
        sizes, counts = np.unique(np.abs(group), return_counts=True)
        for rows in _chunks(resamples, len(sizes)):
            kept = random.binomial(counts, 0.5, (rows.stop - rows.start, len(sizes)))
            total[rows] += (2 * kept - counts) @ sizes / len(group)
    return total / len(strata)


def _chunks(resamples: int, size: int) -> Iterator[slice]:
    step = max(1, _CHUNK // size)
    yield from (slice(start, min(start + step, resamples)) for start in range(0, resamples, step))
