"""rank-bm25 as a named backend: built in memory from the passages themselves, the reference that the engine is held to.

Linear in everything: for comparison, not for use.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from rank_bm25 import BM25Okapi

from xrag.protocols import PassageStore, Retriever
from xrag.retrievers.analyzers import analyzer_of
from xrag.retrievers.build import searchable
from xrag.retrievers.context import RetrieverContext
from xrag.retrievers.partition import checked
from xrag.retrievers.pool import merge_rankings
from xrag.retrievers.protocol import Analyzer
from xrag.retrievers.scoring import K1, B, best, inverse_document_frequency
from xrag.types import Hit, Query, Ranking


class LuceneIdf(BM25Okapi):  # type: ignore[misc]
    """rank-bm25's Okapi with Lucene's idf, which stays positive where a term stands in most of few passages.

    Its scores are those of ``bm25`` times ``k1 + 1``.
    """

    def _calc_idf(self, nd: Mapping[str, int]) -> None:
        self.idf = {term: inverse_document_frequency(held, self.corpus_size) for term, held in nd.items()}


class RankBM25Member:
    """The passages of one language in rank-bm25."""

    def __init__(self, store: PassageStore, analyzer: Analyzer) -> None:
        passages = list(store.by_number(store.numbers(analyzer.language)))
        self._analyzer = analyzer
        self._ids = [passage.id for passage in passages]
        self._engine = LuceneIdf([analyzer.terms(searchable(passage)) for passage in passages], k1=K1, b=B)

    def search(self, queries: Sequence[Query], k: int) -> list[Ranking]:
        """One ranking per query."""
        return [self._rank(self._analyzer.terms(query.text), k) for query in queries]

    def _rank(self, terms: Sequence[str], k: int) -> Ranking:
        scores = np.asarray(self._engine.get_scores([term for term in terms if term in self._engine.idf]))
        scores = scores / max(1, len(terms))  # as in a pool of partitions
        return tuple(Hit(self._ids[at], float(scores[at])) for at in best(scores, checked(k)).tolist())


class RankBM25Retriever:
    """A pool of one member per passage language."""

    def __init__(self, members: Sequence[RankBM25Member]) -> None:
        self._members = tuple(members)

    def search(self, queries: Sequence[Query], k: int) -> list[Ranking]:
        """One ranking per query over the passages of all languages."""
        return merge_rankings([member.search(queries, k) for member in self._members], queries, k)


def open_rank_bm25(context: RetrieverContext) -> Retriever:
    """The retriever ``rank-bm25``: reads every passage of the context's languages into memory."""
    analyzers = [analyzer_of(language) for language in sorted(context.partitions)]
    return RankBM25Retriever([RankBM25Member(context.store, analyzer) for analyzer in analyzers])
