"""One encoder on several GPUs: a process for each of them, which loads the model by itself."""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import cache
from multiprocessing import get_context
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

try:
    import torch
except ImportError as error:
    from xrag.errors import MissingExtra

    raise MissingExtra("an encoder of transformers", "hf") from error

from xrag.embedders.huggingface import HuggingFaceEmbedder, open_hf
from xrag.embedders.network import BATCH
from xrag.embedders.settings import Settings
from xrag.errors import RetrievalError, UsageError

Asked: TypeAlias = tuple[str, Settings | None, int | None]
"""What a process opens: name, settings, dimension."""


class ProcessEmbedder:
    """Passages are shared out among the devices; this process has the first, and embeds queries and small batches by itself.

    The fingerprint is that of the encoder on one device: where the vectors were made does not matter to them. The other
    processes start with the first batch that is large enough, and end with this object or ``close``.
    """

    def __init__(self, asked: Asked, devices: Sequence[str]) -> None:
        if not devices:
            raise UsageError("name at least one device, as cuda:0")
        name, settings, dimension = asked
        self._own: HuggingFaceEmbedder = open_hf(name, settings, dimension, device=devices[0])
        self.settings = self._own.settings
        self.fingerprint = self._own.fingerprint
        self._asked = asked
        context = get_context("spawn")  # a process that used a GPU cannot be forked
        self._others = [(device, ProcessPoolExecutor(1, mp_context=context)) for device in devices[1:]]
        self._end = weakref.finalize(self, _shut, [pool for _, pool in self._others])

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Float32 [n, dimension], unit length or zeros."""
        return self._own.embed_queries(texts)

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Float32 [n, dimension], unit length or zeros. Raises ``RetrievalError`` where a process dies."""
        if not self._others or len(texts) <= BATCH:
            return self._own.embed_passages(texts)
        order = sorted(range(len(texts)), key=lambda place: -len(texts[place]))
        shares = [order[first :: len(self._others) + 1] for first in range(len(self._others) + 1)]
        vectors = np.empty((len(texts), self.settings.dimension or self._own.width), np.float32)
        running = [
            (share, device, self._started(device, pool, [texts[place] for place in share]))
            for (device, pool), share in zip(self._others, shares[1:], strict=True)
        ]
        vectors[shares[0]] = self._own.embed_passages([texts[place] for place in shares[0]])
        for share, device, future in running:
            with _named(device):
                vectors[share] = future.result()
        return vectors

    def _started(self, device: str, pool: ProcessPoolExecutor, texts: list[str]) -> Future[NDArray[np.float32]]:
        with _named(device):
            return pool.submit(_embedded, self._asked, device, texts)

    def close(self) -> None:
        """End the other processes."""
        self._end()


def _shut(pools: Sequence[ProcessPoolExecutor]) -> None:
    for pool in pools:
        pool.shutdown(wait=False, cancel_futures=True)


@contextmanager
def _named(device: str) -> Iterator[None]:
    """Say of a process that died where it worked."""
    try:
        yield
    except BrokenProcessPool as error:
        raise RetrievalError(
            f"the process that encodes on {device} died, perhaps of too little memory; what was encoded is kept"
        ) from error


@cache
def _opened(asked: Asked, device: str) -> HuggingFaceEmbedder:
    name, settings, dimension = asked
    return open_hf(name, settings, dimension, device=device)


def _embedded(asked: Asked, device: str, texts: list[str]) -> NDArray[np.float32]:
    """Runs in a process of its own, which keeps the model."""
    return _opened(asked, device).embed_passages(texts)


def open_processes(
    name: str, settings: Settings | None = None, dimension: int | None = None, *, devices: Sequence[str] = ()
) -> ProcessEmbedder:
    """The embedder ``processes``: the model of ``hf`` on all GPUs that there are, or on the ``devices`` named.

    A program that uses it guards its start with ``if __name__ == "__main__"``, as for all of Python's processes. Raises as
    ``open_hf``.
    """
    found = devices or [f"cuda:{number}" for number in range(torch.cuda.device_count())] or ["cpu"]
    return ProcessEmbedder((name, settings, dimension), found)
