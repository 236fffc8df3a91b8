"""How a judge is asked in each language: what each task is, the form of a verdict, and what follows one in another form."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

__all__ = ["Rubric", "judging_languages", "rubric"]

_ROOT = files("xrag.resources") / "judging"


@dataclass(frozen=True, slots=True)
class Rubric:
    """The texts of one language. ``form`` takes ``{labels}``, ``retry`` an ``{example}``; labels are English in all of them."""

    language: str
    correctness: str
    grounding: str
    preference: str
    form: str
    retry: str


@cache
def judging_languages() -> tuple[str, ...]:
    """The tags of the languages that judges can be asked in, in alphabetical order."""
    return tuple(sorted(one.name.removesuffix(".toml") for one in _ROOT.iterdir() if one.name.endswith(".toml")))


@cache
def rubric(tag: str) -> Rubric:
    """The texts of a language: those of the tag itself, else of its base language, else the English ones."""
    base = tag.partition("-")[0]
    chosen = next((one for one in (tag, base) if one in judging_languages()), "en")
    texts = tomllib.loads((_ROOT / f"{chosen}.toml").read_text(encoding="utf-8"))
    return Rubric(chosen, **texts)
