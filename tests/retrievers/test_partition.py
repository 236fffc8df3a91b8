from __future__ import annotations

import random
from math import log

import pytest

from xrag.errors import UsageError
from xrag.retrievers import kernels as kernels_module
from xrag.retrievers.partition import Partition, TermQuery
from xrag.retrievers.scoring import K1, B
from xrag.testing import MemoryStore
from xrag.types import Ranking

RIVERS = ["danube river", "river nile river", "mount fuji"]


def saturated(frequency: float, length: int, mean_length: float) -> float:
    """Robertson's term frequency component, written out."""
    return frequency / (frequency + K1 * (1 - B + B * length / mean_length))


def idf(frequency: float, passages: int) -> float:
    return log(1 + (passages - frequency + 0.5) / (frequency + 0.5))


def ids(ranking: Ranking) -> list[str]:
    return [hit.passage_id for hit in ranking]


def test_the_score_is_lucenes_bm25(build) -> None:
    [(first, second)] = build(RIVERS).search([["river"]], 10)
    mean = (2 + 3 + 2) / 3
    assert (first.passage_id, second.passage_id) == ("p1", "p0")
    assert first.score == pytest.approx(idf(2, 3) * saturated(2, 3, mean), rel=1e-6)
    assert second.score == pytest.approx(idf(2, 3) * saturated(1, 2, mean), rel=1e-6)


def test_a_term_counts_as_often_as_the_query_holds_it(build) -> None:
    once, twice = build(RIVERS).search([["fuji"], ["fuji", "fuji"]], 1)
    assert twice[0].score == pytest.approx(2 * once[0].score)


@pytest.mark.parametrize("query", [[], ["volga"], [""]])
def test_zero_evidence_is_no_hit(build, query: list[str]) -> None:
    assert build(RIVERS).search([query], 10) == [()]


def test_fewer_than_k_passages_come_back_where_the_evidence_ends(build) -> None:
    assert ids(build(RIVERS).search([["river", "volga"]], 1000)[0]) == ["p1", "p0"]


def test_equal_scores_come_in_the_order_of_the_passages(build) -> None:
    assert ids(build(["b", "a", "a", "b", "a"]).search([["a"]], 2)[0]) == ["p1", "p2"]


def test_ties_are_broken_alike_among_many_passages(build) -> None:
    texts = ["a b" if number % 7 == 3 else "a c" for number in range(5000)]
    assert ids(build(texts).search([["b"]], 3)[0]) == ["p3", "p10", "p17"]


@pytest.mark.parametrize("k", [1, 2, 3, 40, 500, 3000])
def test_the_best_k_are_those_of_a_full_sort(build, k: int) -> None:
    generator = random.Random(k)
    texts = [" ".join(generator.choices("abcdefgh", k=generator.randint(1, 9))) for _ in range(3000)]
    partition = build(texts)
    everything = partition.search([["a", "b"]], len(texts))[0]
    assert partition.search([["a", "b"]], k)[0] == everything[:k]
    assert list(everything) == sorted(everything, key=lambda hit: (-hit.score, int(hit.passage_id[1:])))


def test_a_batch_gives_what_each_query_gives_alone(build) -> None:
    partition = build(RIVERS)
    queries = [["river"], [], ["fuji", "nile"]]
    assert partition.search(queries, 2) == [partition.search([query], 2)[0] for query in queries]


def test_a_term_of_every_passage_still_counts(build) -> None:
    assert ids(build(["a", "a a"]).search([["a"]], 5)[0]) == ["p1", "p0"]


@pytest.mark.parametrize("k", [0, -1])
def test_k_is_at_least_one(build, k: int) -> None:
    with pytest.raises(UsageError, match=f"k is {k}"):
        build(RIVERS).search([["river"]], k)


def test_a_weight_multiplies_the_score_of_its_term(build) -> None:
    partition = build(RIVERS)
    [river, fuji] = partition.search([["danube"], ["fuji"]], 1)
    [ranking] = partition.search_terms([((("danube", 0.5), ("fuji", 0.25)),)], 5)
    assert {hit.passage_id: hit.score for hit in ranking} == {
        "p0": pytest.approx(0.5 * river[0].score),
        "p2": pytest.approx(0.25 * fuji[0].score),
    }


def test_a_term_of_no_weight_is_no_evidence(build) -> None:
    assert build(RIVERS).search_terms([((("danube", 0.0),),)], 5) == [()]


def test_alternatives_of_a_structured_query_share_frequency_and_idf(build) -> None:
    # Darwish and Oard 2003: tf = 0.7 · tf(river) + 0.3 · tf(nile), df = 0.7 · 2 + 0.3 · 1.
    [(first, second)] = build(RIVERS).search_structured([((("river", 0.7), ("nile", 0.3)),)], 5)
    mean = 7 / 3
    assert first.score == pytest.approx(idf(1.7, 3) * saturated(0.7 * 2 + 0.3 * 1, 3, mean), rel=1e-5)
    assert second.score == pytest.approx(idf(1.7, 3) * saturated(0.7, 2, mean), rel=1e-5)


def test_groups_of_a_structured_query_add_up(build) -> None:
    partition = build(RIVERS)
    river, mount = (("river", 0.9), ("nile", 0.1)), (("danube", 0.5), ("volga", 0.5))
    together, one, other = partition.search_structured([(river, mount), (river,), (mount,)], 5)
    alone = {hit.passage_id: hit.score for hit in one}
    alone["p0"] += other[0].score
    assert {hit.passage_id: hit.score for hit in together} == pytest.approx(alone)


def test_a_structured_query_of_certain_translations_is_a_plain_query(build) -> None:
    partition = build(RIVERS)
    [plain], [structured] = (
        partition.search([["river", "fuji"]], 5),
        partition.search_structured([((("river", 1.0),), (("fuji", 1.0),))], 5),
    )
    assert ids(plain) == ids(structured)
    assert [hit.score for hit in plain] == pytest.approx([hit.score for hit in structured], rel=1e-6)


@pytest.mark.parametrize("query", [(), ((),), ((("volga", 1.0),),)])
def test_a_structured_query_without_evidence_has_no_hit(build, query: TermQuery) -> None:
    assert build(RIVERS).search_structured([query], 5) == [()]


def random_queries(generator: random.Random) -> list[TermQuery]:
    def group() -> tuple[tuple[str, float], ...]:
        return tuple((generator.choice("abcdefghxyz"), generator.random() / 3) for _ in range(3))

    return [tuple(group() for _ in range(4)) for _ in range(50)]


def reopened(built: Partition) -> Partition:
    return Partition(built.analyzer, built.dictionary, built.passages, built.matrix, built.vocabulary)


def test_compiled_sums_are_those_of_numpy_bit_by_bit(build, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba")
    generator = random.Random(7)
    plain = build([" ".join(generator.choices("abcdefgh", k=generator.randint(1, 30))) for _ in range(400)])
    monkeypatch.setattr(kernels_module, "COMPILED_FROM", 0)
    queries = random_queries(generator)
    assert reopened(plain).search_terms(queries, 400) == plain.search_terms(queries, 400)
    assert reopened(plain).search_structured(queries, 400) == plain.search_structured(queries, 400)


def test_numba_is_loaded_once_enough_was_added_up_and_never_at_opening(build, monkeypatch: pytest.MonkeyPatch) -> None:
    built, loaded = build(RIVERS), []
    monkeypatch.setattr(kernels_module, "COMPILED_FROM", 5)
    monkeypatch.setattr(kernels_module, "_compiled", lambda: loaded.append("numba") or kernels_module.PLAIN)
    partition = reopened(built)
    asked = []
    for _ in range(4):  # "river" has two postings
        assert partition.search([["river"]], 5) == built.search([["river"]], 5)
        asked.append(list(loaded))
    assert asked == [[], [], ["numba"], ["numba"]]


def test_the_frequency_of_a_term_is_the_number_of_passages_that_hold_it(build) -> None:
    partition = build(RIVERS)
    assert [partition.frequency(term) for term in ("river", "fuji", "volga")] == [2, 1, 0]


def test_ids_in_any_script_come_back_as_they_were(build, analyzer, tmp_path) -> None:
    from xrag.retrievers.build import write_partition
    from xrag.types import Passage

    names = ["Ωμέγα", "東京 1", "", "कख", "a" * 3000]
    store = MemoryStore([Passage(name, "word", "en") for name in names])
    write_partition(tmp_path / "named", store, analyzer)
    assert ids(Partition.open(tmp_path / "named", analyzer).search([["word"]], 9)[0]) == names
