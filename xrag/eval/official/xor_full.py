"""XOR-Full (Asai et al., 2021): EM, F1 and BLEU in the question's language.

The script deletes every 年, 歳, 人 and 년, also inside names, and no articles; cuts Japanese into words with MeCab, with ``・``
a space and ``、`` a comma in the prediction alone; takes NLTK's BLEU, unsmoothed, over the characters of the untokenised
prediction; and divides the sum over its eleven languages by seven.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from importlib.metadata import version

from xrag.errors import MissingExtra
from xrag.eval.official import east_asian
from xrag.eval.official.script import Script, answerable
from xrag.eval.official.squad import PUNCTUATION, overlap
from xrag.eval.predictions import Prediction, last_answers
from xrag.eval.results import Result, macro, signature
from xrag.types import Example

try:
    from nltk.translate import bleu
except ImportError as missing:
    raise MissingExtra("the XOR-Full script", "eval") from missing

_COUNTERS = str.maketrans("", "", "年歳人년")
_DIVISOR = 7
_HOW = f"script:xor-full|ja:mecab-unidic-lite-{version('unidic-lite')}|bleu:nltk-{version('nltk')}"
LANGUAGES = ("te", "sw", "th", "fi", "id", "ja", "ru", "ar", "en", "bn", "ko")


def score(predictions: Mapping[str, str], examples: Sequence[Example]) -> dict[str, Result]:
    """``EM``, ``F1`` and ``BLEU``, 0 to 1. Of a prediction's id, what stands behind the last ``_`` counts.

    A question without a gold answer, on which the script breaks off, is left out.
    """
    examples = answerable(examples)
    by_id = {query_id.split("_")[-1]: text for query_id, text in predictions.items()}
    per_query: dict[str, dict[str, float]] = {"EM": {}, "F1": {}, "BLEU": {}}
    languages = {example.query.id: example.query.language for example in examples}
    for example in examples:
        said = by_id.get(example.query.id)
        scores = (0.0, 0.0, 0.0) if said is None else _compared(said, example)
        for name, value in zip(per_query, scores, strict=True):
            per_query[name][example.query.id] = value
    return {name: _divided(macro(name, values, languages, _HOW)) for name, values in per_query.items()}


def score_file(predictions: Sequence[Prediction], examples: Sequence[Example]) -> dict[str, Result]:
    """The same of what a file holds: of several answers to a question the last one counts."""
    return score(last_answers(predictions), examples)


def _divided(result: Result) -> Result:
    published = sum(result.by_language.values()) / _DIVISOR
    how = f"mean:sum/{_DIVISOR}|{_HOW}"
    return Result(
        result.metric, published, result.by_language, result.counts, result.per_query, signature(result.metric, how)
    )


def _compared(said: str, example: Example) -> tuple[float, float, float]:
    gold = list(example.gold_answers)
    prediction = said
    if example.query.language == "ja":
        gold = [_wakati(one) for one in gold]
        prediction = _wakati(said.replace("・", " ").replace("、", ","))
    normal = _normal(prediction)
    em = float(any(normal == _normal(one) for one in gold))
    f1 = max(overlap(normal.split(), _normal(one).split())[0] for one in gold)
    with warnings.catch_warnings():
        # NLTK warns where no n-gram of an order is shared; the script scores on.
        warnings.simplefilter("ignore")
        return em, f1, float(bleu(gold, said))


def _normal(text: str) -> str:
    return " ".join(text.lower().translate(PUNCTUATION).translate(_COUNTERS).split())


def _wakati(text: str) -> str:
    # The line end that MeCab's own binding leaves is counted by BLEU, which sees characters.
    words = east_asian.japanese(text)
    return f"{words} \n" if words else "\n"


SCRIPT = Script(score_file)
