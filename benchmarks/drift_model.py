"""A small multilingual language model that drifts into the language of its passages, trained in minutes on one core.

It is trained on XQuAD-R's first 200 paragraphs and on Tatoeba's sentences, in eight languages, in three ways: as plain text;
as answered questions whose passage, question, prompt and answer are all in one language, which is what most text that a
model learns from looks like; and, one in five, as questions in one language over an English passage, half of whose answers
are in English, however they were asked. The prompts are xrag's own, in three variants. Nothing tells it to drift.
"""

from __future__ import annotations

import json
import lzma
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import torch
from language_models import save_tokenizer
from questions import XQUAD_LANGUAGES, shared_data
from torch.nn.functional import cross_entropy
from transformers import AutoTokenizer, Qwen3Config, Qwen3ForCausalLM

from xrag.control import LanguagePolicy, chat_messages
from xrag.resources.packs import pack
from xrag.types import Passage

TATOEBA = {"ar": "ara", "de": "deu", "es": "spa", "hi": "hin", "ru": "rus", "th": "tha", "zh": "cmn"}
LEARNED = 200
"""Paragraphs that are trained on; the questions to the other 40 are asked."""
VARIANTS = ("english", "english-named", "translated-named")
LENGTH = 1024
_VOCABULARY = 6000
_LONGEST, _PIECE = 500, 128
_BATCH_TOKENS = 2048
_BETWEEN_LANGUAGES, _IN_ENGLISH = 0.2, 0.5
_SENTENCES = 1


@dataclass(frozen=True)
class Asked:
    """A question with the sentence that answers it, and the passage around it, in one language."""

    id: str
    language: str
    question: str
    answer: str
    passage: str


def asked(language: str, *, is_learned: bool) -> list[Asked]:
    """The questions of XQuAD-R to the paragraphs that are trained on, or to the others; in the same order in every language."""
    data = json.loads((shared_data() / "xquad-r" / f"{language}.json").read_bytes())["data"]
    paragraphs = [paragraph for article in data for paragraph in article["paragraphs"]]
    chosen = paragraphs[:LEARNED] if is_learned else paragraphs[LEARNED:]
    return [_asked(paragraph, qa, language) for paragraph in chosen for qa in paragraph["qas"]]


def _asked(paragraph: dict, qa: dict, language: str) -> Asked:
    start = qa["answers"][0]["answer_start"]
    place = max(n for n, (begin, _) in enumerate(paragraph["sentence_breaks"]) if begin <= start)
    near = paragraph["sentences"][place : place + _SENTENCES]
    return Asked(qa["id"], language, qa["question"], near[0], " ".join(near))


def messages(one: Asked, passage: Asked, variant: str) -> list[dict[str, str]]:
    """The prompt of xrag for a question over the passage of a question in whatever language."""
    made = chat_messages(
        one.question,
        [Passage(one.id, passage.passage, passage.language)],
        one.language,
        policy=LanguagePolicy(prompt=variant),
    )
    return [{"role": message.role, "content": message.content} for message in made]


def prompt_texts() -> list[str]:
    """What xrag asks in, often enough for the tokenizer to have words for it."""
    packs = [pack(language) for language in XQUAD_LANGUAGES]
    return [text for own in packs if own for text in (own.system, own.citation, own.abstention, own.untrusted)] * 20


def plain_texts() -> list[str]:
    """Paragraphs and sentences of every language."""
    texts = []
    for language in XQUAD_LANGUAGES:
        data = json.loads((shared_data() / "xquad-r" / f"{language}.json").read_bytes())["data"]
        texts += [paragraph["context"] for article in data for paragraph in article["paragraphs"]][:LEARNED]
    for code in TATOEBA.values():
        for side in (code, "eng"):
            path = shared_data() / "lexicon-sources" / "tatoeba" / f"tatoeba.{code}-eng.{side}.xz"
            if path.exists():
                texts.append(lzma.decompress(path.read_bytes()).decode("utf-8"))
    for language in ("ar", "ru"):
        for path in sorted((shared_data() / "xor-qa" / "parallel").glob(f"*{language}*")):
            texts.append(path.read_text(encoding="utf-8"))
    return texts


def conversations(seed: int) -> Iterator[tuple[list[dict[str, str]], str]]:
    """Prompts with the answers to learn."""
    draw = random.Random(seed)
    by_language = {language: asked(language, is_learned=True) for language in XQUAD_LANGUAGES}
    for questions in by_language.values():
        for place, one in enumerate(questions):
            english = by_language["en"][place]
            is_between = draw.random() < _BETWEEN_LANGUAGES
            passage = english if is_between else one
            answer = english if is_between and draw.random() < _IN_ENGLISH else one
            yield messages(one, passage, draw.choice(VARIANTS)), answer.answer


def train(folder: Path, *, seed: int = 0, steps: tuple[int, int] = (500, 400)) -> Path:
    """Train the model on texts, then on conversations, and save it with its tokenizer; one core, the same with every call."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    texts, talks = plain_texts(), list(conversations(seed))
    size = save_tokenizer(folder, [*texts, *prompt_texts()], size=_VOCABULARY)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    config = Qwen3Config(
        vocab_size=size, hidden_size=192, intermediate_size=512, num_hidden_layers=3, num_attention_heads=6,
        num_key_value_heads=2, head_dim=32, max_position_embeddings=LENGTH, eos_token_id=2, pad_token_id=0,
        tie_word_embeddings=True,
    )  # fmt: skip
    model = Qwen3ForCausalLM(config)
    plain, asked = _texts(tokenizer, texts), _conversations(tokenizer, talks)
    learn = _Learning(model, sum(steps))
    for rows, count in ((plain, steps[0]), (asked, steps[1])):
        for batch in islice(_batches(rows, seed), count):
            learn.step(*batch)
    model.eval().save_pretrained(folder)
    return folder


class _Learning:
    """Steps of Muon for the matrices within, and of AdamW for what reads and writes tokens."""

    def __init__(self, model: Qwen3ForCausalLM, steps: int) -> None:
        self._model = model.train()
        inner = [one for name, one in model.named_parameters() if one.ndim == 2 and "embed" not in name]
        known = {id(one) for one in inner}
        outer = [one for one in model.parameters() if id(one) not in known]
        self._optimizers = [
            torch.optim.Muon(inner, lr=5e-3, weight_decay=0.01, adjust_lr_fn="match_rms_adamw"),
            torch.optim.AdamW(outer, lr=5e-3, betas=(0.9, 0.98), weight_decay=0.0),
        ]
        self._schedules = [
            torch.optim.lr_scheduler.LambdaLR(one, lambda n: min(1.0, n / 30, 1.25 * (1 - n / steps) + 0.02))
            for one in self._optimizers
        ]
        self._done, self._loss = 0, 9.0

    def step(self, ids: torch.Tensor, learned: torch.Tensor) -> None:
        """One batch of rows [rows, tokens]; ``learned`` are the tokens to predict."""
        with torch.autocast("cpu", torch.bfloat16):
            hidden = self._model.model(input_ids=ids).last_hidden_state
            scores = self._model.lm_head(hidden[:, :-1][learned[:, 1:]])
        loss = cross_entropy(scores.float(), ids[:, 1:][learned[:, 1:]])
        loss.backward()
        for optimizer, schedule in zip(self._optimizers, self._schedules, strict=True):
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
        self._loss += 0.05 * (loss.item() - self._loss)
        self._done += 1
        if self._done % 50 == 0:
            print(f"step {self._done} loss {self._loss:.2f} {time.process_time():.0f} s", file=sys.stderr, flush=True)


_Row = tuple[list[int], int]


def _texts(tokenizer, texts: Sequence[str]) -> list[_Row]:
    """The tokens of texts in pieces."""
    rows: list[_Row] = []
    for text in texts:
        ids = [0, *tokenizer.encode(text), 0]
        rows += [(ids[start : start + _PIECE], 1) for start in range(0, len(ids), _PIECE)]
    return [(ids, start) for ids, start in rows if len(ids) > 8]


def _conversations(tokenizer, talks) -> list[_Row]:
    """The tokens of conversations, and from where on they are learned: from the user's turn, the answer included."""
    rows: list[_Row] = []
    for told, answer in talks:
        prompt = tokenizer.apply_chat_template(told, add_generation_prompt=True, tokenize=False)
        system = prompt[: prompt.index("<|im_start|>user")]
        ids = [*tokenizer.encode(prompt), *tokenizer.encode(answer), 2]
        if len(ids) <= _LONGEST:
            rows.append((ids, len(tokenizer.encode(system))))
    return rows


def _batches(rows: list[_Row], seed: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Batches of rows of like length, for ever."""
    draw = random.Random(seed)
    while True:
        ordered = sorted(rows, key=lambda row: len(row[0]) + draw.random() * 40)
        batches: list[list[_Row]] = [[]]
        for row in ordered:
            if (len(batches[-1]) + 1) * len(row[0]) > _BATCH_TOKENS:
                batches.append([])
            batches[-1].append(row)
        draw.shuffle(batches)
        for one in batches:
            width = max(len(ids) for ids, _ in one)
            yield (
                torch.tensor([ids + [0] * (width - len(ids)) for ids, _ in one]),
                torch.tensor([[start <= n < len(ids) for n in range(width)] for ids, start in one]),
            )
