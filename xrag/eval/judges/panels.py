"""One verdict of several, and one figure of all verdicts. A failure has no vote, and is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xrag.eval.judges.tasks import Task, Verdict
from xrag.eval.results import Result, macro
from xrag.types import Example, Usage


@dataclass(frozen=True, slots=True)
class Cost:
    """What verdicts took: how many there are and failed, completions, tokens, seconds."""

    verdicts: int
    failed: int
    completions: int
    repaired: int
    usage: Usage
    seconds: float


def majority(task: Task, votes: Sequence[Verdict]) -> Verdict:
    """The label that most judges gave; where several were given as often, the one worth least, of A and B neither (``tie``).

    Where every judge failed, a failure.
    """
    given = Counter(vote.label for vote in votes if vote.label)
    total = cost_of(votes)
    if not given:
        error = next((vote.error for vote in votes if vote.error), "no judge was asked")
        return Verdict(votes[0].id if votes else "", "", error=error, usage=total.usage, seconds=total.seconds)
    most = max(given.values())
    first = [label for label in task.labels if given[label] == most]
    label = "tie" if task.is_comparison and len(first) > 1 else first[-1]
    split = ", ".join(f"{count} {name}" for name, count in given.most_common())
    return Verdict(votes[0].id, label, split, usage=total.usage, seconds=total.seconds, asked=total.completions)


def cost_of(verdicts: Sequence[Verdict]) -> Cost:
    """What these verdicts took together."""
    return Cost(
        verdicts=len(verdicts),
        failed=sum(1 for one in verdicts if not one.label),
        completions=sum(one.asked for one in verdicts),
        repaired=sum(one.repaired for one in verdicts),
        usage=sum((one.usage for one in verdicts), Usage()),
        seconds=sum(one.seconds for one in verdicts),
    )


def result(task: Task, verdicts: Mapping[str, Verdict], examples: Sequence[Example], how: str) -> Result:
    """The mean worth of the verdicts, macro over the query languages. A failed or missing verdict is worth nothing.

    ``verdicts``: query id ─▶ verdict; ``how`` names the judges and what they were asked.
    """
    values = {
        one.query.id: task.values.get(found.label, 0.0) if (found := verdicts.get(one.query.id)) else 0.0
        for one in examples
    }
    languages = {one.query.id: one.query.language for one in examples}
    return macro(f"judged-{task.name}", values, languages, f"{how}|failed:zero")
