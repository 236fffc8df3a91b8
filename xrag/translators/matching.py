"""Which entries of a table cover a text: the cheapest path over its units, which is longest match where words are spaced.

An entry costs less than an unknown unit, so long entries win over short ones and known ones over unknown ones; in scripts
without spaces the same path is the segmentation (a Viterbi search with two weights).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Protocol

import regex

from xrag.translators.keys import Unit, is_spaced, separator, units

_KNOWN = 1.0
_UNKNOWN = 2.2
_LONGEST_KEY = 96
_KATAKANA = regex.compile(r"[\p{Katakana}ー]")
_HAN = regex.compile(r"\p{Han}")


class Entries(Protocol):
    """What is asked of a table when a text is cut and its words are found, be it written already or not."""

    def find(self, key: str) -> int | None:
        """The id of a key, None where the table lacks it."""
        ...

    def starting(self, beginning: str, most: int) -> list[tuple[str, int]]:
        """Of the first ``most`` keys that begin so, each with its id, the shortest first."""
        ...

    def prefixes(self, text: str) -> Iterator[tuple[int, int]]:
        """(length in characters, key id) of every key that ``text`` begins with, shortest first."""
        ...

    def is_function_word(self, number: int) -> bool:
        """Whether a key translates to nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the text (code points ``start:end``): an entry (its key id), a number (its digits), or unknown."""

    start: int
    end: int
    entry: int | None = None
    digits: str = ""
    single: bool = False


def segments(text: str, language: str, table: Entries | None) -> list[Segment]:
    """Cut a text into entries, numbers and unknown stretches; together they hold every letter and digit."""
    found = units(text, language)
    path = list(_path(found, separator(language), table))
    return path if is_spaced(language) else _joined(text, path, table)


def _path(found: Sequence[Unit], between: str, table: Entries | None) -> Iterator[Segment]:
    arcs = list(_arcs(found, between, table)) if table else [[] for _ in found]
    best: list[tuple[float, int, int | None]] = [(0.0, len(found), None)] * (len(found) + 1)
    for i in range(len(found) - 1, -1, -1):
        best[i] = (_KNOWN if found[i].digits else _UNKNOWN) + best[i + 1][0], i + 1, None
        for j, entry in arcs[i]:
            cost = _KNOWN + best[j][0]
            if cost <= best[i][0]:  # arcs come shortest first: of equal paths the one with the longer entry
                best[i] = cost, j, entry
    i = 0
    while i < len(found):
        _, j, key = best[i]
        first = found[i]
        digits = first.digits if key is None else ""
        yield Segment(first.start, found[j - 1].end, key, digits, single=j == i + 1 and not first.word)
        i = j


def _arcs(found: Sequence[Unit], between: str, table: Entries) -> Iterator[list[tuple[int, int]]]:
    """For each unit the (unit after the entry, key id) of every entry that begins with it.

    An entry of several words begins where one does: 유리 가가린 (Yuri Gagarin) does not hold 리가 (Riga).
    """
    joined = between.join(unit.key for unit in found)
    starts = [0, *accumulate(len(unit.key) + len(between) for unit in found)]
    after = {start - len(between): j for j, start in enumerate(starts) if j}
    touching = [i > 0 and found[i - 1].end == unit.start for i, unit in enumerate(found)]
    for i, start in enumerate(starts[:-1]):
        matches = table.prefixes(joined[start : start + _LONGEST_KEY])
        ends = [(after[start + n], key) for n, key in matches if start + n in after]
        yield [(j, key) for j, key in ends if not touching[i] or all(touching[i + 1 : j])]


def _joined(text: str, path: Sequence[Segment], table: Entries | None) -> list[Segment]:
    """Unknown clusters next to each other become one stretch."""
    joined: list[Segment] = []
    for i, segment in enumerate(path):
        chance = table is not None and _is_chance(text, path, i) and not _is_particle(text, segment, table)
        believed = Segment(segment.start, segment.end, single=True) if chance else segment
        if joined and _one_word(text, joined[-1], believed):
            joined[-1] = Segment(joined[-1].start, believed.end, single=True)
        else:
            joined.append(believed)
    return joined


def _is_chance(text: str, path: Sequence[Segment], i: int) -> bool:
    """A one-cluster entry inside an unknown word of the same script is no word: ``本`` in an unknown name is no book.

    At the end of a stretch it may be a particle, as in Korean, but not a Chinese character.
    """
    segment, kind = path[i], _kind(text[path[i].start])
    if segment.entry is None or not segment.single:
        return False
    before = path[i - 1] if i and path[i - 1].end == segment.start else None
    after = path[i + 1] if i + 1 < len(path) and path[i + 1].start == segment.end else None
    if after is None and kind != "han":
        return False
    return any(other and _is_unknown(other) and _kind(text[other.start]) == kind for other in (before, after))


def _is_particle(text: str, segment: Segment, table: Entries) -> bool:
    """A Chinese character that translates to nothing (的) is rarely part of a name; a kana that does often is."""
    return segment.entry is not None and _kind(text[segment.start]) == "han" and table.is_function_word(segment.entry)


def _is_unknown(segment: Segment) -> bool:
    return segment.entry is None and not segment.digits


def _one_word(text: str, a: Segment, b: Segment) -> bool:
    touching = a.end == b.start and a.single and b.single and _is_unknown(a) and _is_unknown(b)
    return touching and (_kind(text[a.start]) == "katakana") == (_kind(text[b.start]) == "katakana")


@lru_cache(maxsize=65536)
def _kind(letter: str) -> str:
    return "katakana" if _KATAKANA.match(letter) else "han" if _HAN.match(letter) else "other"
