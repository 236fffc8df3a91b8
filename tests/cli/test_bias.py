"""``xrag score --bias``: what a run does to the languages of the passages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import xrag
from xrag.cli import cli
from xrag.errors import UsageError

PASSAGES = {"de1": ("de", "Wien"), "de2": ("de", "Donau"), "th1": ("th", "เวียนนา"), "zh1": ("zh", "维也纳")}
RUN = "1 Q0 de1 1 3.0 me\n1 Q0 de2 2 2.0 me\n1 Q0 th1 3 1.0 me\n2 Q0 zh1 1 1.0 me\n"
GOLD = [
    {"id": "1", "question": "Wo?", "language": "de", "qrels": ["de1", "th1"]},
    {"id": "2", "question": "ที่ไหน", "language": "th", "qrels": ["th1", "zh1"]},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = [{"id": key, "text": text, "language": language} for key, (language, text) in PASSAGES.items()]
    (tmp_path / "p.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    (tmp_path / "gold.jsonl").write_text("".join(json.dumps(row) + "\n" for row in GOLD), "utf-8")
    (tmp_path / "mine.trec").write_text(RUN, "utf-8")
    xrag.build_index([tmp_path / "p.jsonl"], tmp_path / "index")
    return tmp_path


def score(folder: Path, *options: str) -> Result:
    return CliRunner().invoke(cli, ["score", str(folder / "mine.trec"), "--gold", str(folder / "gold.jsonl"), *options])


def test_a_run_is_split_by_the_languages_of_the_index_that_was_searched(folder: Path) -> None:
    done = score(folder, "--bias", "--index", str(folder / "index"))
    assert done.exit_code == 0, done.output
    rows = [line.split() for line in done.stdout.partition("language bias")[2].splitlines()]
    assert rows[1] == ["n", "R@10", "same", "R@10", "cross", "Max@R", "PEER@100"]
    assert rows[2][:5] == ["de", "1", "1.000", "1.000", "3.000"]
    assert rows[3][:5] == ["th", "1", "0.000", "1.000", "101.000"]
    assert ["pool", "50.0", "%", "25.0", "%", "25.0", "%"] in rows
    assert ["de", "66.7", "%", "33.3", "%", "0.0", "%"] in rows
    assert ["th", "0.0", "%", "0.0", "%", "100.0", "%"] in rows


def test_programs_get_the_same(folder: Path) -> None:
    said = json.loads(score(folder, "--bias", "--index", str(folder / "index"), "--json").stdout)["bias"]
    assert said["gap"] == pytest.approx(-0.5)
    assert said["pool"] == {"de": 0.5, "th": 0.25, "zh": 0.25}
    assert said["taken"]["th"] == {"zh": 1.0}


def test_without_an_index_somebody_must_tell_the_languages(folder: Path) -> None:
    with pytest.raises(UsageError, match="--index DIR"):
        raise score(folder, "--bias").exception


def test_a_passage_that_the_index_does_not_have_is_named(folder: Path) -> None:
    (folder / "mine.trec").write_text(RUN + "2 Q0 nowhere 2 0.5 me\n", "utf-8")
    assert "nowhere" in str(score(folder, "--bias", "--index", str(folder / "index")).exception)


def test_answers_have_no_passages_to_report(folder: Path) -> None:
    (folder / "said.json").write_text('{"1": "Wien"}', "utf-8")
    done = CliRunner().invoke(cli, ["score", str(folder / "said.json"), "--gold", str(folder / "gold.jsonl"), "--bias"])
    assert (done.exit_code, "for a TREC run" in done.output) == (2, True)
