"""The retriever ``tuned``: a fusion whose weights were learned from held-out queries and are kept beside the index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from xrag import manifest, registry
from xrag.errors import EmbedderMismatch, IndexCorrupt, UsageError
from xrag.protocols import Retriever
from xrag.retrievers.context import RetrieverContext
from xrag.retrievers.fusion import Fusion, Member, Weights
from xrag.retrievers.normalisation import NORMALISATIONS
from xrag.retrievers.tuning import MEASURE, Tuned
from xrag.types import Json

FORMAT = 1
FILE = "weights.json"
_AGAIN = "xrag tune DIR --gold QUESTIONS"


@dataclass(frozen=True, slots=True)
class Parts:
    """What is fused: the names of retrievers, and how each one's scores are made worth (``NORMALISATIONS``)."""

    retrievers: tuple[str, ...]
    normalise: tuple[str, ...]

    def __post_init__(self) -> None:
        unknown = [name for name in self.normalise if name not in NORMALISATIONS]
        if unknown:
            raise UsageError(f"no normalisation is called '{unknown[0]}'; there are: {', '.join(NORMALISATIONS)}")
        if len(self.retrievers) < 2 or len(set(self.retrievers)) < len(self.retrievers):
            raise UsageError("a fusion is tuned of two members at least, each named once")


@dataclass(frozen=True, slots=True)
class Provenance:
    """What weights were tuned with: the fingerprint of the vectors (empty: none), the translator, how many queries of
    each language, and a digest of queries and relevant passages.
    """

    vectors: str
    translator: str
    queries: Mapping[str, int]
    digest: str


def save_weights(folder: Path, parts: Parts, tuned: Tuned, provenance: Provenance) -> Path:
    """Write weights with their provenance, in place of earlier ones."""
    members: list[Json] = [
        {"retriever": name, "normalise": how, "default": default, "languages": languages}
        for name, how, default, languages in zip(
            parts.retrievers, parts.normalise, tuned.default, _by_member(parts.retrievers, tuned), strict=True
        )
    ]
    measured: dict[str, Json] = {"value": tuned.value, "equal": tuned.equal, "held_out": tuned.held_out}
    counts: dict[str, Json] = dict(provenance.queries)
    content: dict[str, Json] = {
        "format": FORMAT,
        "members": members,
        "measure": MEASURE,
        "measured": measured,
        "vectors": provenance.vectors,
        "translator": provenance.translator,
        "queries": counts,
        "digest": provenance.digest,
    }
    folder.mkdir(parents=True, exist_ok=True)
    manifest.write_json(folder / FILE, content)
    return folder / FILE


def _by_member(names: Sequence[str], tuned: Tuned) -> list[dict[str, Json]]:
    return [{language: mix[at] for language, mix in tuned.languages.items()} for at in range(len(names))]


def fingerprint_of(vectors: Path | None) -> str:
    """The fingerprint of the embedder that vectors are of; empty where there are none."""
    return str(manifest.read_json(vectors / "vectors.json").get("embedder")) if vectors else ""


def open_tuned(context: RetrieverContext) -> Retriever:
    """The retriever ``tuned`` over a context. Raises ``UsageError`` where nothing was tuned, ``EmbedderMismatch`` where the
    vectors are of another embedder than when it was.
    """
    path = context.learned / FILE if context.learned else None
    if path is None or not path.is_file():
        raise UsageError(f"no weights were tuned for this index; learn them from held-out queries with: {_AGAIN}")
    said = manifest.read_json(path)
    if said.get("format") != FORMAT:
        raise IndexCorrupt(f"{path} is damaged, or of another version of xrag; make it again with: {_AGAIN}")
    tuned_for, at_hand = said.get("vectors"), fingerprint_of(context.vectors)
    if tuned_for != at_hand:
        raise EmbedderMismatch(
            f"{path} was tuned for vectors of the embedder '{tuned_for}', but those of this index are of '{at_hand}'; "
            f"tune again with: {_AGAIN}"
        )
    rows = cast(list[dict[str, Any]], said["members"])  # Any: as save_weights wrote them
    return Fusion([_member(row, context) for row in rows])


def _member(row: Mapping[str, Any], context: RetrieverContext) -> Member:
    name = str(row["retriever"])
    weights = Weights(float(row["default"]), row["languages"])
    return Member(name, registry.load("retriever", name)(context), weights, NORMALISATIONS[row["normalise"]])
