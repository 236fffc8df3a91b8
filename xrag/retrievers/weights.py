"""The scores of a partition, computed by bm25s itself, and the parameters that its ``BM25.load`` reads."""

from __future__ import annotations

from dataclasses import dataclass

import bm25s
import numpy as np
from bm25s.scoring import _score_idf_lucene, _score_tfc_lucene

from xrag.retrievers.arrays import Array
from xrag.retrievers.postings import Postings
from xrag.retrievers.scoring import K1, B
from xrag.types import Json


@dataclass(frozen=True, slots=True)
class Weights:
    """What a score depends on beside the frequency: idf float32 [terms], lengths int32 [passages] and their mean."""

    idf: Array
    lengths: Array
    mean_length: float

    @classmethod
    def of(cls, counts: Array, lengths: Array, mean_length: float) -> Weights:
        """From the number of passages that hold each term."""
        distinct, which = np.unique(counts, return_inverse=True)
        values = [_score_idf_lucene(count, N=len(lengths)) for count in distinct.tolist()]
        return cls(np.array(values, np.float32)[which], lengths, mean_length)

    def scores(self, postings: Postings, first: int) -> Array:
        """The score of each posting of the terms from ``first`` on."""
        frequencies = postings.values.astype(np.float32)
        saturated = _score_tfc_lucene(frequencies, self.lengths[postings.passages], self.mean_length, K1, B)
        scores: Array = np.repeat(self.idf[first : first + len(postings.counts)], postings.counts) * saturated
        return scores


def parameters(passages: int) -> dict[str, Json]:
    """What ``bm25s.BM25.load`` needs to know."""
    return {
        "k1": K1,
        "b": B,
        "delta": 0.5,
        "method": "lucene",
        "idf_method": "lucene",
        "dtype": "float32",
        "int_dtype": "int32",
        "num_docs": passages,
        "version": bm25s.__version__,
        "backend": "numpy",
    }
