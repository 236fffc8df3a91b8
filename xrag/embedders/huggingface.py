"""Encoders of transformers, on the processor or a GPU: length-sorted batches, pooled and projected as the settings say."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

try:
    import torch
    from safetensors.torch import load_file
except ImportError as error:
    from xrag.errors import MissingExtra

    raise MissingExtra("an encoder of transformers", "hf") from error

from xrag.embedders.cards import model_cards
from xrag.embedders.folder import find_model, hub_name, read_object
from xrag.embedders.network import Encoder, Output, load_encoder, with_projections
from xrag.embedders.settings import Pooling, Settings
from xrag.embedders.vectors import unit_rows
from xrag.errors import InputError, UsageError


class HuggingFaceEmbedder:
    """An encoder and how it is used. Safe to share by threads; a text without a visible character has a vector of zeros."""

    def __init__(self, encoder: Encoder, settings: Settings, fingerprint: str) -> None:
        self.settings = settings
        self.fingerprint = fingerprint
        self._encoder = replace(encoder, max_length=settings.max_length)

    @property
    def width(self) -> int:
        """The dimension of its vectors before they are cut."""
        return _width(self._encoder)

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Float32 [n, dimension], unit length or zeros."""
        return self._embed(self.settings.query_prompt, texts)

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Float32 [n, dimension], unit length or zeros."""
        return self._embed(self.settings.passage_prompt, texts)

    def query_tokens(self, texts: Sequence[str]) -> list[NDArray[np.float32]]:
        """A vector of unit length for each token of each text, for late interaction: float32 [tokens, dimension]."""
        return self._token_vectors(self.settings.query_prompt, texts)

    def passage_tokens(self, texts: Sequence[str]) -> list[NDArray[np.float32]]:
        """A vector of unit length for each token of each text, for late interaction: float32 [tokens, dimension]."""
        return self._token_vectors(self.settings.passage_prompt, texts)

    def _embed(self, prompt: str, texts: Sequence[str]) -> NDArray[np.float32]:
        told = [at for at, text in enumerate(texts) if text.strip()]
        width = self.settings.dimension or self.width
        vectors = np.zeros((len(texts), width), np.float32)
        for places, found in self._encoder.read([prompt + texts[at] for at in told], self._pooled):
            vectors[[told[place] for place in places]] = found
        return vectors

    def _token_vectors(self, prompt: str, texts: Sequence[str]) -> list[NDArray[np.float32]]:
        vectors = [np.empty((0, self.settings.dimension or self.width), np.float32)] * len(texts)
        told = [at for at, text in enumerate(texts) if text.strip()]
        for places, found in self._encoder.read([prompt + texts[at] for at in told], self._per_token):
            for place, rows in zip(places, found, strict=True):
                vectors[told[place]] = rows
        return vectors

    def _pooled(self, output: Output) -> NDArray[np.float32]:
        return self._unit(POOLINGS[self.settings.pooling](output.states, output.mask))

    def _per_token(self, output: Output) -> list[NDArray[np.float32]]:
        return [self._unit(state[kept.bool()]) for state, kept in zip(output.states, output.mask, strict=True)]

    def _unit(self, vectors: torch.Tensor) -> NDArray[np.float32]:
        for projection in self._encoder.projections:
            vectors = projection(vectors)
        return unit_rows(vectors[:, : self.settings.dimension].cpu().numpy(), self._encoder.name)


def _mean(hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    weights = mask.unsqueeze(-1).to(hidden.dtype)
    return (hidden * weights).sum(1) / weights.sum(1).clamp(min=1)


def _first(hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """The first token that is no padding, on whichever side the padding is."""
    return hidden[torch.arange(len(hidden), device=hidden.device), mask.argmax(1)]


def _last(hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """The last token that is no padding."""
    last = mask.shape[1] - 1 - mask.flip(1).argmax(1)
    return hidden[torch.arange(len(hidden), device=hidden.device), last]


POOLINGS: Mapping[Pooling, Callable[[torch.Tensor, torch.Tensor], torch.Tensor]] = {
    Pooling.MEAN: _mean,
    Pooling.CLS: _first,
    Pooling.LAST: _last,
}


def open_hf(
    name: str,
    settings: Settings | None = None,
    dimension: int | None = None,
    *,
    device: str | None = None,
    remote_code: bool = False,
) -> HuggingFaceEmbedder:
    """The embedder ``hf``: a folder, or a name on the hub, that transformers loads, by default on the GPU where there is one.

    A model whose repository brings its own code is loaded only where ``remote_code`` says that it may run. Raises
    ``InputError`` where the model cannot be loaded, ``UsageError`` where it is not known how it is used.
    """
    _refuse(name, remote_code=remote_code)
    model = find_model(name)
    used = model.settings(settings, dimension)
    encoder = load_encoder(model, device=device, remote_code=remote_code)
    encoder = with_projections(encoder, [projection(model.folder / path) for path in used.dense])
    if used.dimension and used.dimension > _width(encoder):
        raise UsageError(f"{name} has {_width(encoder)} dimensions, not {used.dimension}")
    key = hashlib.sha256(f"hf\0{model.fingerprint}\0{used.fingerprint}".encode()).hexdigest()[:16]
    return HuggingFaceEmbedder(encoder, used, key)


def _refuse(name: str, *, remote_code: bool) -> None:
    """Raise ``UsageError`` for a model whose card says that it cannot be used here; before anything is downloaded."""
    card = model_cards().get(hub_name(name))
    if card and card.backend != "hf":
        raise UsageError(f"{name} cannot be used right by transformers alone: {WAYS[card.backend].format(card.hub)}")
    if card and card.remote_code and not remote_code:
        raise UsageError(f"{name} runs code from its repository: load it with open_hf('{name}', remote_code=True)")


WAYS = {"server": "serve it, and name it as server:{}@URL", "static": "name it as static:{}"}


def projection(folder: Path) -> torch.nn.Module:
    """A ``Dense`` module of sentence-transformers: a linear layer and its activation."""
    said = read_object(folder / "config.json")
    weights = folder / "model.safetensors"
    if not said or not weights.is_file():
        raise InputError(f"{folder} is not a projection layer: it needs config.json and model.safetensors")
    state = {name.removeprefix("linear."): tensor.float() for name, tensor in load_file(weights).items()}
    linear = torch.nn.Linear(state["weight"].shape[1], state["weight"].shape[0], bias="bias" in state)
    linear.load_state_dict(state)
    activation = str(said.get("activation_function", "")).rpartition(".")[2]
    if activation not in ACTIVATIONS:
        raise InputError(f"{folder} has the activation '{activation}'; xrag knows: {', '.join(ACTIVATIONS)}")
    return torch.nn.Sequential(linear, ACTIVATIONS[activation]())


ACTIVATIONS: Mapping[str, Callable[[], torch.nn.Module]] = {
    "Identity": torch.nn.Identity,
    "Tanh": torch.nn.Tanh,
    "GELU": torch.nn.GELU,
    "ReLU": torch.nn.ReLU,
}


def _width(encoder: Encoder) -> int:
    """The dimension of the vectors before they are cut."""
    if encoder.projections:
        matrices = [weights for weights in encoder.projections[-1].parameters() if weights.ndim == 2]
        return int(next(islice(matrices, 1)).shape[0]) if matrices else int(encoder.model.config.hidden_size)
    return int(encoder.model.config.hidden_size)
