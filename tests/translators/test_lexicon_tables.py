"""Tables are the same for the same entries, and a damaged one is named."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from babel import localedata

from xrag.errors import IndexCorrupt, UsageError
from xrag.translators import seed
from xrag.translators.cldr import cldr_names
from xrag.translators.lexicon import LexiconTranslator
from xrag.translators.packing import Row, write_english, write_language
from xrag.translators.store import Lexicon

ENGLISH = {
    "river": Row("river", ()),
    "bank": Row("bank", ()),
    "bench": Row("bench", ()),
    "capit citi": Row("Capital City", ()),
    "the": Row("the", [("", 1.0, 0)]),
}
ROWS = {
    "de": {
        "fluss": Row("Fluss", [("river", 1.0, 3)]),
        "bank": Row("Bank", [("bank", 0.75, 3), ("bench", 0.25, 3)]),
        "ufer": Row("Ufer", [("bank", 1.0, 2)]),
        "die": Row("die", [("", 1.0, 0)]),
        "=ufers": Row("Ufers", [("bench", 1.0, 0)]),
    },
    "zh": {"河流": Row("河流", [("river", 1.0, 3)]), "的": Row("的", [("", 1.0, 0)])},
}


def write(directory: Path) -> Path:
    checksum, pivots = write_english(directory, ENGLISH)
    sums = {"en": checksum} | {
        language: write_language(directory, language, rows, pivots) for language, rows in ROWS.items()
    }
    rows = {name: {"sha256": checksum} for name, checksum in sums.items()}
    (directory / "manifest.json").write_text(json.dumps({"tables": rows}))
    return directory


@pytest.fixture
def lexicon(tmp_path: Path) -> Path:
    (tmp_path / "lexicon").mkdir()
    return write(tmp_path / "lexicon")


def candidates(directory: Path, text: str, source: str, target: str) -> list[tuple[str, float]]:
    terms = LexiconTranslator(directory).translate([text], source, target)[0].terms
    return [(c.text, c.probability) for c in terms[0].candidates]


def test_the_same_entries_give_the_same_bytes(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
    first, second = write(tmp_path / "a"), write(tmp_path / "b")
    assert all((second / path.name).read_bytes() == path.read_bytes() for path in first.iterdir())


def test_the_readings_of_a_term_share_its_probability(lexicon: Path) -> None:
    assert candidates(lexicon, "Bank", "de", "en") == [("bank", 0.75), ("bench", 0.25)]


def test_a_pivot_of_several_words_is_read_as_it_is_written(lexicon: Path) -> None:
    assert Lexicon(lexicon).expression(Lexicon(lexicon).table("en").find("capit citi") + 1) == "Capital City"


def test_the_words_for_a_pivot_are_the_likelier_the_fitter(lexicon: Path) -> None:
    assert candidates(lexicon, "bank", "en", "de") == [("Bank", 0.6666), ("Ufer", 0.3333)]


def test_a_form_that_means_something_else_than_its_stem_is_told_apart(lexicon: Path) -> None:
    assert candidates(lexicon, "Ufers", "de", "en") == [("bench", 1.0)]


def test_any_language_reaches_any_other_through_the_pivots(lexicon: Path) -> None:
    assert candidates(lexicon, "河流", "zh", "de") == [("Fluss", 1.0)]


def test_where_the_target_has_no_word_the_term_stands_and_the_english_is_offered(lexicon: Path) -> None:
    assert candidates(lexicon, "Ufer", "de", "zh") == [("Ufer", 0.6), ("bank", 0.25)]


def test_a_function_word_expresses_nothing_in_the_target(lexicon: Path) -> None:
    assert candidates(lexicon, "the", "en", "de") == [("", 1.0)]


def test_a_lexicon_names_its_languages(lexicon: Path) -> None:
    assert Lexicon(lexicon).languages() == ["de", "en", "zh"]


def test_a_table_is_opened_once(lexicon: Path) -> None:
    opened = Lexicon(lexicon)
    assert opened.table("de") is opened.table("de")


def test_the_fingerprint_changes_with_the_tables(lexicon: Path, tmp_path: Path) -> None:
    other = shutil.copytree(lexicon, tmp_path / "other")
    described = json.loads((other / "manifest.json").read_text())
    described["tables"].pop("zh")
    (other / "manifest.json").write_text(json.dumps(described))
    assert LexiconTranslator(lexicon).fingerprint != LexiconTranslator(other).fingerprint


@pytest.mark.parametrize("share", [0.0, 0.001, 0.1, 0.5, 0.99])
def test_a_table_cut_off_anywhere_is_named(lexicon: Path, share: float) -> None:
    data = (lexicon / "de.lex").read_bytes()
    (lexicon / "de.lex").write_bytes(data[: int(len(data) * share)])
    with pytest.raises(IndexCorrupt, match=r"de\.lex is .*reinstall"):
        candidates(lexicon, "Ufer", "de", "en")


@pytest.mark.parametrize("where", [3, 20, 60, -20])
def test_an_altered_table_is_named(lexicon: Path, where: int) -> None:
    data = bytearray((lexicon / "de.lex").read_bytes())
    data[where] ^= 1
    (lexicon / "de.lex").write_bytes(data)
    with pytest.raises(IndexCorrupt, match=r"de\.lex"):
        candidates(lexicon, "Ufer", "de", "en")


def test_a_table_of_another_lexicon_is_named(lexicon: Path) -> None:
    shutil.copy(lexicon / "en.lex", lexicon / "de.lex")
    with pytest.raises(IndexCorrupt, match=r"de\.lex"):
        candidates(lexicon, "Ufer", "de", "en")


def test_a_missing_table_is_named(lexicon: Path) -> None:
    (lexicon / "de.lex").unlink()
    with pytest.raises(IndexCorrupt, match=r"de\.lex is missing"):
        candidates(lexicon, "Ufer", "de", "en")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"tables": {}}', '{"tables": {"de": 1}}'])
def test_a_damaged_manifest_is_named(lexicon: Path, content: str) -> None:
    (lexicon / "manifest.json").write_text(content)
    with pytest.raises(IndexCorrupt, match=r"manifest\.json"):
        LexiconTranslator(lexicon)


def of_another_stemmer(lexicon: Path) -> Path:
    described = json.loads((lexicon / "manifest.json").read_text())
    described["tables"]["de"]["stemmer"] = "snowball-1.0.0:german"
    (lexicon / "manifest.json").write_text(json.dumps(described))
    return lexicon


def test_a_table_of_another_stemmer_that_gives_the_same_keys_is_used_without_a_word(
    lexicon: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert candidates(of_another_stemmer(lexicon), "Fluss", "de", "en") == [("river", 1.0)]
    assert caplog.text == ""


def test_a_table_of_a_stemmer_that_gives_other_keys_is_used_with_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(ROWS, "de", ROWS["de"] | {"flüsseri": Row("Flüsse", [("river", 1.0, 1)])})
    assert candidates(of_another_stemmer(write(tmp_path)), "Fluss", "de", "en") == [("river", 1.0)]
    assert "snowball-1.0.0:german" in caplog.text


def test_a_language_without_a_table_is_named_once_and_searched_as_it_stands(
    lexicon: Path, caplog: pytest.LogCaptureFixture
) -> None:
    translator = LexiconTranslator(lexicon)
    for target in ("en", "de", "en"):
        assert translator.translate(["Lwapula 1964"], "bem", target)[0].text == "Lwapula 1964"
    assert [record.message for record in caplog.records] == [
        "the lexicon has no table of Bemba (bem): questions in it are searched as they stand, with names and numbers"
    ]


def test_a_directory_without_a_lexicon_is_named(tmp_path: Path) -> None:
    with pytest.raises(IndexCorrupt, match=r"manifest\.json"):
        LexiconTranslator(tmp_path)


def test_a_term_too_long_for_the_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="255 bytes"):
        write_language(tmp_path, "de", {"x" * 300: Row("Y" * 300, [("river", 1.0, 3)])}, {"river": 1})


def test_a_term_none_of_whose_pivots_is_numbered_is_left_out(tmp_path: Path) -> None:
    rows = {"fluss": Row("Fluss", [("river", 1.0, 3)]), "see": Row("See", [("lake", 1.0, 3)])}
    alone = write_language(tmp_path, "de", {"fluss": rows["fluss"]}, {"river": 1})
    assert write_language(tmp_path, "de", rows, {"river": 1}) == alone


def test_a_language_without_entries_can_be_read(tmp_path: Path) -> None:
    checksum, pivots = write_english(tmp_path, {})
    rows = {"de": {"sha256": write_language(tmp_path, "de", {}, pivots)}, "en": {"sha256": checksum}}
    (tmp_path / "manifest.json").write_text(json.dumps({"tables": rows}))
    assert candidates(tmp_path, "Ufer", "en", "de") == [("Ufer", 0.6)]


def test_what_others_read_from_babel_changes_no_build_and_no_build_changes_what_they_read() -> None:
    own = cldr_names("de-AT")
    inherited = len(localedata.load("de_AT")["territories"])
    assert cldr_names("de-AT") == own
    assert len(localedata.load("de_AT")["territories"]) == inherited > 200


def test_no_shipped_language_has_borrowed_english_for_its_own() -> None:
    english = seed.cldr_names("en")
    assert "currencies/AUD" not in seed.own_names("ceb", english)
    assert "territories/PE" not in {c for c, names in seed.own_names("ru", english).items() if names[0].isascii()}
    assert seed.own_names("de", english)["territories/PE"] == ["Peru"]
    assert seed.own_names("ru", english)["territories/AU"] == ["Австралия"]


def test_every_column_of_the_glossary_is_a_language_of_the_lexicon() -> None:
    head, *rows = (seed.DIRECTORY / "sources" / "glossary.tsv").read_text(encoding="utf-8").splitlines()
    assert set(head.split("\t")) <= set(Lexicon(seed.DIRECTORY).languages())
    assert {row.count("\t") for row in rows} == {head.count("\t")}


def test_the_shipped_lexicon_is_small_and_says_where_it_is_from() -> None:
    described = json.loads((seed.DIRECTORY / "manifest.json").read_text(encoding="utf-8"))
    assert sum(path.stat().st_size for path in seed.DIRECTORY.glob("*.lex")) <= 20_000_000
    assert {name for row in described["tables"].values() for name in row["sources"]} == set(described["sources"])
    assert not [row for row in described["sources"].values() if "GPL" in row["licence"]]
