"""What judges and people said of the answers of an experiment, how far they agree, what it cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from xrag.errors import InputError
from xrag.eval.agreement import Agreement, cohen, fleiss
from xrag.eval.judges import panels
from xrag.eval.judges.panels import Cost
from xrag.eval.judges.tasks import TASKS, Task, Verdict, task_of
from xrag.eval.predictions import json_lines
from xrag.eval.results import Result, mean
from xrag.experiments.judging import rival_of, verdicts
from xrag.experiments.plan import Cell, Plan
from xrag.experiments.spec import JudgeChoice


@dataclass(frozen=True, slots=True)
class Opinion:
    """The verdicts of one judge (or person) on one cell's answers, by query id."""

    choice: JudgeChoice
    verdicts: Mapping[str, Verdict] = field(hash=False)

    @property
    def is_people(self) -> bool:
        """Whether they are people's."""
        return self.choice.labels is not None


@dataclass(frozen=True, slots=True)
class Summary:
    """One task's judges over all setups of a benchmark.

    ``means`` of each judge's verdicts; ``together`` is κ among the judges (Cohen's of two, Fleiss' of more; None of one),
    ``with_people`` each judge's Cohen's κ with each person.
    """

    task: Task
    means: Mapping[str, float] = field(hash=False)
    cost: Cost
    together: Agreement | None
    with_people: Mapping[tuple[str, str], Agreement] = field(hash=False)
    asked: int

    def line(self) -> str:
        """All of it in one line."""
        judges = ", ".join(f"{name} {value:.3f}" for name, value in self.means.items())
        per = self.cost.seconds / self.cost.verdicts if self.cost.verdicts else 0.0
        tokens = self.cost.usage.prompt_tokens + self.cost.usage.completion_tokens
        parts = [
            judges,
            f"{self.cost.failed:,} of {self.cost.verdicts:,} verdicts failed, {self.cost.repaired:,} mended",
        ]
        if self.asked > self.cost.verdicts:
            parts.append(f"{self.asked - self.cost.verdicts:,} not asked for yet")
        if self.together:
            parts.append(f"the judges agree with κ {_kappa(self.together)}")
        parts += [
            f"{judge} agrees with {person} with κ {_kappa(one)}" for (judge, person), one in self.with_people.items()
        ]
        return f"judged-{self.task.name}: {'; '.join((*parts, f'{tokens:,} tokens, {per:.2f} s a verdict'))}"


def opinions(plan: Plan, cell: Cell, directory: Path) -> tuple[Opinion, ...]:
    """What each judge of the experiment said of a cell's answers. Raises ``InputError`` for labels that are none."""
    if cell.answer is None:
        return ()
    found = []
    for choice in plan.experiment.judges:
        rival = rival_of(choice, cell, plan)
        if rival is not None and rival.answer == cell.answer:
            continue
        said = _labels(choice, cell) if choice.labels else verdicts(choice, cell, rival, directory)
        found.append(Opinion(choice, said))
    return tuple(found)


def panel_results(cell: Cell, said: Sequence[Opinion]) -> list[Result]:
    """For each task that generators judge, the mean worth of the panel's verdicts."""
    found = []
    for name, judges in _by_task(said).items():
        task = TASKS[name]
        asked = dict.fromkeys(key for one in judges for key in one.verdicts)
        voted = {
            key: panels.majority(task, [one.verdicts[key] for one in judges if key in one.verdicts]) for key in asked
        }
        how = "+".join(f"{one.choice.name}({one.choice.generator},{one.choice.wording})" for one in judges)
        found.append(panels.result(task, voted, cell.asked.examples, f"judges:{how}|vote:majority"))
    return found


def summaries(cells: Sequence[Cell], said: Sequence[Sequence[Opinion]]) -> list[Summary]:
    """For each task its judges over the cells of one benchmark; ``said``: the opinions on each cell."""
    found = []
    by_task: dict[str, dict[str, dict[str, Verdict]]] = defaultdict(lambda: defaultdict(dict))
    people: dict[str, dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    asked: dict[str, int] = defaultdict(int)
    for cell, opinions_of_cell in zip(cells, said, strict=True):
        for one in opinions_of_cell:
            keyed = {f"{cell.setup.name}\0{key}": verdict for key, verdict in one.verdicts.items()}
            if one.is_people:
                people[one.choice.task][one.choice.name] |= {key: verdict.label for key, verdict in keyed.items()}
            else:
                by_task[one.choice.task][one.choice.name] |= keyed
                asked[one.choice.task] += len(cell.queries)
    for name, judges in by_task.items():
        found.append(_summary(TASKS[name], judges, people[name], asked[name]))
    return found


def _summary(
    task: Task, judges: Mapping[str, Mapping[str, Verdict]], people: Mapping[str, Mapping[str, str]], asked: int
) -> Summary:
    labels = {name: {key: one.label for key, one in said.items() if one.label} for name, said in judges.items()}
    every = [one for said in judges.values() for one in said.values()]
    together = None
    if len(labels) > 1:
        together = cohen(*labels.values()) if len(labels) == 2 else fleiss(list(labels.values()))
    return Summary(
        task=task,
        means={name: mean([task.values.get(one.label, 0.0) for one in said.values()]) for name, said in judges.items()},
        cost=panels.cost_of(every),
        together=together,
        with_people={(judge, person): cohen(labels[judge], people[person]) for judge in labels for person in people},
        asked=asked,
    )


def _by_task(said: Sequence[Opinion]) -> dict[str, list[Opinion]]:
    groups: dict[str, list[Opinion]] = defaultdict(list)
    for one in said:
        if not one.is_people:
            groups[one.choice.task].append(one)
    return groups


def _labels(choice: JudgeChoice, cell: Cell) -> dict[str, Verdict]:
    """People's labels of one setup."""
    path = Path(choice.labels or "")
    asked = {query.id for query in cell.queries}
    found: dict[str, Verdict] = {}
    try:
        for place, setup, key, label in _label_rows(path, task_of(choice.task)):
            if setup == cell.setup.name and key in asked:
                if key in found and found[key].label != label:
                    raise InputError(
                        f"{place}: '{key}' of '{setup}' was labelled {found[key].label} before; keep one of them"
                    )
                found[key] = Verdict(key, label)
    except FileNotFoundError as error:
        raise InputError(f"the labels of '{choice.name}' are not there: {path}") from error
    return found


def _label_rows(path: Path, task: Task) -> Iterator[tuple[str, str, str, str]]:
    for line, row in json_lines(path):
        values = [row.get(name) for name in ("setup", "id", "label")]
        if not all(isinstance(one, str) for one in values):
            raise InputError(f'{path}:{line}: a label is {{"setup": …, "id": …, "label": …}}')
        setup, key, label = map(str, values)
        if label not in task.labels:
            raise InputError(
                f"{path}:{line}: '{label}' is no label of {task.name}; there are: {', '.join(task.labels)}"
            )
        yield f"{path}:{line}", setup, key, label


def _kappa(one: Agreement) -> str:
    return f"{one.value:.2f} (n = {one.n:,})" if one.value is not None else f"– (n = {one.n:,})"
