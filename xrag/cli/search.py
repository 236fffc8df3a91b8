"""``xrag search``: passages for one query, or for a file of queries."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import click

from xrag import trace
from xrag.cli._explanation import explanations
from xrag.cli._options import (
    Choice,
    Text,
    directory_argument,
    k_option,
    language_option,
    reranker_options,
    retriever_option,
    translator_option,
)
from xrag.cli._output import FORMATS, Found
from xrag.cli._queries import read_queries
from xrag.cli._session import batches, identified, make_reranker, make_translator, note_undetermined
from xrag.cli._terminal import screen
from xrag.index import open_index
from xrag.types import UNDETERMINED, Query


@click.command("search")
@directory_argument
@click.argument("query", type=Text(), required=False)
@click.option("--queries", "file", type=click.Path(path_type=Path), help="A .jsonl or .tsv file of queries.")
@language_option
@retriever_option
@reranker_options
@translator_option
@k_option
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="table", show_default=True)
@click.option("--explain", is_flag=True, help="Show the words that each passage shares, and what found it.")
@click.pass_obj
def command(choice: Choice, *, directory: Path, query: str | None, file: Path | None, form: str, explain: bool) -> None:
    """Find the passages of the index DIR for QUERY, whatever their language.

    A file of queries is JSONL, {"id", "text", "language"?} a line, or TSV: id, text and perhaps language.
    """
    if (query is None) == (file is None):
        raise click.UsageError("give one QUERY, or a file of them with --queries")
    asked = read_queries(file) if file else [Query("1", query or "")]
    index = open_index(directory)
    searcher = index.retriever(choice.retriever, translator=make_translator(choice))
    reranker = make_reranker(choice, index.corpus)
    for batch in batches(asked):
        queries = identified(batch, choice.language or UNDETERMINED)
        note_undetermined(queries, "say it with --language")
        with trace.collect() if explain else nullcontext(()) as events:
            rankings = searcher.search(queries, choice.k)
            rankings = reranker.rerank(queries, rankings, choice.k) if reranker else rankings
        told = explanations(events, queries) if explain else [None] * len(queries)
        for one, ranking, explanation in zip(queries, rankings, told, strict=True):
            passages = index.corpus.get([hit.passage_id for hit in ranking])
            found = Found(one, ranking, passages, explanation)
            FORMATS[form](found, choice.retriever, screen())
