"""Writing the lexicon's files, as ``table.py`` describes them: the same entries always give the same bytes."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import marisa_trie

from xrag.errors import UsageError
from xrag.manifest import replacing
from xrag.translators.spelling import difference
from xrag.translators.table import ALIGNMENT, ENGLISH, MAGIC, MOST_PIVOTS, NOTHING, READING_BYTES, SUFFIX, deflated

_LONGEST = 255
_STEPS = 16

Reading: TypeAlias = tuple[str, float, int]
"""The stems of a pivot (empty: nothing), its probability, and the rank 0-3 of the term among those that express it."""


@dataclass(frozen=True, slots=True)
class Row:
    """What a file says of one key: the written form of the term, and what it may mean."""

    form: str
    readings: Sequence[Reading]


def write_english(directory: Path, rows: Mapping[str, Row]) -> tuple[str, dict[str, int]]:
    """Write the English file; returns its checksum and the number of each pivot, which are the keys without readings."""
    trie = marisa_trie.Trie(sorted(rows))
    pivots = {key: trie[key] + 1 for key, row in rows.items() if not row.readings} | {"": NOTHING}
    if len(rows) >= MOST_PIVOTS:
        raise UsageError(f"a lexicon holds fewer than {MOST_PIVOTS:,} English expressions, not {len(rows):,}")
    return write_language(directory, ENGLISH, rows, pivots), pivots


def write_language(directory: Path, language: str, rows: Mapping[str, Row], pivots: Mapping[str, int]) -> str:
    """Write a language's file; returns its checksum. A term none of whose pivots is numbered is left out."""
    packed = {key: _pack(row.readings, pivots) for key, row in rows.items()}
    rows = {key: row for key, row in rows.items() if packed[key] or not row.readings}
    trie = marisa_trie.Trie(sorted(rows))
    keys: list[str] = [trie.restore_key(number) for number in range(len(rows))]
    sections = {
        "keys": trie.tobytes(),
        "readings": _strings([packed[key] for key in keys], READING_BYTES),
        "forms": _strings([difference(key, rows[key].form) if _is_written(rows[key]) else b"" for key in keys]),
    }
    return write_sections(directory / f"{language}{SUFFIX}", sections)


def _is_written(row: Row) -> bool:
    return not row.readings or any(rank for _, _, rank in row.readings)


def _pack(readings: Sequence[Reading], pivots: Mapping[str, int]) -> bytes:
    packed = bytearray()
    for stems, probability, rank in readings:
        if stems in pivots:
            step = max(0, min(_STEPS - 1, round(probability * _STEPS) - 1))
            packed += (pivots[stems] << 6 | step << 2 | rank).to_bytes(READING_BYTES, "little")
    return bytes(packed)


def _strings(values: Sequence[bytes], width: int = 1) -> bytes:
    lengths = [len(value) for value in values]
    if max(lengths, default=0) > _LONGEST:
        longest = max(values, key=len)
        raise UsageError(
            f"a string of the lexicon has more than {_LONGEST} bytes: {longest[:60].decode(errors='replace')}…"
        )
    return deflated(bytes(lengths), b"".join(values), width)


def write_sections(path: Path, sections: Mapping[str, bytes]) -> str:
    """Write a file of these sections; returns its checksum."""
    places, offset = {}, 0
    for name, data in sections.items():
        places[name] = [offset, len(data)]
        offset += len(_aligned(data))
    header = json.dumps({"sections": places}).encode()
    header = _aligned(struct.pack("<I", len(header)) + header)
    body = header + b"".join(map(_aligned, sections.values()))
    digest = hashlib.sha256(body)
    with replacing(path) as beside:
        beside.write_bytes(MAGIC + digest.digest() + body)
    return digest.hexdigest()


def _aligned(data: bytes) -> bytes:
    return data + bytes(-len(data) % ALIGNMENT)
