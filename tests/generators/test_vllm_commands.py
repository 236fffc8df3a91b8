"""``xrag ask`` and ``xrag chat`` with a model under the real vLLM: a question in each of eight scripts."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from language_models import save_language_model
from vllm_server import serving

pytest.importorskip("vllm", reason="vLLM is not installed here; make test runs these tests in .venv-vllm")

from xrag import build_index
from xrag.languages import scripts
from xrag.testing import PASSAGES

QUESTIONS = {
    "en": "Where does the Danube rise?",
    "ru": "Какой город — столица Австрии?",
    "ar": "ما هي عاصمة مصر؟",
    "hi": "गंगा नदी कहाँ से निकलती है?",
    "th": "เมืองหลวงของประเทศไทยคือเมืองอะไร",
    "zh": "亚洲最长的河流是什么？",
    "ja": "日本で一番高い山は何ですか？",
    "ko": "대한민국의 수도는 어디인가?",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("asked")
    lines = [json.dumps({"id": p.id, "text": p.text, "language": p.language}) + "\n" for p in PASSAGES]
    (folder / "passages.jsonl").write_text("".join(lines), encoding="utf-8")
    build_index([folder / "passages.jsonl"], folder / "index")
    save_language_model(folder / "model", length=16384)
    return folder


def xrag(folder: Path, *arguments: str, lines: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "xrag", *arguments],
        cwd=folder, env=os.environ | {"VLLM_CPU_KVCACHE_SPACE": "1"}, input=lines, capture_output=True, text=True, check=True,
        timeout=600,
    )  # fmt: skip


OFFLINE = ("--generator", "vllm", "--model", "model", "--generator-option", 'engine={"enforce_eager": true}')
HARD = """
preset = "off"
prompt = "translated-named"

[decoding]
method = "hard"
"""


@pytest.fixture(scope="module")
def served(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, ...]]:
    """The options that ask a served model, kept to the script of the question's language."""
    (folder / "hard.toml").write_text(HARD, encoding="utf-8")
    with serving(folder / "model", tmp_path_factory.mktemp("named"), ()) as url:
        values = (f"server={url}", "dialect=vllm", "decodes=true")
        options = [part for value in values for part in ("--generator-option", value)]
        yield ("--generator", "server", "--model", str(folder / "model"), *options, "--policy", "hard.toml")


def foreign(text: str, language: str) -> set[str]:
    """The letters of other scripts than the language's."""
    return {one for one in text if set(scripts.scripts_of(one)) - scripts.written_with(language)}


@pytest.mark.parametrize("language", QUESTIONS)
def test_ask_answers_in_the_script_of_the_question_but_for_names(
    folder: Path, served: tuple[str, ...], language: str
) -> None:
    answer = json.loads(xrag(folder, "ask", "index", QUESTIONS[language], *served, "--json").stdout)
    assert answer["question_language"] == language
    assert answer["usage"]["completion_tokens"] > 0
    names = "".join(passage["text"] for passage in answer["context"]) + QUESTIONS[language]
    assert foreign(answer["answer"], language) <= set(names)


def test_chat_asks_a_served_model_in_each_of_eight_scripts(folder: Path, served: tuple[str, ...]) -> None:
    asked = "".join(f"{question}\n" for question in QUESTIONS.values())
    shown = xrag(folder, "chat", "index", *served, lines=asked).stdout
    answers = re.findall(r"^question (\w+) →.*", shown, re.MULTILINE)
    assert answers == list(QUESTIONS)


def test_a_chat_in_this_process_answers_a_question_in_each_of_eight_scripts(folder: Path) -> None:
    done = xrag(folder, "chat", "index", *OFFLINE, lines="".join(f"{question}\n" for question in QUESTIONS.values()))
    told = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("question ")]
    assert told == list(QUESTIONS)


def test_standard_output_has_the_answer_and_nothing_of_the_engine(folder: Path) -> None:
    answer = json.loads(xrag(folder, "ask", "index", QUESTIONS["ar"], *OFFLINE, "--json").stdout)
    assert answer["question_language"] == "ar"
    assert answer["usage"]["completion_tokens"] > 0


def test_an_engine_without_room_for_the_model_is_one_line_that_says_what_to_do(folder: Path) -> None:
    engine = 'engine={"enforce_eager": true, "num_gpu_blocks_override": 4}'
    options = ("--generator", "vllm", "--model", "model", "--generator-option", engine)
    with pytest.raises(subprocess.CalledProcessError) as failed:
        xrag(folder, "ask", "index", QUESTIONS["en"], *options)
    [said] = [line for line in failed.value.stderr.splitlines() if line.startswith("xrag: ")]
    assert failed.value.returncode == 2
    assert "vLLM could not start the model 'model'" in said
    assert "max_model_len" in said


class Chat:
    """A chat in a real terminal, where Ctrl-C goes to every process of the program, the engine's too."""

    def __init__(self, folder: Path, generator: str) -> None:
        arguments = (*OFFLINE[2:], "--generator", generator, "--policy", "off")
        self.process, self._terminal = pty.fork()
        if self.process == 0:
            os.chdir(folder)
            os.environ["VLLM_CPU_KVCACHE_SPACE"] = "1"
            os.execv(sys.executable, [sys.executable, "-m", "xrag", "chat", "index", *arguments])

    def type(self, keys: str) -> None:
        os.write(self._terminal, keys.encode())

    def until(self, pattern: str, patience: float = 240) -> str:
        """What is shown, up to what matches."""
        shown, end = b"", time.monotonic() + patience
        while not re.search(pattern, shown.decode(errors="replace")):
            assert time.monotonic() < end, shown.decode(errors="replace")[-2000:]
            if select.select([self._terminal], [], [], 0.1)[0]:
                shown += os.read(self._terminal, 1 << 16)
        return shown.decode(errors="replace")


@pytest.mark.parametrize("generator", ["vllm", "vllm-async"])
def test_ctrl_c_in_a_terminal_stops_the_answer_and_leaves_the_engine(folder: Path, generator: str) -> None:
    chat = Chat(folder, generator)
    chat.until(r"\n> $")
    chat.type(f"{QUESTIONS['en']}\r")
    chat.until(r"rise\?\r\n[\s\S]{40}")
    chat.type("\x03")
    assert "stopped" in chat.until(r"\n> $")
    time.sleep(2)  # an engine that heard it would be gone by now
    chat.type(f"{QUESTIONS['ru']}\r")
    shown = chat.until(r"question ru →[\s\S]*\n> $")
    assert "EngineDeadError" not in shown
    chat.type("\x04")
    assert os.waitstatus_to_exitcode(os.waitpid(chat.process, 0)[1]) == 0
