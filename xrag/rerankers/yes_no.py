"""Language models that were trained to say whether a passage answers a question, as Qwen3-Reranker: the probability of *yes*.

The question is put as these models have learned it (Zhang et al., "Qwen3 Embedding: Advancing Text Embedding and Reranking
Through Foundation Models", 2025); the score is that of ``yes`` beside ``no`` as the next token.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

try:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase
except ImportError as error:
    from xrag.errors import MissingExtra

    raise MissingExtra("a reranking language model", "hf") from error

from xrag.errors import InputError, UsageError
from xrag.protocols import PassageLookup
from xrag.rerankers.cross_encoder import located, pair_scores
from xrag.rerankers.texts import ordered, pairs_of
from xrag.types import Query, Ranking

BATCH, MAX_LENGTH = 8, 8192
INSTRUCTION = "Given a web search query, retrieve relevant passages that answer the query"
_BEFORE = (
    "<|im_start|>system\nJudge whether the Document meets the requirements based on the Query and the Instruct provided. "
    'Note that the answer can only be "yes" or "no".<|im_end|>\n<|im_start|>user\n'
)
_AFTER = "<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"


@dataclass(frozen=True, slots=True)
class YesNoReranker:
    """Scores are probabilities, in (0, 1). Of a prompt past ``max_length`` tokens the end of the passage is cut."""

    tokenizer: PreTrainedTokenizerBase
    model: PreTrainedModel
    passages: PassageLookup
    max_length: int = MAX_LENGTH
    instruction: str = INSTRUCTION
    batch: int = BATCH

    def rerank(self, queries: Sequence[Query], rankings: Sequence[Ranking], k: int) -> list[Ranking]:
        """The rankings in the order of the model's scores, cut at k. Raises ``RetrievalError`` where the model fails."""
        pairs = pairs_of(queries, rankings, self.passages)
        return ordered(rankings, pair_scores(pairs, self.batch, self._forward), k)

    def _forward(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        rows = [self._tokens(*pair) for pair in pairs]
        width = max(map(len, rows))
        pad = self.tokenizer.pad_token_id
        ids = torch.tensor([[pad] * (width - len(row)) + row for row in rows], device=self.model.device)
        mask = torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in rows], device=self.model.device)
        positions = (mask.cumsum(1) - 1).clamp(min=0)
        with torch.inference_mode():
            logits = self.model(input_ids=ids, attention_mask=mask, position_ids=positions).logits[:, -1].float()
        no_or_yes = logits[:, [self.tokenizer.convert_tokens_to_ids("no"), self.tokenizer.convert_tokens_to_ids("yes")]]
        scores: list[float] = torch.softmax(no_or_yes, dim=1)[:, 1].tolist()
        return scores

    def _tokens(self, query: str, passage: str) -> list[int]:
        before, after = self._encoded(_BEFORE), self._encoded(_AFTER)
        asked = f"<Instruct>: {self.instruction}\n<Query>: {_plain(query)}\n<Document>: {_plain(passage)}"
        room = max(self.max_length - len(before) - len(after), 1)
        return before + self._encoded(asked)[:room] + after

    def _encoded(self, text: str) -> list[int]:
        ids: list[int] = self.tokenizer.encode(text, add_special_tokens=False)
        return ids


def _plain(text: str) -> str:
    """The text without what would end its turn: a passage must not speak for the model."""
    return text.replace("<|", "< |")


def open_yes_no(
    name: str, passages: PassageLookup, *, max_length: int = MAX_LENGTH, instruction: str = INSTRUCTION
) -> YesNoReranker:
    """The reranker ``yes-no``: a folder or a name on the hub (``NAME@REVISION``), on the GPU where there is one.

    Raises ``InputError`` where the model cannot be loaded, ``UsageError`` where its tokenizer has no ``yes`` and ``no``.
    """
    cuda = torch.cuda.is_available()
    place, revision = located(name)
    try:
        tokenizer = AutoTokenizer.from_pretrained(place, revision=revision, trust_remote_code=False)
        model = AutoModelForCausalLM.from_pretrained(
            place, revision=revision, dtype=torch.bfloat16 if cuda else torch.float32, trust_remote_code=False
        )
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"the reranker {name} cannot be loaded: {error}") from error
    words = [tokenizer.convert_tokens_to_ids(word) for word in ("yes", "no")]
    if None in words or tokenizer.unk_token_id in words:
        raise UsageError(f"{name} has no tokens 'yes' and 'no', so that it is no reranker of this kind")
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    placed = cast(torch.nn.Module, model).to("cuda" if cuda else "cpu").eval()
    return YesNoReranker(tokenizer, cast(PreTrainedModel, placed), passages, max_length, instruction)
