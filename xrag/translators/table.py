"""The lexicon on disk: one memory-mapped file per language, checked when first opened.

A *pivot* is an English expression that stands between languages ("Germany", "capital city"). The English file holds them all:
a pivot is numbered by the key of its stems there, from 1; pivot 0 is the empty one, for words that translate to nothing.
The file of another language holds its keys (normalised terms, see ``keys.py``), for each key what it may mean, and how the
term is written.

A file is ``XRAGLEX`` and a version byte, the SHA-256 of all that follows, the length of a JSON header (uint32, little
endian), the header (``sections``: name ─▶ [offset from the end of the header, size in bytes]), and the sections. Header and
sections are filled with zeros to a multiple of eight bytes.

========  ==============================================================================================================
keys      a marisa trie; a key's id numbers it in the other sections. A key with ``=`` before it is a term folded but not
          stemmed, kept beside the stem where terms of several meanings share it (वर्ष year, वर्षा rain)
readings  byte strings by key id: three bytes each, low first, of ``pivot << 6 | weight << 2 | rank``; ``weight`` 0-15 is
          a probability of (weight + 1) / 16, ``rank`` 0-3 how fit the key is to express the pivot. In the English file
          a key without readings means itself
forms     byte strings by key id: how the term is written, as what distinguishes it from the key (``spelling.py``);
          empty for a term that expresses no pivot
========  ==============================================================================================================

Byte strings are packed as their number (uint32), their lengths (one byte each) and the bytes themselves, all of it deflated
(RFC 1950); of readings the first bytes come before all second and third ones, which deflates better. What a question does not
need is never inflated.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import struct
import zlib
from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from pathlib import Path

import marisa_trie
import numpy as np
import numpy.typing as npt

from xrag.errors import IndexCorrupt
from xrag.translators.keys import EXACT, is_spaced, key_of
from xrag.translators.names import NameIndex
from xrag.translators.spelling import spelled

MAGIC = b"XRAGLEX\x02"
ENGLISH = "en"
SUFFIX = ".lex"
ALIGNMENT = 8
NOTHING = 0
"""The pivot of function words: what translates to nothing."""
MOST_PIVOTS = 1 << 18
READING_BYTES = 3
_LEVEL = 9

_LENGTH = struct.Struct("<I")
_START = len(MAGIC) + hashlib.sha256().digest_size
_Numbers = npt.NDArray[np.int64]
Weighted = tuple[int, float]
"""A pivot and its probability."""
_FITNESS = (0.0, 0.2, 0.5, 1.0)
_SAMPLE = 512


class Strings:
    """Byte strings by number."""

    def __init__(self, packed: memoryview, width: int = 1) -> None:
        data = zlib.decompress(packed)
        (self._n,) = _LENGTH.unpack_from(data)
        self.lengths = np.frombuffer(data, np.uint8, self._n, _LENGTH.size)
        """The length of each string in bytes, uint8."""
        apart = np.frombuffer(data, np.uint8, offset=_LENGTH.size + self._n)
        self.joined = np.ascontiguousarray(apart.reshape(width, -1).T).reshape(-1)
        """All the strings as one."""
        self._ends = np.cumsum(self.lengths, dtype=np.uint32)
        self._bytes = self.joined.tobytes()

    def __len__(self) -> int:
        return int(self._n)

    def __getitem__(self, number: int) -> bytes:
        end = int(self._ends[number])
        return bytes(self._bytes[end - int(self.lengths[number]) : end])


def deflated(lengths: bytes, joined: bytes, width: int = 1) -> bytes:
    """Byte strings as a file has them; ``width`` is the size in bytes of what they are made of."""
    apart = np.frombuffer(joined, np.uint8).reshape(-1, width).T.tobytes()
    return zlib.compress(_LENGTH.pack(len(lengths)) + lengths + apart, _LEVEL)


class LanguageTable:
    """What the terms of one language mean, and how it expresses a pivot."""

    def __init__(self, path: Path, checksum: str, language: str) -> None:
        sections = _open(path, checksum)
        self._language = language
        self._english = language == ENGLISH
        self._trie = marisa_trie.Trie()
        self._trie.map(sections["keys"])
        self._sections = sections  # the trie reads the mapped bytes as long as it lives

    def __len__(self) -> int:
        return len(self._trie)

    @cached_property
    def _readings(self) -> Strings:
        return Strings(self._sections["readings"], READING_BYTES)

    @cached_property
    def _forms(self) -> Strings:
        return Strings(self._sections["forms"])

    def find(self, key: str) -> int | None:
        """The id of a key, None where the table lacks it."""
        number = self._trie.get(key)
        return None if number is None else int(number)

    def prefixes(self, text: str) -> Iterator[tuple[int, int]]:
        """(length in characters, key id) of every key that ``text`` begins with, shortest first."""
        for key, number in self._trie.iter_prefixes_with_ids(text):
            yield len(key), number

    def form(self, number: int) -> str:
        """How the key is written."""
        return spelled(str(self._trie.restore_key(number)), self._forms[number])

    def meanings(self, number: int) -> list[Weighted]:
        """(pivot, probability) of a key, most probable first; itself for an English one that is a pivot."""
        found = [(pivot, probability) for pivot, probability, _ in self._stored(number)]
        if not found and self._english:
            return [(number + 1, 1.0)]
        total = max(1.0, sum(p for _, p in found))
        return sorted(((pivot, p / total) for pivot, p in found), key=lambda pair: (-pair[1], pair[0]))

    def rows(self) -> Iterator[tuple[str, str, list[tuple[int, float, int]]]]:
        """Every key in the order of its id, with how it is written and each (pivot, probability, rank) that it has."""
        for number in range(len(self)):
            yield str(self._trie.restore_key(number)), self.form(number), self._stored(number)

    def _stored(self, number: int) -> list[tuple[int, float, int]]:
        data = self._readings[number]
        values = [int.from_bytes(data[at : at + READING_BYTES], "little") for at in range(0, len(data), READING_BYTES)]
        return [(value >> 6, ((value >> 2 & 15) + 1) / 16, value & 3) for value in values]

    def is_keyed_as_here(self) -> bool:
        """Whether the words of the table, of which a sample is looked at, have the keys that they are given today."""
        written = np.flatnonzero(self._forms.lengths) if is_spaced(self._language) else np.arange(len(self))
        sample = written[:: max(1, len(written) // _SAMPLE)].tolist()
        stems = [
            (key, number) for number in sample if not (key := str(self._trie.restore_key(number))).startswith(EXACT)
        ]
        return all(key_of(spelled(key, self._forms[number]), self._language) == key for key, number in stems)

    def renumbered(self, numbers: _Numbers) -> dict[str, bytes]:
        """The sections of the table's file with ``numbers[pivot]`` in the place of each pivot."""
        values = self._values()
        values = numbers[values >> 6] << 6 | values & 63
        packed = np.stack([values & 255, values >> 8 & 255, values >> 16], axis=1).astype(np.uint8).tobytes()
        sections = {name: bytes(section) for name, section in self._sections.items()}
        return sections | {"readings": deflated(self._readings.lengths.tobytes(), packed, READING_BYTES)}

    def is_function_word(self, number: int) -> bool:
        """Whether a key most probably translates to nothing."""
        return [pivot for pivot, _ in self.meanings(number)[:1]] == [NOTHING]

    def starting(self, beginning: str, most: int) -> list[tuple[str, int]]:
        """Of the first ``most`` keys that begin so, each with its id, the shortest first."""
        found = islice(self._trie.iteritems(beginning), most)
        return sorted(((str(key), int(number)) for key, number in found), key=lambda pair: (len(pair[0]), pair[0]))

    def words(self, pivot: int) -> list[tuple[str, float]]:
        """(written form, probability) of what expresses a pivot, most probable first; empty where nothing does."""
        if self._english:
            return [(self.form(pivot - 1), 1.0)]
        pivots, numbers, ranks = self._inverse
        first, last = np.searchsorted(pivots, [pivot, pivot + 1])
        found = [(self.form(n), _FITNESS[r]) for n, r in zip(numbers[first:last], ranks[first:last], strict=True) if r]
        total = sum(fitness for _, fitness in found)
        return sorted(((word, fitness / total) for word, fitness in found), key=lambda pair: (-pair[1], pair[0]))

    @cached_property
    def names(self) -> NameIndex:
        """The written forms by how they sound."""
        expressing = set(self._inverse[1].tolist())
        return NameIndex((self.form(number) for number in sorted(expressing)), self._language)

    @cached_property
    def _inverse(self) -> tuple[_Numbers, _Numbers, _Numbers]:
        """Pivots ascending, with the key and the rank of each reading that expresses its pivot."""
        values = self._values()
        keys = np.repeat(np.arange(len(self)), self._readings.lengths // READING_BYTES)
        fit = np.flatnonzero(values & 3)
        order = fit[np.argsort(values[fit] >> 6, kind="stable")]
        return values[order] >> 6, keys[order], values[order] & 3

    def _values(self) -> _Numbers:
        """The readings of all keys, as they are stored."""
        parts = self._readings.joined.reshape(-1, READING_BYTES).astype(np.int64)
        return parts[:, 0] | parts[:, 1] << 8 | parts[:, 2] << 16


def _open(path: Path, checksum: str) -> dict[str, memoryview]:
    """The sections of a file. Raises ``IndexCorrupt`` where it is not the file that the manifest names."""
    try:
        with path.open("rb") as stream:
            view = memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))
    except (FileNotFoundError, ValueError):  # mmap refuses an empty file with a ValueError
        raise _damaged(path, "missing or empty") from None
    if view[: len(MAGIC)] != MAGIC:
        raise _damaged(path, "not a table of this version")
    body = view[_START:]
    if hashlib.sha256(body).digest() != view[len(MAGIC) : _START] or checksum != bytes(view[len(MAGIC) : _START]).hex():
        raise _damaged(path, "cut off or altered: its checksum differs")
    (size,) = _LENGTH.unpack_from(body)
    header = json.loads(bytes(body[_LENGTH.size : _LENGTH.size + size]))
    start = -(-(_LENGTH.size + size) // ALIGNMENT) * ALIGNMENT
    return {name: body[start + offset : start + offset + n] for name, (offset, n) in header["sections"].items()}


def _damaged(path: Path, how: str) -> IndexCorrupt:
    return IndexCorrupt(f"the lexicon table {path} is {how}; reinstall crosslingual-rag, or build the lexicon again")
