"""The recipe of the shipped lexicon: published sources, mixed per language, then numbered together and packed.

Every step is deterministic, and a language's finished part is kept until the whole is done: a build that was interrupted goes
on where it stopped.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from xrag.languages import same, supported
from xrag.languages.morphology import signature
from xrag.manifest import remove, write_json, write_text
from xrag.translators import seed
from xrag.translators.drafting import Draft, Sources, draft
from xrag.translators.keys import EXACT, is_spaced, key_of, stemmed
from xrag.translators.mixing import FUNCTION_WORDS, TITLES, Mixed
from xrag.translators.packing import Row, write_english, write_language
from xrag.translators.pivots import function_words, pivot_of
from xrag.translators.sources.catalogue import Piece, Source, catalogue, chosen, described, pieces
from xrag.translators.sources.pairs import Pair
from xrag.translators.store import MANIFEST
from xrag.translators.table import ENGLISH
from xrag.types import Json

FORMAT = 2
VERSION = 1
"""Raised whenever the same sources would give other tables."""

LEAST_LANGUAGES = 4
"""In how many languages an article must have a title, so that its title is an entry."""
PIVOTS = 70_000
"""How many English expressions a lexicon holds; a term that means none of them is left out."""
_MOST_RANK = 3
_FEWEST_ENTRIES = 100
_MOST_READINGS = 4
_LEAST_PROBABILITY = 0.09
_OFTEN = 0.45
_USUAL = 100.0

OWN = "own"
_OWN = {"title": "glossary.tsv, function_words.tsv", "licence": "Apache-2.0", "attribution": "written for this project"}

Progress = Callable[[str, int], None]
"""Is told each language that is done, and how many entries it has."""


def no_progress(language: str, entries: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Ingredients:
    """Where the sources lie, which of the catalogue are used, and where drafts are kept."""

    directory: Path
    sources: tuple[Source, ...]
    drafts: Path


def build(
    languages: Collection[str],
    directory: Path,
    output: Path,
    *,
    addons: Collection[str] = (),
    progress: Progress = no_progress,
    processes: int = 2,
) -> None:
    """Write the lexicon of these languages (all that the sources have, if none is named) into ``output``."""
    wanted = sorted(set(languages or available()) - {ENGLISH})
    made = Ingredients(directory, tuple(chosen(addons)), output.with_name(f"{output.name}.drafts"))
    made.drafts.mkdir(parents=True, exist_ok=True)
    frequent_titles(made)
    with _pool(processes) as pool:
        drafting = {language: pool.submit(_drafted, made, language) for language in _largest_first(made, wanted)}
        paths = {language: drafting[language].result() for language in wanted}
        parts = {language: Part(path, _named(made, language)) for language, path in paths.items()}
        write(
            output, parts, {row.name: described(row) for row in made.sources} | {OWN: dict(_OWN)}, progress, pool=pool
        )
    remove(made.drafts)


def available() -> list[str]:
    """The languages that a source of the catalogue has a file of, or that CLDR knows well enough."""
    with_files = {language for row in catalogue() if row.shipped for language in row.files}
    others = (tag for tag in supported() if not any(same(tag, language) for language in with_files))
    return sorted({ENGLISH} | with_files | {tag for tag in others if len(seed.seeded(tag)) >= _FEWEST_ENTRIES})


def gathered(made: Ingredients, language: str) -> Sources:
    """What the sources say of one language."""
    found, _ = pieces(made.sources, [language], made.directory)
    pairs: list[tuple[str, Sequence[Pair]]] = [
        (piece.source.kind, list(piece.pairs())) for piece in found if piece.source.kind != "parallel"
    ]
    pairs += [("glossary", seed.glossary(language)), (FUNCTION_WORDS, seed.function_words(language))]
    sentences = [pair for piece in found if piece.source.kind == "parallel" for pair in piece.sentences()]
    return Sources(pairs, sentences)


def _largest_first(made: Ingredients, languages: Iterable[str]) -> list[str]:
    """So that no process is left with a long one at the end."""

    def size(language: str) -> int:
        found, _ = pieces(made.sources, [language], made.directory)
        return sum(path.stat().st_size for piece in found for path in piece.paths)

    return sorted(languages, key=size, reverse=True)


def _named(made: Ingredients, language: str) -> tuple[str, ...]:
    found, _ = pieces(made.sources, [language], made.directory)
    return (*dict.fromkeys(piece.source.name for piece in found), OWN)


def _drafted(made: Ingredients, language: str) -> Path:
    path = made.drafts / f"{language}-{_fingerprint(made, language)}.tsv"
    if not path.is_file():
        draft(language, gathered(made, language), frequent_titles(made)).save(path)
    return path


def _fingerprint(made: Ingredients, language: str) -> str:
    """Changes with the recipe, the stemmer, the sources chosen and their files."""
    found, _ = pieces(made.sources, [language], made.directory)
    said = [str(VERSION), signature(language), signature(ENGLISH)]
    for piece in found:
        said += [
            piece.source.name,
            *(f"{path.name} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in piece.paths),
        ]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:12]


def frequent_titles(made: Ingredients) -> set[str]:
    """The English titles of the articles that enough languages have; counted once, then read from the drafts' folder."""
    path = made.drafts / "titles.txt"
    if not path.is_file():
        counts: Counter[str] = Counter()
        every = {language for row in made.sources if row.kind == TITLES for language in row.files}
        for piece in _title_pieces(made, every):
            counts.update({pair.english for pair in piece.pairs()})
        write_text(path, "\n".join(sorted(title for title, count in counts.items() if count >= LEAST_LANGUAGES)))
    return set(path.read_text(encoding="utf-8").split("\n"))


def _title_pieces(made: Ingredients, languages: Collection[str]) -> list[Piece]:
    return pieces([row for row in made.sources if row.kind == TITLES], languages, made.directory)[0]


@dataclass(frozen=True, slots=True)
class Part:
    """A language's draft, as a file, and the names of the sources that it was made from."""

    draft: Path
    sources: tuple[str, ...]


def _pool(processes: int) -> Executor:
    # Without another process tests see what happens in this one.
    return ProcessPoolExecutor(processes) if processes > 1 else ThreadPoolExecutor(1)


def write(
    output: Path, parts: Mapping[str, Part], sources: Mapping[str, Json], progress: Progress, *, pool: Executor
) -> None:
    """Number the pivots of all drafts together and write the tables and the manifest."""
    output.mkdir(parents=True, exist_ok=True)
    english = _english_rows(Draft.pivots(part.draft) for part in parts.values())
    checksum, pivots = write_english(output, english)
    used = sorted({name for part in parts.values() for name in part.sources})
    tables: dict[str, Json] = {ENGLISH: _row(ENGLISH, checksum, len(english), used)}
    written = {
        language: pool.submit(_written, output, language, part.draft, pivots) for language, part in parts.items()
    }
    for language, part in parts.items():
        checksum, entries = written[language].result()
        tables[language] = _row(language, checksum, entries, part.sources)
        progress(language, entries)
    kept: dict[str, Json] = {name: sources[name] for name in used}
    write_json(output / MANIFEST, {"format": FORMAT, "tables": tables, "sources": kept})


def _written(output: Path, language: str, drafted: Path, pivots: Mapping[str, int]) -> tuple[str, int]:
    rows = _rows(language, Draft.load(drafted).rows)
    kept = {key: row for key, row in rows.items() if any(stems in pivots for stems, _, _ in row.readings)}
    return write_language(output, language, kept, pivots), len(kept)


def _row(language: str, checksum: str, entries: int, sources: Iterable[str]) -> Json:
    return {"sha256": checksum, "stemmer": signature(language), "entries": entries, "sources": list(sources)}


def _english_rows(drafts: Iterable[tuple[Collection[str], Mapping[str, str]]]) -> dict[str, Row]:
    """A row per pivot: those that the most languages know, of equal ones the shortest; and the function words."""
    used: set[str] = set()
    languages: Counter[str] = Counter()
    written: dict[str, Counter[str]] = defaultdict(Counter)
    for meant, words in drafts:
        used |= set(meant)
        languages.update(meant | words.keys())
        for stems, form in words.items():
            written[stems][form] += 1
    rows = {key_of(word, ENGLISH): Row(word, [("", 1.0, 0)]) for word in sorted(function_words())}
    ordered = sorted(used - rows.keys(), key=lambda stems: (-languages[stems], stems.count(" "), stems))
    for stems in ordered[: PIVOTS - len(rows)]:
        forms = written[stems]
        rows[stems] = Row(min(forms, key=lambda form: (-forms[form], form), default=stems), ())
    return rows


def _rows(language: str, drafted: Mapping[str, Mixed]) -> dict[str, Row]:
    """The rows of a language: of the terms that mean a pivot, the three with the greatest mass express it."""
    kept = {key: row for key, row in drafted.items() if not _says_the_same(language, key, drafted)}
    meaning: dict[str, list[tuple[float, str]]] = defaultdict(list)
    usual = {
        (pivot.stems, key_of(pair.term, language))
        for pair in seed.seeded(language)
        if (pivot := pivot_of(pair.english))
    }
    for key, row in kept.items():
        for stems, _, mass in row.translations:
            if stems and mass:
                meaning[stems].append((-mass - _USUAL * ((stems, key) in usual), key))
    ranks = {
        (stems, key): _MOST_RANK - place
        for stems, terms in meaning.items()
        for place, (_, key) in enumerate(sorted(terms)[:_MOST_RANK])
    }
    return {
        key: Row(
            row.form if is_spaced(language) else key,
            [
                (s, p, ranks.get((s, key), 0))
                for s, p, _ in row.translations[:_MOST_READINGS]
                if p >= _LEAST_PROBABILITY
            ],
        )
        for key, row in kept.items()
    }


def _says_the_same(language: str, key: str, drafted: Mapping[str, Mixed]) -> bool:
    """Whether a form of a stem means something that the stem means often enough."""
    if not key.startswith(EXACT):
        return False
    stem = drafted.get(stemmed(key.removeprefix(EXACT), language))
    meant = {stems for stems, p, _ in stem.translations if p >= _OFTEN} if stem else set()
    return drafted[key].translations[0][0] in meant
