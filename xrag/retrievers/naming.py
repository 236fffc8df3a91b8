"""Names of a query that no table has, found among the words of a partition: Gagarin is Гагарин there.

What a translator could only carry over as it stands is looked for by its sound (``Vocabulary``). A name that the partition
holds literally counts in full; else the words that sound most like it count by how alike they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import floor

from xrag.languages.scripts import dominant, written_with
from xrag.languages.sounds import keys
from xrag.retrievers.partition import Partition
from xrag.types import Candidate, TermTranslation, Translation

SOUNDS_ALIKE = 0.6
"""The weight of a name that sounds exactly alike."""

JOINED = 0.8
"""How alike two words next to each other and one word of the partition are at least (Taj Mahal, ताजमहल)."""

LEAST_SMALL, FEWEST_SMALL = 0.85, 4
"""How alike two words of different scripts are at least, and of how many consonants, where one is written small (gagarin,
Гагарин; फार्मासिस्ट, pharmacist)."""

KNOWN, LEAST_KNOWN, FEWEST_KNOWN = 0.5, 0.9, 3
"""What a name is worth that sounds like a term which the translator knows as something else (لوثر is Luther, not Lutheran
alone), how alike it is at least, and of how many consonants."""


def named(partition: Partition, text: str, translation: Translation) -> Translation:
    """The translation of a text with its names as the partition has them."""
    marked = any(character.isupper() for character in text)
    unknown = [_is_carried(term) for term in translation.terms]
    names = _names(partition, translation, unknown, marked=marked)
    if not any(names):
        return translation
    terms = tuple(
        (_named if is_name else _known)(partition, term, alike) if alike or is_name else term
        for term, is_name, alike in zip(translation.terms, unknown, names, strict=True)
    )
    text = " ".join(filter(None, (term.candidates[0].text for term in terms)))
    return replace(translation, text=text, terms=terms)


def _names(
    partition: Partition, translation: Translation, unknown: Sequence[bool], *, marked: bool
) -> list[list[Candidate]]:
    """What the partition calls each term by its sound, an unknown one alone or together with the one before or after it."""
    terms, source = [term.term for term in translation.terms], translation.source
    names = [
        _alike(partition, term.term, source, marked=marked) if is_name else _heard_too(partition, term, source)
        for term, is_name in zip(translation.terms, unknown, strict=True)
    ]
    for i in range(len(terms) - 1):
        if unknown[i] and unknown[i + 1]:
            together = _alike(partition, terms[i] + terms[i + 1].lower(), source, marked=marked)
            joined = [candidate for candidate in together if candidate.probability >= JOINED * SOUNDS_ALIKE]
            names[i], names[i + 1] = joined + names[i], joined + names[i + 1]
    return names


def _is_carried(term: TermTranslation) -> bool:
    """Whether a term was carried over as it stands."""
    return bool(term.candidates) and term.candidates[0].text == term.term and not term.term.isnumeric()


def _heard_too(partition: Partition, term: TermTranslation, language: str) -> list[Candidate]:
    """The name that a term with a translation sounds like all the same, where the scripts tell nothing else."""
    word = term.term
    is_common = not term.candidates or not term.candidates[0].text or word[0].islower() or not word.isalpha()
    if is_common or _consonants(word) < FEWEST_KNOWN or dominant(word) in written_with(partition.language):
        return []
    found = partition.vocabulary.names(word, language)[:1]
    return [
        Candidate(other, KNOWN * SOUNDS_ALIKE * alike)
        for other, alike in found
        if alike >= LEAST_KNOWN and other[0].isupper()
    ]


def _known(_: Partition, term: TermTranslation, names: Sequence[Candidate]) -> TermTranslation:
    """A term with what it means and, behind that, the name that it sounds like."""
    said = {candidate.text.lower() for candidate in term.candidates}
    return replace(term, candidates=(*term.candidates, *(name for name in names if name.text.lower() not in said)))


def _named(partition: Partition, term: TermTranslation, names: Sequence[Candidate]) -> TermTranslation:
    if partition.holds(term.term):
        return TermTranslation(term.term, (Candidate(term.term, 1.0),))
    if not names:
        return term
    kept = [candidate for candidate in term.candidates if candidate.text and _kept(partition, candidate, term)]
    best: dict[str, float] = {}
    for candidate in (*names, *kept):
        text = next((known for known in best if known.lower() == candidate.text.lower()), candidate.text)
        best[text] = max(candidate.probability, best.get(text, 0.0))
    return TermTranslation(term.term, _probable(best), known=False)


def _kept(partition: Partition, candidate: Candidate, term: TermTranslation) -> bool:
    """What the partition holds, and the term itself where its spelling may be shared in part."""
    if candidate.text == term.term:
        return dominant(term.term) in written_with(partition.language)
    return partition.holds(candidate.text)


def _alike(partition: Partition, term: str, language: str, *, marked: bool) -> list[Candidate]:
    found = partition.vocabulary.names(term, language)
    return [
        Candidate(word, SOUNDS_ALIKE * alike) for word, alike in found if _is_enough(term, word, alike, marked=marked)
    ]


def _is_enough(term: str, word: str, alike: float, *, marked: bool) -> bool:
    """Whether words of which one is written small, and may be no name, sound alike enough not to do so by chance.

    In a text that has capitals a word written small is no name; it may be a word that both languages have borrowed.
    """
    if not term[0].islower() and not word[0].islower():
        return True
    if dominant(term) == dominant(word):
        return not (marked or word[0].islower())
    if marked and term[0].islower() and word[0].isupper():
        return False
    return alike >= LEAST_SMALL and _consonants(term) >= FEWEST_SMALL


def _consonants(term: str) -> int:
    return max((len(key) for key, _ in keys(term)), default=0)


def _probable(weights: Mapping[str, float]) -> tuple[Candidate, ...]:
    """Best first, and no more than certain together."""
    total = max(1.0, sum(weights.values()))
    ordered = sorted(weights.items(), key=lambda pair: -pair[1])
    return tuple(Candidate(text, floor(weight / total * 10_000) / 10_000) for text, weight in ordered)
