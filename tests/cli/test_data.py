"""``xrag data`` and ``xrag score`` as a user types them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path


def xrag(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"XRAG_DATA": str(folder / "data"), "PYTHONUTF8": "1", "NO_COLOR": "1", "COLUMNS": "120"}
    command = [sys.executable, "-m", "xrag", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_a_benchmark_is_copied_and_counted(tmp_path: Path, shared_data: Path) -> None:
    done = xrag(tmp_path, "data", "get", "xor-retrieve", "--from", str(shared_data / "xor-qa"))
    assert done.stdout.splitlines()[-1] == "dev: 2,110 questions in 7 languages"
    assert "xor-retrieve         7 languages  dev  here" in xrag(tmp_path, "data", "list").stdout


def test_a_misspelt_benchmark_is_one_line(tmp_path: Path) -> None:
    done = xrag(tmp_path, "data", "show", "mkaq")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "did you mean mkqa" in done.stderr


GOLD = '{"id": "1", "question": "?", "language": "ja", "answers": ["東京"], "qrels": ["p"]}\n'


def test_answers_are_scored_against_ones_own_gold_answers(tmp_path: Path) -> None:
    (tmp_path / "gold.jsonl").write_text(GOLD, encoding="utf-8")
    (tmp_path / "said.json").write_text('{"1": "東京。", "2": "x"}', encoding="utf-8")
    done = xrag(tmp_path, "score", "said.json", "--gold", "gold.jsonl", "--official", "bergen")
    table = [line.split() for line in done.stdout.splitlines()]
    assert table[1] == ["ja", "1", "1.000", "1.000", "1.000", "1.000", "1.000"]
    assert ["ja", "1", "0.000", "0.000", "0.000", "0.000", "1.000", "0.000"] in table
    assert "1 extra: predictions for ids that the gold does not have; left out (2)" in done.stdout


def test_a_run_is_scored_by_the_measures_named(tmp_path: Path) -> None:
    (tmp_path / "gold.jsonl").write_text(GOLD, encoding="utf-8")
    (tmp_path / "mine.trec").write_text("1 Q0 x 1 2.0 me\n1 Q0 p 2 1.0 me\n", encoding="utf-8")
    done = xrag(tmp_path, "score", "mine.trec", "--gold", "gold.jsonl", "--measure", "RR@10", "--measure", "R@1")
    assert [line.split() for line in done.stdout.splitlines()][:2] == [
        ["n", "RR@10", "R@1"],
        ["ja", "1", "0.500", "0.000"],
    ]


def test_a_predictions_file_cut_in_the_middle_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "gold.jsonl").write_text(GOLD, encoding="utf-8")
    (tmp_path / "said.jsonl").write_text('{"id": "1", "answer": "x"}\n{"id": "2", "ans', encoding="utf-8")
    done = xrag(tmp_path, "score", "said.jsonl", "--gold", "gold.jsonl")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith("xrag: said.jsonl:2: not JSON")


CONFUSION = "id,source,language,task,completion\n1,okapi,ru,m,Это очень большая река на самом севере нашей страны.\n"


def test_the_rates_of_language_confusion_are_told_by_source_and_language(tmp_path: Path) -> None:
    (tmp_path / "said.csv").write_text(f"{CONFUSION}2,okapi,ru,m,This is all in English here.\n", encoding="utf-8")
    (tmp_path / "words").write_text("english\nriver\n", encoding="utf-8")
    asked = ("score", "said.csv", "--official", "language-confusion", "--words", "words")
    table = [line.split() for line in xrag(tmp_path, *asked).stdout.splitlines()]
    assert table[:2] == [["m", "LPR", "WPR", "LCPR", "coverage"], ["okapi", "ru", "0.500", "1.000", "0.667", "1.000"]]
    row = json.loads(xrag(tmp_path, *asked, "--json").stdout)["language-confusion"][0]
    assert (row["source"], row["language"], row["lpr"], row["lcpr"]) == ("okapi", "ru", 0.5, 2 / 3)


def test_a_completion_whose_language_is_not_told_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "said.csv").write_text(f"{CONFUSION}2,okapi,,m,Да.\n", encoding="utf-8")
    (tmp_path / "words").write_text("river\n", encoding="utf-8")
    done = xrag(tmp_path, "score", "said.csv", "--official", "language-confusion", "--words", "words")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith("xrag: said.csv:3: no 'source' or no 'language'")
