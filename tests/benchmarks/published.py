"""A benchmark of one's own beside small files of a published form."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from xrag import benchmarks
from xrag.benchmarks import Benchmark

HEAD = 'title = "T"\nlicence = "L"\ncitation = "C"\nhomepage = "H"\nrevision = "1"\n'
PARALLEL = "aligned = true\n"


def benchmark(folder: Path, toml: str, **options: object) -> Benchmark:
    (folder / "mine.toml").write_text(HEAD + toml, encoding="utf-8")
    return benchmarks.load(folder / "mine.toml", folder=folder, **options)  # type: ignore[arg-type]


def lines(path: Path, *rows: object) -> None:
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
