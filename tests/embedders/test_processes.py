"""One encoder in several processes: on the processor here, on a GPU each where there are some."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import numpy as np
import pytest

from tests.models import TEXTS
from xrag.embedders import open_embedder
from xrag.embedders.huggingface import open_hf
from xrag.embedders.processes import ProcessEmbedder, open_processes
from xrag.errors import RetrievalError, UsageError

MIXED = [f"{text} {number}" for number in range(6) for text in ("", *TEXTS)]


@pytest.fixture(scope="module")
def two(models: Path):
    embedder = open_processes(str(models / "st-mean"), devices=("cpu", "cpu"))
    yield embedder
    embedder.close()


def test_two_processes_give_what_one_gives(models: Path, two: ProcessEmbedder) -> None:
    alone = open_hf(str(models / "st-mean"))
    np.testing.assert_allclose(two.embed_passages(MIXED), alone.embed_passages(MIXED), atol=1e-5)
    np.testing.assert_allclose(two.embed_queries(MIXED[:4]), alone.embed_queries(MIXED[:4]), atol=1e-6)
    assert two.fingerprint == alone.fingerprint
    assert two.embed_passages([]).shape == (0, 32)


def test_the_second_process_is_another_one_and_its_death_is_named(models: Path, two: ProcessEmbedder) -> None:
    two.embed_passages(MIXED)
    [(_, pool)] = two._others
    [process] = pool._processes.values()
    assert process.pid != os.getpid()
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    with pytest.raises(RetrievalError, match="the process that encodes on cpu died"):
        two.embed_passages(MIXED)


def test_it_is_opened_by_name(models: Path) -> None:
    embedder = open_embedder(f"processes:{models / 'st-mean'}", dimension=8)
    assert embedder.embed_passages(TEXTS).shape == (len(TEXTS), 8)
    with pytest.raises(UsageError, match="at least one device"):
        ProcessEmbedder((str(models / "st-mean"), None, None), ())
