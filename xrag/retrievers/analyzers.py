"""What of a text is indexed, by language: one table, and the parts that it names.

A text is cut at spaces and punctuation, which no word holds, and each distinct piece is analysed once: folded, then cut
into words, and into runs of the scripts that put no space between words. Each of these becomes the terms of every part in
its language's row. Words give their stem and their n-grams, which find what the stemmer separates (compounds, names,
inflection it does not know); runs give the words that ICU finds and their n-grams. Recall@1 of each choice on XQuAD-R is
in ``docs/retrieval.md``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib.util import find_spec
from typing import TypeAlias

import regex

from xrag.languages import morphology, same, segmentation, tag

VERSION = 1
"""Raised whenever the same text would give other terms."""

Part: TypeAlias = Callable[[str, str], list[str]]
"""From a piece and its language to terms."""

_RUN = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Bopomofo}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}々〆〇ー]")
_PIECE = re.compile(r"[^\s!-/:-@\[-`{-~«»،。，、：；？！（）「」『』《》\u2010-\u201f…]+")
_EDGE = "_"


@dataclass(frozen=True, slots=True)
class Recipe:
    """The names of the parts for words, for runs, and for runs where the extra ``icu`` is not installed."""

    words: tuple[str, ...] = ("stem", "edged 4-gram")
    runs: tuple[str, ...] = ("2-gram",)
    runs_without_icu: tuple[str, ...] = ("2-gram",)


_EAST = Recipe(runs=("icu", "2-gram"), runs_without_icu=("1-gram", "2-gram"))
_SOUTH_EAST = Recipe(runs=("icu", "3-gram"), runs_without_icu=("3-gram",))

RECIPES: Mapping[str, Recipe] = {
    "ja": _EAST,
    "km": _SOUTH_EAST,
    "ko": Recipe(words=("stem", "2-gram")),
    "lo": _SOUTH_EAST,
    "my": _SOUTH_EAST,
    "th": _SOUTH_EAST,
    "vi": Recipe(words=("stem", "edged 3-gram")),
    "yue": _EAST,
    "zh": _EAST,
}
"""The languages whose recipe is not the usual one."""


@dataclass(frozen=True, slots=True)
class LanguageAnalyzer:
    """The analyzer of one language, for passages and queries alike."""

    language: str
    fingerprint: str
    words: tuple[Part, ...]
    runs: tuple[Part, ...]

    def pieces(self, text: str) -> list[str]:
        """The stretches between spaces and punctuation, as they stand."""
        return _PIECE.findall(text)

    def expand(self, piece: str) -> tuple[str, ...]:
        """The terms of the words and runs of a piece."""
        terms: list[str] = []
        for word in self._words(morphology.fold(piece, self.language)):
            for part in self.runs if _is_run(word) else self.words:
                terms += part(word, self.language)
        return tuple(terms)

    def words_of(self, text: str) -> list[tuple[str, str]]:
        """Each word of a text, as it stands where it is a piece by itself, with the term that is for all of it: its stem. A run
        gives its first part's terms, words where ICU finds them.
        """
        return [pair for piece in self.pieces(text) for pair in self._whole(piece)]

    def _whole(self, piece: str) -> list[tuple[str, str]]:
        words = self._words(morphology.fold(piece, self.language))
        if len(words) == 1 and not _is_run(words[0]):
            return [(piece, self.words[0](words[0], self.language)[0])]
        return [pair for word in words for pair in self._pairs(word)]

    def _pairs(self, word: str) -> list[tuple[str, str]]:
        if _is_run(word):
            return [(term, term) for term in self.runs[0](word, self.language)]
        return [(word, self.words[0](word, self.language)[0])]

    def _words(self, folded: str) -> list[str]:
        if folded.isascii() and folded.isalnum():
            return [folded]
        return [folded[start:end] for start, end in segmentation.words(folded, self.language)]

    def terms(self, text: str) -> list[str]:
        """The terms of a text."""
        return [term for piece in self.pieces(text) for term in self.expand(piece)]


def _is_run(word: str) -> bool:
    return not word.isascii() and _RUN.match(word) is not None


@cache
def analyzer_of(language: str) -> LanguageAnalyzer:
    """The analyzer that passages of a language are indexed with here, the language given in any form of its code."""
    recipe = _recipe(language)
    runs = recipe.runs if find_spec("icu4py") else recipe.runs_without_icu
    return analyzer_with(language, words=recipe.words, runs=runs)


def analyzer_that(language: str, fingerprint: str) -> LanguageAnalyzer:
    """The analyzer with that fingerprint, where it is at hand: what was indexed without ``icu`` is read without it.

    Else the one of the language, whose fingerprint differs.
    """
    recipe = _recipe(language)
    without = analyzer_with(language, words=recipe.words, runs=recipe.runs_without_icu)
    return without if without.fingerprint == fingerprint else analyzer_of(language)


def _recipe(language: str) -> Recipe:
    return next((recipe for known, recipe in RECIPES.items() if same(known, language)), Recipe())


def analyzer_with(language: str, *, words: Sequence[str], runs: Sequence[str]) -> LanguageAnalyzer:
    """An analyzer of these parts, by their names in ``PARTS``."""
    canonical = tag(language)
    return LanguageAnalyzer(
        canonical,
        _fingerprint(canonical, words, runs),
        tuple(PARTS[name] for name in words),
        tuple(PARTS[name] for name in runs),
    )


def _fingerprint(language: str, words: Sequence[str], runs: Sequence[str]) -> str:
    versions = [f"unicode {unicodedata.unidata_version}", f"stemmer {morphology.signature(language)}"]
    if "icu" in runs:
        versions.append(f"icu {_icu_version()}")
    return f"{language} {VERSION}: words {' + '.join(words)}, runs {' + '.join(runs)} ({', '.join(versions)})"


def _icu_version() -> str:
    import icu4py  # noqa: PLC0415  (an extra)

    return str(icu4py.icu_version)


def _word(piece: str, language: str) -> list[str]:  # noqa: ARG001
    return [piece]


def _stem(piece: str, language: str) -> list[str]:
    return [morphology.stem(piece, language)]


def _icu(piece: str, language: str) -> list[str]:
    from xrag.languages.icu import icu_words  # noqa: PLC0415  (an extra)

    return [piece[start:end] for start, end in icu_words(piece, language)]


def _grams(piece: str, language: str, *, n: int) -> list[str]:  # noqa: ARG001
    return segmentation.ngrams(piece, n)


def _edged_grams(piece: str, language: str, *, n: int) -> list[str]:  # noqa: ARG001
    return segmentation.ngrams(f"{_EDGE}{piece}{_EDGE}", n)


PARTS: Mapping[str, Part] = {
    "word": _word,
    "stem": _stem,
    "icu": _icu,
    "1-gram": partial(_grams, n=1),
    "2-gram": partial(_grams, n=2),
    "3-gram": partial(_grams, n=3),
    "edged 3-gram": partial(_edged_grams, n=3),
    "edged 4-gram": partial(_edged_grams, n=4),
}
"""What a row of the table may name. Edged n-grams count the beginning and the end of the word as characters."""
