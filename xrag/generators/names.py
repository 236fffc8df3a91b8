"""Which terms of a query are names, and how each is said where the translator could only carry it over as it stands.

A name is written with a capital within the query, or becomes one in most languages. Where neither tells (scripts without
capitals, German, the first word of a query, one typed without any capital), what no translator knew is taken for a name,
if the query has no other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import regex

from xrag import languages
from xrag.generators.forms import forms
from xrag.languages import likeness, scripts
from xrag.types import Prompt, Query, TermTranslation, Translation

_CAPITALISED = regex.compile(r"(?<=[\p{L}\p{M}\p{N},]\P{L}{1,3})(?:[dl]['’])?\K\p{Lu}[\p{L}\p{M}]+")
_CASED = frozenset({"Latn", "Cyrl", "Grek", "Armn"})
_BELIEVED = 0.8
_REMEMBERED = 16384

Ways = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Names:
    """The keys of the concepts that are names, and the ways to say those that were carried over.

    A way is the words that are said as one: the name's own, or with the one before or after it. What is
    ``unsure`` may be a name for all that anybody knows; it is among the keys where the query has no other.
    """

    keys: frozenset[str]
    unsure: frozenset[str]
    ways: Mapping[str, Ways]


def names(prompt: Prompt) -> Names:
    """The names of the prompt's query."""
    source, text = prompt.query.language, prompt.query.text
    within = _CAPITALISED.finditer(text) if marks_names(source) else ()
    written = {key for match in within for key in (key_of(match[0], source), *forms(match[0], source))}
    raised, lowered = _voted(prompt)
    certain = (written - lowered) | raised
    ways, unknown = _ways(prompt)
    certain |= {key for key in unknown if likeness.is_katakana(ways[key][0][0])}
    certain |= {key for key in unknown if _begins_name(ways[key], certain, prompt.query)}
    unsure = {key for key in unknown if _may_be_one(ways[key][0][0], text)} - certain
    found = certain or unsure
    keys = frozenset(found | {form for key in found - written for form in key.split()})
    return Names(keys, frozenset(unsure), ways)


def key_of(term: str, source: str) -> str:
    """What a concept is known by: the forms of its term in the query's language."""
    return " ".join(forms(term, source))


def marks_names(language: str) -> bool:
    """Whether a capital tells a name; in German, which writes every noun with one, it does not."""
    return bool(scripts.written_with(language) & _CASED) and not languages.same(language, "de")


def are_carried(translation: Translation) -> list[bool]:
    """Of each term, whether the translator did not know it, or left it as it stood without being sure."""
    return [not term.known or _stands(term) for term in translation.terms]


def _stands(term: TermTranslation) -> bool:
    best = term.candidates[0]
    same = best.text.casefold() == term.term.casefold() and any(map(str.isalpha, term.term))
    return same and best.probability < _BELIEVED


def _voted(prompt: Prompt) -> tuple[frozenset[str], frozenset[str]]:
    """The keys of the terms that most of their translations write with a capital, and of those that most write small."""
    votes: dict[str, list[bool]] = defaultdict(list)
    for translation in prompt.translations:
        if marks_names(translation.target):
            for term, carried in zip(translation.terms, are_carried(translation), strict=True):
                if not carried and term.candidates[0].text:
                    votes[key_of(term.term, translation.source)].append(term.candidates[0].text[:1].isupper())
    raised = frozenset(key for key, said in votes.items() if sum(said) > len(said) / 2)
    return raised, frozenset(votes.keys() - raised)


def _ways(prompt: Prompt) -> tuple[dict[str, Ways], frozenset[str]]:
    """How to say each term that was carried over, by its key, and which ones most translations carried over."""
    counts: dict[str, list[bool]] = defaultdict(list)
    ways: dict[str, Ways] = {}
    for translation in prompt.translations:
        said = [term.term for term in translation.terms]
        carried = are_carried(translation)
        for place, term in enumerate(said):
            key = key_of(term, translation.source)
            counts[key].append(carried[place])
            if carried[place]:
                ways[key] = max(ways.get(key, ()), ((term,), *_joined(said, carried, place)), key=len)
    return ways, frozenset(key for key in ways if sum(counts[key]) >= len(counts[key]) / 2)


def _joined(terms: Sequence[str], carried: Sequence[bool], place: int) -> Iterator[tuple[str, str]]:
    for first in (place - 1, place):
        if 0 <= first < len(terms) - 1 and carried[first] and carried[first + 1]:
            yield terms[first], terms[first + 1]


def _begins_name(ways: Ways, certain: Collection[str], query: Query) -> bool:
    """Whether a term begins the query and is written with a capital as the name is that follows it."""
    first = ways[0][0]
    is_raised = first[0].isupper() and query.text.startswith(first)
    return is_raised and any(way[0] == first and key_of(way[-1], query.language) in certain for way in ways[1:])


def _may_be_one(term: str, text: str) -> bool:
    """Whether a term may be a name for all that its first letter tells."""
    return not term[0].islower() or not any(map(str.isupper, text))
