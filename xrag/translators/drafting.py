"""One language's part of the lexicon, before the languages are put together.

Sources are mixed, parallel sentences correct them, the words of titles are told apart, and what a question finds without an
entry of its own is left out: a name spelt as in English, a title whose words say the same one by one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

import marisa_trie
import regex

from xrag.languages.scripts import written_with
from xrag.manifest import write_text
from xrag.translators.alignment import Aligned, SentencePair, align
from xrag.translators.inflection import inflected
from xrag.translators.keys import EXACT, is_spaced, key_of
from xrag.translators.matching import segments
from xrag.translators.mixing import TITLE_WORDS, TITLES, Mixed, Mixture, known_pairs
from xrag.translators.pivots import english_stem, sentence_stems
from xrag.translators.sources.pairs import Pair

_APART = regex.compile(r"[\s·・‧•]+")
_MEANT = regex.compile(r"\t([^\t|\n]*)\|")
_FEWEST_TITLES = 2
_LEAST_OF_TITLE = 0.25
_TITLES_HALF_TRUSTED = 2
_MOST_OF_TITLE = 3
_CERTAIN = 0.85


@dataclass(frozen=True, slots=True)
class Sources:
    """What is known of a language: pairs by kind of source, and sentences with their English."""

    pairs: Sequence[tuple[str, Sequence[Pair]]]
    sentences: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """Keys with what they mean, and how the English words of each pivot (its stems) are usually written."""

    rows: Mapping[str, Mixed]
    words: Mapping[str, str]

    def save(self, path: Path) -> None:
        """Write it as text: whole, or not at all."""
        rows = ("\t".join((key, row.form, *map(_field, row.translations))) for key, row in sorted(self.rows.items()))
        words = (f"{stems}\t{written}" for stems, written in sorted(self.words.items()))
        write_text(path, "\n".join((*rows, "", *words, "")))

    @staticmethod
    def pivots(path: Path) -> tuple[set[str], dict[str, str]]:
        """Of what ``save`` wrote the stems of the pivots that its rows mean, and the ``words``, without the rows themselves."""
        rows, _, words = path.read_text(encoding="utf-8").partition("\n\n")
        written = (line.split("\t") for line in words.splitlines())
        return set(_MEANT.findall(rows)) - {""}, {line[0]: line[1] for line in written}

    @classmethod
    def load(cls, path: Path) -> Draft:
        """Read what ``save`` wrote."""
        rows, _, words = path.read_text(encoding="utf-8").partition("\n\n")
        parts = (line.split("\t") for line in rows.lstrip("\n").splitlines())
        written = (line.split("\t") for line in words.splitlines())
        return cls(
            {key: Mixed(form, tuple(map(_translation, fields))) for key, form, *fields in parts},
            {line[0]: line[1] for line in written},
        )


def _field(translation: tuple[str, float, float]) -> str:
    stems, probability, mass = translation
    return f"{stems}|{probability:.4f}|{mass:.3f}"


def _translation(field: str) -> tuple[str, float, float]:
    stems, probability, mass = field.split("|")
    return stems, float(probability), float(mass)


def draft(language: str, sources: Sources, titles: Collection[str]) -> Draft:
    """Mix what the sources say; of the titles that are entries take those whose English is among ``titles``."""
    mixture = Mixture(language)
    for kind, pairs in sources.pairs:
        mixture.add(kind, [pair for pair in pairs if pair.english in titles] if kind == TITLES else pairs)
    dictionary = mixture.mixed()
    rows = mixture.mixed(aligned(language, dictionary, sources.sentences)) if sources.sentences else dictionary
    if "Latn" not in written_with(language):  # names that are spelt as in English need no entry
        named = [pair for kind, pairs in sources.pairs if kind == TITLES for pair in pairs if pair.english in titles]
        rows = _title_words(language, named, rows) | rows
    words = {stems: min(forms, key=lambda form: (-forms[form], form)) for stems, forms in mixture.words.items()}
    return Draft(_without_predictable(language, rows), words)


class _Table:
    """A draft as a table that texts can be cut with."""

    def __init__(self, rows: Mapping[str, Mixed]) -> None:
        self._rows = rows
        self._trie = marisa_trie.Trie(sorted(rows))

    def find(self, key: str) -> int | None:
        number = self._trie.get(key)
        return None if number is None else int(number)

    def prefixes(self, text: str) -> Iterator[tuple[int, int]]:
        for key, number in self._trie.iter_prefixes_with_ids(text):
            yield len(key), number

    def starting(self, beginning: str, most: int) -> list[tuple[str, int]]:
        found = islice(self._trie.iteritems(beginning), most)
        return sorted(((str(key), int(number)) for key, number in found), key=lambda pair: (len(pair[0]), pair[0]))

    def is_function_word(self, number: int) -> bool:
        return self._rows[self.key(number)].translations[0][0] == ""

    def key(self, number: int) -> str:
        return str(self._trie.restore_key(number))


def aligned(language: str, rows: Mapping[str, Mixed], sentences: Sequence[tuple[str, str]]) -> dict[str, Aligned]:
    """What each term became in the sentences, beginning with what the rows know."""
    table = _Table(rows)
    pairs = [(_terms(text, language, table), list(sentence_stems(english))) for text, english in sentences]
    return align(pairs, known_pairs(rows))


def _terms(text: str, language: str, table: _Table) -> list[str]:
    found = (s for s in segments(text, language, table) if not s.digits)
    return [key_of(text[s.start : s.end], language) if s.entry is None else table.key(s.entry) for s in found]


def _title_words(language: str, titles: Sequence[Pair], known: Mapping[str, Mixed]) -> dict[str, Mixed]:
    """The single words of titles that no entry has, mostly names, from titles aligned as if they were sentences."""
    pairs = [pair for title in titles if len((pair := _title_pair(language, title))[0]) > (not is_spaced(language))]
    found = {}
    for key, aligned in align(pairs).items():
        if key not in known and aligned.count >= _FEWEST_TITLES and (translations := _of_title(aligned)):
            found[key] = Mixed(key, translations)
    return found


def _title_pair(language: str, title: Pair) -> SentencePair:
    keys = (key_of(part, language) for part in _APART.split(title.term))
    return [key for key in keys if key and " " not in key], list(sentence_stems(title.english))


def _of_title(aligned: Aligned) -> tuple[tuple[str, float, float], ...]:
    shares: dict[str, float] = defaultdict(float)
    trust = aligned.count / (aligned.count + _TITLES_HALF_TRUSTED)
    for word, probability in aligned.words.items():
        if probability * trust >= _LEAST_OF_TITLE:
            shares["" if word.startswith(EXACT) else word] += probability
    best = sorted(shares.items(), key=lambda item: (-item[1], item[0]))[:_MOST_OF_TITLE]
    return tuple((stems, probability, TITLE_WORDS) for stems, probability in best)


class _Pruning:
    """Tells which entries of a spaced language say nothing that a question would not find without them."""

    def __init__(self, language: str, rows: Mapping[str, Mixed]) -> None:
        self._language = language
        self._latin = "Latn" in written_with(language)
        self._rows = rows
        self._borrowed = {key for key, row in rows.items() if self._latin and _is_borrowed(key, row)}

    @cached_property
    def _rest(self) -> _Table:
        return _Table({key: row for key, row in self._rows.items() if key not in self._borrowed})

    def is_predictable(self, key: str, row: Mixed) -> bool:
        """Whether the entry's only meaning is what its words mean, or the word itself as it stands in English.

        A title of nothing but function words (``Nicht tun``) is no phrase of the language either.
        """
        if key.startswith(EXACT):
            return False
        if " " not in key:
            return len(row.translations) == 1 and key in self._borrowed and self._stands(row.form)
        parts, words = key.split(" "), row.form.split()
        said = [self._said(*pair) for pair in zip(parts, words if len(words) == len(parts) else parts, strict=True)]
        if not any(said):
            return bool(row.translations[0][0])
        alone = len(row.translations) == 1
        return alone and {stem for stems in said for stem in stems.split()} == set(row.translations[0][0].split())

    def _said(self, key: str, word: str) -> str:
        if key in self._rows:
            return self._rows[key].translations[0][0]
        return english_stem(word) if self._latin and self._stands(word) else EXACT

    def _stands(self, word: str) -> bool:
        return inflected(self._rest, word, self._language) is None


def _is_borrowed(key: str, row: Mixed) -> bool:
    stems, probability, _ = row.translations[0]
    return " " not in key and probability >= _CERTAIN and stems == english_stem(row.form)


def _without_predictable(language: str, rows: Mapping[str, Mixed]) -> dict[str, Mixed]:
    if not is_spaced(language):
        return dict(rows)
    pruning = _Pruning(language, rows)
    return {key: row for key, row in rows.items() if not pruning.is_predictable(key, row)}
