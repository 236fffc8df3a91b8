"""``xrag lexicon``: which lexicon is in use, and what it holds; build one; add words to it."""

from __future__ import annotations

from pathlib import Path

import click

from xrag.cli._lexicon import added_lines, built_lines, summary_lines, summary_record
from xrag.cli._options import Language
from xrag.cli._output import print_json
from xrag.cli._progress import showing_steps

PATH = click.Path(path_type=Path)
LANGUAGES = click.argument("languages", metavar="[LANG]...", nargs=-1, type=Language())
OUTPUT = click.option("-o", "output", metavar="DIR", type=PATH, help="Where to; else to where xrag then uses it.")


@click.group("lexicon")
def command() -> None:
    """The tables that carry a question into another language without a model: what they hold, and how to change them."""


@command.command("info")
@LANGUAGES
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def info(*, languages: tuple[str, ...], as_json: bool) -> None:
    """Say which lexicon is in use: entries, size and sources of every language, or of each LANG, and the licences."""
    from xrag.translators import location  # noqa: PLC0415 - the tables' libraries, which --help does without
    from xrag.translators.summary import summary  # noqa: PLC0415

    here = location.in_use()
    found = summary(here.directory).of(languages)
    if as_json:
        print_json(summary_record(here, found))
        return
    click.echo("\n".join(summary_lines(here, found)))


@command.command("build")
@LANGUAGES
@click.option("--sources", metavar="DIR", type=PATH, help="A folder with the sources; else they are fetched.")
@OUTPUT
@click.option("--with", "addons", metavar="NAME", multiple=True, help="A source that is not shipped, as freedict-gpl.")
def build(*, languages: tuple[str, ...], sources: Path | None, output: Path | None, addons: tuple[str, ...]) -> None:
    """Build the lexicon of every language, or of each LANG, from the published sources.

    Without --sources they are fetched from their homes, at pinned revisions, and checked. An interrupted run goes on where it
    stopped.
    """
    from xrag.translators import lexicons  # noqa: PLC0415

    with showing_steps() as show:
        done = lexicons.build(
            languages,
            sources=sources,
            output=output,
            addons=addons,
            fetching=lambda name, at, of: show(f"Fetching {name}: {at} of {of}"),
            building=lambda language, entries: show(f"Building {language}: {entries:,} entries"),
        )
    click.echo("\n".join(built_lines(done, sources)))


@command.command("add")
@click.argument("language", metavar="LANG", type=Language())
@click.argument("files", metavar="FILE [FILE]", nargs=-1, type=PATH)
@click.option("--source", metavar="NAME", help="Instead of files, a published source, as freedict-gpl; it is fetched.")
@OUTPUT
def add(*, language: str, files: tuple[Path, ...], source: str | None, output: Path | None) -> None:
    """Mix your own words of LANG over the lexicon in use; they weigh more than what is there.

    One FILE has two columns, the term and its English, tab-separated or as .csv: a glossary, or sentences. Two are sentences,
    line by line, the second in English.
    """
    from xrag.translators import lexicons  # noqa: PLC0415

    if bool(files) == bool(source):
        raise click.UsageError("give a FILE, or two, or --source NAME")
    if source:
        with showing_steps() as show:
            done = lexicons.add_source(
                language, source, output=output, fetching=lambda name, at, of: show(f"Fetching {name}: {at} of {of}")
            )
    else:
        with showing_steps() as show:
            done = lexicons.add(
                language, files, output=output, reading=lambda lines: show(f"Reading {files[0].name}: {lines:,} lines")
            )
    click.echo("\n".join(added_lines(language, done)))
