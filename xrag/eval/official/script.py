"""A published script as the registry names it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from xrag.eval.predictions import Prediction
from xrag.eval.results import Result
from xrag.types import Example


def nothing(examples: Sequence[Example]) -> Sequence[str]:  # noqa: ARG001 - of a script that can match every gold answer
    """No ids."""
    return ()


def answerable(examples: Sequence[Example]) -> list[Example]:
    """The questions that have a gold answer."""
    return [one for one in examples if one.gold_answers]


@dataclass(frozen=True, slots=True)
class Script:
    """What a script makes of a file of predictions, and the ids of the questions that it can never count as right."""

    score: Callable[[Sequence[Prediction], Sequence[Example]], Mapping[str, Result]]
    unmatchable: Callable[[Sequence[Example]], Sequence[str]] = nothing

    def __call__(self, predictions: Sequence[Prediction], examples: Sequence[Example]) -> Mapping[str, Result]:
        """The figures by metric."""
        return self.score(predictions, examples)
