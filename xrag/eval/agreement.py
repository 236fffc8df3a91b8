"""How far those who judge agree, beyond what chance would have them agree: Cohen's and Fleiss' κ, Krippendorff's α.

Ratings are keyed by what was judged. κ and α are 1 for full agreement and 0 for that of chance; None where chance alone would
have everybody agree (one label alone), or where nothing was judged by two.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations


@dataclass(frozen=True, slots=True)
class Agreement:
    """``value`` over ``n`` items; ``observed`` is the share of pairs of ratings that are the same."""

    value: float | None
    observed: float
    n: int


def cohen(a: Mapping[str, str], b: Mapping[str, str]) -> Agreement:
    """κ of two raters over the items that both rated (Cohen, 1960)."""
    shared = sorted(a.keys() & b.keys())
    observed = sum(a[key] == b[key] for key in shared) / len(shared) if shared else 0.0
    of_a, of_b = Counter(a[key] for key in shared), Counter(b[key] for key in shared)
    expected = sum(of_a[label] * of_b[label] for label in of_a) / len(shared) ** 2 if shared else 1.0
    return Agreement(_beyond_chance(observed, expected), observed, len(shared))


def fleiss(ratings: Sequence[Mapping[str, str]]) -> Agreement:
    """κ of any number of raters over the items that all of them rated (Fleiss, 1971)."""
    shared = sorted(set.intersection(*(set(one) for one in ratings))) if len(ratings) > 1 else []
    tables = [Counter(one[key] for one in ratings) for key in shared]
    pairs = len(ratings) * (len(ratings) - 1)
    agreeing = [sum(count * (count - 1) for count in table.values()) / pairs for table in tables]
    observed = sum(agreeing) / len(agreeing) if agreeing else 0.0
    total: Counter[str] = sum(tables, Counter())
    expected = sum(count**2 for count in total.values()) / total.total() ** 2 if total else 1.0
    return Agreement(_beyond_chance(observed, expected), observed, len(shared))


def krippendorff(ratings: Sequence[Mapping[str, str]]) -> Agreement:
    """α for labels without an order, over the items that two or more rated (Krippendorff, 2004): ratings may be missing."""
    items = sorted({key for one in ratings for key in one})
    tables = [Counter(one[key] for one in ratings if key in one) for key in items]
    paired = [table for table in tables if table.total() > 1]
    total: Counter[str] = sum(paired, Counter())
    n = total.total()
    if not n:
        return Agreement(None, 0.0, 0)
    same = sum(count * (count - 1) / (table.total() - 1) for table in paired for count in table.values())
    observed = same / n
    expected = sum(count * (count - 1) for count in total.values()) / (n * (n - 1))
    return Agreement(_beyond_chance(observed, expected), observed, len(paired))


def pairwise(ratings: Mapping[str, Mapping[str, str]]) -> dict[tuple[str, str], Agreement]:
    """Cohen's κ of every two raters. ``ratings``: rater ─▶ item ─▶ label."""
    return {(a, b): cohen(ratings[a], ratings[b]) for a, b in combinations(ratings, 2)}


def _beyond_chance(observed: float, expected: float) -> float | None:
    return None if expected >= 1 - 1e-12 else (observed - expected) / (1 - expected)
