"""Against the reference: what sentence-transformers makes of the same folder, and transformers run by hand."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from huggingface_hub.utils import filter_repo_objects
from sentence_transformers import SentenceTransformer
from transformers import AutoModel, AutoTokenizer, LlamaModel

from tests.models import TEXTS, edit_json, save_bidirectional, save_translation_encoder
from xrag.embedders import Pooling, Settings, open_embedder
from xrag.embedders.folder import find_model
from xrag.embedders.huggingface import HuggingFaceEmbedder, open_hf
from xrag.errors import InputError, RetrievalError, UsageError

MIXED = [*TEXTS, "Вена", "东京 " * 60, "a", *TEXTS[::-1]]


@pytest.mark.parametrize("name", ["st-mean", "st-cls", "st-lasttoken", "st-dense"])
def test_vectors_are_those_of_sentence_transformers(models: Path, name: str) -> None:
    reference = SentenceTransformer(str(models / name), device="cpu")
    embedder = open_embedder(str(models / name))
    queries = reference.encode(MIXED, prompt_name="query", normalize_embeddings=True)
    passages = reference.encode(MIXED, prompt_name="document", normalize_embeddings=True)
    np.testing.assert_allclose(embedder.embed_queries(MIXED), queries, atol=1e-4)
    np.testing.assert_allclose(embedder.embed_passages(MIXED), passages, atol=1e-4)


def test_it_says_whose_settings_it_used(models: Path) -> None:
    assert open_hf(str(models / "st-mean")).settings.origin == "the model's own sentence-transformers configuration"
    assert open_hf(str(models / "decoder"), Settings(Pooling.LAST)).settings.origin == "given"


def test_the_last_token_of_a_decoder_is_the_one_before_the_padding(models: Path) -> None:
    folder = models / "decoder"
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
    with torch.inference_mode():
        alone = [model(**tokenizer(f"Q: {text}", return_tensors="pt")).last_hidden_state[0, -1] for text in TEXTS]
    wanted = torch.nn.functional.normalize(torch.stack(alone), dim=1).numpy()
    embedder = open_hf(str(folder), Settings(Pooling.LAST, "Q: "))
    np.testing.assert_allclose(embedder.embed_queries(TEXTS), wanted, atol=1e-4)


@pytest.mark.parametrize("whole", [True, False])
def test_the_encoder_of_a_translation_model_is_used_alone(models: Path, tmp_path: Path, whole: bool) -> None:
    folder = save_translation_encoder(tmp_path / "model", models / "encoder", whole=whole)
    reference = save_translation_encoder(tmp_path / "reference", models / "encoder", whole=True)
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(reference).get_encoder().eval()
    with torch.inference_mode():
        alone = [model(**tokenizer(text, return_tensors="pt")).last_hidden_state[0].mean(0) for text in TEXTS]
    wanted = torch.nn.functional.normalize(torch.stack(alone), dim=1).numpy()
    embedder = open_hf(str(folder), Settings(Pooling.MEAN, max_length=60))
    np.testing.assert_allclose(embedder.embed_passages(TEXTS), wanted, atol=1e-4)


def test_the_encoder_of_sonar_is_used_by_its_name(models: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cointegrated" / "SONAR_200_text_encoder"
    save_translation_encoder(folder, models / "encoder", whole=False)
    embedder = open_embedder(str(folder))
    assert embedder.settings.origin == "the card of cointegrated/SONAR_200_text_encoder"
    plain = open_hf(str(folder), Settings(Pooling.MEAN))
    np.testing.assert_array_equal(embedder.embed_queries(TEXTS), plain.embed_passages(TEXTS))


def test_a_bidirectional_llama_sees_all_tokens_without_code_from_its_repository(tmp_path: Path) -> None:
    folder = save_bidirectional(tmp_path / "nvidia" / "llama-embed-nemotron-8b")
    embedder = open_embedder(str(folder))
    tokenizer = AutoTokenizer.from_pretrained(folder, config=LlamaModel.config_class())
    model = LlamaModel.from_pretrained(folder, attn_implementation="eager").eval()

    def alone(text: str) -> torch.Tensor:
        ids = tokenizer(text, return_tensors="pt")["input_ids"]
        nothing_hidden = torch.zeros(1, 1, ids.shape[1], ids.shape[1])
        return model(input_ids=ids, attention_mask=nothing_hidden).last_hidden_state[0].mean(0)

    with torch.inference_mode():
        wanted = torch.nn.functional.normalize(torch.stack([alone(text) for text in TEXTS]), dim=1).numpy()
    np.testing.assert_allclose(embedder.embed_passages(TEXTS), wanted, atol=1e-4)


def test_a_batch_gives_each_text_what_it_has_alone(models: Path) -> None:
    embedder = open_hf(str(models / "st-mean"))
    alone = np.concatenate([embedder.embed_passages([text]) for text in MIXED])
    np.testing.assert_allclose(embedder.embed_passages(MIXED), alone, atol=1e-5)


def test_a_text_without_a_visible_character_has_no_vector(models: Path) -> None:
    vectors = open_hf(str(models / "st-mean")).embed_queries(["", "Вена", " \n\u3000"])
    assert np.linalg.norm(vectors, axis=1).tolist() == pytest.approx([0, 1, 0])
    assert open_hf(str(models / "st-mean")).embed_queries([]).shape == (0, 32)


def test_a_text_past_the_length_is_cut_and_that_is_said(models: Path, caplog: pytest.LogCaptureFixture) -> None:
    embedder = open_hf(str(models / "encoder"), Settings(Pooling.MEAN, max_length=8))
    with caplog.at_level(logging.WARNING):
        long, longer = embedder.embed_passages([TEXTS[0], TEXTS[0] + " and more"])
    assert "2 of 2 texts are longer than the 8 tokens" in caplog.text
    np.testing.assert_allclose(long, longer, atol=1e-6)


def test_a_text_past_the_positions_of_a_model_is_cut_whatever_the_settings_say(
    models: Path, caplog: pytest.LogCaptureFixture
) -> None:
    roomy, exact = (open_hf(str(models / "encoder"), Settings(Pooling.MEAN, max_length=size)) for size in (512, 64))
    with caplog.at_level(logging.WARNING):
        found = roomy.embed_passages(["word " * 600])
    assert "1 of 1 texts are longer than the 64 tokens" in caplog.text
    np.testing.assert_allclose(found, exact.embed_passages(["word " * 600]), atol=1e-6)


def test_vectors_are_cut_to_the_dimension_and_unit_length_again(models: Path) -> None:
    whole = open_hf(str(models / "st-mean")).embed_queries(TEXTS)
    cut = open_hf(str(models / "st-mean"), dimension=8).embed_queries(TEXTS)
    np.testing.assert_allclose(cut, whole[:, :8] / np.linalg.norm(whole[:, :8], axis=1, keepdims=True), atol=1e-6)
    with pytest.raises(UsageError, match="32 dimensions, not 64"):
        open_hf(str(models / "st-mean"), dimension=64)


def test_the_fingerprint_changes_with_weights_prompts_and_dimension_alone(models: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(models / "st-mean", copy)
    same = open_hf(str(copy)).fingerprint
    assert same == open_hf(str(models / "st-mean")).fingerprint
    edit_json(copy / "config_sentence_transformers.json", prompts={"query": "q: "})
    prompts = open_hf(str(copy)).fingerprint
    assert len({same, prompts, open_hf(str(copy), dimension=8).fingerprint}) == 3
    weights = (copy / "model.safetensors").read_bytes()
    (copy / "model.safetensors").write_bytes(weights[:-1] + bytes([weights[-1] ^ 1]))
    assert open_hf(str(copy)).fingerprint != prompts


def test_exported_forms_beside_the_weights_are_no_part_of_what_a_model_is(models: Path, tmp_path: Path) -> None:
    shutil.copytree(models / "st-mean", tmp_path / "model")
    before = open_hf(str(tmp_path / "model")).fingerprint
    for name in ("onnx/config.json", "onnx/tokenizer.json", "openvino/openvino_model.bin"):
        (tmp_path / "model" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "model" / name).write_text("{}")
    assert open_hf(str(tmp_path / "model")).fingerprint == before


@pytest.mark.parametrize(("also", "exported"), [((), []), (("openvino/*",), ["openvino/openvino_model.bin"])])
def test_exported_forms_are_fetched_where_they_are_asked_for(
    also: tuple[str, ...], exported: list[str], models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lying = ["config.json", "model.safetensors", "tokenizer.json", "1_Pooling/config.json", "2_Dense/model.safetensors"]
    fetched: list[str] = []

    def download(_hub: str, *, allow_patterns: list[str], ignore_patterns: list[str], **_options: object) -> str:
        files = [*lying, "openvino/openvino_model.bin", "tf_model.h5"]
        fetched.extend(filter_repo_objects(files, allow_patterns=allow_patterns, ignore_patterns=ignore_patterns))
        return str(models / "st-mean")

    monkeypatch.setattr("huggingface_hub.snapshot_download", download)
    find_model("intfloat/multilingual-e5-small", also=also)
    assert fetched == [*lying, *exported]


def test_a_model_nobody_knows_needs_settings(models: Path) -> None:
    with pytest.raises(UsageError, match="no card and no sentence-transformers configuration"):
        open_embedder(str(models / "encoder"))


def test_a_folder_by_the_name_of_a_card_has_its_prompts(models: Path, tmp_path: Path) -> None:
    folder = tmp_path / "intfloat" / "multilingual-e5-small"
    shutil.copytree(models / "encoder", folder)
    assert open_hf(str(folder)).settings.query_prompt == "query: "
    assert "the card of intfloat/multilingual-e5-small" in open_hf(str(folder)).settings.origin


def test_a_folder_without_a_tokenizer_is_named(models: Path, tmp_path: Path) -> None:
    shutil.copytree(models / "st-mean", tmp_path / "model")
    for path in tmp_path.glob("model/tokenizer*"):
        path.unlink()
    with pytest.raises(InputError, match="holds no tokenizer"):
        open_embedder(str(tmp_path / "model"))


@pytest.mark.parametrize(
    ("file", "changes", "said"),
    [
        ("1_Pooling/config.json", {"pooling_mode": "max"}, "pools in a way"),
        ("1_Pooling/config.json", {"pooling_mode": ["mean", "cls"]}, "pools in a way"),
        ("1_Pooling/config.json", {"include_prompt": False}, "leaves its prompt out"),
        ("config_sentence_transformers.json", {"similarity_fn_name": "dot"}, "compares by dot"),
        ("sentence_bert_config.json", {"do_lower_case": True}, "lower-cases"),
        ("2_Dense/config.json", {"activation_function": "torch.nn.modules.activation.Mish"}, "activation 'Mish'"),
    ],
)
def test_a_configuration_that_is_not_understood_is_refused(
    models: Path, tmp_path: Path, file: str, changes: dict[str, object], said: str
) -> None:
    shutil.copytree(models / "st-dense", tmp_path / "model")
    edit_json(tmp_path / "model" / file, **changes)
    with pytest.raises(InputError, match=said):
        open_embedder(str(tmp_path / "model"))


def test_damaged_files_are_named(models: Path, tmp_path: Path) -> None:
    shutil.copytree(models / "st-mean", tmp_path / "model")
    (tmp_path / "model" / "modules.json").write_text("[{")
    with pytest.raises(InputError, match=r"modules\.json is damaged"):
        open_embedder(str(tmp_path / "model"))


@pytest.mark.parametrize("name", ["nowhere", "/not/there", "a/b/c"])
def test_what_is_neither_folder_nor_name_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="neither a folder nor the name of a model"):
        open_embedder(name)


def test_code_from_a_repository_runs_only_where_the_caller_says_so(models: Path, tmp_path: Path) -> None:
    folder = tmp_path / "Alibaba-NLP" / "gte-multilingual-base"
    shutil.copytree(models / "encoder", folder)
    with pytest.raises(UsageError, match="remote_code=True"):
        open_embedder(str(folder))


def test_a_model_that_cannot_be_used_right_here_says_where(models: Path, tmp_path: Path) -> None:
    folder = tmp_path / "jinaai" / "jina-embeddings-v3"
    shutil.copytree(models / "encoder", folder)
    with pytest.raises(UsageError, match="serve it"):
        open_hf(str(folder))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Alibaba-NLP/gte-multilingual-base", "remote_code=True"),
        ("jinaai/jina-embeddings-v3@main", "server:jinaai/jina-embeddings-v3@URL"),
        ("minishlab/potion-multilingual-128M", "static:minishlab"),
    ],
)
def test_what_is_refused_is_not_downloaded_first(name: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "huggingface_hub.snapshot_download", lambda *_args, **_options: pytest.fail("it was downloaded")
    )
    with pytest.raises(UsageError, match=said):
        open_hf(name)


class Cramped(torch.nn.Module):
    """A model on a device with memory for so many texts at once."""

    def __init__(self, model: torch.nn.Module, room: int) -> None:
        super().__init__()
        self.inner, self.room, self.device, self.config = model, room, model.device, model.config

    def forward(self, **inputs: torch.Tensor):
        if len(inputs["input_ids"]) > self.room:
            raise torch.OutOfMemoryError("no room")
        return self.inner(**inputs)


def cramped(models: Path, room: int) -> tuple[HuggingFaceEmbedder, HuggingFaceEmbedder]:
    from dataclasses import replace

    whole = open_hf(str(models / "st-mean"))
    encoder = replace(whole._encoder, model=Cramped(whole._encoder.model, room))
    return whole, HuggingFaceEmbedder(encoder, whole.settings, "cramped")


def test_a_batch_that_does_not_fit_is_halved_until_it_does(models: Path, caplog: pytest.LogCaptureFixture) -> None:
    whole, small = cramped(models, room=3)
    with caplog.at_level(logging.WARNING):
        np.testing.assert_allclose(small.embed_passages(MIXED), whole.embed_passages(MIXED), atol=1e-5)
    assert caplog.text.count("there is no memory for") == 2


def test_a_single_text_that_does_not_fit_is_an_error(models: Path) -> None:
    with pytest.raises(RetrievalError, match="no memory left for a single text"):
        cramped(models, room=0)[1].embed_passages(["Вена"])


def test_a_vector_that_is_not_finite_is_an_error(models: Path) -> None:
    embedder = open_hf(str(models / "st-mean"))
    with torch.no_grad():
        embedder._encoder.model.embeddings.word_embeddings.weight.fill_(float("nan"))
    with pytest.raises(RetrievalError, match="not finite"):
        embedder.embed_queries(["Вена"])
