"""A run that is killed in the middle of asking a language model loses at most the batch that it was asking."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from chat_server import ChatServer, Reply, chat_server

from xrag import manifest
from xrag.experiments.directory import answers, searches
from xrag.experiments.plan import make_plan
from xrag.experiments.spec import read_experiment
from xrag.experiments.work import BATCH

QUESTIONS = 3 * BATCH - 10
SAID = {"choices": [{"message": {"content": "Wien [1]"}, "finish_reason": "stop"}]}
SPEC = """
title = "Own"
form = "jsonl"
licence = "none"
citation = "none"
homepage = "none"
revision = "1"
languages = ["de"]
[splits.test.files]
questions = "questions.jsonl"
passages = "passages.jsonl"
"""
EXPERIMENT = """
name = "killed"
[[benchmarks]]
name = "own"
path = "own.toml"
folder = "."
[[setups]]
name = "served"
retriever = "bm25"
generator = "server"
generator_options = {{ model = "tiny", server = "{url}", concurrency = 4 }}
policy = "off"
"""


def lay(folder: Path, url: str) -> None:
    questions = [
        {"id": str(i), "question": f"Wo liegt Wien, Frage {i}?", "language": "de", "answers": ["Wien"]}
        for i in range(QUESTIONS)
    ]
    passages = [{"id": "p", "text": "Wien liegt an der Donau.", "language": "de"}]
    for name, rows in (("questions", questions), ("passages", passages)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    (folder / "own.toml").write_text(SPEC, encoding="utf-8")
    (folder / "experiment.toml").write_text(EXPERIMENT.format(url=url), encoding="utf-8")


def started(folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "xrag", "bench", "experiment.toml", "-o", "out"]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, cwd=folder, stdout=quiet, stderr=quiet, env=os.environ | {"PYTHONUNBUFFERED": "1"})


def kill_after_the_first_batch(folder: Path, server: ChatServer) -> bytes:
    running = started(folder)
    deadline = time.monotonic() + 60
    while len(server.requests) < BATCH + 8 and time.monotonic() < deadline:
        time.sleep(0.01)
    running.send_signal(signal.SIGKILL)
    running.wait()
    [path] = (folder / "out" / "answers").iterdir()
    return path.read_bytes()


def test_a_kill_loses_at_most_the_batch_in_flight(folder: Path) -> None:
    with chat_server(Reply(body=json.dumps(SAID).encode(), seconds=0.02)) as server:
        lay(folder, server.url)
        kept = kill_after_the_first_batch(folder, server)
        assert kept.count(b"\n") == BATCH
        asked = len(server.requests)
        assert started(folder).wait() == 0
        assert asked - BATCH <= BATCH
        assert len(server.requests) - asked == QUESTIONS - BATCH
    [cell] = make_plan(read_experiment(folder / "experiment.toml")).cells
    found = answers(cell, folder / "out")
    assert found.path.read_bytes().startswith(kept)
    assert (len(found), found.missing([query.id for query in cell.queries])) == (QUESTIONS, [])
    assert len(searches(cell, folder / "out")) == QUESTIONS


def test_a_second_run_into_the_directory_of_one_at_work_is_refused_in_one_line(folder: Path) -> None:
    lay(folder, "http://127.0.0.1:9/v1")
    with manifest.locked(folder / "out"):
        command = [sys.executable, "-m", "xrag", "bench", "experiment.toml", "-o", "out"]
        second = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert second.returncode != 0
    [line] = second.stderr.splitlines()
    assert "another process is writing out; wait until it ends" in line


def test_a_disk_that_fills_stops_the_run_in_one_line_and_the_next_one_goes_on(folder: Path) -> None:
    with chat_server(Reply(body=json.dumps(SAID).encode())) as server:
        lay(folder, server.url)
        limited = (
            "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
            "from xrag.experiments import records\n"
            "append = records.Records.append\n"
            "def narrow(self, rows):\n"
            "    if self.path.parent.name == 'answers': resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, -1))\n"
            "    append(self, rows)\n"
            "records.Records.append = narrow\n"
            "from xrag.cli import main; main(['bench', 'experiment.toml', '-o', 'out'])\n"
        )
        full = subprocess.run([sys.executable, "-c", limited], cwd=folder, capture_output=True, text=True, check=False)
        assert full.returncode != 0
        assert "Traceback" not in full.stderr
        assert "cannot write out/answers/" in full.stderr.splitlines()[-1]
        [path] = (folder / "out" / "answers").iterdir()
        before = path.read_bytes()
        assert before.endswith(b"\n")
        assert started(folder).wait() == 0
        assert path.read_bytes().startswith(before)
        assert path.read_bytes().count(b"\n") == QUESTIONS
