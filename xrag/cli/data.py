"""``xrag data``: the benchmarks' files."""

from __future__ import annotations

from pathlib import Path

import click

from xrag.benchmarks import get, load, names, read_spec
from xrag.benchmarks.files import folder_of
from xrag.cli._options import LanguageList
from xrag.cli._tables import many
from xrag.cli._terminal import screen


@click.group("data")
def command() -> None:
    """Get the benchmarks that answers and rankings are scored on, and say what there is to know of them."""


@command.command("list")
def list_all() -> None:
    """The benchmarks that xrag knows, with their splits and how many languages they have."""
    width = max(map(len, names()))
    for name in names():
        spec = read_spec(name)
        here = "here" if folder_of(spec).is_dir() else ""
        counts = many(len(spec.languages), "language")
        click.echo(f"  {name:<{width}}  {counts:>12}  {', '.join(spec.splits)}  {here}".rstrip())


@command.command("show")
@click.argument("name")
def show(name: str) -> None:
    """Where the benchmark NAME comes from, its licence, what to cite, its languages and splits."""
    spec, to = read_spec(name), screen()
    rows = {
        "title": spec.title,
        "citation": spec.citation,
        "licence": spec.licence,
        "homepage": spec.homepage,
        "revision": spec.revision,
        "splits": ", ".join(spec.splits),
        "languages": ", ".join(spec.languages),
        "folder": str(folder_of(spec)),
        "note": spec.notes,
    }
    for key, value in rows.items():
        if value:
            click.echo(to.text(f"{key + ':':<11}{value}"))


@command.command("get")
@click.argument("name")
@click.option(
    "--from", "source", type=click.Path(path_type=Path, exists=True, file_okay=False), help="A folder to copy from."
)
@click.option("--languages", type=LanguageList(), help="Only these, between commas.")
@click.option("--split", "splits", multiple=True, metavar="SPLIT", help="Only this one; may be given again.")
def get_one(name: str, *, source: Path | None, languages: tuple[str, ...] | None, splits: tuple[str, ...]) -> None:
    """Download the benchmark NAME, or copy it from a folder, and check what it holds."""
    spec, to = read_spec(name), screen()
    brought = get(spec, source=source, languages=languages, splits=splits)
    click.echo(to.text(f"{many(len(brought), 'file')} brought to {folder_of(spec)}"))
    for split in splits or spec.splits:
        loaded = load(name, split=split, languages=languages)
        click.echo(
            f"{split}: {many(len(loaded.examples), 'question')} in {many(len(languages or spec.languages), 'language')}"
        )
