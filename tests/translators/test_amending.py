"""Mixing further words over a finished lexicon."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from xrag.errors import IndexCorrupt
from xrag.translators import amending, location
from xrag.translators.amending import Addition, amend
from xrag.translators.lexicon import LexiconTranslator
from xrag.translators.recipe import build
from xrag.translators.sources.pairs import Pair
from xrag.translators.store import Lexicon

OWN = {"own files": {"title": "boats.tsv", "licence": "your own"}}
TITLES = {"sw": "Mto\tRiver\nBahari\tSea\n", "hi": "नदी\tRiver\nसमुद्र\tSea\n", "zh": "河流\tRiver\n海\tSea\n"}


@pytest.fixture(scope="module")
def lexicon(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three languages of three scripts, from titles and CLDR."""
    folder = tmp_path_factory.mktemp("amending")
    (folder / "sources/titles").mkdir(parents=True)
    for language, text in TITLES.items():
        (folder / f"sources/titles/{language}-en.tsv").write_text(text, encoding="utf-8")
    build(list(TITLES), folder / "sources", folder / "lexicon", processes=1)
    return folder / "lexicon"


def amended(
    lexicon: Path, output: Path, language: str, *pairs: Pair, sentences: tuple[tuple[str, str], ...] = ()
) -> Path:
    amend(Addition(language, pairs, sentences, OWN, 3.0), over=lexicon, output=output)
    return output


def meanings(directory: Path, term: str, language: str) -> dict[str, float]:
    terms = LexiconTranslator(directory).translate([term], language, "en")[0].terms
    return {c.text.lower(): c.probability for c in terms[0].candidates}


@pytest.mark.parametrize(
    ("language", "term"), [("sw", "kasia"), ("hi", "चप्पू"), ("zh", "船桨"), ("ru", "весло"), ("th", "ไม้พาย")]
)
def test_a_new_term_means_what_was_added_in_every_script(
    language: str, term: str, lexicon: Path, tmp_path: Path
) -> None:
    found = meanings(amended(lexicon, tmp_path, language, Pair(term, "oar")), term, language)
    assert max(found, key=found.__getitem__) == "oar"


def test_a_known_term_keeps_what_it_means_below_what_was_added(lexicon: Path, tmp_path: Path) -> None:
    found = meanings(amended(lexicon, tmp_path, "sw", Pair("bahari", "ocean floor")), "bahari", "sw")
    assert found["ocean floor"] > 2 * found["sea"] > 0


def test_an_expression_that_is_new_to_the_lexicon_moves_no_other(lexicon: Path, tmp_path: Path) -> None:
    other = amended(lexicon, tmp_path, "sw", Pair("kasia", "aardvark"), Pair("chombo", "zymurgy"))
    for language, text in (("hi", "नदी समुद्र जुलाई"), ("zh", "河流"), ("en", "river sea July")):
        before, after = (LexiconTranslator(d).translate([text], language, "en") for d in (lexicon, other))
        assert before == after
    assert LexiconTranslator(other).translate(["chombo"], "sw", "hi")[0].text


def test_of_more_expressions_than_the_format_numbers_the_shortest_are_kept(
    lexicon: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    english = Lexicon(lexicon).table("en")
    assert english is not None
    monkeypatch.setattr(amending, "MOST_PIVOTS", len(english) + 2)
    other = amended(lexicon, tmp_path, "sw", Pair("kasia", "zymurgy"), Pair("chombo", "zymurgy quux"))
    assert max(meanings(other, "kasia", "sw").items(), key=lambda found: found[1])[0] == "zymurgy"
    assert "zymurgy quux" not in meanings(other, "chombo", "sw")


def test_what_is_added_can_be_asked_from_any_language(lexicon: Path, tmp_path: Path) -> None:
    one = amended(lexicon, tmp_path / "1", "sw", Pair("kasia", "oar"))
    two = amended(one, tmp_path / "2", "hi", Pair("चप्पू", "oar"))
    assert LexiconTranslator(two).translate(["kasia"], "sw", "hi")[0].text == "चप्पू"


def test_the_same_addition_gives_the_same_bytes(lexicon: Path, tmp_path: Path) -> None:
    pairs = [Pair(f"neno{n}", f"word{n} thing{n % 7}") for n in range(50)]
    one, two = (amended(lexicon, tmp_path / name, "sw", *pairs) for name in ("1", "2"))
    assert all((two / path.name).read_bytes() == path.read_bytes() for path in one.iterdir())


def test_the_manifest_says_what_was_added_and_over_which_version(
    lexicon: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(location, "SHIPPED", lexicon)
    one = amended(lexicon, tmp_path / "1", "sw", Pair("kasia", "oar"))
    manifest = json.loads((amended(one, tmp_path / "2", "sw", Pair("tanga", "sail")) / "manifest.json").read_text())
    assert manifest["over"] == Lexicon(lexicon).checksum
    assert manifest["tables"]["sw"]["sources"][-1] == "own files"
    assert manifest["sources"]["own files"] == OWN["own files"]


def test_of_more_sentences_than_fit_in_memory_some_are_aligned(
    lexicon: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(amending, "MOST_SENTENCES", 60)
    sentences = (("kasia refu", "a long oar"), ("kasia fupi", "a short oar"), ("kasia", "an oar")) * 100
    found = meanings(amended(lexicon, tmp_path, "sw", sentences=sentences), "kasia", "sw")
    assert max(found, key=found.__getitem__) == "oar"


def test_a_damaged_lexicon_is_named(lexicon: Path, tmp_path: Path) -> None:
    damaged = amended(lexicon, tmp_path / "1", "sw", Pair("kasia", "oar"))
    (damaged / "hi.lex").write_bytes((damaged / "hi.lex").read_bytes()[:-8])
    with pytest.raises(IndexCorrupt, match=r"hi\.lex is cut off or altered"):
        amended(damaged, tmp_path / "2", "sw", Pair("tanga", "sail"))
