"""Trains a small multilingual static encoder from parallel text: minutes of one processor, a fixed seed, nothing downloaded.

    python benchmarks/static_encoder.py FOLDER

A text is the sum of its tokens' vectors. What they learn from: XOR QA's training questions with their English translations for
Arabic and Russian, Tatoeba's sentences for these two and for German, Spanish, Hindi, Thai and Chinese, and, since these are
few, what the same thing is called in these languages by Wikipedia's titles and Wiktionary. From them queries and passages are
put together: a query names one to four things and some words that mean nothing to it, its passage names the same things in
another language among others. The nearest passage of a batch should be the query's (Henderson et al., 2017). No text of
XQuAD-R is read, not even for the tokenizer. Every fifth sentence is held out: ``held_out`` is what cures are learned from.
"""

from __future__ import annotations

import random
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from model2vec import StaticModel
from questions import shared_data
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

from xrag.corpus.parallel import ParallelText, read_parallel
from xrag.translators.sources.catalogue import catalogue, pieces

TATOEBA = {"ar": "ara", "de": "deu", "es": "spa", "hi": "hin", "ru": "rus", "th": "tha", "zh": "cmn"}
LANGUAGES = (*TATOEBA, "en")
QUESTIONS = ("ar", "ru")
NAMES = ("titles", "wiktionary", "wiktionary-dsl")
TITLES, PLACES = 120_000, 3
"""How many titles are taken, those of most languages first, and how many translations of an entry."""
DIMENSION, VOCABULARY, READ, PIECE = 256, 48_000, 200_000, 14
STEPS, BATCH, RATE, TEMPERATURE, SEED = 3000, 512, 0.02, 0.05, 7
FIFTH = 5

Text = Mapping[str, str]
"""Language ─▶ how it is said there."""
Ids = Mapping[str, list[int]]


def parallel() -> list[ParallelText]:
    """All parallel sentences, English on the right."""
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


def named() -> tuple[list[Text], list[Text]]:
    """What titles and dictionaries call the same thing, by its English name."""
    titles: dict[str, dict[str, str]] = defaultdict(dict)
    entries: dict[str, dict[str, str]] = defaultdict(dict)
    sources = [source for source in catalogue() if source.name in NAMES]
    found, _ = pieces(sources, list(TATOEBA), shared_data() / "lexicon-sources")
    for piece in found:
        into = titles if piece.source.kind == "titles" else entries
        for pair in piece.pairs():
            if pair.place < PLACES:
                into[pair.english.lower()].setdefault(piece.language, pair.term)
    known = sorted(titles, key=lambda english: -len(titles[english]))[:TITLES]
    return (
        [{**titles[english], "en": english} for english in known],
        [{**others, "en": english} for english, others in entries.items()],
    )


def tokenizer_of(texts: list[str]) -> Tokenizer:
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Punctuation(), pre_tokenizers.Digits(), pre_tokenizers.Metaspace()]
    )
    trainer = trainers.UnigramTrainer(
        vocab_size=VOCABULARY,
        special_tokens=["[PAD]", "[UNK]"],
        unk_token="[UNK]",
        max_piece_length=PIECE,
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def tokens(tokenizer: Tokenizer, texts: Sequence[Text]) -> list[Ids]:
    """The token ids of every text in every language that has any."""
    keys = [(number, language) for number, text in enumerate(texts) for language in text]
    read = tokenizer.encode_batch([texts[number][language] for number, language in keys], add_special_tokens=False)
    found: list[dict[str, list[int]]] = [{} for _ in texts]
    for (number, language), one in zip(keys, read, strict=True):
        if one.ids:
            found[number][language] = one.ids
    return found


class Examples:
    """Draws queries and their passages: token ids, put together from sentences, titles and entries."""

    def __init__(self, sentences: Sequence[Ids], titles: Sequence[Ids], entries: Sequence[Ids]) -> None:
        self._draw = random.Random(SEED)
        self._sentences, self._titles, self._entries = map(_by_language, (sentences, titles, entries))

    def batch(self) -> tuple[list[list[int]], list[list[int]]]:
        """Queries and passages, as many as a batch has."""
        drawn = self._drawn()
        pairs = [next(drawn) for _ in range(BATCH)]
        return [query for query, _ in pairs], [passage for _, passage in pairs]

    def _drawn(self) -> Iterator[tuple[list[int], list[int]]]:
        while True:
            asked, told = self._languages()
            query, passage = self._meant(asked, told)
            if query:
                yield query + self._unmeant(asked), passage + self._others(told)

    def _languages(self) -> tuple[str, str]:
        first, second = self._draw.sample(LANGUAGES, 2)
        return (first, second) if self._draw.random() < 0.85 else (first, first)

    def _meant(self, asked: str, told: str) -> tuple[list[int], list[int]]:
        """What both speak of: things by their names, and a sentence where it is at hand in both languages."""
        query: list[int] = []
        passage: list[int] = []
        rarer = min(asked, told, key=lambda language: len(self._titles[language]))
        things = [self._thing(rarer) for _ in range(self._draw.randint(1, 4))]
        if self._draw.random() < 0.35:
            things.append(self._draw.choice(self._sentences[min(asked, told, key=_is_english)]))
        for thing in things:
            if asked in thing and told in thing:
                query += thing[asked]
                passage += thing[told]
        return query, passage

    def _others(self, told: str) -> list[int]:
        """What else a passage speaks of, of which one in five has nothing."""
        if self._draw.random() < 0.2:
            return []
        names = [self._thing(told) for _ in range(self._draw.randint(0, 8))]
        sentences = [self._draw.choice(self._sentences[told]) for _ in range(self._draw.randint(0, 3))]
        return [token for one in (*names, *sentences) for token in one[told]]

    def _unmeant(self, asked: str) -> list[int]:
        """Words of a query that say nothing of its passage: of some sentence."""
        if self._draw.random() < 0.4:
            return []
        sentence = self._draw.choice(self._sentences[asked])[asked]
        return self._draw.sample(sentence, min(self._draw.randint(1, 4), len(sentence)))

    def _thing(self, language: str) -> Ids:
        entries = self._entries[language]
        return self._draw.choice(entries if entries and self._draw.random() < 0.5 else self._titles[language])


def _by_language(texts: Sequence[Ids]) -> Mapping[str, list[Ids]]:
    return {language: [text for text in texts if language in text] for language in LANGUAGES}


def _is_english(language: str) -> bool:
    return language == "en"


def trained(size: int, examples: Examples) -> np.ndarray:
    """The vectors, float32 [size, DIMENSION]."""
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    bag = torch.nn.EmbeddingBag(size, DIMENSION, mode="sum", sparse=True)
    torch.nn.init.normal_(bag.weight, std=DIMENSION**-0.5)
    optimiser = torch.optim.SparseAdam(list(bag.parameters()), lr=RATE)

    def vectors(texts: Sequence[list[int]]) -> torch.Tensor:
        starts = np.cumsum([0, *map(len, texts)])[:-1]
        return torch.nn.functional.normalize(
            bag(torch.tensor([token for text in texts for token in text]), torch.from_numpy(starts)), dim=1
        )

    right = torch.arange(BATCH)
    for step in range(STEPS):
        optimiser.param_groups[0]["lr"] = RATE * (1 - step / STEPS)
        queries, passages = examples.batch()
        scores = vectors(queries) @ vectors(passages).T / TEMPERATURE
        loss = torch.nn.functional.cross_entropy(scores, right) + torch.nn.functional.cross_entropy(scores.T, right)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return bag.weight.detach().numpy()


def train(folder: Path, texts: Sequence[ParallelText]) -> Path:
    """Train on these texts and on names, and save the encoder as a model2vec folder."""
    sentences = [dict(zip(text.languages, pair, strict=True)) for text in texts for pair in text.pairs]
    titles, entries = named()
    said = [one for text in sentences for one in text.values()] * 3
    said += [one for text in (*titles, *entries) for one in text.values()]
    random.Random(SEED).shuffle(said)
    tokenizer = tokenizer_of(said[:READ])
    examples = Examples(*(tokens(tokenizer, one) for one in (sentences, titles, entries)))
    StaticModel(trained(tokenizer.get_vocab_size(), examples), tokenizer, normalize=True).save_pretrained(folder)
    return folder


if __name__ == "__main__":
    print(train(Path(sys.argv[1]), training(parallel())))
