"""What a lexicon holds: entries, size and sources of each language, with their licences, as its manifest says."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from xrag.errors import UsageError
from xrag.translators.store import MANIFEST, Lexicon
from xrag.translators.table import SUFFIX
from xrag.types import Json


@dataclass(frozen=True, slots=True)
class LanguageSummary:
    """A language's entries, the bytes of its file, and the names of the sources that it was built from."""

    language: str
    entries: int
    size: int
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """The languages in the order of their tags; of each source what ``described`` keeps, by its name.

    ``over`` is the version of the shipped lexicon that further words were mixed over, else empty.
    """

    version: str
    over: str
    languages: tuple[LanguageSummary, ...]
    sources: Mapping[str, Mapping[str, str]]

    def of(self, languages: Collection[str]) -> Summary:
        """The same of some languages, or of all where none is named. Raises ``UsageError`` at one without a table."""
        lacking = sorted(set(languages) - {row.language for row in self.languages})
        if lacking:
            raise UsageError(
                f"the lexicon has no table of {', '.join(lacking)}; xrag lexicon info lists those that it has"
            )
        chosen = tuple(row for row in self.languages if row.language in languages or not languages)
        named = {name for row in chosen for name in row.sources}
        return Summary(
            self.version, self.over, chosen, {name: row for name, row in self.sources.items() if name in named}
        )


def summary(directory: Path) -> Summary:
    """What the lexicon in a directory holds. Raises ``IndexCorrupt`` where its manifest or a table is missing or damaged."""
    lexicon = Lexicon(directory)
    for name in lexicon.languages():
        lexicon.table(name)
    manifest = json.loads((directory / MANIFEST).read_bytes())
    languages = tuple(_language(directory, name, manifest["tables"][name]) for name in lexicon.languages())
    return Summary(lexicon.checksum, manifest.get("over", ""), languages, manifest["sources"])


def _language(directory: Path, name: str, row: Mapping[str, Json]) -> LanguageSummary:
    sources = row["sources"]
    size = (directory / f"{name}{SUFFIX}").stat().st_size
    return LanguageSummary(
        name, int(str(row["entries"])), size, tuple(map(str, sources if isinstance(sources, list) else ()))
    )
