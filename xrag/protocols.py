"""What a component must offer: one method each where possible, batch-first. Standard library only.

A class conforms by having the methods; nothing needs to be inherited. ``xrag.testing`` holds the conformance suites.
"""

from __future__ import annotations

import collections.abc
from array import array
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from xrag.errors import Unsupported
from xrag.types import (
    Ability,
    Answer,
    Completion,
    Example,
    Passage,
    Prompt,
    Query,
    Ranking,
    Sampling,
    Score,
    Translation,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Retriever(Protocol):
    """Finds passages. Returns one ranking per query, each of at most ``k`` hits, fewer where the evidence ends."""

    def search(self, queries: Sequence[Query], k: int) -> list[Ranking]: ...


class Reranker(Protocol):
    """Reorders what a retriever found; never adds a passage that the ranking did not have."""

    def rerank(self, queries: Sequence[Query], rankings: Sequence[Ranking], k: int) -> list[Ranking]: ...


class Translator(Protocol):
    """Translates short texts. One translation per text; what it cannot translate it leaves as it stands."""

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[Translation]: ...

    @property
    def fingerprint(self) -> str:
        """Names everything that changes the output (model, revision, table checksum): the key of a cache."""
        ...


class Embedder(Protocol):
    """Turns texts into vectors: float32 [n, dim], each row of unit length, or of zeros where there is nothing to embed."""

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]: ...

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]: ...

    @property
    def fingerprint(self) -> str:
        """Names everything that changes the vectors (model, revision, prompts, pooling): vectors of two do not compare."""
        ...


class SparseEncoder(Protocol):
    """Turns texts into weights of terms: of each text their numbers (int32, ascending) and weights (float32, above 0).

    Terms are numbered below ``terms``. What a query and a passage share scores the sum of the products of their weights.
    """

    @property
    def terms(self) -> int: ...

    def encode_queries(self, texts: Sequence[str]) -> list[tuple[NDArray[np.int32], NDArray[np.float32]]]: ...

    def encode_passages(self, texts: Sequence[str]) -> list[tuple[NDArray[np.int32], NDArray[np.float32]]]: ...

    @property
    def fingerprint(self) -> str:
        """Names everything that changes the weights (model, revision, prompts): those of two do not compare."""
        ...


class Generator(Protocol):
    """Completes prompts. One completion per prompt, in order.

    A prompt that fails has a completion with an ``error``, and the others are kept; where all fail, ``GenerationError`` is
    raised. A prompt or sampling that asks for what the generator does not say it ``supports`` raises ``Unsupported``.
    """

    @property
    def supports(self) -> frozenset[Ability]: ...

    def generate(self, prompts: Sequence[Prompt], sampling: Sampling) -> list[Completion]: ...


class StreamingGenerator(Generator, Protocol):
    """A generator that can also give a completion piece by piece; the pieces joined are the completion's text.

    The completion itself, with its quotes and token counts, is what the iteration returns (``yield from``).
    """

    def stream(self, prompt: Prompt, sampling: Sampling) -> collections.abc.Generator[str, None, Completion]: ...


class AsyncGenerator(Protocol):
    """A generator for programs that run an event loop: the same promises, awaited."""

    async def agenerate(self, prompts: Sequence[Prompt], sampling: Sampling) -> list[Completion]: ...

    def astream(self, prompt: Prompt, sampling: Sampling) -> AsyncIterator[str | Completion]:
        """The pieces of a completion, and at last the completion itself."""
        ...


def require(generator: Generator, *needed: Ability, why: str) -> None:
    """Hold a generator to what ``why`` needs of it, when both are put together. Raises ``Unsupported``."""
    lacking = [one for one in needed if one not in generator.supports]
    if lacking:
        has = ", ".join(sorted(generator.supports)) or "nothing of the kind"
        raise Unsupported(f"{why} needs {' and '.join(lacking)}; {type(generator).__name__} offers {has}")


class Metric(Protocol):
    """Scores answers against examples; every example counts, a missing answer as zero."""

    def score(self, answers: Sequence[Answer], examples: Sequence[Example]) -> Score: ...


class PassageLookup(Protocol):
    """Gives the passages behind the hits."""

    def get(self, passage_ids: Sequence[str]) -> list[Passage]:
        """The passages of these ids, in order. Raises ``PassageNotFound`` for an id that is not there."""
        ...


class PassageStore(PassageLookup, Protocol):
    """Passages on disk, numbered in the order they came; a number is never given to another passage."""

    def by_number(self, numbers: Sequence[int]) -> Iterator[Passage]:
        """The passages of these numbers, in the order given, read in batches."""
        ...

    def numbers(self, language: str) -> array[int]:
        """The numbers (typecode ``q``, ascending) of the live passages of a language."""
        ...

    def languages(self) -> Mapping[str, int]:
        """How many live passages each passage language has, largest first."""
        ...
