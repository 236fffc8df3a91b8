"""xrag: cross-lingual retrieval-augmented generation. Ask in your language, answer from passages in any other, cited.

``__all__`` is the public API; each name is imported from its room when it is first used (PEP 562).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xrag.errors import (
        AnalyzerMismatch,
        EmbedderMismatch,
        GenerationError,
        IndexCorrupt,
        IndexDirectoryError,
        IndexLocked,
        IndexNotFound,
        InputError,
        MissingExtra,
        PassageNotFound,
        RetrievalError,
        TranslationError,
        UnknownComponent,
        UnknownLanguage,
        Unsupported,
        UsageError,
        XragError,
    )
    from xrag.index import IndexDirectory, IndexReport, build_index, embed_index, open_index, weigh_index
    from xrag.pipeline import Pipeline
    from xrag.types import Answer, Citation, Example, Hit, Passage, Query, Ranking, Sampling, Translation

__all__ = [
    "AnalyzerMismatch",
    "Answer",
    "Citation",
    "EmbedderMismatch",
    "Example",
    "GenerationError",
    "Hit",
    "IndexCorrupt",
    "IndexDirectory",
    "IndexDirectoryError",
    "IndexLocked",
    "IndexNotFound",
    "IndexReport",
    "InputError",
    "MissingExtra",
    "Passage",
    "PassageNotFound",
    "Pipeline",
    "Query",
    "Ranking",
    "RetrievalError",
    "Sampling",
    "Translation",
    "TranslationError",
    "UnknownComponent",
    "UnknownLanguage",
    "Unsupported",
    "UsageError",
    "XragError",
    "build_index",
    "embed_index",
    "open_index",
    "weigh_index",
]

_ROOMS = {
    "xrag.index": ("IndexDirectory", "IndexReport", "build_index", "embed_index", "open_index", "weigh_index"),
    "xrag.pipeline": ("Pipeline",),
    "xrag.types": ("Answer", "Citation", "Example", "Hit", "Passage", "Query", "Ranking", "Sampling", "Translation"),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'xrag' has no attribute '{name}'")
    value: object = getattr(import_module(_ROOM_OF.get(name, "xrag.errors")), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
