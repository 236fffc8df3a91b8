"""``xrag chat``: question after question over one index."""

from __future__ import annotations

from pathlib import Path

import click

from xrag.cli._chat import Chat
from xrag.cli._options import (
    Choice,
    answer_language_option,
    directory_argument,
    generator_options,
    k_option,
    language_option,
    reranker_options,
    retriever_option,
    translator_option,
)


@click.command("chat")
@directory_argument
@language_option
@answer_language_option
@retriever_option
@reranker_options
@translator_option
@generator_options
@k_option
@click.pass_obj
def command(choice: Choice, *, directory: Path) -> None:
    """Ask the index DIR question after question; a short one is read together with those before it.

    /help lists the commands. Ctrl-C stops an answer, Ctrl-D ends the chat. Without a terminal, questions are read from
    standard input, one a line.
    """
    Chat(directory, choice).run()
