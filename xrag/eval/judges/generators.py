"""Any generator as a judge, asked again where its reply is no verdict, and asked both ways round where it compares."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from xrag.errors import UsageError
from xrag.eval.fidelity import answer_language
from xrag.eval.judges import asking, replies
from xrag.eval.judges.tasks import Case, Task, Verdict, task_of
from xrag.protocols import Generator
from xrag.types import Ability, Completion, Prompt, Sampling

MOST_TOKENS = 256
_SHOWN = 80
"""Characters of a reply that is no verdict."""


class Wording(StrEnum):
    """The language that a judge is asked in."""

    ENGLISH = "english"
    OWN = "own"
    """That of the answer, English where judges cannot be asked in it."""


@dataclass(frozen=True, slots=True)
class GeneratorJudge:
    """Has ``generator`` judge a task: ``correctness`` against gold answers, ``grounding`` in passages, ``preference`` of two.

    A generator that can keep to a form is held to it. A reply in another form is mended where that is safe; where it is not,
    the generator is asked again up to ``retries`` times, and then the verdict is a failure. Two answers are shown in both
    orders: a judge that does not keep to its preference has none (``tie``). An answer that is empty is not asked about.
    """

    generator: Generator
    task: str = "correctness"
    wording: Wording = Wording.ENGLISH
    retries: int = 2
    sampling: Sampling = field(default_factory=lambda: Sampling(max_tokens=MOST_TOKENS))

    def __post_init__(self) -> None:
        task_of(self.task)
        object.__setattr__(self, "wording", Wording(self.wording))
        if self.retries < 0:
            raise UsageError(f"a judge cannot be asked again {self.retries} times; retries is at least 0")

    def judge(self, cases: Sequence[Case]) -> list[Verdict]:
        """One verdict for each case. Raises ``GenerationError`` where the generator fails on all of them."""
        task = task_of(self.task)
        verdicts = [_silent(case, task) for case in cases]
        open_cases = [case for case, verdict in zip(cases, verdicts, strict=True) if verdict is None]
        orders = (open_cases, [asking.swapped(case) for case in open_cases]) if task.is_comparison else (open_cases,)
        asked = [_Asked(self._prompt(case, task)) for order in orders for case in order]
        self._ask(asked, task)
        said = [one.verdict(task) for one in asked]
        if task.is_comparison:
            half = len(open_cases)
            said = [_agreed(first, second) for first, second in zip(said[:half], said[half:], strict=True)]
        rest = iter(said)
        return [verdict or next(rest) for verdict in verdicts]

    def _prompt(self, case: Case, task: Task) -> Prompt:
        language = "en" if self.wording is Wording.ENGLISH else answer_language(case.example)
        return asking.prompt(case, task, language)

    def _ask(self, asked: Sequence[_Asked], task: Task) -> None:
        """Until every one has a verdict or has been asked often enough."""
        sampling = self.sampling
        if Ability.STRUCTURE in self.generator.supports:
            sampling = replace(sampling, structure=asking.structure(task))
        left = list(asked)
        for _ in range(self.retries + 1):
            if not left:
                return
            started = time.perf_counter()
            completions = self.generator.generate([one.prompt for one in left], sampling)
            seconds = (time.perf_counter() - started) / len(left)
            for one, completion in zip(left, completions, strict=True):
                one.take(completion, seconds, task)
            left = [one for one in left if one.is_open]


class _Asked:
    """One prompt with what came of it so far."""

    def __init__(self, prompt: Prompt) -> None:
        self.prompt = prompt
        self.reply: replies.Reply | None = None
        self._so_far = Verdict(prompt.query.id, "")
        self._error = ""

    @property
    def is_open(self) -> bool:
        """Whether it should be asked again; an error of the generator is not, which has retries of its own."""
        return self.reply is None and not self._error

    def take(self, completion: Completion, seconds: float, task: Task) -> None:
        """Read a reply; where it is no verdict, the next prompt says so."""
        self._so_far = replace(
            self._so_far,
            usage=self._so_far.usage + completion.usage,
            seconds=self._so_far.seconds + seconds,
            asked=self._so_far.asked + 1,
            reason=completion.text,
        )
        self._error = completion.error
        self.reply = None if completion.error else replies.read(completion.text, task.labels)
        if self.is_open:
            self.prompt = asking.again(self.prompt, completion.text, task)

    def verdict(self, task: Task) -> Verdict:
        """What was said, or how it failed."""
        if self.reply:
            repaired = int(self.reply.repaired)
            return replace(self._so_far, label=self.reply.label, reason=self.reply.reason, repaired=repaired)
        prose = " ".join(self._so_far.reason.split())
        shown = prose[: _SHOWN - 1] + "…" if len(prose) > _SHOWN else prose
        labels = ", ".join(task.labels)
        error = self._error or f"the judge gave no verdict ({labels}) when asked {self._so_far.asked} times: '{shown}'"
        return replace(self._so_far, reason="", error=error)


def _silent(case: Case, task: Task) -> Verdict | None:
    """The verdict on what needs no judge: an empty answer is worth nothing, and two of them are worth the same."""
    has_answer, has_rival = bool(case.answer.strip()), bool(case.rival.strip())
    best, middle, worst = task.labels
    if has_answer and (has_rival or not task.is_comparison):
        return None
    if not task.is_comparison:
        return Verdict(case.example.query.id, worst, "there is no answer")
    label = best if has_answer else worst if has_rival else middle
    return Verdict(case.example.query.id, label, "there is no answer on one side or both")


def _agreed(first: Verdict, second: Verdict) -> Verdict:
    """The verdict of both orders, ``second`` being that with the answers swapped."""
    turned = {"A": "B", "B": "A"}.get(second.label, second.label)
    both = replace(
        first,
        usage=first.usage + second.usage,
        seconds=first.seconds + second.seconds,
        asked=first.asked + second.asked,
        repaired=first.repaired + second.repaired,
    )
    if first.error or second.error:
        return replace(both, label="", reason="", error=first.error or second.error)
    if first.label == turned:
        return both
    return replace(both, label="tie", reason=f"{first.label} first, {turned} the other way round: {first.reason}")
