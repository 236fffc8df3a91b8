"""``xrag score --nuggets``: the weight of given nuggets that answers hold."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from xrag.cli import cli
from xrag.errors import InputError, UsageError

ASKED = (("1", "de", "Wien"), ("2", "ar", "فيينا"))
SAID = {"1": "Wien liegt an der Donau.", "2": "تقع فيينا في النمسا."}


def score(folder: Path, nuggets: str, *options: str, said: str = "said.json") -> Result:
    gold = [{"id": key, "question": "?", "language": tag, "answers": [answer]} for key, tag, answer in ASKED]
    (folder / "gold.jsonl").write_text("".join(json.dumps(row) + "\n" for row in gold), encoding="utf-8")
    (folder / "said.json").write_text(json.dumps(SAID), encoding="utf-8")
    (folder / "run.trec").write_text("1 Q0 p 1 1.0 me\n", encoding="utf-8")
    (folder / "nuggets.jsonl").write_text(nuggets, encoding="utf-8")
    files = [str(folder / name) for name in (said, "gold.jsonl", "nuggets.jsonl")]
    return CliRunner().invoke(cli, ["score", files[0], "--gold", files[1], "--nuggets", files[2], *options])


def test_nuggets_count_by_weight_in_the_language_of_the_answer(tmp_path: Path) -> None:
    weighed = '{"id": "1", "nuggets": {"Wien": 1, "Alpen": 0.5}}\n{"id": "2", "nuggets": ["فيينا", "الدانوب"]}\n'
    done = json.loads(score(tmp_path, weighed, "--json").stdout)
    [found] = [one for one in done["corrected"] if one["metric"] == "nugget-recall"]
    assert found["by_language"] == {"ar": 0.5, "de": pytest.approx(2 / 3)}
    assert done["intervals"]["nugget-recall"]["value"] == pytest.approx((0.5 + 2 / 3) / 2)


@pytest.mark.parametrize("nuggets", ['"Wien"', "[1]", '{"Wien": 0}', '{"Wien": true}', "null"])
def test_nuggets_of_another_form_are_named_by_line(tmp_path: Path, nuggets: str) -> None:
    done = score(tmp_path, f'{{"id": "1", "nuggets": ["Wien"]}}\n{{"id": "2", "nuggets": {nuggets}}}\n')
    assert isinstance(done.exception, InputError)
    assert "nuggets.jsonl:2: 'nuggets' is neither a list of texts nor weights" in str(done.exception)


def test_nuggets_of_other_questions_and_for_a_run_are_refused(tmp_path: Path) -> None:
    done = score(tmp_path, '{"id": "9", "nuggets": ["Wien"]}\n')
    assert isinstance(done.exception, UsageError)
    assert "the nuggets are for none of the questions" in str(done.exception)
    assert "not for a TREC run" in score(tmp_path, '{"id": "1", "nuggets": ["Wien"]}\n', said="run.trec").output
