"""What is wrong with the files of an experiment is one line that says where, at the command line."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from xrag.cli import main


def ran(*arguments: str) -> tuple[int, str, str]:
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        main(arguments)
    code = ended.value.code
    texts = []
    for stream in (out, err):
        stream.seek(0)
        texts.append(stream.read())
    return (code if isinstance(code, int) else 1), texts[0], texts[1]


def said(*arguments: str) -> str:
    code, _, complaint = ran(*arguments)
    assert code != 0
    [line] = complaint.splitlines()
    return line


def test_a_results_line_that_is_damaged_is_named_by_file_and_line(folder: Path) -> None:
    ran("bench", "experiment.toml", "-o", "out")
    path = sorted((folder / "out" / "answers").iterdir())[0]
    whole = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(whole[0] + b"\x00 not json\n" + whole[1])
    assert f"{path.relative_to(folder)}:2: not a result" in said("report", "out")


def test_a_results_line_that_is_cut_is_done_again_and_nothing_else(folder: Path) -> None:
    assert ran("bench", "experiment.toml", "-o", "out")[0] == 0
    path = sorted((folder / "out" / "answers").iterdir())[0]
    whole = path.read_bytes()
    path.write_bytes(whole[:-30])
    assert ran("bench", "experiment.toml", "-o", "out")[0] == 0
    kept = whole[: whole[:-1].rindex(b"\n") + 1]
    assert path.read_bytes().startswith(kept)
    assert path.read_bytes().count(b"\n") == 3


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"id": "1", "answer": "x"}\n{"id": "2", "answer"', r"said.jsonl:2: not JSON"),
        ('{"id": "1", "answer": "x"}\n[1]\n', "said.jsonl:2: not a JSON object but a list"),
        ('{"answer": "x"}\n', "said.jsonl:1: no id; it is called id, example_id"),
        ('{"id": "1", "answer": {"a": 1}}\n', "said.jsonl:1: the answer is an object, not text"),
        ('{"id": "1", "ctxs": [1]}\n', "said.jsonl:1: a context is a number, not text"),
        (
            '{"id": "zz", "answer": "x"}\n',
            "none of the predictions is for one of the questions ('zz' is not among them)",
        ),
        ("", "said.jsonl is empty"),
    ],
)
def test_predictions_that_are_none_are_named_by_file_and_line(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "said.jsonl").write_text(content, encoding="utf-8")
    (tmp_path / "gold.jsonl").write_text('{"id": "1", "question": "?", "answers": ["x"]}\n', encoding="utf-8")
    assert message in said("score", str(tmp_path / "said.jsonl"), "--gold", str(tmp_path / "gold.jsonl"))


def test_predictions_in_another_encoding_are_named_by_line(tmp_path: Path) -> None:
    (tmp_path / "said.jsonl").write_bytes(
        '{"id": "1", "answer": "x"}\n{"id": "2", "answer": "Köln"}\n'.encode("latin-1")
    )
    (tmp_path / "gold.jsonl").write_text('{"id": "1", "question": "?", "answers": ["x"]}\n', encoding="utf-8")
    assert "said.jsonl:2: byte" in said("score", str(tmp_path / "said.jsonl"), "--gold", str(tmp_path / "gold.jsonl"))


def test_predictions_doubled_missing_extra_as_lists_and_null_are_counted(tmp_path: Path) -> None:
    rows = [("1", "x"), ("1", "y"), ("2", None), ("3", ["x", "z"]), ("9", "x")]
    text = "".join(json.dumps({"id": key, "answer": answer}) + "\n" for key, answer in rows)
    (tmp_path / "said.jsonl").write_text(text, encoding="utf-8")
    gold = [{"id": str(i), "question": "?", "answers": ["x"] if i < 5 else []} for i in range(1, 6)]
    (tmp_path / "gold.jsonl").write_text("".join(json.dumps(row) + "\n" for row in gold), encoding="utf-8")
    code, out, _ = ran("score", str(tmp_path / "said.jsonl"), "--gold", str(tmp_path / "gold.jsonl"))
    assert code == 0
    found = {line.split(":")[0]: line for line in out.splitlines() if line[:1].isdigit()}
    assert set(found) >= {"2 missing", "1 empty", "1 lists", "1 extra", "1 duplicates", "1 without gold"}
    assert [found[kind][-11:] for kind in ("1 duplicates", "1 extra")] == ["(1, line 2)", "(9, line 5)"]


ASKED = b'{"id": "1", "question": "?", "answers": ["x"]}\n'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"id": "1", "question": "?", "answers": [1]}\n', "gold.jsonl:1: the answers are not a list of texts"),
        (ASKED + ASKED, "gold.jsonl:2: the id '1' came before"),
        (
            ASKED + '{"id": "2", "answers": ["Köln"]}'.encode("latin-1"),
            "gold.jsonl:2: byte 26 of the line is not UTF-8",
        ),
        (ASKED + b'{"id": "2", "answ', "gold.jsonl:2: not JSON"),
        (b"", "gold.jsonl holds no question"),
    ],
)
def test_gold_that_is_none_is_named_by_file_and_line(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "said.json").write_text('{"1": "x"}', encoding="utf-8")
    (tmp_path / "gold.jsonl").write_bytes(content)
    assert message in said("score", str(tmp_path / "said.json"), "--gold", str(tmp_path / "gold.jsonl"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"1 Q0 p 1 2.0 me\n2 Q0 p", "mine.trec:2: not a line of a TREC run"),
        (b"1 Q0 p 1 2.0 me\n1 Q0 p 2 1.0 me\n", "mine.trec:2: query '1' has the passage 'p' more than once"),
        (b"1 Q0 p 1 nan me\n", "mine.trec:1: the score is nan, no number that a hit can be ranked by"),
        (b"1 Q0 p 1 2.0 me\n2 Q0 \x93\x8c 1 2.0 me\n", "mine.trec:2: byte 21 is not UTF-8"),
        (b"zz Q0 p 1 2.0 me\n", "none of the predictions is for one of the questions ('zz' is not among them)"),
        (b"", "mine.trec is empty; it should hold a TREC run"),
    ],
)
def test_a_run_that_is_none_is_named_by_file_and_line(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "mine.trec").write_bytes(content)
    (tmp_path / "gold.jsonl").write_text('{"id": "1", "question": "?", "qrels": ["p"]}\n', encoding="utf-8")
    assert message in said("score", str(tmp_path / "mine.trec"), "--gold", str(tmp_path / "gold.jsonl"))


@pytest.mark.parametrize("script", ["bergen", "xor-engspan", "xor-full", "mkqa"])
def test_gold_without_an_answer_is_left_out_by_every_script(tmp_path: Path, script: str) -> None:
    (tmp_path / "said.json").write_text('{"1": "x", "2": "y"}', encoding="utf-8")
    rows = '{"id": "1", "question": "?", "language": "ar", "answers": ["x"]}\n{"id": "2", "question": "?", "language": "ar"}\n'
    (tmp_path / "gold.jsonl").write_text(rows, encoding="utf-8")
    where = (
        "score",
        str(tmp_path / "said.json"),
        "--gold",
        str(tmp_path / "gold.jsonl"),
        "--official",
        script,
        "--json",
    )
    code, out, _ = ran(*where)
    assert code == 0
    found = json.loads(out)
    assert found["audit"]["without_gold"] == ["2"]
    assert [one["per_query"]["1"] for one in found["official"] if one["metric"] == "EM"] == [1.0]


def test_without_any_gold_answer_the_language_is_what_is_told(tmp_path: Path) -> None:
    (tmp_path / "said.json").write_text('{"1": "Die Donau ist ein Fluss in Europa."}', encoding="utf-8")
    (tmp_path / "gold.jsonl").write_text('{"id": "1", "question": "?", "language": "de"}\n', encoding="utf-8")
    code, out, _ = ran("score", str(tmp_path / "said.json"), "--gold", str(tmp_path / "gold.jsonl"))
    assert (code, "EM" in out, "de:1" in out) == (0, False, True)


def test_a_measure_of_rankings_is_refused_for_answers(tmp_path: Path) -> None:
    (tmp_path / "said.json").write_text('{"1": "x"}', encoding="utf-8")
    (tmp_path / "gold.jsonl").write_bytes(ASKED)
    where = ("score", str(tmp_path / "said.json"), "--gold", str(tmp_path / "gold.jsonl"), "--measure", "AP")
    assert "--measure, --bias and --index are for a TREC run" in said(*where)


def test_a_benchmark_of_another_revision_stops_the_plan(folder: Path) -> None:
    text = (folder / "small.toml").read_text(encoding="utf-8")
    (folder / "small.toml").write_text(f"{text}\n[splits.test.questions]\nde = 4\n", encoding="utf-8")
    assert "3 questions instead of 4; these are not the files of revision 1" in said(
        "bench", "experiment.toml", "-o", "out"
    )
    assert not (folder / "out").exists()
