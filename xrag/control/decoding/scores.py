"""The change of a model's scores, on whatever device they are: the one place of language control that computes with torch.

    soft        s + log boost for tokens of the language, s + log penalty for those of others
    published   s · boost, s · penalty (Li et al. 2025), which turns round where scores are below zero
    hard        s + (-1e6) for tokens of other scripts, and after the beginning of a character for what does not fit it

All but ``published`` add, so that what a grammar has set to minus infinity before stays there, and no row is ever left
without a token that it may write.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from xrag.control.decoding.arguments import check
from xrag.control.decoding.table import CLOSED, GOING_ON, Tokenizer, TokenTable, table_of
from xrag.types import Decoding

TOLD = 3
"""Tokens that tell how a text ends: a character has four bytes at most."""
_OUT = -1e6
_FACTORS = {"soft": (2.0, 0.01), "published": (1.2, 0.7), "hard": (1.0, 1.0)}
_Key = tuple[str, str, float, float]


@dataclass(frozen=True, slots=True)
class Constraint:
    """One request's change: what selects its tables, the tokens of names, and how many first tokens are left alone."""

    key: _Key
    names: tuple[int, ...]
    warm_up: int


@dataclass(frozen=True, slots=True)
class _Change:
    """What is done to the scores of rows: ``values`` [tokens], the same for each.

    Where it matters how the text ends, ``values`` are [2, tokens], for after a whole character and for within one, and what
    is added for the tokens ``cut``, which begin within a character, is in ``continuing`` [endings, cut] alone.
    """

    values: Tensor
    multiplies: bool = False
    cut: Tensor | None = None
    continuing: Tensor | None = None

    @property
    def is_added(self) -> bool:
        """Whether one row of values is added, whatever a text ends with."""
        return not self.multiplies and self.cut is None


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """The rows of a batch that one change is for; ``rows`` is None where they are all of them."""

    rows: Tensor | None
    change: _Change


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is done to a batch: ``values`` [changes, tokens] in ``shares`` [rows, changes], and the ``parts`` besides."""

    parts: tuple[_Part, ...]
    name_rows: Tensor
    name_ids: Tensor
    shares: Tensor
    values: Tensor


_NONE = torch.empty(0, dtype=torch.long)
_NO_PLAN = _Plan((), _NONE, _NONE, torch.empty(0, 0), torch.empty(0, 0))


@dataclass(slots=True)
class LanguageScores:
    """Changes the scores of one tokenizer's model. ``size`` is the number of scores in a row, which may be padded.

    Tables go to the device once per language; what a batch needs is put together anew only when its rows change.
    """

    tokenizer: Tokenizer
    size: int
    device: torch.device
    table: TokenTable = field(init=False)
    _changes: dict[_Key, _Change] = field(init=False, default_factory=dict)
    _ending: Tensor = field(init=False)
    _within: Tensor = field(init=False)
    _onward: Tensor = field(init=False)
    _asked: tuple[int, tuple[tuple[int, Constraint], ...]] = field(init=False, default=(0, ()))
    _plan: _Plan = field(init=False, default=_NO_PLAN)

    def __post_init__(self) -> None:
        self.table = table_of(self.tokenizer)
        ending, within = torch.full((self.size,), CLOSED), torch.full((self.size,), -1)
        known = min(self.size, len(self.table.ending))
        ending[:known] = torch.from_numpy(self.table.ending[:known].astype("int64"))
        within[torch.from_numpy(self.table.within)] = torch.arange(len(self.table.within))
        self._ending, self._within = ending.to(self.device), within.to(self.device)
        self._onward = torch.from_numpy(self.table.onward.astype("int64")).to(self.device)

    def constraint(self, decoding: Decoding) -> Constraint:
        """What a request asks for. Raises ``UsageError`` for a method that there is not."""
        check(decoding)
        boost, penalty = _FACTORS[decoding.method]
        key = (decoding.language, decoding.method, decoding.boost or boost, decoding.penalty or penalty)
        names = self.table.name_ids(self.tokenizer, decoding.names)
        return Constraint(key, tuple(one for one in names if one < self.size), decoding.warm_up)

    def apply(self, scores: Tensor, asked: Sequence[tuple[int, Constraint]], last: Callable[[], Tensor]) -> Tensor:
        """Change ``scores`` [rows, size] in place, for the rows asked for.

        ``last`` gives the last ``TOLD`` tokens of each row [rows, TOLD], the newest last, with -1 for what is not known.
        """
        if not asked:
            return scores
        if (len(scores), tuple(asked)) != self._asked:
            self._asked, self._plan = (len(scores), tuple(asked)), self._planned(asked, len(scores))
        plan = self._plan
        names = scores[plan.name_rows, plan.name_ids] if len(plan.name_ids) else None
        for part in plan.parts:
            if part.change.cut is None:
                _changed(scores, part)
            else:
                self._narrowed(scores, part, last())
        if len(plan.values):
            scores.addmm_(plan.shares.to(scores.dtype), plan.values.to(scores.dtype))
        if names is not None:
            scores[plan.name_rows, plan.name_ids] = names
        return scores

    def _narrowed(self, scores: Tensor, part: _Part, told: Tensor) -> None:
        """Add to the rows of a part what is right after the end of their text, as a product, without a row for each."""
        change = part.change
        if change.cut is None or change.continuing is None:
            return
        told = told.to(self.device)
        endings = self._endings(told if part.rows is None else told[part.rows])
        within = (endings > GOING_ON).to(scores.dtype)
        chosen, values = torch.stack((1 - within, within), 1), change.values.to(scores.dtype)
        cut = change.continuing[endings].to(scores.dtype)
        if part.rows is None:
            scores.addmm_(chosen, values).index_add_(1, change.cut, cut)
        else:
            scores.index_add_(0, part.rows, (chosen @ values).index_add_(1, change.cut, cut))

    def _endings(self, told: Tensor) -> Tensor:
        """How the text of each row ends, from its last tokens [rows, TOLD]."""
        ending = torch.full((len(told),), GOING_ON, device=self.device)
        for column in told.unbind(1):
            token = column.clamp(0, self.size - 1)
            within = self._within[token]
            moved = self._ending[token]
            if self._onward.shape[1]:
                moved = torch.where(within < 0, moved, self._onward[ending, within.clamp(0)])
            ending = torch.where(column < 0, GOING_ON, moved)
        return ending

    def _planned(self, asked: Sequence[tuple[int, Constraint]], rows: int) -> _Plan:
        by_key: dict[_Key, list[int]] = {}
        for row, constraint in asked:
            by_key.setdefault(constraint.key, []).append(row)
        parts = tuple(
            _Part(None if len(members) == rows else self._long(members), self._change(key))
            for key, members in by_key.items()
        )
        pairs = [(row, one) for row, constraint in asked for one in constraint.names]
        names = self._long([row for row, _ in pairs]), self._long([one for _, one in pairs])
        added = [part for part in parts if part.rows is not None and part.change.is_added]
        shares = torch.zeros(rows, len(added), device=self.device)
        for place, part in enumerate(added):
            shares[slice(None) if part.rows is None else part.rows, place] = 1.0
        values = torch.stack([part.change.values for part in added]) if added else shares.T
        return _Plan(tuple(part for part in parts if part not in added), *names, shares, values)

    def _long(self, values: list[int]) -> Tensor:
        return torch.tensor(values, dtype=torch.long, device=self.device)

    def _change(self, key: _Key) -> _Change:
        if key not in self._changes:
            self._changes[key] = self._hard(key[0]) if key[1] == "hard" else self._soft(*key)
        return self._changes[key]

    def _soft(self, language: str, method: str, boost: float, penalty: float) -> _Change:
        own, foreign = self.table.own(language), self.table.foreign(language)
        multiplies = method == "published"
        neutral, up, down = (1.0, boost, penalty) if multiplies else (0.0, math.log(boost), math.log(penalty))
        values = torch.full((self.size,), neutral)
        known = values[: len(own)]
        for tokens, value in (
            (foreign, down),
            (own, up),
            (self.table.special, neutral if multiplies else max(up, 0.0)),
        ):
            known[torch.from_numpy(tokens)[: self.size]] = value
        return _Change(values.to(self.device), multiplies)

    def _hard(self, language: str) -> _Change:
        blocked = torch.zeros((2, self.size), dtype=torch.bool)
        known = min(self.size, len(self.table.special))
        blocked[0, :known] = torch.from_numpy(self.table.blocked(language))[:known]
        if not self.table.beginnings:
            return _Change((blocked[0] * _OUT).to(self.device))
        blocked[1, :known] = torch.from_numpy(~self.table.special)[:known]
        cut, fitting = self.table.continuing(language)
        blocked[:, torch.from_numpy(cut)] = False
        return _Change(
            (blocked * _OUT).to(self.device),
            cut=torch.from_numpy(cut).to(self.device),
            continuing=(torch.from_numpy(~fitting) * _OUT).to(self.device),
        )


def _changed(scores: Tensor, part: _Part) -> None:
    values = part.change.values.to(scores.dtype)
    if part.rows is not None:
        scores[part.rows] *= values
    elif part.change.multiplies:
        scores.mul_(values)
    else:
        scores.add_(values)
