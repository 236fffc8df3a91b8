"""The postings of a sparse encoder: built, searched, updated, gone on with after a kill."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.sparse_words import TERMS, Counts
from xrag.errors import EmbedderMismatch, IndexCorrupt, RetrievalError, UsageError
from xrag.retrievers.sparse.build import build_sparse
from xrag.retrievers.sparse.journal import Journal
from xrag.retrievers.sparse.retriever import SparseRetriever
from xrag.retrievers.sparse.store import SparseStore
from xrag.testing import PASSAGES, MemoryStore, check_retriever
from xrag.types import Passage, Query


def passages(count: int, first: int = 0) -> list[Passage]:
    words = ("река", "河流", "nehir", "नदी", "river", "نهر", "แม่น้ำ", "Fluss")
    return [
        Passage(f"p{n}", " ".join(words[(n * step) % 8] for step in range(1, 2 + n % 5)) + f" w{n % 61}", "en")
        for n in range(first, first + count)
    ]


def built(folder: Path, given: Sequence[Passage], encoder: Counts, **paths: Path) -> SparseStore:
    return build_sparse(folder / "sparse", MemoryStore(given), encoder, journal=folder / "journal", **paths)


def matrix(given: Sequence[Passage]) -> NDArray[np.float32]:
    rows = np.zeros((len(given), TERMS), np.float32)
    for row, (terms, weights) in zip(rows, Counts().encode_queries([p.text for p in given]), strict=True):
        row[terms] = weights
    return rows


def test_a_score_is_the_sum_of_the_products_of_weights(tmp_path: Path) -> None:
    given = passages(400)
    retriever = SparseRetriever(built(tmp_path, given, Counts()), Counts())
    texts = ["река river w7", "नदी", "แม่น้ำ نهر Fluss", "河流 河流 nehir w3"]
    wanted = matrix(given) @ matrix([Passage(text, text, "en") for text in texts]).T
    for column, ranking in zip(wanted.T, retriever.search([Query(t, t) for t in texts], 20), strict=True):
        np.testing.assert_allclose([hit.score for hit in ranking], np.sort(column)[::-1][:20], rtol=1e-5)
        assert {hit.passage_id: hit.score for hit in ranking} == pytest.approx(
            {hit.passage_id: float(column[int(hit.passage_id[1:])]) for hit in ranking}
        )


def test_it_conforms(tmp_path: Path) -> None:
    check_retriever(SparseRetriever(built(tmp_path, PASSAGES, Counts()), Counts()), MemoryStore())


def test_a_passage_that_shares_no_term_is_no_hit(tmp_path: Path) -> None:
    retriever = SparseRetriever(built(tmp_path, passages(50), Counts()), Counts())
    assert retriever.search([Query("1", "nothing-of-the-kind"), Query("2", "")], 5) == [(), ()]
    assert retriever.search([], 5) == []
    with pytest.raises(UsageError, match="at least one hit"):
        retriever.search([Query("1", "река")], 0)


def test_an_empty_corpus_can_be_built_and_searched(tmp_path: Path) -> None:
    assert SparseRetriever(built(tmp_path, [], Counts()), Counts()).search([Query("1", "река")], 3) == [()]


def test_blocks_are_merged_into_what_one_block_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = passages(1500)
    whole = built(tmp_path / "whole", given, Counts())
    monkeypatch.setattr("xrag.retrievers.sparse.build.POSTINGS_PER_BLOCK", 100)
    monkeypatch.setattr("xrag.retrievers.postings.POSTINGS_PER_RANGE", 50)
    parts = built(tmp_path / "parts", given, Counts())
    for name in whole.header.files:
        assert (whole.path / name).read_bytes() == (parts.path / name).read_bytes()


def test_an_update_encodes_the_new_passages_alone_and_equals_a_build_from_nothing(tmp_path: Path) -> None:
    old, new = passages(300), passages(40, first=300)
    built(tmp_path / "old", old, Counts())
    kept = [passage for passage in old if int(passage.id[1:]) % 3]
    store = Renumbered(kept + new, [int(passage.id[1:]) for passage in kept + new])
    encoder = Counts()
    path = tmp_path / "old" / "sparse"
    updated = build_sparse(tmp_path / "again", store, encoder, journal=tmp_path / "journal", earlier=path)
    assert sorted(encoder.passages) == sorted({passage.text for passage in new})
    whole = build_sparse(tmp_path / "whole", store, Counts(), journal=tmp_path / "another")
    for name in whole.header.files:
        assert (whole.path / name).read_bytes() == (updated.path / name).read_bytes()


class Renumbered(MemoryStore):
    """Passages with numbers of one's own: as a corpus gives them, ascending, with gaps where some are gone."""

    def __init__(self, given: Sequence[Passage], numbers: Sequence[int]) -> None:
        super().__init__(given)
        self._numbers = dict(zip(numbers, given, strict=True))

    def by_number(self, numbers: Sequence[int]):
        return (self._numbers[number] for number in numbers)

    def numbers(self, language: str):
        from array import array

        return array("q", [number for number, passage in self._numbers.items() if passage.language == language])


def test_another_encoder_encodes_everything_anew(tmp_path: Path) -> None:
    built(tmp_path / "old", passages(30), Counts())
    encoder = Counts("another")
    built(tmp_path / "new", passages(30), encoder, earlier=tmp_path / "old" / "sparse")
    assert len(encoder.passages) == 30


def test_terms_of_another_encoder_are_not_searched(tmp_path: Path) -> None:
    with pytest.raises(EmbedderMismatch, match="encode the passages again"):
        SparseRetriever(built(tmp_path, PASSAGES, Counts()), Counts("another"))


@pytest.mark.parametrize("name", ["numbers.npy", "sparse.json", "data.csc.index.npy"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    built(tmp_path, PASSAGES, Counts())
    (tmp_path / "sparse" / name).unlink()
    with pytest.raises(IndexCorrupt, match=name):
        SparseStore.open(tmp_path / "sparse")


class Breaking(Counts):
    """Gives what no encoder may."""

    def __init__(self, terms: Sequence[int], weights: Sequence[float]) -> None:
        super().__init__()
        self._given = (np.array(terms, np.int32), np.array(weights, np.float32))

    def _row(self, text: str):
        return self._given


@pytest.mark.parametrize(
    ("terms", "weights"), [((1, 1), (1, 1)), ((1,), (0,)), ((1,), (float("nan"),)), ((TERMS,), (1,)), ((2, 1), (1, 1))]
)
def test_what_no_encoder_may_give_is_refused_and_leaves_nothing(tmp_path: Path, terms, weights) -> None:
    with pytest.raises(RetrievalError, match="do not ascend below 5003, or weights that are not above 0"):
        built(tmp_path, PASSAGES, Breaking(terms, weights))
    assert not (tmp_path / "sparse").exists()


class Failing(Counts):
    """Fails at its third batch."""

    def __init__(self, calls: int) -> None:
        super().__init__()
        self.left = calls

    def encode_passages(self, texts: Sequence[str]):
        if not self.left:
            raise RetrievalError("the model is gone")
        self.left -= 1
        return super().encode_passages(texts)


def test_what_was_encoded_before_a_failure_is_not_encoded_again(tmp_path: Path) -> None:
    given = [Passage(f"p{n}", f"река {n}", "ru") for n in range(1500)]
    first, second = Failing(2), Counts()
    with pytest.raises(RetrievalError, match="the model is gone"):
        built(tmp_path, given, first)
    built(tmp_path, given, second)
    assert len(first.passages) == 1024
    assert len(first.passages) + len(second.passages) == 1500


def test_a_record_that_a_crash_left_half_written_is_cut_off(tmp_path: Path) -> None:
    terms, weights = np.array([1, 5], np.int32), np.array([0.5, 2], np.float32)
    with Journal(tmp_path) as journal:
        journal.append(1, terms, weights)
        journal.append(2, terms[:0], weights[:0])
        journal.append(3, terms, weights)
    path = tmp_path / "weights.rows"
    whole = path.read_bytes()
    for broken in (whole[:-1], whole[:-9] + b"\0" * 9, whole[:-20]):
        path.write_bytes(broken)
        with Journal(tmp_path) as journal:
            assert [text in journal for text in (1, 2, 3)] == [True, True, False]
            journal.append(3, terms, weights)
        with Journal(tmp_path) as journal:
            assert [[column.tolist() for column in row] for row in journal.weights([3, 2])] == [
                [[1, 5], [0.5, 2]],
                [[], []],
            ]
        assert path.read_bytes() == whole
