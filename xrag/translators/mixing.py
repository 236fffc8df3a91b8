"""What several sources say of a language's terms, as one probability for each translation.

Every pair of a source adds to the mass of its translation: the weight of the source's kind, less the further behind it stands
in its entry. Then parallel sentences correct what dictionaries say, the more the oftener they hold the term. The constants
were chosen on held-out sentences of Tatoeba (``benchmarks/lexicon.py tatoeba``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from xrag.languages.morphology import fold
from xrag.translators.alignment import Aligned
from xrag.translators.keys import EXACT, is_spaced, key_of, units
from xrag.translators.pivots import Pivot, pivot_of
from xrag.translators.sources.pairs import Pair

MOST_UNITS = 4
MOST_CLUSTERS = 16
MOST_TRANSLATIONS = 5
LEAST_SHARE = 0.04

_OWN = 0.5
_BEHIND = 0.5
_TITLE_OF_A_WORD = 0.25
_TRUST_SENTENCES_FROM = 8

TITLES = "titles"
FUNCTION_WORDS = "function words"
TITLE_WORDS = 0.3
"""What a word of a title weighs among the words of its translation."""
WEIGHTS: Mapping[str, float] = {
    FUNCTION_WORDS: 15.0,
    "glossary": 3.0,
    "cldr": 2.0,
    TITLES: 1.2,
    "dictionary": 1.0,
    "wordnet": 0.6,
    "wordnet-from-wiktionary": 0.5,
}
"""Kinds of sources, and what a pair of each weighs. A question word that is also the name of a language is a question word."""

Masses: TypeAlias = dict[str, float]
"""Stems of a pivot ─▶ mass."""


@dataclass(slots=True)
class _Term:
    forms: dict[str, float] = field(default_factory=dict)
    masses: dict[str, Masses] = field(default_factory=dict)

    def add(self, kind: str, form: str, stems: str, weight: float) -> None:
        self.forms[form] = self.forms.get(form, 0.0) + weight
        of_kind = self.masses.setdefault(kind, {})
        of_kind[stems] = of_kind.get(stems, 0.0) + weight

    def total(self, *, one_unit: bool) -> Masses:
        """The masses of all kinds; of a single word a dictionary knows more than a title (``Turkey`` the bird)."""
        together: Masses = defaultdict(float)
        others = sum(sum(masses.values()) for kind, masses in self.masses.items() if kind != TITLES)
        titles = sum(self.masses.get(TITLES, {}).values())
        factor = _TITLE_OF_A_WORD * others / titles if one_unit and titles and others else 1.0
        for kind, masses in self.masses.items():
            for stems, mass in masses.items():
                together[stems] += mass * (factor if kind == TITLES else 1.0)
        return together


@dataclass(frozen=True, slots=True)
class Mixed:
    """A key's usual written form, and (stems of the pivot, probability, mass), most probable first."""

    form: str
    translations: tuple[tuple[str, float, float], ...]


class Mixture:
    """Collects the pairs of all sources of one language."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._terms: dict[str, _Term] = defaultdict(_Term)
        self._exact: dict[str, dict[str, _Term]] = defaultdict(lambda: defaultdict(_Term))
        self.words: dict[str, dict[str, int]] = defaultdict(dict)
        """How the words of each pivot were written, and how often."""

    def add(self, kind: str, pairs: Iterable[Pair]) -> None:
        """Take in what one source says. A pair without a word on either side, or with too many, says nothing."""
        weight = WEIGHTS[kind]
        for pair in pairs:
            key, pivot = key_of(pair.term, self._language), pivot_of(pair.english)
            if key and pivot and self._is_short(key):
                mass = weight / (1 + _BEHIND * pair.place)
                self._terms[key].add(kind, pair.term, pivot.stems, mass)
                if " " not in key and is_spaced(self._language):
                    self._exact[key][fold(pair.term, self._language)].add(kind, pair.term, pivot.stems, mass)
                self._written(pivot)

    def _written(self, pivot: Pivot) -> None:
        forms = self.words[pivot.stems]
        forms[pivot.words] = forms.get(pivot.words, 0) + 1

    def _is_short(self, key: str) -> bool:
        return key.count(" ") < MOST_UNITS if is_spaced(self._language) else len(key) <= MOST_CLUSTERS

    def mixed(self, aligned: Mapping[str, Aligned] | None = None) -> dict[str, Mixed]:
        """Every key with its translations."""
        found = {}
        for key, term in self._terms.items():
            masses = term.total(one_unit=self._is_one_unit(key))
            found[key] = Mixed(_first(term.forms), shared(masses, (aligned or {}).get(key)))
        found |= self._apart(found)
        for key in (aligned or {}).keys() - found.keys():
            if translations := shared({}, (aligned or {})[key]):
                found[key] = Mixed(key, translations)
        return found

    def _apart(self, found: Mapping[str, Mixed]) -> dict[str, Mixed]:
        """The terms that share a stem with others and mean something else than the stem does first."""
        apart = {}
        for key, by_form in self._exact.items():
            for form, term in by_form.items() if len(by_form) > 1 else ():
                own = term.total(one_unit=True)
                translations = _blended(own, found[key].translations)
                if max(own, key=own.__getitem__) != found[key].translations[0][0]:
                    apart[EXACT + form] = Mixed(_first(term.forms), translations)
        return apart

    def _is_one_unit(self, key: str) -> bool:
        return " " not in key if is_spaced(self._language) else len(units(key, self._language)) <= 2


def _first(forms: Mapping[str, float]) -> str:
    return min(forms, key=lambda form: (-forms[form], len(form), form))


def shared(masses: Masses, aligned: Aligned | None) -> tuple[tuple[str, float, float], ...]:
    """The most probable translations by their masses and by what the term became in sentences, the more the more there are."""
    total = sum(masses.values()) or 1.0
    shares = {stems: mass / total for stems, mass in masses.items()}
    if aligned is not None:
        trust = aligned.count / (aligned.count + _TRUST_SENTENCES_FROM)
        said: Masses = defaultdict(float)
        for word, probability in aligned.words.items():
            said["" if word.startswith("=") else word] += probability
        shares = {
            stems: (1 - trust) * shares.get(stems, 0.0) + trust * said.get(stems, 0.0) for stems in [*shares, *said]
        }
    best = sorted(shares.items(), key=lambda item: (-item[1], item[0]))[:MOST_TRANSLATIONS]
    return tuple((stems, p, masses.get(stems, 0.0)) for i, (stems, p) in enumerate(best) if p >= LEAST_SHARE or i == 0)


def _blended(own: Masses, of_stem: Sequence[tuple[str, float, float]]) -> tuple[tuple[str, float, float], ...]:
    total = sum(own.values())
    shares: Masses = defaultdict(float, {stems: _OWN * mass / total for stems, mass in own.items()})
    for stems, probability, _ in of_stem:
        shares[stems] += (1 - _OWN) * probability
    best = sorted(shares.items(), key=lambda item: (-item[1], item[0]))[:MOST_TRANSLATIONS]
    return tuple((stems, p, own.get(stems, 0.0)) for i, (stems, p) in enumerate(best) if p >= LEAST_SHARE or i == 0)


def known_pairs(mixed: Mapping[str, Mixed]) -> set[tuple[str, str]]:
    """(key, stem) of all that the dictionaries have: where the aligner begins."""
    return {(key, stem) for key, found in mixed.items() for stems, _, _ in found.translations for stem in stems.split()}
