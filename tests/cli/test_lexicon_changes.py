"""``xrag lexicon build`` and ``add``, from files that the tests write to what a question then finds."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from xrag.translators import location
from xrag.translators.lexicon import LexiconTranslator

Run = Callable[..., object]


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No lexicon of whoever runs the tests."""
    monkeypatch.delenv(location.VARIABLE, raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A folder of sources of Swahili and Thai."""
    texts = {
        "titles/sw-en.tsv": "Bahari\tSea\nMto\tRiver\nKisiwa\tIsland\n",
        "tatoeba/tatoeba.tha-eng.tha": "แม่น้ำกว้าง\n" * 3,
        "tatoeba/tatoeba.tha-eng.eng": "The river is wide.\n" * 3,
        "freedict-gpl/freedict-swh-eng.index": "kasia\tA\tW\n",
        "freedict-gpl/freedict-swh-eng.dict": "kasia /kasia/ <n>\noar\n",
    }
    for name, text in texts.items():
        (tmp_path / "sources" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "sources" / name).write_text(text, encoding="utf-8")
    return tmp_path / "sources"


@pytest.fixture
def in_use(sources: Path, xrag: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small lexicon of Swahili and Thai, in the place of the shipped one."""
    xrag("lexicon", "build", "sw", "th", "--sources", sources, "-o", tmp_path / "small")
    monkeypatch.setattr(location, "SHIPPED", tmp_path / "small")
    return tmp_path / "small"


def best(term: str, language: str) -> str:
    return LexiconTranslator().translate([term], language, "en")[0].terms[0].candidates[0].text.lower()


def test_build_reads_a_folder_and_says_what_it_lacks(sources: Path, xrag: Run, tmp_path: Path) -> None:
    result = xrag("lexicon", "build", "swahili", "--sources", sources, "-o", "small")
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines()[0] == "built 1 language: sw"
    assert f"that {sources} lacks, as " in result.out
    assert result.out.splitlines()[-1] == "small: to use it, set XRAG_LEXICON=small"


def test_what_is_built_without_naming_a_directory_is_used_from_then_on(
    sources: Path, xrag: Run, tmp_path: Path
) -> None:
    result = xrag("lexicon", "build", "sw", "--sources", sources)
    own = tmp_path / "data/xrag/lexicon"
    assert result.out.splitlines()[-1] == f"{own}: in use from now on; the shipped one again: rm -r {own}"
    assert xrag("lexicon", "info").out.startswith(f"{own}: your own; ")
    assert best("Kisiwa", "sw") == "island"


def test_a_source_that_is_not_shipped_is_built_in_when_it_is_named(sources: Path, xrag: Run) -> None:
    for addon in ((), ("--with", "freedict-gpl")):
        xrag("lexicon", "build", "sw", "--sources", sources, *addon)
        assert (best("kasia", "sw") == "oar") == bool(addon)
    assert "GPL-2.0-or-later" in xrag("lexicon", "info", "sw").out


def test_an_unknown_source_is_named(sources: Path, xrag: Run) -> None:
    result = xrag("lexicon", "build", "sw", "--sources", sources, "--with", "gpl")
    assert (result.code, result.err.startswith("xrag: no source is called 'gpl'; there are: cldr, titles")) == (2, True)


def test_a_folder_without_sources_is_named(xrag: Run, tmp_path: Path) -> None:
    result = xrag("lexicon", "build", "sw", "--sources", tmp_path / "none")
    assert (result.code, result.err.count("\n")) == (2, 1)
    assert result.err.startswith(f"xrag: {tmp_path}/none holds no source of sw; it lacks titles/sw-en.tsv, for one")


def test_a_glossary_is_mixed_over_the_lexicon_in_use(in_use: Path, xrag: Run, tmp_path: Path) -> None:
    Path("boats.tsv").write_text("mto\tpillow\nchombo\tvessel\n", encoding="utf-8")
    result = xrag("lexicon", "add", "sw", "boats.tsv")
    own = tmp_path / "data/xrag/lexicon"
    assert result.out == (
        f"Swahili: 2 translations over {in_use} (shipped with xrag)\n"
        f"{own}: in use from now on; the shipped one again: rm -r {own}\n"
    )
    assert [best(term, "sw") for term in ("mto", "chombo", "bahari")] == ["pillow", "vessel", "sea"]


def test_other_languages_stay_as_they_were(in_use: Path, xrag: Run) -> None:
    before = best("แม่น้ำกว้าง", "th")
    Path("a.tsv").write_text("aardvark\taardvark\n", encoding="utf-8")
    xrag("lexicon", "add", "sw", "a.tsv")
    assert best("แม่น้ำกว้าง", "th") == before
    assert best("Kisiwa", "sw") == "island"


def test_a_second_addition_is_mixed_over_the_first(in_use: Path, xrag: Run) -> None:
    for name, text in {"a.csv": "sw,en\nchombo,vessel\n", "b.tsv": "kasia\toar\n"}.items():
        Path(name).write_text(text, encoding="utf-8")
        xrag("lexicon", "add", "sw", name)
    assert [best(term, "sw") for term in ("chombo", "kasia")] == ["vessel", "oar"]
    record = json.loads(xrag("lexicon", "info", "sw", "--json").out)
    assert "own files" in record["languages"]["sw"]["sources"]


def test_parallel_text_teaches_words(in_use: Path, xrag: Run) -> None:
    Path("a.sw").write_text("kasia refu\nkasia fupi\nkasia\n" * 40, encoding="utf-8")
    Path("a.en").write_text("a long oar\na short oar\nan oar\n" * 40, encoding="utf-8")
    assert "Swahili: 120 sentences over " in xrag("lexicon", "add", "sw", "a.sw", "a.en").out
    assert [best(term, "sw") for term in ("kasia", "refu", "fupi")] == ["oar", "long", "short"]


def test_words_over_another_version_of_the_shipped_lexicon_are_said_to_be_so(
    in_use: Path, sources: Path, xrag: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("a.tsv").write_text("kasia\toar\n", encoding="utf-8")
    xrag("lexicon", "add", "sw", "a.tsv")
    assert "another version" not in xrag("lexicon", "info").out
    xrag("lexicon", "build", "sw", "--sources", sources, "-o", tmp_path / "newer")
    monkeypatch.setattr(location, "SHIPPED", tmp_path / "newer")
    assert "it was mixed over another version of the shipped lexicon" in xrag("lexicon", "info").out.splitlines()[1]


def test_a_language_without_a_table_gets_one(in_use: Path, xrag: Run) -> None:
    Path("a.tsv").write_text("omi\twater\n", encoding="utf-8")
    xrag("lexicon", "add", "yo", "a.tsv")
    assert best("omi", "yo") == "water"


def test_a_directory_that_is_named_is_written_instead(in_use: Path, xrag: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("a.tsv").write_text("kasia\toar\n", encoding="utf-8")
    result = xrag("lexicon", "add", "sw", "a.tsv", "-o", "mine")
    assert result.out.endswith("mine: to use it, set XRAG_LEXICON=mine\n")
    monkeypatch.setenv(location.VARIABLE, "mine")
    assert best("kasia", "sw") == "oar"


def test_a_second_addition_to_a_named_directory_goes_over_the_first(in_use: Path, xrag: Run) -> None:
    Path("a.tsv").write_text("kasia\toar\n", encoding="utf-8")
    Path("b.tsv").write_text("chombo\tvessel\n", encoding="utf-8")
    xrag("lexicon", "add", "sw", "a.tsv", "-o", "mine")
    assert "over mine (what was there)" in xrag("lexicon", "add", "sw", "b.tsv", "-o", "mine").out
    translator = LexiconTranslator(Path("mine"))
    assert translator.translate(["kasia chombo"], "sw", "en")[0].text == "oar vessel"


@pytest.mark.parametrize("name", ["thesis.txt", "sub/thesis.txt"])
def test_a_directory_of_other_files_is_left_alone(name: str, in_use: Path, xrag: Run) -> None:
    Path("a.tsv").write_text("kasia\toar\n", encoding="utf-8")
    precious = Path("mine") / name
    precious.parent.mkdir(parents=True)
    precious.write_text("all my work")
    result = xrag("lexicon", "add", "sw", "a.tsv", "-o", "mine")
    assert result.code == 2
    assert result.err.startswith("xrag: mine holds other files than a lexicon's (")
    assert precious.read_text() == "all my work"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (
            {"a.tsv": b"kasia\n"},
            "xrag: a.tsv:1: 1 column instead of a term and its English, separated by tabs; mend or drop",
        ),
        ({"a.tsv": b"kasia\toar\tx\n"}, "xrag: a.tsv:1: 3 columns instead of a term and its English"),
        (
            {"a.tsv": "caña\tcane\n".encode("latin-1")},
            "xrag: a.tsv:1: not utf-8 (byte 0xf1 at 2); save the file as UTF-8",
        ),
        ({"a.tsv": b""}, "xrag: a.tsv holds no text; give a file with one entry per line"),
        ({"a": b"x\ny\n", "b": b"x\n"}, "xrag: b ends at line 1 where a goes on"),
        ({"a.tsv": b"sw,en\n"}, "xrag: a.tsv"),
        ({"a.csv": b"sw,en\n"}, "xrag: a.csv holds no entry"),
        ({}, "xrag: give a FILE, or two, or --source NAME"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_line_and_changes_nothing(
    files: dict[str, bytes], said: str, in_use: Path, xrag: Run
) -> None:
    for name, content in files.items():
        Path(name).write_bytes(content)
    result = xrag("lexicon", "add", "sw", *files)
    assert result.code in (1, 2)
    assert result.err.startswith(said)
    assert result.err.count("\n") == 1
    assert location.in_use().directory == in_use


def test_a_source_that_lacks_the_language_is_named(in_use: Path, xrag: Run) -> None:
    result = xrag("lexicon", "add", "yo", "--source", "freedict-gpl")
    assert (result.code, result.err.startswith("xrag: freedict-gpl has nothing of yo; it has ar, cs, ")) == (2, True)


def test_a_source_whose_files_were_fetched_is_mixed_in(in_use: Path, sources: Path, xrag: Run, tmp_path: Path) -> None:
    (tmp_path / "cache/xrag").mkdir(parents=True)
    (sources / "freedict-gpl/freedict-eng-swh.index").write_text("sail\tA\tP\n")
    (sources / "freedict-gpl/freedict-eng-swh.dict").write_text("sail <n>\ntanga\n")
    sources.rename(tmp_path / "cache/xrag/lexicon-sources")
    result = xrag("lexicon", "add", "sw", "--source", "freedict-gpl")
    assert result.out.startswith("Swahili: 2 translations over ")
    assert [best(term, "sw") for term in ("kasia", "tanga")] == ["oar", "sail"]
