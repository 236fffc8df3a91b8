"""Several retrievers as one: the weighted sum of what a hit is worth to each member.

How worth is made of scores is each member's ``normalise``: ``by_best`` for lexical members, a theoretical bound for cosines,
``reciprocal_rank`` for one that tells an order only. With ``reciprocal_rank`` throughout this is reciprocal rank fusion,
which was measured and lost: a rank says nothing of how weak a hit is, so the first hit of a member that found next to nothing
equals the first of one that found the passage. See ``docs/retrieval.md``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from xrag import trace
from xrag.errors import RetrievalError, XragError
from xrag.languages import tag
from xrag.protocols import Retriever
from xrag.retrievers.normalisation import Normalise, by_best
from xrag.retrievers.partition import checked
from xrag.retrievers.scoring import best
from xrag.types import FusedHit, Hit, Query, Ranking, Share

DEPTH = 100
"""How many hits each member is asked for at least, so that a smaller k gives the head of the same ranking."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What a member counts, at least 0: for queries in the languages named, and for all others.

    ``languages`` takes any code of a language; a query whose language is not among them has the ``default``.
    """

    default: float = 1.0
    languages: Mapping[str, float] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "languages", {tag(code): weight for code, weight in self.languages.items()})

    def of(self, language: str) -> float:
        """The weight for a query in this language."""
        return self.languages.get(tag(language), self.default) if self.languages else self.default


@dataclass(frozen=True, slots=True)
class Member:
    """A retriever in a fusion. Hits that score no more than ``floor`` are no evidence and are left out.

    Of a member that knows an order only, the first hit is worth as much as any other's, be it junk: give it a floor.
    """

    name: str
    retriever: Retriever
    weights: Weights = field(default_factory=Weights)
    normalise: Normalise = by_best
    floor: float = 0.0

    def search(self, queries: Sequence[Query], k: int) -> list[Ranking]:
        """The member's rankings down to the floor. Raises ``RetrievalError`` with its name where it fails."""
        try:
            found = self.retriever.search(queries, k)
        except XragError:
            raise
        except Exception as error:  # any retriever may stand here, with errors of its own
            raise RetrievalError(f"the member '{self.name}' failed: {type(error).__name__}: {error}") from error
        if len(found) != len(queries):
            raise RetrievalError(f"the member '{self.name}' gave {len(found)} rankings for {len(queries)} queries")
        return [self._evident(ranking) for ranking in found]

    def _evident(self, ranking: Ranking) -> Ranking:
        if not ranking or ranking[-1].score > self.floor:
            return ranking
        return tuple(hit for hit in ranking if hit.score > self.floor)


class Fusion:
    """Fuses its members. A hit that only some found has what it is worth to them; an empty member changes nothing.

    Passages of equal worth come in the order in which the members, as they are listed, found them.
    """

    def __init__(self, members: Sequence[Member], *, depth: int = DEPTH) -> None:
        self._members = tuple(members)
        self._depth = depth

    def search(self, queries: Sequence[Query], k: int) -> list[Ranking]:
        """One ranking per query. What each member gave to each hit goes into the trace."""
        asked = max(checked(k), self._depth)
        found = [member.search(queries, asked) for member in self._members]
        rankings = zip(*found, strict=True) if found else [()] * len(queries)
        return [self._fuse(query, each, k) for query, each in zip(queries, rankings, strict=True)]

    def _fuse(self, query: Query, rankings: Sequence[Ranking], k: int) -> Ranking:
        scores: dict[str, float] = {}
        for ranking, member in zip(rankings, self._members, strict=True):
            member.normalise.add(ranking, member.weights.of(query.language), scores)
        ids = list(scores)
        chosen = best(np.fromiter(scores.values(), np.float64, len(scores)), k).tolist()
        fused = tuple(Hit(ids[at], scores[ids[at]]) for at in chosen)
        if trace.collecting():
            self._record(query, fused, rankings)
        return fused

    def _record(self, query: Query, fused: Ranking, rankings: Sequence[Ranking]) -> None:
        shares: dict[str, list[Share]] = {hit.passage_id: [] for hit in fused}
        for passage_id, share in self._shares(query, rankings):
            if passage_id in shares:
                shares[passage_id].append(share)
        for hit in fused:
            trace.record(FusedHit(query.id, hit.passage_id, hit.score, tuple(shares[hit.passage_id])))

    def _shares(self, query: Query, rankings: Sequence[Ranking]) -> Iterator[tuple[str, Share]]:
        for member, ranking in zip(self._members, rankings, strict=True):
            weight = member.weights.of(query.language)
            for rank, (hit, worth) in enumerate(zip(ranking, member.normalise(ranking), strict=True), start=1):
                yield hit.passage_id, Share(member.name, rank, hit.score, weight * worth)
