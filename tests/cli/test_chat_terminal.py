"""The chat in a real pseudo-terminal: what its screen shows is compared with the transcripts in ``golden/``.

``XRAG_UPDATE_GOLDEN=1`` writes them anew. Times are masked, and the line that holds them is joined where it was broken.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pyte
import pytest
from wcwidth import wcwidth

from xrag import build_index

GOLDEN = Path(__file__).parent / "golden"
ROWS = 200
PATIENCE = 60
FSI, PDI = "\u2068", "\u2069"
TIMES = re.compile(r"\d[\d.]* (ms|s)\b")
ROUTE = re.compile(r"^(question(?:.|\n)*?→ (?:.|\n)*?generate[\s ]+\S+[\s ]+m?s)$", re.MULTILINE)

SLOW_GENERATOR = """
import time
from xrag.types import Completion

class Slow:
    supports = frozenset()

    def generate(self, prompts, sampling):
        return [Completion("slow") for _ in prompts]

    def stream(self, prompt, sampling):
        if "Elbphilharmonie" in prompt.query.text:
            for word in range(10_000):
                yield f"word{word} "
                time.sleep(0.05)
        yield "A quick answer."
        return Completion("A quick answer.")
"""


class Display(pyte.Screen):
    """A screen that gives characters without width, as combining marks and isolates are, to the cell before them."""

    def draw(self, data: str) -> None:
        for character in data:
            if wcwidth(character) != 0:
                super().draw(character)
            elif character not in (FSI, PDI) and self.cursor.x:
                line = self.buffer[self.cursor.y]
                cell = line[self.cursor.x - 1]
                line[self.cursor.x - 1] = cell._replace(data=cell.data + character)


class Terminal:
    """A chat under way, seen through its screen."""

    def __init__(self, args: list[str], columns: int, environment: dict[str, str]) -> None:
        self.screen = Display(columns, ROWS)
        self._stream = pyte.Stream(self.screen)
        self.raw = ""
        self._sent = 0
        command = ["-m", "xrag", "chat", *args]
        self.process = pexpect.spawn(
            sys.executable, command, dimensions=(ROWS, columns), env=environment, encoding="utf-8", timeout=PATIENCE
        )
        self.wait(lambda: self.prompts() == 1)

    def wait(self, reached: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not reached():
            assert time.monotonic() < deadline, f"the screen shows\n{self.text()}"
            try:
                data = self.process.read_nonblocking(4096, timeout=0.1)
            except pexpect.TIMEOUT:
                continue
            except pexpect.EOF:
                break
            self.raw += data
            self._stream.feed(data)

    def prompts(self) -> int:
        """How many prompts there are, when the last one waits for input; else 0."""
        lines = [line.rstrip() for line in self.screen.display]
        waiting = lines[self.screen.cursor.y] == ">" and self.screen.cursor.x == 2
        return sum(line == ">" or line.startswith("> ") for line in lines) if waiting else 0

    def ask(self, line: str) -> None:
        self._sent += 1
        self.process.send(f"{line}\r")
        self.wait(lambda: self.prompts() == self._sent + 1)

    def leave(self, line: str = "/quit") -> None:
        self.process.send(f"{line}\r" if line else "\x04")
        self.process.expect(pexpect.EOF)
        self.process.close()

    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display).rstrip()

    def masked(self) -> str:
        joined = ROUTE.sub(lambda found: " ".join(found[1].split()), self.text())
        return TIMES.sub("TIME", joined) + "\n"


@pytest.fixture
def chat(small_index: Path, tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    started: list[Terminal] = []

    def start(*options: str, columns: int = 80, index: Path = small_index, **environment: str) -> Terminal:
        ours = {"TERM": "xterm", "XDG_STATE_HOME": str(tmp_path / "state"), "INPUTRC": "/dev/null", "LC_ALL": "C.UTF-8"}
        inherited = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS", "LINES")}
        started.append(Terminal([str(index), *options], columns, inherited | ours | environment))
        return started[-1]

    yield start
    for terminal in started:
        terminal.process.close(force=True)


def compare(name: str, shown: str) -> None:
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("XRAG_UPDATE_GOLDEN"):
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8")


QUESTIONS = [
    "Seit wann ist Canberra die Hauptstadt Australiens?",
    "Какой город — столица Австралии?",
    "ما هي عاصمة مصر على نهر النيل؟",
    "गंगा नदी कहाँ से निकलती है?",
    "東京タワーの高さは何メートルですか。",
]


@pytest.mark.parametrize("columns", [80, 40])
def test_questions_in_five_scripts(chat: Callable[..., Terminal], columns: int) -> None:
    terminal = chat(columns=columns)
    for question in QUESTIONS:
        terminal.ask(question)
        terminal.ask("/new")
    compare(f"five-scripts-{columns}", terminal.masked())
    terminal.leave()


def test_the_commands_of_the_chat(chat: Callable[..., Terminal], tmp_path: Path) -> None:
    terminal = chat()
    for line in (
        "/sources",
        "Wann wurde die Elbphilharmonie in Hamburg eröffnet?",
        "/sources",
        "/language fr",
        "Wie hoch ist die Elbphilharmonie?",
        "/language auto",
        "/language klingonn",
        "/retriever bm25",
        "/retriever bm52",
        "/history",
        "/sorces",
        "/help",
    ):
        terminal.ask(line)
    compare("commands", terminal.masked())
    terminal.ask(f"/save {tmp_path}/talk.md")
    terminal.leave()
    assert "## Wann wurde die Elbphilharmonie" in (tmp_path / "talk.md").read_text("utf-8")


def test_a_short_question_is_read_with_the_one_before(chat: Callable[..., Terminal]) -> None:
    terminal = chat()
    terminal.ask("When was the Eiffel Tower in Paris finished?")
    terminal.ask("And how tall is it?")
    compare("follow-up", terminal.masked())
    terminal.leave()


def test_right_to_left_answers_in_a_narrow_terminal(chat: Callable[..., Terminal]) -> None:
    terminal = chat(columns=36)
    terminal.ask("מהי בירת ישראל?")
    terminal.ask("/sources")
    compare("right-to-left", terminal.masked())
    lines = [line for line in terminal.raw.split("\n") if "ירושלים" in line]
    assert lines
    assert all(line.count(FSI) == line.count(PDI) > 0 for line in lines)
    terminal.leave()


def test_ctrl_c_drops_the_line_and_ctrl_d_ends(chat: Callable[..., Terminal]) -> None:
    terminal = chat()
    terminal.process.send("half a question\x03")
    terminal.wait(lambda: terminal.prompts() == 2)
    terminal.leave("")
    assert terminal.process.exitstatus == 0


def plugin(folder: Path) -> str:
    """A distribution whose generator is slow, installed by being on the path."""
    (folder / "slow_generator.py").write_text(SLOW_GENERATOR, encoding="utf-8")
    information = folder / "slow_generator-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: slow-generator\nVersion: 1.0\n", encoding="utf-8"
    )
    (information / "entry_points.txt").write_text("[xrag.generators]\nslow = slow_generator:Slow\n", encoding="utf-8")
    return str(folder)


def test_ctrl_c_stops_the_answer_and_not_the_chat(chat: Callable[..., Terminal], tmp_path: Path) -> None:
    terminal = chat("--generator", "slow", PYTHONPATH=plugin(tmp_path))
    terminal.process.send("Wann wurde die Elbphilharmonie in Hamburg eröffnet?\r")
    terminal.wait(lambda: "word5" in terminal.text())
    terminal.process.send("\x03")
    terminal.wait(lambda: terminal.prompts() == 2)
    assert "stopped" in terminal.text()
    terminal.process.send("Seit wann ist Canberra die Hauptstadt Australiens?\r")
    terminal.wait(lambda: terminal.prompts() == 3)
    assert "A quick answer." in terminal.text()
    terminal.leave()
    assert terminal.process.exitstatus == 0


def test_the_line_before_comes_back_with_the_arrow_key_in_this_chat_and_the_next(chat: Callable[..., Terminal]) -> None:
    first = chat()
    first.ask("/history")
    first.leave()
    second = chat()
    second.process.send("\x1b[A\x1b[A")
    second.wait(lambda: "> /history" in second.text())


@pytest.fixture(scope="module")
def hostile_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    text = (
        "\x1b]0;owned\x07\x1b[2J\x1b[31mThe harbour of Rostock lies on the Baltic Sea.\x1b[8m\x9b5m "
        "\u202eIt was opened in 1960.\u2067 \u2069\u2069\x1b[?25l"
    )
    row = {"id": "\x1b[31mid", "text": text, "title": "\x1b[1mHarbour\u202e", "language": "en", "source": "\x07s"}
    (folder / "p.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    build_index([folder / "p.jsonl"], folder / "index")
    return folder / "index"


def test_escapes_and_overrides_in_a_passage_change_nothing(chat: Callable[..., Terminal], hostile_index: Path) -> None:
    terminal = chat(index=hostile_index)
    terminal.ask("Where does the harbour of Rostock lie?")
    terminal.ask("/sources")
    compare("hostile", terminal.masked())
    assert terminal.screen.title == ""
    assert not terminal.screen.cursor.hidden
    assert {cell.fg for row in terminal.screen.buffer.values() for cell in row.values()} == {"default"}
    assert not set(terminal.raw) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\x9b")
    terminal.leave()
