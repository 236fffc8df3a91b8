"""What a query is about, as passages of each language would say it.

The query becomes concepts: its own words where the passage is in its language, and where it was translated the terms of
the translation, each with the forms that its candidates have in the passage's language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import regex

from xrag import languages
from xrag.generators.forms import Text, forms
from xrag.generators.names import Names, are_carried, key_of, names
from xrag.languages import likeness, sounds
from xrag.types import UNDETERMINED, Prompt, TermTranslation, Translation

_SPACED_WORD = regex.compile(
    r"[[\p{L}\p{M}]--[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}]]+",
    regex.V1,
)
_FULL_LENGTH = 6
_UNKNOWN, _UNSURE, _UNCHANGED = 0.1, 0.5, 0.7
_SHARPNESS, _CERTAINTY = 0.7, 1.5


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing that the query is about: alternatives, each the forms it needs and a weight in (0, 1].

    ``key`` is the form of the query that it comes from, the same whatever the passage's language. ``information`` in
    [0, 1] is how much it says, however rare it is; ``missed`` in [0, 1] how much it counts where it is not found, and
    ``sure`` in [0, 1] how surely it would be said in one of these ways. ``name`` says that it is one: the thing asked
    about, which no other can stand for; of it ``sound`` holds the ways to say it, in ``language``: as one word, or, where
    the translator left it as it stood, together with the word before or after it.
    """

    key: str
    alternatives: tuple[tuple[tuple[str, ...], float], ...]
    information: float
    missed: float = 1.0
    sure: float = 1.0
    name: bool = False
    sound: tuple[tuple[str, ...], ...] = ()
    language: str = UNDETERMINED

    def found(self, text: Text) -> float:
        """How well a text speaks of it, in [0, 1]."""
        level = max(weight * sum(map(text.match, needed)) / len(needed) for needed, weight in self.alternatives)
        if level >= 1 or not self.sound:
            return level
        return max(level, *(text.hears(name, self.language) for name in self.sound))

    @property
    def untold(self) -> bool:
        """Whether it is a name of which nothing tells what the passage would call it: neither the translator nor its sound."""
        return self.name and self.missed == _UNKNOWN


def concepts(prompt: Prompt, passage_languages: Iterable[str]) -> dict[str, list[Concept]]:
    """The concepts of the prompt's query, for passages of each of the languages."""
    content, found = _content(prompt), names(prompt)
    return {
        language: [_named(one, found, prompt.query.language, language) for one in _concepts(prompt, language, content)]
        for language in set(passage_languages)
    }


def _named(one: Concept, found: Names, source: str, language: str) -> Concept:
    """A concept as a name or none. One that was carried over is told by its sound, where it can be heard on both sides."""
    ways = found.ways.get(one.key, ())
    is_name, is_unsure = one.key in found.keys, one.key in found.unsure
    if one.missed == 1 or not ways or not (is_name or is_unsure):
        return _translated_name(one, source, language) if is_name else replace(one, sound=())
    missed = _UNKNOWN
    if is_name and likeness.hears(language) and likeness.is_heard(ways[0][0]):
        missed = _UNSURE if is_unsure else 1.0
    return replace(one, name=True, sound=ways, language=source, missed=missed)


def _translated_name(one: Concept, source: str, language: str) -> Concept:
    """A name that the translator knows: another way to say it is as good as the first, and so is what sounds like it."""
    alternatives = tuple((needed, weight**_SHARPNESS) for needed, weight in one.alternatives)
    heard = one.sound if likeness.hears(language) else ()
    return replace(one, name=True, alternatives=alternatives, sound=heard, language=source)


def comparable(prompt: Prompt, language: str) -> bool:
    """Whether words can be compared at all with passages of a language: the query's own, or one it was translated to."""
    source = prompt.query.language
    return UNDETERMINED in (source, language) or languages.same(source, language) or bool(_into(prompt, language))


def _into(prompt: Prompt, language: str) -> list[Translation]:
    return [one for one in prompt.translations if languages.same(one.target, language)]


def _concepts(prompt: Prompt, language: str, content: Mapping[str, float]) -> list[Concept]:
    translations = _into(prompt, language)
    if not translations:
        return _words(prompt.query.text, prompt.query.language, language, content=content)
    return [concept for one in translations for concept in _translated(one, prompt.query.language, language)]


def _words(text: str, source: str, language: str, *, content: Mapping[str, float]) -> list[Concept]:
    """Each form as it stands, and how much it says."""
    said = dict(zip(forms(text, source), forms(text, language), strict=False))
    return [Concept(key, (((form,), 1.0),), _information(form) * content.get(key, 1.0)) for key, form in said.items()]


def _content(prompt: Prompt) -> dict[str, float]:
    """How probably each form of the query is more than a function word: one that other languages leave out."""
    found: dict[str, float] = {}
    for term in (term for translation in prompt.translations for term in translation.terms):
        for form in forms(term.term, prompt.query.language):
            found[form] = max(found.get(form, 0.0), _spoken(term))
    return found


def _spoken(term: TermTranslation) -> float:
    """The probability that a term is not translated to nothing."""
    total = sum(candidate.probability for candidate in term.candidates)
    return sum(candidate.probability for candidate in term.candidates if candidate.text) / total if total else 1.0


def _translated(translation: Translation, source: str, language: str) -> list[Concept]:
    """A concept for each translated term, or for each word where the translator gives the text alone."""
    if not translation.terms:
        return _words(translation.text, language, language, content={})
    carried = are_carried(translation)
    found = (_term(term, source, language, carried=one) for term, one in zip(translation.terms, carried, strict=True))
    return [concept for concept in found if concept]


def _term(term: TermTranslation, source: str, language: str, *, carried: bool) -> Concept | None:
    """What a term may become, and the term itself, which is all where it was carried over; None for a function word."""
    if carried:
        return _carried(term.term, source, language)
    said = [(tuple(forms(one.text, language)), one.probability) for one in term.candidates]
    best = max((probability for needed, probability in said if needed), default=0.0)
    if not best:
        return None
    alternatives = [(needed, probability / best) for needed, probability in said if needed]
    unchanged = tuple(forms(term.term, language))
    if unchanged:
        alternatives.append((unchanged, _UNCHANGED))
    return Concept(
        key=key_of(term.term, source),
        alternatives=tuple(alternatives),
        information=_spoken(term) * max(map(_information, alternatives[0][0])),
        sure=sum(probability**2 for needed, probability in said if needed) ** _CERTAINTY,
        sound=((term.term,),) if term.term.isalpha() else (),
    )


def _carried(term: str, source: str, language: str) -> Concept | None:
    """A term that nobody knows the translation of: little is missed where it is not found."""
    ways = [needed for way in (term, sounds.romanised(term)) if (needed := tuple(forms(way, language)))]
    if not ways:
        return None
    information = max(map(_information, ways[0]))
    return Concept(key_of(term, source), tuple((way, 1.0) for way in ways), information, _UNKNOWN)


def _information(form: str) -> float:
    """Longer words say more: 1 from six letters on; numbers and the forms of unspaced scripts count full."""
    return min(len(form), _FULL_LENGTH) / _FULL_LENGTH if _SPACED_WORD.fullmatch(form) else 1.0
