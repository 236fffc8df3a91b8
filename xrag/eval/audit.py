"""What a figure does not say: predictions that are missing, extra, doubled or no text, and gold that nothing can match."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from xrag.eval.predictions import Prediction
from xrag.types import Example

_MEANS = {
    "missing": "no prediction; scored zero",
    "empty": "null or no text; scored zero unless the gold answer is empty",
    "lists": "given as a list; the first one is the answer",
    "extra": "predictions for ids that the gold does not have; left out",
    "duplicates": "given again; the first one counts",
    "without_gold": "gold without an answer; left out",
    "unmatchable": "gold that no prediction can match in the official script",
}


@dataclass(frozen=True, slots=True)
class Audit:
    """Query ids by what is the matter with them, in the order of the files.

    ``places``: query id ─▶ the line of its last prediction, where the file has a line for each.
    """

    missing: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    duplicates: tuple[str, ...] = ()
    without_gold: tuple[str, ...] = ()
    unmatchable: tuple[str, ...] = ()
    places: Mapping[str, int] = field(default_factory=dict, hash=False)

    def lines(self) -> Iterator[str]:
        """One line for each thing that is the matter: how many, what it means, the first ids."""
        for name, means in _MEANS.items():
            ids = getattr(self, name)
            if ids:
                shown = ", ".join(map(self._placed, ids[:3])) + (" …" if len(ids) > 3 else "")
                yield f"{len(ids):,} {name.replace('_', ' ')}: {means} ({shown})"

    def _placed(self, query_id: str) -> str:
        return f"{query_id}, line {self.places[query_id]}" if query_id in self.places else query_id


def audit(predictions: Sequence[Prediction], examples: Sequence[Example], unmatchable: Sequence[str] = ()) -> Audit:
    """Compare what was predicted with what was asked."""
    asked = {example.query.id: example for example in examples}
    times = Counter(prediction.id for prediction in predictions)
    return Audit(
        missing=tuple(query_id for query_id in asked if query_id not in times),
        empty=tuple(one.id for one in predictions if one.id in asked and not one.text and not one.contexts),
        lists=tuple(one.id for one in predictions if any(isinstance(one.fields.get(key), list) for key in _LISTED)),
        extra=tuple(query_id for query_id in times if query_id not in asked),
        duplicates=tuple(query_id for query_id, count in times.items() if count > 1),
        without_gold=tuple(query_id for query_id, example in asked.items() if not example.gold_answers),
        unmatchable=tuple(unmatchable),
        places={one.id: one.line for one in predictions if one.line},
    )


_LISTED = ("answer", "prediction", "completion", "text")


def first_answers(predictions: Sequence[Prediction]) -> Mapping[str, str]:
    """Query id ─▶ the first answer given for it; one that is null is missing."""
    answers: dict[str, str] = {}
    for one in predictions:
        if one.text is not None:
            answers.setdefault(one.id, one.text)
    return answers
