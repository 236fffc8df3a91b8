"""Figures are kept beside the results, and are made anew where anything that they depend on has changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from xrag.experiments import figures, scores
from xrag.experiments.directory import answers
from xrag.experiments.plan import Plan, make_plan
from xrag.experiments.running import run
from xrag.experiments.scores import score
from xrag.experiments.spec import read_experiment


@pytest.fixture
def plan(folder: Path) -> Plan:
    made = make_plan(read_experiment(folder / "experiment.toml"))
    run(made, folder / "out")
    return made


def test_kept_figures_are_those_that_were_made(plan: Plan, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = score(plan, folder / "out")
    monkeypatch.setattr(scores, "_scored", lambda *_: pytest.fail("scored again"))
    assert score(plan, folder / "out") == first
    assert len(list((folder / "out" / "figures").iterdir())) == len({(one.search, one.answer) for one in plan.cells})


def test_a_changed_result_is_scored_again(plan: Plan, folder: Path) -> None:
    before = score(plan, folder / "out")[0]
    answers(plan.cells[0], folder / "out").append([{"id": "de:q0", "text": "Graz"}, {"id": "de:q1", "text": "Nile"}])
    after = score(plan, folder / "out")[0]
    assert [one.per_query for one in after.results] != [one.per_query for one in before.results]


def test_other_code_scores_again(plan: Plan, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    score(plan, folder / "out")
    monkeypatch.setattr(figures, "_code", lambda: "another")
    monkeypatch.setattr(scores, "_scored", lambda *_: pytest.fail("scored again"))
    with pytest.raises(pytest.fail.Exception, match="scored again"):
        score(plan, folder / "out")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"key": 1}', b"\xff"])
def test_a_damaged_file_of_figures_is_made_anew(plan: Plan, folder: Path, content: bytes) -> None:
    first = score(plan, folder / "out")
    for path in (folder / "out" / "figures").iterdir():
        path.write_bytes(content)
    assert score(plan, folder / "out") == first
