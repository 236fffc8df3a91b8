"""vLLM's engine as an encoder, the real one: run by ``make test`` in an environment of its own, or where vLLM is."""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", "1")
pytest.importorskip("vllm", reason="vLLM is not installed here; make test runs these tests in .venv-vllm")

from tests.models import TEXTS, edit_json, save_encoder
from xrag.embedders import Pooling, Settings
from xrag.embedders.huggingface import open_hf
from xrag.embedders.vllm import VllmEmbedder, open_vllm
from xrag.errors import UsageError

SETTINGS = Settings(Pooling.MEAN, "q: ", max_length=24, dimension=48)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = save_encoder(tmp_path_factory.mktemp("models") / "encoder", hidden=64)
    edit_json(
        folder / "config.json", position_embedding_type="absolute"
    )  # vLLM reads it, as in all published configurations
    return folder


@pytest.fixture(scope="module")
def embedder(folder: Path) -> Iterator[VllmEmbedder]:
    made = open_vllm(str(folder), SETTINGS, engine={"enforce_eager": True, "dtype": "float32"})
    yield made
    made.close()
    del made
    gc.collect()


def test_vectors_are_those_of_transformers(folder: Path, embedder: VllmEmbedder, caplog) -> None:
    texts = [*TEXTS, "Вена", "", "东京 " * 60, "a", *TEXTS[::-1]]
    wanted = open_hf(str(folder), SETTINGS)
    with caplog.at_level(logging.WARNING):
        np.testing.assert_allclose(embedder.embed_queries(texts), wanted.embed_queries(texts), atol=1e-4)
    assert "1 of 21 texts are longer than the 24 tokens" in caplog.text
    np.testing.assert_allclose(embedder.embed_passages(TEXTS), wanted.embed_passages(TEXTS), atol=1e-4)


def test_a_text_without_a_visible_character_has_no_vector(embedder: VllmEmbedder) -> None:
    assert embedder.embed_queries([" \n\u3000"]).tolist() == [[0.0] * 48]
    assert embedder.embed_queries([]).shape == (0, 48)


def test_its_vectors_are_not_those_of_another_backend(folder: Path, embedder: VllmEmbedder) -> None:
    assert embedder.fingerprint != open_hf(str(folder), SETTINGS).fingerprint


def test_a_model_that_cannot_be_started_is_named(folder: Path) -> None:
    with pytest.raises(UsageError, match="which vLLM would not apply"):
        open_vllm(str(folder), Settings(Pooling.MEAN, dense=("2_Dense",)))
