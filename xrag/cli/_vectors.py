"""The part of ``xrag index`` that lets models encode the passages: into vectors, and into weighed terms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xrag.cli._tables import sparse_line, vector_line
from xrag.errors import UsageError
from xrag.index import IndexDirectory, Progress, open_index
from xrag.index.snapshot import VECTORS
from xrag.manifest import read_json
from xrag.types import Json

if TYPE_CHECKING:
    from xrag.index import SparseReport, VectorReport


_OPTIONS = ("embedder", "dimension", "vector_index", "vector_memory", "embedder_option", "sparse_encoder")


@dataclass(frozen=True, slots=True)
class Vectors:
    """What was asked for on the command line."""

    embedder: str | None
    dimension: int | None
    kind: str | None
    memory: int | None
    options: tuple[tuple[str, Json], ...] | None
    sparse: str | None

    @classmethod
    def among(cls, given: Mapping[str, Any]) -> tuple[Vectors, dict[str, Any]]:  # Any: options of many types
        """Those among the options given, and the rest of them."""
        asked = cls(*(given.get(name) for name in _OPTIONS))
        return asked, {name: value for name, value in given.items() if name not in _OPTIONS}


@dataclass(frozen=True, slots=True)
class Encoded:
    """What was made."""

    vectors: VectorReport | None
    sparse: SparseReport | None

    @property
    def seconds(self) -> float:
        """What both took together."""
        return sum(made.seconds for made in (self.vectors, self.sparse) if made)

    def lines(self) -> list[str]:
        """A line of each for people."""
        vectors = [vector_line(self.vectors)] if self.vectors else []
        return [*vectors, *([sparse_line(self.sparse)] if self.sparse else [])]

    def record(self) -> dict[str, Json]:
        """The same as JSON."""
        return {
            "vectors": asdict(self.vectors) if self.vectors else None,
            "sparse": asdict(self.sparse) if self.sparse else None,
        }


def encoded(directory: Path, asked: Vectors, progress: Callable[[Progress], None]) -> Encoded:
    """Make what was asked for, or bring that up to date which the index has."""
    return Encoded(_embedded(directory, asked, progress), _weighed(directory, asked.sparse, progress))


def _weighed(directory: Path, asked: str | None, progress: Callable[[Progress], None]) -> SparseReport | None:
    with open_index(directory) as index:
        known = index.snapshot.sparse
    if asked is None and known is None:
        return None
    from xrag.index import weigh_index  # noqa: PLC0415 - loads a model

    name = asked or (known.encoder if known else "")
    return weigh_index(directory, asked, progress=lambda done, of: progress(Progress("encoding", done, of, done, name)))


def _embedded(directory: Path, asked: Vectors, progress: Callable[[Progress], None]) -> VectorReport | None:
    """Make the vectors that were asked for, or bring those up to date that the index has; nothing where there are none."""
    with open_index(directory) as index:
        known = index.snapshot.vectors
    if asked.embedder is None and known is None:
        if asked.dimension or asked.kind or asked.memory or asked.options:
            raise UsageError("name the model of the vectors with --embedder")
        return None
    if asked.options and asked.embedder is None:
        raise UsageError("name the model that --embedder-option is for with --embedder")
    from xrag.embedders import Settings  # noqa: PLC0415
    from xrag.index import embed_index  # noqa: PLC0415 - loads FAISS
    from xrag.retrievers.dense.build import VectorOptions  # noqa: PLC0415

    name = asked.embedder or (known.embedder if known else "")

    def encoding(done: int, total: int) -> None:
        progress(Progress("encoding", done, total, done, name))

    settings = Settings.of(dict(asked.options)) if asked.options else None
    options = VectorOptions(asked.kind, asked.memory, lambda plan: click.echo(plan.sentence, err=True), encoding)
    return embed_index(directory, asked.embedder, settings=settings, dimension=asked.dimension, options=options)


def vectors_record(index: IndexDirectory) -> dict[str, Json] | None:
    """What the vectors of an index say of themselves; ``current`` is whether they are of its passages as they are now."""
    entry = index.snapshot.vectors
    if entry is None:
        return None
    said = read_json(index.directory / VECTORS / entry.name / "vectors.json")
    facts = {key: said[key] for key in ("kind", "dimension", "recall", "effort")}
    return {"embedder": entry.embedder, "current": index.vectors() is not None, **facts}


def sparse_record(index: IndexDirectory) -> dict[str, Json] | None:
    """What the weighed terms of an index say of themselves."""
    entry = index.snapshot.sparse
    return {"encoder": entry.encoder, "current": index.sparse() is not None} if entry else None


def sparse_said(record: dict[str, Json]) -> str:
    """The same as a line for people."""
    return f"terms weighed by {record['encoder']}{_stale(record)}"


def vectors_said(record: dict[str, Json]) -> str:
    """The same as a line for people."""
    measured = f"{record['kind']}, recall {record['recall']:.3f} of exact search"
    return f"vectors: {record['dimension']} dimensions by {record['embedder']}, {measured}{_stale(record)}"


def _stale(record: dict[str, Json]) -> str:
    return "" if record["current"] else "; of the passages before the last update: run xrag index -o DIR"
