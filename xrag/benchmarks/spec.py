"""What a benchmark's TOML says of it: where it comes from, which languages and splits it has, what must be in them.

title, licence, citation, homepage, revision    for people; ``revision`` is the published version
form                                            the loader (``xrag list loader``)
languages = {ar = "arabic", …}                  canonical tag ─▶ how the files call it; a list where they are the same
aligned = true                                  passages and questions are parallel: the n-th is the same in every language
per_language_ids = true                         the same id names other things in other languages
answer_language = "en"                          where it is not the question's
translations = "mine-translated"                the benchmark with people's translations of the questions, under the same ids
[splits.dev.files]                              what a file is ─▶ its path, with ``{language}`` for one a language
[splits.dev.urls]                               the same keys ─▶ where to download it
[splits.dev.questions]                          language ─▶ how many questions; ``passages`` likewise
[splits.dev.sha256]                             path ─▶ checksum, of those that are known
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from xrag import languages
from xrag.errors import InputError, UsageError


@dataclass(frozen=True, slots=True)
class Split:
    """One part of a benchmark. The mappings are keyed by what a file is, by language, or by path, as above."""

    name: str
    files: Mapping[str, str] = field(hash=False)
    urls: Mapping[str, str] = field(default_factory=dict, hash=False)
    questions: Mapping[str, int] = field(default_factory=dict, hash=False)
    passages: Mapping[str, int] = field(default_factory=dict, hash=False)
    sha256: Mapping[str, str] = field(default_factory=dict, hash=False)

    def path(self, kind: str, code: str) -> str:
        """The path of a file, relative to the benchmark's folder. ``code`` is the language as the files call it."""
        return self.files[kind].format(language=code)


@dataclass(frozen=True, slots=True)
class Spec:
    """A benchmark. ``languages``: canonical tag ─▶ how its files call the language, in the order of the TOML."""

    name: str
    title: str
    form: str
    licence: str
    citation: str
    homepage: str
    revision: str
    languages: Mapping[str, str] = field(hash=False)
    splits: Mapping[str, Split] = field(hash=False)
    aligned: bool = False
    per_language_ids: bool = False
    answer_language: str | None = None
    official: str | None = None
    translations: str | None = None
    notes: str = ""

    def split(self, name: str | None = None) -> Split:
        """The split of that name, the first one where None is given. Raises ``UsageError``."""
        chosen = name or next(iter(self.splits))
        if chosen not in self.splits:
            raise UsageError(f"{self.name} has no split '{chosen}'; there are: {', '.join(self.splits)}")
        return self.splits[chosen]

    def chosen(self, wanted: Sequence[str] | None = None) -> list[str]:
        """The canonical tags of the languages wanted, all of them where None is given. Raises ``UsageError``."""
        if wanted is None:
            return list(self.languages)
        tags = [languages.tag(code) for code in wanted]
        missing = [code for code in tags if code not in self.languages]
        if missing:
            raise UsageError(f"{self.name} has no {', '.join(missing)}; its languages are {', '.join(self.languages)}")
        return tags


def names() -> list[str]:
    """The benchmarks that ship, in alphabetical order."""
    return sorted(
        entry.name.removesuffix(".toml") for entry in files(__package__).iterdir() if entry.name.endswith(".toml")
    )


def read_spec(name: str | Path) -> Spec:
    """The benchmark of that name, or of a TOML file of the caller's own. Raises ``UsageError`` with the nearest names."""
    if str(name).endswith(".toml"):
        path = Path(name)
        return _spec(path.stem, path.read_text(encoding="utf-8"), str(path))
    if name not in names():
        near = difflib.get_close_matches(str(name), names(), n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else f"there are: {', '.join(names())}"
        raise UsageError(f"no benchmark is called '{name}'; {hint} (or name a .toml file)")
    return _spec(str(name), (files(__package__) / f"{name}.toml").read_text(encoding="utf-8"), f"{name}.toml")


def _spec(name: str, text: str, place: str) -> Spec:
    try:
        table = tomllib.loads(text)
        codes = table.pop("languages")
        splits = {key: Split(key, **value) for key, value in table.pop("splits").items()}
        by_tag = codes if isinstance(codes, dict) else {code: code for code in codes}
        return Spec(
            name, languages={languages.tag(tag): code for tag, code in by_tag.items()}, splits=splits, **_known(table)
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{place}: not a benchmark ({error}); docs/evaluation.md shows what one says") from error


def _known(table: dict[str, Any]) -> dict[str, Any]:  # Any: TOML values, checked by the names of the fields
    for key in ("title", "form", "licence", "citation", "homepage", "revision"):
        if not isinstance(table.get(key), str):
            raise TypeError(f"'{key}' is not given")
    return table
