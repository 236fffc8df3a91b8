"""One committed generation of an index, as its manifest names it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, cast

from xrag import manifest
from xrag.corpus import CorpusState, ReadOptions
from xrag.embedders import Settings, open_embedder, open_sparse_encoder
from xrag.errors import AnalyzerMismatch, IndexCorrupt, IndexDirectoryError, UsageError
from xrag.manifest import FileTable, unread
from xrag.protocols import Embedder, SparseEncoder
from xrag.types import Json

FORMAT = 1
MANIFEST, PENDING, CORPUS, PARTITIONS = "manifest.json", "pending.json", "corpus", "partitions"
VECTORS, SPARSE, LEARNED = "vectors", "sparse", "learned"
LOCK, READERS, JOURNAL = ".lock", ".readers", ".journal-"


@dataclass(frozen=True, slots=True)
class PartitionEntry:
    """A partition as the manifest names it: its directory's name, how many passages it holds, its files."""

    name: str
    passages: int
    files: FileTable


@dataclass(frozen=True, slots=True)
class VectorsEntry:
    """The vectors of all passages as the manifest names them: their directory's name, what made them, their files.

    ``embedder`` is a name, empty for one that has none; ``settings`` and ``dimension`` what was asked of it; ``asked`` the kind
    of index that was asked for, empty for the rule's, and ``memory`` the bytes that it may take; ``corpus`` names the passages
    that they are of.
    """

    name: str
    embedder: str
    settings: Json
    dimension: int | None
    asked: str
    corpus: str
    fingerprint: str
    files: FileTable
    memory: int | None = None

    def open_embedder(self) -> Embedder:
        """The embedder that it names. Raises ``UsageError`` where it names none."""
        if not self.embedder:
            raise UsageError("the vectors of this index are of an embedder without a name: hand it over again")
        given = cast(dict[str, Any] | None, self.settings)  # Any: as asdict made it
        settings = Settings(**{**given, "dense": tuple(given["dense"])}) if given else None
        return open_embedder(self.embedder, settings, self.dimension)


@dataclass(frozen=True, slots=True)
class SparseEntry:
    """The weighed terms of all passages as the manifest names them; ``encoder`` is a name, empty for one that has none."""

    name: str
    encoder: str
    corpus: str
    fingerprint: str
    files: FileTable

    def open_encoder(self) -> SparseEncoder:
        """The encoder that it names. Raises ``UsageError`` where it names none."""
        if not self.encoder:
            raise UsageError("the terms of this index were weighed by an encoder without a name: hand it over again")
        return open_sparse_encoder(self.encoder)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One committed generation of an index: everything that a reader needs to find the rest."""

    generation: int
    corpus_name: str
    corpus: CorpusState
    partitions: Mapping[str, PartitionEntry]
    vectors: VectorsEntry | None = None
    sparse: SparseEntry | None = None

    def to_json(self) -> dict[str, Json]:
        """What ``manifest.json`` holds, with a checksum over all of it."""
        content: dict[str, Json] = {
            "format": FORMAT,
            "generation": self.generation,
            "corpus_name": self.corpus_name,
            "corpus": self.corpus.to_json(),
            "partitions": {
                language: {"name": entry.name, "passages": entry.passages, "files": cast(Json, entry.files)}
                for language, entry in self.partitions.items()
            },
            "vectors": cast(Json, asdict(self.vectors)) if self.vectors else None,
            "sparse": cast(Json, asdict(self.sparse)) if self.sparse else None,
        }
        return content | {"sha256": _digest(content)}

    @classmethod
    def read(cls, path: Path) -> Snapshot:
        """Raises ``IndexCorrupt`` where the file is not what ``to_json`` made, and says so where a newer xrag made it."""
        value = manifest.read_json(path)
        written = value.get("format")
        if isinstance(written, int) and written > FORMAT:
            raise IndexDirectoryError(
                f"{path} has format {written}, this xrag reads up to {FORMAT}: upgrade with pip install -U crosslingual-rag"
            )
        if value.pop("sha256", None) != _digest(value):
            raise IndexCorrupt(f"{path} was altered (its checksum differs); build the index again")
        partitions = cast(dict[str, dict[str, Json]], value["partitions"])
        vectors, sparse = (cast(dict[str, Json] | None, value.get(name)) for name in ("vectors", "sparse"))
        return cls(
            generation=cast(int, value["generation"]),
            corpus_name=cast(str, value["corpus_name"]),
            corpus=CorpusState.from_json(cast(dict[str, Json], value["corpus"])),
            partitions={language: PartitionEntry(**row) for language, row in partitions.items()},  # type: ignore[arg-type]  # checksummed: our own
            vectors=VectorsEntry(**vectors) if vectors else None,  # type: ignore[arg-type]  # checksummed: our own
            sparse=SparseEntry(**sparse) if sparse else None,  # type: ignore[arg-type]  # checksummed: our own
        )

    def with_encoded(self, room: str, entry: VectorsEntry | SparseEntry) -> Snapshot:
        """The same with what a model made in the place of what it made before; ``room`` is VECTORS or SPARSE."""
        return replace(self, **{room: entry})  # type: ignore[arg-type]  # the room's name is the field's


def _digest(content: Mapping[str, Json]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


@contextmanager
def rebuildable() -> Iterator[None]:
    """Say of a damaged index that making it afresh mends it."""
    try:
        yield
    except (AnalyzerMismatch, IndexCorrupt) as error:
        error.mends = ("fresh",)
        raise


@rebuildable()
def stored_options(directory: Path | str) -> ReadOptions:
    """The options that an index was made with, or the defaults where there is none yet."""
    path = Path(directory) / MANIFEST
    return Snapshot.read(path).corpus.options if path.is_file() else ReadOptions()


@rebuildable()
def stored_roots(directory: Path | str) -> tuple[Path, ...]:
    """The files and folders that an index was told to read; none where there is no index yet."""
    path = Path(directory) / MANIFEST
    return tuple(Path(root.path) for root in Snapshot.read(path).corpus.roots) if path.is_file() else ()


def tables(directory: Path, snapshot: Snapshot) -> dict[Path, FileTable]:
    """Every folder of an index with the files that belong there."""
    partitions = {directory / PARTITIONS / entry.name: entry.files for entry in snapshot.partitions.values()}
    encoded = {directory / room / entry.name: entry.files for room, entry in encoded_by(snapshot).items() if entry}
    return {directory / CORPUS / snapshot.corpus_name: snapshot.corpus.file_table, **partitions, **encoded}


def encoded_by(snapshot: Snapshot) -> dict[str, VectorsEntry | SparseEntry | None]:
    """What models made of the passages, by the name of its room in the directory."""
    return {VECTORS: snapshot.vectors, SPARSE: snapshot.sparse}


def corpus_key(snapshot: Snapshot) -> str:
    """Names the very rows that live: which segments, by their content, and which of their rows are dead."""
    segments = [(segment.name, segment.sha256) for segment in snapshot.corpus.segments]
    return hashlib.sha256(repr((snapshot.corpus_name, segments, snapshot.corpus.dead)).encode()).hexdigest()[:16]


def clean_encoded(directory: Path, snapshot: Snapshot, *, finished: str = "", keep: bool = False) -> None:
    """Remove what the manifest does not name, unless somebody may be reading it, and the journals of the room ``finished``.

    With ``keep`` what other models made stays: who names one of them again has nothing to encode.
    """
    with unread(directory / READERS) as free:
        for room, entry in encoded_by(snapshot).items():
            for path in (directory / room).glob("*"):
                is_journal = path.name.startswith(JOURNAL)
                named = entry is not None and path.name == entry.name
                if room == finished if is_journal else free and not named and not keep:
                    manifest.remove(path)
