"""Building a lexicon from the published sources, and adding one's own words to the one in use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from xrag.errors import InputError, UsageError
from xrag.manifest import replacing
from xrag.translators import location, recipe
from xrag.translators.amending import Addition, amend
from xrag.translators.sources import own
from xrag.translators.sources.catalogue import Source, chosen, described, pieces, source
from xrag.translators.sources.fetching import fetch
from xrag.translators.store import MANIFEST
from xrag.translators.table import SUFFIX
from xrag.types import Json

Fetching = Callable[[str, int, int], object]
"""Called with a file, how many are there, and how many are wanted."""

OWN_WEIGHT = 3.0
"""How much a user's own translation counts beside what the lexicon has; that of a published source counts the same."""


@dataclass(frozen=True, slots=True)
class Built:
    """The lexicon that was built: where, of which languages, and the files of the sources that were not there."""

    directory: Path
    languages: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Added:
    """What was added to a lexicon, which was that until then, and where the two together lie."""

    over: location.Location
    directory: Path
    pairs: int
    sentences: int


def build(
    languages: Sequence[str],
    *,
    sources: Path | None = None,
    output: Path | None = None,
    addons: Sequence[str] = (),
    fetching: Fetching,
    building: recipe.Progress,
) -> Built:
    """Build the lexicon of the languages, or of all that there are, from a folder of sources or from their homes.

    ``addons`` are names of sources that are not shipped. Raises ``InputError`` where a source cannot be had or read.
    """
    rows = chosen(addons)
    wanted = tuple(languages or recipe.available())
    folder = sources or _fetched(rows, wanted, fetching)
    found, missing = pieces(rows, wanted, folder)
    if not any(piece.paths for piece in found):
        lacking = f"; it lacks {missing[0]}, for one" if missing else ""
        raise UsageError(f"{folder} holds no source of {', '.join(wanted)}{lacking}")
    directory = output or location.own()
    recipe.build(wanted, folder, directory, addons=addons, progress=building)
    return Built(directory, wanted, tuple(missing))


def add(
    language: str, files: Sequence[Path], *, output: Path | None = None, reading: own.Progress = own.untold
) -> Added:
    """Mix a glossary or parallel text over the lexicon in use; the shipped lexicon stays as it is.

    ``reading`` is told the lines that are read, now and then.

    Raises ``InputError`` where a file is not of two columns, or two files are not aligned.
    """
    mine = own.read(language, files, progress=reading)
    if not (mine.pairs or mine.sentences):
        raise InputError(f"{files[0]} holds no entry; give a file with one entry per line")
    row: dict[str, Json] = {
        "title": ", ".join(path.name for path in files),
        "licence": "your own",
        "attribution": "you",
    }
    return _added(Addition(language, mine.pairs, mine.sentences, {"own files": row}, OWN_WEIGHT), output)


def add_source(language: str, name: str, *, output: Path | None = None, fetching: Fetching) -> Added:
    """Mix a published source, fetched from its home, over the lexicon in use: one that may not be shipped, for one."""
    row = source(name)
    if language not in row.files:
        raise UsageError(f"{name} has nothing of {language}; it has {', '.join(sorted(row.files))}")
    found, _ = pieces([row], [language], _fetched([row], [language], fetching))
    is_text = row.kind == "parallel"
    pairs = () if is_text else tuple(chain.from_iterable(piece.pairs() for piece in found))
    sentences = tuple(chain.from_iterable(piece.sentences() for piece in found)) if is_text else ()
    return _added(Addition(language, pairs, sentences, {name: described(row)}), output)


def _fetched(sources: Sequence[Source], languages: Sequence[str], progress: Fetching) -> Path:
    folder = location.fetched()
    fetch(sources, languages, folder, progress=progress)
    return folder


def _added(addition: Addition, output: Path | None) -> Added:
    directory = output or location.own()
    over = _built_on(directory)
    with replacing(directory) as beside:
        amend(addition, over=over.directory, output=beside)
    return Added(over, directory, len(addition.pairs), len(addition.sentences))


def _built_on(directory: Path) -> location.Location:
    """The lexicon that is there already, which an addition goes over, else the one in use.

    Raises ``UsageError`` where the directory holds anything else, which would be lost.
    """
    there = sorted(directory.iterdir()) if directory.is_dir() else [directory] if directory.exists() else []
    others = [path for path in there if path.suffix != SUFFIX and path.name != MANIFEST]
    if others:
        raise UsageError(
            f"{directory} holds other files than a lexicon's ({others[0].name}); name a new directory with -o"
        )
    return location.Location(directory, "what was there") if directory / MANIFEST in there else location.in_use()
