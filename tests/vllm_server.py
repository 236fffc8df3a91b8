"""The real ``vllm serve``, started by ``xrag serve-model``, for as long as a test wants it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ENGINE = ("--dtype", "float32", "--enforce-eager")


@contextmanager
def serving(model: Path, scratch: Path, options: Sequence[str], *, key: str = "") -> Iterator[str]:
    """Serves a model and gives the address; SIGTERM ends it. ``scratch`` is an empty folder."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = str(taken.getsockname()[1])
    path = [str(Path(__file__).resolve().parent), str(_named(scratch)), *filter(None, [os.environ.get("PYTHONPATH")])]
    own = {"PYTHONPATH": os.pathsep.join(path), "VLLM_CPU_KVCACHE_SPACE": "1"} | ({"XRAG_API_KEY": key} if key else {})
    process = subprocess.Popen(
        [sys.executable, "-m", "xrag", "serve-model", str(model), "--port", port, *options, *ENGINE],
        env=os.environ | own, stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        assert process.stdout
        assert "is served at" in process.stdout.readline()
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=120)
    assert process.returncode == 128 + signal.SIGTERM


def _named(folder: Path) -> Path:
    """A distribution called vllm, whose version ``vllm serve`` looks up: the CPU build has another name."""
    information = folder / "vllm-0.32.0+cpu.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: vllm\nVersion: 0.32.0+cpu\n", encoding="utf-8")
    return folder
