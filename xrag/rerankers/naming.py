"""The name of a reranker on a command line or in a setup: a registered one, a model, or ``BACKEND:MODEL``."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import cast

from xrag import registry
from xrag.errors import InputError, UsageError
from xrag.protocols import Generator, PassageLookup, Reranker
from xrag.types import Json


@dataclass(frozen=True, slots=True)
class RerankerCard:
    """A known model: the registered reranker that can use it, and how. ``remote_code``: loading it runs code of its own."""

    hub: str
    backend: str
    max_length: int
    languages: str
    licence: str
    revision: str = ""
    remote_code: bool = False


@cache
def reranker_cards() -> Mapping[str, RerankerCard]:
    """All cards by the name of the model on the hub."""
    table = tomllib.loads(files("xrag.resources").joinpath("rerankers.toml").read_text(encoding="utf-8"))
    return {row["hub"]: RerankerCard(**row) for row in table["model"]}


def open_reranker(
    name: str, passages: PassageLookup, *, options: Mapping[str, Json] | None = None, generator: Generator | None = None
) -> Reranker:
    """The reranker of that name over these passages: ``listwise``, ``BAAI/bge-reranker-v2-m3``, ``cross-encoder:FOLDER``.

    A model without a backend is used as its card says, a folder as its configuration does. ``generator`` is for a reranker
    that asks one; its options may hold another, by name or as a table: its ``name``, and its options. Raises ``UsageError``,
    ``InputError`` where the model cannot be had, ``UnknownComponent``.
    """
    backend, model = _parsed(name)
    given: dict[str, Json] = dict(options or {})
    if model:
        given |= {"name": _pinned(model), **_of_card(model, given)}
    if backend in registry.components("reranker") and _asks(backend):
        asked = _generator(given["generator"]) if "generator" in given else generator
        if asked is None:
            raise UsageError(
                f"the reranker '{backend}' asks a language model; name one with --generator, or as its option generator"
            )
        given["generator"] = cast(Json, asked)
    made: Reranker = registry.make("reranker", backend, {**given, "passages": cast(Json, passages)})
    return made


def backend_of(name: str) -> str:
    """The registered reranker that a name means; nothing is loaded."""
    return _parsed(name)[0]


def _parsed(name: str) -> tuple[str, str]:
    """The registered reranker, and the model where there is one."""
    known = registry.components("reranker")
    backend, colon, model = name.partition(":")
    if name in known or (colon and backend in known):
        return backend, model
    card = reranker_cards().get(_hub(name))
    if card is not None:
        return card.backend, name
    if Path(name).is_dir():
        return _by_configuration(Path(name)), name
    return ("cross-encoder", name) if name.count("/") == 1 else (name, "")


def _generator(said: Json) -> Generator:
    """The generator of a name, or of a table with its ``name`` and its options; one that is made already as it stands."""
    table = {"name": said} if isinstance(said, str) else said
    if not isinstance(table, Mapping):
        return cast(Generator, said)
    options = dict(table)
    made: Generator = registry.make("generator", str(options.pop("name", "")), options)
    return made


def _asks(backend: str) -> bool:
    return registry.takes("reranker", backend, "generator")


def _of_card(model: str, given: Mapping[str, Json]) -> dict[str, Json]:
    """What the card of a model adds to its options. Raises ``UsageError`` where it runs code and nobody allowed that."""
    card = reranker_cards().get(_hub(model))
    if card is None:
        return {}
    if card.remote_code and not given.get("remote_code"):
        raise UsageError(
            f"{card.hub} runs code from its own repository; where you trust it, allow it with the option remote_code=true"
        )
    return {"max_length": given.get("max_length", card.max_length)}


def _hub(model: str) -> str:
    """The name on the hub: as it stands, without a revision, or the end of a folder's path."""
    named = model.partition("@")[0]
    return named if named in reranker_cards() else "/".join(Path(model).absolute().parts[-2:])


def _pinned(model: str) -> str:
    """The name with the revision of its card, where it is of the hub and none is named."""
    card = reranker_cards().get(model)
    return f"{model}@{card.revision}" if card and card.revision and not Path(model).is_dir() else model


def _by_configuration(folder: Path) -> str:
    """The backend for a model of its architecture. Raises ``InputError`` where the folder does not tell one."""
    try:
        said = json.loads((folder / "config.json").read_bytes())
        [architecture] = said["architectures"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{folder} holds no model: its config.json names no architecture") from error
    for ending, backend in (("ForSequenceClassification", "cross-encoder"), ("ForCausalLM", "yes-no")):
        if str(architecture).endswith(ending):
            return backend
    raise InputError(f"{folder} holds a {architecture}, which is no reranker; say how it is used, as maxsim:{folder}")
