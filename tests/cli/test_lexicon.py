"""``xrag lexicon``: what is in use, and how to change it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import pytest

from xrag.translators import location

Run = Callable[..., object]


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No lexicon of whoever runs the tests."""
    monkeypatch.delenv(location.VARIABLE, raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_info_names_the_lexicon_in_use_its_languages_and_their_sources(xrag: Run) -> None:
    lines = xrag("lexicon", "info", "sw", "Arabic").out.splitlines()
    assert lines[0].startswith(f"{location.SHIPPED}: shipped with xrag; version ")
    assert lines[1].startswith("2 languages, ")
    assert [line.split()[:2] for line in lines[3:5]] == [["ar", "Arabic"], ["sw", "Swahili"]]
    assert any(line.split()[:2] == ["cldr", "Unicode-3.0"] for line in lines)


def test_info_lists_every_language_where_none_is_named(xrag: Run) -> None:
    record = json.loads(xrag("lexicon", "info", "--json").out)
    assert {"en", "ar", "zh", "sw", "hi"} <= record["languages"].keys()
    assert all(of["entries"] > 0 and of["bytes"] > 0 for of in record["languages"].values())
    assert {name for of in record["languages"].values() for name in of["sources"]} == record["sources"].keys()


def test_a_language_without_a_table_is_named(xrag: Run) -> None:
    result = xrag("lexicon", "info", "tlh")
    assert (result.code, result.out) == (2, "")
    assert result.err == "xrag: the lexicon has no table of tlh; xrag lexicon info lists those that it has\n"


def test_the_variable_names_another_lexicon(xrag: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(location.VARIABLE, str(location.SHIPPED))
    assert xrag("lexicon", "info", "sw").out.startswith(f"{location.SHIPPED}: named by {location.VARIABLE}; ")


def test_a_directory_without_a_lexicon_is_named(xrag: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(location.VARIABLE, str(tmp_path))
    result = xrag("lexicon", "info")
    assert result.code == 2
    assert result.err.startswith(
        f"xrag: {location.VARIABLE} names {tmp_path}, which holds no lexicon; unset it, or name a directory"
    )


@pytest.mark.parametrize("harm", ["cut", "gone"])
def test_info_names_a_damaged_table(harm: str, xrag: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = tmp_path / "mine"
    copytree(location.SHIPPED, mine)
    table = mine / "sw.lex"
    table.write_bytes(table.read_bytes()[:1000]) if harm == "cut" else table.unlink()
    monkeypatch.setenv(location.VARIABLE, str(mine))
    result = xrag("lexicon", "info", "sw")
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith(f"xrag: the lexicon table {table} is ")


def test_help_is_shown_after_the_command_that_is_called_as_a_built_in(xrag: Run) -> None:
    xrag("list")
    assert xrag("--help").code == 0


def test_the_list_of_components_says_which_lexicon_is_in_use(xrag: Run) -> None:
    assert xrag("list").out.endswith(f"lexicon in use: {location.SHIPPED} (shipped with xrag)\n")
    assert "lexicon in use" not in xrag("list", "retriever").out
