"""The command line: one file per command, imported only when the command is used, so that ``xrag --help`` stays fast."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from typing import NoReturn

import click

from xrag.errors import UsageError, XragError

COMMANDS = {
    "demo": "Index the demo corpus and ask it in many scripts.",
    "index": "Build or update an index of files and folders.",
    "tune": "Learn from questions what retrievers count in a fusion.",
    "expand": "Write questions in other languages for passages.",
    "fit": "Learn a cure for language bias from parallel text.",
    "search": "Find passages for one query, or for a file of them.",
    "ask": "Answer one question from the passages of an index.",
    "chat": "Ask question after question, with follow-ups.",
    "score": "Score answers or rankings that any system made.",
    "bench": "Run an experiment: benchmarks × setups; resume it.",
    "report": "Show an experiment as a table, page, CSV or LaTeX.",
    "data": "Get the benchmarks, and say what there is to know of them.",
    "serve-model": "Start a language model behind vLLM's server.",
    "info": "Say what an index holds, and check its files.",
    "lexicon": "Say what the lexicon holds; build it; add words to it.",
    "list": "List the components that can be named in options.",
    "completion": "Print the completion script of a shell.",
}
DISTRIBUTION = "crosslingual-rag"
INTERRUPTED, PIPE_CLOSED = 130, 141
MENDS = {
    "encoding": "--encoding NAME",
    "chunk_records": "--chunk-records yes",
    "on_error": "--on-error skip to go on without such files",
    "missing": "--missing drop",
    "model": "--model NAME",
    "fresh": "xrag index PATHS -o DIR --fresh",
}
"""How the command line says what ``XragError.mends`` names."""


class LazyGroup(click.Group):
    """Knows the commands by name and one line; its module in ``xrag.cli`` is imported when one is invoked."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Nothing asked is a question for help."""
        return super().parse_args(ctx, args or ["--help"])

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The commands, in the order that a newcomer meets them."""
        return [*COMMANDS]  # the submodule `list` hides the built-in once it is imported

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name; an unknown one is an error that names the nearest."""
        if cmd_name in COMMANDS:
            command: click.Command = import_module(f"xrag.cli.{cmd_name.replace('-', '_')}").command
            return command
        near = difflib.get_close_matches(cmd_name, COMMANDS, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(COMMANDS)}"
        raise click.UsageError(f"no command is called '{cmd_name}'; {hint}", ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The one-liners, without importing a command."""
        with formatter.section("Commands"):
            formatter.write_dl([*COMMANDS.items()])


def _print_version(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked:
        click.echo(f"xrag {version(DISTRIBUTION)}")
        ctx.exit()


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Print the version."
)
def cli() -> None:
    """Ask in your language; the answer comes from passages in any other, with citations.

    \b
    A first try:    xrag demo
    Your own files: xrag index DOCUMENTS -o my-index
                    xrag chat my-index
    """  # noqa: D301 - click reads the backspace as "leave these lines as they are"


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Run a command line (``sys.argv`` by default) and exit: 0 done, 1 failed, 2 asked wrongly, 130 interrupted."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        status = cli.main(args=args, prog_name="xrag", standalone_mode=False)
        sys.stdout.flush()
    except Exception as error:  # the last line of defence: whatever happened becomes one line
        if os.environ.get("XRAG_TRACEBACK"):
            raise
        sys.exit(_report(error))
    sys.exit(status if isinstance(status, int) else 0)


def _report(error: Exception) -> int:
    """Print one line about an error where there is something to say; return the exit code."""
    from xrag.cli._terminal import one_line  # noqa: PLC0415 - only where something went wrong

    code, message = _explain(error)
    if message:
        click.echo(f"xrag: {one_line(message)}", err=True)
    return code


def explained(error: XragError) -> str:
    """What the error says, and the options that mend it."""
    ways = [MENDS[name] for name in error.mends if name in MENDS]
    return f"{error} ({', or '.join(ways)})" if ways else str(error)


def _explain(error: Exception) -> tuple[int, str]:
    match error:
        case click.Abort():
            told = INTERRUPTED, ""
        case BrokenPipeError():
            # The interpreter flushes standard output once more on its way out, which must not fail again.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            told = PIPE_CLOSED, ""
        case click.UsageError():
            asked = error.ctx.command_path if error.ctx else "xrag"
            told = 2, f"{error.format_message()} (see {asked} --help)"
        case click.ClickException():
            told = error.exit_code, error.format_message()
        case XragError():
            told = 2 if isinstance(error, UsageError) else 1, explained(error)
        case OSError():
            told = 1, f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}"
        case _:
            kind = type(error).__name__
            told = 1, f"{kind}: {error} (a defect of xrag; XRAG_TRACEBACK=1 shows where it happened)"
    return told
