"""Small models made by the real libraries, so that the real loading code runs: nothing is downloaded."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from transformers import (
    LlamaConfig,
    LlamaModel,
    PreTrainedTokenizerFast,
    Qwen3Config,
    Qwen3Model,
    XLMRobertaConfig,
    XLMRobertaForMaskedLM,
    XLMRobertaModel,
)

from xrag.testing import PASSAGES

TEXTS = tuple(passage.text for passage in PASSAGES)
SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]


def subwords(texts: Sequence[str], size: int, special: Sequence[str]) -> Tokenizer:
    """A byte-pair tokenizer of the texts; characters that none of them has are unknown to it."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.BpeTrainer(vocab_size=size, special_tokens=list(special), show_progress=False)
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def save_encoder(folder: Path, *, hidden: int = 32, length: int = 64, seed: int = 0) -> Path:
    """An encoder as XLM-R is one: two layers, ``<s> text </s>``, its own tokenizer."""
    torch.manual_seed(seed)
    tokenizer = subwords(TEXTS, 400, SPECIAL)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    names = {"bos": "<s>", "eos": "</s>", "cls": "<s>", "sep": "</s>", "pad": "<pad>", "unk": "<unk>", "mask": "<mask>"}
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, model_max_length=length, **{f"{name}_token": token for name, token in names.items()}
    )
    fast.save_pretrained(folder)
    config = XLMRobertaConfig(
        vocab_size=tokenizer.get_vocab_size(), hidden_size=hidden, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=64, max_position_embeddings=length + 2, pad_token_id=1,
    )  # fmt: skip
    XLMRobertaModel(config).save_pretrained(folder)
    return folder


def save_decoder(folder: Path) -> Path:
    """A decoder that ends each text with a token of its own, whose vector is the text's: as Qwen3-Embedding."""
    torch.manual_seed(0)
    tokenizer = subwords(TEXTS, 400, ["<|endoftext|>", "<unk>"])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A <|endoftext|>", special_tokens=[("<|endoftext|>", 0)]
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<|endoftext|>", pad_token="<|endoftext|>", padding_side="left"
    ).save_pretrained(folder)
    config = Qwen3Config(
        vocab_size=tokenizer.get_vocab_size(), hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=1, head_dim=16, intermediate_size=64, max_position_embeddings=128,
    )  # fmt: skip
    Qwen3Model(config).save_pretrained(folder)
    return folder


def save_bidirectional(folder: Path) -> Path:
    """A Llama that names code of its own for its attention, as llama-embed-nemotron-8b lies on the hub; padded on the left."""
    torch.manual_seed(7)
    tokenizer = subwords(TEXTS, 400, ["<|begin_of_text|>", "<|end_of_text|>", "<unk>"])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<|begin_of_text|> $A", special_tokens=[("<|begin_of_text|>", 0)]
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<|end_of_text|>", pad_token="<|end_of_text|>", padding_side="left"
    ).save_pretrained(folder)
    config = LlamaConfig(
        vocab_size=tokenizer.get_vocab_size(), hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=1, intermediate_size=64, max_position_embeddings=128,
    )  # fmt: skip
    LlamaModel(config).save_pretrained(folder)
    code = {"AutoConfig": "llama_bidirectional_model.Config", "AutoModel": "llama_bidirectional_model.Model"}
    edit_json(
        folder / "config.json", architectures=["LlamaBidirectionalModel"], model_type="llama_bidirec", auto_map=code
    )
    return folder


def save_sentence_transformer(folder: Path, encoder: Path, *, pooling: str = "mean", dense: bool = False) -> Path:
    """The encoder as a sentence-transformers folder with prompts, saved by that library."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Dense, Normalize, Pooling, Transformer

    transformer = Transformer(str(encoder), max_seq_length=32)
    modules = [transformer, Pooling(32, pooling_mode=pooling)]
    if dense:
        modules.append(Dense(32, 24, activation_function=torch.nn.Tanh()))
    model = SentenceTransformer(
        modules=[*modules, Normalize()], prompts={"query": "query: ", "document": "passage: "}, device="cpu"
    )
    model.save(str(folder))
    return folder


def save_static(folder: Path, texts: Sequence[str] = TEXTS, *, dimension: int = 64) -> Path:
    """A model2vec folder with a random direction for each word of the texts, saved by that library."""
    from model2vec import StaticModel

    tokenizer = Tokenizer(models.WordLevel(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    special = ["[PAD]", "<unk>"]
    tokenizer.train_from_iterator(texts, trainers.WordLevelTrainer(special_tokens=special, show_progress=False))
    vectors = np.random.default_rng(0).normal(size=(tokenizer.get_vocab_size(), dimension)).astype(np.float32)
    StaticModel(vectors, tokenizer, normalize=True).save_pretrained(folder)
    return folder


def edit_json(path: Path, **changes: object) -> None:
    """Change some keys of a JSON file."""
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def save_masked_model(folder: Path, *, seed: int = 1) -> Path:
    """A masked language model as XLM-R is one, with the tokenizer of ``save_encoder``."""
    save_encoder(folder)
    torch.manual_seed(seed)
    XLMRobertaForMaskedLM(XLMRobertaConfig.from_pretrained(folder)).save_pretrained(folder)
    return folder


def save_splade(folder: Path, masked: Path, *, activation: str = "relu", pooling: str = "max") -> Path:
    """A SPLADE model of sentence-transformers, saved by that library."""
    from sentence_transformers import SparseEncoder
    from sentence_transformers.base.modules import Transformer
    from sentence_transformers.sparse_encoder.modules import SpladePooling

    transformer = Transformer(str(masked), transformer_task="fill-mask", max_seq_length=32)
    modules = [transformer, SpladePooling(pooling, activation_function=activation)]
    SparseEncoder(modules=modules, prompts={"query": "q: ", "document": ""}, device="cpu").save(str(folder))
    return folder


def save_inference_free(folder: Path, masked: Path) -> Path:
    """One whose queries are weighed by a table, saved by that library."""
    from sentence_transformers import SparseEncoder
    from sentence_transformers.base.modules import Router, Transformer
    from sentence_transformers.sparse_encoder.modules import SparseStaticEmbedding, SpladePooling
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(masked)
    table = torch.rand(tokenizer.vocab_size, generator=torch.Generator().manual_seed(0))
    router = Router.for_query_document(
        query_modules=[SparseStaticEmbedding(tokenizer, table)],
        document_modules=[Transformer(str(masked), transformer_task="fill-mask"), SpladePooling("max")],
    )
    SparseEncoder(modules=[router], device="cpu", similarity_fn_name="dot").save(str(folder))
    return folder


def save_bge_m3(folder: Path, encoder: Path, *, seed: int = 2) -> Path:
    """The encoder as bge-m3 lies on the hub: with a layer for the weights of terms and one for the vectors of tokens."""
    shutil.copytree(encoder, folder)
    torch.manual_seed(seed)
    torch.save(torch.nn.Linear(32, 1).state_dict(), folder / "sparse_linear.pt")
    torch.save(torch.nn.Linear(32, 32).state_dict(), folder / "colbert_linear.pt")
    return folder


def save_colbert(folder: Path, encoder: Path, **metadata: object) -> Path:
    """The encoder as ColBERT lies on the hub: weights under a prefix, a projection among them, and ``artifact.metadata``."""
    from safetensors.torch import save_file
    from transformers import AutoModel, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(encoder)
    tokenizer.add_special_tokens({"additional_special_tokens": ["[unused0]", "[unused1]"]})
    model = AutoModel.from_pretrained(encoder)
    torch.manual_seed(4)
    model.resize_token_embeddings(len(tokenizer), mean_resizing=False)
    tokenizer.save_pretrained(folder)
    model.config.architectures = ["HF_ColBERT"]
    model.config.save_pretrained(folder)
    edit_json(folder / "config.json", architectures=["HF_ColBERT"])
    weights = {f"roberta.{name}": tensor.contiguous() for name, tensor in model.state_dict().items()}
    save_file(weights | {"linear.weight": torch.randn(24, 32)}, folder / "model.safetensors", {"format": "pt"})
    said = {
        "query_maxlen": 16,
        "doc_maxlen": 40,
        "query_token_id": "[unused0]",
        "doc_token_id": "[unused1]",
        **metadata,
    }
    (folder / "artifact.metadata").write_text(json.dumps(said))
    return folder


def save_pylate(folder: Path, encoder: Path, **said: object) -> Path:
    """The encoder as PyLate saves one, a transformer and a projection, with its marks in the tokenizer."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Dense, Transformer

    transformer = Transformer(str(encoder), max_seq_length=48)
    transformer.tokenizer.add_tokens(["[Q] ", "[D] "], special_tokens=True)
    torch.manual_seed(5)
    transformer.auto_model.resize_token_embeddings(len(transformer.tokenizer), mean_resizing=False)
    dense = Dense(32, 24, bias=False, activation_function=torch.nn.Identity())
    SentenceTransformer(modules=[transformer, dense], device="cpu").save(str(folder))
    ours = {"model_type": "ColBERT", "query_prefix": "[Q] ", "document_prefix": "[D] ", "query_length": 16}
    edit_json(folder / "config_sentence_transformers.json", **ours, document_length=40, **said)
    kept = {"in_features", "out_features", "bias", "activation_function"}
    path = folder / "1_Dense" / "config.json"
    path.write_text(json.dumps({key: value for key, value in json.loads(path.read_text()).items() if key in kept}))
    return folder


def save_graph(folder: Path) -> Path:
    """The encoder of a folder as ``onnx/model.onnx``, and in int8 as ``onnx/model_int8.onnx``, by the real exporters."""
    import warnings

    from onnxruntime.quantization import QuantType, quantize_dynamic
    from transformers import AutoModel, AutoTokenizer

    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()

    class States(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = model

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            return self.inner(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state

    example = tokenizer(list(TEXTS[:2]), padding=True, return_tensors="pt")
    (folder / "onnx").mkdir()
    free = {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}
    names = ["input_ids", "attention_mask"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            States(), tuple(example[name] for name in names), str(folder / "onnx" / "model.onnx"), input_names=names,
            output_names=["last_hidden_state"], dynamic_shapes=dict.fromkeys(names, free), dynamo=True, verbose=False,
        )  # fmt: skip
        quantize_dynamic(
            folder / "onnx" / "model.onnx", folder / "onnx" / "model_int8.onnx", weight_type=QuantType.QInt8
        )
    return folder


def save_translation_encoder(folder: Path, tokenizer: Path, *, whole: bool) -> Path:
    """A model as NLLB is one, or its encoder alone, as SONAR's lies on the hub, with the tokenizer of a folder."""
    from transformers import AutoTokenizer, M2M100Config, M2M100Model

    text = AutoTokenizer.from_pretrained(tokenizer)
    text.save_pretrained(folder)
    torch.manual_seed(6)
    config = M2M100Config(
        vocab_size=len(text), d_model=32, encoder_layers=2, decoder_layers=1, encoder_attention_heads=2,
        decoder_attention_heads=2, encoder_ffn_dim=64, decoder_ffn_dim=64, max_position_embeddings=64, pad_token_id=1,
    )  # fmt: skip
    model = M2M100Model(config)
    (model if whole else model.get_encoder()).save_pretrained(folder)
    return folder
