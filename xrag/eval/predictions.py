"""What a system answered, as it stands in its file: read in any published form, nothing dropped before the audit has seen it.

- JSON object: ``{id: answer}`` or ``{id: {"answer": …}}`` (SQuAD, XOR-EnglishSpan, XOR-Full)
- JSON list, or JSON Lines: objects with an id, and an answer or ``ctxs`` (XOR-Retrieve, MKQA, a file of ``xrag ask --json``)
- CSV with a header (language confusion: ``id, completion, source, language``)
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from xrag.errors import InputError
from xrag.types import Json

_IDS = ("id", "example_id", "query_id", "qid", "question_id", "_id")
_ANSWERS = ("answer", "prediction", "completion", "text", "output", "response", "prediction_text")
_CONTEXTS = ("ctxs", "contexts", "passages")
_LONGEST_FIELD = 1 << 27


@dataclass(frozen=True, slots=True)
class Prediction:
    """One record of a predictions file, at its line (0 where the file is one JSON value).

    ``text`` is None where the file says null or gives no answer; ``contexts`` are the passages found, best first;
    ``fields`` holds everything the record said.
    """

    id: str
    text: str | None
    contexts: tuple[str, ...] = ()
    line: int = 0
    fields: Mapping[str, Json] = field(default_factory=dict, hash=False)


def read_predictions(path: Path) -> list[Prediction]:
    """The records of a file in order, duplicates included. Raises ``InputError`` with file and line for what is none."""
    text = decoded(path)
    if path.suffix == ".csv":
        return list(_from_csv(path, text))
    if not text.strip():
        raise InputError(f"{path} is empty; it should hold predictions as a JSON object, JSON Lines or CSV")
    whole = None if path.suffix == ".jsonl" else _whole(text)
    if whole is None:
        return [_record(row, place=f"{path}:{line}", line=line) for line, row in json_lines(path, text)]
    if isinstance(whole, _Pairs) and not (whole.keys() & {*_IDS} and whole.keys() & {*_ANSWERS, *_CONTEXTS}):
        return [_keyed(key, value, path) for key, value in whole.pairs]
    rows = whole if isinstance(whole, list) else [whole]
    return [_record(row, place=f"{path}: record {i}", line=0) for i, row in enumerate(rows, start=1)]


def last_answers(predictions: Sequence[Prediction]) -> dict[str, str]:
    """Query id ─▶ the last answer given for it, as a JSON object is read; one that is null is missing."""
    return {one.id: one.text for one in predictions if one.text is not None}


def json_lines(path: Path, text: str | None = None) -> Iterator[tuple[int, dict[str, Json]]]:
    """Line number and object of each line. Raises ``InputError`` with file and line for what is no JSON object."""
    for number, line in enumerate((decoded(path) if text is None else text).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise InputError(f"{path}:{number}: not JSON ({error}); the line may be cut off") from error
        if not isinstance(row, dict):
            raise InputError(f"{path}:{number}: not a JSON object but {_kind(row)}")
        yield number, row


class _Pairs(dict[str, Json]):
    """A JSON object that keeps the pairs whose key came again."""

    def __init__(self, pairs: list[tuple[str, Json]]) -> None:
        super().__init__(pairs)
        self.pairs = pairs


def decoded(path: Path) -> str:
    """The text of a file, without a byte order mark. Raises ``InputError`` with file and line for what is not UTF-8."""
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(f"{path}:{line}: byte {error.start} is not UTF-8; save the file as UTF-8") from error


def _whole(text: str) -> Json:
    """The one JSON value of a text, None where it is not one (JSON Lines)."""
    try:
        return cast(Json, json.loads(text, object_pairs_hook=_Pairs))
    except ValueError:
        return None


def _keyed(key: str, value: Json, path: Path) -> Prediction:
    if isinstance(value, dict):
        return _record({"id": key, **value}, place=f"{path}: '{key}'", line=0)
    return _record({"id": key, "answer": value}, place=f"{path}: '{key}'", line=0)


def _record(row: Json, *, place: str, line: int) -> Prediction:
    if not isinstance(row, dict):
        raise InputError(f"{place}: a prediction is an object with an id and an answer, not {_kind(row)}")
    name = next((name for name in _IDS if name in row), None)
    if name is None or isinstance(row[name], bool | list | dict | None):
        raise InputError(f"{place}: no id; it is called {', '.join(_IDS)}")
    given = next((row[key] for key in _ANSWERS if key in row), None)
    found = next((row[key] for key in _CONTEXTS if key in row), None)
    return Prediction(str(row[name]), _text(given, place), _texts(found, place), line, row)


def _kind(value: Json) -> str:
    """What a value is, as JSON says it."""
    names = {dict: "an object", list: "a list", bool: "true or false", str: "text", type(None): "null"}
    return next((name for kind, name in names.items() if isinstance(value, kind)), "a number")


def _text(given: Json, place: str) -> str | None:
    if isinstance(given, list):
        # A list of candidates, best first: the audit says so, and only the first is an answer.
        given = given[0] if given else None
    if given is None or isinstance(given, str):
        return given
    if isinstance(given, int | float) and not isinstance(given, bool):
        return str(given)
    raise InputError(f"{place}: the answer is {_kind(given)}, not text")


def _texts(found: Json, place: str) -> tuple[str, ...]:
    if found is None:
        return ()
    if not isinstance(found, list):
        raise InputError(f"{place}: the contexts are {_kind(found)}, not a list of texts")
    return tuple(_context(one, place) for one in found)


def _context(one: Json, place: str) -> str:
    if isinstance(one, dict):
        one = one.get("text")
    if not isinstance(one, str):
        raise InputError(f"{place}: a context is {_kind(one)}, not text or an object with a text")
    return one


def _from_csv(path: Path, text: str) -> Iterator[Prediction]:
    csv.field_size_limit(_LONGEST_FIELD)
    rows = csv.DictReader(io.StringIO(text, newline=None))
    for number, row in enumerate(rows, start=1):
        record: dict[str, Json] = {"id": str(number - 1), **{key: value for key, value in row.items() if key}}
        yield _record(record, place=f"{path}:{rows.line_num}", line=rows.line_num)
