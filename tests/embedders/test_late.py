"""Against the reference: sentence-transformers' MultiVectorEncoder on the same folder, and bge-m3's published sum by hand."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import MultiVectorEncoder
from transformers import AutoModel, AutoTokenizer

from tests.models import TEXTS, edit_json, save_bge_m3, save_colbert, save_encoder, save_pylate
from xrag.embedders.late import open_late
from xrag.errors import InputError, UsageError
from xrag.rerankers.late_interaction import MaxSimReranker, open_maxsim
from xrag.rerankers.naming import open_reranker
from xrag.testing import PASSAGES, MemoryStore, check_reranker
from xrag.types import Hit, Query

MIXED = [*TEXTS, "Вена", "东京 " * 60, "Rain, sun. And wind!", "a", *TEXTS[::-1]]


@pytest.fixture(scope="session")
def late_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("late")
    encoder = save_encoder(folder / "encoder")
    save_bge_m3(folder / "bge-m3", encoder)
    save_colbert(folder / "colbert", encoder)
    save_colbert(folder / "attending", encoder, attend_to_mask_tokens=True, mask_punctuation=False)
    save_pylate(folder / "pylate", encoder)
    save_pylate(folder / "plain", encoder, do_query_expansion=False, skiplist_words=["."])
    return folder


def alike(found, wanted) -> None:
    for ours, theirs in zip(found, wanted, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-4)


@pytest.mark.parametrize("name", ["colbert", "attending", "pylate"])
def test_vectors_are_those_of_sentence_transformers(late_models: Path, name: str) -> None:
    reference = MultiVectorEncoder(str(late_models / name), device="cpu")
    encoder = open_late(str(late_models / name))
    alike(encoder.query_tokens(MIXED), reference.encode_query(MIXED, convert_to_numpy=True))
    alike(encoder.passage_tokens(MIXED), reference.encode_document(MIXED, convert_to_numpy=True))


def test_a_query_is_filled_up_to_its_length_and_a_passage_loses_its_punctuation(late_models: Path) -> None:
    encoder = open_late(str(late_models / "colbert"))
    assert {len(rows) for rows in encoder.query_tokens(MIXED)} == {16}
    with_points, without = encoder.passage_tokens(["Вена . Дунай", "Вена Дунай"])
    assert len(with_points) <= len(without) + 1
    assert [len(rows) > 0 for rows in encoder.passage_tokens(["", "Вена"])] == [False, True]


def test_a_query_that_is_not_filled_up_has_a_vector_for_each_of_its_tokens(late_models: Path) -> None:
    encoder = open_late(str(late_models / "plain"))
    lengths = {len(rows) for rows in encoder.query_tokens(["Вена", TEXTS[0]])}
    assert len(lengths) == 2


def test_bge_m3_leaves_out_the_first_token_and_has_a_layer_of_its_own(late_models: Path) -> None:
    folder = late_models / "bge-m3"
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
    layer = torch.load(folder / "colbert_linear.pt", weights_only=True)
    encoder = open_late(str(folder))
    for text, found in zip(TEXTS, encoder.passage_tokens(TEXTS), strict=True):
        with torch.inference_mode():
            states = model(**tokenizer(text, truncation=True, return_tensors="pt")).last_hidden_state[0, 1:]
        wanted = torch.nn.functional.normalize(states @ layer["weight"].T + layer["bias"], dim=1)
        np.testing.assert_allclose(found, wanted.numpy(), atol=1e-4)


@pytest.mark.parametrize("name", ["colbert", "pylate", "bge-m3"])
def test_maxsim_over_its_vectors_reranks(late_models: Path, name: str) -> None:
    ranking = tuple(Hit(passage.id, 1 / n) for n, passage in enumerate(PASSAGES, start=1))
    check_reranker(
        open_maxsim(str(late_models / name), MemoryStore()), [Query("1", "Где стоит Вена?", "ru")], [ranking]
    )


def test_a_model_that_does_not_say_how_it_is_used_is_refused(late_models: Path) -> None:
    with pytest.raises(UsageError, match="does not say how its tokens are compared"):
        open_late(str(late_models / "encoder"))


def test_code_from_a_repository_runs_only_where_the_caller_says_so(late_models: Path, tmp_path: Path) -> None:
    folder = tmp_path / "jinaai" / "jina-colbert-v2"
    shutil.copytree(late_models / "colbert", folder)
    for name in (str(folder), "jinaai/jina-colbert-v2"):
        with pytest.raises(UsageError, match="remote_code=True"):
            open_late(name)
    assert open_late(str(folder), remote_code=True).query_tokens(["Вена"])
    asked = {"remote_code": True}
    assert isinstance(open_reranker(f"maxsim:{folder}", MemoryStore(), options=asked), MaxSimReranker)


def test_a_mark_that_the_tokenizer_does_not_know_is_named(late_models: Path, tmp_path: Path) -> None:
    shutil.copytree(late_models / "colbert", tmp_path / "model")
    edit_json(tmp_path / "model" / "artifact.metadata", query_token_id="[Question]")
    with pytest.raises(InputError, match=r"does not know the mark '\[Question\]'"):
        open_late(str(tmp_path / "model")).query_tokens(["Вена"])


def test_weights_that_are_missing_are_named_and_never_random(late_models: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    shutil.copytree(late_models / "colbert", tmp_path / "model")
    path = tmp_path / "model" / "model.safetensors"
    weights = {key: tensor for key, tensor in load_file(path).items() if "layer.1." not in key}
    save_file(weights, path, {"format": "pt"})
    with pytest.raises(InputError, match=r"lacks weights .* they would be random"):
        open_late(str(tmp_path / "model"))
