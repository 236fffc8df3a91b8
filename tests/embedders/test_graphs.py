"""Exported encoders beside the encoder that they were exported from."""

from __future__ import annotations

import logging
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.models import TEXTS, edit_json, save_encoder, save_graph, save_sentence_transformer
from xrag.embedders import Pooling, Settings, open_embedder
from xrag.embedders.graphs import open_onnx, open_openvino
from xrag.embedders.huggingface import open_hf
from xrag.errors import InputError, UsageError

MIXED = [*TEXTS, "Вена", "东京 " * 60, "a", *TEXTS[::-1]]
BACKENDS = {"onnx": open_onnx, "openvino": open_openvino}


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exported")
    encoder = save_encoder(folder / "encoder")
    return save_graph(save_sentence_transformer(folder / "model", encoder))


@pytest.mark.parametrize("backend", BACKENDS)
def test_vectors_are_those_of_the_encoder(exported: Path, backend: str) -> None:
    embedder, wanted = open_embedder(f"{backend}:{exported}"), open_hf(str(exported))
    assert embedder.settings == wanted.settings
    np.testing.assert_allclose(embedder.embed_queries(MIXED), wanted.embed_queries(MIXED), atol=1e-4)
    np.testing.assert_allclose(embedder.embed_passages(MIXED), wanted.embed_passages(MIXED), atol=1e-4)


@pytest.mark.parametrize("pooling", Pooling)
def test_every_pooling_is_that_of_the_encoder(exported: Path, pooling: Pooling) -> None:
    settings = Settings(pooling, "q: ", max_length=20, dimension=16)
    found, wanted = (opened(str(exported), settings).embed_queries(MIXED) for opened in (open_onnx, open_hf))
    np.testing.assert_allclose(found, wanted, atol=1e-4)


@pytest.mark.parametrize("backend", BACKENDS)
def test_int8_keeps_the_directions(exported: Path, backend: str) -> None:
    small = open_embedder(f"{backend}:{exported}#onnx/model_int8.onnx").embed_passages(TEXTS)
    whole = open_hf(str(exported)).embed_passages(TEXTS)
    assert (small * whole).sum(axis=1).min() > 0.999
    assert np.abs(small - whole).max() > 1e-4
    size = {name: (exported / "onnx" / name).stat().st_size for name in ("model.onnx", "model_int8.onnx")}
    assert size["model_int8.onnx"] < sum(path.stat().st_size for path in (exported / "onnx").glob("model.onnx*"))


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_empty_text_has_no_vector_and_a_long_one_is_cut(exported: Path, backend: str, caplog) -> None:
    embedder = BACKENDS[backend](str(exported), Settings(Pooling.MEAN, max_length=8))
    with caplog.at_level(logging.WARNING):
        vectors = embedder.embed_queries(["", "Вена", " \n\u3000", TEXTS[0]])
    assert np.linalg.norm(vectors, axis=1).tolist() == pytest.approx([0, 1, 0, 1])
    assert "1 of 2 texts are longer than the 8 tokens" in caplog.text
    assert embedder.embed_queries([]).shape == (0, 32)


def test_another_graph_is_another_embedder(exported: Path) -> None:
    prints = [open_embedder(f"onnx:{exported}{file}").fingerprint for file in ("", "#onnx/model_int8.onnx")]
    assert len({*prints, open_openvino(str(exported)).fingerprint, open_hf(str(exported)).fingerprint}) == 3


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_file_that_is_not_there_or_no_graph_is_named(exported: Path, tmp_path: Path, backend: str) -> None:
    shutil.copytree(exported, tmp_path / "model")
    with pytest.raises(InputError, match=r"holds no onnx/none\.onnx"):
        open_embedder(f"{backend}:{tmp_path / 'model'}#onnx/none.onnx")
    (tmp_path / "model" / "onnx" / "model.onnx").write_bytes(b"no graph")
    with pytest.raises(InputError, match=r"model\.onnx is not a graph that"):
        open_embedder(f"{backend}:{tmp_path / 'model'}")


def test_a_folder_without_a_tokenizer_is_named(exported: Path, tmp_path: Path) -> None:
    shutil.copytree(exported, tmp_path / "model")
    (tmp_path / "model" / "tokenizer.json").unlink()
    with pytest.raises(InputError, match=r"holds no tokenizer\.json"):
        open_onnx(str(tmp_path / "model"))


def test_what_a_graph_cannot_give_is_refused(exported: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="32 dimensions, not 64"):
        open_onnx(str(exported), dimension=64)
    with pytest.raises(UsageError, match="which no graph holds"):
        open_onnx(str(exported), Settings(Pooling.MEAN, dense=("2_Dense",)))
    shutil.copytree(exported, tmp_path / "model")
    edit_json(tmp_path / "model" / "config_sentence_transformers.json", similarity_fn_name="dot")
    with pytest.raises(InputError, match="compares by dot"):
        open_onnx(str(tmp_path / "model"))


def test_neither_torch_nor_transformers_is_loaded(exported: Path) -> None:
    code = "import sys; from xrag.embedders import open_embedder\nopen_embedder(sys.argv[1]).embed_queries(['a'])\n"
    code += "print(sorted({'torch', 'transformers'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code, f"onnx:{exported}"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
