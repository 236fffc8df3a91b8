"""Compound words, cut into the words of a table: ``Gesetzgebungsprozess`` is ``Gesetzgebung`` and ``Prozess``.

The cut with the fewest parts wins, of equal ones the one whose last part, which says what the whole is, is longest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TypeAlias

_LINKS: Mapping[str, tuple[str, ...]] = {
    "da": ("", "s", "e"),
    "de": ("", "s", "n", "en", "es", "er", "e", "ns"),
    "fi": ("", "n"),
    "hu": ("",),
    "is": ("", "s", "a", "ar"),
    "nl": ("", "s", "en", "e", "n"),
    "nn": ("", "s", "e"),
    "no": ("", "s", "e"),
    "sv": ("", "s", "o", "a", "e"),
}
_SHORTEST_PART = 4
_SHORTEST_LAST = 3
_MOST_PARTS = 4

Parts: TypeAlias = tuple[tuple[int, int, int], ...]
"""For each part its start and end in the word, and its entry."""


def has_compounds(language: str) -> bool:
    """Whether words of the language are written together as one."""
    return language in _LINKS


def parts(word: str, language: str, entry_of: Callable[[str], int | None]) -> Parts:
    """The parts of a compound, none where it cannot be cut; ``entry_of`` finds the entry of a part."""
    links = _LINKS[language]

    @cache
    def best(start: int, left: int) -> Parts | None:
        found: list[Parts] = []
        entry = entry_of(word[start:]) if start and len(word) - start >= _SHORTEST_LAST else None
        if entry is not None:
            found.append(((start, len(word), entry),))
        for end in range(start + _SHORTEST_PART, len(word) - _SHORTEST_LAST + 1) if left > 1 else ():
            entry = _linked(word[start:end], links, entry_of)
            rest = best(end, left - 1) if entry is not None else None
            if entry is not None and rest:
                found.append(((start, end, entry), *rest))
        return min(found, key=_cost, default=None)

    return best(0, _MOST_PARTS) or ()


def _cost(cut: Parts) -> tuple[int, int]:
    return len(cut), cut[-1][0]


def _linked(part: str, links: tuple[str, ...], entry_of: Callable[[str], int | None]) -> int | None:
    for link in links:
        bare = part.removesuffix(link)
        if len(bare) >= _SHORTEST_PART - 1 and len(part) - len(bare) == len(link):
            entry = entry_of(bare)
            if entry is not None:
                return entry
    return None
