"""Cross-encoders: one model reads question and passage together and says how well they fit.

bge-reranker-v2-m3, mmarco-mMiniLMv2-L12-H384-v1, jina-reranker-v2-base-multilingual, gte-multilingual-reranker-base and all
others that transformers loads for sequence classification with one label.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

try:
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase
except ImportError as error:
    from xrag.errors import MissingExtra

    raise MissingExtra("a cross-encoder", "hf") from error

from xrag.batching import longest_first
from xrag.errors import InputError, RetrievalError, UsageError
from xrag.protocols import PassageLookup
from xrag.rerankers.texts import ordered, pairs_of
from xrag.types import Query, Ranking

BATCH, MAX_LENGTH = 32, 512
_ENDLESS = 1_000_000


@dataclass(frozen=True, slots=True)
class CrossEncoderReranker:
    """Scores are the sigmoid of the model's output, in (0, 1). Of a pair past ``max_length`` tokens the passage is cut."""

    tokenizer: PreTrainedTokenizerBase
    model: PreTrainedModel
    passages: PassageLookup
    max_length: int = MAX_LENGTH
    batch: int = BATCH

    def rerank(self, queries: Sequence[Query], rankings: Sequence[Ranking], k: int) -> list[Ranking]:
        """The rankings in the order of the model's scores, cut at k. Raises ``RetrievalError`` where the model fails."""
        pairs = pairs_of(queries, rankings, self.passages)
        return ordered(rankings, pair_scores(pairs, self.batch, self._forward), k)

    def _forward(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        queries, passages = map(list, zip(*pairs, strict=True))
        tokens = self.tokenizer(
            queries, passages, padding=True, truncation="only_second", max_length=self.max_length, return_tensors="pt"
        )
        with torch.inference_mode():
            logits = self.model(**tokens.to(self.model.device)).logits.float()
        scores: list[float] = torch.sigmoid(logits[:, 0]).tolist()
        return scores


def pair_scores(
    pairs: Sequence[tuple[str, str]], batch: int, forward: Callable[[Sequence[tuple[str, str]]], list[float]]
) -> list[float]:
    """What a model gives to pairs of question and passage, those of alike length together, the longest first.

    Raises ``RetrievalError`` where the memory has no room for a single one.
    """
    scores = [0.0] * len(pairs)
    lengths = [len(query) + len(passage) for query, passage in pairs]

    def run(places: list[int]) -> list[float]:
        return forward([pairs[place] for place in places])

    try:
        for places, found in longest_first(lengths, batch, run, full=torch.OutOfMemoryError):
            for place, score in zip(places, found, strict=True):
                scores[place] = score
    except torch.OutOfMemoryError as error:
        raise RetrievalError(f"the reranker has no memory for a single pair: {error}") from error
    return scores


def located(name: str) -> tuple[str, str]:
    """A folder, or a name on the hub, and its revision: ``NAME@REVISION``; else the newest."""
    hub, _, revision = name.partition("@")
    return (name, "main") if Path(name).is_dir() else (hub, revision or "main")


def open_cross_encoder(
    name: str, passages: PassageLookup, *, max_length: int | None = None, remote_code: bool = False
) -> CrossEncoderReranker:
    """The reranker ``cross-encoder``: a folder or a name on the hub (``NAME@REVISION``), on the GPU where there is one.

    ``remote_code`` lets code from the model's repository run (jina's and gte's need it). Raises ``InputError`` where the model
    cannot be loaded, ``UsageError`` where it is not one that gives a single score.
    """
    if not Path(name).is_dir() and name.count("/") != 1:
        raise InputError(f"{name} is neither a folder nor the name of a model (OWNER/NAME)")
    place, revision = located(name)
    try:
        tokenizer = AutoTokenizer.from_pretrained(place, revision=revision, trust_remote_code=remote_code)
        model = AutoModelForSequenceClassification.from_pretrained(
            place, revision=revision, trust_remote_code=remote_code
        )
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"the reranker {name} cannot be loaded: {error}") from error
    if model.config.num_labels != 1:
        raise UsageError(f"{name} gives {model.config.num_labels} scores for a pair; a reranker gives one")
    known = tokenizer.model_max_length
    device = "cuda" if torch.cuda.is_available() else "cpu"
    own = known if known < _ENDLESS else MAX_LENGTH
    return CrossEncoderReranker(tokenizer, model.to(device).eval(), passages, min(max_length or own, known))
