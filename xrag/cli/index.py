"""``xrag index``: build an index, or bring it up to date."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import click

from xrag.cli._options import Bytes, Language, LanguageList, Setting, WholeNumber
from xrag.cli._output import print_json, timing
from xrag.cli._progress import showing_progress
from xrag.cli._tables import language_table, report_lines, report_record
from xrag.cli._terminal import one_line, screen
from xrag.cli._vectors import Vectors, encoded
from xrag.corpus import Missing, ReadOptions
from xrag.index import build_index, stored_options
from xrag.retrievers.dense.plan import KINDS

Function = TypeVar("Function", bound=Callable[..., object])


def _read_option(
    flag: str, kind: click.ParamType[Any], said: str, *, multiple: bool = False
) -> Callable[[Function], Function]:
    """An option that replaces one of the index's ``ReadOptions`` when it is given."""
    return click.option(flag, type=kind, help=said, multiple=multiple, callback=_collect, expose_value=False)


def _collect(ctx: click.Context, param: click.Parameter, value: object) -> None:
    given = ctx.ensure_object(dict)
    if value is not None:
        given[str(param.name)] = value


@click.command("index")
@click.argument("paths", metavar="[PATHS...]", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "-o", "directory", metavar="DIR", required=True, type=click.Path(path_type=Path), help="The index directory."
)
@_read_option("--language", Language(), "The language of whatever does not name its own; else it is identified.")
@_read_option(
    "--languages", LanguageList(), "All languages that there are, as en,ru,th: identification chooses of them."
)
@_read_option("--encoding", click.STRING, "The encoding of text files, as windows-1252; else it is detected.")
@_read_option("--chunk-size", WholeNumber(1), "Words per passage (at first 100).")
@_read_option("--overlap", WholeNumber(0), "Sentences that a passage repeats of the one before (at first 1).")
@_read_option(
    "--chunk-records", click.BOOL, "Whether to cut the records of jsonl, tsv and parquet files, too (at first no)."
)
@_read_option(
    "--duplicates",
    click.Choice(["drop", "keep"]),
    "Passages of the same text and language (at first dropped, counted).",
)
@_read_option("--on-error", click.Choice(["stop", "skip"]), "What to do at a file that cannot be read (at first stop).")
@click.option(
    "--missing",
    type=click.Choice(["stop", "drop"]),
    default="stop",
    show_default=True,
    help="What to do where all has vanished that was read from a path given earlier.",
)
@_read_option("--embedder", click.STRING, "Give the passages vectors: a model, as docs/dense.md names them.")
@_read_option(
    "--embedder-option",
    Setting(),
    "How a model without a card is used, as pooling=mean or 'query_prompt=query: '.",
    multiple=True,
)
@_read_option("--dimension", WholeNumber(1), "Cut the vectors to so many dimensions, where the model allows it.")
@_read_option("--vector-index", click.Choice(list(KINDS)), "The kind of vector index; else the size decides.")
@_read_option(
    "--vector-memory", Bytes(), "The memory that the vector index may take, as 24GB: the kind is chosen by it."
)
@_read_option("--sparse-encoder", click.STRING, "Let a model weigh the passages' terms, as docs/dense.md names them.")
@click.option("--fresh", is_flag=True, help="Forget what DIR holds and build anew, as for a damaged index.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as one JSON object.")
@click.pass_obj
def command(
    given: Mapping[str, Any],
    *,
    paths: tuple[Path, ...],
    directory: Path,
    missing: Missing,
    fresh: bool,
    as_json: bool,
) -> None:
    """Index files and folders, PATHS, in the directory DIR: jsonl(.gz), tsv, parquet, txt, md, html, pdf.

    Run it again, with further PATHS or none, to bring the index up to date: only what is new, edited or gone is looked
    at, with the paths and options that the index was made with. Interrupted, it goes on where it was; until it ends, the
    earlier index stays in use.
    """
    try:
        vectors, reading = Vectors.among(given)
        options = replace(ReadOptions() if fresh else stored_options(directory), **reading)
        with showing_progress() as progress:
            report = build_index(paths, directory, options=options, progress=progress, fresh=fresh, missing=missing)
            made = encoded(directory, vectors, progress)
    except KeyboardInterrupt:
        click.echo("\nxrag: interrupted; the same command goes on from here", err=True)
        raise
    if as_json:
        print_json(report_record(report) | made.record())
        return
    to = screen()
    click.echo(to.text("\n".join(map(one_line, report_lines(report)))))
    click.echo(language_table(report.languages))
    for line in made.lines():
        click.echo(to.text(one_line(line)))
    click.echo(
        to.text(f"{directory}: generation {report.generation}, ready in {timing(report.seconds + made.seconds)}")
    )
