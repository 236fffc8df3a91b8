"""Sources are weighed against each other, and sentences correct them."""

from __future__ import annotations

import pytest

from xrag.translators.alignment import Aligned
from xrag.translators.mixing import MOST_TRANSLATIONS, Mixture
from xrag.translators.sources.pairs import Pair

WELL = ("good", "well", "nice", "fine", "okay", "great", "kind")


def meanings(mixture: Mixture, key: str, **aligned: Aligned) -> dict[str, float]:
    return {stems: round(p, 2) for stems, p, _ in mixture.mixed(aligned)[key].translations}


def mixture(language: str, **pairs: list[Pair]) -> Mixture:
    made = Mixture(language)
    for kind, of_kind in pairs.items():
        made.add(kind, of_kind)
    return made


def test_the_first_translation_of_an_entry_weighs_more_than_the_next() -> None:
    made = mixture("de", dictionary=[Pair("Bank", "bank", 0), Pair("Bank", "bench", 1)])
    assert meanings(made, "bank") == {"bank": 0.6, "bench": 0.4}


def test_a_dictionary_weighs_more_than_a_wordnet() -> None:
    made = mixture("es", dictionary=[Pair("banco", "bank")], wordnet=[Pair("banco", "bench")])
    assert meanings(made, "banc")["bank"] == pytest.approx(1 / 1.6, abs=0.01)


def test_a_title_of_one_word_gives_way_to_a_dictionary() -> None:
    made = mixture("ru", dictionary=[Pair("индейка", "turkey")], titles=[Pair("Индейка", "Meleagris")])
    assert meanings(made, "индейк") == {"turkey": 0.8, "meleagri": 0.2}


def test_a_title_of_several_words_does_not() -> None:
    made = mixture("ru", dictionary=[Pair("чёрное море", "sea")], titles=[Pair("Чёрное море", "Black Sea")])
    assert meanings(made, "черн мор")["black sea"] == pytest.approx(1.2 / 2.2, abs=0.01)


def test_function_words_are_no_part_of_a_translation_and_alone_they_are_nothing() -> None:
    made = mixture("zh", dictionary=[Pair("的", "of the"), Pair("首都", "the capital of a country")])
    assert (meanings(made, "的"), meanings(made, "首都")) == ({"": 1.0}, {"capit countri": 1.0})


def test_forms_of_one_stem_that_mean_different_things_are_kept_apart() -> None:
    made = mixture("hi", dictionary=[Pair("वर्ष", "year"), Pair("वर्ष", "year"), Pair("वर्षा", "rain")])
    assert made.mixed()["=वर्षा"].translations[0][0] == "rain"
    assert "=वर्ष" not in made.mixed()


def test_no_more_translations_are_kept_than_a_search_can_use() -> None:
    made = mixture("th", dictionary=[Pair("ดี", english) for english in WELL])
    assert len(meanings(made, "ดี")) == MOST_TRANSLATIONS


@pytest.mark.parametrize(("sentences", "year"), [(1, 0.11), (8, 0.5), (72, 0.9)])
def test_sentences_are_trusted_the_more_the_oftener_they_hold_a_term(sentences: int, year: float) -> None:
    made = mixture("ko", dictionary=[Pair("년", "man")])
    assert meanings(made, "년", 년=Aligned(sentences, {"year": 1.0})).get("year") == year


def test_what_became_a_function_word_in_sentences_means_nothing() -> None:
    made = mixture("ar", dictionary=[Pair("في", "inside")])
    assert meanings(made, "في", في=Aligned(72, {"=in": 0.5, "=at": 0.5})) == {"": 0.9, "insid": 0.1}


def test_a_term_that_only_sentences_have_is_an_entry() -> None:
    assert meanings(mixture("sw"), "ndovu", ndovu=Aligned(3, {"eleph": 0.9})) == {"eleph": 0.25}


def test_the_usual_spelling_of_a_term_is_kept() -> None:
    made = mixture("de", dictionary=[Pair("HAUS", "house", 3), Pair("Haus", "house")])
    assert made.mixed()["haus"].form == "Haus"
