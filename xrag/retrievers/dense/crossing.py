"""Dense search with a query and its translation into each passage language: instead of it, beside it, or within it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import TypeAlias

from xrag.protocols import Embedder, Retriever, Translator
from xrag.retrievers.arrays import Array
from xrag.retrievers.context import RetrieverContext
from xrag.retrievers.dense.cures import unit
from xrag.retrievers.dense.retriever import DenseRetriever, open_dense, vectors_of
from xrag.retrievers.dense.store import VectorStore
from xrag.retrievers.fusion import Fusion, Member
from xrag.retrievers.normalisation import from_bound
from xrag.retrievers.partition import Partition
from xrag.retrievers.pool import identified, merge_rankings, open_partitions
from xrag.retrievers.translating import translations
from xrag.types import Query, Ranking, Translation

SWITCHED = 0.5
"""The share of the terms that a code-switched query has in the passage language."""

Crossing: TypeAlias = Callable[[Embedder, Sequence[Query], Sequence[Translation]], Array]
"""Makes the vectors to search a passage language with, float32 [queries, dimension], of queries and their translations."""


class CrossingRetriever:
    """Searches each passage language with the vectors that a ``Crossing`` makes, and merges by cosine.

    ``partitions`` are those of the passage languages: names that the translator does not know are found among their words.
    """

    def __init__(
        self,
        vectors: VectorStore,
        embedder: Embedder,
        *,
        partitions: Sequence[Partition],
        translator: Translator,
        crossing: Crossing,
    ) -> None:
        self._dense = DenseRetriever(vectors, embedder)
        self._embedder = embedder
        self._partitions = [(one, vectors.rows_in([one.language])) for one in partitions]
        self._translator = translator
        self._crossing = crossing

    def search(self, queries: Sequence[Query], k: int) -> list[Ranking]:
        """One ranking per query over the passages of all languages. A query's language is identified where not given."""
        if not queries:
            return []
        asked = identified(queries)
        found = []
        for partition, rows in self._partitions:
            translated = translations(asked, self._translator, partition)
            crossed = self._crossing(self._embedder, asked, translated)
            found.append(self._dense.nearest(crossed, k, allowed=rows))
        return merge_rankings(found, queries, k)


def translated(embedder: Embedder, _queries: Sequence[Query], found: Sequence[Translation]) -> Array:
    """The translation alone: for an encoder of one language, or one that is better in the passages' language."""
    return embedder.embed_queries([translation.text for translation in found])


def interpolated(embedder: Embedder, queries: Sequence[Query], found: Sequence[Translation]) -> Array:
    """The mean of query and translation, at unit length: a dual query whose embeddings are interpolated by one half."""
    own = embedder.embed_queries([query.text for query in queries])
    return unit(own + translated(embedder, queries, found))


def switched(embedder: Embedder, queries: Sequence[Query], found: Sequence[Translation]) -> Array:
    """The query with half of its terms in the passage language, as code-switched text that encoders are trained with to
    cross languages (Litschko, Artemova and Plank, "Boosting Zero-shot Cross-lingual Retrieval by Training on Artificially
    Code-Switched Data", Findings of ACL 2023). Which terms is drawn from their text, so that a query stays the same.
    """
    texts = [code_switched(query.text, translation) for query, translation in zip(queries, found, strict=True)]
    return embedder.embed_queries(texts)


def code_switched(text: str, translation: Translation) -> str:
    """The text with the likeliest translation in the place of those of its terms that are drawn."""
    pieces, end = [], 0
    for term in translation.terms:
        start = text.find(term.term, end)
        if start < 0:
            continue
        best = term.candidates[0].text if term.candidates else ""
        pieces += [text[end:start], best if best and _drawn(term.term) else term.term]
        end = start + len(term.term)
    return "".join([*pieces, text[end:]])


def _drawn(term: str) -> bool:
    return hashlib.sha256(term.encode()).digest()[0] < 256 * SWITCHED


def _crossing(context: RetrieverContext, crossing: Crossing) -> Retriever:
    vectors, embedder = vectors_of(context)
    partitions = open_partitions(context)
    return CrossingRetriever(vectors, embedder, partitions=partitions, translator=context.translator, crossing=crossing)


def open_translated(context: RetrieverContext) -> Retriever:
    """The retriever ``dense-translated``: the query's translation into each passage language."""
    return _crossing(context, translated)


def open_interpolated(context: RetrieverContext) -> Retriever:
    """The retriever ``dense-interpolated``: a dual query whose two vectors are one."""
    return _crossing(context, interpolated)


def open_switched(context: RetrieverContext) -> Retriever:
    """The retriever ``dense-switched``: the code-switched query."""
    return _crossing(context, switched)


def open_dual_query(context: RetrieverContext) -> Retriever:
    """The retriever ``dense-dual``: a dual query whose two rankings, of the original and of its translations, are added by
    their cosines' theoretical bounds.
    """
    members = {"original": open_dense(context), "translated": open_translated(context)}
    return Fusion([Member(name, one, normalise=from_bound(-1.0)) for name, one in members.items()])
