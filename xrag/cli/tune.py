"""``xrag tune``: the weights of a fusion, from held-out questions."""

from __future__ import annotations

from pathlib import Path

import click

from xrag.benchmarks.records import read_examples
from xrag.cli._options import Choice, directory_argument, json_option, translator_option
from xrag.cli._output import print_json
from xrag.cli._session import make_translator
from xrag.cli._terminal import screen
from xrag.index.tuning import TuneReport, tune_index
from xrag.retrievers.tuned import Parts
from xrag.retrievers.tuning import MEASURE
from xrag.types import Json


@click.command("tune")
@directory_argument
@click.option(
    "--gold",
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Held-out questions with their relevant passages (qrels) in JSON Lines.",
)
@click.option(
    "--member",
    "members",
    multiple=True,
    default=("dual", "dense"),
    show_default=True,
    help="A retriever, or RETRIEVER=NORMALISATION (best, min-max, z-score, bounds, rank); give the option for each.",
)
@translator_option
@json_option
@click.pass_obj
def command(choice: Choice | None, *, directory: Path, gold: Path, members: tuple[str, ...], as_json: bool) -> None:
    """Learn what each of several retrievers should count over the index DIR; search with --retriever tuned.

    Each language with 30 questions or more has weights of its own, others those of all.
    """
    named = [member.partition("=") for member in members]
    parts = Parts(tuple(name for name, _, _ in named), tuple(how or "best" for _, _, how in named))
    examples = list(read_examples(gold))
    report = tune_index(directory, parts, examples, translator=make_translator(choice or Choice()))
    if as_json:
        print_json(_record(report))
        return
    click.echo(screen().text("\n".join(_lines(report))))


def _lines(report: TuneReport) -> list[str]:
    tuned, names = report.tuned, report.parts.retrievers
    rows = [("all", tuned.default), *tuned.languages.items()]
    lines = [f"{language}: {', '.join(map(_weight, names, mix))}" for language, mix in rows]
    figures = f"{tuned.equal:.3f} with equal weights, {tuned.value:.3f} with these"
    unseen = f"{tuned.held_out:.3f} on the half that they were not learned from"
    return [*lines, f"{MEASURE} of {sum(report.queries.values()):,} questions: {figures}, {unseen}"]


def _weight(name: str, weight: float) -> str:
    return f"{name} {weight:.2f}"


def _record(report: TuneReport) -> dict[str, Json]:
    tuned = report.tuned
    languages: dict[str, Json] = {language: list(mix) for language, mix in tuned.languages.items()}
    queries: dict[str, Json] = dict(report.queries)
    return {
        "path": str(report.path),
        "members": list(report.parts.retrievers),
        "normalise": list(report.parts.normalise),
        "default": list(tuned.default),
        "languages": languages,
        "measure": MEASURE,
        "equal": tuned.equal,
        "value": tuned.value,
        "held_out": tuned.held_out,
        "queries": queries,
    }
