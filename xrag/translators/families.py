"""The families of translation models: one table, ``resources/translators.toml``, of how each is told its languages."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from xrag import languages
from xrag.errors import InputError, UnknownLanguage, Unsupported

_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Family:
    """A row of the table. ``token`` is the pattern of a language's token, its group the code."""

    name: str
    types: tuple[str, ...]
    token: str
    begins: str
    forced: bool
    longest: int
    codes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Known:
    """A model that the table names. Without a revision the newest is loaded; a cache knows which it was."""

    hub: str
    licence: str
    revision: str = ""


@dataclass(frozen=True, slots=True)
class Framing:
    """What stands before the tokens of a text, and what its translation must begin with; empty for nothing."""

    prefix: str = ""
    forced: str = ""


@dataclass(frozen=True, slots=True)
class Speaker:
    """A model's way with languages: its family, and the token of each language that it knows, by tag.

    ``pair`` is what a model without such tokens translates: the one language into the other.
    """

    family: Family
    tokens: Mapping[str, str]
    pair: tuple[str, str] | None = None

    def framing(self, source: str, target: str) -> Framing:
        """How the model is asked to translate. Raises ``Unsupported`` for a language that it does not know."""
        if self.pair:
            if not (languages.same(source, self.pair[0]) and languages.same(target, self.pair[1])):
                raise Unsupported(f"the model translates {_way(*self.pair)}, and not {_way(source, target)}")
            return Framing()
        into = self._token(target, f"into {languages.name(target)} ({target})")
        begins = into
        if self.family.begins == "source":
            begins = self._token(source, f"from {languages.name(source)} ({source})")
        return Framing(begins, into if self.family.forced else "")

    def _token(self, tag: str, what: str) -> str:
        # A text of a language in another script than is usual is taken for one in the usual script.
        found = self.tokens.get(tag) or self.tokens.get(tag.partition("-")[0])
        if found is None:
            shown = ", ".join(sorted(self.tokens)[:_SHOWN])
            raise Unsupported(
                f"the model does not translate {what}; of its {len(self.tokens)} languages some are: {shown}"
            )
        return found


def speaker(kind: str, vocabulary: Iterable[str], pair: tuple[str | None, str | None]) -> Speaker:
    """How a model of transformers' type ``kind`` is asked, by what its vocabulary says; ``pair`` is what its tokenizer says.

    Raises ``InputError`` for a model of no family.
    """
    vocabulary = list(vocabulary)
    for family in families():
        if kind in family.types:
            tokens = _languages(family, vocabulary)
            if tokens:
                return Speaker(family, tokens)
            if family.begins == "target" and pair[0] and pair[1]:
                return Speaker(family, {}, (languages.tag(pair[0]), languages.tag(pair[1])))
    known = ", ".join(family.name for family in families())
    raise InputError(f"it is no translation model of a family that xrag knows ({known}): its type is '{kind}'")


def _languages(family: Family, vocabulary: Iterable[str]) -> dict[str, str]:
    pattern = re.compile(family.token)
    found: dict[str, str] = {}
    for token in sorted(vocabulary):
        match = pattern.fullmatch(token)
        tag = _tag(match[1]) if match else None
        if match and tag and (tag not in found or match[1] in (tag, family.codes.get(tag))):
            found[tag] = token
        for own, code in family.codes.items():
            if match and match[1] == code:
                found[own] = token
    return found


def _tag(code: str) -> str | None:
    try:
        return languages.tag(code)
    except UnknownLanguage:
        return None


def _way(source: str, target: str) -> str:
    return f"from {languages.name(source)} ({source}) into {languages.name(target)} ({target})"


@cache
def families() -> tuple[Family, ...]:
    """All families, in the order in which they are looked for."""
    return tuple(Family(**{**row, "types": tuple(row["types"])}) for row in _table()["family"])


@cache
def known_models() -> Mapping[str, Known]:
    """The models that the table names, by name."""
    return {row["hub"]: Known(**row) for row in _table()["model"]}


@cache
def _table() -> Mapping[str, Any]:  # Any: TOML; a test reads every row
    return tomllib.loads(files("xrag.resources").joinpath("translators.toml").read_text(encoding="utf-8"))
