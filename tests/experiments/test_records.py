"""Results on disk, and work that fails, is cut off, or is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from xrag.errors import GenerationError, InputError
from xrag.experiments.records import Records
from xrag.experiments.work import do_all
from xrag.types import Json, Query

QUERIES = [Query(str(i), f"question {i}") for i in range(5)]


def upper(queries: Sequence[Query]) -> list[dict[str, Json]]:
    if any(query.id == "3" for query in queries):
        raise GenerationError("the server said no")
    return [{"text": query.text.upper()} for query in queries]


def test_results_are_there_when_the_file_is_opened_again(tmp_path: Path) -> None:
    Records(tmp_path / "r.jsonl").append([{"id": "1", "text": "東京"}])
    assert Records(tmp_path / "r.jsonl")["1"]["text"] == "東京"


def test_a_line_cut_in_the_middle_is_done_again(tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").write_text('{"id": "1", "text": "x"}\n{"id": "2", "te', encoding="utf-8")
    records = Records(tmp_path / "r.jsonl")
    assert records.missing(["1", "2"]) == ["2"]
    records.append([{"id": "2", "text": "y"}])
    assert (tmp_path / "r.jsonl").read_text(encoding="utf-8").count("\n") == 2


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").write_text('{"id": "1"}\nnonsense\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"r.jsonl:2: not a result .*; delete the line"):
        Records(tmp_path / "r.jsonl")


def test_a_failure_is_recorded_for_its_item_alone_and_tried_again(tmp_path: Path) -> None:
    records = Records(tmp_path / "r.jsonl")
    progress: list[tuple[int, int]] = []
    do_all(QUERIES, upper, records, lambda done, failed: progress.append((done, failed)))
    assert (records["3"]["error"], records["4"]["text"]) == ("the server said no", "QUESTION 4")
    assert (records.missing([query.id for query in QUERIES]), progress) == (["3"], [(5, 1)])


def test_a_full_disk_leaves_whole_lines(tmp_path: Path) -> None:
    code = (
        "import resource, sys; from pathlib import Path; from xrag.experiments.records import Records\n"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "records = Records(Path(sys.argv[1]))\n"
        "for i in range(100): records.append([{'id': str(i), 'text': 'x' * 100}])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "r.jsonl"], capture_output=True, text=True, check=False
    )
    assert "cannot write" in done.stderr
    assert (tmp_path / "r.jsonl").read_bytes().endswith(b"\n")
    assert len(Records(tmp_path / "r.jsonl")) > 0


@pytest.mark.parametrize("seconds", [1.0, 2.5])
def test_a_killed_experiment_goes_on_to_the_same_results(folder: Path, seconds: float) -> None:
    command = [sys.executable, "-m", "xrag", "bench", "experiment.toml", "-o"]
    killed = subprocess.Popen([*command, "out"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    environment = os.environ | {"COLUMNS": "200"}
    again = subprocess.run([*command, "out"], capture_output=True, text=True, check=True, env=environment)
    fresh = subprocess.run([*command, "fresh"], capture_output=True, text=True, check=True, env=environment)
    assert figures(again.stdout) == figures(fresh.stdout)


def figures(text: str) -> list[list[str]]:
    """The table without its two columns of milliseconds."""
    rows = [line.split() for line in text.splitlines()[2:]]
    return [[*row[:-3], row[-1]] for row in rows if len(row) > 3]
