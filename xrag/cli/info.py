"""``xrag info``: what an index holds."""

from __future__ import annotations

from pathlib import Path

import click

from xrag.cli._options import directory_argument
from xrag.cli._output import print_json
from xrag.cli._tables import language_table, many, size
from xrag.cli._terminal import one_line, screen
from xrag.cli._vectors import sparse_record, sparse_said, vectors_record, vectors_said
from xrag.index import open_index


@click.command("info")
@directory_argument
@click.option("--verify", is_flag=True, help="Read every file against its checksum.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def command(directory: Path, *, verify: bool, as_json: bool) -> None:
    """Say what the index DIR holds: passages, languages, files, size."""
    with open_index(directory) as index:
        checked = index.verify() if verify else None
        state = index.snapshot.corpus
        vectors, sparse = vectors_record(index), sparse_record(index)
        record = {
            "directory": str(directory),
            "generation": index.snapshot.generation,
            "passages": len(index.corpus),
            "files": state.files,
            "duplicates": state.duplicates,
            "bytes": index.size(),
            "languages": dict(index.languages()),
            "vectors": vectors,
            "sparse": sparse,
            "verified_files": checked,
        }
    if as_json:
        print_json(record)
        return
    to = screen()
    click.echo(to.text(f"{directory}: generation {record['generation']}, {size(index.size())}"))
    origin = f"from {many(state.files, 'file')}, {many(state.duplicates, 'duplicate')} left out"
    click.echo(to.text(f"{many(len(index.corpus), 'passage')} {origin}"))
    click.echo(language_table(index.languages()))
    if vectors:
        click.echo(to.text(one_line(vectors_said(vectors))))
    if sparse:
        click.echo(to.text(one_line(sparse_said(sparse))))
    if checked is not None:
        click.echo(to.text(f"{many(checked, 'file')} verified: every byte is as it was written"))
