"""Dense retrieval over cured vectors: nothing is encoded or indexed again, since an affine map can be asked backwards.

A passage's mapped vector scores ``(M p + b) q = p (Mᵀ q) + b q`` with a query: the index is searched with ``Mᵀ q`` among the
passages of one language, for which ``b q`` is the same, and what it finds is ordered by the cosine of the mapped vectors.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from xrag.errors import UsageError
from xrag.protocols import Embedder, Retriever
from xrag.retrievers.arrays import Array
from xrag.retrievers.context import RetrieverContext
from xrag.retrievers.dense.cures import Cure
from xrag.retrievers.dense.learned import open_cure
from xrag.retrievers.dense.retriever import DenseRetriever, vectors_of
from xrag.retrievers.dense.store import VectorStore
from xrag.retrievers.pool import identified, merge_rankings
from xrag.types import Query, Ranking


class CuredRetriever:
    """Searches each passage language by itself, with the vectors of queries and passages as a cure has them."""

    def __init__(self, vectors: VectorStore, embedder: Embedder, cure: Cure) -> None:
        self._dense = DenseRetriever(vectors, embedder)
        self._vectors = vectors
        self._cure = cure
        self._rows = {language: vectors.rows_in([language]) for language in vectors.header.languages}

    def search(self, queries: Sequence[Query], k: int) -> list[Ranking]:
        """One ranking per query over the passages of all languages; a score is a cosine of cured vectors, above 0."""
        known = identified(queries)
        asked = self._dense.embedded(known)
        rankings: list[Ranking] = [()] * len(known)
        told = np.any(asked, axis=1)
        for language in dict.fromkeys(query.language for query in known):
            places = [at for at, query in enumerate(known) if query.language == language and told[at]]
            cured = self._cure.asked(asked[places], language)
            found = [self._within(one, language, cured, k) for one in self._rows]
            for place, ranking in zip(places, merge_rankings(found, [known[at] for at in places], k), strict=True):
                rankings[place] = ranking
        return rankings

    def _within(self, language: str, asked_in: str, asked: Array, k: int) -> list[Ranking]:
        backward = self._cure.backward(asked, language)
        found = self._vectors.candidates(backward, k, allowed=self._rows[language])
        return [
            self._vectors.ranked(rows, self._cured(rows, language, asked_in) @ query, k, 0.0)
            for query, rows in zip(asked, found, strict=True)
        ]

    def _cured(self, rows: Array, language: str, asked_in: str) -> Array:
        return self._cure.found(self._vectors.vectors[rows].astype(np.float32), language, asked_in)


def _opening(kind: str) -> Callable[[RetrieverContext], Retriever]:
    def opened(context: RetrieverContext) -> Retriever:
        """A retriever ``dense-…`` over the vectors of a context. Raises ``UsageError`` where it has none, or no such cure."""
        vectors, embedder = vectors_of(context)
        if context.learned is None:
            raise UsageError(f"there is no folder to find the cure '{kind}' in; open the retriever over an index")
        return CuredRetriever(vectors, embedder, open_cure(context.learned / kind, embedder))

    return opened


open_centred, open_lir, open_shift = _opening("centred"), _opening("lir"), _opening("shift")
open_linear, open_orthogonal = _opening("linear"), _opening("orthogonal")
