"""``xrag fit``: learn a cure for language bias from parallel text."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from xrag.cli._options import WholeNumber, directory_argument, json_option
from xrag.cli._output import print_json, timing
from xrag.cli._progress import showing_progress
from xrag.cli._terminal import screen
from xrag.corpus.parallel import read_parallel
from xrag.index import Progress

KINDS = ("centred", "lir", "shift", "linear", "orthogonal")
"""Named here so that ``--help`` need not load what learns them; a test compares them."""


@click.command("fit")
@directory_argument
@click.argument("kind", type=click.Choice(KINDS))
@click.option(
    "--parallel",
    "files",
    multiple=True,
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Parallel text: NAME.de and NAME.en, line by line, or a .tsv; give the option for each file.",
)
@click.option("--limit", type=WholeNumber(1), default=5000, show_default=True, help="Pairs of each text at most.")
@click.option("--components", type=WholeNumber(1), default=1, show_default=True, help="How many lir removes.")
@json_option
def command(*, directory: Path, kind: str, files: tuple[Path, ...], limit: int, components: int, as_json: bool) -> None:
    """Learn for the vectors of the index DIR what takes their language out of them; search with --retriever dense-KIND.

    What is learned lies in DIR/learned and holds for as long as the index has vectors of the same model.
    """
    from xrag.index import fit_cure  # noqa: PLC0415 - loads FAISS

    texts = read_parallel(files, limit)
    with showing_progress() as progress:

        def encoding(done: int, total: int) -> None:
            progress(Progress("encoding", done, total, done, kind))

        report = fit_cure(directory, kind, texts, components=components, progress=encoding)
    if as_json:
        print_json(asdict(report) | {"path": str(report.path)})
        return
    to = screen()
    pairs = ", ".join(f"{language} {count:,}" for language, count in report.pairs.items())
    click.echo(
        to.text(f"{kind}: learned from {pairs} texts in {timing(report.seconds)}; search with --retriever dense-{kind}")
    )
    if report.missing:
        click.echo(to.text(f"no parallel text in {', '.join(report.missing)}: treated as the languages that have some"))
