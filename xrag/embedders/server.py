"""An embeddings server that speaks OpenAI's protocol: vLLM, SGLang, llama.cpp, TEI, Ollama, or a hosted one."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

try:
    import httpx
except ImportError as error:
    from xrag.errors import MissingExtra

    raise MissingExtra("an embeddings server", "server") from error

from xrag.embedders.cards import model_cards
from xrag.embedders.settings import Settings
from xrag.embedders.vectors import unit_rows
from xrag.errors import RetrievalError, UsageError

BATCH = 64
TRIES = 5
KEY = "XRAG_EMBEDDINGS_KEY"
"""A variable of its own: a key that is meant for one server must not go to whichever an index names."""
_PASSING = frozenset({408, 409, 429, 500, 502, 503, 504})


class ServerEmbedder:
    """A model behind a server. Busy answers, server errors and broken connections are tried again, longer apart each time."""

    def __init__(
        self, client: httpx.Client, model: str, settings: Settings, *, wait: Callable[[float], None] = time.sleep
    ) -> None:
        self.settings = settings
        self._client = client
        self._model = model
        self._wait = wait
        key = f"server\0{client.base_url}\0{model}\0{settings.fingerprint}"
        self.fingerprint = hashlib.sha256(key.encode()).hexdigest()[:16]

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Float32 [n, dimension], unit length or zeros."""
        return self._embed(self.settings.query_prompt, texts)

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Float32 [n, dimension], unit length or zeros."""
        return self._embed(self.settings.passage_prompt, texts)

    def _embed(self, prompt: str, texts: Sequence[str]) -> NDArray[np.float32]:
        told = [at for at, text in enumerate(texts) if text.strip()]
        found: list[list[float]] = []
        for start in range(0, len(told), BATCH):
            found += self._asked([prompt + texts[at] for at in told[start : start + BATCH]])
        width = len(found[0]) if found else self.settings.dimension or 0
        vectors = np.zeros((len(texts), width), np.float32)
        if found:
            vectors[told] = unit_rows(found, self._model)
        return vectors

    def _asked(self, texts: list[str]) -> list[list[float]]:
        body: dict[str, object] = {"model": self._model, "input": texts, "encoding_format": "float"}
        if self.settings.dimension:
            body["dimensions"] = self.settings.dimension
        said = ""
        for attempt in range(TRIES):
            if attempt:
                self._wait(0.5 * 2**attempt)
            try:
                answer = self._client.post("embeddings", json=body)
            except httpx.HTTPError as error:
                said = f"{type(error).__name__}: {error}"
                continue
            if answer.is_success:
                return self._rows(answer, len(texts))
            said = f"status {answer.status_code}: {answer.text[:200]}"
            if answer.status_code not in _PASSING:
                break
        raise RetrievalError(f"the embeddings server {self._client.base_url} failed: {said}")

    def _rows(self, answer: httpx.Response, wanted: int) -> list[list[float]]:
        try:
            rows = sorted(answer.json()["data"], key=lambda row: row["index"])
            vectors = [[float(value) for value in row["embedding"]] for row in rows]
        except (ValueError, KeyError, TypeError) as error:
            raise RetrievalError(
                f"the embeddings server {self._client.base_url} gave no embeddings: {error}"
            ) from error
        if len(vectors) != wanted or len({len(vector) for vector in vectors}) != 1:
            raise RetrievalError(
                f"the embeddings server {self._client.base_url} gave {len(vectors)} vectors for {wanted} texts"
            )
        return vectors


def open_server(name: str, settings: Settings | None = None, dimension: int | None = None) -> ServerEmbedder:
    """The embedder ``server``, named ``MODEL@URL``, as ``BAAI/bge-m3@http://localhost:8000/v1``.

    The key, where one is needed, is read from the environment variable ``XRAG_EMBEDDINGS_KEY``. The settings are the card's
    unless given; a server pools by itself, so of them only the prompts and the dimension count. Raises ``UsageError``.
    """
    model, at, url = name.rpartition("@")
    if not at or not url.startswith(("http://", "https://")):
        raise UsageError(f"name the server as MODEL@URL, with http:// or https://, not '{name}'")
    card = model_cards().get(model)
    if settings is None and card is None:
        raise UsageError(
            f"{model} has no card: give its pooling and prompts (--embedder-option pooling=mean; from Python, Settings)"
        )
    key = os.environ.get(KEY)
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    client = httpx.Client(base_url=url.rstrip("/") + "/", headers=headers, timeout=120)
    return ServerEmbedder(client, model, settings or card.settings(dimension))  # type: ignore[union-attr]  # one of them is there
