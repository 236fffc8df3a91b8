"""The index directory: a corpus and one partition per passage language, under one manifest.

    DIR/manifest.json             the commit point: what it names is complete, what it does not name is debris
    DIR/pending.json              the corpus of an update whose partitions are not all built: the next run goes on from it
    DIR/corpus/<n>/               the passages (xrag.corpus)
    DIR/partitions/<language>-<key>/   the key names the analyzer and the very passages, so that a whole one is reused
    DIR/vectors/<name>/           the vectors of all passages and the index over them, where there is an embedder
    DIR/sparse/<name>/            the terms of all passages as a learned sparse encoder weighs them, where there is one
    DIR/learned/<kind>/           what xrag fit and xrag tune learned; it holds for as long as the embedder does
    DIR/.lock, DIR/.readers       held by the one writer, shared by the readers

An update writes beside what is there, swaps the manifest by a rename, and then removes what the manifest does not name,
unless somebody is still reading: whoever opened the earlier generation keeps it for as long as the index is open.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from xrag.index.directory import IndexDirectory, open_index
from xrag.index.snapshot import stored_options, stored_roots
from xrag.index.update import IndexReport, Progress, build_index

if TYPE_CHECKING:
    from xrag.index.fitting import FitReport, fit_cure
    from xrag.index.sparse import SparseReport, weigh_index
    from xrag.index.vectors import VectorReport, embed_index, embedders

__all__ = [
    "FitReport",
    "IndexDirectory",
    "IndexReport",
    "Progress",
    "SparseReport",
    "VectorReport",
    "build_index",
    "embed_index",
    "embedders",
    "fit_cure",
    "open_index",
    "stored_options",
    "stored_roots",
    "weigh_index",
]

_LAZY = {
    "VectorReport": "vectors",
    "embed_index": "vectors",
    "embedders": "vectors",
    "SparseReport": "sparse",
    "weigh_index": "sparse",
    "FitReport": "fitting",
    "fit_cure": "fitting",
}


def __getattr__(name: str) -> object:
    """What needs the packages of an extra is imported when it is first used."""
    if name in _LAZY:
        return getattr(import_module(f"xrag.index.{_LAZY[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
