"""Language bias and its cures: a space in which each language has a direction of its own, or is turned."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray

import xrag
from tests.retrievers.test_dense import random_direction
from xrag.cli import cli
from xrag.cli.fit import KINDS
from xrag.corpus.parallel import ParallelText, read_parallel
from xrag.errors import EmbedderMismatch, IndexCorrupt, InputError, UsageError
from xrag.index import fit_cure
from xrag.retrievers.dense.cures import METHODS, Bitext
from xrag.types import Query

DIMENSION = 24
SPOKEN = {
    "en": "meaning",
    "ru": "смысл",
    "ar": "معنى",
    "hi": "अर्थ",
    "th": "ความหมาย",
    "zh": "意义",
    "de": "Sinn",
    "ja": "意味",
}
WORDS = {word: language for language, word in SPOKEN.items()}


@cache
def turn(language: str) -> NDArray[np.float64]:
    noise = np.stack([random_direction(f"{language} {n}", DIMENSION) for n in range(DIMENSION)])
    rotation, _ = np.linalg.qr(np.eye(DIMENSION) + 0.2 * noise)
    return rotation * np.sign(np.diag(rotation))


class Biased:
    """A text is a word of its language and a number, which is its meaning: same numbers, same meaning, other place."""

    def __init__(self, fingerprint: str = "biased", *, offset: float = 1.5, turned: bool = False) -> None:
        self.fingerprint = fingerprint
        self._offset, self._turned = offset, turned

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([self._vector(text) for text in texts], np.float32).reshape(-1, DIMENSION)

    embed_passages = embed_queries

    def _vector(self, text: str) -> NDArray[np.float64]:
        word, _, meaning = text.partition(" ")
        if not meaning:
            return np.zeros(DIMENSION)
        vector = random_direction(meaning, DIMENSION)
        vector = vector / np.linalg.norm(vector)
        if self._turned:
            vector = turn(word) @ vector
        moved = self._offset * random_direction(f"the language of {word}", DIMENSION) / DIMENSION**0.5
        return (vector + moved) / np.linalg.norm(vector + moved)


def text(language: str, meaning: object) -> str:
    return f"{SPOKEN[language]} {meaning}"


def parallel(languages: Sequence[str] = tuple(SPOKEN), pairs: int = 80) -> list[ParallelText]:
    return [
        ParallelText((language, "en"), tuple((text(language, f"t{n}"), text("en", f"t{n}")) for n in range(pairs)))
        for language in languages
        if language != "en"
    ]


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cures")
    rows = [
        {"id": f"{language}-{n}", "text": text(language, n), "language": language}
        for language in SPOKEN
        for n in range(12)
    ]
    (folder / "p.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    xrag.build_index([folder / "p.jsonl"], folder / "index")
    return folder / "index"


def cross_recall(directory: Path, retriever: str, embedder: Biased) -> float:
    """The share of the passages of other languages that mean what the query means among the first eight."""
    queries = [Query(f"{language}:{n}", text(language, n), language) for language in SPOKEN for n in range(6)]
    with xrag.open_index(directory) as index:
        rankings = index.retriever(retriever, embedder=embedder).search(queries, len(SPOKEN))
    found = 0
    for query, ranking in zip(queries, rankings, strict=True):
        number = query.id.partition(":")[2]
        found += sum(hit.passage_id.endswith(f"-{number}") for hit in ranking) - 1
    return found / len(queries) / (len(SPOKEN) - 1)


@pytest.mark.parametrize(
    ("kind", "least"), [("centred", 0.95), ("lir", 0.9), ("shift", 0.85), ("linear", 0.95), ("orthogonal", 0.5)]
)
def test_a_cure_finds_the_other_languages_passages_that_an_offset_hides(
    directory: Path, kind: str, least: float
) -> None:
    embedder = Biased()
    xrag.embed_index(directory, embedder)
    fit_cure(directory, kind, parallel(), embedder=embedder)
    assert cross_recall(directory, "dense", embedder) < 0.4
    assert cross_recall(directory, f"dense-{kind}", embedder) >= least


@pytest.mark.parametrize("kind", ["linear", "orthogonal"])
def test_a_map_undoes_what_no_offset_can(directory: Path, kind: str) -> None:
    embedder = Biased("turned", offset=0.0, turned=True)
    xrag.embed_index(directory, embedder)
    fit_cure(directory, kind, parallel(), embedder=embedder)
    fit_cure(directory, "centred", parallel(), embedder=embedder)
    uncured = cross_recall(directory, "dense", embedder)
    assert cross_recall(directory, "dense-centred", embedder) == pytest.approx(uncured, abs=0.1)
    assert cross_recall(directory, f"dense-{kind}", embedder) > max(0.9, uncured + 0.2)


@pytest.mark.parametrize("kind", METHODS)
def test_scores_are_cosines_of_the_vectors_as_the_published_form_has_them(directory: Path, kind: str) -> None:
    embedder = Biased()
    xrag.embed_index(directory, embedder)
    fit_cure(directory, kind, parallel(["ru"]), embedder=embedder)
    ru, en = (
        embedder.embed_queries([text(language, f"t{n}") for n in range(80)]).astype(float) for language in ("ru", "en")
    )
    [query], [passage] = (embedder.embed_queries([one]).astype(float) for one in (text("en", 3), text("ru", 3)))
    first = {language: np.linalg.svd(rows)[2][0] for language, rows in (("ru", ru), ("en", en))}
    prior = np.eye(DIMENSION)
    left, _, right = np.linalg.svd(ru.T @ en + prior)
    published = {
        "centred": (query - en.mean(0), passage - ru.mean(0)),
        "lir": (query - first["en"] * (first["en"] @ query), passage - first["ru"] * (first["ru"] @ passage)),
        "shift": (query, passage - (ru - en).mean(0)),
        "linear": (query, passage @ np.linalg.solve(ru.T @ ru + prior, ru.T @ en + prior)),
        "orthogonal": (query, passage @ left @ right),
    }
    asked, found = (each / np.linalg.norm(each) for each in published[kind])
    with xrag.open_index(directory) as index:
        [ranking] = index.retriever(f"dense-{kind}", embedder=embedder).search([Query("q", text("en", 3), "en")], 200)
    assert {hit.passage_id: hit.score for hit in ranking}["ru-3"] == pytest.approx(asked @ found, abs=2e-3)


def test_more_components_can_be_removed(directory: Path) -> None:
    embedder = Biased()
    xrag.embed_index(directory, embedder)
    fit_cure(directory, "lir", parallel(), embedder=embedder, components=1)
    one = cross_recall(directory, "dense-lir", embedder)
    fit_cure(directory, "lir", parallel(), embedder=embedder, components=12)
    assert cross_recall(directory, "dense-lir", embedder) < one
    with pytest.raises(UsageError, match="24 components cannot be removed from 24 dimensions"):
        fit_cure(directory, "lir", parallel(), embedder=embedder, components=24)


def test_what_was_learned_is_refused_for_another_embedder_in_one_line(directory: Path) -> None:
    xrag.embed_index(directory, Biased())
    fit_cure(directory, "lir", parallel(), embedder=Biased())
    xrag.embed_index(directory, Biased("another"))
    with xrag.open_index(directory) as index, pytest.raises(EmbedderMismatch) as caught:
        index.retriever("dense-lir", embedder=Biased("another"))
    assert "'biased'" in str(caught.value)
    assert "'another'" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_cure_that_was_not_learned_yet_says_how_to_learn_it(directory: Path) -> None:
    embedder = Biased("fresh")
    xrag.embed_index(directory, embedder)
    with xrag.open_index(directory) as index, pytest.raises(UsageError, match="xrag fit DIR shift --parallel"):
        (directory / "learned" / "shift").rename(directory / "learned" / "away")
        index.retriever("dense-shift", embedder=embedder)
    (directory / "learned" / "away").rename(directory / "learned" / "shift")


def test_a_damaged_cure_is_not_opened(directory: Path) -> None:
    embedder = Biased()
    xrag.embed_index(directory, embedder)
    fit_cure(directory, "linear", parallel(), embedder=embedder)
    file = directory / "learned" / "linear" / "passages.matrices.npy"
    file.write_bytes(file.read_bytes()[:-8])
    with xrag.open_index(directory) as index, pytest.raises(IndexCorrupt, match="passages.matrices"):
        index.retriever("dense-linear", embedder=embedder)


def test_a_language_without_parallel_text_is_named_and_still_searched(directory: Path) -> None:
    embedder = Biased()
    xrag.embed_index(directory, embedder)
    report = fit_cure(directory, "centred", parallel(["ru", "th"]), embedder=embedder)
    assert set(report.missing) == set(SPOKEN) - {"en", "ru", "th"}
    assert (report.pivot, report.pairs) == ("en", {"en": 160, "ru": 80, "th": 80})
    with xrag.open_index(directory) as index:
        searcher = index.retriever("dense-centred", embedder=embedder)
        [ranking] = searcher.search([Query("q", text("ja", 5), "ja")], 1)
    assert ranking[0].passage_id == "ja-5"


def test_an_update_of_the_passages_keeps_what_was_learned(directory: Path, tmp_path: Path) -> None:
    embedder = Biased()
    xrag.embed_index(directory, embedder)
    fit_cure(directory, "centred", parallel(), embedder=embedder)
    more = tmp_path / "more.jsonl"
    more.write_text(json.dumps({"id": "ru-77", "text": text("ru", 77), "language": "ru"}) + "\n", "utf-8")
    xrag.build_index([more], directory)
    xrag.embed_index(directory, embedder)
    with xrag.open_index(directory) as index:
        searcher = index.retriever("dense-centred", embedder=embedder)
        [ranking] = searcher.search([Query("q", text("de", 77), "de")], 1)
    assert ranking[0].passage_id == "ru-77"


def test_texts_without_the_pivot_are_refused_where_it_is_needed(directory: Path) -> None:
    texts = [*parallel(["ru"]), ParallelText(("th", "hi"), ((text("th", 1), text("hi", 1)),))]
    with pytest.raises(UsageError, match="no parallel text of th and en"):
        fit_cure(directory, "linear", texts, embedder=Biased())


def test_a_bitext_gives_either_side() -> None:
    left, right = np.zeros((2, 3), np.float32), np.ones((2, 3), np.float32)
    assert Bitext(("de", "en"), (left, right)).side("en") is right


def test_the_command_knows_every_method() -> None:
    assert tuple(METHODS) == KINDS


def files(folder: Path, contents: dict[str, str]) -> list[Path]:
    for name, content in contents.items():
        (folder / name).write_text(content, "utf-8")
    return [folder / name for name in contents]


def test_parallel_text_is_read_from_two_files_or_a_table(tmp_path: Path) -> None:
    paths = files(tmp_path, {"t.rus": "Да\n\nНет\n", "t.eng": "Yes\n-\nNo\n", "u.tsv": "th\tzh-Hant\nใช่\t是\n"})
    first, second = sorted(read_parallel(paths, 9), key=lambda one: one.languages)
    assert first == ParallelText(("ru", "en"), (("Да", "Yes"), ("Нет", "No")))
    assert second == ParallelText(("th", "zh-Hant"), (("ใช่", "是"),))


def test_a_limit_takes_pairs_from_all_over_the_text(tmp_path: Path) -> None:
    paths = files(tmp_path, {"t.tsv": "de\ten\n" + "".join(f"d{n}\te{n}\n" for n in range(100))})
    [found] = read_parallel(paths, 4)
    assert [left for left, _ in found.pairs] == ["d0", "d25", "d50", "d75"]


@pytest.mark.parametrize(
    ("contents", "said"),
    [
        ({"t.de": "a\n"}, "1 file of this name"),
        ({"t.de": "a\nb\n", "t.en": "a\n"}, "t.en ends before line 2"),
        ({"t.de": "\n", "t.en": "\n"}, "holds no parallel text"),
        ({"t.tsv": "de\n"}, "t.tsv:1: the first line names the two languages"),
        ({"t.tsv": "de\ten\na\n"}, "t.tsv:2: 1 columns"),
        ({"t.tsv": "de\tde-DE\na\tb\n"}, "both sides are in de"),
        ({"t.123": "a\n", "t.en": "a\n"}, "123"),
    ],
)
def test_what_is_no_parallel_text_is_said_with_its_place(tmp_path: Path, contents: dict[str, str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_parallel(files(tmp_path, contents), 9)


def test_the_command_learns_and_the_search_uses_it(tmp_path: Path) -> None:
    from tests.models import save_static

    texts = {"de": ["der Fluss", "die Stadt", "das Haus"], "en": ["the river", "the town", "the house"]}
    model = save_static(tmp_path / "model", [*texts["de"], *texts["en"]])
    rows = [
        {"id": f"{language}{n}", "text": one, "language": language}
        for language, each in texts.items()
        for n, one in enumerate(each)
    ]
    [passages, *sides] = files(
        tmp_path,
        {
            "p.jsonl": "".join(json.dumps(row) + "\n" for row in rows),
            **{f"t.{language}": "\n".join(each * 10) + "\n" for language, each in texts.items()},
        },
    )
    run = CliRunner().invoke
    assert run(cli, ["index", str(passages), "-o", str(tmp_path / "i"), "--embedder", str(model)]).exit_code == 0
    given = [part for side in sides for part in ("--parallel", str(side))]
    done = run(cli, ["fit", str(tmp_path / "i"), "linear", *given])
    assert done.exit_code == 0, done.output
    assert "learned from de 30, en 30 texts" in done.stdout
    told = run(cli, ["fit", str(tmp_path / "i"), "centred", *given, "--json"])
    assert json.loads(told.stdout)["pairs"] == {"de": 30, "en": 30}
    found = run(
        cli,
        [
            "search",
            str(tmp_path / "i"),
            "der Fluss",
            "--language",
            "de",
            "--retriever",
            "dense-linear",
            "--format",
            "trec",
        ],
    )
    assert {line.split()[2] for line in found.stdout.splitlines()[:2]} == {"de0", "en0"}
