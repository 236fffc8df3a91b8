"""From a ranking to the context: the passages that the model is shown, under a token budget."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

import regex

from xrag.errors import UsageError
from xrag.languages import segmentation
from xrag.types import Json, Passage

_ASCII = regex.compile(r"[\x00-\x7f]")
_SYLLABIC = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]")
_ALPHABETIC = regex.compile(r"[\p{Latin}\p{Greek}\p{Cyrillic}--\x00-\x7f]", regex.V1)
_CHARACTERS_READ = 8


class Order(StrEnum):
    """How the context is laid out: models read the two ends of a long prompt best (Liu et al. 2024, Lost in the Middle)."""

    BEST_FIRST = "best-first"
    BEST_LAST = "best-last"


class Balance(StrEnum):
    """Who comes next: the best hit whatever its language, or the best of each passage language in turn."""

    BY_RANK = "by-rank"
    ROUND_ROBIN = "round-robin"


def approximate_tokens(text: str) -> int:
    """About how many tokens a multilingual vocabulary of 100k and more entries makes of a text, fair across scripts.

    Characters per token: ASCII 4, other Latin, Greek and Cyrillic 3, Chinese, Japanese and Korean 1.25, the rest 2.
    """
    ascii_count = len(_ASCII.findall(text))
    syllabic = len(_SYLLABIC.findall(text))
    alphabetic = len(_ALPHABETIC.findall(text))
    rest = len(text) - ascii_count - syllabic - alphabetic
    return math.ceil(ascii_count / 4 + alphabetic / 3 + syllabic / 1.25 + rest / 2)


@dataclass(frozen=True, slots=True)
class ContextBuilder:
    """Chooses the context: at most ``passages`` of them, within ``budget`` tokens as ``tokens`` counts them.

    A passage that does not fit is passed over for a shorter one; when not even the first fits, its first sentences do.
    A text that is already there is not repeated. The extractive generator wants the best first.
    """

    budget: int = 3000
    passages: int = 8
    order: Order = Order.BEST_FIRST
    balance: Balance = Balance.BY_RANK
    tokens: Callable[[str], int] = approximate_tokens

    def __post_init__(self) -> None:
        if self.budget < 1 or self.passages < 1:
            raise UsageError("a context needs a budget of at least 1 token and at least 1 passage")
        object.__setattr__(self, "order", Order(self.order))
        object.__setattr__(self, "balance", Balance(self.balance))

    @classmethod
    def from_table(cls, table: Mapping[str, Json]) -> ContextBuilder:
        """The builder of a TOML table: this class's fields by name, with ``tokenizer``, a model, in the place of ``tokens``."""
        known = [*(one.name for one in fields(cls) if one.name != "tokens"), "tokenizer"]
        for key in table:
            if key not in known:
                raise UsageError(f"a context has no setting '{key}'; there are: {', '.join(known)}")
        given: dict[str, Any] = {key: value for key, value in table.items() if key != "tokenizer"}  # Any: TOML's values
        if "tokenizer" in table:
            from xrag.control.tokenizer import token_counter  # noqa: PLC0415 - transformers, for whoever names a model

            given["tokens"] = token_counter(str(table["tokenizer"]))
        try:
            return cls(**given)
        except (TypeError, ValueError) as error:
            raise UsageError(f"the context: {error}") from error

    def build(self, ranked: Sequence[Passage]) -> tuple[Passage, ...]:
        """The context made from the passages of one ranking, given best first."""
        return self.laid_out(self.chosen(ranked))

    def chosen(self, ranked: Sequence[Passage]) -> tuple[Passage, ...]:
        """The passages of the context, best first."""
        return tuple(self._fitting(_distinct(_TURNS[self.balance](ranked))))

    def laid_out(self, chosen: Sequence[Passage]) -> tuple[Passage, ...]:
        """The chosen passages in the order of the context, as many as the budget has room for now that they may be longer."""
        fitting = tuple(self._fitting(iter(chosen)))
        return fitting if self.order is Order.BEST_FIRST else fitting[::-1]

    def _fitting(self, passages: Iterator[Passage]) -> Iterator[Passage]:
        left, room = self.budget, self.passages
        for passage in passages:
            shown = passage if self._cost(passage) <= left else None
            if shown is None and left == self.budget:
                shown = self._beginning(passage)
            if shown is None:
                continue
            yield shown
            left, room = left - self._cost(shown), room - 1
            if room == 0:
                return

    def _cost(self, passage: Passage) -> int:
        return self.tokens(passage.title) + self.tokens(passage.text)

    def _beginning(self, passage: Passage) -> Passage | None:
        """The first sentences within the budget, or None where not even one fits; the offsets stay true."""
        text = passage.text[: self.budget * _CHARACTERS_READ]
        end = 0
        for _, sentence_end in segmentation.sentences(text, passage.language):
            if self.tokens(passage.title) + self.tokens(text[:sentence_end]) > self.budget:
                break
            end = sentence_end
        if not end:
            return None
        stop = passage.end if passage.start is None or passage.shown else passage.start + end
        return replace(passage, text=text[:end], end=stop)


def _distinct(passages: Iterator[Passage]) -> Iterator[Passage]:
    seen: set[str] = set()
    for passage in passages:
        if passage.text not in seen:
            seen.add(passage.text)
            yield passage


def _by_rank(ranked: Sequence[Passage]) -> Iterator[Passage]:
    yield from ranked


def _round_robin(ranked: Sequence[Passage]) -> Iterator[Passage]:
    queues: dict[str, list[Passage]] = {}
    for passage in ranked:
        queues.setdefault(passage.language, []).append(passage)
    for turn in range(max(map(len, queues.values()), default=0)):
        yield from (queue[turn] for queue in queues.values() if turn < len(queue))


_TURNS: dict[Balance, Callable[[Sequence[Passage]], Iterator[Passage]]] = {
    Balance.BY_RANK: _by_rank,
    Balance.ROUND_ROBIN: _round_robin,
}
