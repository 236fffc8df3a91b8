"""Chance that falls the same in every version of Python."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence


class Dice:
    """By ``random.Random.random`` alone, whose numbers no version of Python has changed."""

    def __init__(self, seed: str) -> None:
        self._next: Callable[[], float] = random.Random(seed).random

    def below(self, n: int) -> int:
        return int(self._next() * n)

    def of(self, items: Sequence[str]) -> str:
        return items[self.below(len(items))]
