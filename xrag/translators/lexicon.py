"""Word-by-word translation through the tables of ``xrag/resources/lexicon``: offline, on any CPU, between any two languages.

Each term of a text becomes its weighted alternatives: through the English expressions that stand between the languages
(P(target word | term) = Σ P(expression | term) · P(target word | expression)), a number in ASCII digits, and for what the
table lacks the term itself, its romanisation and the names that sound like it.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from math import floor
from pathlib import Path

from xrag.languages import name, same, tag
from xrag.languages.morphology import signature
from xrag.languages.scripts import dominant, scripts_of, written_with
from xrag.languages.sounds import romanised
from xrag.translators import location
from xrag.translators.compounds import has_compounds, parts
from xrag.translators.inflection import exact_entry, inflected
from xrag.translators.keys import key_of, stemmed
from xrag.translators.matching import Segment, segments
from xrag.translators.store import Lexicon
from xrag.translators.table import NOTHING, Weighted
from xrag.types import UNDETERMINED, Candidate, TermTranslation, Translation

VERSION = 3
"""Counts the changes of this code that change a translation."""

MAX_CANDIDATES = 5
LEAST_PROBABILITY = 0.02

_AS_IT_STANDS = 0.6
_ROMANISED = 0.25
_ENGLISH_INSTEAD = 0.25
_GUESSED = 0.8
_REMEMBERED = 65536
_SUFFIX_AFTER_APOSTROPHE = frozenset({"az", "tr"})
_APOSTROPHES = "'’ʼ"

_log = logging.getLogger(__name__)

Weights = dict[str, float]
_LookUp = Callable[[str, int | None], TermTranslation]
"""What becomes of a word, given the id of its entry."""


class LexiconTranslator:
    """Translates through the tables in use (``location.in_use``), or those of a ``directory``; opens each at its first use.

    Raises ``IndexCorrupt`` at the first use of a table that is missing, cut off or altered. A language without a table is
    no error: its numbers and names are still carried over.
    """

    def __init__(self, directory: Path | None = None) -> None:
        self._lexicon = Lexicon(directory or location.in_use().directory)
        self._directions: dict[tuple[str, str], _Direction] = {}

    @property
    def fingerprint(self) -> str:
        """The version of the code, the checksum of the tables, and that of the stemmers that make their keys."""
        return f"lexicon-{VERSION}:{self._lexicon.checksum}:{signature('en')}"

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[Translation]:
        """Each text term by term; as it stands between a language and itself, and into an undetermined one."""
        if same(source, target) or tag(target) == UNDETERMINED:
            return [Translation(text, source, target) for text in texts]
        direction = self._direction(tag(source), tag(target))
        terms = [direction.terms(text) for text in texts]
        return [Translation(_rewritten(found), source, target, found) for found in terms]

    def _direction(self, source: str, target: str) -> _Direction:
        pair = source, target
        if pair not in self._directions:
            self._say_if_lacking(source)
            self._directions[pair] = _Direction(self._lexicon, source, target)
        return self._directions[pair]

    def _say_if_lacking(self, source: str) -> None:
        """Warn of a language without a table, once, into however many languages its questions are put."""
        is_new = source != UNDETERMINED and all(known != source for known, _ in self._directions)
        if is_new and self._lexicon.table(source) is None:
            _log.warning(
                "the lexicon has no table of %s: questions in it are searched as they stand, with names and numbers",
                f"{name(source, 'en')} ({source})",
            )


def _rewritten(terms: Sequence[TermTranslation]) -> str:
    return " ".join(best for term in terms if (best := term.candidates[0].text))


class _Direction:
    """From one language into another."""

    def __init__(self, lexicon: Lexicon, source: str, target: str) -> None:
        self._source, self._target = source, target
        self._lexicon = lexicon
        self._from, self._into = lexicon.table(source), lexicon.table(target)
        self._of_written = lru_cache(maxsize=_REMEMBERED)(self._written)
        self._of_romanised = lru_cache(maxsize=_REMEMBERED)(self._romanised)

    def terms(self, text: str) -> tuple[TermTranslation, ...]:
        """Every word and number of the text, in order, with its alternatives."""
        found = [part for s in segments(text, self._source, self._from) for part in self._parts(text, s)]
        look_up = self._of_romanised if self._is_romanised(text) else self._of_written
        return tuple(self._term(text, s, look_up) for s in found)

    def _is_romanised(self, text: str) -> bool:
        """Whether a text is in Latin letters though its language is not, rather than holding words in them."""
        return "Latn" not in written_with(self._source) and set(scripts_of(text)) == {"Latn"}

    def _parts(self, text: str, segment: Segment) -> Sequence[Segment]:
        """The words of a compound that the table lacks; else the segment itself."""
        word = text[segment.start : segment.end]
        if segment.entry is not None or segment.digits or self._from is None or not has_compounds(self._source):
            return (segment,)
        found = parts(word, self._source, self._part)
        return [Segment(segment.start + start, segment.start + end, entry) for start, end, entry in found] or (segment,)

    def _part(self, word: str) -> int | None:
        entry = self._from.find(stemmed(word, self._source)) if self._from else None
        if self._from is None or entry is None or self._from.is_function_word(entry):
            return None
        return entry

    def _term(self, text: str, segment: Segment, look_up: _LookUp) -> TermTranslation:
        word = text[segment.start : segment.end]
        if segment.digits:
            return TermTranslation(word, (Candidate(segment.digits, 1.0),))
        if self._source in _SUFFIX_AFTER_APOSTROPHE and text[: segment.start].endswith(tuple(_APOSTROPHES)):
            return TermTranslation(word, (Candidate("", 1.0),))
        return look_up(word, segment.entry)

    def _written(self, word: str, entry: int | None) -> TermTranslation:
        return self._found(word, self._known(word, entry) or self._english(word))

    def _romanised(self, word: str, entry: int | None) -> TermTranslation:
        return self._found(word, self._known(word, entry) or self._english(word) or self._spoken(word))

    def _found(self, word: str, weights: Weights) -> TermTranslation:
        return TermTranslation(word, _best(weights or self._name(word)), known=bool(weights))

    def _known(self, word: str, entry: int | None) -> Weights:
        return self._inflected(word) if entry is None else self._expressed(self._meanings(entry, word), word)

    def _meanings(self, entry: int, term: str = "") -> list[Weighted]:
        if self._from is None:
            return []
        exact = exact_entry(self._from, term, self._source) if term else None
        return self._from.meanings(entry if exact is None else exact)

    def _expressed(self, meanings: Sequence[Weighted], word: str) -> Weights:
        """The words of the target language for these meanings; where it has none, the term itself and the English."""
        weights: Weights = defaultdict(float)
        for pivot, probability in meanings:
            words = self._words(pivot)
            for text, share in words:
                weights[text] += probability * share
            if not words:
                english = self._lexicon.expression(pivot)
                is_name = english[:1].isupper() and "Latn" in written_with(self._target)
                weights[word] += probability * (_ENGLISH_INSTEAD if is_name else _AS_IT_STANDS)
                weights[english] += probability * (_AS_IT_STANDS if is_name else _ENGLISH_INSTEAD)
        return weights

    def _words(self, pivot: int) -> Sequence[tuple[str, float]]:
        if pivot == NOTHING:
            return [("", 1.0)]
        return (self._into.words(pivot) or self._word_by_word(pivot)) if self._into else []

    def _word_by_word(self, pivot: int) -> Sequence[tuple[str, float]]:
        """An expression of several words that the target's table left out, since its words say it one by one."""
        english, into = self._lexicon.table("en"), self._into
        words = self._lexicon.expression(pivot).split()
        entries = [english.find(key_of(word, "en")) for word in words] if english else []
        if len(words) < 2 or into is None:
            return []
        said = [into.words(entry + 1)[:1] if entry is not None else [] for entry in entries]
        text = " ".join(found[0][0] if found else word for found, word in zip(said, words, strict=True))
        return [(text, 1.0)] if any(said) else []

    def _inflected(self, word: str) -> Weights:
        entry = inflected(self._from, word, self._source) if self._from else None
        return {} if entry is None else self._guess(self._meanings(entry), word, _GUESSED)

    def _english(self, word: str) -> Weights:
        """An English word where the source is written in other letters, or unknown."""
        if dominant(word) != "Latn" or "Latn" in written_with(self._source):
            return {}
        english = self._lexicon.table("en")
        entry = english.find(key_of(word, "en")) if english else None
        return self._guess(english.meanings(entry), word, _GUESSED) if english and entry is not None else {}

    def _spoken(self, word: str) -> Weights:
        """A word of the source language in Latin letters, by its sound."""
        if self._from is None or dominant(word) != "Latn":
            return {}
        form, similarity = next(iter(self._from.names.near(word, self._source)), ("", 0.0))
        entry = self._from.find(key_of(form, self._source)) if form else None
        return {} if entry is None else self._guess(self._meanings(entry), word, _GUESSED * similarity)

    def _guess(self, meanings: Sequence[Weighted], word: str, belief: float) -> Weights:
        weights = defaultdict(float, {text: p * belief for text, p in self._expressed(meanings, word).items()})
        weights[word] += (1 - belief) / 2
        return weights

    def _name(self, word: str) -> Weights:
        """The word as it stands and in Latin letters; a retriever finds what sounds like it in the passages."""
        weights = {word: _AS_IT_STANDS}
        if dominant(word) in written_with(self._target):
            return weights
        roman = romanised(word)
        return weights | {roman: _ROMANISED} if roman and "Latn" in written_with(self._target) else weights


def _best(weights: Mapping[str, float]) -> tuple[Candidate, ...]:
    """The most probable candidates, best first, their probabilities rounded down and summing to at most 1."""
    total = max(1.0, sum(weights.values()))
    ordered = sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:MAX_CANDIDATES]
    rounded = [(text, floor(weight / total * 10_000) / 10_000) for text, weight in ordered]
    return tuple(Candidate(text, p) for i, (text, p) in enumerate(rounded) if p >= LEAST_PROBABILITY or i == 0)
