"""Cures for the bias of an encoder towards a language: what they do to vectors, and how each is learned from parallel text.

Each is an affine map ``x ↦ M x + b`` for every language, after which vectors have unit length again. What a query and what a
passage goes through is learned apart, since an encoder may read them with different prompts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from xrag.errors import UsageError
from xrag.retrievers.arrays import Array

PRIOR = 1.0
"""A map is learned as if every direction had been seen so often besides, mapped to itself: of texts that are shorter than the
vectors, most directions say nothing."""


@dataclass(frozen=True, slots=True)
class Bitext:
    """Vectors of texts that translate each other, row by row: float32 [n, dimension] for each of the two languages."""

    languages: tuple[str, str]
    rows: tuple[Array, Array]

    def side(self, language: str) -> Array:
        """The vectors of one of its languages."""
        return self.rows[self.languages.index(language)]


@dataclass(frozen=True, slots=True)
class Maps:
    """A map for each language, and a last one for all others: ``offsets`` float32 [n, dimension], ``matrices`` float32
    [n, dimension, dimension], or [0, …] where all are the identity.
    """

    offsets: Array
    matrices: Array

    def forward(self, rows: Array, place: int) -> Array:
        """``M x + b`` for each row x, not of unit length."""
        moved: Array = self._turned(rows, place) + self.offsets[place]
        return moved

    def backward(self, rows: Array, place: int) -> Array:
        """``Mᵀ x`` for each row x: a passage's vector as it is stored scores with it what the mapped one scores with x, but
        for the constant ``b x``.
        """
        return rows @ self.matrices[place] if len(self.matrices) else rows

    def _turned(self, rows: Array, place: int) -> Array:
        return rows @ self.matrices[place].T if len(self.matrices) else rows


@dataclass(frozen=True, slots=True)
class Cure:
    """A cure that was learned: of the method ``kind``, for ``languages`` and, as it falls out, for others.

    Where ``queries`` is None a query stays as it is, and what its own language would be mapped by is taken from the offset
    of every passage.
    """

    kind: str
    languages: tuple[str, ...]
    passages: Maps
    queries: Maps | None

    def place(self, language: str) -> int:
        """Where the maps of a language are."""
        return self.languages.index(language) if language in self.languages else len(self.languages)

    def asked(self, rows: Array, language: str) -> Array:
        """The vectors of queries in a language, cured, at unit length; one by one, so that a batch rounds nothing otherwise."""
        if self.queries is None or not len(rows):
            return rows
        place = self.place(language)
        return np.concatenate([unit(self.queries.forward(row[None], place)) for row in rows])

    def backward(self, rows: Array, language: str) -> Array:
        """What finds the passages in a language, as they are stored, that are nearest to these queries when they are cured."""
        place = self.place(language)
        return np.concatenate([self.passages.backward(row[None], place) for row in rows]) if len(rows) else rows

    def found(self, rows: Array, language: str, asked: str) -> Array:
        """The vectors of passages in a language, cured for queries in the language ``asked``, at unit length."""
        cured = self.passages.forward(rows, self.place(language))
        return unit(cured if self.queries else cured - self.passages.offsets[self.place(asked)])


def unit(rows: Array) -> Array:
    """The rows at unit length; one of zeros stays."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: Array = rows / np.where(lengths > 0, lengths, 1)
    return scaled


def centred(texts: Sequence[Bitext], _components: int) -> Maps:
    """``x - mean of its language`` (Libovický, Rosa and Fraser, "On the Language Neutrality of Pre-trained Multilingual
    Representations", Findings of EMNLP 2020). A language without parallel text loses the mean of the means.
    """
    means = np.array([np.concatenate(rows).mean(axis=0) for _, rows in _by_language(texts)])
    return _moved(-np.vstack([means, means.mean(axis=0)]))


def without_components(texts: Sequence[Bitext], components: int) -> Maps:
    """``x - C Cᵀ x`` with C the first principal components of the language's vectors, which are not centred: LIR, language
    identity removal (Yang, Yang, Cer and Darve, "A Simple and Effective Method To Eliminate the Self Language Bias in
    Multilingual Representations", EMNLP 2021).
    """
    found = [_projection(np.concatenate(rows), components) for _, rows in _by_language(texts)]
    return _turned(found)


def shifted(texts: Sequence[Bitext], _components: int) -> Maps:
    """``x - mean of (x - its translation into the pivot)``: SHIFT (Jang, Hong, Moon and Lim, "Semantic Harmonization via
    Index-side Feature Transformation for Multilingual Information Retrieval", 2026), on passages alone.

    The vector is taken relative to the language of the query: for one in the pivot's this is the published form.
    """
    offsets = [-np.mean(left - right, axis=0) for left, right in _to_pivot(texts)]
    return _moved(np.vstack([*offsets, np.zeros_like(offsets[0])]))


def linear(texts: Sequence[Bitext], _components: int) -> Maps:
    """``W x`` with W the least squares map onto the translations into the pivot (Mikolov, Le and Sutskever, "Exploiting
    Similarities among Languages for Machine Translation", 2013), with ``PRIOR`` beside them.
    """
    return _turned([_least_squares(left, right) for left, right in _to_pivot(texts)])


def orthogonal(texts: Sequence[Bitext], _components: int) -> Maps:
    """``W x`` with W the orthogonal map that comes nearest to the translations into the pivot, with ``PRIOR`` beside them:
    ``U Vᵀ`` of the singular value decomposition of ``Yᵀ X`` (Schönemann 1966; Xing et al., "Normalized Word Embedding and
    Orthogonal Transform for Bilingual Word Translation", NAACL 2015).
    """
    return _turned([_procrustes(left, right) for left, right in _to_pivot(texts)])


Fit: TypeAlias = Callable[[Sequence[Bitext], int], Maps]


@dataclass(frozen=True, slots=True)
class Method:
    """How a kind of cure is learned, and whether queries go through it, too."""

    fit: Fit
    of_queries: bool = True


METHODS: Mapping[str, Method] = {
    "centred": Method(centred),
    "lir": Method(without_components),
    "shift": Method(shifted, of_queries=False),
    "linear": Method(linear),
    "orthogonal": Method(orthogonal),
}
"""By the names that commands use."""


def languages_of(texts: Sequence[Bitext]) -> tuple[str, ...]:
    """The languages of parallel texts, the pivot first: the one that most texts have, English among equals."""
    named = dict.fromkeys(language for text in texts for language in text.languages)
    counts = {language: sum(language in text.languages for text in texts) for language in named}
    return tuple(sorted(named, key=lambda language: (-counts[language], language != "en")))


def _by_language(texts: Sequence[Bitext]) -> Iterator[tuple[str, list[Array]]]:
    for language in languages_of(texts):
        yield language, [text.side(language) for text in texts if language in text.languages]


def _to_pivot(texts: Sequence[Bitext]) -> Iterator[tuple[Array, Array]]:
    """The vectors of each language and those of their translations into the pivot; the pivot with itself."""
    pivot, *others = languages_of(texts)
    own = np.concatenate([text.side(pivot) for text in texts if pivot in text.languages])
    yield own, own
    for language in others:
        chosen = [text for text in texts if {language, pivot} == set(text.languages)]
        if not chosen:
            raise UsageError(f"there is no parallel text of {language} and {pivot}, the language that most texts have")
        yield (
            np.concatenate([one.side(language) for one in chosen]),
            np.concatenate([one.side(pivot) for one in chosen]),
        )


def _projection(rows: Array, components: int) -> Array:
    """The matrix that removes the first principal components."""
    _, vectors = np.linalg.eigh(rows.T.astype(np.float64) @ rows)
    first = vectors[:, vectors.shape[1] - components :]
    removed: Array = np.eye(rows.shape[1]) - first @ first.T
    return removed


def _least_squares(left: Array, right: Array) -> Array:
    drawn = PRIOR * np.eye(left.shape[1])
    gram = left.T.astype(np.float64) @ left
    solved: Array = np.linalg.solve(gram + drawn, left.T.astype(np.float64) @ right + drawn).T
    return solved


def _procrustes(left: Array, right: Array) -> Array:
    drawn = PRIOR * np.eye(left.shape[1])
    first, _, second = np.linalg.svd(right.T.astype(np.float64) @ left + drawn)
    rotation: Array = first @ second
    return rotation


def _moved(offsets: Array) -> Maps:
    dimension = offsets.shape[1]
    return Maps(offsets.astype(np.float32), np.empty((0, dimension, dimension), np.float32))


def _turned(matrices: Sequence[Array]) -> Maps:
    dimension = len(matrices[0])
    stacked = np.stack([*matrices, np.eye(dimension)]).astype(np.float32)
    return Maps(np.zeros((len(stacked), dimension), np.float32), stacked)
