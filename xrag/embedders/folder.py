"""The folder of a model: where it is, what its own configuration says, and a fingerprint of its content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from xrag.embedders.cards import ModelCard, model_cards, token_cards
from xrag.embedders.settings import Pooling, Settings
from xrag.errors import InputError, UsageError
from xrag.types import Json

WEIGHTS = (
    "*.safetensors",
    "*.bin",
    "*.pt",
    "*.metadata",
    "*.json",
    "*.txt",
    "*.model",
)
"""Files that are fetched from the hub; ``*`` stands for folders, too."""
EXPORTED = ("onnx", "openvino")
"""Folders of the same weights in other forms: fetched for those alone who run them, and no part of what a model is."""
_SAMPLES, _SAMPLE = 256, 4096
STATIC = "StaticEmbedding"
_ENDLESS = 1_000_000
_POOLINGS = {
    "cls": Pooling.CLS,
    "mean": Pooling.MEAN,
    "lasttoken": Pooling.LAST,
    "pooling_mode_cls_token": Pooling.CLS,
    "pooling_mode_mean_tokens": Pooling.MEAN,
    "pooling_mode_lasttoken": Pooling.LAST,
}


@dataclass(frozen=True, slots=True)
class Model:
    """A model at hand: ``name`` as it was given, its folder, its card where there is one."""

    name: str
    folder: Path
    card: ModelCard | None

    @property
    def fingerprint(self) -> str:
        """Of the names, the sizes and samples of the content of its files: another revision has another."""
        key = hashlib.sha256()
        files = ((path.relative_to(self.folder), path) for path in sorted(self.folder.rglob("*")))
        for name, path in ((name, path) for name, path in files if path.is_file() and _decides(name)):
            key.update(f"{name.as_posix()}\0{path.stat().st_size}\0".encode())
            key.update(sampled(path))
        return key.hexdigest()[:16]

    def settings(self, given: Settings | None, dimension: int | None = None) -> Settings:
        """What was given, else what the card says, else the model's own sentence-transformers configuration.

        Raises ``UsageError`` where there is none of them.
        """
        if given:
            return given
        if self.card:
            return self.card.settings(dimension)
        if (self.folder / "modules.json").is_file():
            return _configured(self, dimension)
        raise UsageError(
            f"how {self.name} wants to be used is not known: it has no card and no sentence-transformers configuration; "
            "give its pooling and prompts (--embedder-option pooling=mean; from Python, Settings)"
        )


def find_model(name: str, *, also: tuple[str, ...] = ()) -> Model:
    """The model of that name: a folder, or a name on the hub (``NAME@REVISION`` for a revision), which is then downloaded,
    with the files that match ``also``.

    A folder whose path ends in the name of a card, ``…/OWNER/NAME``, or lies in the hub's cache, has that card. Raises
    ``InputError`` where there is no such model, or it cannot be had.
    """
    card = model_cards().get(hub_name(name))
    if Path(name).is_dir():
        return Model(name, Path(name), card)
    hub, _, revision = name.partition("@")
    if hub.count("/") != 1 or hub.startswith((".", "/", "~")):
        raise InputError(f"{name} is neither a folder nor the name of a model (OWNER/NAME)")
    from huggingface_hub import snapshot_download  # noqa: PLC0415 - half a second that a local folder need not spend

    known = card or token_cards("late").get(hub) or token_cards("sparse").get(hub)
    wanted = revision or (known.revision if known else "") or None
    try:
        left = [f"{folder}/*" for folder in EXPORTED if not also]
        folder = snapshot_download(hub, revision=wanted, allow_patterns=[*WEIGHTS, *also], ignore_patterns=left)
    except Exception as error:  # the hub's client raises errors of many kinds
        raise InputError(f"the model {name} cannot be had: {type(error).__name__}: {error}") from error
    return Model(name, Path(folder), card)


def refuse_code(name: str, kind: str, *, remote_code: bool) -> None:
    """Raise ``UsageError`` where the card of that kind says that a model runs code from its repository, and it may not.

    To be asked before the model is looked for: nothing is downloaded that is refused.
    """
    card = token_cards(kind).get(hub_name(name))
    if card and card.remote_code and not remote_code:
        raise UsageError(
            f"{name} runs code from its repository; where you trust it, allow it with remote_code=True "
            "(a reranker with --reranker-option remote_code=true)"
        )


def hub_name(name: str) -> str:
    """The name on the hub: of a folder that lies in the hub's cache or is called by that name, else as it stands, without a
    revision.
    """
    if not Path(name).is_dir():
        return name.partition("@")[0]
    folder = Path(name).absolute()
    cached = next((part for part in folder.parts if part.startswith("models--")), "")
    return cached.removeprefix("models--").replace("--", "/", 1) or "/".join(folder.parts[-2:])


def read_object(path: Path) -> Mapping[str, Json]:
    """A JSON object of the folder, empty where there is no such file. Raises ``InputError``."""
    if not path.is_file():
        return {}
    try:
        value = json.loads(path.read_bytes())
    except ValueError as error:
        raise InputError(f"{path} is damaged: {error}") from error
    return cast(Mapping[str, Json], value)


def modules_of(folder: Path) -> list[tuple[str, str]]:
    """The modules of a sentence-transformers folder, kind and path; none where it is no such folder."""
    modules = cast(list[Mapping[str, str]], read_object(folder / "modules.json") or [])
    return [(module["type"].rpartition(".")[2], module["path"]) for module in modules]


def _configured(model: Model, dimension: int | None) -> Settings:
    """The settings that a sentence-transformers folder names. Raises ``InputError`` for what is not understood."""
    kinds = modules_of(model.folder)
    unknown = [kind for kind, _ in kinds if kind not in ("Transformer", "Pooling", "Dense", "Normalize")]
    if unknown:
        raise InputError(f"{model.name} has a module that xrag does not know: {unknown[0]}; give its settings")
    own = read_object(model.folder / "config_sentence_transformers.json")
    if own.get("similarity_fn_name") not in (None, "cosine"):
        raise InputError(f"{model.name} compares by {own['similarity_fn_name']}; xrag's vectors are compared by cosine")
    query, passage = prompts_of(model)
    return Settings(
        pooling=_pooling(model, next((path for kind, path in kinds if kind == "Pooling"), "")),
        query_prompt=query,
        passage_prompt=passage,
        max_length=configured_length(model),
        dimension=dimension or cast(int | None, own.get("truncate_dim")),
        dense=tuple(path for kind, path in kinds if kind == "Dense"),
        origin="the model's own sentence-transformers configuration",
    )


def prompts_of(model: Model) -> tuple[str, str]:
    """What stands before a query and before a passage, as the model's own sentence-transformers configuration says."""
    own = read_object(model.folder / "config_sentence_transformers.json")
    prompts = cast(Mapping[str, str], own.get("prompts") or {})
    default = prompts.get(str(own.get("default_prompt_name")), "")
    return prompts.get("query", default), prompts.get("document", prompts.get("passage", default))


def configured_length(model: Model) -> int:
    """How many tokens a text may have, as the model's own configuration says; 512 where it says nothing."""
    transformer = read_object(model.folder / "sentence_bert_config.json")
    if transformer.get("do_lower_case"):
        raise InputError(f"{model.name} lower-cases texts by a setting that xrag does not know; give its settings")
    tokenizer = read_object(model.folder / "tokenizer_config.json")
    said = transformer.get("max_seq_length") or tokenizer.get("model_max_length")
    return int(said) if isinstance(said, int | float) and said < _ENDLESS else 512


def _pooling(model: Model, path: str) -> Pooling:
    said = read_object(model.folder / path / "config.json")
    if said.get("include_prompt") is False:
        raise InputError(f"{model.name} leaves its prompt out when it pools, which xrag does not; choose another model")
    old = [key for key, value in said.items() if value is True and key.startswith("pooling_mode_")]
    named = said.get("pooling_mode", old)
    ways = [str(way) for way in (named if isinstance(named, list) else [named])]
    if len(ways) != 1 or ways[0] not in _POOLINGS:
        raise InputError(f"{model.name} pools in a way that xrag does not know ({path}/config.json); give its settings")
    return _POOLINGS[ways[0]]


def _decides(path: Path) -> bool:
    return (
        path.parts[0] not in EXPORTED
        and path.suffix
        in {
            ".json",
            ".safetensors",
            ".bin",
            ".pt",
            ".metadata",
            ".txt",
            ".model",
        }
        and not path.name.startswith(".")
    )


def sampled(path: Path) -> bytes:
    """The whole of a small file, and of a large one equal stretches, so that gigabytes are told apart in milliseconds."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        if size <= _SAMPLES * _SAMPLE:
            return hashlib.sha256(stream.read()).digest()
        key = hashlib.sha256()
        for at in range(0, size, size // _SAMPLES):
            stream.seek(at)
            key.update(stream.read(_SAMPLE))
        return key.digest()
