"""What ``xrag lexicon`` prints."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from xrag import languages
from xrag.cli._tables import columns, many, size
from xrag.cli._terminal import one_line
from xrag.translators import location
from xrag.translators.location import VARIABLE, Location, in_use
from xrag.translators.store import Lexicon
from xrag.types import Json

if TYPE_CHECKING:
    from xrag.translators.lexicons import Added, Built
    from xrag.translators.summary import Summary

STALE = "it was mixed over another version of the shipped lexicon; to have the words of this one, remove it and add yours again"


def summary_lines(here: Location, found: Summary) -> list[str]:
    """Where the lexicon is, a line for each language and for each source."""
    entries = sum(language.entries for language in found.languages)
    total = sum(language.size for language in found.languages)
    head = f"{here.directory}: {here.reason}; version {found.version}"
    counts = f"{many(len(found.languages), 'language')}, {entries:,} entries, {size(total)}"
    rows = [
        (of.language, languages.name(of.language), f"{of.entries:,}", size(of.size), ", ".join(of.sources))
        for of in found.languages
    ]
    sources = [[one_line(text) for text in (name, of["licence"], of["title"])] for name, of in found.sources.items()]
    stale = (
        [STALE]
        if here.directory != location.SHIPPED and found.over not in ("", Lexicon(location.SHIPPED).checksum)
        else []
    )
    return [one_line(head), *stale, counts, "", *columns(rows, right=(2, 3)), "", "sources", *columns(sources)]


def summary_record(here: Location, found: Summary) -> dict[str, Json]:
    """The same as JSON."""
    return {
        "directory": str(here.directory),
        "reason": here.reason,
        "version": found.version,
        "over": found.over or None,
        "languages": {
            of.language: {"entries": of.entries, "bytes": of.size, "sources": list(of.sources)}
            for of in found.languages
        },
        "sources": {name: dict(of) for name, of in found.sources.items()},
    }


def built_lines(done: Built, sources: Path | None) -> list[str]:
    """What was built, what was not there to build it from, and whether it is used."""
    lines = [f"built {many(len(done.languages), 'language')}: {', '.join(done.languages)}"]
    if done.missing:
        lines.append(f"built without {many(len(done.missing), 'file')} that {sources} lacks, as {done.missing[0]}")
    return [one_line(line) for line in (*lines, _use(done.directory))]


def added_lines(language: str, done: Added) -> list[str]:
    """What was added, to what, and whether it is used."""
    what = " and ".join(many(n, kind) for n, kind in ((done.pairs, "translation"), (done.sentences, "sentence")) if n)
    line = f"{languages.name(language)}: {what or 'nothing'} over {done.over.directory} ({done.over.reason})"
    return [one_line(line), one_line(_use(done.directory))]


def _use(directory: Path) -> str:
    if in_use().directory == directory:
        return f"{directory}: in use from now on; the shipped one again: rm -r {shlex.quote(str(directory))}"
    return f"{directory}: to use it, set {VARIABLE}={shlex.quote(str(directory))}"
