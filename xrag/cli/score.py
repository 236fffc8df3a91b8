"""``xrag score``: predictions of any system."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import click

from xrag.benchmarks import Benchmark, load
from xrag.benchmarks.records import read_examples, read_nuggets
from xrag.cli._bias import bias_lines, bias_of, bias_record
from xrag.cli._options import LanguageList
from xrag.cli._output import print_json
from xrag.cli._scores import audit_lines, fidelity_lines, pass_rate_lines, result_lines
from xrag.cli._terminal import screen
from xrag.errors import InputError
from xrag.eval.official.rates import PassRates, Response
from xrag.eval.predictions import Prediction, read_predictions
from xrag.eval.scoring import Scores, intervals, matched_run, read_run, score_answers
from xrag.types import Example

_RUNS = frozenset({".trec", ".run", ".txt"})
_MEASURES = ("nDCG@10", "R@100", "RR@10")
_CONFUSION = "language-confusion"


@click.command("score")
@click.argument("predictions", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--benchmark", help="The benchmark that was answered (xrag data list), or a .toml file.")
@click.option("--split", help="Its split; the first one by default.")
@click.option("--languages", type=LanguageList(), help="Only these, between commas.")
@click.option(
    "--gold",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Questions with answers in JSON Lines instead.",
)
@click.option("--official", help="Also what a published script says (xrag list script); a benchmark names its own.")
@click.option("--measure", "measures", multiple=True, help="For a TREC run: nDCG@10, R@100 …; may be given again.")
@click.option(
    "--words", type=click.Path(path_type=Path, exists=True), help="The English word list of language-confusion."
)
@click.option(
    "--bias", "asks_bias", is_flag=True, help="For a TREC run: what it does to the languages of the passages."
)
@click.option(
    "--index",
    "searched",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The index that was searched, for --bias: it tells the passages' languages (else the benchmark does).",
)
@click.option(
    "--nuggets",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help='What answers should hold, for the nugget recall: {"id", "nuggets": […]} a line, or weights by nugget.',
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def command(
    *,
    predictions: Path,
    official: str | None,
    measures: tuple[str, ...],
    words: Path | None,
    nuggets: Path | None,
    as_json: bool,
    **asked: object,
) -> None:
    """Score PREDICTIONS: answers (JSON, JSON Lines, CSV), retrieved texts (ctxs), or a TREC run.

    Corrected figures come first, those of the published script beside them, then what is missing, extra or doubled.
    """
    if official == _CONFUSION:
        _confusion(predictions, words, as_json=as_json)
        return
    gold = _asked(**asked)  # type: ignore[arg-type]
    script = official or gold.script
    is_run = predictions.suffix in _RUNS
    if (gold.asks_bias or gold.searched or measures) and not is_run:
        raise click.UsageError("--measure, --bias and --index are for a TREC run (.trec, .run)")
    if nuggets and is_run:
        raise click.UsageError("--nuggets is for answers, not for a TREC run")
    scores = (
        _ranked(predictions, gold.examples, measures)
        if is_run
        else score_answers(
            read_predictions(predictions), gold.examples, script, read_nuggets(nuggets) if nuggets else None
        )
    )
    found = bias_of(predictions, gold.examples, gold.benchmark, gold.searched) if gold.asks_bias else None
    if as_json:
        print_json(_record(scores) | ({"bias": bias_record(found)} if found else {}))
        return
    _show(scores, script)
    if found:
        click.echo("\nlanguage bias\n" + "\n".join(bias_lines(found)))


@dataclass(frozen=True, slots=True)
class _Gold:
    """What the predictions are held against, and what else was asked for."""

    examples: list[Example]
    benchmark: Benchmark | None
    asks_bias: bool
    searched: Path | None

    @property
    def script(self) -> str | None:
        """The published script of the benchmark."""
        return self.benchmark.spec.official if self.benchmark else None


def _asked(
    *,
    benchmark: str | None,
    split: str | None,
    languages: tuple[str, ...] | None,
    gold: Path | None,
    asks_bias: bool,
    searched: Path | None,
) -> _Gold:
    if (benchmark is None) == (gold is None):
        raise click.UsageError("say what was answered with --benchmark, or give the --gold answers")
    if gold is not None:
        examples = list(read_examples(gold))
        if not examples:
            raise InputError(f"{gold} holds no question; docs/evaluation.md shows the form")
        return _Gold(examples, None, asks_bias, searched)
    loaded = load(benchmark or "", split=split, languages=languages)
    return _Gold(list(loaded.examples), loaded, asks_bias, searched)


def _ranked(run: Path, examples: list[Example], measures: tuple[str, ...]) -> Scores:
    from xrag.eval import retrieval  # noqa: PLC0415 - needs the extra, which answers do not
    from xrag.eval.audit import Audit  # noqa: PLC0415

    rankings = matched_run(read_run(run), examples)
    results = tuple(retrieval.score(measures or _MEASURES, rankings, examples).values())
    asked = {one.query.id: one for one in examples}
    missing = tuple(key for key, one in asked.items() if key not in rankings and any(one.qrels.values()))
    extra = tuple(key for key in rankings if key not in asked)
    return Scores(results, (), Audit(missing=missing, extra=extra), {}, intervals(results, examples))


def _confusion(predictions: Path, words: Path | None, *, as_json: bool) -> None:
    from xrag.eval.official import language_confusion  # noqa: PLC0415 - needs the extra

    if words is None:
        raise click.UsageError("the language-confusion script needs its English word list: --words FILE")
    english = language_confusion.read_words(words)
    tasks: dict[str, list[Response]] = {}
    for one in read_predictions(predictions):
        tasks.setdefault(str(one.fields.get("task", "")), []).append(_response(one, predictions))
    rates = {task: language_confusion.score(tasks[task], english) for task in sorted(tasks)}
    if as_json:
        print_json({"language-confusion": [_rate_record(task, *row) for task in rates for row in rates[task].items()]})
        return
    for task, found in rates.items():
        click.echo("\n".join(pass_rate_lines(task, found)))


def _response(one: Prediction, path: Path) -> Response:
    told = [one.fields.get(name) for name in ("source", "language")]
    if not all(isinstance(name, str) and name for name in told):
        raise InputError(
            f"{path}:{one.line}: no 'source' or no 'language', by which language-confusion rates are told apart"
        )
    return Response(one.text or "", *map(str, told))


def _rate_record(task: str, group: tuple[str, str], rates: PassRates) -> dict[str, object]:
    return {"task": task, "source": group[0], "language": group[1], **asdict(rates), "lcpr": rates.lcpr}


def _show(scores: Scores, script: str | None) -> None:
    to = screen()
    if scores.corrected:
        click.echo("\n".join(result_lines(scores.corrected, scores.intervals)))
    if scores.official:
        click.echo(f"\nofficial: {script}")
        click.echo("\n".join(result_lines(scores.official, {})))
    if scores.fidelity:
        click.echo("\nlanguage of the answers")
        click.echo("\n".join(fidelity_lines(scores.fidelity)))
    for line in audit_lines(scores.audit):
        click.echo(to.text(line))
    click.echo()
    for result in (*scores.corrected, *scores.official):
        click.echo(to.dim(to.text(result.signature)))


def _record(scores: Scores) -> dict[str, object]:
    return {
        "corrected": [asdict(one) for one in scores.corrected],
        "official": [asdict(one) for one in scores.official],
        "intervals": {name: asdict(one) for name, one in scores.intervals.items()},
        "fidelity": {language: asdict(one) for language, one in scores.fidelity.items()},
        "audit": asdict(scores.audit),
    }
