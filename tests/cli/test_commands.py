"""Each command once, in the forms that people and programs use it in."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest

from xrag.cli import COMMANDS

Run = Callable[..., object]
XRAG = [sys.executable, "-m", "xrag"]


def test_nothing_asked_shows_the_help(xrag: Run) -> None:
    assert xrag() == xrag("--help")
    assert xrag().code == 0


def test_help_lists_every_command_with_a_line(xrag: Run) -> None:
    shown = xrag("--help").out
    assert all(f"{name} " in shown and said in shown for name, said in COMMANDS.items())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(xrag: Run, name: str) -> None:
    result = xrag(name, "--help")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith(f"Usage: xrag {name}")


def test_version_is_that_of_the_distribution(xrag: Run) -> None:
    assert xrag("--version").out == f"xrag {version('crosslingual-rag')}\n"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["serch"], "no command is called 'serch'; did you mean search?"),
        (["search", "--bad"], "No such option '--bad'"),
        (["search", "nowhere", "x"], "nowhere holds no index; make one with: xrag index PATHS -o nowhere"),
        (["ask", "nowhere", " "], "the question is empty"),
        (["search", "nowhere"], "give one QUERY, or a file of them with --queries"),
        (["index", "nowhere", "-o", "there"], "nowhere: there is no such file or folder"),
        (["ask", "nowhere", "x", "--language", "klingonn"], "klingon"),
        (["search", "nowhere", "x", "-k", "0"], "-k"),
        (["search", "nowhere", "x", "-k", "abc"], "'abc' is not a whole number"),
        (
            ["ask", "nowhere", "x" * 10_001],
            "the question has 10,001 characters, at most 10,000 can be asked: shorten it",
        ),
        (["index", "-o", "new"], "new holds no index yet: name the files and folders to make it of"),
        (["index", "nowhere", "-o", "new", "--encoding", "klingon"], "no encoding is called 'klingon'"),
        (["list", "wheel"], "retriever"),
    ],
)
def test_what_is_asked_wrongly_is_answered_by_one_line_and_leaves_nothing(
    xrag: Run, args: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = xrag(*args)
    assert list(tmp_path.iterdir()) == []
    assert result.code in (1, 2)
    assert result.out == ""
    assert result.err.startswith("xrag: ")
    assert result.err.count("\n") == 1
    assert said in result.err


def test_an_error_names_a_hostile_file_harmlessly(xrag: Run) -> None:
    assert "\x1b" not in xrag("search", "\x1b[31mred", "x").err


def test_a_traceback_is_shown_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XRAG_TRACEBACK", "1")
    done = subprocess.run([*XRAG, "info", "nowhere"], capture_output=True, text=True, check=False)
    assert "Traceback" in done.stderr
    assert "IndexNotFound" in done.stderr


def test_list_shows_each_component_with_its_origin(xrag: Run) -> None:
    shown = xrag("list").out
    assert "retrievers\n" in shown
    assert any(line.split() == ["dual", "xrag"] for line in shown.splitlines())


def test_list_of_one_kind_as_json(xrag: Run) -> None:
    rows = json.loads(xrag("list", "translator", "--json").out)
    target = "xrag.translators.lexicon:LexiconTranslator"
    assert {"kind": "translator", "name": "lexicon", "target": target, "origin": "xrag"} in rows


def test_index_says_what_it_found_by_language(xrag: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The river Elbe flows through Dresden and Hamburg to the sea.", encoding="utf-8")
    (tmp_path / "b.txt").write_text("Die Elbe fließt durch Dresden und Hamburg ins Meer hinaus.", encoding="utf-8")
    result = xrag("index", tmp_path, "-o", tmp_path / "index")
    assert result.out.startswith("2 passages in 2 languages; files: 2 new\n")
    assert "  de  German   1  50.0 %\n  en  English  1  50.0 %\n" in result.out
    assert "generation 1, ready in" in result.out


def test_index_again_says_what_changed(xrag: Run, tmp_path: Path) -> None:
    text = tmp_path / "a.txt"
    text.write_text("The river Elbe flows through Dresden and Hamburg to the sea.", encoding="utf-8")
    xrag("index", text, "-o", tmp_path / "index")
    assert "files: no changes, 1 unchanged" in xrag("index", text, "-o", tmp_path / "index").out
    text.write_text("The river Rhine flows through Cologne to the sea.", encoding="utf-8")
    assert "files: 1 edited" in xrag("index", text, "-o", tmp_path / "index").out


def test_index_as_json(xrag: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The river Elbe flows through Dresden.", encoding="utf-8")
    report = json.loads(xrag("index", tmp_path / "a.txt", "-o", tmp_path / "index", "--json").out)
    assert (report["generation"], report["passages"], report["languages"]) == (1, 1, {"en": 1})
    assert report["added"] == [str(tmp_path / "a.txt")]


def test_index_takes_the_language_of_all_passages(xrag: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Kogin Neja yana ratsa Mali da Nijar.", encoding="utf-8")
    report = xrag("index", tmp_path / "a.txt", "-o", tmp_path / "index", "--language", "Hausa", "--json").out
    assert json.loads(report)["languages"] == {"ha": 1}


def test_index_remembers_its_options(xrag: Run, tmp_path: Path) -> None:
    text = tmp_path / "a.txt"
    text.write_text(
        "".join(f"River number {n} flows through town {n} to the sea. " for n in range(60)), encoding="utf-8"
    )
    chunked = json.loads(xrag("index", text, "-o", tmp_path / "i", "--chunk-size", 20, "--overlap", 0, "--json").out)
    again = json.loads(xrag("index", text, "-o", tmp_path / "i", "--json").out)
    assert chunked["passages"] == again["passages"] > 5


def test_index_passes_over_what_it_is_told_to(xrag: Run, tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("The river Elbe flows through Dresden.", encoding="utf-8")
    (tmp_path / "bad.jsonl").write_text('{"id": 1, "text"\n', encoding="utf-8")
    stopped = xrag("index", tmp_path, "-o", tmp_path / "index")
    assert stopped.code == 1
    assert "bad.jsonl:1" in stopped.err
    assert "--on-error skip" in stopped.err
    result = xrag("index", tmp_path, "-o", tmp_path / "index", "--on-error", "skip")
    assert result.code == 0
    assert result.out.startswith("1 passage in 1 language; files: 1 new\n")
    assert f"passed over: {tmp_path / 'bad.jsonl'}:1: broken JSON" in result.out
    assert "files: no changes, 1 unchanged\npassed over: " in xrag("index", "-o", tmp_path / "index").out


def test_index_reads_an_encoding_that_it_is_told_and_asks_for_one_that_it_cannot_tell(
    xrag: Run, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_bytes("Le café est très bon, déjà".encode("windows-1252"))
    asked = xrag("index", tmp_path, "-o", tmp_path / "index").err
    assert "name the file's encoding" in asked
    assert "--encoding NAME" in asked
    assert xrag("index", tmp_path, "-o", tmp_path / "index", "--encoding", "windows-1252").code == 0
    assert "café" in xrag("search", tmp_path / "index", "café", "--format", "json").out


def test_index_identifies_among_the_languages_that_it_is_told(xrag: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Тому, що річка тече через місто.", encoding="utf-8")
    told = xrag("index", tmp_path, "-o", tmp_path / "index", "--languages", "Russian, zh_cn,en", "--json")
    assert json.loads(told.out)["languages"] == {"ru": 1}
    assert "no language is called 'xx'" in xrag("index", tmp_path, "-o", tmp_path / "i", "--languages", "en,xx").err


def test_index_stops_where_what_it_was_told_of_has_vanished(xrag: Run, tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(f"The river Elbe flows through Dresden, says {name}.", encoding="utf-8")
    xrag("index", tmp_path / "a.txt", tmp_path / "b.txt", "-o", tmp_path / "index")
    (tmp_path / "b.txt").unlink()
    stopped = xrag("index", "-o", tmp_path / "index")
    assert stopped.code == 1
    assert "b.txt: all that was read from here has vanished" in stopped.err
    assert "(--missing drop)" in stopped.err
    assert "files: 1 gone, 1 unchanged" in xrag("index", "-o", tmp_path / "index", "--missing", "drop").out


def test_index_offers_to_cut_a_record_that_is_too_long(xrag: Run, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": "long " * 300_000}), encoding="utf-8")
    assert "--chunk-records yes" in xrag("index", tmp_path, "-o", tmp_path / "index").err


def test_index_keeps_repeated_passages_where_it_is_told_to(xrag: Run, tmp_path: Path) -> None:
    lines = [json.dumps({"id": n, "text": "The river Elbe flows through Dresden."}) for n in ("a", "b")]
    (tmp_path / "p.jsonl").write_text("\n".join(lines), encoding="utf-8")
    counts = [
        json.loads(xrag("index", tmp_path / "p.jsonl", "-o", tmp_path / way, "--duplicates", way, "--json").out)
        for way in ("drop", "keep")
    ]
    assert [count["passages"] for count in counts] == [1, 2]


def test_a_damaged_index_says_how_to_mend_it(xrag: Run, tmp_path: Path, small_index: Path) -> None:
    copied = shutil.copytree(small_index, tmp_path / "index")
    (copied / "manifest.json").write_text("{", encoding="utf-8")
    source = tmp_path / "a.txt"
    source.write_text("The river Elbe flows through Dresden.", encoding="utf-8")
    for command in (["index", source, "-o", copied], ["info", copied], ["search", copied, "x"]):
        assert "(xrag index PATHS -o DIR --fresh)" in xrag(*command).err
    assert xrag("index", source, "-o", copied, "--fresh").code == 0


def test_search_shows_rank_score_language_and_text(xrag: Run, small_index: Path) -> None:
    shown = xrag("search", small_index, "Hauptstadt Australiens", "-k", 1).out.splitlines()
    assert shown[0] == "Hauptstadt Australiens (de)"
    assert shown[1].split()[0::2] == ["1", "de"]
    assert shown[2] == "   Canberra ist seit 1927 die Hauptstadt Australiens."


def test_search_says_when_nothing_is_found(xrag: Run, small_index: Path) -> None:
    assert "no passage found" in xrag("search", small_index, "qqqq zzzz", "--language", "en").out


def test_search_as_json_holds_passages_with_their_scores(xrag: Run, small_index: Path) -> None:
    record = json.loads(xrag("search", small_index, "Elbphilharmonie in Hamburg", "-k", 2, "--format", "json").out)
    assert list(record) == ["id", "text", "language", "retriever", "hits"]
    assert record["hits"][0] | {"score": 0} == {
        "rank": 1,
        "score": 0,
        "id": "de-2",
        "language": "de",
        "title": "Elbphilharmonie",
        "source": "bauten.txt",
        "start": None,
        "end": None,
        "text": "Die Elbphilharmonie wurde im Januar 2017 in Hamburg eröffnet. Sie ist 110 Meter hoch.",
        "metadata": {},
    }


def test_search_explains_what_each_term_became_in_the_languages_found(xrag: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Первым в космос полетел Юрий Гагарин из Смоленска.", encoding="utf-8")
    xrag("index", tmp_path / "a.txt", "-o", tmp_path / "index", "--language", "ru")
    asked = ("search", tmp_path / "index", "When did Gagarin fly?", "--language", "en", "--explain")
    assert "   en → ru\n     When     –\n" in xrag(*asked).out
    assert "     Gagarin  Гагарин 1.00\n" in xrag(*asked).out
    [translation] = json.loads(xrag(*asked, "--format", "json").out)["translations"]
    assert translation["terms"][2] == {"term": "Gagarin", "alternatives": [{"text": "Гагарин", "weight": 1.0}]}


def test_search_writes_a_trec_run_with_the_given_ids(xrag: Run, small_index: Path, tmp_path: Path) -> None:
    queries = tmp_path / "queries.jsonl"
    queries.write_text(
        '{"id": "q7", "text": "Hauptstadt Australiens", "language": "de"}\n'
        '{"id": 8, "text": "富士山の高さ", "language": "ja"}\n',
        encoding="utf-8",
    )
    lines = xrag("search", small_index, "--queries", queries, "-k", 1, "--format", "trec", "--retriever", "bm25").out
    rows = [line.split(" ") for line in lines.splitlines()]
    assert [row[:4] + row[5:] for row in rows] == [
        ["q7", "Q0", "de-1", "1", "xrag-bm25"],
        ["8", "Q0", "ja-1", "1", "xrag-bm25"],
    ]


def test_an_id_with_a_space_cannot_stand_in_a_trec_run(xrag: Run, small_index: Path, tmp_path: Path) -> None:
    queries = tmp_path / "queries.tsv"
    queries.write_text("my question\tHauptstadt Australiens\tde\n", encoding="utf-8")
    result = xrag("search", small_index, "--queries", queries, "--format", "trec")
    assert (result.code, "use --format json" in result.err) == (1, True)


def test_ask_answers_in_the_language_of_the_question(xrag: Run, small_index: Path) -> None:
    answer = json.loads(xrag("ask", small_index, "Seit wann ist Canberra die Hauptstadt Australiens?", "--json").out)
    assert (answer["question_language"], answer["answer_language"]) == ("de", "de")
    assert "Canberra ist seit 1927 die Hauptstadt Australiens." in answer["answer"]
    assert answer["citations"][0]["passage_id"] == "de-1"
    assert set(answer["seconds"]) >= {"retrieve", "generate"}


def test_ask_answers_in_another_language_when_told(xrag: Run, small_index: Path) -> None:
    answer = json.loads(
        xrag("ask", small_index, "Wann wurde die Elbphilharmonie eröffnet?", "--answer-language", "fr", "--json").out
    )
    assert answer["answer_language"] == "fr"


def test_ask_shows_answer_citation_languages_and_timings(xrag: Run, small_index: Path) -> None:
    lines = xrag("ask", small_index, "Wann wurde die Elbphilharmonie eröffnet?").out.splitlines()
    assert "Januar 2017" in lines[0]
    assert lines[1].startswith("[1] de · de-2 · Elbphilharmonie · bauten.txt:0-")
    assert lines[-1].startswith("question de → source de → answer de · retrieve ")


def test_a_quote_stays_on_its_line(xrag: Run, tmp_path: Path) -> None:
    for number, ending in enumerate(["\r", "\n", "\u2028", "\u2029", "\x0b", "\x0c", "\r\n"]):
        (tmp_path / "a.txt").write_bytes(f"The tower in Riga{ending}was finished in 1889.".encode())
        xrag("index", tmp_path / "a.txt", "-o", tmp_path / f"i{number}", "--language", "en")
        shown = xrag("ask", tmp_path / f"i{number}", "When was the tower in Riga finished?").out
        assert "The tower in Riga was finished in 1889." in shown


def test_ask_says_when_the_language_cannot_be_told(xrag: Run, small_index: Path) -> None:
    assert "say it with --language" in xrag("ask", small_index, "110 330 ?").err
    assert xrag("ask", small_index, "110 330 ?", "--language", "de").err == ""


def test_ask_names_what_no_component_is_called(xrag: Run, small_index: Path) -> None:
    result = xrag("ask", small_index, "x y z", "--retriever", "bm52")
    assert (result.code, "did you mean bm25" in result.err) == (2, True)


def test_info_counts_what_is_there(xrag: Run, small_index: Path) -> None:
    shown = xrag("info", small_index).out
    assert "13 passages from 1 file, 0 duplicates left out" in shown
    assert "ar  Arabic" in shown


def test_info_verifies_and_speaks_json(xrag: Run, small_index: Path) -> None:
    record = json.loads(xrag("info", small_index, "--verify", "--json").out)
    assert record["languages"] == {"de": 2, "en": 2, "ja": 2} | dict.fromkeys(
        ["ar", "he", "hi", "ko", "ru", "th", "zh"], 1
    )
    assert record["verified_files"] > 100


def test_demo_asks_in_many_scripts_and_ends_with_what_to_try(
    xrag: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shown = xrag("demo").out
    assert (tmp_path / "demo-index" / "manifest.json").is_file()
    for script in ("ا", "е", "ा", "の", "的"):
        assert script in shown
    assert "chat demo-index" in shown


def test_demo_goes_on_with_its_own_index_and_leaves_another_alone(
    xrag: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_index: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert [xrag("demo").code for _ in range(2)] == [0, 0]
    refused = xrag("demo", "-o", shutil.copytree(small_index, tmp_path / "mine"))
    assert (refused.code, refused.out) == (2, "")
    assert "mine is an index of other files, which the demo leaves alone" in refused.err
    assert "13 passages" in xrag("info", "mine").out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script_for_the_shell(xrag: Run, shell: str) -> None:
    assert "_XRAG_COMPLETE" in xrag("completion", shell).out


@pytest.mark.parametrize(("words", "offered"), [("xrag se", "search"), ("xrag ask DIR x --retriever ra", "rank-bm25")])
def test_the_shell_completes_commands_and_names(words: str, offered: str) -> None:
    environment = os.environ | {
        "_XRAG_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
    }
    done = subprocess.run(
        ["xrag"],
        executable=shutil.which("xrag", path=str(Path(sys.executable).parent)),
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert offered in done.stdout


def test_a_reader_that_goes_away_is_no_error(small_index: Path) -> None:
    command = f"{sys.executable} -m xrag search {small_index} Hamburg --language de -k 10 | head -n 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_ctrl_c_while_indexing_ends_with_130_and_one_line(tmp_path: Path) -> None:
    big = tmp_path / "big.txt"
    big.write_text("The river Elbe flows through Dresden and Hamburg to the sea. " * 40_000, encoding="utf-8")
    process = subprocess.Popen([*XRAG, "index", big, "-o", tmp_path / "index"], stderr=subprocess.PIPE, text=True)
    while not (tmp_path / "index").exists():
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    assert process.communicate()[1].strip() == "xrag: interrupted; the same command goes on from here"
    assert process.returncode == 130


def test_output_that_the_terminal_cannot_encode_is_escaped(small_index: Path) -> None:
    environment = os.environ | {"PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"}
    command = [*XRAG, "search", small_index, "富士山", "--language", "ja", "-k", "1"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert "\\u5bcc" in done.stdout
