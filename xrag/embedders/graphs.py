"""Encoders exported to ONNX or OpenVINO, in int8 or not, on the processor: no torch, no transformers.

The graph gives the last hidden states; pooling, cutting and unit length are those of ``xrag.embedders.huggingface``.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

try:
    from tokenizers import Tokenizer
except ImportError as error:
    from xrag.errors import MissingExtra

    raise MissingExtra("an exported encoder", "onnx") from error

from xrag.batching import longest_first
from xrag.embedders.folder import Model, find_model, read_object, sampled
from xrag.embedders.settings import Pooling, Settings
from xrag.embedders.vectors import unit_rows
from xrag.errors import InputError, MissingExtra, UsageError

BATCH = 8
"""Texts of a batch: few of alike length stay in the caches of a processor."""

STATES = ("last_hidden_state", "token_embeddings")
"""What the output of the graph is called; else it is the first."""

Array = NDArray[Any]  # Any: the element type is said where the array is made

_log = logging.getLogger(__name__)


class Graph(Protocol):
    """A graph that is ready to run; a call gives the hidden states [n, tokens, width]."""

    @property
    def inputs(self) -> frozenset[str]:
        """The names that it takes."""
        ...

    @property
    def width(self) -> int:
        """Of a state."""
        ...

    def __call__(self, given: Mapping[str, Array]) -> Array:
        """The hidden states of a batch."""
        ...


@dataclass(frozen=True, slots=True)
class OnnxGraph:
    """A session of onnxruntime."""

    session: Any  # onnxruntime comes without types
    output: str
    width: int

    @property
    def inputs(self) -> frozenset[str]:
        """The names that it takes."""
        return frozenset(each.name for each in self.session.get_inputs())

    def __call__(self, given: Mapping[str, Array]) -> Array:
        """The hidden states of a batch."""
        return cast(Array, self.session.run([self.output], dict(given))[0])


def open_onnx_graph(path: Path) -> OnnxGraph:
    """A file of ONNX. Raises ``InputError``, ``MissingExtra``."""
    try:
        import onnxruntime  # noqa: PLC0415 - one of two that can run a graph
    except ImportError as error:
        raise MissingExtra("an encoder in ONNX", "onnx") from error
    try:
        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    except Exception as error:  # it raises errors of many kinds
        raise InputError(f"{path} is not a graph that onnxruntime can run: {error}") from error
    names = [each.name for each in session.get_outputs()]
    output = next((name for name in STATES if name in names), names[0])
    return OnnxGraph(session, output, _width(session.get_outputs()[names.index(output)].shape, path))


@dataclass(frozen=True, slots=True)
class OpenVinoGraph:
    """A model that OpenVINO compiled for this processor."""

    compiled: Any  # OpenVINO comes without types
    output: int
    width: int

    @property
    def inputs(self) -> frozenset[str]:
        """The names that it takes."""
        return frozenset(name for each in self.compiled.inputs for name in each.get_names())

    def __call__(self, given: Mapping[str, Array]) -> Array:
        """The hidden states of a batch. A request of its own, so that threads do not meet."""
        return cast(Array, self.compiled.create_infer_request().infer(dict(given))[self.output])


def open_openvino_graph(path: Path) -> OpenVinoGraph:
    """A file of OpenVINO (``.xml``) or of ONNX. Raises ``InputError``, ``MissingExtra``."""
    try:
        import openvino  # noqa: PLC0415 - one of two that can run a graph
    except ImportError as error:
        raise MissingExtra("an encoder for OpenVINO", "openvino") from error
    try:
        compiled = openvino.Core().compile_model(str(path), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    except RuntimeError as error:
        raise InputError(f"{path} is not a graph that OpenVINO can run: {error}") from error
    names = [each.get_names() for each in compiled.outputs]
    output = next((at for name in STATES for at, known in enumerate(names) if name in known), 0)
    shape = compiled.outputs[output].get_partial_shape()
    return OpenVinoGraph(compiled, output, _width([str(size) for size in shape], path))


def _width(shape: Sequence[object], path: Path) -> int:
    if len(shape) != 3 or not str(shape[2]).isdigit():
        raise InputError(f"{path} gives no hidden states of its tokens; export it for feature extraction")
    return int(str(shape[2]))


class GraphEmbedder:
    """An exported encoder and how it is used; a text without a visible character has a vector of zeros."""

    def __init__(
        self, graph: Graph, tokenizer: Tokenizer, settings: Settings, *, pad: int, name: str, fingerprint: str
    ) -> None:
        self.settings = settings
        self.fingerprint = fingerprint
        self._pad = pad
        self._graph = graph
        self._tokenizer = tokenizer
        self._name = name

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Float32 [n, dimension], unit length or zeros."""
        return self._embed(self.settings.query_prompt, texts)

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Float32 [n, dimension], unit length or zeros."""
        return self._embed(self.settings.passage_prompt, texts)

    def _embed(self, prompt: str, texts: Sequence[str]) -> NDArray[np.float32]:
        told = [at for at, text in enumerate(texts) if text.strip()]
        vectors = np.zeros((len(texts), self.settings.dimension or self._graph.width), np.float32)
        tokens = self._tokens([prompt + texts[at] for at in told])

        def run(places: list[int]) -> NDArray[np.float32]:
            return self._pooled([tokens[place] for place in places])

        for places, found in longest_first([len(each) for each in tokens], BATCH, run, full=MemoryError):
            vectors[[told[place] for place in places]] = found
        return vectors

    def _tokens(self, texts: Sequence[str]) -> list[list[int]]:
        found = self._tokenizer.encode_batch_fast(list(texts))
        long = sum(1 for each in found if each.overflowing)
        if long:
            limit = self.settings.max_length
            _log.warning("%d of %d texts are longer than the %d tokens of %s: cut", long, len(texts), limit, self._name)
        return [each.ids for each in found]

    def _pooled(self, tokens: Sequence[list[int]]) -> NDArray[np.float32]:
        longest = max(map(len, tokens))
        ids = np.full((len(tokens), longest), self._pad, np.int64)
        mask = np.zeros((len(tokens), longest), np.int64)
        for row, each in enumerate(tokens):
            ids[row, : len(each)] = each
            mask[row, : len(each)] = 1
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        states = self._graph({name: array for name, array in given.items() if name in self._graph.inputs})
        pooled = POOLINGS[self.settings.pooling](states.astype(np.float32), mask)
        return unit_rows(pooled[:, : self.settings.dimension], self._name)


POOLINGS: Mapping[Pooling, Callable[[Array, Array], Array]] = {
    Pooling.MEAN: lambda states, mask: (states * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True),
    Pooling.CLS: lambda states, _: states[:, 0],
    Pooling.LAST: lambda states, mask: states[np.arange(len(states)), mask.sum(axis=1) - 1],
}
"""Over states that are padded at the end."""


def open_onnx(name: str, settings: Settings | None = None, dimension: int | None = None) -> GraphEmbedder:
    """The embedder ``onnx``: ``MODEL`` or ``MODEL#FILE``, FILE a path in the model's folder, by default ``onnx/model.onnx``.

    Raises ``InputError`` where there is no such graph, ``UsageError`` where it is not known how it is used, ``MissingExtra``.
    """
    model, graph = _placed(name, ("onnx/model.onnx", "model.onnx"))
    return _embedder(model, graph, open_onnx_graph(graph), settings, dimension)


def open_openvino(name: str, settings: Settings | None = None, dimension: int | None = None) -> GraphEmbedder:
    """The embedder ``openvino``: as ``open_onnx``, FILE by default ``openvino/openvino_model.xml``; one of ONNX will do."""
    model, graph = _placed(name, ("openvino/openvino_model.xml", "openvino_model.xml", "onnx/model.onnx", "model.onnx"))
    return _embedder(model, graph, open_openvino_graph(graph), settings, dimension)


def _placed(name: str, usual: Sequence[str]) -> tuple[Model, Path]:
    """The model, and the file of its graph. Raises ``InputError``."""
    folder, _, file = name.partition("#")
    model = find_model(folder, also=("onnx/*", "openvino/*"))
    for path in (model.folder / each for each in ([file] if file else usual)):
        if path.is_file():
            return model, path
    raise InputError(f"{folder} holds no {file or usual[0]}; export the model, or name its file: {folder}#FILE")


def _embedder(
    model: Model, path: Path, graph: Graph, settings: Settings | None, dimension: int | None
) -> GraphEmbedder:
    used = model.settings(settings, dimension)
    if used.dense:
        raise UsageError(
            f"{model.name} has projections after its pooling, which no graph holds: use it as hf:{model.name}"
        )
    if unknown := graph.inputs - {"input_ids", "attention_mask", "token_type_ids"}:
        raise InputError(f"{path} wants an input that xrag does not know: {min(unknown)}")
    if used.dimension and used.dimension > graph.width:
        raise UsageError(f"{model.name} has {graph.width} dimensions, not {used.dimension}")
    beside = [path, *path.parent.glob(f"{path.name}*data"), *path.parent.glob(f"{path.stem}.bin")]
    files = hashlib.sha256(b"".join(sampled(each) for each in beside)).hexdigest()
    key = hashlib.sha256(f"{path.suffix}\0{files}\0{model.fingerprint}\0{used.fingerprint}".encode()).hexdigest()[:16]
    pad = read_object(model.folder / "config.json").get("pad_token_id")
    return GraphEmbedder(
        graph,
        _tokenizer(model, used.max_length),
        used,
        pad=pad if isinstance(pad, int) else 0,
        name=model.name,
        fingerprint=key,
    )


def _tokenizer(model: Model, limit: int) -> Tokenizer:
    path = model.folder / "tokenizer.json"
    if not path.is_file():
        raise InputError(f"{model.folder} holds no tokenizer.json; save the model's tokenizer beside it")
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.enable_truncation(limit)
    return tokenizer
