"""Does a retriever favour a language? What it finds in the question's language and in others, apart."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import TypeAlias

from xrag import languages
from xrag.errors import MissingExtra, UsageError
from xrag.eval.results import Result, macro
from xrag.types import Example

try:
    from scipy.stats import kruskal
except ImportError as missing:
    raise MissingExtra("the PEER measure", "eval") from missing


Found: TypeAlias = Mapping[str, Sequence[str]]
"""Query id ─▶ passage ids, best first."""
TOP, DEPTH = 10, 100
"""How many hits a report looks at: for recall and languages, and for ranks."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a run does to languages. ``taken`` is query language ─▶ passage language ─▶ its share of the first hits, ``pool``
    the share of each language of all passages.
    """

    split: Split
    furthest: Result
    fairness: Result
    taken: Mapping[str, Mapping[str, float]]
    pool: Mapping[str, float]

    @property
    def results(self) -> tuple[Result, ...]:
        """The figures that have a mean over the query languages."""
        return self.split.same, self.split.cross, self.furthest, self.fairness


def report(
    found: Found,
    examples: Sequence[Example],
    passage_languages: Mapping[str, str],
    pool: Mapping[str, int],
) -> Report:
    """Everything at once; ``pool`` counts the passages of each language.

    Raises ``UsageError`` for a passage whose language is not told.
    """
    named = {passage for ranking in found.values() for passage in ranking}
    named.update(passage for one in examples for passage in _relevant(one))
    unknown = sorted(named - passage_languages.keys())
    if unknown:
        raise UsageError(f"the passage '{unknown[0]}' is not among those searched, so that its language is not known")
    counts = Counter(pool)
    return Report(
        split_recall(found, examples, passage_languages, TOP),
        max_rank(found, examples, DEPTH),
        peer(found, examples, passage_languages, DEPTH),
        shares(found, examples, passage_languages, TOP),
        {language: count / counts.total() for language, count in counts.most_common()},
    )


@dataclass(frozen=True, slots=True)
class Split:
    """Recall of the relevant passages in the question's language, and of those in other languages.

    Each counts only the queries that have such a passage.
    """

    same: Result
    cross: Result

    @property
    def gap(self) -> float:
        """How much better the question's own language is found, in [-1, 1]; 0 is fair."""
        return self.same.value - self.cross.value


def split_recall(found: Found, examples: Sequence[Example], passage_languages: Mapping[str, str], k: int) -> Split:
    """``R@k`` over the relevant passages of the question's language, and over those of the others."""
    asked = {one.query.id: one.query.language for one in examples}
    parts: dict[bool, dict[str, float]] = {True: {}, False: {}}
    for one in examples:
        top = set(found.get(one.query.id, ())[:k])
        wanted: dict[bool, list[str]] = defaultdict(list)
        for passage in _relevant(one):
            wanted[languages.same(passage_languages[passage], one.query.language)].append(passage)
        for is_same, passages in wanted.items():
            parts[is_same][one.query.id] = len(top.intersection(passages)) / len(passages)
    same, cross = (macro(f"R@{k} {name}", parts[key], asked, f"passages:{name}-language") for key, name in _PARTS)
    return Split(same, cross)


_PARTS = ((True, "same"), (False, "cross"))


def shares(
    found: Found, examples: Sequence[Example], passage_languages: Mapping[str, str], k: int
) -> dict[str, dict[str, float]]:
    """Query language ─▶ passage language ─▶ its share of the first ``k`` hits, largest first."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for one in examples:
        counts[one.query.language].update(map(passage_languages.__getitem__, found.get(one.query.id, ())[:k]))
    return {
        asked: {language: count / taken.total() for language, count in taken.most_common()}
        for asked, taken in sorted(counts.items())
    }


def peer(found: Found, examples: Sequence[Example], passage_languages: Mapping[str, str], k: int) -> Result:
    """``PEER@k``, the probability of equal expected rank (Yang et al., 2024): 1 is fair, 0 is biased.

    For each query the p-value of a Kruskal-Wallis test that the relevant passages of every language have the same ranks,
    what was not found among the first ``k`` having rank ``k + 1``. Queries relevant in one language alone are passed over.
    """
    per_query = {}
    for one in examples:
        groups: dict[str, list[int]] = defaultdict(list)
        for passage, rank in _ranks(one, found, k):
            groups[passage_languages[passage]].append(rank)
        if len(groups) > 1:
            per_query[one.query.id] = _probability(list(groups.values()))
    asked = {one.query.id: one.query.language for one in examples}
    return macro(f"PEER@{k}", per_query, asked, "test:kruskal-wallis|unfound:k+1")


def max_rank(found: Found, examples: Sequence[Example], k: int) -> Result:
    """``Max@R``: the rank at which the last of a query's relevant passages is found, ``k + 1`` where one is not among the
    first ``k`` (Hong et al., "Improving Semantic Proximity in Information Retrieval through Cross-Lingual Alignment", ICLR
    2026). It is a rank, not in [0, 1], and the fewer the better: 1 is all that a single relevant passage can have.
    """
    per_query = {}
    for one in examples:
        if ranks := _ranks(one, found, k):
            per_query[one.query.id] = float(max(rank for _, rank in ranks))
    asked = {one.query.id: one.query.language for one in examples}
    return macro("Max@R", per_query, asked, f"unfound:{k + 1}")


def _ranks(example: Example, found: Found, k: int) -> list[tuple[str, int]]:
    """Each relevant passage with its rank, ``k + 1`` where it is not among the first ``k``."""
    first = found.get(example.query.id, ())[:k]
    return [(passage, first.index(passage) + 1 if passage in first else k + 1) for passage in _relevant(example)]


def _relevant(example: Example) -> list[str]:
    return [passage for passage, grade in example.qrels.items() if grade > 0]


def _probability(groups: Sequence[Sequence[int]]) -> float:
    if len({rank for group in groups for rank in group}) == 1:
        return 1.0
    p = float(kruskal(*groups).pvalue)
    return 1.0 if isnan(p) else p
