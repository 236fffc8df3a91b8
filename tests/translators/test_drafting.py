"""A language's draft holds what a question needs, and nothing that it would find without."""

from __future__ import annotations

from pathlib import Path

from xrag.translators.drafting import Draft, Sources, draft
from xrag.translators.sources.pairs import Pair

GERMAN = Sources(
    [
        ("dictionary", [Pair("Haus", "house"), Pair("Tür", "door"), Pair("groß", "big"), Pair("weiß", "white")]),
        (
            "titles",
            [
                Pair("Weißes Haus", "White House"),
                Pair("Großes Haus", "Big House"),
                Pair("Jacksonville", "Jacksonville"),
                Pair("München", "Munich"),
                Pair("Kleinkleckersdorf", "Small Village"),
                Pair("Nicht tun", "Loafing"),
            ],
        ),
        ("function words", [Pair("nicht", "the"), Pair("tun", "the")]),
    ],
)
TITLES = {pair.english for pair in GERMAN.pairs[1][1]} - {"Small Village"}


def test_an_entry_of_a_dictionary_is_kept() -> None:
    assert draft("de", GERMAN, TITLES).rows["haus"].translations[0][0] == "hous"


def test_a_title_that_few_languages_have_is_left_out() -> None:
    assert "kleinkleckersdorf" not in draft("de", GERMAN, TITLES).rows


def test_a_name_spelt_as_in_english_needs_no_entry() -> None:
    assert {"jacksonvill", "munch"} & draft("de", GERMAN, TITLES).rows.keys() == {"munch"}


def test_a_title_that_its_words_say_needs_no_entry() -> None:
    assert [key for key in draft("de", GERMAN, TITLES).rows if "haus" in key] == ["haus"]


def test_a_title_of_function_words_alone_is_no_phrase() -> None:
    assert "nicht tun" not in draft("de", GERMAN, TITLES).rows


def test_the_words_of_titles_are_told_apart() -> None:
    names = ["Юрий Гагарин", "Юрий Никулин", "Юрий Лужков", "Гагарин Юрий"]
    english = ["Yuri Gagarin", "Yuri Nikulin", "Yuri Luzhkov", "Gagarin Yuri"]
    titles = [Pair(*pair) for pair in zip(names, english, strict=True)]
    assert draft("ru", Sources([("titles", titles)]), set(english)).rows["юр"].translations[0][0] == "yuri"


def test_sentences_make_entries_of_what_no_dictionary_has() -> None:
    sentences = [("Paka anakula", "Cats eat"), ("Paka analala", "Cats sleep"), ("Mbwa anakula", "Dogs eat")]
    assert draft("sw", Sources([], sentences), set()).rows["paka"].translations[0][0] == "cat"


def test_a_draft_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    made = draft("de", GERMAN, TITLES)
    made.save(tmp_path / "de.tsv")
    loaded = Draft.load(tmp_path / "de.tsv")
    assert (loaded.rows.keys(), loaded.words) == (made.rows.keys(), made.words)
    assert loaded.rows["haus"].form == "Haus"


def test_a_draft_of_nothing_comes_back_too(tmp_path: Path) -> None:
    draft("zu", Sources([]), set()).save(tmp_path / "zu.tsv")
    assert Draft.load(tmp_path / "zu.tsv") == Draft({}, {})
