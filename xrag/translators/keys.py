"""How a term becomes a key: the same cut, fold and stem when a table is written and when it is read.

Languages written with spaces have one unit per word, folded and stemmed, joined by spaces, so that inflected forms meet.
Chinese, Japanese, Korean, Thai, Lao, Khmer and Burmese have one unit per written syllable or letter cluster, joined by
nothing: where their words end is decided by what the table holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import regex

from xrag.languages import script
from xrag.languages.morphology import fold, stem
from xrag.languages.numerals import ascii_digits, han
from xrag.languages.segmentation import words

EXACT = "="

_UNSPACED = frozenset({"Hans", "Hant", "Jpan", "Kore", "Thai", "Laoo", "Khmr", "Mymr"})
# A cluster never begins with what belongs to the letter before: marks, Thai and Lao following vowels, stacked consonants.
_PIECE = regex.compile(
    r"(?P<number>\p{Nd}+)|(?P<numeral>[〇零一二三四五六七八九十百千万萬億亿]{2,})|(?P<latin>[\p{Latin}\p{M}]+)"
    r"|[\u0e40-\u0e44\u0ec0-\u0ec4]?\X(?:[\p{M}\u0e30\u0e32\u0e33\u0e45\u0eb0\u0eb2\u0eb3]|(?<=[\u17d2\u1039]).)*"
)
# Snowball's stemmer takes other endings off a word that has the article than off one that has none.
_ARABIC_ARTICLE = regex.compile(r"^(?:[وفبك]?ال|لل)(?=\p{L}{3})")
_DIGITS = regex.compile(r"\p{Nd}+")


@dataclass(frozen=True, slots=True)
class Unit:
    """The smallest stretch (code points ``start:end`` of the text) that a term is made of, with its key.

    ``word`` says that it stands for itself (a spaced word, a number, Latin letters among others), not for part of a word;
    ``digits`` is the value of a number in ASCII digits, else empty.
    """

    start: int
    end: int
    key: str
    word: bool = True
    digits: str = ""


def is_spaced(language: str) -> bool:
    """Whether the language puts spaces between its words (Korean, whose spaced words end in particles, counts as not)."""
    return script(language) not in _UNSPACED


def separator(language: str) -> str:
    """What stands between the units of a key."""
    return " " if is_spaced(language) else ""


def units(text: str, language: str) -> list[Unit]:
    """The units of a text, in order; what is neither letter nor digit belongs to none."""
    spans = words(text, language)
    if is_spaced(language):
        return [_word(text, span, language) for span in spans]
    return [unit for span in spans for unit in _clusters(text, span, language)]


@lru_cache(maxsize=1 << 17)
def key_of(term: str, language: str) -> str:
    """The key of a term; empty for a term without a letter or digit."""
    return separator(language).join(unit.key for unit in units(term, language))


def exact_key_of(term: str, language: str) -> str:
    """The key that only this very term has, folded but not stemmed."""
    spans = words(term, language)
    return EXACT + " ".join(fold(term[start:end], language) for start, end in spans)


@lru_cache(maxsize=65536)
def stemmed(word: str, language: str) -> str:
    """A word of a spaced language as a key."""
    folded = fold(word, language)
    if language == "ar":
        folded = _ARABIC_ARTICLE.sub("", folded)
    return stem(folded, language) or folded


def _word(text: str, span: tuple[int, int], language: str) -> Unit:
    word = text[slice(*span)]
    if _DIGITS.fullmatch(word):
        return Unit(*span, ascii_digits(word), digits=ascii_digits(word))
    return Unit(*span, stemmed(word, language))


def _clusters(text: str, span: tuple[int, int], language: str) -> Iterator[Unit]:
    start, end = span
    folded = fold(text[start:end], language)
    aligned = len(folded) == end - start
    for piece in _PIECE.finditer(text, start, end):
        a, b = piece.span()
        key = folded[a - start : b - start] if aligned else fold(piece[0], language)
        if piece["number"]:
            yield Unit(a, b, ascii_digits(key), digits=ascii_digits(key))
        elif piece["numeral"]:
            yield Unit(a, b, key, digits=han(piece[0]))
        else:
            yield Unit(a, b, key, word=piece["latin"] is not None)
