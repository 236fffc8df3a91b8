"""What a report tells of the languages of the passages that a setup finds."""

from __future__ import annotations

import base64
import csv
import gzip
import io
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from xrag.experiments.favour import Favour, favour, table
from xrag.experiments.page import page
from xrag.experiments.plan import Plan, make_plan
from xrag.experiments.running import run
from xrag.experiments.scores import score
from xrag.experiments.spec import read_experiment
from xrag.experiments.tables import comma_separated, latex, markdown, terminal


@pytest.fixture
def plan(folder: Path) -> Plan:
    """German questions over the same passages in two languages."""
    path = folder / "experiment.toml"
    path.write_text(path.read_text().replace('passage_languages = ["en"]', 'passage_languages = ["de", "en"]'))
    made = make_plan(read_experiment(path))
    run(made, folder / "out")
    return made


def rows_of(text: str) -> dict[str, list[str]]:
    """The rows of the second table by their first cell."""
    lines = text.partition("languages of the first 10 hits")[2].splitlines()[1:]
    return {cells[0]: cells[1:] for line in lines if (cells := re.split(r"\s{2,}", line))}


def test_a_report_shows_recall_by_language_and_the_languages_found_beside_the_pool(plan: Plan, folder: Path) -> None:
    rows = rows_of(terminal(score(plan, folder / "out")))
    assert rows["setup"] == ["R@10 same", "R@10 cross", "Max@R", "PEER@100", "own", "de", "en"]
    assert rows["(all passages)"] == ["50.0", "50.0"]
    assert rows["bm25"][:3] == ["1.000", "0.333", "68.000"]
    assert rows["psq"][:3] == ["1.000", "1.000", "2.000"]
    assert rows["bm25"][4:] == ["83.3", "83.3", "16.7"]


def test_every_form_of_the_report_has_it(plan: Plan, folder: Path) -> None:
    rows = score(plan, folder / "out")
    assert "| bm25 | 1.000 | 0.333 | 68.000 |" in markdown(rows)
    assert "bm25 & 1.000 & 0.333 & 68.000 &" in latex(rows)
    told = {(row["metric"], row["language"]): row for row in csv.DictReader(io.StringIO(comma_separated(rows)))}
    assert told["R@10 cross", "mean"]["setup"] == "human translation"
    first = [line for line in comma_separated(rows).splitlines() if line.startswith("small,bm25,first 10 in ")]
    assert [line.split(",")[2:5] for line in first] == [
        ["first 10 in de", "de", "0.833333"],
        ["first 10 in en", "de", "0.166667"],
    ]
    data = re.search(r"[A-Za-z0-9+/=]{400,}", page(plan, rows, folder / "out"))
    assert data is not None
    [section] = json.loads(gzip.decompress(base64.b64decode(data[0])))["benchmarks"]
    assert section["setups"][0]["split"] == [1.0, pytest.approx(1 / 3)]
    assert ["bm25", "1.000", "0.333", "68.000", "0.317", "83.3", "83.3", "16.7"] in section["favour"]


def test_figures_that_were_kept_have_it(plan: Plan, folder: Path) -> None:
    assert score(plan, folder / "out")[0].favour == score(plan, folder / "out")[0].favour
    assert isinstance(score(plan, folder / "out")[0].favour, Favour)


def test_passages_in_one_language_show_nothing_of_it(folder: Path) -> None:
    made = make_plan(read_experiment(folder / "experiment.toml"))
    run(made, folder / "out")
    rows = score(made, folder / "out")
    assert [row.favour for row in rows] == [None] * 4
    assert "languages of the first" not in terminal(rows)


def test_ones_own_language_is_the_same_under_another_code() -> None:
    taken = {"zh": {"zh-Hans": 0.6, "en": 0.4}, "en": {"en": 1.0}, "sw": {"en": 1.0}}
    assert Favour({}, taken, {"en": 0.5, "zh-Hans": 0.5}).own == pytest.approx(0.8)
    assert Favour({}, {"sw": {"en": 1.0}}, {"en": 0.5, "de": 0.5}).own is None


def test_a_report_does_without_where_the_index_is_gone(plan: Plan, folder: Path) -> None:
    shutil.rmtree(folder / "out" / "indexes")
    assert favour(plan.cells[0], folder / "out") is None
    assert table([("bm25", None)]) == []


def test_a_relevant_passage_that_the_index_lacks_is_left_out(plan: Plan, folder: Path) -> None:
    cell = plan.cells[0]
    examples = tuple(replace(one, qrels={**one.qrels, "gone": 1}) for one in cell.asked.examples)
    more = favour(replace(cell, asked=replace(cell.asked, examples=examples)), folder / "out")
    assert more == favour(cell, folder / "out")
