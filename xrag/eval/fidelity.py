"""Is an answer in the language it should be in? Always with how many could be judged at all.

A verdict is ``right``, ``wrong`` or ``undetermined``: names, numbers and words that many languages share say nothing, and
count as neither. An answer that is a gold answer of the wanted language is in that language by definition. Rates:

- ``CLR``, the correct-language rate: right of those that could be judged
- ``RLC``, XRAG's response-language correctness: right of all, what could not be judged counting as wrong
- ``LPR``: answers without a line in another language, of those with a line that could be judged
- ``WPR``: of those that pass by line, answers without a word in lower-case Latin letters, where the language has other ones
- ``LCPR``: their harmonic mean (Marchisio et al., 2024)
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import regex

from xrag import languages
from xrag.eval.normalization import normal
from xrag.eval.results import Result, harmonic, macro
from xrag.languages import identification, scripts
from xrag.languages.identification import Identification
from xrag.types import UNDETERMINED, Example

_SHORT = 5
"""Words up to which only a sure identification calls an answer wrong."""
_SURE = 0.9
_LATIN_WORD = regex.compile(r"(?<![\p{L}\p{M}\p{N}.@/_-])[a-z]{4,}(?![\p{L}\p{M}\p{N}@/_]|\.\p{L})")
_FENCED = regex.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", regex.DOTALL)


class Verdict(StrEnum):
    """What can be said of a text's language."""

    RIGHT = "right"
    WRONG = "wrong"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict on one answer and what it was taken for (``und`` where that cannot be said)."""

    verdict: Verdict
    language: str


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate in [0, 1], None where nothing could be judged, with the share of the answers that it is about."""

    value: float | None
    coverage: float
    n: int


@dataclass(frozen=True, slots=True)
class Fidelity:
    """The rates of one answer language, or of all; ``distribution`` counts the languages that answers were taken for."""

    clr: Rate
    rlc: Rate
    lpr: Rate
    wpr: Rate
    lcpr: float | None
    undetermined: int
    distribution: Mapping[str, int]


def judge(text: str, wanted: str, gold: Sequence[str] = ()) -> Judged:
    """The verdict on a text that should be in the language ``wanted``; ``gold`` are its gold answers in that language."""
    if any(normal(text, wanted) == normal(answer, wanted) != "" for answer in gold):
        return Judged(Verdict.RIGHT, languages.tag(wanted))
    return _by_script(text, wanted, gold) or _by_words(text, wanted)


def _by_script(text: str, wanted: str, gold: Sequence[str]) -> Judged | None:
    """The verdict where the script decides: a gold answer in the same foreign script shows that names are written so."""
    script = _dominant(text)
    if script == scripts.NO_SCRIPT:
        return Judged(Verdict.UNDETERMINED, UNDETERMINED)
    if script in scripts.written_with(wanted):
        return None
    found = _identified(text)
    if any(_dominant(answer) == script for answer in gold):
        return Judged(Verdict.UNDETERMINED, UNDETERMINED)
    return Judged(Verdict.WRONG, found.language)


def _by_words(text: str, wanted: str) -> Judged:
    found = _identified(text)
    if found.language == UNDETERMINED:
        return Judged(Verdict.UNDETERMINED, UNDETERMINED)
    if languages.same(found.language, wanted):
        return Judged(Verdict.RIGHT, found.language)
    is_short = len(text.split()) <= _SHORT
    if is_short and found.confidence < _SURE:
        return Judged(Verdict.UNDETERMINED, UNDETERMINED)
    return Judged(Verdict.WRONG, found.language)


_dominant = lru_cache(maxsize=1 << 16)(scripts.dominant)


@lru_cache(maxsize=1 << 16)
def _identified(text: str) -> Identification:
    # An answer is judged whole, by its lines and for the joint score; most are one line.
    [found] = identification.identify([text])
    return found


def verdicts(predictions: Mapping[str, str], examples: Sequence[Example]) -> dict[str, Judged]:
    """Query id ─▶ verdict, for each example that says in which language its answer should be. A missing answer is none."""
    silent = Judged(Verdict.UNDETERMINED, UNDETERMINED)
    asked = {one.query.id: (one, answer_language(one)) for one in examples}
    return {
        key: judge(predictions[key], wanted, one.gold_answers) if predictions.get(key) else silent
        for key, (one, wanted) in asked.items()
        if wanted != UNDETERMINED
    }


def fidelity(
    predictions: Mapping[str, str], examples: Sequence[Example], found: Mapping[str, Judged] | None = None
) -> dict[str, Fidelity]:
    """Answer language ─▶ its rates, and ``all`` ─▶ those over every answer. ``found``: their ``verdicts``, where at hand."""
    found = verdicts(predictions, examples) if found is None else found
    groups: dict[str, list[_Read]] = defaultdict(list)
    for one in examples:
        if one.query.id in found:
            wanted = answer_language(one)
            groups[wanted].append(_read(predictions.get(one.query.id, ""), wanted, found[one.query.id]))
    everyone = {"all": [one for group in groups.values() for one in group]}
    return {language: _rates(group) for language, group in (*sorted(groups.items()), *everyone.items())}


def joint(result: Result, found: Mapping[str, Judged], examples: Sequence[Example]) -> Result:
    """Right and in the right language: a metric's value where the language is not wrong, zero where it is."""
    asked = {one.query.id: one.query.language for one in examples}
    values = {
        key: value * (key not in found or found[key].verdict != Verdict.WRONG)
        for key, value in result.per_query.items()
    }
    return macro(f"{result.metric}+language", values, asked, f"of:{result.signature}|undetermined:kept")


def answer_language(example: Example) -> str:
    """The language that the answer should be in: what the example says, else that of its question."""
    return example.answer_language if example.answer_language != UNDETERMINED else example.query.language


@dataclass(frozen=True, slots=True)
class _Read:
    """What the rates count of one answer. ``clean`` is None where the words were not looked at."""

    whole: Judged
    lines: Verdict
    clean: bool | None


def _read(text: str, wanted: str, whole: Judged) -> _Read:
    lines = _line_verdict(text, wanted)
    if lines != Verdict.RIGHT or not _has_own_letters(wanted):
        return _Read(whole, lines, None)
    return _Read(whole, lines, not _LATIN_WORD.search(_FENCED.sub(" ", text)))


def _rates(group: Sequence[_Read]) -> Fidelity:
    kinds = Counter(one.whole.verdict for one in group)
    lines = Counter(one.lines for one in group)
    words = Counter(one.clean for one in group if one.clean is not None)
    determined = kinds[Verdict.RIGHT] + kinds[Verdict.WRONG]
    lpr = _rate(lines[Verdict.RIGHT], lines[Verdict.RIGHT] + lines[Verdict.WRONG], len(group))
    wpr = _rate(words[True], words.total(), len(group))
    return Fidelity(
        clr=_rate(kinds[Verdict.RIGHT], determined, len(group)),
        rlc=_rate(kinds[Verdict.RIGHT], len(group), len(group)),
        lpr=lpr,
        wpr=wpr,
        lcpr=harmonic(lpr.value, wpr.value),
        undetermined=kinds[Verdict.UNDETERMINED],
        distribution=dict(Counter(one.whole.language for one in group).most_common()),
    )


def _line_verdict(text: str, wanted: str) -> Verdict:
    """Wrong with a wrong line, else right with a right one; code between back ticks is in no language."""
    lines = [line for line in _FENCED.sub("\n", text).split("\n") if line.strip()]
    kinds = {judge(line, wanted).verdict for line in lines}
    order = (Verdict.WRONG, Verdict.RIGHT)
    return next((kind for kind in order if kind in kinds), Verdict.UNDETERMINED)


def _has_own_letters(language: str) -> bool:
    return "Latn" not in scripts.written_with(language)


def _rate(good: int, judged: int, n: int) -> Rate:
    return Rate(good / judged if judged else None, judged / n if n else 0.0, n)
