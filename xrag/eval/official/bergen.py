"""BERGEN's answer metrics (Rau et al., 2024): SQuAD's normalisation for every language, precision and recall apart.

``char3-recall`` cuts words of three characters and more into 3-grams, so that a shorter gold word is only found as a whole
word: 東京 is not in 答えは東京です。. ``contains`` (BERGEN's ``M``) is a substring of the normalised text: ``art`` is in
``party``, and the empty gold answer in everything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

import regex

from xrag.eval.official.script import Script, answerable
from xrag.eval.official.squad import PUNCTUATION, overlap
from xrag.eval.predictions import Prediction, last_answers
from xrag.eval.results import Result, macro
from xrag.types import Example

_GRAM = 3
_ARTICLES = regex.compile(r"\b(a|an|the)\b")
"""SQuAD's with the word boundaries of the ``regex`` package, by which a vowel sign belongs to its word."""


def score(predictions: Mapping[str, str], examples: Sequence[Example]) -> dict[str, Result]:
    """``EM``, ``F1``, ``precision``, ``recall``, ``contains``, ``char3-recall``: 0 to 1, macro over the languages.

    A missing prediction scores as an empty one. A question without a gold answer, on which the script breaks off, is left out.
    """
    examples = answerable(examples)
    languages = {example.query.id: example.query.language for example in examples}
    results = {}
    for name, compare in _METRICS.items():
        per_query = {
            one.query.id: max(
                compare(_normal(predictions.get(one.query.id, "")), _normal(gold)) for gold in one.gold_answers
            )
            for one in examples
        }
        results[name] = macro(name, per_query, languages, "script:bergen|norm:squad")
    return results


def score_file(predictions: Sequence[Prediction], examples: Sequence[Example]) -> dict[str, Result]:
    """The same of what a file holds: of several answers to a question the last one counts."""
    return score(last_answers(predictions), examples)


@lru_cache(maxsize=1 << 16)
def _normal(text: str) -> str:
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(PUNCTUATION)).split())


def _char3_recall(said: str, gold: str) -> float:
    return overlap(_grams(said), _grams(gold))[2]


def _grams(text: str) -> list[str]:
    return [word[i : i + _GRAM] for word in text.split() for i in range(max(1, len(word) - _GRAM + 1))]


_METRICS: Mapping[str, Callable[[str, str], float]] = {
    "EM": lambda said, gold: float(said == gold),
    "F1": lambda said, gold: overlap(said.split(), gold.split())[0],
    "precision": lambda said, gold: overlap(said.split(), gold.split())[1],
    "recall": lambda said, gold: overlap(said.split(), gold.split())[2],
    "contains": lambda said, gold: float(gold in said),
    "char3-recall": _char3_recall,
}


SCRIPT = Script(score_file)
