"""Rankings of one passage language each, put together so that no language crowds out the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Protocol, TypeAlias

from xrag.retrievers.partition import checked
from xrag.types import Hit, Query, Ranking

DEPTH = 100
"""How many hits each language is asked for at least, so that a smaller k gives the head of the same ranking."""

_ROUNDING = 1e-9


class ByLanguage(Protocol):
    """Searches each passage language by itself."""

    def search_each(self, queries: Sequence[Query], k: int) -> Mapping[str, list[Ranking]]:
        """Passage language ─▶ one ranking per query, of passages in that language alone."""
        ...


Shares: TypeAlias = Mapping[str, float]
"""Passage language ─▶ its share of the hits, summing to 1."""


class QuotaRetriever:
    """Gives each passage language its share of the hits: of the first n, a language has at most its share rounded up, while
    others have hits left.

    This is round-robin merging with quotas (Voorhees, Gupta and Johnson-Laird, "The Collection Fusion Problem", TREC-3, 1994;
    Savoy and Berger, "Selection and Merging Strategies for Multilingual Information Retrieval", CLEF 2004), which takes the
    best hit of those languages whose turn it may be. ``shares`` are equal where none are given. It tells an order only, so a
    hit scores 1 / rank.
    """

    def __init__(self, source: ByLanguage, shares: Shares | None = None) -> None:
        self._source = source
        self._shares = shares

    def search(self, queries: Sequence[Query], k: int) -> list[Ranking]:
        """One ranking per query over the passages of all languages."""
        each = self._source.search_each(queries, max(checked(k), DEPTH))
        of_query = [{language: found[at] for language, found in each.items()} for at in range(len(queries))]
        return [interleaved(rankings, self._shares, k) for rankings in of_query]


def interleaved(rankings: Mapping[str, Ranking], shares: Shares | None, k: int) -> Ranking:
    """The best hits of all languages within their quotas. A language without a share comes when the others have ended."""
    quota = shares or {language: 1 / len(rankings) for language in rankings}
    left = {language: list(reversed(ranking)) for language, ranking in rankings.items() if ranking}
    taken = dict.fromkeys(rankings, 0)
    order: list[str] = []
    while left and len(order) < k:
        place = len(order) + 1
        entitled = [one for one in left if quota.get(one, 0.0) > 0] or list(left)
        due = [one for one in entitled if taken[one] < ceil(quota.get(one, 0.0) * place - _ROUNDING)]
        best = max(due or entitled, key=lambda language: left[language][-1].score)
        order.append(left[best].pop().passage_id)
        taken[best] += 1
        if not left[best]:
            del left[best]
    return tuple(Hit(passage_id, 1 / rank) for rank, passage_id in enumerate(order, start=1))
