"""``xrag expand``: passages with questions in other languages, written by a generator, to be indexed with them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from xrag.cli._generator import make_generator
from xrag.cli._options import Choice, LanguageList, WholeNumber, directory_argument, generator_options
from xrag.cli._tables import many
from xrag.cli._terminal import screen
from xrag.corpus.expansion import expanded
from xrag.errors import InputError
from xrag.index import IndexDirectory, open_index
from xrag.types import Json, Passage


@click.command("expand")
@directory_argument
@click.option(
    "-o", "--output", "target", required=True, type=click.Path(path_type=Path, dir_okay=False), help="A .jsonl file."
)
@click.option("--languages", type=LanguageList(), required=True, help="Languages of the questions, between commas.")
@click.option("--each", type=WholeNumber(1), default=3, show_default=True, help="Questions in each language.")
@generator_options
@click.pass_obj
def command(choice: Choice, *, directory: Path, target: Path, languages: tuple[str, ...], each: int) -> None:
    """Write the passages of the index DIR with questions that they answer, in LANGUAGES, to a file that can be indexed.

    Questions in the language of those who ask make passages easier to find across languages; they are searched, and never
    shown. Interrupted, the same command goes on where it was.
    """
    generator = make_generator(choice)
    with open_index(directory) as index:
        done = _written(target)
        left = (passage for passage in _passages(index) if passage.id not in done)
        with target.open("a", encoding="utf-8") as stream:
            for passage in expanded(left, generator, languages, each=each):
                stream.write(json.dumps(_record(passage), ensure_ascii=False) + "\n")
                stream.flush()
        total = sum(index.languages().values())
    click.echo(screen().text(f"{many(total, 'passage')} in {target}, {len(done):,} of them from before"))


def _passages(index: IndexDirectory) -> Iterator[Passage]:
    for language in index.languages():
        yield from index.corpus.by_number(index.corpus.numbers(language))


def _written(target: Path) -> frozenset[str]:
    """The ids that an interrupted run wrote; a line that it did not end is cut off. Raises ``InputError`` for another file."""
    if not target.exists():
        return frozenset()
    content = target.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    try:
        ids = frozenset(str(json.loads(line)["id"]) for line in whole.splitlines())
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{target} holds something else than passages; name another file with -o") from error
    if len(whole) < len(content):
        with target.open("r+b") as stream:
            stream.truncate(len(whole))
    return ids


def _record(passage: Passage) -> Mapping[str, Json]:
    told: dict[str, Json] = {"id": passage.id, "text": passage.text, "language": passage.language}
    named: dict[str, Json] = {"title": passage.title, "source": passage.source}
    return told | {name: value for name, value in named.items() if value} | dict(passage.metadata)
