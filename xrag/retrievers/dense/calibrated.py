"""Dense search by language: quotas and calibrated scores for pools of many languages."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xrag.protocols import Embedder, Retriever
from xrag.retrievers.arrays import Array
from xrag.retrievers.context import RetrieverContext
from xrag.retrievers.dense.retriever import DenseRetriever, vectors_of
from xrag.retrievers.dense.store import VectorStore
from xrag.retrievers.mixing import QuotaRetriever
from xrag.retrievers.pool import merge_rankings
from xrag.types import Hit, Query, Ranking

SAMPLE = 512
"""Passages of a language that its scores are measured with."""
DRAWN = 5
"""As many passages count for all languages in the mean and the deviation of one."""
_SEED = 7
_ANY = -2.0


class DenseByLanguage:
    """``dense`` among the passages of each language; a score is a cosine above 0."""

    def __init__(self, vectors: VectorStore, embedder: Embedder) -> None:
        self._dense = DenseRetriever(vectors, embedder)
        self._rows = {language: vectors.rows_in([language]) for language in vectors.header.languages}

    def search_each(self, queries: Sequence[Query], k: int) -> dict[str, list[Ranking]]:
        """Passage language ─▶ one ranking per query."""
        asked = self._dense.embedded(queries)
        return {language: self._dense.nearest(asked, k, allowed=rows) for language, rows in self._rows.items()}


class CalibratedRetriever:
    """Merges the languages by ``(score - mean) / deviation`` of what the query scores with passages of the language.

    This is Z-score merging (Savoy, "Combining Multiple Strategies for Effective Monolingual and Cross-Language Retrieval",
    Information Retrieval 7, 2004), with mean and deviation of a sample of all passages in the place of those that were found:
    how far from the language's own noise a hit stands. Hits no better than its mean are none.
    """

    def __init__(self, vectors: VectorStore, embedder: Embedder) -> None:
        self._dense = DenseRetriever(vectors, embedder, floor=_ANY)
        self._languages = vectors.header.languages
        self._rows = [vectors.rows_in([language]) for language in self._languages]
        self._samples = [_sample(vectors, place) for place in range(len(self._languages))]

    def search(self, queries: Sequence[Query], k: int) -> list[Ranking]:
        """One ranking per query over the passages of all languages."""
        asked = self._dense.embedded(queries)
        means, deviations = _moments([_scored(asked, sample) for sample in self._samples])
        found = [
            [
                _standard(ranking, float(mean), float(deviation))
                for ranking, mean, deviation in zip(
                    self._dense.nearest(asked, k, allowed=rows), means[place], deviations[place], strict=True
                )
            ]
            for place, rows in enumerate(self._rows)
        ]
        return merge_rankings(found, queries, k)


def _sample(vectors: VectorStore, place: int) -> Array:
    rows = np.flatnonzero(vectors.languages == place)
    chosen = np.sort(np.random.default_rng(_SEED).permutation(rows)[:SAMPLE])
    sample: Array = vectors.vectors[chosen].astype(np.float32)
    return sample


def _scored(asked: Array, sample: Array) -> Array:
    """The scores [queries, passages], one query at a time: rounded the same whatever the batch."""
    return np.array([sample @ query for query in asked]).reshape(len(asked), len(sample))


def _moments(scores: Sequence[Array]) -> tuple[Array, Array]:
    """Mean and deviation of the scores of each language, [languages, queries], those of a small one drawn to all."""
    if not scores:
        return np.empty((0, 0)), np.empty((0, 0))
    whole = np.concatenate(scores, axis=1)
    counts = np.array([each.shape[1] for each in scores])[:, None]
    own = counts / (counts + DRAWN)
    means = np.array([each.mean(axis=1) for each in scores])
    variances = np.array([each.var(axis=1) for each in scores])
    drawn = own * means + (1 - own) * whole.mean(axis=1), own * variances + (1 - own) * whole.var(axis=1)
    return drawn[0], np.sqrt(np.maximum(drawn[1], 1e-12))


def _standard(ranking: Ranking, mean: float, deviation: float) -> Ranking:
    return tuple(Hit(hit.passage_id, (hit.score - mean) / deviation) for hit in ranking if hit.score > mean)


def open_calibrated(context: RetrieverContext) -> Retriever:
    """The retriever ``dense-calibrated`` over the vectors of a context. Raises ``UsageError`` where it has none."""
    return CalibratedRetriever(*vectors_of(context))


def open_quota(context: RetrieverContext) -> Retriever:
    """The retriever ``dense-quota``: equal shares of all languages. Raises ``UsageError`` where there are no vectors."""
    return QuotaRetriever(DenseByLanguage(*vectors_of(context)))
