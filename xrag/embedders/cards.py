"""The model cards: one declarative table, ``resources/models.toml``, of how each known model wants to be used."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from xrag.embedders.settings import Pooling, Settings
from xrag.errors import UsageError


@dataclass(frozen=True, slots=True)
class ModelCard:
    """One model. ``sizes`` are the dimensions that its vectors may be cut to, ``remote_code`` whether loading it runs code
    from its repository, ``backend`` the registered embedder that can use it.
    """

    hub: str
    backend: str
    query: str
    passage: str
    pooling: Pooling
    max_length: int
    dimension: int
    languages: str
    licence: str
    revision: str = ""
    dense: tuple[str, ...] = ()
    sizes: tuple[int, ...] = ()
    remote_code: bool = False

    def settings(self, dimension: int | None = None) -> Settings:
        """As the card says, cut to a dimension. Raises ``UsageError`` for one that the model was not trained for."""
        if dimension is not None and dimension not in (*self.sizes, self.dimension):
            possible = ", ".join(map(str, self.sizes or (self.dimension,)))
            raise UsageError(f"{self.hub} cannot be cut to {dimension} dimensions; it can have: {possible}")
        return Settings(
            pooling=self.pooling,
            query_prompt=self.query,
            passage_prompt=self.passage,
            max_length=self.max_length,
            dimension=None if dimension == self.dimension else dimension,
            dense=self.dense,
            origin=f"the card of {self.hub}",
        )


@dataclass(frozen=True, slots=True)
class TokenCard:
    """A model that gives something for each token, vectors (``late``) or weights (``sparse``); lengths are in tokens.

    How such a model is used lies beside its weights; the card says what is not there.
    """

    hub: str
    query_length: int
    passage_length: int
    dimension: int
    languages: str
    licence: str
    revision: str = ""
    sizes: tuple[int, ...] = ()
    remote_code: bool = False


@cache
def token_cards(kind: str) -> Mapping[str, TokenCard]:
    """The cards of a kind, ``late`` or ``sparse``, by the name of the model on the hub."""
    return {row["hub"]: TokenCard(**{**row, "sizes": tuple(row.get("sizes", ()))}) for row in _tables()[kind]}


@cache
def _tables() -> Mapping[str, Any]:  # Any: TOML; a test reads every row
    return tomllib.loads(files("xrag.resources").joinpath("models.toml").read_text(encoding="utf-8"))


@cache
def model_cards() -> Mapping[str, ModelCard]:
    """All cards by the name of the model on the hub."""
    return {row["hub"]: _card(row) for row in _tables()["model"]}


def _card(row: Mapping[str, Any]) -> ModelCard:  # Any: TOML; a test reads every row
    lists = {name: tuple(row.get(name, ())) for name in ("dense", "sizes")}
    return ModelCard(**{**row, **lists, "pooling": Pooling(row["pooling"])})
