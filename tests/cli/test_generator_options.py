"""A language model behind ``xrag ask`` and ``xrag chat``: named, configured, missing, interrupted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from chat_server import Reply, chat_server, error, events

from tests.apertium_pairs import apertium
from xrag.cli._options import POLICIES
from xrag.control import PRESETS
from xrag.resources.packs import pack

Run = Callable[..., object]
QUESTION = "Wie hoch ist die Elbphilharmonie in Hamburg?"
GERMAN = "Die Elbphilharmonie in Hamburg ist hundertzehn Meter hoch, so steht es in den Quellen [1]."


def model(url: str, *options: str) -> tuple[str, ...]:
    return "--generator", "server", "--model", "tiny", "--generator-option", f"server={url}", *options


def test_a_model_behind_a_server_answers_with_citations(xrag: Run, small_index: Path) -> None:
    body = b'{"choices": [{"message": {"content": "%s"}}]}' % GERMAN.encode()
    with chat_server(Reply(body=body)) as server:
        shown = xrag("ask", small_index, QUESTION, *model(server.url)).out
    assert shown.startswith(GERMAN)
    assert "[1] de · de-2 · Elbphilharmonie" in shown
    assert server.requests[0]["model"] == "tiny"


def test_options_of_the_generator_are_read_as_json_where_they_are(xrag: Run, small_index: Path) -> None:
    with chat_server() as server:
        xrag("ask", small_index, QUESTION, *model(server.url, "--generator-option", 'extra={"top_k": 5}'))
    assert server.requests[0]["top_k"] == 5


def test_chat_streams_the_words_of_a_model(small_index: Path) -> None:
    with chat_server(Reply(body=events(GERMAN))) as server:
        command = [sys.executable, "-m", "xrag", "chat", str(small_index), *model(server.url)]
        done = subprocess.run(command, input=f"{QUESTION}\n", capture_output=True, text=True, check=True)
    assert GERMAN in done.stdout


def test_the_policies_to_choose_from_are_the_presets() -> None:
    assert tuple(PRESETS) == POLICIES


def test_a_policy_says_how_a_model_is_asked(xrag: Run, small_index: Path) -> None:
    body = b'{"choices": [{"message": {"content": "%s"}}]}' % GERMAN.encode()
    with chat_server(Reply(body=body)) as server:
        xrag("ask", small_index, QUESTION, *model(server.url), "--policy", "guaranteed")
    system, first, *_ = server.requests[0]["messages"]
    assert system["content"].startswith(pack("de").system)
    assert pack("de").exemplar.question in first["content"]


def test_a_policy_may_come_from_a_file(xrag: Run, small_index: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('preset = "off"\ntarget = "Swahili"\n', encoding="utf-8")
    body = b'{"choices": [{"message": {"content": "%s"}}]}' % GERMAN.encode()
    with chat_server(Reply(body=body)) as server:
        xrag("ask", small_index, QUESTION, *model(server.url), "--policy", tmp_path / "mine.toml")
    [asked] = server.requests
    assert asked["messages"][0]["content"].startswith(pack("en").system)
    assert pack("sw").none in asked["messages"][0]["content"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("prefil = true\n", "has no field 'prefil'; did you mean prefill?"),
        ("prompt = \n", "(at line 1, column 10)"),
        ('target = "Klingonisch"\n', "Klingonisch"),
    ],
)
def test_a_policy_file_that_cannot_be_is_one_line_with_its_name(
    xrag: Run, small_index: Path, tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    result = xrag("ask", small_index, QUESTION, "--policy", tmp_path / "mine.toml")
    assert result.code != 0
    assert result.err.count("\n") == 1
    assert "mine.toml" in result.err
    assert said in result.err


def test_a_question_is_asked_in_several_languages_and_the_vote_is_shown(xrag: Run, small_index: Path) -> None:
    body = b'{"choices": [{"message": {"content": "%s"}}]}' % GERMAN.encode()
    with chat_server(Reply(body=body)) as server:
        options = model(server.url, "--policy", "off", "--consistency", "en,Spanish")
        shown = xrag("ask", small_index, QUESTION, *options).out
        told = json.loads(xrag("ask", small_index, QUESTION, *options, "--json").out)
    assert len(server.requests) == 6
    assert "asked in 3 languages · agree: de, en, es\n" in shown
    assert [(vote["language"], vote["agrees"]) for vote in told["votes"]] == [("de", True), ("en", True), ("es", True)]
    assert [one["control"] for one in told["attempts"]] == ["in English: as asked", "in Spanish: as asked", "as asked"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--policy", "strict"), "the language policy needs decoding and prefill"),
        (("--policy", "strickt"), "no language policy is called 'strickt'; there are: off, prompt, strict, guaranteed"),
        (("--policy", "none.toml"), "there is no file none.toml"),
        (("--consistency", "en,Klingonisch"), "Klingonisch"),
        (("--generator", "server"), "needs the option 'model' (--model NAME)"),
        (("--model", "x"), "'extractive' takes no option 'model'"),
        (("--generator", "server", "--model", "x", "--generator-option", "retrys=1"), "did you mean retries"),
        (("--generator-option", "quotes"), "NAME=VALUE"),
    ],
)
def test_a_generator_that_cannot_be_made_is_one_line(
    xrag: Run, small_index: Path, options: tuple[str, ...], said: str
) -> None:
    result = xrag("ask", small_index, QUESTION, *options)
    assert (result.code, result.err.count("\n")) == (2, 1)
    assert said in result.err


def test_a_server_that_fails_is_one_line_and_the_chat_goes_on(small_index: Path) -> None:
    with chat_server(error(400, "too long"), Reply(body=events(GERMAN))) as server:
        command = [sys.executable, "-m", "xrag", "chat", str(small_index), *model(server.url)]
        done = subprocess.run(command, input=f"{QUESTION}\n{QUESTION}\n", capture_output=True, text=True, check=True)
    assert f"xrag: {server.url} answered 400: too long\n" in done.stdout
    assert GERMAN in done.stdout


def test_ctrl_c_leaves_a_slow_server_at_once(small_index: Path) -> None:
    with chat_server(Reply(seconds=20)) as server:
        command = [sys.executable, "-m", "xrag", "ask", str(small_index), QUESTION, *model(server.url)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while not server.requests:
            time.sleep(0.02)
        started = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=15)
    assert time.monotonic() - started < 10
    assert (process.returncode, "Traceback" in said) == (130, False)


PRINTING = """
import json
import os
from xrag.testing import FakeGenerator

class Loud(FakeGenerator):
    def __init__(self):
        super().__init__(("An answer in English, long enough to be told [1].",))
        print("loading")
        os.system("echo a process of its own")
"""


def test_what_an_engine_prints_while_it_loads_is_not_on_standard_output_and_it_loads_once(
    small_index: Path, tmp_path: Path
) -> None:
    (tmp_path / "loud.py").write_text(PRINTING)
    information = tmp_path / "loud-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: loud\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text("[xrag.generators]\nloud = loud:Loud\n")
    command = [sys.executable, "-m", "xrag", "chat", str(small_index), "--generator", "loud"]
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    asked = "/retriever bm25\nHow tall is the Eiffel Tower in Paris?\n"
    done = subprocess.run(command, env=environment, input=asked, capture_output=True, text=True, check=True)
    assert "An answer in English" in done.stdout
    assert "loading" not in done.stdout
    assert "process of its own" not in done.stdout
    assert (done.stderr.count("loading"), done.stderr.count("a process of its own")) == (1, 1)


def test_views_and_context_settings_reach_the_answer(xrag: Run, small_index: Path) -> None:
    shown = xrag(
        "ask", small_index, "Was ist die Hauptstadt Australiens?", "--view", "translate-passages:en",
        "--context", "passages=1", "--json",
    )  # fmt: skip
    [passage] = json.loads(shown.out)["context"]
    assert (passage["language"], passage["shown"]["language"]) == ("de", "en")
    assert "Australia" in passage["shown"]["text"]


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--view", "translate-passage", "did you mean translate-passages"),
        ("--context", "ballance=by-rank", "no setting 'ballance'"),
    ],
)
def test_a_view_or_setting_that_is_not_there_is_one_line(
    option: str, value: str, said: str, xrag: Run, small_index: Path
) -> None:
    result = xrag("ask", small_index, "Was ist die Hauptstadt Australiens?", option, value)
    assert (result.code, len(result.err.splitlines())) == (2, 1)
    assert said in result.err


def test_a_translator_with_options_searches_and_shows(xrag: Run, small_index: Path) -> None:
    apertium("es", "en")
    shown = xrag(
        "ask", small_index, "¿Qué altura tiene la torre Eiffel de París?", "--translator", "apertium",
        "--translator-option", "deadline=30", "--retriever", "translated", "--view", "translate-passages",
    )  # fmt: skip
    # No data for most of the index's languages: one clear line names the first, and what there is.
    assert shown.code == 2
    assert "Apertium has no data installed to translate from Spanish (es) into" in shown.err
    assert len(shown.err.splitlines()) == 1


@pytest.mark.parametrize("command", ["ask", "search"])
def test_a_translator_that_lacks_its_model_is_one_line(command: str, xrag: Run, small_index: Path) -> None:
    result = xrag(command, small_index, "Wo?", "--translator", "hf")
    assert (result.code, len(result.err.splitlines())) == (2, 1)
    assert "the translator 'hf' needs the option 'model'" in result.err
