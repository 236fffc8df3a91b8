"""Every code block of the README and the docs runs, and prints what the page says it prints.

``python`` blocks of a page run in order in one namespace; a ``text`` block right after one is its exact output.
``console`` blocks run each line that starts with ``$ ``; the lines below it are its output. A line ``...`` stands for any
lines, figures of time are compared as figures of time, and direction isolates, which nobody sees, are passed over, as are the
lines that tell of progress where a machine is slow.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from contextlib import redirect_stderr
from dataclasses import dataclass
from pathlib import Path

import pytest

from xrag.cli._progress import STAGES, _Lines
from xrag.index import Progress

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(?P<kind>[\w+-]*)[^\n]*\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
ISOLATES = re.compile("[\u2066-\u2069]")
PROGRESS = re.compile(
    r"^(Fetching|Reading|Building|Encoding) .+: (\d+ %, [\d,]+ passages|\d+ of \d+|[\d,]+ (entries|lines))\n",
    re.MULTILINE,
)
TIMES = re.compile(r"\b\d[\d.,]*\s?(ms|s|µs|passages/s|MB/s|KB/s)\b")


@dataclass(frozen=True)
class Block:
    kind: str
    body: str
    line: int
    expected: str | None = None


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    found = [Block(m["kind"], m["body"], text[: m.start()].count("\n") + 1) for m in FENCE.finditer(text)]
    followers = [*found[1:], Block("", "", 0)][: len(found)]
    return [
        Block(block.kind, block.body, block.line, after.body if after.kind == "text" else None)
        for block, after in zip(found, followers, strict=True)
    ]


def visible(text: str) -> list[str]:
    return [TIMES.sub("TIME", ISOLATES.sub("", line.rstrip())) for line in text.strip("\n").split("\n")]


def matches(expected: str, actual: str) -> bool:
    """Compare line by line without trailing space; ``...`` alone on a line stands for any number of lines."""
    pattern = "\n".join("(.*\n)*?.*" if line in ("...", "…") else re.escape(line) for line in visible(expected))
    return re.fullmatch(pattern, "\n".join(visible(actual))) is not None


def run_python(page: Path, parts: list[Block], folder: Path) -> None:
    """Run the page's python blocks in one fresh interpreter, printing a mark after each to cut the output apart."""
    mark = "\x1e"
    chosen = [block for block in parts if block.kind == "python"]
    code = "".join(
        f"exec(compile({b.body!r}, '{page.name}:{b.line}', 'exec'), globals())\nprint({mark!r})\n" for b in chosen
    )
    done = subprocess.run(
        [sys.executable, "-"], input=code, cwd=folder, env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    for block, output in zip(chosen, done.stdout.split(mark), strict=False):
        if block.expected is not None:
            assert matches(block.expected, output), f"{page.name}:{block.line} printed\n{output}"


def environment() -> dict[str, str]:
    scripts = Path(sys.executable).parent
    return os.environ | {
        "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "100",
        "NO_COLOR": "1",
        "PYTHONUTF8": "1",
    }


def transcript(block: Block) -> list[tuple[str, str]]:
    """The commands of a console block, each with the output that the page shows for it; a ``\\`` continues a command."""
    steps: list[tuple[str, str]] = []
    for line in block.body.splitlines():
        if line.startswith("$ "):
            steps.append((line[2:], ""))
        elif steps and steps[-1][0].endswith("\\"):
            steps[-1] = (f"{steps[-1][0]}\n{line}", "")
        else:
            steps[-1] = (steps[-1][0], f"{steps[-1][1]}{line}\n")
    return steps


def run_console(page: Path, block: Block, folder: Path) -> None:
    for command, expected in transcript(block):
        made = command.replace("make demo", "xrag demo").replace(".venv/bin/", "")
        done = subprocess.run(
            ["bash", "-c", made],
            cwd=folder,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        assert matches(expected, done.stdout + PROGRESS.sub("", done.stderr)), (
            f"{page.name}:{block.line} $ {command}\n{done.stdout}{done.stderr}"
        )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_block_of_the_page_runs_and_prints_what_it_says(page: Path, tmp_path: Path) -> None:
    parts = blocks(page)
    if any(block.kind == "python" for block in parts):
        run_python(page, parts, tmp_path)
    for block in parts:
        if block.kind == "console":
            run_console(page, block, tmp_path)


def test_the_readme_shows_a_real_answer_before_line_thirty() -> None:
    first = next(block for block in blocks(ROOT / "README.md") if block.kind == "console")
    assert first.line + len(first.body.splitlines()) <= 30


def test_lines_of_progress_are_told_from_others() -> None:
    lines = _Lines(every=0)
    shown = io.StringIO()
    with redirect_stderr(shown):
        for stage in STAGES:
            lines(Progress(stage, 1, 3, 1200, "hf:models/a b"))
    assert shown.getvalue().count("\n") == len(STAGES)
    assert PROGRESS.sub("", shown.getvalue() + "3 passages x 3\n") == "3 passages x 3\n"


@pytest.mark.parametrize(
    ("expected", "actual", "same"),
    [
        ("a\nb", "a\nb", True),
        ("a\n...\nc", "a\nb\nb\nc", True),
        ("took 0.1 s", "took 2.5 s", True),
        ("a\nb", "a\nc", False),
        ("a\n...\nc", "a\nb", False),
        ("3 hits", "4 hits", False),
    ],
)
def test_outputs_are_compared_line_by_line(expected: str, actual: str, same: bool) -> None:
    assert matches(expected, actual) is same
