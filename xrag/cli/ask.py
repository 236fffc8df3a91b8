"""``xrag ask``: one question, one answer."""

from __future__ import annotations

from pathlib import Path

import click

from xrag.cli._options import (
    Choice,
    Text,
    answer_language_option,
    directory_argument,
    generator_options,
    json_option,
    k_option,
    language_option,
    reranker_options,
    retriever_option,
    translator_option,
)
from xrag.cli._output import answer_record, print_answer, print_json
from xrag.cli._session import note_undetermined, open_pipeline
from xrag.cli._terminal import screen
from xrag.types import UNDETERMINED, Query


@click.command("ask")
@directory_argument
@click.argument("question", type=Text())
@language_option
@answer_language_option
@retriever_option
@reranker_options
@translator_option
@generator_options
@k_option
@json_option
@click.pass_obj
def command(choice: Choice, *, directory: Path, question: str, as_json: bool) -> None:
    """Answer QUESTION from the passages of the index DIR, in the question's language, with citations."""
    pipeline = open_pipeline(directory, choice)
    query = Query("1", question, choice.language or UNDETERMINED)
    answer = pipeline.ask(query, answer_language=choice.answer_language, k=choice.k)
    note_undetermined([answer.query], "say it with --language")
    if as_json:
        print_json(answer_record(answer))
    else:
        print_answer(answer, screen())
