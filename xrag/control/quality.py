"""How far a translation is to be trusted, without a reference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from xrag.errors import Unsupported
from xrag.protocols import Translator

_LONGEST_GRAM, _BETA = 6, 2


class Rater(Protocol):
    """Rates pairs of a text and its translation in [0, 1], or says None where it cannot tell."""

    def rate(self, pairs: Sequence[tuple[str, str]], source: str, target: str) -> list[float | None]:
        """One rating per pair (text, translation)."""
        ...


class BackTranslation:
    """Translates the translation back, and compares what comes with the text by its character n-grams (``character_f``)."""

    def __init__(self, translator: Translator) -> None:
        self._translator = translator

    def rate(self, pairs: Sequence[tuple[str, str]], source: str, target: str) -> list[float | None]:
        """The agreement of each text with what comes back; None where the translator has no way back."""
        try:
            back = self._translator.translate([translation for _, translation in pairs], target, source)
        except Unsupported:
            return [None] * len(pairs)
        return [character_f(text, returned.text) for (text, _), returned in zip(pairs, back, strict=True)]


def character_f(reference: str, text: str) -> float:
    """The chrF (Popović 2015) of a text in [0, 1]: n-grams of 1 to 6 characters, no white space, recall counting double."""
    here, there = "".join(text.split()), "".join(reference.split())
    orders = range(1, min(_LONGEST_GRAM, len(here), len(there)) + 1)
    scores = [_f(_grams(there, length), _grams(here, length)) for length in orders]
    return sum(scores) / len(scores) if scores else float(here == there)


def _f(wanted: Counter[str], given: Counter[str]) -> float:
    shared = (wanted & given).total()
    if not shared:
        return 0.0
    precision, recall = shared / given.total(), shared / wanted.total()
    return (1 + _BETA**2) * precision * recall / (_BETA**2 * precision + recall)


def _grams(text: str, length: int) -> Counter[str]:
    return Counter(text[at : at + length] for at in range(len(text) - length + 1))
