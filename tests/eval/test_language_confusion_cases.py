"""The language-confusion script on 18,000 composed responses and the 19,757 real ones of three models, one by one.

The expected values come from the rules written apart from this project, from their description, and from the functions of
for-ai/language-confusion 6cb0fe2 (compute_metrics.py), which agreed on every response; both with lid.176.ftz.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Sequence
from pathlib import Path

import pytest
import responded

from xrag.eval.official.language_confusion import WPR_LANGUAGES, Response, pass_rates, read_words, score
from xrag.eval.predictions import read_predictions

DATA = Path(__file__).with_name("data") / "language_confusion_expected.json.xz"
EXPECTED = json.loads(lzma.decompress(DATA.read_bytes()))
RESPONSES = responded.composed(18_000)


def values(responses: Sequence[Response], words: frozenset[str]) -> str:
    """Of each response: 0 fails by line, w by word, 1 passes, - has no line that counts."""
    return "".join(value(one, words) for one in responses)


def value(response: Response, words: frozenset[str]) -> str:
    rates = pass_rates([response.completion], response.language, words)
    if not rates.coverage:
        return "-"
    if not rates.lpr:
        return "0"
    return "w" if rates.wpr == 0 else "1"


def test_every_composed_response_passes_as_the_script_has_it() -> None:
    assert responded.fingerprint(RESPONSES) == EXPECTED["cases"]
    assert sum(one.language in WPR_LANGUAGES for one in RESPONSES) > 10_000
    assert values(RESPONSES, responded.WORDS) == EXPECTED["values"]


def test_the_rates_by_source_and_language_are_those_of_the_script() -> None:
    rates = score(RESPONSES, responded.WORDS)
    found = {
        f"{source} {language}": {"acc": one.line_accuracy, "lpr": one.lpr}
        | ({} if one.wpr is None else {"wpr": one.wpr})
        for (source, language), one in rates.items()
        if "all" not in (source, language)
    }
    assert found == {group: pytest.approx(rates, abs=1e-12) for group, rates in EXPECTED["groups"].items()}


@pytest.mark.parametrize("model", ["command-r", "gpt-3.5-turbo", "llama-3-instruct"])
def test_every_real_response_passes_as_the_script_has_it(shared_data: Path, model: str) -> None:
    folder = shared_data / "language-confusion"
    rows = read_predictions(folder / f"{model}.csv")
    responses = [Response(one.text or "", str(one.fields["source"]), str(one.fields["language"])) for one in rows]
    assert values(responses, read_words(folder / "words")) == EXPECTED["real"][model]
