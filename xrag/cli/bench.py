"""``xrag bench``: run an experiment."""

from __future__ import annotations

import time
from pathlib import Path

import click

from xrag.cli._tables import many
from xrag.cli._terminal import screen
from xrag.experiments.plan import Plan, make_plan
from xrag.experiments.running import run
from xrag.experiments.scores import score
from xrag.experiments.spec import read_experiment
from xrag.experiments.tables import terminal
from xrag.experiments.work import Step

_EVERY = 2.0
"""Seconds between two lines of progress."""


@click.command("bench")
@click.argument("experiment", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "-o", "--output", "directory", type=click.Path(path_type=Path), required=True, help="The experiment directory."
)
@click.option("--plan", "plan_only", is_flag=True, help="Show what would be done, and do nothing.")
def command(experiment: Path, *, directory: Path, plan_only: bool) -> None:
    """Run the EXPERIMENT, a TOML of benchmarks and setups, into a directory; run again, it does only what is missing."""
    plan = make_plan(read_experiment(experiment))
    to = screen()
    for line in _plan_lines(plan):
        click.echo(to.text(line))
    if plan_only:
        return
    run(plan, directory, _Progress())
    click.echo()
    click.echo(to.text(terminal(score(plan, directory))))


def _plan_lines(plan: Plan) -> list[str]:
    questions = sum(len(cell.queries) for cell in plan.cells)
    cells = f"{many(len(plan.cells), 'cell')} ({many(questions, 'question')})"
    work = [f"{many(plan.indexes(), 'collection')} to index"]
    if plan.encoded():
        work.append(f"{many(plan.encoded(), 'time')} encoded into vectors")
    work.append(f"{plan.searches():,} searches")
    if plan.pairs():
        work.append(f"at most {plan.pairs():,} hits reranked")
    work.append(many(plan.generations(), "generation"))
    if plan.judgements():
        work.append(many(plan.judgements(), "verdict"))
    if plan.tokens():
        work.append(f"at most {plan.tokens():,} tokens of language models")
    return [f"{plan.experiment.name}: {cells}", ", ".join(work)]


class _Progress:
    """A line on standard error now and then: how far, how fast, how long still."""

    def __init__(self) -> None:
        self._started: dict[str, tuple[float, int]] = {}
        self._last = 0.0

    def __call__(self, step: Step) -> None:
        now = time.monotonic()
        key = f"{step.work} {step.what}"
        started, first = self._started.setdefault(key, (now, step.done))
        is_end = step.done == step.total
        if now - self._last < _EVERY and not is_end:
            return
        self._last = now
        rate = (step.done - first) / (now - started) if now > started else 0.0
        left = f", {rate:.0f}/s, {(step.total - step.done) / rate:.0f} s left" if rate and not is_end else ""
        failed = f", {step.failed:,} failed" if step.failed else ""
        click.echo(f"{key}: {step.done:,} of {step.total:,}{left}{failed}", err=True)
