"""Late interaction: question and passage are encoded apart, token by token, and compared token by token.

MaxSim (Khattab and Zaharia, "ColBERT", SIGIR 2020): each token of the question takes the most alike token of the passage. The
score here is the mean over the question's tokens instead of the sum, which orders the same and lies in [-1, 1].
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from xrag import registry
from xrag.protocols import PassageLookup
from xrag.rerankers.texts import ordered, passages_of, readable
from xrag.types import Query, Ranking


class TokenEmbedder(Protocol):
    """Gives a text one vector of unit length for each of its tokens: float32 [tokens, dimension]."""

    def query_tokens(self, texts: Sequence[str]) -> list[NDArray[np.float32]]:
        """Of questions."""
        ...

    def passage_tokens(self, texts: Sequence[str]) -> list[NDArray[np.float32]]:
        """Of passages."""
        ...


@dataclass(frozen=True, slots=True)
class MaxSimReranker:
    """Reranks by MaxSim over the vectors of a ``TokenEmbedder``. Hits that come out at 0 or below are dropped: no evidence."""

    embedder: TokenEmbedder
    passages: PassageLookup

    def rerank(self, queries: Sequence[Query], rankings: Sequence[Ranking], k: int) -> list[Ranking]:
        """The rankings in the order of MaxSim, cut at k. A passage that several rankings share is encoded once."""
        read = passages_of(rankings, self.passages)
        vectors = self.embedder.passage_tokens([readable(passage) for passage in read.values()]) if read else []
        of_passage = dict(zip(read, vectors, strict=True))
        of_query = self.embedder.query_tokens([query.text for query in queries]) if queries else []
        scores = [
            maxsim(asked, of_passage[hit.passage_id])
            for asked, ranking in zip(of_query, rankings, strict=True)
            for hit in ranking
        ]
        return [tuple(hit for hit in ranking if hit.score > 0) for ranking in ordered(rankings, scores, k)]


def open_maxsim(name: str, passages: PassageLookup, *, remote_code: bool = False) -> MaxSimReranker:
    """The reranker ``maxsim``: the late-interaction encoder of a folder or a name on the hub (see ``xrag.embedders.late``).

    ``remote_code`` lets code from the model's repository run (jina-colbert-v2 needs it). Raises ``InputError`` where it cannot
    be loaded, ``UsageError`` where it is not known how it is used.
    """
    return MaxSimReranker(registry.load("late-encoder", "hf")(name, remote_code=remote_code), passages)


def maxsim(query: NDArray[np.float32], passage: NDArray[np.float32]) -> float:
    """The mean over the question's tokens of the greatest cosine with a token of the passage; 0 where one has no token."""
    if not len(query) or not len(passage):
        return 0.0
    return float((query @ passage.T).max(axis=1).mean())
