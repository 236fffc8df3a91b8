"""The name of an embedder on a command line or in a manifest: ``MODEL``, or ``BACKEND:MODEL``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from xrag import registry
from xrag.embedders.cards import model_cards
from xrag.embedders.folder import STATIC, modules_of, read_object
from xrag.embedders.settings import Settings
from xrag.protocols import Embedder, SparseEncoder


@dataclass(frozen=True, slots=True)
class EmbedderName:
    """Which embedder to use: a registered backend and what it is to load."""

    backend: str
    model: str

    @classmethod
    def parse(cls, name: str) -> EmbedderName:
        """The backend is that before a colon, else the one of the model's card, else what the folder tells, else ``hf``."""
        backend, colon, model = name.partition(":")
        if colon and backend in registry.components("embedder"):
            return cls(backend, _placed(model))
        card = model_cards().get(name.partition("@")[0])
        return cls(card.backend if card else _backend(Path(name)), _placed(name))

    def __str__(self) -> str:
        return f"{self.backend}:{self.model}"


def open_embedder(name: str, settings: Settings | None = None, dimension: int | None = None) -> Embedder:
    """The embedder of that name. ``settings`` replace what the model's card or its own configuration says; a ``dimension``
    that is given counts beside either.

    Raises ``InputError`` where the model cannot be had, ``UsageError`` where nobody says how it is used, ``MissingExtra``.
    """
    wanted = EmbedderName.parse(name)
    used = replace(settings, dimension=dimension) if settings and dimension else settings
    embedder: Embedder = registry.load("embedder", wanted.backend)(wanted.model, used, dimension)
    return embedder


def sparse_name(name: str) -> str:
    """The name of a sparse encoder as a manifest keeps it, ``BACKEND:MODEL``."""
    backend, colon, model = name.partition(":")
    known = colon and backend in registry.components("sparse-encoder")
    return f"{backend}:{_placed(model)}" if known else f"hf:{_placed(name)}"


def open_sparse_encoder(name: str) -> SparseEncoder:
    """The sparse encoder of that name, ``MODEL`` or ``BACKEND:MODEL``. Raises as ``open_embedder``."""
    backend, _, model = sparse_name(name).partition(":")
    encoder: SparseEncoder = registry.load("sparse-encoder", backend)(model)
    return encoder


def _placed(model: str) -> str:
    """A folder by its absolute path, so that an index finds its model from wherever it is opened."""
    folder, hash_sign, file = model.partition("#")
    return f"{Path(folder).absolute()}{hash_sign}{file}" if Path(folder).is_dir() else model


def _backend(folder: Path) -> str:
    """Static models say so themselves; whatever else has a folder or a name is for transformers."""
    is_static = any(kind == STATIC for kind, _ in modules_of(folder))
    return "static" if is_static or read_object(folder / "config.json").get("model_type") == "model2vec" else "hf"
