"""Encoders for late interaction: a vector for each token of a text (Khattab and Zaharia, "ColBERT", SIGIR 2020).

ColBERT      a mark after the first token says whether a text is a query or a passage; a query is filled up to its length with
             mask tokens, whose vectors count as well; punctuation of a passage has no vector. ColBERT-XM, jina-colbert-v2.
bge-m3       every token but the first, through a linear layer of its own (Chen et al., Findings of ACL 2024)

How a model wants to be used is read from what lies beside its weights: ``artifact.metadata`` (ColBERT), the configuration of
PyLate, or ``colbert_linear`` (bge-m3).
"""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

try:
    import torch
    from safetensors.torch import load_file
except ImportError as error:
    from xrag.errors import MissingExtra

    raise MissingExtra("an encoder for late interaction", "hf") from error

from xrag.embedders.folder import Model, configured_length, find_model, modules_of, read_object, refuse_code
from xrag.embedders.huggingface import projection
from xrag.embedders.network import Encoder, Output, load_encoder, with_projections
from xrag.embedders.sparse import head
from xrag.embedders.vectors import unit_rows
from xrag.errors import InputError, UsageError
from xrag.types import Json

HEAD = "colbert_linear"
LINEAR = "linear.weight"


@dataclass(frozen=True, slots=True)
class Side:
    """How the texts of one side are read: up to ``length`` tokens, with a mark after the first token.

    ``filled`` says that a text is filled up with mask tokens, ``attended`` that the others see these; tokens ``skipped`` have
    no vector, and neither have the ``first`` ones.
    """

    length: int
    mark: str = ""
    filled: bool = False
    attended: bool = False
    skipped: tuple[str, ...] = ()
    first: int = 0


class LateEncoder:
    """Vectors of unit length for the tokens of queries and passages; ``origin`` says who decided how the model is used."""

    def __init__(self, encoder: Encoder, queries: Side, passages: Side, origin: str) -> None:
        self.origin = origin
        self._encoder = encoder
        self._queries = queries
        self._passages = passages

    def query_tokens(self, texts: Sequence[str]) -> list[NDArray[np.float32]]:
        """Float32 [tokens, dimension] for each query."""
        return self._vectors(texts, self._queries)

    def passage_tokens(self, texts: Sequence[str]) -> list[NDArray[np.float32]]:
        """Float32 [tokens, dimension] for each passage."""
        return self._vectors(texts, self._passages)

    def _vectors(self, texts: Sequence[str], side: Side) -> list[NDArray[np.float32]]:
        marker = _Marker(self._encoder, side)
        told = [at for at, text in enumerate(texts) if text.strip()]
        found = [np.empty((0, 0), np.float32)] * len(texts)
        tokens = marker.marked([texts[at] for at in told])
        for places, rows in self._encoder.read_tokens(tokens, lambda output: self._rows(output, marker), marker.pad):
            for place, vectors in zip(places, rows, strict=True):
                found[told[place]] = vectors
        return found

    def _rows(self, output: Output, marker: _Marker) -> list[NDArray[np.float32]]:
        vectors = output.states
        for layer in self._encoder.projections:
            vectors = layer(vectors)
        kept = marker.kept(output)
        return [
            unit_rows(states[rows].cpu().numpy(), self._encoder.name)
            for states, rows in zip(vectors, kept, strict=True)
        ]


class _Marker:
    """The tokens of one side's texts, and which of them have vectors."""

    def __init__(self, encoder: Encoder, side: Side) -> None:
        self._encoder = replace(encoder, max_length=side.length - bool(side.mark))
        self._side = side
        tokenizer = encoder.tokenizer
        self._mark = [_number(encoder, side.mark)] if side.mark else []
        known = {tokenizer.convert_tokens_to_ids(token) for token in side.skipped} - {tokenizer.unk_token_id}
        self._skipped = torch.tensor(sorted(known), device=encoder.model.device, dtype=torch.long)

    def marked(self, texts: Sequence[str]) -> list[list[int]]:
        """The token ids of texts, each with the mark after its first."""
        return [[*ids[:1], *self._mark, *ids[1:]] for ids in self._encoder.tokens(texts)]

    def pad(self, tokens: Sequence[list[int]]) -> Mapping[str, torch.Tensor]:
        """The tokens as one batch, filled up where the side is."""
        side, tokenizer = self._side, self._encoder.tokenizer
        least = side.length if side.filled else 0
        padded = tokenizer.pad(
            {"input_ids": list(tokens)},
            padding="max_length" if least else True,
            max_length=least or None,
            return_tensors="pt",
        )
        ids, mask = padded["input_ids"], padded["attention_mask"]
        if side.filled:
            ids = torch.where(mask.bool(), ids, tokenizer.mask_token_id)
            mask = torch.ones_like(mask) if side.attended else mask
        return {"input_ids": ids, "attention_mask": mask}

    def kept(self, output: Output) -> torch.Tensor:
        """Which tokens of a batch have vectors, bool [n, tokens]."""
        kept = torch.ones_like(output.mask, dtype=torch.bool) if self._side.filled else output.mask.bool()
        kept = kept & ~torch.isin(output.ids, self._skipped)
        kept[:, : self._side.first] = False
        return kept


def _number(encoder: Encoder, mark: str) -> int:
    """The token of a mark; some models have it with the space that follows it. Raises ``InputError`` where there is none."""
    known = encoder.tokenizer.get_vocab()
    found = next((known[form] for form in (mark, mark.strip()) if form in known), None)
    if found is None:
        raise InputError(
            f"the tokenizer of {encoder.name} does not know the mark '{mark}' of the model's configuration"
        )
    return int(found)


def open_late(name: str, *, remote_code: bool = False) -> LateEncoder:
    """The late-interaction encoder of a folder or a name on the hub.

    ``remote_code`` lets code from the model's repository run (jina-colbert-v2 needs it). Raises ``InputError`` where it
    cannot be loaded, ``UsageError`` where it says nowhere how it is used.
    """
    refuse_code(name, "late", remote_code=remote_code)
    model = find_model(name)
    if any((model.folder / f"{HEAD}{ending}").is_file() for ending in (".safetensors", ".pt")):
        return _bge_m3(model, remote_code=remote_code)
    said = read_object(model.folder / "config_sentence_transformers.json")
    if said.get("model_type") == "ColBERT":
        return _pylate(model, said, remote_code=remote_code)
    if (model.folder / "artifact.metadata").is_file():
        return _colbert(model, read_object(model.folder / "artifact.metadata"), remote_code=remote_code)
    raise UsageError(
        f"{name} does not say how its tokens are compared: it has neither artifact.metadata (as ColBERT), nor PyLate's "
        f"configuration, nor {HEAD}.pt (as bge-m3)"
    )


def _bge_m3(model: Model, *, remote_code: bool) -> LateEncoder:
    encoder = load_encoder(model, remote_code=remote_code)
    layer = head(model.folder, HEAD, int(encoder.model.config.hidden_size))
    side = Side(configured_length(model), first=1)
    return LateEncoder(with_projections(encoder, [layer]), side, side, f"the {HEAD} of {model.name}")


def _colbert(model: Model, said: Mapping[str, Json], *, remote_code: bool) -> LateEncoder:
    encoder = with_projections(load_encoder(model, remote_code=remote_code), [_linear(model.folder)])
    queries = Side(
        cast(int, said.get("query_maxlen") or 32),
        str(said.get("query_token_id") or "[unused0]"),
        filled=True,
        attended=bool(said.get("attend_to_mask_tokens")),
    )
    skipped = tuple(string.punctuation) if said.get("mask_punctuation", True) else ()
    mark = str(said.get("doc_token_id") or "[unused1]")
    passages = Side(cast(int, said.get("doc_maxlen") or 220), mark, skipped=skipped)
    return LateEncoder(encoder, queries, passages, "the model's own artifact.metadata")


def _linear(folder: Path) -> torch.nn.Linear:
    """The projection that ColBERT keeps among the weights of the transformer. Raises ``InputError``."""
    files = sorted(folder.glob("*.safetensors"))
    weight = next((found[LINEAR] for found in map(load_file, files) if LINEAR in found), None)
    if weight is None:
        raise InputError(f"{folder} holds no {LINEAR} in safetensors: save the model in that format")
    layer = torch.nn.Linear(weight.shape[1], weight.shape[0], bias=False)
    layer.weight = torch.nn.Parameter(weight.float(), requires_grad=False)
    return layer


def _pylate(model: Model, said: Mapping[str, Json], *, remote_code: bool) -> LateEncoder:
    kinds = modules_of(model.folder)
    if [kind for kind, _ in kinds] != ["Transformer", *["Dense"] * (len(kinds) - 1)]:
        raise InputError(f"{model.name} has modules that xrag does not know: {', '.join(kind for kind, _ in kinds)}")
    layers = [projection(model.folder / path) for _, path in kinds[1:]]
    encoder = with_projections(load_encoder(model, remote_code=remote_code), layers)
    queries = Side(
        cast(int, said.get("query_length") or 32),
        str(said.get("query_prefix", "[Q] ")),
        filled=bool(said.get("do_query_expansion", True)),
        attended=bool(said.get("attend_to_expansion_tokens")),
    )
    skipped = cast(list[str], said.get("skiplist_words", list(string.punctuation)))
    mark = str(said.get("document_prefix", "[D] "))
    passages = Side(cast(int, said.get("document_length") or 180), mark, skipped=tuple(skipped))
    return LateEncoder(encoder, queries, passages, "the model's own PyLate configuration")
