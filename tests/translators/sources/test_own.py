"""What a user's files are taken for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from xrag.errors import InputError, UsageError
from xrag.translators.sources import own
from xrag.translators.sources.own import Own
from xrag.translators.sources.pairs import Pair

Writer = Callable[..., Path]


def test_a_list_of_terms_is_a_glossary(written: Writer) -> None:
    path = written("a.tsv", "kasia\toar; paddle\nubao wa kuelea\tsurfboard\n")
    assert own.read("sw", [path]) == Own(
        pairs=(Pair("kasia", "oar", 0), Pair("kasia", "paddle", 1), Pair("ubao wa kuelea", "surfboard", 0))
    )


@pytest.mark.parametrize(
    "row", [("Piga makasia.", "Row."), ("我们划船去那个岛上看鸟", "we row to the island to watch birds")]
)
def test_a_row_that_ends_or_runs_on_like_a_sentence_is_one(row: tuple[str, str], written: Writer) -> None:
    assert own.read("sw", [written("a.tsv", "\t".join(row) + "\n")]) == Own(sentences=(row,))


def test_two_files_are_parallel_text(written: Writer) -> None:
    files = [written("a.sw", "kasia\n"), written("a.en", "oar\n")]
    assert own.read("sw", files) == Own(sentences=(("kasia", "oar"),))


def test_a_million_lines_are_read(written: Writer) -> None:
    assert len(own.read("sw", [written("a.tsv", "kasia\toar\n" * 1_000_000)]).pairs) == 1_000_000


def test_an_empty_file_is_named(written: Writer) -> None:
    with pytest.raises(InputError, match=r"a\.tsv holds no text"):
        own.read("sw", [written("a.tsv", "")])


def test_three_files_are_too_many(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="3 files are too many"):
        own.read("sw", [tmp_path] * 3)


def test_who_waits_for_a_long_file_is_told_how_far_it_is(written: Callable[[str, str], Path]) -> None:
    told: list[int] = []
    own.read("sw", [written("a.tsv", "kasia\toar\n" * 25_000)], progress=told.append)
    assert told == [0, 10_000, 20_000]
