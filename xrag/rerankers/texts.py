"""What all rerankers do: fetch the passages of all rankings at once, and put hits in the order of new scores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import isnan

from xrag.errors import RetrievalError
from xrag.protocols import PassageLookup
from xrag.types import Hit, Passage, Query, Ranking


def passages_of(rankings: Sequence[Ranking], passages: PassageLookup) -> Mapping[str, Passage]:
    """The passages of all hits by their ids, from one read."""
    ids = list(dict.fromkeys(hit.passage_id for ranking in rankings for hit in ranking))
    return dict(zip(ids, passages.get(ids), strict=True)) if ids else {}


def readable(passage: Passage) -> str:
    """What of a passage is read: its title and its text."""
    return f"{passage.title}\n{passage.text}" if passage.title else passage.text


def pairs_of(queries: Sequence[Query], rankings: Sequence[Ranking], passages: PassageLookup) -> list[tuple[str, str]]:
    """Question and passage of every hit, one ranking after the other."""
    read = passages_of(rankings, passages)
    return [
        (query.text, readable(read[hit.passage_id]))
        for query, ranking in zip(queries, rankings, strict=True)
        for hit in ranking
    ]


def ordered(rankings: Sequence[Ranking], scores: Sequence[float], k: int) -> list[Ranking]:
    """The hits of each ranking by their new scores, which come one after the other for all rankings; the best k of each.

    Equal scores keep the order that they had. Raises ``RetrievalError`` for a score that is none.
    """
    if any(map(isnan, scores)):
        raise RetrievalError("the reranker gave a score that is no number")
    given: Iterator[float] = iter(scores)
    scored = [[Hit(hit.passage_id, next(given)) for hit in ranking] for ranking in rankings]
    return [tuple(sorted(hits, key=lambda hit: -hit.score)[:k]) for hits in scored]
