"""Parallel text: the same sentences in two languages, from line-aligned files or a table."""

from __future__ import annotations

import gzip
import hashlib
import lzma
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import IO, cast

from xrag import languages
from xrag.errors import InputError, UnknownLanguage

_PACKED = (".gz", ".xz")


@dataclass(frozen=True, slots=True)
class ParallelText:
    """Pairs of a text and its translation; ``languages`` are the tags of the two sides."""

    languages: tuple[str, str]
    pairs: tuple[tuple[str, str], ...]

    @property
    def digest(self) -> str:
        """Names languages and texts."""
        return hashlib.sha256(repr((self.languages, self.pairs)).encode()).hexdigest()[:16]


def read_parallel(paths: Sequence[Path], limit: int) -> list[ParallelText]:
    """The parallel texts of files: of each at most ``limit`` pairs, from all over it.

    Two files are read together where their names differ in the language at their end alone, ``talks.de`` and ``talks.en``,
    and line n of one translates line n of the other; a ``.tsv`` names its two languages in its first line. Either may be
    packed (.gz, .xz). Raises ``InputError`` with file and line.
    """
    found = []
    stems: dict[str, list[Path]] = {}
    for path in paths:
        if _plain(path).suffix == ".tsv":
            found.append(_table(path, limit))
        else:
            stems.setdefault(str(_plain(path).with_suffix("")), []).append(path)
    for stem, sides in stems.items():
        if len(sides) != 2:
            raise InputError(f"{stem}: {len(sides)} file of this name; parallel text has two, as NAME.de and NAME.en")
        found.append(_aligned(sides[0], sides[1], limit))
    return found


def _table(path: Path, limit: int) -> ParallelText:
    rows = _lines(path)
    head = next(rows, (1, ""))[1].split("\t")
    if len(head) != 2:
        raise InputError(f"{path}:1: the first line names the two languages, as de<TAB>en")
    sides = _language(head[0], path), _language(head[1], path)
    pairs = []
    for number, line in rows:
        cells = line.split("\t")
        if len(cells) != 2:
            raise InputError(f"{path}:{number}: {len(cells)} columns instead of a text, a tab, and its translation")
        pairs.append((cells[0], cells[1]))
    return _chosen(path, sides, pairs, limit)


def _aligned(left: Path, right: Path, limit: int) -> ParallelText:
    pairs = []
    for one, other in zip_longest(_lines(left), _lines(right)):
        if one is None or other is None:
            shorter, number = (left, other[0]) if one is None else (right, one[0])
            raise InputError(f"{shorter} ends before line {number}, which the other has; line n must translate line n")
        pairs.append((one[1], other[1]))
    return _chosen(left, (_ending(left), _ending(right)), pairs, limit)


def _chosen(path: Path, sides: tuple[str, str], pairs: Sequence[tuple[str, str]], limit: int) -> ParallelText:
    told = [(left.strip(), right.strip()) for left, right in pairs if left.strip() and right.strip()]
    if not told:
        raise InputError(f"{path} holds no parallel text; give a sentence per line")
    if languages.same(*sides):
        raise InputError(f"{path}: both sides are in {sides[0]}; parallel text has two languages")
    step = max(len(told) // limit, 1)
    return ParallelText(sides, tuple(told[::step][:limit]))


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    with _opened(path) as stream:
        for number, line in enumerate(stream, start=1):
            try:
                yield number, line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
            except UnicodeDecodeError as error:
                raise InputError(f"{path}:{number}: not UTF-8; save the file as UTF-8") from error


def _opened(path: Path) -> IO[bytes]:
    if path.suffix == ".gz":
        return cast(IO[bytes], gzip.open(path))
    return lzma.open(path) if path.suffix == ".xz" else path.open("rb")


def _plain(path: Path) -> Path:
    """The path without the ending of a packed file."""
    return path.with_suffix("") if path.suffix in _PACKED else path


def _ending(path: Path) -> str:
    return _language(_plain(path).suffix.removeprefix("."), path)


def _language(code: str, path: Path) -> str:
    try:
        return languages.tag(code.strip())
    except UnknownLanguage as error:
        raise InputError(f"{path}: {error}") from error
