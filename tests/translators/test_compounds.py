"""Compounds are cut where both sides are words."""

from __future__ import annotations

import pytest

from xrag.translators.compounds import has_compounds, parts

WORDS = {
    "de": ["gesetzgebung", "prozess", "halle", "markt", "haus", "hausmeister", "meister", "tür", "arbeit", "platz"],
    "fi": ["talous", "kasvu", "auto", "tie"],
    "hu": ["vasút", "állomás"],
    "nl": ["land", "bouw", "bedrijf"],
    "sv": ["järnväg", "station"],
}


@pytest.mark.parametrize(
    ("language", "word", "cut"),
    [
        ("de", "gesetzgebungsprozess", ["gesetzgebungs", "prozess"]),
        ("de", "hallenmarkt", ["hallen", "markt"]),
        ("de", "hausmeistertür", ["hausmeister", "tür"]),
        ("de", "arbeitsplatz", ["arbeits", "platz"]),
        ("fi", "talouskasvu", ["talous", "kasvu"]),
        ("hu", "vasútállomás", ["vasút", "állomás"]),
        ("nl", "landbouwbedrijf", ["land", "bouw", "bedrijf"]),
        ("sv", "järnvägsstation", ["järnvägs", "station"]),
    ],
)
def test_a_compound_is_cut_into_as_few_words_as_possible(language: str, word: str, cut: list[str]) -> None:
    numbers = {known: number for number, known in enumerate(WORDS[language])}
    assert [word[start:end] for start, end, _ in parts(word, language, numbers.get)] == cut


@pytest.mark.parametrize("word", ["haus", "hausx", "xhaus", "zzzzzzzz", ""])
def test_what_is_no_compound_is_not_cut(word: str) -> None:
    assert parts(word, "de", {"haus": 1}.get) == ()


def test_languages_that_write_their_words_apart_have_no_compounds() -> None:
    assert [language for language in ("es", "en", "ar", "zh", "hi", "th") if has_compounds(language)] == []
