"""Short answers against gold answers: ``EM``, ``F1``, ``char3-recall``, ``contains``. The best gold answer counts.

These are the corrected metrics; ``xrag.eval.official`` holds what the published scripts compute. Both sides are normalised
in the answer's language, and every example with a gold answer counts: one without a prediction scores zero.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import regex

from xrag.eval import normalization
from xrag.eval.normalization import units
from xrag.eval.results import Result, macro
from xrag.types import UNDETERMINED, Answer, Example, Score

_JOINED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Bopomofo}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}ー々〆〇]")
_HANGUL = regex.compile(r"\p{Hangul}")
_GRAM = 3
_BETWEEN = "\0"
_PARTICLE = 3
"""Syllables that may follow a Korean noun in its word: particles such as 에서는."""


def exact_match(prediction: str, gold: str, language: str) -> float:
    """1 where the normal forms are the same."""
    return float(units(prediction, language) == units(gold, language))


def f1(prediction: str, gold: str, language: str) -> float:
    """The harmonic mean of the precision and recall of the units (Rajpurkar et al., 2016).

    Where one side has no units, 1 if the other has none either.
    """
    said, wanted = units(prediction, language), units(gold, language)
    if not said or not wanted:
        return float(said == wanted)
    same = sum((Counter(said) & Counter(wanted)).values())
    return 2 * same / (len(said) + len(wanted))


def char3_recall(prediction: str, gold: str, language: str) -> float:
    """The share of the gold answer's character 3-grams that the prediction has (after Chirkova et al., 2024).

    A gold word of fewer than three characters is looked for whole, in scripts without spaces and in Korean within the words:
    東京 is in 答えは東京です。, 서울 in 서울은.
    """
    wanted = _grams(gold, language)
    if not wanted:
        return float(not units(prediction, language))
    said = _all_grams(prediction, language)
    return sum(min(count, said[gram]) for gram, count in wanted.items()) / sum(wanted.values())


def contains(prediction: str, gold: str, language: str) -> float:
    """1 where the prediction has the gold answer's units in a row: ``Oslo`` is in ``Oslo, Norway`` and not in ``Oslofjord``.

    In Korean, particles may follow the last word.
    """
    wanted, said = units(gold, language), units(prediction, language)
    if not wanted or not said:
        return float(wanted == said)
    width = len(wanted)
    return float(any(_are(said[i : i + width], wanted) for i in range(len(said) - width + 1)))


def _are(said: Sequence[str], wanted: Sequence[str]) -> bool:
    if said[:-1] != wanted[:-1]:
        return False
    rest = said[-1].removeprefix(wanted[-1])
    return not rest or (
        rest != said[-1]
        and len(rest) <= _PARTICLE
        and bool(_HANGUL.match(wanted[-1][-1]))
        and bool(_HANGUL.match(rest))
    )


@lru_cache(maxsize=1 << 16)
def _grams(answer: str, language: str) -> Mapping[str, int]:
    return Counter(gram for word in _words(units(answer, language)) for gram in _windows(word, min(_GRAM, len(word))))


@lru_cache(maxsize=1 << 14)
def _all_grams(answer: str, language: str) -> Mapping[str, int]:
    """The 3-grams of every word, the short words whole, and every shorter stretch where words are run together."""
    words = _words(units(answer, language))
    text = _BETWEEN.join(words)
    found = _windows(text, _GRAM)  # those that hold what is between words are in no gold answer
    are_run = _JOINED.search(text) or _HANGUL.search(text)
    for word in words if are_run else (one for one in words if len(one) < _GRAM):
        shortest = 1 if _JOINED.match(word) or _HANGUL.match(word) else min(_GRAM, len(word))
        for size in range(shortest, min(_GRAM - 1, len(word)) + 1):
            found += _windows(word, size)
    return Counter(found)


def _windows(word: str, size: int) -> list[str]:
    return [word[i : i + size] for i in range(len(word) - size + 1)]


def _words(parts: Sequence[str]) -> list[str]:
    """The units with those of scripts without spaces put together again."""
    if not _JOINED.search(" ".join(parts)):
        return list(parts)
    words: list[str] = []
    is_run = False
    for part in parts:
        joins = bool(_JOINED.match(part))
        if joins and is_run:
            words[-1] += part
        else:
            words.append(part)
        is_run = joins
    return words


@dataclass(frozen=True, slots=True)
class AnswerMetric:
    """A metric of a prediction against one gold answer in a language, taken over all gold answers and queries."""

    name: str
    compare: Callable[[str, str, str], float]

    def score(self, answers: Sequence[Answer], examples: Sequence[Example]) -> Score:
        """The mean over the examples that have gold answers."""
        result = self.result({answer.query.id: answer.text for answer in answers}, examples)
        return Score(result.micro, result.per_query, result.n, result.signature)

    def result(self, predictions: Mapping[str, str], examples: Sequence[Example]) -> Result:
        """The macro mean over the query languages. ``predictions``: query id ─▶ text; a missing one scores zero."""
        gold = [example for example in examples if example.gold_answers]
        per_query = {
            example.query.id: self.best(predictions[example.query.id], example)
            if example.query.id in predictions
            else 0.0
            for example in gold
        }
        languages = {example.query.id: example.query.language for example in gold}
        return macro(self.name, per_query, languages, normalization.SIGNATURE)

    def best(self, prediction: str, example: Example) -> float:
        """The score against the gold answer that it agrees with most."""
        language = example.answer_language if example.answer_language != UNDETERMINED else example.query.language
        return max(self.compare(prediction, gold, language) for gold in example.gold_answers)


EM = AnswerMetric("EM", exact_match)
F1 = AnswerMetric("F1", f1)
CHAR3_RECALL = AnswerMetric("char3-recall", char3_recall)
CONTAINS = AnswerMetric("contains", contains)
SHORT_ANSWER_METRICS = (EM, F1, CHAR3_RECALL, CONTAINS)
