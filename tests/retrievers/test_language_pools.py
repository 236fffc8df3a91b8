"""Pools of many languages: quotas, calibrated scores, and queries that cross into each passage language."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import xrag
from tests.retrievers.test_dense import DIMENSION, random_direction
from xrag import trace
from xrag.retrievers.dense.crossing import code_switched
from xrag.retrievers.mixing import interleaved
from xrag.testing import FakeTranslator
from xrag.types import Candidate, Hit, Query, TermTranslation, Translation, UsedTranslation


def ranking(text: str, language: str, start: float = 1.0):
    return tuple(Hit(f"{language}{letter}", start - n / 100) for n, letter in enumerate(text))


def test_every_language_has_its_share_of_any_head_of_the_ranking() -> None:
    found = {"en": ranking("abcdef", "en"), "th": ranking("abc", "th", 0.5), "ar": ranking("abc", "ar", 0.4)}
    mixed = interleaved(found, None, 12)
    assert [hit.passage_id[:2] for hit in mixed[:6]] == ["en", "th", "ar", "en", "th", "ar"]
    assert [hit.score for hit in mixed] == [1 / rank for rank in range(1, 13)]


def test_what_a_language_lacks_is_filled_by_the_best_of_the_others() -> None:
    found = {"en": ranking("abcd", "en"), "th": ranking("a", "th", 0.5), "ar": ()}
    assert [hit.passage_id for hit in interleaved(found, None, 9)] == ["ena", "tha", "enb", "enc", "end"]


def test_shares_may_be_given_and_a_language_without_one_comes_last() -> None:
    found = {"en": ranking("abcd", "en", 0.2), "ru": ranking("abcd", "ru"), "hi": ranking("a", "hi", 2.0)}
    mixed = [hit.passage_id[:2] for hit in interleaved(found, {"en": 0.75, "ru": 0.25}, 9)]
    assert (mixed[:4].count("en"), mixed[:4].count("ru"), mixed[-1]) == (3, 1, "hi")


@pytest.mark.parametrize("k", [1, 2, 3, 5, 8])
def test_a_smaller_k_gives_the_head_of_the_same_mixture(k: int) -> None:
    found = {code: ranking("abcd", code, start) for code, start in (("en", 0.9), ("zh", 0.8), ("hi", 0.7))}
    assert interleaved(found, None, k) == interleaved(found, None, 12)[:k]


LEAN = {"en": 3.0, "ja": 1.0, "ko": 0.0}
"""How far the texts of a language lie in one direction, in which a Japanese question lies, too."""


class Crowd:
    """Texts ``language meaning``: what they mean, and how far their language leans."""

    fingerprint = "crowd"

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([self._vector(text) for text in texts], np.float32).reshape(-1, DIMENSION)

    embed_passages = embed_queries

    def _vector(self, text: str) -> NDArray[np.float64]:
        language, _, meaning = text.partition(" ")
        if not meaning:
            return np.zeros(DIMENSION)
        own = random_direction(text, DIMENSION) if language == "ko" else 0
        vector = LEAN[language] * random_direction("all", DIMENSION) + random_direction(meaning, DIMENSION) + own
        return vector / np.linalg.norm(vector)


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crowd")
    rows = [
        {"id": f"{language}-{n}", "text": f"{language} {n}", "language": language}
        for language in LEAN
        for n in range(40)
    ]
    (folder / "p.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    xrag.build_index([folder / "p.jsonl"], folder / "index")
    xrag.embed_index(folder / "index", Crowd())
    return folder / "index"


@pytest.mark.parametrize("retriever", ["dense-calibrated", "dense-quota"])
def test_a_language_whose_scores_are_all_high_crowds_out_none(crowd: Path, retriever: str) -> None:
    queries = [Query(str(n), f"ja {n}", "ja") for n in range(20)]
    with xrag.open_index(crowd) as index:
        plain, mended = (index.retriever(name, embedder=Crowd()).search(queries, 10) for name in ("dense", retriever))

    def right(rankings) -> float:
        return np.mean(
            [
                sum(hit.passage_id.endswith(f"-{query.id}") for hit in found[:3])
                for query, found in zip(queries, rankings, strict=True)
            ]
        )

    assert right(plain) < 2.3
    assert right(mended) > right(plain) + 0.5


def test_a_calibrated_score_is_in_deviations_of_the_language(crowd: Path) -> None:
    with xrag.open_index(crowd) as index:
        [found] = index.retriever("dense-calibrated", embedder=Crowd()).search([Query("1", "ja 7", "ja")], 200)
    scores = {code: [hit.score for hit in found if hit.passage_id.startswith(code)] for code in LEAN}
    assert all(min(each) > 0 for each in scores.values())
    embedder = Crowd()
    own = embedder.embed_queries([f"ko {n}" for n in range(40)]) @ embedder.embed_queries(["ja 7"])[0]
    top = (own.max() - own.mean()) / own.std()
    assert max(scores["ko"]) == pytest.approx(top, rel=0.15)


WORDS = {"en": ("house", "river"), "de": ("Haus", "Fluss"), "ru": ("дом", "река")}


class Concepts:
    """Knows the words of the languages it was told, each for what it means; other words are nothing to it."""

    def __init__(self, *languages: str) -> None:
        self.fingerprint = "concepts"
        self._known = {word.lower(): n for code in languages for n, word in enumerate(WORDS[code])}

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = np.zeros((len(texts), 4), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().split():
                if word in self._known:
                    row[self._known[word]] += 1
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)

    embed_passages = embed_queries


@pytest.fixture(scope="module")
def houses(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("houses")
    rows = [
        {"id": f"{code}-{n}", "text": word, "language": code}
        for code, each in WORDS.items()
        for n, word in enumerate(each)
    ]
    (folder / "p.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    xrag.build_index([folder / "p.jsonl"], folder / "index")
    xrag.embed_index(folder / "index", Concepts("en", "ru"))
    return folder / "index"


@pytest.mark.parametrize("name", ["dense-translated", "dense-dual", "dense-interpolated"])
def test_an_encoder_that_does_not_know_the_question_finds_it_by_its_translation(houses: Path, name: str) -> None:
    query = Query("1", "Haus", "de")
    with xrag.open_index(houses) as index:
        assert index.retriever("dense", embedder=Concepts("en", "ru")).search([query], 9) == [()]
        with trace.collect() as events:
            [found] = index.retriever(name, embedder=Concepts("en", "ru")).search([query], 9)
    assert {hit.passage_id for hit in found} == {"en-0", "ru-0"}
    assert {event.translation.target for event in events if isinstance(event, UsedTranslation)} == {"en", "ru"}


def test_a_query_is_searched_as_it_stands_in_its_own_language(houses: Path) -> None:
    with xrag.open_index(houses) as index:
        [found] = index.retriever("dense-translated", embedder=Concepts("en", "ru")).search(
            [Query("1", "river", "en")], 9
        )
    assert {hit.passage_id for hit in found} == {"en-1", "ru-1"}


def translation(text: str, source: str, target: str, **words: str) -> Translation:
    terms = tuple(TermTranslation(word, (Candidate(words[word], 1.0),)) for word in text.split() if word in words)
    return Translation(" ".join(words.get(word, word) for word in text.split()), source, target, terms)


def test_a_code_switched_query_has_some_terms_in_either_language_and_is_always_the_same() -> None:
    text = "Где находится самый большой музей города Парижа ?"
    words = {word: f"<{word}>" for word in text.split()[:-1]}
    mixed = code_switched(text, translation(text, "ru", "en", **words))
    assert mixed == code_switched(text, translation(text, "ru", "en", **words))
    switched = [word for word in mixed.split() if word.startswith("<")]
    assert 0 < len(switched) < len(words)
    assert [word.strip("<>") for word in mixed.split()] == text.split()


@pytest.mark.parametrize(
    ("text", "term"),
    [("東京はどこですか", "東京"), ("เมืองหลวงอยู่ที่ไหน", "เมืองหลวง"), ("कहाँ है ताजमहल", "ताजमहल"), ("أين النهر", "النهر")],
)
def test_code_switching_leaves_the_rest_of_a_text_in_any_script_as_it_stands(text: str, term: str) -> None:
    one = Translation("x", "ja", "en", (TermTranslation(term, (Candidate("WORD", 1.0),)),))
    assert code_switched(text, one) in (text, text.replace(term, "WORD"))
    assert code_switched(text, Translation("x", "ja", "en", (TermTranslation(term, ()),))) == text


def test_the_fake_translator_gives_terms_to_switch() -> None:
    [found] = FakeTranslator({("de", "en"): {"Haus": "house"}}).translate(["Haus am See"], "de", "en")
    assert code_switched("Haus am See", found) in ("Haus am See", "house am See")
