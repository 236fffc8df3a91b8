"""A verdict out of what a judge wrote: the JSON object that it was asked for, mended where it is nearly one.

Prose is no verdict, whatever words are in it: "this is not correct" holds the word "correct".
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import regex

_THOUGHTS = regex.compile(r"<think>.*?(?:</think>|\Z)|\A.*?</think>", regex.DOTALL)
_FENCE = regex.compile(r"```\w*")
_OBJECT = regex.compile(r"\{[^{}]*+\}?")
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "＂": '"', "：": ":", "，": ","})
_SINGLE = regex.compile(r"(?<=[{,:]\s*)'|'(?=\s*[,:}])")
_TRAILING = regex.compile(r",\s*(?=\})")
_BARE = regex.compile(r"(?<=[{,]\s*)(\w+)(?=\s*:)")
_KEYS = ("verdict", "label", "judgement", "judgment")
_AROUND = " \t\r\n\"'`*.。:!"


@dataclass(frozen=True, slots=True)
class Reply:
    """A verdict as it was written; ``repaired`` where its form was not that which was asked for."""

    label: str
    reason: str
    repaired: bool


def read(text: str, labels: Sequence[str]) -> Reply | None:
    """The verdict of a reply, the last one where there are several; None where there is none among ``labels``."""
    said = _THOUGHTS.sub("", text).strip()
    exact = _verdict(_parsed(said), labels)
    if exact:
        return Reply(*exact, repaired=False)
    found = [verdict for one in _objects(said) if (verdict := _verdict(one, labels))]
    if found:
        return Reply(*found[-1], repaired=True)
    alone = _label(said.partition("verdict:")[2] or said, labels)
    return Reply(alone, "", repaired=True) if alone else None


def _objects(text: str) -> Iterator[object]:
    """What may be meant as an object, as it stands or mended."""
    for found in _OBJECT.findall(_FENCE.sub("", text)):
        whole = found if found.endswith("}") else found + ('"' if found.count('"') % 2 else "") + "}"
        yield _parsed(whole) or _parsed(_mended(whole))


def _mended(text: str) -> str:
    plain = _SINGLE.sub('"', text.translate(_QUOTES))
    return _BARE.sub(r'"\1"', _TRAILING.sub("", plain))


def _parsed(text: str) -> object:
    try:
        return json.loads(text, strict=False)
    except ValueError:
        return None


def _verdict(value: object, labels: Sequence[str]) -> tuple[str, str] | None:
    if not isinstance(value, Mapping):
        return None
    fields = {str(key).casefold(): one for key, one in value.items()}
    given = next((fields[key] for key in _KEYS if key in fields), None)
    label = _label(given, labels) if isinstance(given, str) else None
    return (label, str(fields.get("reason") or "")) if label else None


def _label(text: str, labels: Sequence[str]) -> str | None:
    """The label that a text is, and nothing else."""
    return next((one for one in labels if one.casefold() == text.strip(_AROUND).casefold()), None)
