"""Predictions from files, as they come from the wild, and the audit of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from asking import asked

from xrag.errors import InputError
from xrag.eval.audit import audit, first_answers
from xrag.eval.predictions import Prediction, read_predictions


def read(tmp_path: Path, content: str | bytes, name: str = "predictions.json") -> list[Prediction]:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_predictions(path)


@pytest.mark.parametrize(
    "content",
    [
        '{"a": "x", "b": "y"}',
        '{"a": {"answer": "x"}, "b": {"answer": "y"}}',
        '[{"id": "a", "answer": "x"}, {"id": "b", "prediction": "y"}]',
        '{"example_id": "a", "prediction": "x"}\n{"example_id": "b", "prediction": "y"}\n',
        '\ufeff{"query_id": "a", "text": "x"}\n\n{"qid": "b", "output": "y"}',
    ],
)
def test_every_published_form_is_read(tmp_path: Path, content: str) -> None:
    assert [(one.id, one.text) for one in read(tmp_path, content)] == [("a", "x"), ("b", "y")]


def test_a_file_of_one_line_is_one_prediction(tmp_path: Path) -> None:
    assert [one.id for one in read(tmp_path, '{"id": "a", "answer": "x"}')] == ["a"]


def test_contexts_are_texts_or_objects_with_a_text(tmp_path: Path) -> None:
    [one] = read(tmp_path, '[{"id": 7, "lang": "ja", "ctxs": ["x", {"text": "y"}]}]')
    assert (one.id, one.contexts, one.text) == ("7", ("x", "y"), None)


def test_a_table_of_completions_is_read_with_its_lines(tmp_path: Path) -> None:
    [one] = read(tmp_path, 'id,completion,language\n0,"a\r\nb",fr\n', "answers.csv")
    assert (one.id, one.text, one.fields["language"]) == ("0", "a\nb", "fr")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"id": "a", "answer": "x"}\n{"id": "b", "ans', r"predictions.json:2: not JSON .*cut off"),
        ('{"id": "a", "answer": "x"}\n[1]\n', r"predictions.json:2: not a JSON object but a list"),
        ('[{"answer": "x"}]', r"record 1: no id"),
        ('[{"id": "a", "answer": {"x": 1}}]', r"record 1: the answer is .*not text"),
        ('[{"id": "a", "ctxs": "x"}]', r"record 1: the contexts are text"),
        ('[{"id": "a", "ctxs": [3]}]', r"record 1: a context is a number"),
        ("", r"is empty"),
        (b'{"id": "a"}\n' + "é".encode("latin-1"), r":2: byte 12 is not UTF-8"),
    ],
)
def test_what_is_no_prediction_is_one_line_with_its_place(tmp_path: Path, content: str | bytes, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read(tmp_path, content)


def test_the_audit_says_what_is_missing_extra_doubled_empty_and_listed(tmp_path: Path) -> None:
    content = '{"a": "x", "a": "z", "b": null, "c": ["y", "w"], "other": "x"}'
    examples = [
        asked("a", "en", "x"),
        asked("b", "en", "x"),
        asked("c", "en", "y"),
        asked("d", "en", "x"),
        asked("e", "en"),
    ]
    found = audit(read(tmp_path, content), examples)
    assert (found.missing, found.extra, found.duplicates) == (("d", "e"), ("other",), ("a",))
    assert (found.empty, found.lists, found.without_gold) == (("b",), ("c",), ("e",))


def test_the_first_of_several_answers_counts_and_null_is_missing(tmp_path: Path) -> None:
    predictions = read(tmp_path, '{"a": "x", "a": "z", "b": null, "c": ["y", "w"]}')
    assert first_answers(predictions) == {"a": "x", "c": "y"}


def test_the_audit_speaks_in_lines_and_is_silent_where_all_is_well() -> None:
    fine = audit([Prediction("a", "x")], [asked("a", "en", "x")])
    worse = audit([], [asked(str(i), "en", "x") for i in range(5)])
    assert list(fine.lines()) == []
    assert list(worse.lines()) == ["5 missing: no prediction; scored zero (0, 1, 2 …)"]
