"""Weighed terms in an index directory: made, searched, updated, interrupted, refused."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import xrag
from tests.models import save_bge_m3, save_encoder
from xrag.cli import cli
from xrag.errors import EmbedderMismatch, IndexCorrupt, IndexNotFound, UsageError
from xrag.testing import PASSAGES

TEXTS = {passage.id: passage.text for passage in PASSAGES}


def write(folder: Path, texts: dict[str, str], name: str = "passages.jsonl") -> Path:
    path = folder / name
    path.write_text("".join(json.dumps({"id": key, "text": text}) + "\n" for key, text in texts.items()), "utf-8")
    return path


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("sparse")
    return str(save_bge_m3(folder / "model", save_encoder(folder / "encoder")))


@pytest.fixture
def index(tmp_path: Path) -> Path:
    xrag.build_index([write(tmp_path, TEXTS)], tmp_path / "index")
    return tmp_path / "index"


def found(directory: Path, text: str) -> list[str]:
    with xrag.open_index(directory) as opened:
        [ranking] = opened.retriever("sparse").search([xrag.Query("q", text)], 3)
        return [hit.passage_id for hit in ranking]


def folders(directory: Path) -> list[str]:
    return sorted(path.name for path in (directory / "sparse").iterdir())


def test_an_index_is_searched_by_weighed_terms(index: Path, model: str) -> None:
    report = xrag.weigh_index(index, model)
    assert (report.passages, report.built, report.encoder) == (len(TEXTS), True, f"hf:{model}")
    assert report.postings > len(TEXTS)
    for key, text in TEXTS.items():
        assert found(index, text)[0] == key


def test_weighing_the_same_again_does_nothing(index: Path, model: str) -> None:
    xrag.weigh_index(index, model)
    before = (index / "manifest.json").read_bytes()
    assert not xrag.weigh_index(index).built
    assert (index / "manifest.json").read_bytes() == before


def test_after_an_update_sparse_search_asks_for_the_terms_of_the_new_passages(
    index: Path, model: str, tmp_path: Path
) -> None:
    xrag.weigh_index(index, model)
    xrag.build_index([write(tmp_path, {"new": "Дунай Дунай"}, "more.jsonl")], index)
    with pytest.raises(UsageError, match="as they are now"):
        found(index, "Дунай")
    assert xrag.weigh_index(index).passages == len(TEXTS) + 1
    assert found(index, "Дунай Дунай")[0] == "new"
    assert len(folders(index)) == 1


def test_a_model_that_changed_since_is_refused(index: Path, tmp_path: Path) -> None:
    folder = save_bge_m3(tmp_path / "model", save_encoder(tmp_path / "encoder"))
    xrag.weigh_index(index, str(folder))
    save_encoder(folder, seed=9)
    with pytest.raises(EmbedderMismatch, match="encode the passages again"):
        found(index, "Danube")
    assert xrag.weigh_index(index).built


class Mine:
    """A sparse encoder of one's own: a term for each length of a word."""

    fingerprint, terms = "mine 1", 100

    def encode_passages(self, texts):
        rows = [sorted({len(word) for word in text.split()}) for text in texts]
        return [(np.array(row, np.int32), np.ones(len(row), np.float32)) for row in rows]

    encode_queries = encode_passages


def test_an_encoder_without_a_name_is_handed_over_again(index: Path) -> None:
    xrag.weigh_index(index, Mine())
    with xrag.open_index(index) as opened:
        with pytest.raises(UsageError, match="hand it over again"):
            opened.retriever("sparse")
        longest = xrag.Query("q", "Donaudampfschifffahrtsgesellschaftsmitglied")
        assert opened.retriever("sparse", sparse_encoder=Mine()).search([longest], 2) == [()]
    with pytest.raises(UsageError, match="hand it over again"):
        xrag.weigh_index(index)


def test_an_index_without_weighed_terms_says_how_to_make_them(index: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--sparse-encoder MODEL"):
        found(index, "Danube")
    with pytest.raises(UsageError, match="name a sparse encoder"):
        xrag.weigh_index(index)
    with pytest.raises(IndexNotFound, match="holds no index"):
        xrag.weigh_index(tmp_path / "nothing", Mine())


def test_altered_postings_are_found_by_verify(index: Path, model: str) -> None:
    xrag.weigh_index(index, model)
    [path] = (index / "sparse").glob("*/data.csc.index.npy")
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with xrag.open_index(index) as opened, pytest.raises(IndexCorrupt, match=r"data\.csc\.index\.npy was altered"):
        opened.verify()


SLOW = """
    import sys, time
    import numpy as np
    import xrag

    class Slow:
        fingerprint, terms = "slow", 10

        def encode_passages(self, texts):
            with open(sys.argv[2], "a") as log:
                log.writelines(f"{text}\\n" for text in texts)
            time.sleep(0.05)
            return [(np.array([len(text) % 10], np.int32), np.ones(1, np.float32)) for text in texts]

        encode_queries = encode_passages

    xrag.weigh_index(sys.argv[1], Slow())
"""


def weigh(index: Path, log: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", textwrap.dedent(SLOW), str(index), str(log)])


def test_a_killed_run_is_gone_on_with_and_nothing_is_encoded_twice(tmp_path: Path) -> None:
    index, log = tmp_path / "index", tmp_path / "log"
    xrag.build_index([write(tmp_path, {f"p{n}": f"passage number {n}" for n in range(4000)})], index)
    log.touch()
    running = weigh(index, log)
    while sum(1 for _ in log.open()) < 1500:
        time.sleep(0.01)
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    assert weigh(index, log).wait() == 0
    texts = log.read_text().splitlines()
    assert len(set(texts)) == 4000
    assert len(texts) - 4000 <= 512
    assert len(folders(index)) == 1


# The command line


def run(*arguments: str | Path):
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def test_the_command_weighs_searches_reports_and_brings_up_to_date(tmp_path: Path, model: str) -> None:
    made = run("index", write(tmp_path, TEXTS), "-o", tmp_path / "index", "--sparse-encoder", model)
    assert made.exit_code == 0, made.output
    assert "weighed terms; encoder: hf:" in made.stdout
    assert "sparse_linear" in made.stdout
    assert "en-1" in run("search", tmp_path / "index", TEXTS["en-1"], "--retriever", "sparse").stdout
    record = json.loads(run("info", tmp_path / "index", "--json").stdout)["sparse"]
    assert record == {"encoder": f"hf:{model}", "current": True}
    write(tmp_path, {**TEXTS, "new": "Дунай"})
    again = run("index", "-o", tmp_path / "index", "--json")
    assert json.loads(again.stdout)["sparse"]["passages"] == len(TEXTS) + 1
    assert f"terms weighed by hf:{model}" in run("info", tmp_path / "index").stdout
