"""Vectors in an index directory: made, searched, updated, interrupted, refused."""

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
from tests.models import save_encoder, save_static
from xrag import registry
from xrag.cli import cli
from xrag.embedders import Pooling, Settings
from xrag.errors import EmbedderMismatch, IndexCorrupt, IndexNotFound, UsageError
from xrag.retrievers.dense.build import VectorOptions
from xrag.testing import PASSAGES, check_retriever

TEXTS = {passage.id: passage.text for passage in PASSAGES}


def write(folder: Path, texts: dict[str, str], name: str = "passages.jsonl") -> Path:
    path = folder / name
    path.write_text("".join(json.dumps({"id": key, "text": text}) + "\n" for key, text in texts.items()), "utf-8")
    return path


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(save_static(tmp_path_factory.mktemp("static") / "model", [*TEXTS.values(), "whale 42 new"]))


@pytest.fixture
def index(tmp_path: Path) -> Path:
    xrag.build_index([write(tmp_path, TEXTS)], tmp_path / "index")
    return tmp_path / "index"


def found(directory: Path, text: str, retriever: str = "dense") -> list[str]:
    with xrag.open_index(directory) as opened:
        [ranking] = opened.retriever(retriever).search([xrag.Query("q", text)], 3)
        return [hit.passage_id for hit in ranking]


def folders(directory: Path) -> list[str]:
    return sorted(path.name for path in (directory / "vectors").iterdir())


@pytest.mark.parametrize("retriever", ["dense", "hybrid"])
def test_an_index_with_vectors_is_searched_by_them(index: Path, model: str, retriever: str) -> None:
    report = xrag.embed_index(index, model)
    assert (report.passages, report.dimension, report.kind, report.built) == (len(TEXTS), 64, "exact", True)
    assert found(index, "Danube rises", retriever)[0] == "en-1"
    with xrag.open_index(index) as opened:
        check_retriever(opened.retriever(retriever), opened.corpus)


def test_making_the_same_vectors_again_does_nothing(index: Path, model: str) -> None:
    xrag.embed_index(index, model)
    before = (index / "manifest.json").read_bytes()
    assert not xrag.embed_index(index).built
    assert (index / "manifest.json").read_bytes() == before


def test_after_an_update_dense_search_asks_for_vectors_of_the_new_passages(
    index: Path, model: str, tmp_path: Path
) -> None:
    xrag.embed_index(index, model)
    xrag.build_index([write(tmp_path, {"new": "whale 42"}, "more.jsonl")], index)
    with pytest.raises(UsageError, match="no vectors of its passages as they are now"):
        found(index, "whale")
    assert found(index, "whale", "bm25") == ["new"]
    xrag.embed_index(index)
    assert found(index, "whale")[0] == "new"
    assert len(folders(index)) == 1


def test_a_passage_that_is_gone_is_gone_from_the_vectors(index: Path, model: str, tmp_path: Path) -> None:
    xrag.embed_index(index, model)
    write(tmp_path, {key: text for key, text in TEXTS.items() if key != "en-1"})
    xrag.build_index([], index)
    xrag.embed_index(index)
    assert "en-1" not in found(index, "Danube rises")


def test_another_dimension_is_another_embedder_and_replaces_the_vectors(index: Path, model: str) -> None:
    xrag.embed_index(index, model)
    report = xrag.embed_index(index, model, dimension=16)
    assert report.dimension == 16
    assert len(folders(index)) == 1
    assert found(index, TEXTS["en-1"])[0] == "en-1"


def test_settings_are_remembered(index: Path, model: str) -> None:
    report = xrag.embed_index(index, model, settings=Settings(Pooling.MEAN, dimension=8))
    assert report.settings == "given"
    assert found(index, TEXTS["en-1"])[0] == "en-1"
    assert xrag.embed_index(index).dimension == 8


def test_a_model_that_changed_since_is_refused(index: Path, tmp_path: Path) -> None:
    folder = save_static(tmp_path / "model", list(TEXTS.values()))
    xrag.embed_index(index, str(folder))
    save_static(folder, [*TEXTS.values(), "more words than before"])
    with pytest.raises(EmbedderMismatch, match="encode the passages again"):
        found(index, "Danube")
    assert xrag.embed_index(index).built
    assert found(index, "Danube")[0] == "en-1"


class Mine:
    """An embedder of one's own."""

    fingerprint = "mine 1"

    def embed_passages(self, texts):
        return np.array([[len(text), 10, 1] for text in texts], np.float32)

    embed_queries = embed_passages


def test_an_embedder_without_a_name_is_handed_over_again(index: Path) -> None:
    xrag.embed_index(index, Mine())
    with xrag.open_index(index) as opened:
        with pytest.raises(UsageError, match="hand it over again"):
            opened.retriever("dense")
        assert opened.retriever("dense", embedder=Mine()).search([xrag.Query("q", "x")], 2)[0]


def test_an_index_without_vectors_says_how_to_make_them(index: Path) -> None:
    with pytest.raises(UsageError, match="--embedder MODEL"):
        found(index, "Danube")
    with pytest.raises(UsageError, match="name an embedder"):
        xrag.embed_index(index)


def test_vectors_need_an_index(tmp_path: Path) -> None:
    with pytest.raises(IndexNotFound, match="holds no index"):
        xrag.embed_index(tmp_path, Mine())


def test_a_kind_that_does_not_fit_leaves_the_earlier_vectors(index: Path, model: str) -> None:
    xrag.embed_index(index, model)
    with pytest.raises(UsageError, match="choose exact"):
        xrag.embed_index(index, options=VectorOptions("ivf-pq"))
    assert found(index, "Danube rises")[0] == "en-1"


def test_altered_vectors_are_found_by_verify(index: Path, model: str) -> None:
    xrag.embed_index(index, model)
    [path] = (index / "vectors").glob("*/vectors.f16")
    data = bytearray(path.read_bytes())
    data[5] ^= 1
    path.write_bytes(data)
    with xrag.open_index(index) as opened, pytest.raises(IndexCorrupt, match=r"vectors\.f16 was altered"):
        opened.verify()


SLOW = """
    import sys, time
    import numpy as np
    import xrag

    class Slow:
        fingerprint = "slow"

        def embed_passages(self, texts):
            with open(sys.argv[2], "a") as log:
                log.writelines(f"{text}\\n" for text in texts)
            time.sleep(0.05)
            return np.array([[len(text), 1] for text in texts], np.float32)

        embed_queries = embed_passages

    xrag.embed_index(sys.argv[1], Slow())
"""


def encode(index: Path, log: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", textwrap.dedent(SLOW), str(index), str(log)])


def test_a_killed_encoding_is_gone_on_with_and_nothing_is_encoded_twice(tmp_path: Path) -> None:
    index, log = tmp_path / "index", tmp_path / "log"
    xrag.build_index([write(tmp_path, {f"p{n}": f"passage number {n}" for n in range(6000)})], index)
    log.touch()
    running = encode(index, log)
    while sum(1 for _ in log.open()) < 1500:
        time.sleep(0.01)
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    assert encode(index, log).wait() == 0
    texts = [line for line in log.read_text().splitlines() if line.startswith("passage")]
    assert len(set(texts)) == 6000
    assert len(texts) - 6000 <= 512
    assert len(folders(index)) == 1


# The command line


def run(*arguments: str | Path):
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def test_the_command_indexes_searches_and_reports_vectors(tmp_path: Path, model: str) -> None:
    made = run("index", write(tmp_path, TEXTS), "-o", tmp_path / "index", "--embedder", model, "--dimension", "32")
    assert made.exit_code == 0, made.output
    assert "9 vectors of 32 dimensions, exact; embedder: static:" in made.stdout
    assert "9 passages x 32 dimensions as exact" in made.stderr
    assert "en-1" in run("search", tmp_path / "index", "Danube rises", "--retriever", "hybrid").stdout
    record = json.loads(run("info", tmp_path / "index", "--json").stdout)["vectors"]
    assert (record["current"], record["dimension"], record["kind"]) == (True, 32, "exact")


def test_the_command_brings_vectors_up_to_date_without_being_told(tmp_path: Path, model: str) -> None:
    run("index", write(tmp_path, TEXTS), "-o", tmp_path / "index", "--embedder", model)
    write(tmp_path, {**TEXTS, "new": "whale 42"})
    again = run("index", "-o", tmp_path / "index", "--json")
    assert json.loads(again.stdout)["vectors"]["passages"] == 10
    assert found(tmp_path / "index", "whale")[0] == "new"


def test_the_command_asks_for_a_model_where_only_its_details_are_given(tmp_path: Path) -> None:
    asked = run("index", write(tmp_path, TEXTS), "-o", tmp_path / "index", "--vector-index", "exact")
    assert isinstance(asked.exception, UsageError)
    assert "--embedder" in str(asked.exception)


def test_the_command_is_told_how_a_model_without_a_card_is_used(tmp_path: Path) -> None:
    unknown, into = save_encoder(tmp_path / "model"), tmp_path / "index"
    refused = run("index", write(tmp_path, TEXTS), "-o", into, "--embedder", unknown)
    assert "--embedder-option pooling=mean" in str(refused.exception)
    told = ("--embedder-option", "pooling=mean", "--embedder-option", "query_prompt=query: ")
    made = run("index", "-o", into, "--embedder", unknown, *told, "--dimension", 8)
    assert "9 vectors of 8 dimensions, exact; embedder: hf:" in made.stdout
    assert "settings: given" in made.stdout
    assert "en-1" in run("search", into, TEXTS["en-1"], "--retriever", "dense").stdout
    write(tmp_path, {**TEXTS, "new": "whale 42"})
    assert run("index", "-o", into).exit_code == 0


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("pooling=max", "there are: mean, cls, last"),
        ("max_length=8", "need its pooling"),
        ("max_length=long", "takes a whole number"),
        ("max_length=true", "takes a whole number"),
        ("prompt=query: ", "there are: pooling, query_prompt, passage_prompt, max_length, dense"),
    ],
)
def test_the_command_refuses_settings_that_cannot_be(tmp_path: Path, model: str, option: str, said: str) -> None:
    asked = ("--embedder", model, "--embedder-option", option)
    refused = run("index", write(tmp_path, TEXTS), "-o", tmp_path / "index", *asked)
    assert isinstance(refused.exception, UsageError)
    assert said in str(refused.exception)


def test_the_memory_given_decides_and_is_remembered(tmp_path: Path, model: str) -> None:
    made = run("index", write(tmp_path, TEXTS), "-o", tmp_path / "index", "--embedder", model, "--vector-memory", "2kB")
    assert "9 passages x 64 dimensions as exact-fp16" in made.stderr
    write(tmp_path, {**TEXTS, "new": "whale 42"})
    assert "10 passages x 64 dimensions as exact-fp16" in run("index", "-o", tmp_path / "index").stderr
    assert "as exact:" in run("index", "-o", tmp_path / "index", "--vector-memory", "1 GB").stderr


def test_info_tells_the_recall_that_was_measured(tmp_path: Path, model: str) -> None:
    run("index", write(tmp_path, TEXTS), "-o", tmp_path / "index", "--embedder", model)
    assert "exact, recall 1.000 of exact search" in run("info", tmp_path / "index").stdout


def test_dense_retrievers_are_listed() -> None:
    assert {"dense", "hybrid"} <= set(registry.components("retriever"))
