"""The retriever ``sparse``: passages that share weighed terms with the query, by the weights that a model learned."""

from __future__ import annotations

from collections.abc import Sequence

from xrag.errors import EmbedderMismatch, UsageError
from xrag.protocols import Retriever, SparseEncoder
from xrag.retrievers.context import RetrieverContext
from xrag.retrievers.partition import checked
from xrag.retrievers.sparse.store import SparseStore
from xrag.types import Query, Ranking


class SparseRetriever:
    """Searches the weighed terms of a corpus. A passage that shares no term with the query is no hit."""

    def __init__(self, postings: SparseStore, encoder: SparseEncoder) -> None:
        if postings.header.encoder != encoder.fingerprint:
            raise EmbedderMismatch(
                f"{postings.path} holds terms weighed by '{postings.header.encoder}', but the encoder at hand is "
                f"'{encoder.fingerprint}' (another model, revision or prompt); encode the passages again"
            )
        self._postings = postings
        self._encoder = encoder

    def search(self, queries: Sequence[Query], k: int) -> list[Ranking]:
        """One ranking per query over the passages of all languages; a score is a sum of products of weights."""
        checked(k)
        asked = self._encoder.encode_queries([query.text for query in queries]) if queries else []
        return self._postings.search(asked, k)


def open_sparse(context: RetrieverContext) -> Retriever:
    """The retriever ``sparse`` over the weighed terms of a context. Raises ``UsageError`` where it has none."""
    if context.sparse is None or context.sparse_encoder is None:
        raise UsageError(
            "no model has weighed the terms of this index's passages as they are now; let one: "
            "xrag index -o DIR --sparse-encoder MODEL"
        )
    return SparseRetriever(SparseStore.open(context.sparse), context.sparse_encoder())
