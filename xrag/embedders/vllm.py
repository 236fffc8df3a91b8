"""vLLM's engine as an encoder: continuous batching on GPUs, for models that vLLM can pool."""

from __future__ import annotations

import atexit
import hashlib
import logging
import weakref
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

try:
    from vllm import LLM
    from vllm.config import PoolerConfig
    from vllm.inputs import TokensPrompt
except ImportError as error:
    from xrag.errors import MissingExtra

    raise MissingExtra("vLLM", "vllm") from error

from xrag.embedders.folder import find_model
from xrag.embedders.settings import Settings
from xrag.embedders.vectors import unit_rows
from xrag.errors import RetrievalError, UsageError

_log = logging.getLogger(__name__)


class VllmEmbedder:
    """An encoder in vLLM's offline engine. A whole batch is handed to it, which schedules it; ``close`` ends its processes."""

    def __init__(self, engine: LLM, settings: Settings, *, name: str, fingerprint: str) -> None:
        self.settings = settings
        self.fingerprint = fingerprint
        self._engine = engine
        self._name = name
        self._tokenizer = engine.get_tokenizer()
        reference = weakref.ref(self)
        atexit.register(lambda: closing.close() if (closing := reference()) else None)

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Float32 [n, dimension], unit length or zeros."""
        return self._embed(self.settings.query_prompt, texts)

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Float32 [n, dimension], unit length or zeros."""
        return self._embed(self.settings.passage_prompt, texts)

    def close(self) -> None:
        """End the engine's processes."""
        self._engine.llm_engine.engine_core.shutdown()

    def _embed(self, prompt: str, texts: Sequence[str]) -> NDArray[np.float32]:
        told = [at for at, text in enumerate(texts) if text.strip()]
        width = self.settings.dimension or int(self._engine.model_config.get_hidden_size())
        vectors = np.zeros((len(texts), width), np.float32)
        if told:
            asked = [TokensPrompt(prompt_token_ids=ids) for ids in self._tokens([prompt + texts[at] for at in told])]
            try:
                found = self._engine.embed(asked, use_tqdm=False)
            except Exception as error:  # the engine died, of whatever it was
                raise RetrievalError(
                    f"vLLM failed to embed with {self._name}: {type(error).__name__}: {error}"
                ) from error
            vectors[told] = unit_rows([each.outputs.embedding for each in found], self._name)[:, :width]
            vectors[told] = unit_rows(vectors[told], self._name)
        return vectors

    def _tokens(self, texts: Sequence[str]) -> list[list[int]]:
        limit = self.settings.max_length
        tokens: list[list[int]] = self._tokenizer(list(texts), truncation=True, max_length=limit)["input_ids"]
        long = sum(len(whole) > limit for whole in self._tokenizer(list(texts))["input_ids"])
        if long:
            _log.warning("%d of %d texts are longer than the %d tokens of %s: cut", long, len(texts), limit, self._name)
        return tokens


def open_vllm(
    name: str,
    settings: Settings | None = None,
    dimension: int | None = None,
    *,
    engine: Mapping[str, object] | None = None,
) -> VllmEmbedder:
    """The embedder ``vllm``: a folder or a name on the hub in vLLM's offline engine; ``engine`` are arguments of vLLM's.

    Raises ``UsageError`` where the engine cannot be started, or it is not known how the model is used.
    """
    model = find_model(name)
    used = model.settings(settings, dimension)
    if used.dense:
        raise UsageError(f"{name} has projections after its pooling, which vLLM would not apply: use it as hf:{name}")
    pooler = PoolerConfig(seq_pooling_type=used.pooling.upper())
    arguments: dict[str, Any] = {
        "model": str(model.folder),
        "runner": "pooling",
        "pooler_config": pooler,
        **(engine or {}),
    }
    try:
        started = LLM(**arguments)
    except Exception as error:  # an engine can fail in as many ways as there are models and machines
        said = " ".join(str(error).split())[:400]
        raise UsageError(f"vLLM could not start the model '{name}': {said}") from error
    key = hashlib.sha256(f"vllm\0{model.fingerprint}\0{used.fingerprint}".encode()).hexdigest()[:16]
    return VllmEmbedder(started, used, name=name, fingerprint=key)
