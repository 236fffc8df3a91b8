"""Search by torch: on the processor here; on a GPU with ``pytest -m gpu tests/retrievers/test_device.py``."""

from __future__ import annotations

import logging
from pathlib import Path

import faiss
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from xrag.errors import RetrievalError
from xrag.retrievers.dense.build import VectorOptions, build_vectors
from xrag.retrievers.dense.device import DeviceVectors
from xrag.retrievers.dense.store import Header
from xrag.testing import MemoryStore
from xrag.types import Passage

COUNT, DIMENSION = 5_000, 48
DEVICES = [
    "cpu",
    pytest.param("cuda", marks=[pytest.mark.gpu, pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")]),
]


class Rows:
    """The text of a passage is its row."""

    fingerprint = "rows"

    def __init__(self) -> None:
        rows = np.random.default_rng(0).normal(size=(COUNT, DIMENSION)).astype(np.float32)
        self.rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16).astype(np.float32)

    def embed_passages(self, texts) -> NDArray[np.float32]:
        return self.rows[[int(text) if text.isdigit() else 0 for text in texts]]

    embed_queries = embed_passages


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("vectors")
    given = [Passage(str(n), str(n), ("en", "ar", "zh")[n % 3]) for n in range(COUNT)]
    build_vectors(folder / "v", MemoryStore(given), Rows(), journal=folder / "j", options=VectorOptions("exact-fp16"))
    return folder / "v"


def opened(folder: Path, device: str = "cpu", tile: int = 700) -> DeviceVectors:
    return DeviceVectors(folder, Header.read(folder), device, tile=tile)


def queries(count: int = 7) -> NDArray[np.float32]:
    rows = np.random.default_rng(1).normal(size=(count, DIMENSION)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("tile", [64, 700, 4_999, 1 << 16])
def test_hits_and_scores_are_those_of_faiss_flat(folder: Path, device: str, tile: int) -> None:
    flat = faiss.IndexFlatIP(DIMENSION)
    flat.add(Rows().rows)
    scores, rows = flat.search(queries(), 20)
    found = opened(folder, device, tile).nearest(queries(), 20)
    np.testing.assert_allclose([[hit.score for hit in ranking] for ranking in found], scores, atol=1e-4)
    assert [[int(hit.passage_id) for hit in ranking] for ranking in found] == rows.tolist()


@pytest.mark.parametrize("device", DEVICES)
def test_a_search_can_be_kept_to_languages(folder: Path, device: str) -> None:
    store = opened(folder, device)
    whole = store.nearest(queries(), COUNT, floor=-1)
    kept = store.nearest(queries(), 50, allowed=store.rows_in(["ar"]), floor=-1)
    for every, some in zip(whole, kept, strict=True):
        wanted = [hit for hit in every if int(hit.passage_id) % 3 == 1][:50]
        assert [hit.passage_id for hit in some] == [hit.passage_id for hit in wanted]
        assert [hit.score for hit in some] == pytest.approx([hit.score for hit in wanted], abs=1e-6)


def test_more_is_asked_for_than_there_is(folder: Path) -> None:
    store = opened(folder)
    assert [len(ranking) for ranking in store.nearest(queries(2), 2 * COUNT, floor=-2)] == [COUNT, COUNT]
    assert store.nearest(queries(0), 5) == []


class Cramped(DeviceVectors):
    """A device with memory for the scores of so many vectors."""

    room = 100

    def _compared(self, asked, depth, allowed, size):
        if size > self.room:
            raise torch.OutOfMemoryError("no room")
        return super()._compared(asked, depth, allowed, size)


def test_a_tile_without_room_is_halved_and_that_is_said(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    cramped = Cramped(folder, Header.read(folder), "cpu", tile=700)
    with caplog.at_level(logging.WARNING):
        assert cramped.nearest(queries(), 9) == opened(folder).nearest(queries(), 9)
    assert "going on with 88 vectors at once" in caplog.text
    cramped.room = 0
    with pytest.raises(RetrievalError, match="no memory to compare a single vector"):
        cramped.nearest(queries(), 9)
