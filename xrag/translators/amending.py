"""Mixing further words of one language over a finished lexicon, whose other languages stay what they are.

English expressions that are new to the lexicon are numbered among the others, so every file is written anew; but of the other
languages only the numbers change, which takes seconds.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from xrag.languages.morphology import fold, signature
from xrag.manifest import write_json
from xrag.translators import location
from xrag.translators.drafting import aligned
from xrag.translators.keys import EXACT, key_of
from xrag.translators.mixing import Mixed, Mixture, shared
from xrag.translators.packing import Reading, Row, write_english, write_language, write_sections
from xrag.translators.pivots import pivot_of
from xrag.translators.sources.pairs import Pair, Sentences
from xrag.translators.store import MANIFEST, Lexicon
from xrag.translators.table import ENGLISH, MOST_PIVOTS, NOTHING, SUFFIX, LanguageTable
from xrag.types import Json

MOST_SENTENCES = 100_000
"""More are not aligned, which would take gigabytes: of a longer text every n-th sentence is."""

_MOST_READINGS = 5
_USUAL = 3


@dataclass(frozen=True, slots=True)
class Addition:
    """What is mixed in: a language's pairs and sentences, and of each source what ``catalogue.described`` says, by its name."""

    language: str
    pairs: Sequence[Pair]
    sentences: Sequence[Sentences]
    sources: Mapping[str, Mapping[str, Json]]
    weight: float = 1.0
    """How much a translation of the pairs counts beside what is there."""


def amend(addition: Addition, *, over: Path, output: Path) -> None:
    """Write into ``output`` the lexicon of ``over`` with the addition mixed in.

    Raises ``IndexCorrupt`` where ``over`` is damaged.
    """
    lexicon = Lexicon(over)
    tables = {name: table for name in lexicon.languages() if (table := lexicon.table(name))}
    english = dict(_rows(tables[ENGLISH], [""] * (len(tables[ENGLISH]) + 1)))
    stems = ["", *english]
    rows = _amended(addition, dict(_rows(tables[addition.language], stems)) if addition.language in tables else {})
    output.mkdir(parents=True, exist_ok=True)
    sums = {}
    sums[ENGLISH], pivots = write_english(output, _with_pivots(english, rows, addition.pairs))
    sums[addition.language] = write_language(output, addition.language, rows, pivots)
    numbers = np.array([pivots.get(key, NOTHING) for key in stems], np.int64)
    for name in tables.keys() - sums.keys():
        sums[name] = write_sections(output / f"{name}{SUFFIX}", tables[name].renumbered(numbers))
    _write_manifest(addition, over, output, sums, len(rows))


def _rows(table: LanguageTable, stems: Sequence[str]) -> list[tuple[str, Row]]:
    return [
        (key, Row(form, [(stems[pivot], probability, rank) for pivot, probability, rank in readings]))
        for key, form, readings in table.rows()
    ]


def _amended(addition: Addition, rows: dict[str, Row]) -> dict[str, Row]:
    """The rows of the language with the addition."""
    mixture = Mixture(addition.language)
    mixture.add("glossary", addition.pairs)
    added = mixture.mixed()
    for pair in addition.pairs:
        exact = EXACT + fold(pair.term, addition.language)
        if exact in rows and (same := added.get(key_of(pair.term, addition.language))):
            added.setdefault(exact, same)
    amended = rows | {key: _blended(rows.get(key), new, addition.weight) for key, new in added.items()}
    return amended | _corrected(addition, amended)


def _blended(old: Row | None, new: Mixed, weight: float) -> Row:
    """What is added, ``weight`` times as probable as what is there."""
    shares = {stems: weight * probability for stems, probability, _ in new.translations}
    for stems, probability, _ in old.readings if old else ():
        shares[stems] = shares.get(stems, 0.0) + probability
    ranks = {stems: rank for stems, _, rank in old.readings} if old else {}
    ranks |= {stems: _USUAL for stems, _, mass in new.translations if stems and mass}
    total = sum(shares.values())
    return Row(new.form, _readings({stems: share / total for stems, share in shares.items()}, ranks))


def _corrected(addition: Addition, rows: Mapping[str, Row]) -> dict[str, Row]:
    """The rows that the sentences say something of."""
    if not addition.sentences:
        return {}
    step = -(-len(addition.sentences) // MOST_SENTENCES)
    mixed = {
        key: Mixed(row.form, tuple((s, p, p) for s, p, _ in row.readings)) for key, row in rows.items() if row.readings
    }
    found = {}
    for key, said in aligned(addition.language, mixed, addition.sentences[::step]).items():
        readings = rows[key].readings if key in rows else ()
        translations = shared({stems: probability for stems, probability, _ in readings}, said)
        if translations:
            ranks = {stems: rank for stems, _, rank in readings}
            form = rows[key].form if key in rows else key
            found[key] = Row(form, _readings({stems: p for stems, p, _ in translations}, ranks))
    return found


def _readings(shares: Mapping[str, float], ranks: Mapping[str, int]) -> list[Reading]:
    best = sorted(shares.items(), key=lambda item: (-item[1], item[0]))[:_MOST_READINGS]
    return [(stems, probability, ranks.get(stems, 0)) for stems, probability in best]


def _with_pivots(english: Mapping[str, Row], rows: Mapping[str, Row], pairs: Sequence[Pair]) -> dict[str, Row]:
    """The English rows with the expressions that only the language's rows have: as many as the format can number.

    Those that the most terms mean come first, of equal ones the shortest.
    """
    words = {pivot.stems: pivot.words for pair in pairs if (pivot := pivot_of(pair.english))}
    new = Counter(stems for row in rows.values() for stems, _, _ in row.readings if stems and stems not in english)
    ordered = sorted(new, key=lambda stems: (-new[stems], stems.count(" "), stems))
    room = MOST_PIVOTS - len(english) - 1
    return dict(english) | {stems: Row(words.get(stems, stems), ()) for stems in ordered[:room]}


def _write_manifest(addition: Addition, over: Path, output: Path, sums: Mapping[str, str], entries: int) -> None:
    manifest = json.loads((over / MANIFEST).read_bytes())
    tables = manifest["tables"]
    own = tables.setdefault(addition.language, {"sources": []})
    own |= {"entries": entries, "stemmer": signature(addition.language)}
    own["sources"] = list(dict.fromkeys([*own["sources"], *addition.sources]))
    for name, checksum in sums.items():
        tables[name]["sha256"] = checksum
    if over == location.SHIPPED:
        manifest["over"] = Lexicon(over).checksum
    write_json(output / MANIFEST, manifest | {"sources": manifest["sources"] | dict(addition.sources)})
