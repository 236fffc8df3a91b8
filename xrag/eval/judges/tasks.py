"""What is judged, what a judge is shown, what it may say, and what each verdict is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from xrag.errors import UsageError
from xrag.types import Example, Passage, Usage


class Part(StrEnum):
    """What a judge may be shown beside the question."""

    GOLD = "gold"
    PASSAGES = "passages"
    ANSWER = "answer"
    BOTH = "both answers"


@dataclass(frozen=True, slots=True)
class Task:
    """``values``: what each label is worth, the best one first. ``shown``: what the judge sees, in this order."""

    name: str
    values: Mapping[str, float] = field(hash=False)
    shown: tuple[Part, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """What a verdict may be."""
        return tuple(self.values)

    @property
    def is_comparison(self) -> bool:
        """Whether two answers are shown, in either order."""
        return Part.BOTH in self.shown


TASKS: Mapping[str, Task] = {
    task.name: task
    for task in (
        Task("correctness", {"correct": 1.0, "partial": 0.5, "incorrect": 0.0}, (Part.GOLD, Part.ANSWER)),
        Task("grounding", {"supported": 1.0, "partly": 0.5, "unsupported": 0.0}, (Part.PASSAGES, Part.ANSWER)),
        Task("preference", {"A": 1.0, "tie": 0.5, "B": 0.0}, (Part.GOLD, Part.BOTH)),
    )
}


def task_of(name: str) -> Task:
    """The task of that name. Raises ``UsageError``."""
    if name not in TASKS:
        raise UsageError(f"nothing is judged that is called '{name}'; there are: {', '.join(TASKS)}")
    return TASKS[name]


@dataclass(frozen=True, slots=True)
class Case:
    """An answer to be judged: to the example's question, over these passages, against a rival's where two are compared."""

    example: Example
    answer: str
    passages: tuple[Passage, ...] = ()
    rival: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a judge said of one case. ``label`` is empty where it failed, and ``error`` says in one line how.

    ``asked`` counts the completions that it took, ``repaired`` those whose form had to be mended; ``usage`` and ``seconds``
    are what all of them cost.
    """

    id: str
    label: str
    reason: str = ""
    error: str = ""
    usage: Usage = field(default_factory=Usage)
    seconds: float = 0.0
    asked: int = 0
    repaired: int = 0


class Judge(Protocol):
    """One verdict for each case, in order. A case that cannot be judged has a verdict with an error, never none."""

    def judge(self, cases: Sequence[Case]) -> list[Verdict]:
        """The verdicts."""
        ...
