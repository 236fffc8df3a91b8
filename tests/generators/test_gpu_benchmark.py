"""The benchmark for a GPU runs: small, on the processor, with the real vLLM."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("vllm", reason="vLLM is not installed here; make test runs these tests in .venv-vllm")


def test_the_benchmark_for_a_gpu_prints_its_four_tables(root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "benchmarks/gpu/generation.py", "--device", "cpu"],
        cwd=root, env=os.environ | {"VLLM_CPU_KVCACHE_SPACE": "1"}, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert re.findall(r"^## (.*)", done.stdout, re.MULTILINE) == [
        "beside bare vLLM", "the change of scores alone", "decoding in the engine (vllm_v1)", "the prefix cache",
    ]  # fmt: skip
    [_, again, _] = re.findall(
        r"^\| (first|the same again|others, .*) \| [\d,]+ \| ([\d.]+) \|", done.stdout, re.MULTILINE
    )
    assert float(again[1]) > 90
