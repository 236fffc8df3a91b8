"""XOR-EnglishSpan (Asai et al., 2021): SQuAD's EM and F1, macro over the languages that have questions.

Two empty answers score EM 1 and F1 0. A question without a prediction scores zero and counts; of duplicates in the file the
last one counts, as a JSON object has it. Precision and recall are taken over the gold answers apart from F1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xrag.eval.official.script import Script, answerable
from xrag.eval.official.squad import normal, overlap
from xrag.eval.predictions import Prediction, last_answers
from xrag.eval.results import Result, macro
from xrag.types import Example

LANGUAGES = ("ar", "bn", "fi", "ja", "ko", "ru", "te")


def score(predictions: Mapping[str, str], examples: Sequence[Example]) -> dict[str, Result]:
    """``EM`` and ``F1``, 0 to 1. ``predictions``: query id ─▶ answer. Questions in other languages are passed over.

    So are those without a gold answer, on which the script breaks off.
    """
    asked = [example for example in answerable(examples) if example.query.language in LANGUAGES]
    languages = {example.query.id: example.query.language for example in asked}
    em = {example.query.id: _em(predictions.get(example.query.id), example.gold_answers) for example in asked}
    f1 = {example.query.id: _f1(predictions.get(example.query.id), example.gold_answers) for example in asked}
    how = "script:xor-engspan|norm:squad"
    return {"EM": macro("EM", em, languages, how), "F1": macro("F1", f1, languages, how)}


def score_file(predictions: Sequence[Prediction], examples: Sequence[Example]) -> dict[str, Result]:
    """The same of what a file holds: of several answers to a question the last one counts."""
    return score(last_answers(predictions), examples)


def _em(said: str | None, gold: Sequence[str]) -> float:
    return 0.0 if said is None else float(any(normal(said) == normal(one) for one in gold))


def _f1(said: str | None, gold: Sequence[str]) -> float:
    return 0.0 if said is None else max(overlap(normal(said).split(), normal(one).split())[0] for one in gold)


SCRIPT = Script(score_file)
