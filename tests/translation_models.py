"""Tiny translation models made by the real libraries, of each family: random weights, own tokenizers. Nothing is downloaded."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import sentencepiece
import torch
from tokenizers import AddedToken
from transformers import (
    M2M100Config,
    M2M100ForConditionalGeneration,
    M2M100Tokenizer,
    MarianConfig,
    MarianMTModel,
    MarianTokenizer,
    NllbTokenizer,
    T5Config,
    T5ForConditionalGeneration,
    T5Tokenizer,
)

from xrag.testing import PASSAGES

LENGTH = 48
SIZE = 600


TRANSLATIONS = {
    ("ru", "Какой город — столица Австрии?"): "Which city is the capital of Austria?",
    ("ar", "ما هي عاصمة مصر؟"): "What is the capital of Egypt?",
    ("hi", "गंगा नदी कहाँ से निकलती है?"): "Where does the Ganges rise?",
    ("th", "เมืองหลวงของประเทศไทยคือเมืองอะไร"): "Which city is the capital of Thailand?",
    ("zh", "亚洲最长的河流是什么？"): "What is the longest river of Asia?",
    ("ja", "日本で一番高い山は何ですか？"): "What is the highest mountain of Japan?",
    ("ko", "대한민국의 수도는 어디인가?"): "Where is the capital of Korea?",
    ("de", "Seit wann ist Canberra die Hauptstadt?"): "Since when has Canberra been the capital?",
    ("he", "מהי בירת ישראל?"): "What is the capital of Israel?",
    ("el", "Πού βρίσκεται ο Δούναβης;"): "Where is the Danube?",
}
"""What ``save_trained`` learns by heart."""


TEXTS = (*(passage.text for passage in PASSAGES), *(text for _, text in TRANSLATIONS), *TRANSLATIONS.values())


def save_pieces(folder: Path) -> Path:
    """A sentencepiece model of texts in many languages."""
    folder.mkdir(parents=True, exist_ok=True)
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([*TEXTS] * 20),
        model_prefix=str(folder / "pieces"),
        vocab_size=SIZE,
        model_type="bpe",
        character_coverage=1.0,
        bos_id=0, pad_id=1, eos_id=2, unk_id=3, minloglevel=2,
    )  # fmt: skip
    return folder / "pieces.model"


def vocabulary(pieces: Path) -> dict[str, int]:
    model = sentencepiece.SentencePieceProcessor(model_file=str(pieces))
    return {model.id_to_piece(one): one for one in range(model.get_piece_size())}


def _seeded(config: Any) -> Any:
    torch.manual_seed(0)
    return config


def _m2m_config(size: int, width: int = 32, layers: int = 1) -> M2M100Config:
    return M2M100Config(
        vocab_size=size, d_model=width, encoder_layers=layers, decoder_layers=layers, encoder_attention_heads=2,
        decoder_attention_heads=2, encoder_ffn_dim=2 * width, decoder_ffn_dim=2 * width, max_position_embeddings=LENGTH,
        pad_token_id=1, bos_token_id=0, eos_token_id=2, decoder_start_token_id=2, init_std=0.5,
    )  # fmt: skip


def save_m2m(folder: Path) -> Path:
    pieces = save_pieces(folder)
    (folder / "vocab.json").write_text(json.dumps(vocabulary(pieces)))
    tokenizer = M2M100Tokenizer(vocab_file=str(folder / "vocab.json"), spm_file=str(pieces))
    tokenizer.save_pretrained(folder)
    size = len(tokenizer.encoder) + len(tokenizer.lang_token_to_id) + 8
    M2M100ForConditionalGeneration(_seeded(_m2m_config(size))).save_pretrained(folder)
    return folder


def save_nllb(folder: Path, *, width: int = 32, layers: int = 1) -> Path:
    model = sentencepiece.SentencePieceProcessor(model_file=str(save_pieces(folder)))
    pieces = [model.id_to_piece(one) for one in range(model.get_piece_size())]
    scores = {piece: model.get_score(one) for one, piece in enumerate(pieces)}
    ranked = sorted((piece for piece in pieces[4:] if len(piece) > 1), key=lambda piece: -scores[piece])
    known = set(pieces)
    merges = [
        (piece[:cut], piece[cut:])
        for piece in ranked
        for cut in range(1, len(piece))
        if piece[:cut] in known and piece[cut:] in known
    ]
    tokenizer = NllbTokenizer(vocab={piece: place for place, piece in enumerate(pieces)}, merges=merges)
    tokenizer.save_pretrained(folder)
    M2M100ForConditionalGeneration(_seeded(_m2m_config(len(tokenizer), width, layers))).save_pretrained(folder)
    return folder


def save_marian(folder: Path, *targets: str) -> Path:
    """With ``targets`` a model into several languages, else one from Spanish into English."""
    pieces = save_pieces(folder)
    special = ["</s>", "<unk>"]
    words = {
        word: place for place, word in enumerate([*special, *sorted(vocabulary(pieces).keys() - {*special, "<pad>"})])
    }
    for token in [*(f">>{target}<<" for target in targets), "<pad>"]:
        words.setdefault(token, len(words))
    (folder / "vocab.json").write_text(json.dumps(words))
    tokenizer = MarianTokenizer(
        source_spm=str(pieces), target_spm=str(pieces), vocab=str(folder / "vocab.json"),
        source_lang="es", target_lang="mul" if targets else "en",
    )  # fmt: skip
    tokenizer.save_pretrained(folder)
    pad = words["<pad>"]
    config = MarianConfig(
        vocab_size=len(words), d_model=32, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2,
        decoder_attention_heads=2, encoder_ffn_dim=64, decoder_ffn_dim=64, max_position_embeddings=LENGTH,
        pad_token_id=pad, bos_token_id=0, eos_token_id=0, decoder_start_token_id=pad, forced_eos_token_id=0,
        init_std=0.5,
    )  # fmt: skip
    MarianMTModel(_seeded(config)).save_pretrained(folder)
    return folder


def save_madlad(folder: Path, *codes: str) -> Path:
    pieces = save_pieces(folder)
    model = sentencepiece.SentencePieceProcessor(model_file=str(pieces))
    scored = [(model.id_to_piece(one), model.get_score(one)) for one in range(model.get_piece_size())]
    tokenizer = T5Tokenizer(vocab=scored, extra_ids=0, model_max_length=LENGTH)
    tokenizer.add_tokens([AddedToken(f"<2{code}>", special=True) for code in codes])
    tokenizer.save_pretrained(folder)
    config = T5Config(
        vocab_size=len(tokenizer), d_model=32, d_kv=16, d_ff=64, num_layers=1, num_heads=2,
        feed_forward_proj="gated-gelu", tie_word_embeddings=False, pad_token_id=1, eos_token_id=2,
        decoder_start_token_id=1, initializer_factor=5.0,
    )  # fmt: skip
    T5ForConditionalGeneration(_seeded(config)).save_pretrained(folder)
    return folder


def save_trained(folder: Path) -> Path:
    """An NLLB that knows ``TRANSLATIONS`` by heart, into English and back: seconds of training."""
    save_nllb(folder)
    tokenizer = NllbTokenizer.from_pretrained(folder)
    model = M2M100ForConditionalGeneration.from_pretrained(folder).apply(_fresh).train()
    pairs = [(text, CODES[tag], english, "eng_Latn") for (tag, text), english in TRANSLATIONS.items()]
    pairs += [(english, "eng_Latn", text, CODES[tag]) for (tag, text), english in TRANSLATIONS.items()]
    rows, labels = zip(*(_example(tokenizer, *pair) for pair in pairs), strict=True)
    given = tokenizer.pad({"input_ids": list(rows)}, return_tensors="pt")
    width = max(map(len, labels))
    wanted = torch.tensor([[*row, *[-100] * (width - len(row))] for row in labels])
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for _ in range(150):
        optimizer.zero_grad()
        model(**given, labels=wanted).loss.backward()
        optimizer.step()
    model.eval().save_pretrained(folder)
    return folder


CODES = {
    "ru": "rus_Cyrl", "ar": "arb_Arab", "hi": "hin_Deva", "th": "tha_Thai", "zh": "zho_Hans", "ja": "jpn_Jpan",
    "ko": "kor_Hang", "de": "deu_Latn", "he": "heb_Hebr", "el": "ell_Grek",
}  # fmt: skip


def _fresh(module: torch.nn.Module) -> None:
    """Weights small enough to learn from."""
    if isinstance(module, torch.nn.Linear | torch.nn.Embedding):
        torch.nn.init.normal_(module.weight, std=0.05)


def _example(tokenizer: NllbTokenizer, text: str, source: str, said: str, target: str) -> tuple[list[int], list[int]]:
    def ids(one: str, language: str) -> list[int]:
        first = tokenizer.convert_tokens_to_ids(language)
        return [first, *tokenizer(one, add_special_tokens=False)["input_ids"], tokenizer.eos_token_id]

    return ids(text, source), ids(said, target)


@cache
def save_families(folder: Path) -> dict[str, Path]:
    """A model of each family, by name."""
    return {
        "nllb": save_nllb(folder / "nllb"),
        "m2m-100": save_m2m(folder / "m2m"),
        "opus-mt": save_marian(folder / "marian"),
        "opus-mt, many": save_marian(folder / "marian-mul", "deu", "fra", "cmn_Hans", "rus"),
        "madlad-400": save_madlad(folder / "madlad", "de", "en", "es", "ru", "zh", "iw"),
    }
