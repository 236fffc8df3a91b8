"""A cure on disk, beside the index whose vectors it is for: ``cure.json`` and the arrays of its maps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from xrag import manifest
from xrag.errors import EmbedderMismatch, IndexCorrupt, UsageError
from xrag.protocols import Embedder
from xrag.retrievers.arrays import Array, mapped, save
from xrag.retrievers.dense.cures import METHODS, Cure, Maps
from xrag.types import Json

FORMAT = 1
HEADER = "cure.json"
_ROLES = ("passages", "queries")


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a cure comes from: the embedder's fingerprint, how many pairs of each language, and a digest of the texts."""

    embedder: str
    pairs: Mapping[str, int]
    texts: str
    components: int


def save_cure(path: Path, cure: Cure, provenance: Provenance) -> None:
    """Write a cure into a folder; whole or absent, in place of an earlier one."""
    maps = {"passages": cure.passages} | ({"queries": cure.queries} if cure.queries else {})
    with manifest.replacing(path) as folder:
        folder.mkdir()
        for role, each in maps.items():
            save(folder / f"{role}.offsets.npy", each.offsets.ravel())
            save(folder / f"{role}.matrices.npy", each.matrices.ravel())
        table: dict[str, Json] = dict(manifest.describe(folder, [each.name for each in folder.iterdir()]).items())
        pairs: dict[str, Json] = dict(provenance.pairs)
        said: dict[str, Json] = {
            "format": FORMAT,
            "kind": cure.kind,
            "languages": list(cure.languages),
            "dimension": int(cure.passages.offsets.shape[1]),
            "embedder": provenance.embedder,
            "components": provenance.components,
            "pairs": pairs,
            "texts": provenance.texts,
            "files": table,
        }
        manifest.write_json(folder / HEADER, said)


def open_cure(path: Path, embedder: Embedder) -> Cure:
    """Open a cure; its arrays are mapped.

    Raises ``UsageError`` where there is none, ``IndexCorrupt``, and ``EmbedderMismatch`` where it was learned for another
    embedder.
    """
    again = f"xrag fit DIR {path.name} --parallel FILES"
    if not (path / HEADER).is_file():
        raise UsageError(f"there is no {path}: learn it from parallel text with: {again}")
    match manifest.read_json(path / HEADER):
        case {
            "format": 1,
            "kind": str(kind),
            "languages": list(languages),
            "dimension": int(dimension),
            "embedder": str(fingerprint),
            "files": dict(table),
        } if kind in METHODS:
            files = {name: entry for name, entry in table.items() if isinstance(entry, dict)}
        case _:
            raise IndexCorrupt(
                f"{path / HEADER} is damaged, or of another version of xrag; make it again with: {again}"
            )
    if fingerprint != embedder.fingerprint:
        raise EmbedderMismatch(
            f"{path} was learned for the embedder '{fingerprint}', but the one at hand is '{embedder.fingerprint}'; "
            f"learn it again with: {again}"
        )
    manifest.verify(path, files)
    maps = [_maps(path, role, dimension) if f"{role}.offsets.npy" in files else None for role in _ROLES]
    if maps[0] is None:
        raise IndexCorrupt(f"{path / HEADER} names no maps of passages; make it again with: {again}")
    return Cure(kind, tuple(map(str, languages)), maps[0], maps[1])


def _maps(path: Path, role: str, dimension: int) -> Maps:
    offsets: Array = mapped(path / f"{role}.offsets.npy")
    matrices: Array = mapped(path / f"{role}.matrices.npy")
    return Maps(np.asarray(offsets).reshape(-1, dimension), np.asarray(matrices).reshape(-1, dimension, dimension))
