"""The vectors of an index: made by one embedder over the committed corpus, and committed beside the partitions."""

from __future__ import annotations

import hashlib
import time
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import cast

from xrag import manifest
from xrag.embedders import EmbedderName, Settings
from xrag.errors import UsageError
from xrag.index.encoded import Kind, encoding
from xrag.index.snapshot import VECTORS, Snapshot, VectorsEntry, corpus_key, rebuildable
from xrag.protocols import Embedder
from xrag.retrievers.dense.build import VectorOptions, build_vectors
from xrag.retrievers.dense.store import HEADER, Header, VectorStore
from xrag.types import Json

_BY_RULE = VectorOptions()


def _files(path: Path) -> manifest.FileTable:
    return {**Header.read(path).files, **manifest.describe(path, [HEADER])}


KIND = Kind(VECTORS, _files)


@dataclass(frozen=True, slots=True)
class VectorReport:
    """What ``embed_index`` did. ``settings`` says who decided how the model is used; ``recall`` is that of the index against
    exact search, measured on ``sample`` of its own vectors; ``built`` is whether there was anything to do.
    """

    embedder: str
    settings: str
    kind: str
    passages: int
    dimension: int
    recall: float
    sample: int
    built: bool
    seconds: float


@rebuildable()
def embed_index(
    directory: Path | str,
    embedder: str | Embedder | None = None,
    *,
    settings: Settings | None = None,
    dimension: int | None = None,
    options: VectorOptions = _BY_RULE,
    keep: bool = False,
) -> VectorReport:
    """Give an index vectors, or bring those it has up to date with its passages; whole or not at all.

    ``embedder`` is a name (see ``open_embedder``, as for ``settings`` and ``dimension``) or an embedder itself; None is the
    one that the index names. ``keep`` leaves the vectors of other embedders where they are, for who asks for them again.
    Interrupted, it goes on where it was: nothing is encoded twice. Raises ``IndexNotFound``, ``IndexLocked``, ``UsageError``
    where no embedder is known, and what the embedder raises.
    """
    started = time.monotonic()
    with encoding(Path(directory), keep=keep) as index:
        wanted = _wanted(index.snapshot, embedder, settings, dimension, options)
        model = wanted.open_embedder() if isinstance(embedder, str | None) else embedder
        entry = replace(wanted, fingerprint=model.fingerprint)
        entry = replace(entry, name=_name(entry))
        chosen = replace(options, kind=entry.asked or None, memory=entry.memory)
        path, built = index.commit(KIND, entry, partial(build_vectors, embedder=model, options=chosen))
    header = Header.read(path)
    said = getattr(model, "settings", None)
    return VectorReport(
        embedder=entry.embedder or type(model).__qualname__,
        settings=said.origin if isinstance(said, Settings) else "the embedder's own",
        kind=header.kind,
        passages=len(VectorStore.open(path)),
        dimension=header.dimension,
        recall=header.effort.recall,
        sample=header.effort.sample,
        built=built,
        seconds=time.monotonic() - started,
    )


def embedders(directory: Path | str) -> list[str]:
    """The fingerprint of each embedder whose vectors lie in an index, those that the manifest does not name now among them."""
    return sorted({Header.read(path.parent).embedder for path in Path(directory).glob(f"{VECTORS}/*/{HEADER}")})


def _wanted(
    snapshot: Snapshot,
    embedder: str | Embedder | None,
    settings: Settings | None,
    dimension: int | None,
    options: VectorOptions,
) -> VectorsEntry:
    """The entry to be made, still without fingerprint, name and files."""
    committed = snapshot.vectors
    if embedder is None:
        if committed is None:
            raise UsageError("the index has no vectors yet: name an embedder")
        asked = options.kind or ("" if options.memory else committed.asked)
        made = replace(committed, asked=asked, memory=options.memory or committed.memory)
        return replace(made, corpus=corpus_key(snapshot), name="", fingerprint="", files={})
    named = str(EmbedderName.parse(embedder)) if isinstance(embedder, str) else ""
    given = cast(Json, {**asdict(settings), "dense": list(settings.dense)}) if settings else None
    return VectorsEntry("", named, given, dimension, options.kind or "", corpus_key(snapshot), "", {}, options.memory)


def _name(entry: VectorsEntry) -> str:
    key = f"{entry.fingerprint}\0{entry.corpus}\0{entry.asked}" + (f"\0{entry.memory}" if entry.memory else "")
    return f"{entry.fingerprint[:8]}-{hashlib.sha256(key.encode()).hexdigest()[:16]}".replace(" ", "-")
