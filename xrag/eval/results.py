"""What a metric gives: a figure for the query set, its parts, and exactly how it was computed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from statistics import fmean

_DISTRIBUTION = "crosslingual-rag"


@dataclass(frozen=True, slots=True)
class Result:
    """One metric over a query set.

    ``value`` is the figure that is reported: in the mean over the query languages where ``signature`` says ``macro``.
    ``by_language`` and ``counts`` (queries) are keyed by query language, ``per_query`` by query id; figures are in [0, 1]
    unless the signature says otherwise.
    """

    metric: str
    value: float
    by_language: Mapping[str, float] = field(hash=False)
    counts: Mapping[str, int] = field(hash=False)
    per_query: Mapping[str, float] = field(hash=False)
    signature: str

    @property
    def n(self) -> int:
        """How many queries count."""
        return sum(self.counts.values())

    @property
    def micro(self) -> float:
        """The mean over the queries, whatever their language."""
        return mean(self.per_query.values())


def mean(values: Collection[float]) -> float:
    """The arithmetic mean; zero where there is nothing."""
    return fmean(values) if values else 0.0


def harmonic(a: float | None, b: float | None) -> float | None:
    """The harmonic mean of two rates; None where one of them is, zero where both are zero."""
    if a is None or b is None:
        return None
    return 2 * a * b / (a + b) if a + b else 0.0


def macro(metric: str, per_query: Mapping[str, float], languages: Mapping[str, str], how: str) -> Result:
    """The mean over the query languages of their means over the queries. ``languages``: query id ─▶ language."""
    groups: dict[str, list[float]] = defaultdict(list)
    for query_id, value in per_query.items():
        groups[languages[query_id]].append(value)
    means = {language: mean(values) for language, values in sorted(groups.items())}
    counts = {language: len(groups[language]) for language in means}
    return Result(metric, mean(means.values()), means, counts, per_query, signature(metric, f"mean:macro|{how}"))


def signature(metric: str, how: str) -> str:
    """``EM|mean:macro|…|xrag:0.1.0``: everything that the figure depends on, as sacreBLEU writes it."""
    return f"{metric}|{how}|xrag:{version(_DISTRIBUTION)}"
