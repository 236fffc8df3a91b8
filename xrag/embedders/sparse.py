"""Learned sparse encoders: a model says which terms of its vocabulary a text is about, and how much.

bge-m3       each token of the text weighs what a linear layer makes of its last state; a term weighs its greatest (Chen et al.,
             "M3-Embedding", Findings of ACL 2024)
SPLADE       a masked language model weighs every term of its vocabulary, also those that the text does not have: ``log(1 +
             relu(logit))``, the greatest or the sum over the tokens (Formal et al., "SPLADE v2", 2021)
static       a weight for each term, whatever the text: the queries of SPLADE models that need no model to ask (Geng et al.,
             "Towards Competitive Search Relevance For Inference-Free Learned Sparse Retrievers", 2024)
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Protocol, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

try:
    import torch
    from safetensors.torch import load_file
    from transformers import AutoModelForMaskedLM, AutoTokenizer, PreTrainedTokenizerBase
except ImportError as error:
    from xrag.errors import MissingExtra

    raise MissingExtra("a sparse encoder", "hf") from error

from xrag.embedders.folder import Model, configured_length, find_model, modules_of, prompts_of, read_object, refuse_code
from xrag.embedders.network import Encoder, Output, load_encoder
from xrag.errors import InputError, RetrievalError, UsageError

Weights: TypeAlias = tuple[NDArray[np.int32], NDArray[np.float32]]
"""The terms of a text by number, ascending, and what each weighs, above 0."""

LOGITS = 1 << 27
"""Numbers that a batch may give, half a gigabyte: a masked language model gives one for each token and term."""

HEAD = "sparse_linear"


class Weigher(Protocol):
    """One side of an encoder: what the terms of texts weigh."""

    def __call__(self, texts: Sequence[str]) -> list[Weights]:
        """The weights of each text."""
        ...


@dataclass(frozen=True, slots=True)
class LearnedSparseEncoder:
    """A sparse encoder: how passages are weighed, and how queries are. ``origin`` says who decided how the model is used."""

    queries: Weigher
    passages: Weigher
    terms: int
    fingerprint: str
    origin: str

    def encode_queries(self, texts: Sequence[str]) -> list[Weights]:
        """The weights of each text; none of a text without a visible character."""
        return _told(self.queries, texts)

    def encode_passages(self, texts: Sequence[str]) -> list[Weights]:
        """The weights of each text; none of a text without a visible character."""
        return _told(self.passages, texts)


def _told(weigh: Weigher, texts: Sequence[str]) -> list[Weights]:
    told = [at for at, text in enumerate(texts) if text.strip()]
    found: list[Weights] = [(np.empty(0, np.int32), np.empty(0, np.float32))] * len(texts)
    for at, weights in zip(told, weigh([texts[at] for at in told]), strict=True):
        found[at] = weights
    return found


@dataclass(frozen=True, slots=True)
class Network:
    """Weighs by a transformer: ``weigh`` makes rows over the whole vocabulary, [n, terms], of its output."""

    encoder: Encoder
    weigh: Callable[[Output], torch.Tensor]
    prompt: str = ""

    def __call__(self, texts: Sequence[str]) -> list[Weights]:
        """The terms of each text and their weights. Raises ``RetrievalError`` for a weight that is not finite."""
        found: list[Weights] = [(np.empty(0, np.int32), np.empty(0, np.float32))] * len(texts)
        for places, rows in self.encoder.read([self.prompt + text for text in texts], self._rows):
            for place, row in zip(places, rows, strict=True):
                found[place] = row
        return found

    def _rows(self, output: Output) -> list[Weights]:
        dense = self.weigh(output)
        if not bool(torch.isfinite(dense).all()):
            raise RetrievalError(f"{self.encoder.name} gave a term a weight that is not finite")
        rows, terms = torch.nonzero(dense > 0, as_tuple=True)
        weights = dense[rows, terms].cpu().numpy().astype(np.float32)
        edges = np.searchsorted(rows.cpu().numpy(), np.arange(len(dense) + 1))
        numbers = terms.cpu().numpy().astype(np.int32)
        return [(numbers[start:end], weights[start:end]) for start, end in pairwise(edges)]


@dataclass(frozen=True, slots=True)
class TokenWeights:
    """bge-m3's: each token weighs ``relu(linear(state))``, a term its greatest; those ``left_out`` stand for no word."""

    linear: torch.nn.Linear
    terms: int
    left_out: tuple[int, ...]

    def __call__(self, output: Output) -> torch.Tensor:
        """A row for each text."""
        weights = torch.relu(self.linear(output.states)).squeeze(-1) * output.mask
        rows = torch.zeros(len(weights), self.terms, device=weights.device)
        rows.scatter_reduce_(1, output.ids, weights, "amax")
        rows[:, list(self.left_out)] = 0
        return rows


@dataclass(frozen=True, slots=True)
class Splade:
    """SPLADE's pooling of the logits of a masked language model, as sentence-transformers names its ways."""

    pooling: Callable[[torch.Tensor], torch.Tensor]
    logarithms: int

    def __call__(self, output: Output) -> torch.Tensor:
        """A row for each text. The logits are overwritten: there may be gigabytes of them."""
        weights = output.states.relu_().mul_(output.mask.unsqueeze(-1))
        for _ in range(self.logarithms):
            weights = weights.log1p_()
        return self.pooling(weights)


POOLINGS: Mapping[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "max": lambda weights: weights.amax(dim=1),
    "sum": lambda weights: weights.sum(dim=1),
}
LOGARITHMS = {"relu": 1, "log1p_relu": 2}


@dataclass(frozen=True, slots=True)
class StaticWeights:
    """A weight for each term, float32 [terms], whatever the text says around it."""

    tokenizer: PreTrainedTokenizerBase
    weights: NDArray[np.float32]
    max_length: int
    prompt: str = ""

    def __call__(self, texts: Sequence[str]) -> list[Weights]:
        """The terms of each text and their weights."""
        if not texts:
            return []
        prompted = [self.prompt + text for text in texts]
        asked = self.tokenizer(prompted, add_special_tokens=False, truncation=True, max_length=self.max_length)
        return [self._row(ids) for ids in cast(list[list[int]], asked["input_ids"])]

    def _row(self, ids: list[int]) -> Weights:
        terms = np.unique(np.array(ids, np.int32))
        terms = terms[self.weights[terms] > 0]
        return terms, self.weights[terms]


def open_sparse_encoder(name: str, *, remote_code: bool = False) -> LearnedSparseEncoder:
    """The sparse encoder of a folder or a name on the hub: bge-m3 and its kind, or a SPLADE model of sentence-transformers.

    ``remote_code`` lets code from the model's repository run. Raises ``InputError`` where it cannot be loaded, ``UsageError``
    where it says nowhere how it weighs terms.
    """
    refuse_code(name, "sparse", remote_code=remote_code)
    model = find_model(name)
    if any((model.folder / f"{HEAD}{ending}").is_file() for ending in (".safetensors", ".pt")):
        return _token_weights(model, remote_code=remote_code)
    kinds = modules_of(model.folder)
    if [kind for kind, _ in kinds] == ["Router"]:
        return _routed(model, model.folder / kinds[0][1], remote_code=remote_code)
    if kinds:
        return _splade(model, kinds, remote_code=remote_code)
    raise UsageError(
        f"{name} does not say how it weighs terms: it has neither {HEAD}.pt (as bge-m3) nor a sentence-transformers "
        "configuration with SpladePooling"
    )


def _fingerprint(model: Model, kind: str) -> str:
    return hashlib.sha256(f"{kind}\0{model.fingerprint}".encode()).hexdigest()[:16]


def _token_weights(model: Model, *, remote_code: bool) -> LearnedSparseEncoder:
    encoder = replace(load_encoder(model, remote_code=remote_code), max_length=configured_length(model))
    linear = head(model.folder, HEAD, int(encoder.model.config.hidden_size)).to(encoder.model.device)
    tokenizer = encoder.tokenizer
    special = {tokenizer.cls_token_id, tokenizer.eos_token_id, tokenizer.pad_token_id, tokenizer.unk_token_id}
    terms = int(encoder.model.config.vocab_size)
    weigh = TokenWeights(linear, terms, tuple(sorted(number for number in special if number is not None)))
    side = Network(encoder, weigh)
    return LearnedSparseEncoder(side, side, terms, _fingerprint(model, HEAD), f"the {HEAD} of {model.name}")


def head(folder: Path, name: str, width: int) -> torch.nn.Linear:
    """A linear layer from a file of the model's folder, ``NAME.safetensors`` or ``NAME.pt``. Raises ``InputError``."""
    path = next(path for path in (folder / f"{name}.safetensors", folder / f"{name}.pt") if path.is_file())
    try:
        read = load_file(path) if path.suffix == ".safetensors" else torch.load(path, "cpu", weights_only=True)
        weight, bias = read["weight"].float(), read["bias"].float()
        linear = torch.nn.Linear(width, len(weight)).requires_grad_(requires_grad=False)
        linear.load_state_dict({"weight": weight, "bias": bias})
    except Exception as error:  # torch raises errors of many kinds for a file that is not one of its own
        raise InputError(f"{path} is not a linear layer over {width} numbers: {error}") from error
    return linear.eval()


def _splade(model: Model, kinds: Sequence[tuple[str, str]], *, remote_code: bool) -> LearnedSparseEncoder:
    query, passage = prompts_of(model)
    encoder, weigh = _masked(model, kinds, remote_code=remote_code)
    return LearnedSparseEncoder(
        Network(encoder, weigh, query),
        Network(encoder, weigh, passage),
        int(encoder.model.config.vocab_size),
        _fingerprint(model, "splade"),
        "the model's own sentence-transformers configuration",
    )


def _masked(model: Model, kinds: Sequence[tuple[str, str]], *, remote_code: bool) -> tuple[Encoder, Splade]:
    """A masked language model and SPLADE's pooling over it, from the modules of a folder."""
    if [kind for kind, _ in kinds] not in (["Transformer", "SpladePooling"], ["MLMTransformer", "SpladePooling"]):
        raise InputError(
            f"{model.name} weighs terms in a way that xrag does not know: {', '.join(k for k, _ in kinds)}"
        )
    said = read_object(model.folder / kinds[1][1] / "config.json")
    pooling, activation = said.get("pooling_strategy", "max"), said.get("activation_function", "relu")
    if pooling not in POOLINGS or activation not in LOGARITHMS:
        raise InputError(f"{model.name} pools terms in a way that xrag does not know: {pooling}, {activation}")
    place = replace(model, folder=model.folder / kinds[0][1])
    encoder = load_encoder(place, kind=AutoModelForMaskedLM, remote_code=remote_code)
    most = max(LOGITS // int(encoder.model.config.vocab_size), 1)
    encoder = replace(encoder, max_length=configured_length(place), most=most)
    return encoder, Splade(POOLINGS[str(pooling)], LOGARITHMS[str(activation)])


def _routed(model: Model, root: Path, *, remote_code: bool) -> LearnedSparseEncoder:
    """Queries and passages through modules of their own; those of the queries may be a table of weights."""
    said = read_object(root / "router_config.json")
    try:
        types = cast(Mapping[str, str], said["types"])
        routes = cast(Mapping[str, Sequence[str]], said["structure"])
        query, passage = ([(types[place].rpartition(".")[2], place) for place in routes[way]] for way in _ROUTES)
    except (KeyError, TypeError) as error:
        raise InputError(f"{root / 'router_config.json'} is damaged: it lacks {error}") from error
    placed = replace(model, folder=root)
    encoder, weigh = _masked(placed, passage, remote_code=remote_code)
    prompts = prompts_of(model)
    if [kind for kind, _ in query] == ["SparseStaticEmbedding"]:
        asking: Weigher = _static(root / query[0][1], prompts[0])
    else:
        asking = Network(*_masked(placed, query, remote_code=remote_code), prompts[0])
    return LearnedSparseEncoder(
        asking,
        Network(encoder, weigh, prompts[1]),
        int(encoder.model.config.vocab_size),
        _fingerprint(model, "splade"),
        "the model's own sentence-transformers configuration",
    )


_ROUTES = ("query", "document")


def _static(folder: Path, prompt: str) -> StaticWeights:
    path = folder / "model.safetensors"
    table = load_file(path).get("weight") if path.is_file() else None
    if table is None:
        raise InputError(f"{folder} holds no weights of terms: it needs model.safetensors")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    return StaticWeights(tokenizer, table.float().numpy(), min(int(tokenizer.model_max_length), 1_000_000), prompt)
