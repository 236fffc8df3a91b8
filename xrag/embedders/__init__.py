"""Embedders: texts into unit vectors, by a model on this machine, exported or not, a static table, vLLM, or a server.

How a model wants to be used (prompts, pooling, length) is never guessed: it is given, or its card says it, or its own
sentence-transformers configuration. ``Embedder.fingerprint`` names the model's content and all of that.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xrag.embedders.cards import ModelCard, model_cards
    from xrag.embedders.naming import EmbedderName, open_embedder, open_sparse_encoder, sparse_name
    from xrag.embedders.settings import Pooling, Settings

__all__ = [
    "EmbedderName",
    "ModelCard",
    "Pooling",
    "Settings",
    "model_cards",
    "open_embedder",
    "open_sparse_encoder",
    "sparse_name",
]

_HOMES = {
    "EmbedderName": "naming",
    "ModelCard": "cards",
    "Pooling": "settings",
    "Settings": "settings",
    "model_cards": "cards",
    "open_embedder": "naming",
    "open_sparse_encoder": "naming",
    "sparse_name": "naming",
}


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(f"xrag.embedders.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
