"""The retriever ``dense``: the passages whose vectors are nearest to the query's, whatever their language."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xrag.errors import EmbedderMismatch, RetrievalError, UsageError
from xrag.protocols import Embedder, Retriever
from xrag.retrievers.arrays import Array
from xrag.retrievers.context import RetrieverContext
from xrag.retrievers.dense.store import VectorStore
from xrag.retrievers.partition import checked
from xrag.types import Query, Ranking


class DenseRetriever:
    """Searches the vectors of a corpus. Passages whose cosine with the query is not above ``floor`` are no hits.

    A query that the embedder has no vector for finds nothing.
    """

    def __init__(self, vectors: VectorStore, embedder: Embedder, *, floor: float = 0.0) -> None:
        if vectors.header.embedder != embedder.fingerprint:
            raise EmbedderMismatch(
                f"{vectors.path} holds vectors of the embedder '{vectors.header.embedder}', but the one at hand is "
                f"'{embedder.fingerprint}' (another model, revision, prompt or dimension); encode the passages again"
            )
        self._vectors = vectors
        self._embedder = embedder
        self._floor = floor

    def search(self, queries: Sequence[Query], k: int) -> list[Ranking]:
        """One ranking per query over the passages of all languages; a score is a cosine."""
        checked(k)
        return self.nearest(self.embedded(queries), k)

    def embedded(self, queries: Sequence[Query]) -> Array:
        """The vectors of the queries, float32 [n, dimension]. Raises where they are none that these passages compare to."""
        wanted = (len(queries), self._vectors.header.dimension)
        if not queries:
            return np.empty(wanted, np.float32)
        found = self._embedder.embed_queries([query.text for query in queries])
        if found.shape != wanted:
            raise EmbedderMismatch(
                f"the embedder gave vectors of {found.shape[-1]} dimensions for {found.shape[0]} of {wanted[0]} queries, but "
                f"{self._vectors.path} holds vectors of {wanted[1]}; encode the passages again"
            )
        broken = np.flatnonzero(~np.isfinite(found).all(axis=1))
        if len(broken):
            raise RetrievalError(f"the embedder gave a vector that is not finite of query '{queries[broken[0]].id}'")
        return found

    def nearest(self, asked: Array, k: int, *, allowed: Array | None = None) -> list[Ranking]:
        """One ranking per vector, among the rows that are ``allowed``; none for a vector of zeros."""
        told = np.flatnonzero(np.any(asked, axis=1))
        found = self._vectors.nearest(asked[told], k, floor=self._floor, allowed=allowed)
        rankings: list[Ranking] = [()] * len(asked)
        for at, ranking in zip(told.tolist(), found, strict=True):
            rankings[at] = ranking
        return rankings


def vectors_of(context: RetrieverContext) -> tuple[VectorStore, Embedder]:
    """The vectors of a context and their embedder. Raises ``UsageError`` where it has none."""
    if context.vectors is None or context.embedder is None:
        raise UsageError(
            "this index has no vectors of its passages as they are now; make them with: xrag index -o DIR --embedder MODEL"
        )
    return VectorStore.open(context.vectors), context.embedder()


def open_dense(context: RetrieverContext) -> Retriever:
    """The retriever ``dense`` over the vectors of a context. Raises ``UsageError`` where it has none."""
    return DenseRetriever(*vectors_of(context))
