"""``xrag search --explain``: the words that question and passage share, and what each retriever gave."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.cli.conftest import Result
from tests.models import save_static

Run: TypeAlias = Callable[..., Result]

ROWS = [
    {"id": "en", "text": "The Danube rises in the Black Forest.", "language": "en"},
    {"id": "de", "text": "Die Donau entspringt im Schwarzwald.", "language": "de"},
    {"id": "zh", "text": "富士山是日本最高的山。", "language": "zh"},
]


@pytest.fixture
def index(xrag: Run, tmp_path: Path) -> Path:
    model = save_static(tmp_path / "model", [row["text"] for row in ROWS])
    (tmp_path / "p.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    assert xrag("index", tmp_path / "p.jsonl", "-o", tmp_path / "index", "--embedder", model).code == 0
    return tmp_path / "index"


def explained(xrag: Run, index: Path, question: str, language: str, retriever: str) -> dict[str, dict]:
    asked = ("search", index, question, "--language", language, "--retriever", retriever, "--explain")
    record = json.loads(xrag(*asked, "--format", "json").out)
    return {hit["id"]: hit for hit in record["hits"]}


def test_a_passage_in_the_language_of_the_question_shows_the_words_it_shares(xrag: Run, index: Path) -> None:
    hits = explained(xrag, index, "Where did the Danube rise?", "en", "bm25")
    assert [word["term"] for word in hits["en"]["words"]] == ["the", "Danube", "rise"]
    assert hits["en"]["fused"] == []


def test_a_passage_in_another_language_shows_what_they_became_there(xrag: Run, index: Path) -> None:
    hits = explained(xrag, index, "Where does the Danube rise?", "en", "dual")
    assert {"term": "Danube", "alternative": "Donau"} in hits["de"]["words"]


def test_a_script_without_spaces_shows_its_words(xrag: Run, index: Path) -> None:
    words = [word["term"] for word in explained(xrag, index, "日本最高的山", "zh", "bm25")["zh"]["words"]]
    assert "日本" in words


def test_each_member_of_a_fusion_shows_its_rank_and_score(xrag: Run, index: Path) -> None:
    hit = explained(xrag, index, "Danube rises", "en", "hybrid")["en"]
    words, whole = hit["fused"]
    assert [share["member"] for share in words["shares"]] == ["bm25", "psq"]
    assert [(share["member"], share["rank"]) for share in whole["shares"]] == [("dual", 1), ("dense", 1)]
    assert sum(share["worth"] for share in whole["shares"]) == pytest.approx(whole["score"])
    assert whole["score"] == hit["score"]
    shown = xrag("search", index, "Danube rises", "--language", "en", "--retriever", "hybrid", "--explain").out
    assert "   words: Danube · rises\n   bm25 #1 " in shown
    assert f"   dual #1 1.000 · dense #1 {whole['shares'][1]['score']:.3f} → {whole['score']:.3f}\n" in shown


def test_nothing_of_it_is_shown_unasked(xrag: Run, index: Path) -> None:
    assert "words:" not in xrag("search", index, "Danube rises", "--language", "en").out
    [hit, *_] = json.loads(xrag("search", index, "Danube", "--language", "en", "--format", "json").out)["hits"]
    assert not {"words", "fused"} & hit.keys()
