"""Words that stand in translations of each other find each other."""

from __future__ import annotations

import pytest

from xrag.translators.alignment import LEAST_PROBABILITY, Aligned, align

HOUSE = [
    (["das", "haus"], ["the", "house"]),
    (["das", "buch"], ["the", "book"]),
    (["ein", "buch"], ["a", "book"]),
]


def best(aligned: Aligned) -> str:
    return max(aligned.words, key=aligned.words.__getitem__)


@pytest.mark.parametrize(("term", "word"), [("das", "the"), ("haus", "house"), ("buch", "book"), ("ein", "a")])
def test_a_term_means_the_word_that_it_stands_beside_every_time(term: str, word: str) -> None:
    assert best(align(HOUSE)[term]) == word


def test_probabilities_of_a_term_sum_to_at_most_one_and_none_is_tiny() -> None:
    found = align(HOUSE).values()
    assert all(sum(aligned.words.values()) <= 1 + 1e-9 for aligned in found)
    assert min(p for aligned in found for p in aligned.words.values()) >= LEAST_PROBABILITY


def test_a_dictionary_decides_between_two_words_that_always_stand_together() -> None:
    text = [(["कुत्ता", "बिल्ली"], ["dog", "cat"])]
    assert best(align(text, {("कुत्ता", "dog"), ("बिल्ली", "cat")})["बिल्ली"]) == "cat"


def test_a_word_of_every_sentence_is_left_to_no_term() -> None:
    text = [([term], [word, "do"]) for term, word in (("кот", "cat"), ("пёс", "dog"), ("мышь", "mouse"))]
    aligned = align(text)
    assert all(best(aligned[term]) == word for term, word in (("кот", "cat"), ("пёс", "dog"), ("мышь", "mouse")))


def test_the_sentences_of_a_term_are_counted() -> None:
    assert {term: aligned.count for term, aligned in align(HOUSE).items()} == {"das": 2, "haus": 1, "buch": 2, "ein": 1}


@pytest.mark.parametrize("text", [[], [([], [])], [(["haus"], [])], [([], ["house"])]])
def test_text_without_pairs_of_words_aligns_nothing(text: list[tuple[list[str], list[str]]]) -> None:
    assert align(text) == {}
