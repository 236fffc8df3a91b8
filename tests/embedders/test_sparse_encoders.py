"""Against the reference: sentence-transformers' SparseEncoder on the same folder, and bge-m3's published sum by hand."""

from __future__ import annotations

import logging
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from sentence_transformers import SparseEncoder
from transformers import AutoModel, AutoTokenizer

from tests.models import (
    TEXTS,
    edit_json,
    save_bge_m3,
    save_encoder,
    save_inference_free,
    save_masked_model,
    save_splade,
)
from xrag.embedders.sparse import LearnedSparseEncoder, Network, open_sparse_encoder
from xrag.errors import InputError, RetrievalError, UsageError

MIXED = [*TEXTS, "Вена", "东京 " * 60, "a", *TEXTS[::-1]]


@pytest.fixture(scope="session")
def sparse_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sparse")
    save_masked_model(folder / "masked")
    save_splade(folder / "splade", folder / "masked")
    save_splade(folder / "twice", folder / "masked", activation="log1p_relu")
    save_splade(folder / "sum", folder / "masked", pooling="sum")
    save_inference_free(folder / "inference-free", folder / "masked")
    save_bge_m3(folder / "bge-m3", save_encoder(folder / "encoder"))
    return folder


def rows(encoder: LearnedSparseEncoder, found) -> np.ndarray:
    dense = np.zeros((len(found), encoder.terms), np.float32)
    for row, (terms, weights) in zip(dense, found, strict=True):
        row[terms] = weights
    return dense


@pytest.mark.parametrize("name", ["splade", "twice", "sum", "inference-free"])
def test_weights_are_those_of_sentence_transformers(sparse_models: Path, name: str) -> None:
    reference = SparseEncoder(str(sparse_models / name), device="cpu")
    encoder = open_sparse_encoder(str(sparse_models / name))
    queries = reference.encode_query(MIXED, convert_to_sparse_tensor=False).numpy()
    passages = reference.encode_document(MIXED, convert_to_sparse_tensor=False).numpy()
    np.testing.assert_allclose(rows(encoder, encoder.encode_queries(MIXED)), queries, atol=1e-4)
    np.testing.assert_allclose(rows(encoder, encoder.encode_passages(MIXED)), passages, atol=1e-4)


def test_a_term_of_bge_m3_weighs_what_its_heaviest_token_does(sparse_models: Path) -> None:
    folder = sparse_models / "bge-m3"
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
    layer = torch.load(folder / "sparse_linear.pt", weights_only=True)
    encoder = open_sparse_encoder(str(folder))
    for text, found in zip(TEXTS, rows(encoder, encoder.encode_passages(TEXTS)), strict=True):
        tokens = tokenizer(text, truncation=True, return_tensors="pt")
        with torch.inference_mode():
            states = model(**tokens).last_hidden_state[0]
        weights = torch.relu(states @ layer["weight"].T + layer["bias"])[:, 0].tolist()
        wanted: dict[int, float] = {}
        for token, weight in zip(tokens["input_ids"][0].tolist(), weights, strict=True):
            if token not in tokenizer.all_special_ids and weight > 0:
                wanted[token] = max(weight, wanted.get(token, 0))
        assert wanted
        assert {term: found[term] for term in np.flatnonzero(found).tolist()} == pytest.approx(wanted, abs=1e-4)


def test_terms_come_by_number_each_once_and_above_zero(sparse_models: Path) -> None:
    for name in ("splade", "inference-free", "bge-m3"):
        encoder = open_sparse_encoder(str(sparse_models / name))
        for terms, weights in [*encoder.encode_queries(MIXED), *encoder.encode_passages(MIXED)]:
            assert (np.diff(terms) > 0).all()
            assert (weights > 0).all()
            assert (terms.dtype, weights.dtype) == (np.int32, np.float32)


@pytest.mark.parametrize("name", ["splade", "inference-free", "bge-m3"])
def test_a_text_without_a_visible_character_has_no_terms(sparse_models: Path, name: str) -> None:
    encoder = open_sparse_encoder(str(sparse_models / name))
    for found in (
        encoder.encode_queries(["", "Вена", " \n\u3000"]),
        encoder.encode_passages(["", "Вена", " \n\u3000"]),
    ):
        assert [len(terms) > 0 for terms, _ in found] == [False, True, False]
    assert encoder.encode_queries([]) == []


def test_a_text_past_the_length_is_cut_and_that_is_said(sparse_models: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        open_sparse_encoder(str(sparse_models / "splade")).encode_passages(["东京 大阪 " * 60])
    assert "1 of 1 texts are longer than the 32 tokens" in caplog.text


def test_a_batch_never_gives_more_logits_than_there_is_room_for(sparse_models: Path) -> None:
    encoder = open_sparse_encoder(str(sparse_models / "splade"))
    assert isinstance(encoder.passages, Network)
    seen: list[int] = []

    def weigh(output):
        seen.append(output.states.shape[0] * output.states.shape[1])
        return encoder.passages.weigh(output)

    narrow = Network(replace(encoder.passages.encoder, most=100), weigh)
    for found, wanted in zip(narrow(MIXED), encoder.encode_passages(MIXED), strict=True):
        np.testing.assert_allclose(found[1], wanted[1], atol=1e-5)
    assert max(seen) <= 100 < sum(seen)


def test_the_layer_may_be_a_file_of_safetensors(sparse_models: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(sparse_models / "bge-m3", folder)
    save_file(torch.load(folder / "sparse_linear.pt", weights_only=True), folder / "sparse_linear.safetensors")
    (folder / "sparse_linear.pt").unlink()
    wanted = open_sparse_encoder(str(sparse_models / "bge-m3")).encode_queries(TEXTS)
    for (terms, weights), (others, expected) in zip(
        open_sparse_encoder(str(folder)).encode_queries(TEXTS), wanted, strict=True
    ):
        assert terms.tolist() == others.tolist()
        np.testing.assert_allclose(weights, expected, atol=1e-6)


def test_the_fingerprint_changes_with_the_layer(sparse_models: Path, tmp_path: Path) -> None:
    shutil.copytree(sparse_models / "bge-m3", tmp_path / "model")
    same = open_sparse_encoder(str(tmp_path / "model")).fingerprint
    assert same == open_sparse_encoder(str(sparse_models / "bge-m3")).fingerprint
    torch.save(torch.nn.Linear(32, 1).state_dict(), tmp_path / "model" / "sparse_linear.pt")
    assert open_sparse_encoder(str(tmp_path / "model")).fingerprint != same


def test_an_encoder_that_weighs_no_terms_is_refused(sparse_models: Path) -> None:
    with pytest.raises(UsageError, match="does not say how it weighs terms"):
        open_sparse_encoder(str(sparse_models / "encoder"))


@pytest.mark.parametrize("content", [b"no layer", None])
def test_a_layer_that_does_not_fit_is_named(sparse_models: Path, tmp_path: Path, content: bytes | None) -> None:
    shutil.copytree(sparse_models / "bge-m3", tmp_path / "model")
    if content is None:
        torch.save(torch.nn.Linear(9, 1).state_dict(), tmp_path / "model" / "sparse_linear.pt")
    else:
        (tmp_path / "model" / "sparse_linear.pt").write_bytes(content)
    with pytest.raises(InputError, match=r"sparse_linear\.pt is not a linear layer over 32 numbers"):
        open_sparse_encoder(str(tmp_path / "model"))


def test_a_pooling_that_is_not_known_is_refused(sparse_models: Path, tmp_path: Path) -> None:
    shutil.copytree(sparse_models / "splade", tmp_path / "model")
    edit_json(tmp_path / "model" / "1_SpladePooling" / "config.json", pooling_strategy="median")
    with pytest.raises(InputError, match="pools terms in a way that xrag does not know: median"):
        open_sparse_encoder(str(tmp_path / "model"))


def test_a_folder_without_a_tokenizer_is_named(sparse_models: Path, tmp_path: Path) -> None:
    shutil.copytree(sparse_models / "splade", tmp_path / "model")
    for path in tmp_path.glob("model/tokenizer*"):
        path.unlink()
    with pytest.raises(InputError, match="holds no tokenizer"):
        open_sparse_encoder(str(tmp_path / "model"))


def test_a_weight_that_is_not_finite_is_an_error(sparse_models: Path) -> None:
    encoder = open_sparse_encoder(str(sparse_models / "bge-m3"))
    assert isinstance(encoder.passages, Network)
    with torch.no_grad():
        encoder.passages.weigh.linear.weight.fill_(float("nan"))
    with pytest.raises(RetrievalError, match="not finite"):
        encoder.encode_passages(TEXTS)
