"""Trains a small multilingual static encoder from parallel text: seconds of one processor, a fixed seed, nothing downloaded.

Its texts are XOR QA's training questions with their English translations for Arabic and Russian, and Tatoeba's sentences:
for these two and for German, Spanish, Hindi, Thai and Chinese, which have no such questions. No text of XQuAD-R is read, not
even for the tokenizer. Every fifth pair is held out: ``held_out`` is what cures are learned from.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from model2vec import StaticModel
from questions import shared_data
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

from xrag.corpus.parallel import ParallelText, read_parallel

TATOEBA = {"ar": "ara", "de": "deu", "es": "spa", "hi": "hin", "ru": "rus", "th": "tha", "zh": "cmn"}
QUESTIONS = ("ar", "ru")
DIMENSION, VOCABULARY, EPOCHS, BATCH, RATE, TEMPERATURE, SEED = 256, 16_000, 20, 256, 0.01, 0.05, 7
FIFTH = 5


def parallel() -> list[ParallelText]:
    """All parallel texts, English on the right."""
    questions, sentences = shared_data() / "xor-qa" / "parallel", shared_data() / "lexicon-sources" / "tatoeba"
    files = [questions / f"{language}-en.{side}" for language in QUESTIONS for side in (language, "en")]
    for code in TATOEBA.values():
        files += [sentences / f"tatoeba.{code}-eng.{side}.xz" for side in (code, "eng")]
    return read_parallel(files, 10_000)


def held_out(texts: Sequence[ParallelText]) -> list[ParallelText]:
    return [ParallelText(text.languages, text.pairs[::FIFTH]) for text in texts]


def training(texts: Sequence[ParallelText]) -> list[ParallelText]:
    return [
        ParallelText(text.languages, tuple(pair for at, pair in enumerate(text.pairs) if at % FIFTH)) for text in texts
    ]


def tokenizer_of(texts: Sequence[str]) -> Tokenizer:
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Punctuation(), pre_tokenizers.Metaspace()])
    trainer = trainers.UnigramTrainer(
        vocab_size=VOCABULARY, special_tokens=["[PAD]", "[UNK]"], unk_token="[UNK]", show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def trained(tokenizer: Tokenizer, texts: Sequence[ParallelText]) -> np.ndarray:
    """The table, trained so that a text is nearer to its translation than to the other ones of its batch."""
    torch.manual_seed(SEED)
    bag = torch.nn.EmbeddingBag(tokenizer.get_vocab_size(), DIMENSION, mode="mean", sparse=True)
    torch.nn.init.normal_(bag.weight, std=DIMENSION**-0.5)
    optimiser = torch.optim.SparseAdam(list(bag.parameters()), lr=RATE)
    pairs = [pair for text in texts for pair in text.pairs]
    tokens = [[one.ids or [1] for one in tokenizer.encode_batch([pair[side] for pair in pairs])] for side in (0, 1)]

    def vectors(side: int, rows: Sequence[int]) -> torch.Tensor:
        ids = [tokens[side][row] for row in rows]
        starts = np.cumsum([0, *map(len, ids)])[:-1]
        flat = torch.tensor([token for each in ids for token in each])
        return torch.nn.functional.normalize(bag(flat, torch.from_numpy(starts)), dim=1)

    for _ in range(EPOCHS):
        for rows in torch.randperm(len(pairs)).split(BATCH):
            scores = vectors(0, rows.tolist()) @ vectors(1, rows.tolist()).T / TEMPERATURE
            right = torch.arange(len(rows))
            loss = torch.nn.functional.cross_entropy(scores, right) + torch.nn.functional.cross_entropy(scores.T, right)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return bag.weight.detach().numpy()


def train(folder: Path, texts: Sequence[ParallelText]) -> Path:
    """Train on these texts and save the encoder as a model2vec folder."""
    tokenizer = tokenizer_of([side for text in texts for pair in text.pairs for side in pair])
    StaticModel(trained(tokenizer, texts), tokenizer, normalize=True).save_pretrained(folder)
    return folder


if __name__ == "__main__":
    print(train(Path(sys.argv[1]), training(parallel())))
