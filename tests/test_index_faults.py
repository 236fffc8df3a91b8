"""An index survives whatever stops its writing, and says in one line what was done to its files."""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from xrag import build_index, open_index
from xrag.errors import IndexCorrupt, IndexDirectoryError, XragError
from xrag.types import Query

BUILD = "import sys; from xrag import build_index; build_index(sys.argv[2:], sys.argv[1])"
WORDS = ["river", "city", "bridge", "castle", "harbour", "market", "tower", "garden"]


def write(path: Path, word: str, count: int) -> Path:
    rows = [{"id": f"{word}-{n}", "text": f"{word} {n} {' '.join(random.choices(WORDS, k=30))}"} for n in range(count)]
    lines = (json.dumps(row | {"language": "de" if n % 3 else "en"}) + "\n" for n, row in enumerate(rows))
    path.write_text("".join(lines), encoding="utf-8")
    return path


def holds(directory: Path, word: str) -> bool:
    with open_index(directory) as index:
        rankings = index.retriever("bm25").search([Query("q", word, "en")], 1)
        return all(index.corpus.get([hit.passage_id for hit in ranking]) for ranking in rankings if ranking) and any(
            rankings
        )


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    build_index([write(tmp_path / "first.jsonl", "alpha", 30)], tmp_path / "index")
    return tmp_path / "index"


@pytest.mark.parametrize("fraction", [0.2, 0.5, 0.7, 0.8, 0.9, 0.95])
def test_a_kill_at_any_moment_leaves_the_earlier_index_and_the_next_run_finishes(
    directory: Path, tmp_path: Path, fraction: float
) -> None:
    more = write(tmp_path / "more.jsonl", "omega", 3000)
    process = subprocess.Popen([sys.executable, "-c", BUILD, directory, more])
    time.sleep(2.0 * fraction)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert holds(directory, "alpha")
    build_index([more], directory)
    assert holds(directory, "alpha")
    assert holds(directory, "omega")
    assert not list(directory.rglob("*.partial*"))


@pytest.mark.parametrize("name", ["pending.json", "manifest.json"])
def test_what_a_killed_run_left_half_written_is_removed_by_the_next(directory: Path, tmp_path: Path, name: str) -> None:
    (directory / f".{name}.4711.partial").write_text('{"gen')
    build_index([write(tmp_path / "more.jsonl", "omega", 30)], directory)
    assert holds(directory, "omega")
    assert not list(directory.rglob("*.partial*"))


def test_a_killed_first_run_is_no_index_yet_and_goes_on(tmp_path: Path) -> None:
    more = write(tmp_path / "more.jsonl", "omega", 20000)
    process = subprocess.Popen([sys.executable, "-c", BUILD, tmp_path / "index", more])
    while process.poll() is None and not list((tmp_path / "index").glob("corpus/1/*")):
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    with pytest.raises(IndexDirectoryError):
        open_index(tmp_path / "index")
    build_index([write(tmp_path / "more.jsonl", "omega", 50)], tmp_path / "index")
    assert holds(tmp_path / "index", "omega")


def test_partitions_that_a_killed_run_finished_are_not_built_again(directory: Path, tmp_path: Path) -> None:
    more = write(tmp_path / "more.jsonl", "omega", 60)
    manifest = (directory / "manifest.json").read_bytes()
    with open_index(directory):
        build_index([more], directory)
    pending = directory / "manifest.json"
    pending.replace(directory / "pending.json")
    (directory / "manifest.json").write_bytes(manifest)
    report = build_index([more], directory)
    assert (report.generation, report.built) == (2, ())
    assert holds(directory, "omega")


def test_what_a_failed_run_wrote_is_dropped_when_other_files_are_asked_for(directory: Path, tmp_path: Path) -> None:
    before = every_file(directory)
    manifest = (directory / "manifest.json").read_bytes()
    with open_index(directory):
        build_index([write(tmp_path / "more.jsonl", "omega", 60)], directory)
    (directory / "manifest.json").replace(directory / "pending.json")
    (directory / "manifest.json").write_bytes(manifest)
    build_index([tmp_path / "first.jsonl"], directory)
    assert every_file(directory) == before
    assert not holds(directory, "omega")


def every_file(directory: Path) -> list[Path]:
    names = (".lock", ".readers")
    return sorted(path for path in directory.rglob("*") if path.is_file() and path.name not in names)


def test_a_file_cut_off_anywhere_is_named_when_the_index_opens(directory: Path) -> None:
    chooser = random.Random(7)
    for path in every_file(directory):
        whole = path.read_bytes()
        if not whole:
            continue
        path.write_bytes(whole[: chooser.randrange(len(whole))])
        with pytest.raises(IndexCorrupt, match="build the index again"):
            open_index(directory)
        path.write_bytes(whole)
    assert holds(directory, "alpha")


def test_a_manifest_cut_off_at_any_byte_is_reported(directory: Path) -> None:
    path = directory / "manifest.json"
    whole = path.read_bytes()
    for length in range(0, len(whole) - 1, 97):
        path.write_bytes(whole[:length])
        with pytest.raises(IndexCorrupt, match="manifest"):
            open_index(directory)


def test_a_manifest_changed_by_hand_is_reported(directory: Path) -> None:
    path = directory / "manifest.json"
    path.write_text(path.read_text("utf-8").replace('"generation": 1', '"generation": 7'), encoding="utf-8")
    with pytest.raises(IndexCorrupt, match="checksum differs"):
        open_index(directory)


def test_a_missing_file_is_named(directory: Path) -> None:
    path = next(path for path in every_file(directory) if path.suffix == ".marisa")
    path.unlink()
    with pytest.raises(IndexCorrupt, match=f"{path.name} is missing"):
        open_index(directory)


def test_an_altered_byte_is_found_by_verifying(directory: Path) -> None:
    path = max(every_file(directory), key=lambda path: path.stat().st_size)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with open_index(directory) as index, pytest.raises(IndexCorrupt, match="was altered"):
        index.verify()


def test_an_array_whose_header_was_altered_is_named(directory: Path) -> None:
    path = next(path for path in every_file(directory) if path.name == "lengths.npy")
    whole = path.read_bytes()
    for at in [0, 6, 8, 20, 50, 60, 70]:
        path.write_bytes(whole[:at] + b"X" + whole[at + 1 :])
        with pytest.raises(IndexCorrupt, match=r"lengths\.npy was altered .*; build the index again"):
            holds(directory, "alpha")


def test_a_damaged_partition_is_mended_by_the_next_run(directory: Path, tmp_path: Path) -> None:
    path = next(path for path in every_file(directory) if path.name == "lengths.npy")
    path.write_bytes(path.read_bytes()[:-1])
    assert len(build_index([tmp_path / "first.jsonl"], directory).built) == 1
    assert holds(directory, "alpha")


def test_a_damaged_corpus_is_mended_by_a_fresh_start(directory: Path, tmp_path: Path) -> None:
    path = next(path for path in every_file(directory) if path.suffix == ".sqlite")
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(IndexCorrupt):
        build_index([tmp_path / "first.jsonl"], directory)
    build_index([tmp_path / "first.jsonl"], directory, fresh=True)
    assert holds(directory, "alpha")
    assert [path.name for path in (directory / "corpus").iterdir()] == ["2"]


def test_a_fresh_start_trusts_no_damaged_partition(directory: Path, tmp_path: Path) -> None:
    path = next(path for path in every_file(directory) if path.name == "lengths.npy")
    path.write_bytes(path.read_bytes()[:-1])
    build_index([tmp_path / "first.jsonl"], directory, fresh=True)
    assert holds(directory, "alpha")


def test_a_damaged_manifest_is_mended_by_a_fresh_start(directory: Path, tmp_path: Path) -> None:
    (directory / "manifest.json").write_text("{", encoding="utf-8")
    build_index([tmp_path / "first.jsonl"], directory, fresh=True)
    assert holds(directory, "alpha")


@pytest.mark.parametrize("limit", [4_000, 30_000, 60_000, 120_000])
def test_a_disk_that_fills_is_one_line_and_leaves_the_earlier_index(
    directory: Path, tmp_path: Path, limit: int
) -> None:
    more = write(tmp_path / "more.jsonl", "omega", 600)

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    command = [sys.executable, "-m", "xrag", "index", more, "-o", directory]
    done = subprocess.run(command, preexec_fn=little_room, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert done.stderr.startswith("xrag: cannot write")
    assert holds(directory, "alpha")


def test_of_two_processes_one_writes_and_one_is_told(directory: Path, tmp_path: Path) -> None:
    more = write(tmp_path / "more.jsonl", "omega", 4000)
    command = [sys.executable, "-m", "xrag", "index", more, "-o", directory]
    pair = [subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate()[1] for process in pair]
    assert sorted(process.returncode for process in pair) == [0, 1], said
    assert "another process is writing" in "".join(said)
    assert holds(directory, "omega")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_directory_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    with pytest.raises(XragError, match="cannot write"):
        build_index([write(tmp_path / "a.jsonl", "alpha", 3)], closed / "index")
