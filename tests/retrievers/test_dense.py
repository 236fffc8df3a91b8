from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import faiss
import numpy as np
import pytest
from numpy.typing import NDArray

from xrag.errors import EmbedderMismatch, IndexCorrupt, RetrievalError, UsageError
from xrag.retrievers.dense.balanced import BalancedRetriever
from xrag.retrievers.dense.build import VectorOptions, build_vectors
from xrag.retrievers.dense.journal import Journal, digest
from xrag.retrievers.dense.plan import KINDS, choose, lists, pieces, plan
from xrag.retrievers.dense.retriever import DenseRetriever
from xrag.retrievers.dense.store import VectorStore
from xrag.testing import MemoryStore
from xrag.types import Passage, Query

DIMENSION = 32
QUICK = ("exact", "exact-fp16", "hnsw-sq8", "ivf-sq8")

faiss.omp_set_num_threads(1)  # threads that wait for each other are slow where tests run side by side


@cache
def random_direction(text: str, dimension: int) -> NDArray[np.float64]:
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
    return np.random.default_rng(seed).normal(size=dimension)


class Directions:
    """Gives each text the direction that is its own, near the one of its topic (the text up to a colon); counts the texts."""

    def __init__(self, fingerprint: str = "directions", dimension: int = DIMENSION) -> None:
        self.fingerprint = fingerprint
        self.dimension = dimension
        self.passages: list[str] = []

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = [self._direction(text) for text in texts]
        return np.array(rows, np.float32).reshape(-1, self.dimension)

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.passages += texts
        return self.embed_queries(texts)

    def _direction(self, text: str) -> NDArray[np.float64]:
        if not text:
            return np.zeros(self.dimension)
        topic, _, rest = text.partition(":")
        vector = 2 * self._random(topic) + self._random(rest)
        return vector / np.linalg.norm(vector)

    def _random(self, text: str) -> NDArray[np.float64]:
        return random_direction(text, self.dimension)


def passages(count: int, *, first: int = 0) -> list[Passage]:
    languages = ("en", "ar", "zh")
    return [Passage(f"p{n}", f"topic {n % 97}:{n}", languages[n % 3]) for n in range(first, first + count)]


def built(folder: Path, count: int = 300, kind: str | None = None, **changes) -> VectorStore:
    store = MemoryStore(changes.get("passages") or passages(count))
    embedder = changes.get("embedder") or Directions()
    options = VectorOptions(kind)
    earlier = changes.get("earlier")
    path = folder / changes.get("name", "vectors")
    return build_vectors(path, store, embedder, journal=folder / "journal", earlier=earlier, options=options)


@cache
def matrix(count: int) -> NDArray[np.float32]:
    return Directions().embed_queries([passage.text for passage in passages(count)])


def exact(count: int, query: str, k: int) -> list[str]:
    scores = matrix(count) @ Directions().embed_queries([query])[0]
    return [f"p{n}" for n in np.argsort(-scores, kind="stable")[:k]]


def ids(store: VectorStore, query: str, k: int = 10, **options) -> list[str]:
    [ranking] = store.nearest(Directions().embed_queries([query]), k, **options)
    return [hit.passage_id for hit in ranking]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> dict[str, VectorStore]:
    folder = tmp_path_factory.mktemp("large")
    return {kind: built(folder, 12_000, kind, name=kind) for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_index_finds_what_comparing_all_finds(large: dict[str, VectorStore], kind: str) -> None:
    store = large[kind]
    assert store.header.effort.recall >= 0.95
    found = [(ids(store, f"topic {n}:q"), exact(12_000, f"topic {n}:q", 10)) for n in range(20)]
    assert np.mean([len(set(ours) & set(true)) / 10 for ours, true in found]) >= 0.9


def test_scores_are_those_of_faiss_flat(large: dict[str, VectorStore]) -> None:
    flat = faiss.IndexFlatIP(DIMENSION)
    flat.add(matrix(12_000))
    queries = Directions().embed_queries([f"topic {n}:q" for n in range(8)])
    wanted, _ = flat.search(queries, 10)
    for kind in KINDS:
        found = [[hit.score for hit in ranking] for ranking in large[kind].nearest(queries, 10)]
        np.testing.assert_allclose(np.array(found)[:, 0], wanted[:, 0], atol=3e-4)
    np.testing.assert_allclose(
        [[hit.score for hit in r] for r in large["exact"].nearest(queries, 10)], wanted, atol=3e-4
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_search_can_be_kept_to_languages(large: dict[str, VectorStore], kind: str) -> None:
    store = large[kind]
    found = ids(store, "topic 5:q", 20, allowed=store.rows_in(["ar"]))
    assert len(found) == 20
    assert {int(name[1:]) % 3 for name in found} == {1}


@pytest.mark.parametrize("kind", KINDS)
def test_a_smaller_k_gives_the_head_of_the_same_ranking(large: dict[str, VectorStore], kind: str) -> None:
    assert ids(large[kind], "topic 3:q", 3) == ids(large[kind], "topic 3:q", 10)[:3]


def test_hits_are_above_the_floor(tmp_path: Path) -> None:
    store = built(tmp_path)
    [ranking] = store.nearest(Directions().embed_queries(["topic 3:q"]), 50, floor=0.7)
    assert 0 < len(ranking) < 50
    assert all(hit.score > 0.7 for hit in ranking)


def test_a_query_without_a_vector_finds_nothing(tmp_path: Path) -> None:
    retriever = DenseRetriever(built(tmp_path), Directions())
    empty, told = retriever.search([Query("1", ""), Query("2", "topic 3:3")], 5)
    assert (empty, told[0].passage_id) == ((), "p3")
    assert retriever.search([], 5) == []


def test_a_passage_without_a_vector_is_never_found(tmp_path: Path) -> None:
    store = built(tmp_path, passages=[Passage("empty", "", "en"), Passage("p", "topic 1:1", "en")])
    assert ids(store, "topic 1:1") == ["p"]


def test_vectors_of_another_embedder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(EmbedderMismatch, match="'directions', but the one at hand is 'newer'"):
        DenseRetriever(built(tmp_path), Directions("newer"))


class Changed(Directions):
    """An embedder whose model was exchanged behind its name: as a server's may be."""

    def __init__(self, given: Sequence[Sequence[float]]) -> None:
        super().__init__()
        self._given = given

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array(self._given, np.float32)


@pytest.mark.parametrize("given", [[[1.0] * 8], [[1.0] * DIMENSION] * 2])
def test_queries_of_another_dimension_than_the_index_are_refused(tmp_path: Path, given: list[list[float]]) -> None:
    with pytest.raises(EmbedderMismatch, match=r"of 1 queries, but .* holds vectors of 32; encode the passages again"):
        DenseRetriever(built(tmp_path), Changed(given)).search([Query("1", "река")], 5)


def test_a_query_vector_that_is_not_finite_names_the_query(tmp_path: Path) -> None:
    broken = Changed([[1.0] * DIMENSION, [float("nan")] * DIMENSION])
    with pytest.raises(RetrievalError, match="not finite of query '东京'"):
        DenseRetriever(built(tmp_path), broken).search([Query("1", "река"), Query("东京", "东京")], 5)


def test_an_empty_corpus_has_no_hits(tmp_path: Path) -> None:
    store = build_vectors(tmp_path / "v", MemoryStore([]), Directions(), journal=tmp_path / "j")
    assert ids(store, "topic 1:1") == []


# Updates


@pytest.mark.parametrize("kind", QUICK)
def test_an_update_encodes_only_what_is_new(tmp_path: Path, kind: str) -> None:
    count = max(KINDS[kind].least, 300)
    first = built(tmp_path, count, kind, name="first")
    embedder = Directions()
    second = built(tmp_path, count + 50, kind, name="second", earlier=first.path, embedder=embedder)
    assert len(set(embedder.passages)) == 51
    assert ids(second, f"topic {count % 97}:{count}", 1) == [f"p{count}"]
    assert ids(second, "topic 7:7", 1) == ["p7"]


class Sparse(MemoryStore):
    """A store that lost some passages; the others keep their numbers."""

    def __init__(self, whole: Sequence[Passage], lost: int) -> None:
        super().__init__(whole)
        self.lost = lost

    def numbers(self, language: str):
        from array import array

        return array("q", [number for number in super().numbers(language) if number >= self.lost])


@pytest.mark.parametrize("kind", QUICK)
def test_a_passage_that_is_gone_is_not_found(tmp_path: Path, kind: str) -> None:
    count = max(KINDS[kind].least, 300) + 100
    first = built(tmp_path, count, kind, name="first")
    store, embedder = Sparse(passages(count), 40), Directions()
    second = build_vectors(
        tmp_path / "second", store, embedder, journal=tmp_path / "j", earlier=first.path, options=VectorOptions(kind)
    )
    assert embedder.passages == ["dimension"]
    assert len(second) == count - 40
    assert ids(second, "topic 7:7", 1) != ["p7"]
    assert ids(second, "topic 41:41", 1) == ["p41"]


def test_an_update_with_another_embedder_encodes_everything(tmp_path: Path) -> None:
    first = built(tmp_path, name="first")
    embedder = Directions("newer", 16)
    journal = tmp_path / "other"
    build_vectors(tmp_path / "second", MemoryStore(passages(300)), embedder, journal=journal, earlier=first.path)
    assert len(embedder.passages) == 301


# The journal


class Failing(Directions):
    """Fails once it has been given so many texts."""

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if len(self.passages) > 600:
            raise RetrievalError("the server went away")
        return super().embed_passages(texts)


def test_what_was_encoded_before_a_failure_is_not_encoded_again(tmp_path: Path) -> None:
    with pytest.raises(RetrievalError, match="went away"):
        built(tmp_path, 1500, embedder=Failing())
    assert not (tmp_path / "vectors").exists()
    embedder = Directions()
    store = built(tmp_path, 1500, embedder=embedder)
    assert len(embedder.passages) == 1 + 1500 - 1024
    assert ids(store, "topic 7:7", 1) == ["p7"]


def test_the_same_text_is_encoded_once(tmp_path: Path) -> None:
    embedder = Directions()
    twins = [Passage(f"p{n}", "the same", "en") for n in range(700)]
    built(tmp_path, passages=twins, embedder=embedder)
    assert embedder.passages == ["dimension", "the same"]


def test_a_journal_keeps_what_was_appended(tmp_path: Path) -> None:
    vectors = np.arange(12, dtype=np.float32).reshape(3, 4)
    with Journal(tmp_path / "j") as journal:
        journal.append([7, 8], vectors[:2])
        journal.append([9], vectors[2:])
        np.testing.assert_array_equal(journal.vectors([9, 7]), vectors[[2, 0]])
    with Journal(tmp_path / "j") as again:
        assert (len(again), 8 in again, 1 in again) == (3, True, False)


@pytest.mark.parametrize("kept", range(0, 60, 7))
def test_a_journal_cut_off_anywhere_keeps_its_whole_records(tmp_path: Path, kept: int) -> None:
    with Journal(tmp_path / "j") as journal:
        journal.append([7, 8, 9], np.ones((3, 4)))
    [path] = (tmp_path / "j").glob("*.rows")
    path.write_bytes(path.read_bytes()[:kept])
    with Journal(tmp_path / "j") as again:
        assert len(again) == kept // 20
        again.append([10], np.full((1, 4), 0.5))
        assert again.vectors([10]).tolist() == [[0.5] * 4]


def test_records_that_a_power_cut_left_as_zeros_are_dropped(tmp_path: Path) -> None:
    with Journal(tmp_path / "j") as journal:
        journal.append([7], np.ones((1, 4)))
    [path] = (tmp_path / "j").glob("*.rows")
    path.write_bytes(path.read_bytes() + bytes(40))
    with Journal(tmp_path / "j") as again:
        assert len(again) == 1


def test_texts_that_differ_have_digests_that_differ() -> None:
    assert len({digest(text) for text in ("", " ", "Вена", "Вена ", "東京", "ตัวอย่าง")}) == 6


# Faults


@pytest.mark.parametrize("name", ["vectors.f16", "index.faiss", "numbers.npy", "ids.txt", "vectors.json"])
def test_a_file_that_is_missing_or_cut_is_named(tmp_path: Path, name: str) -> None:
    path = built(tmp_path).path
    (path / name).write_bytes((path / name).read_bytes()[:-2])
    with pytest.raises(IndexCorrupt, match=r"build the index again"):
        VectorStore.open(path)
    (path / name).unlink()
    with pytest.raises(IndexCorrupt, match=f"{name} is missing"):
        VectorStore.open(path)


class Broken(Directions):
    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = super().embed_passages(texts)
        vectors[-1] = math.nan
        return vectors


def test_vectors_that_are_not_finite_are_not_stored(tmp_path: Path) -> None:
    with pytest.raises(RetrievalError, match="not finite of 1 texts, first of '"):
        built(tmp_path, embedder=Broken())
    assert list((tmp_path / "journal").glob("*.rows")) == []


# The plan


@pytest.mark.parametrize(
    ("passages", "dimension", "memory", "kind"),
    [
        (1_000, 384, None, "exact"),
        (100_000, 384, None, "exact"),
        (300_000, 384, None, "exact-fp16"),
        (1_000_000, 384, None, "hnsw-sq8"),
        (1_000_000, 384, 500_000_000, "ivf-sq8"),
        (20_000_000, 1024, 24_000_000_000, "ivf-sq8"),
        (20_000_000, 1024, 8_000_000_000, "ivf-pq"),
        (100_000, 384, 100_000_000, "exact-fp16"),
    ],
)
def test_the_rule_chooses_by_size_and_memory(passages: int, dimension: int, memory: int | None, kind: str) -> None:
    assert choose(passages, dimension, memory) == kind


@pytest.mark.parametrize("kind", KINDS)
def test_a_plan_foretells_the_memory_of_the_index(large: dict[str, VectorStore], kind: str) -> None:
    size = (large[kind].path / "index.faiss").stat().st_size
    assert plan(12_000, DIMENSION, kind).memory == pytest.approx(size, rel=0.1)


def test_a_plan_says_what_twenty_million_passages_cost() -> None:
    sentence = plan(20_000_000, 1024, memory=24_000_000_000).sentence
    assert "20,000,000 passages x 1024 dimensions as ivf-sq8: 20.7 GB of memory" in sentence


def test_kinds_that_do_not_exist_or_have_too_little_to_learn_from_are_refused() -> None:
    with pytest.raises(UsageError, match="there are: exact, exact-fp16"):
        plan(100, 8, "annoy")
    with pytest.raises(UsageError, match="10,000 passages at least, here are 100"):
        plan(100, 8, "ivf-pq")


def test_lists_and_pieces_follow_the_size() -> None:
    assert [lists(n) for n in (0, 100, 12_000, 1_000_000, 20_000_000)] == [1, 2, 256, 4096, 16384]
    assert [pieces(d) for d in (1, 32, 384, 1024, 7)] == [1, 8, 96, 256, 1]


# Language balance


class Biased(Directions):
    """Adds a direction of its own to every text of a language, as encoders do: the language is the word before the topic."""

    def _direction(self, text: str) -> NDArray[np.float64]:
        language, _, rest = text.partition("|")
        vector = super()._direction(rest or text) + 0.7 * self._random(language) / math.sqrt(self.dimension)
        return vector / np.linalg.norm(vector)


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> VectorStore:
    """Two hundred passages in each of three languages, each topic's best passage in Arabic."""
    folder = tmp_path_factory.mktemp("pool")
    texts = [(lang, f"{lang}|topic {n}:{lang == 'ar' or lang}") for lang in ("en", "ar", "zh") for n in range(200)]
    pooled = [Passage(f"{lang}-{n % 200}", text, lang) for n, (lang, text) in enumerate(texts)]
    return build_vectors(folder / "v", MemoryStore(pooled), Biased(dimension=256), journal=folder / "j")


def languages_first(retriever, queries: int = 20) -> list[str]:
    found = retriever.search([Query(str(n), f"en|topic {n}:True") for n in range(queries)], 1)
    return [ranking[0].passage_id for ranking in found]


def test_balance_finds_the_best_passage_whatever_its_language(pool: VectorStore) -> None:
    best = [f"ar-{n}" for n in range(20)]
    plain = languages_first(DenseRetriever(pool, Biased(dimension=256)))
    balanced = languages_first(BalancedRetriever(pool, Biased(dimension=256)))
    right = [sum(map(str.__eq__, found, best)) for found in (plain, balanced)]
    assert right[0] <= 4
    assert right[1] >= 16


def test_a_balanced_score_is_the_cosine_less_what_the_language_has_in_common(pool: VectorStore) -> None:
    query = Query("q", "en|topic 3:True")
    [asked] = Biased(dimension=256).embed_queries([query.text])
    [[best, *_]] = BalancedRetriever(pool, Biased(dimension=256)).search([query], 3)
    row = pool.passages.names(np.arange(len(pool))).index(best.passage_id)
    mean = pool.means[list(pool.header.languages).index("ar")] - pool.vectors.astype(np.float32).mean(axis=0)
    wanted = pool.vectors[row].astype(np.float32) @ asked - asked @ mean * 200 / 205
    assert best.score == pytest.approx(wanted, abs=1e-4)


def test_the_means_of_the_languages_are_stored(pool: VectorStore) -> None:
    for place, _ in enumerate(pool.header.languages):
        rows = pool.vectors[pool.languages == place].astype(np.float32)
        np.testing.assert_allclose(pool.means[place], rows.mean(axis=0), atol=1e-5)
