"""Options that several commands share, so that the same thing has the same name everywhere."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from xrag import languages
from xrag.cli._queries import checked
from xrag.errors import UnknownLanguage
from xrag.registry import components
from xrag.types import Json

Function = TypeVar("Function", bound=Callable[..., object])


class Language(click.ParamType[str]):
    """A language by any code or name; its value is the canonical tag."""

    name = "language"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The tag. An unknown one fails with the nearest names."""
        try:
            return languages.tag(str(value))
        except UnknownLanguage as error:
            self.fail(str(error), param, ctx)


class LanguageList(click.ParamType[tuple[str, ...]]):
    """Languages by any codes or names between commas; its value is their canonical tags."""

    name = "languages"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """The tags. An unknown one fails with the nearest names."""
        return tuple(Language().convert(one.strip(), param, ctx) for one in str(value).split(",") if one.strip())


class WholeNumber(click.IntRange):
    """A whole number in a range."""

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number. What is none, or out of the range, fails."""
        try:
            number = int(str(value))
        except ValueError:
            self.fail(f"'{value}' is not a whole number", param, ctx)
        return int(super().convert(number, param, ctx))


class Bytes(click.ParamType[int]):
    """An amount of memory, as ``24GB`` or ``500 MB``; its value is the bytes, in powers of 1000."""

    name = "bytes"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The bytes. What is no amount, or nothing, fails."""
        found = _AMOUNT.fullmatch(str(value).strip().lower())
        amount = int(float(found[1]) * 1000 ** _UNITS.index(found[2])) if found else 0
        return amount or self.fail(f"'{value}' is no amount of memory, as 24GB or 500MB", param, ctx)


_UNITS = ("", "k", "m", "g", "t")
_AMOUNT = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?([kmgt]?)b?")


class Text(click.ParamType[str]):
    """Words of the caller, which must be text: a shell can hand over any bytes."""

    name = "text"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The text as it is, where it can be a question."""
        try:
            return checked(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Setting(click.ParamType[tuple[str, Json]]):
    """``NAME=VALUE``: a value that is JSON (a number, true, a list) is read as such, any other is text."""

    name = "name=value"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, Json]:
        """The name, as Python writes it, and the value."""
        name, equals, given = str(value).partition("=")
        if not (name and equals):
            self.fail(f"'{value}' is not of the form NAME=VALUE", param, ctx)
        try:
            return name.replace("-", "_"), json.loads(given)
        except ValueError:
            return name.replace("-", "_"), given


class ComponentName(click.ParamType[str]):
    """The name of a registered component; completed by the shell, checked where it is loaded."""

    name = "name"

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> list[CompletionItem]:
        """The names that begin so."""
        return [CompletionItem(name) for name in sorted(components(self._kind)) if name.startswith(incomplete)]


POLICIES = ("off", "prompt", "strict", "guaranteed")
"""The presets of a language policy, named here so that ``--help`` need not load them."""


class PolicyName(click.ParamType[str]):
    """A preset of the language policy, or a TOML file that holds one."""

    name = f"[{'|'.join(POLICIES)}|FILE.toml]"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name, or the path of a file that is there."""
        given = str(value)
        is_file = given.endswith(".toml")
        if is_file and not Path(given).is_file():
            self.fail(f"there is no file {given}", param, ctx)
        if not is_file and given not in POLICIES:
            known = ", ".join(POLICIES)
            self.fail(f"no language policy is called '{given}'; there are: {known}, FILE.toml", param, ctx)
        return given

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> list[CompletionItem]:
        """The presets that begin so, else files."""
        found = [CompletionItem(name) for name in POLICIES if name.startswith(incomplete)]
        return found or [CompletionItem(incomplete, type="file")]


@dataclass(frozen=True, slots=True)
class Choice:
    """What a command line chose for asking; languages are tags, or None where they are left to be identified."""

    retriever: str = "dual"
    reranker: str | None = None
    reranker_option: tuple[tuple[str, Json], ...] = ()
    translator: str = "lexicon"
    translator_option: tuple[tuple[str, Json], ...] = ()
    generator: str = "extractive"
    model: str | None = None
    generator_option: tuple[tuple[str, Json], ...] = ()
    policy: str = "prompt"
    context: tuple[tuple[str, Json], ...] = ()
    view: tuple[str, ...] = ()
    consistency: tuple[str, ...] | None = None
    language: str | None = None
    answer_language: str | None = None
    k: int = 10


def _choose(ctx: click.Context, param: click.Parameter, value: object) -> None:
    ctx.obj = replace(ctx.obj or Choice(), **{str(param.name): value})


def _choice(
    flag: str, kind: click.ParamType[Any], said: str, *, multiple: bool = False
) -> Callable[[Function], Function]:
    """An option that goes into the ``Choice``, which the command gets as its first argument (``click.pass_obj``)."""
    name = flag.strip("-").replace("-", "_")
    return click.option(
        flag,
        type=kind,
        default=getattr(Choice(), name),
        show_default=not multiple,
        multiple=multiple,
        help=said,
        callback=_choose,
        expose_value=False,
    )


def translator_option(command: Function) -> Function:
    """What carries questions and passages into other languages: ``--translator``, ``--translator-option``."""
    for option in reversed(_TRANSLATOR_OPTIONS):
        command = option(command)
    return command


def generator_options(command: Function) -> Function:
    """What answers, from what and how: ``--generator`` and its options, ``--context``, ``--view``, ``--policy``."""
    for option in reversed(_GENERATOR_OPTIONS):
        command = option(command)
    return command


retriever_option = _choice("--retriever", ComponentName("retriever"), "How to search.")
_RERANKER_OPTIONS = (
    _choice("--reranker", ComponentName("reranker"), "Put what was found in another order: a model, or listwise."),
    _choice("--reranker-option", Setting(), "A further option of the reranker, as window=10.", multiple=True),
)


def reranker_options(command: Function) -> Function:
    """What puts the hits in another order: ``--reranker`` and its options."""
    for option in reversed(_RERANKER_OPTIONS):
        command = option(command)
    return command


_TRANSLATOR_OPTIONS = (
    _choice("--translator", ComponentName("translator"), "What translates: NAME, or NAME:MODEL where it needs one."),
    _choice("--translator-option", Setting(), "A further option of the translator, as beams=1.", multiple=True),
)
_GENERATOR_OPTIONS = (
    _choice("--generator", ComponentName("generator"), "What answers."),
    _choice("--model", click.STRING, "The language model, for a generator that needs one."),
    _choice(
        "--generator-option", Setting(), "A further option of the generator, as server=http://…/v1.", multiple=True
    ),
    _choice("--context", Setting(), "A setting of the context, as balance=round-robin.", multiple=True),
    _choice("--view", ComponentName("view"), "How passages or question are put to the model.", multiple=True),
    _choice("--policy", PolicyName(), "What is done for the language of the answer."),
    _choice("--consistency", LanguageList(), "Ask in these languages (en,es) too, and let the answers vote."),
)
language_option = _choice("--language", Language(), "The language of the question; else it is identified.")
answer_language_option = _choice("--answer-language", Language(), "The language of the answer; else the question's.")
k_option = _choice("-k", WholeNumber(1), "How many passages to find.")
directory_argument = click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object; docs/cli.md explains its keys.")
