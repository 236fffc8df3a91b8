"""What the factory of a retriever gets to make it from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from xrag.protocols import Embedder, PassageStore, SparseEncoder, Translator


@dataclass(frozen=True, slots=True)
class RetrieverContext:
    """The passages, the directory of the partition of each passage language, and the translator that crosses languages.

    ``vectors`` is the directory of the passages' vectors, where there are any, and ``embedder`` opens what made them;
    ``sparse`` that of the terms that a ``sparse_encoder`` weighed.
    ``learned`` is the folder of what was learned for them from parallel text and held-out queries.
    """

    store: PassageStore
    partitions: Mapping[str, Path]
    translator: Translator
    vectors: Path | None = None
    embedder: Callable[[], Embedder] | None = None
    sparse: Path | None = None
    sparse_encoder: Callable[[], SparseEncoder] | None = None
    learned: Path | None = None
