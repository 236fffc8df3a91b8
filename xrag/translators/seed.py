"""What is known of a language without a dictionary: names from CLDR, and two word lists of our own.

From CLDR come the names of territories, languages, scripts, currencies, cities (those that name a time zone), months,
weekdays and units, licensed under Unicode-3.0.
"""

from __future__ import annotations

from collections.abc import Collection
from importlib.resources import files
from pathlib import Path

from xrag.translators.cldr import Names, cldr_names
from xrag.translators.sources.pairs import Pair

DIRECTORY = Path(str(files("xrag.resources") / "lexicon"))
PIVOT_LANGUAGE = "en"

_MOST_FALLBACK = 0.8
_COMMON_NOUNS = frozenset({"currencies", "days", "months", "units"})


def seeded(language: str) -> list[Pair]:
    """The usual names and words of a language, those for nothing left out: the first that CLDR and the glossary give."""
    english = cldr_names(PIVOT_LANGUAGE)
    names = (
        (forms[0], english[concept][0]) for concept, forms in own_names(language, english).items() if concept in english
    )
    return [*(Pair(*pair) for pair in names), *(pair for pair in glossary(language) if not pair.place)]


def glossary(language: str) -> list[Pair]:
    """What the hand-made glossary says of a language; the first English word of a row is the one it is translated with."""
    head, *rows = _rows("glossary.tsv")
    if language not in head:
        return []
    column = head.index(language)
    listed = ((row[0].partition("|")[0], filter(None, row[column].split("|"))) for row in rows)
    return [Pair(term, english, place) for english, terms in listed for place, term in enumerate(terms)]


def function_words(language: str) -> list[Pair]:
    """Question words and the like, each with an English word that says as little."""
    return [
        Pair(word, "the") for tag, words in _rows("function_words.tsv") if tag == language for word in words.split("|")
    ]


def _rows(name: str) -> list[list[str]]:
    text = (DIRECTORY / "sources" / name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines()]


def own_names(language: str, english: Names) -> Names:
    """A language's names without those that are English, kept for want of its own.

    Where nearly all currencies, months or units are called as in English, or a name is in Latin letters in a language
    written otherwise, that is taken for want of an own word; elsewhere (``Peru`` in German) for the word itself.
    """
    names = cldr_names(language)
    borrowed = {concept for concept, forms in names.items() if forms[0] == english.get(concept, [""])[0]}
    kinds = {_kind(concept) for concept in names}
    suspect = {kind for kind in kinds & _COMMON_NOUNS if _share(kind, borrowed, names) > _MOST_FALLBACK}
    return {
        concept: forms for concept, forms in names.items() if concept not in borrowed or _kind(concept) not in suspect
    }


def _kind(concept: str) -> str:
    return concept.partition("/")[0]


def _share(kind: str, some: Collection[str], of: Collection[str]) -> float:
    return sum(_kind(c) == kind for c in some) / sum(_kind(c) == kind for c in of)
