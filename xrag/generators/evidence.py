"""Which sentences of the context are evidence for a query, without a model.

A sentence scores by the concepts of the query that it holds, each weighted by its rarity in the context (inverse document
frequency, Spärck Jones 1972) and by how much it says; what the title and the sentences before it hold counts for less,
and the rank of the passage breaks what is left.
"""

from __future__ import annotations

import math
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import regex

from xrag.generators.concepts import Concept, concepts
from xrag.generators.forms import Text
from xrag.generators.quantities import asks_for_number, asks_when, tells_number, tells_year
from xrag.languages import segmentation
from xrag.types import Passage, Prompt, Query

_CARRIED = 0.4
_LONGEST_HEADING = 80
_ENDS = regex.compile(r"[\p{Sentence_Terminal}…][\p{P}\s]*\Z")
_WHOLE_PASSAGE, _RANK = 1.0, 0.5
_COMPARABLE = _HALF = 0.5
_TELLING_NAMES = 1.5
_NUMBER = 0.3
_ENOUGH_OTHERS = 1.6


@dataclass(frozen=True, slots=True)
class Evidence:
    """A stretch of ``context[number - 1]``, copied as it stands.

    ``coverage`` in [0, 1] is how much of the query its passage holds, ``named`` how much of its names and ``asked`` of all
    else (1 where nothing can be compared, or where two names together tell what is meant), and ``held`` the weight of each
    concept there; ``score`` compares the stretches of one context.
    """

    number: int
    quote: str
    language: str
    score: float
    coverage: float
    named: float
    asked: float
    held: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Sentence:
    """How well a sentence speaks of each concept, by itself and with what the title and the sentences before it said."""

    start: int
    end: int
    found: tuple[float, ...]
    understood: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Read:
    """A passage of the context, read for the concepts of the query."""

    number: int
    text: str
    language: str
    concepts: Sequence[Concept]
    title: tuple[float, ...]
    sentences: Sequence[_Sentence]

    @property
    def found(self) -> list[float]:
        """How well it speaks of each concept, title or text."""
        return [max(levels) for levels in zip(self.title, *(one.understood for one in self.sentences), strict=True)]


def evidence(prompt: Prompt, *, longest: int) -> list[Evidence]:
    """Every sentence of the context with its score, best first; sentences over ``longest`` characters come in pieces.

    A heading tells what its passage is about, as a title does, but is no evidence itself.
    """
    sought = concepts(prompt, (passage.language for passage in prompt.context))
    passages = [
        _read(passage, number, sought[passage.language], longest)
        for number, passage in enumerate(prompt.context, start=1)
    ]
    rarity = _rarity(passages)
    found = [list(_scored(passage, rarity)) for passage in passages if passage.sentences]
    if asks_for_number(prompt.query.text, prompt.query.language):
        pairs = zip(found, (passage for passage in passages if passage.sentences), strict=True)
        found = [_numbered(scored, passage, prompt.query, longest=longest) for scored, passage in pairs]
    return sorted((one for scored in found for one in scored), key=lambda one: (-one.score, one.number))


def _read(passage: Passage, number: int, sought: Sequence[Concept], longest: int) -> _Read:
    """A passage sentence by sentence. What one speaks of, the next may mean by a pronoun: it is carried on."""
    title = carried = _found(sought, passage.title, passage.language)
    sentences: list[_Sentence] = []
    pieces = list(_pieces(passage, longest))
    if _begins_with_heading(passage.text, pieces):
        heading = passage.text[slice(*pieces.pop(0))]
        title = carried = tuple(map(max, title, _found(sought, heading, passage.language)))
    for start, end in pieces:
        found = _found(sought, passage.text[start:end], passage.language)
        carried = tuple(map(max, found, (_CARRIED * level for level in carried)))
        sentences.append(_Sentence(start, end, found, carried))
    return _Read(number, passage.text, passage.language, sought, title, sentences)


def _begins_with_heading(text: str, pieces: Sequence[tuple[int, int]]) -> bool:
    """Whether the first piece is a short line of its own without a full stop, before a sentence that has one."""
    if len(pieces) < 2:
        return False
    (start, end), following = pieces[0], text[slice(*pieces[1])]
    is_line = "\n" in text[end : pieces[1][0]] and end - start <= _LONGEST_HEADING
    return is_line and not _ENDS.search(text[start:end]) and _ENDS.search(following) is not None


def _found(sought: Sequence[Concept], text: str, language: str) -> tuple[float, ...]:
    known = Text(text, language)
    return tuple(concept.found(known) for concept in sought)


def _rarity(passages: Sequence[_Read]) -> Mapping[str, float]:
    """The inverse document frequency of each concept over the sentences of all languages."""
    total = sum(len(passage.sentences) for passage in passages)
    frequencies: Counter[str] = Counter()
    for passage in passages:
        for sentence in passage.sentences:
            pairs = zip(passage.concepts, sentence.found, strict=True)
            frequencies.update({concept.key for concept, level in pairs if level > 0})
    rarity: dict[str, float] = defaultdict(lambda: math.log(1 + (total + 0.5) / 0.5))
    rarity.update({key: math.log(1 + (total + 0.5) / (count + 0.5)) for key, count in frequencies.items()})
    return rarity


def _scored(passage: _Read, rarity: Mapping[str, float]) -> Iterator[Evidence]:
    """The passage is judged by what is rare in the whole context, its sentences by what is rare in the passage."""
    found = passage.found
    whole = _coverage(passage.concepts, rarity, found)
    named, asked = (_share(passage.concepts, found, names=names) for names in (True, False))
    if sum(level for one, level in zip(passage.concepts, found, strict=True) if one.name) >= _TELLING_NAMES:
        asked = 1.0
    if _is_left_open(passage.concepts, found):
        named = 0.0
    held = {
        one.key: one.information * rarity[one.key] * level for one, level in zip(passage.concepts, found, strict=True)
    }
    here = _rarity([passage])
    for sentence in passage.sentences:
        score = _coverage(passage.concepts, here, sentence.understood) + _WHOLE_PASSAGE * whole + _RANK / passage.number
        quote = passage.text[sentence.start : sentence.end]
        yield Evidence(passage.number, quote, passage.language, score, whole, named, asked, held)


def _numbered(found: Sequence[Evidence], passage: _Read, query: Query, *, longest: int) -> list[Evidence]:
    """For a question after a number, a sentence with one counts for more, and one without brings a neighbour that has one.

    Where it asks when, and a sentence tells a year, other numbers tell nothing.
    """
    has_number = [tells_number(one.quote, query.text) for one in found]
    has_year = [tells_year(one.quote, query.text) for one in found]
    if any(has_year) and asks_when(query.text, query.language):
        has_number = has_year
    numbered = []
    for i, one in enumerate(found):
        near = next((j for j in (i + 1, i - 1) if 0 <= j < len(found) and has_number[j]), i)
        first, last = (passage.sentences[j] for j in sorted((i, near)))
        if has_number[i]:
            numbered.append(replace(one, score=one.score + _NUMBER))
        elif last.end - first.start <= longest:
            numbered.append(replace(one, quote=passage.text[first.start : last.end]))
        else:
            numbered.append(one)
    return numbered


def _share(sought: Sequence[Concept], found: Sequence[float], *, names: bool) -> float:
    """The share of the names, or of all else, that was found; what no one knows in the passage's language weighs little.

    A name that was found by a piece of it alone (日 of 日本, tour of Eiffel) was not found; and that a passage says nothing of
    what is asked shows by words alone that would be said in one way.
    """
    pairs = [(one, level) for one, level in zip(sought, found, strict=True) if one.name == names]
    if names:
        weights = [max(one.missed, level) for one, level in pairs]
    else:
        weights = [one.information * max(one.missed * one.sure, level) for one, level in pairs]
    levels = [level if level > _HALF or not names else 0.0 for _, level in pairs]
    held = sum(weight * level for weight, level in zip(weights, levels, strict=True))
    return held / sum(weights) if sum(weights) >= _COMPARABLE else 1.0


def _is_left_open(sought: Sequence[Concept], found: Sequence[float]) -> bool:
    """Whether nothing tells if a name is in the passage, nor two other things of the query that it is about the same."""
    pairs = list(zip(sought, found, strict=True))
    if any(one.name and level > _HALF for one, level in pairs):
        return False
    return any(one.untold for one in sought) and sum(found) < _ENOUGH_OTHERS


def _coverage(sought: Sequence[Concept], rarity: Mapping[str, float], found: Sequence[float]) -> float:
    """The share of the query's weight that was found, in [0, 1]."""
    weights = [concept.information * rarity[concept.key] for concept in sought]
    held = sum(weight * level for weight, level in zip(weights, found, strict=True))
    counted = (weight * max(level, one.missed) for one, weight, level in zip(sought, weights, found, strict=True))
    total = sum(counted)
    return held / total if total else 0.0


def _pieces(passage: Passage, longest: int) -> Iterator[tuple[int, int]]:
    """The sentences; a very long one is cut at spaces, or anywhere but inside a character where it has none."""
    text = passage.text
    for sentence_start, end in segmentation.sentences(text, passage.language):
        start = sentence_start
        while end - start > longest:
            cut = text.rfind(" ", start + longest // 2, start + longest)
            if cut < 0:
                cut = start + longest
                while cut > start + 1 and unicodedata.category(text[cut])[0] == "M":
                    cut -= 1
            yield start, cut
            start = cut + (text[cut] == " ")
        yield start, end
