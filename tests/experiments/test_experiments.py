"""An experiment from its TOML to its tables: planned, run, interrupted, run again."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest

from xrag import manifest
from xrag.errors import IndexLocked, InputError, UsageError
from xrag.experiments.directory import answers, rankings, searches
from xrag.experiments.plan import Plan, make_plan
from xrag.experiments.running import run
from xrag.experiments.scores import score
from xrag.experiments.spec import read_experiment
from xrag.experiments.tables import FORMATS
from xrag.experiments.work import Step


def planned(folder: Path) -> Plan:
    return make_plan(read_experiment(folder / "experiment.toml"))


def worked(folder: Path) -> list[Step]:
    steps: list[Step] = []
    run(planned(folder), folder / "out", steps.append)
    return steps


def test_the_plan_counts_shared_work_once(folder: Path) -> None:
    plan = planned(folder)
    assert (len(plan.cells), plan.indexes(), plan.searches(), plan.generations()) == (4, 1, 9, 6)


def test_every_setup_gets_a_row_with_the_figures_of_its_questions(folder: Path) -> None:
    worked(folder)
    rows = {row.cell.setup.name: row for row in score(planned(folder), folder / "out")}
    values = {name: {one.metric: one.value for one in row.results} for name, row in rows.items()}
    assert values["human translation"]["R@1"] == 1.0
    assert values["psq"]["R@1"] == 1.0 > values["bm25"]["R@1"]
    assert values["psq again, with answers"]["contains"] == 1.0
    assert "contains" not in values["psq"]
    assert rows["psq again, with answers"].fidelity["en"].clr.n == 3


def test_a_setup_has_its_own_policy_and_answers_that_vote_are_counted_and_kept(folder: Path) -> None:
    text = (folder / "experiment.toml").read_text(encoding="utf-8")
    asked = 'generator = "extractive"\npolicy = {preset = "off", consistency = ["en", "es"]}\n'
    changed = asked.join(text.rsplit('generator = "extractive"\n', 1))
    (folder / "experiment.toml").write_text(changed, encoding="utf-8")
    worked(folder)
    plan = planned(folder)
    [plain, voted] = [cell for cell in plan.cells if cell.setup.generator]
    assert plain.answer != voted.answer
    assert plan.generations() == 3 + 3 * 3
    record = answers(voted, folder / "out").get(voted.queries[0].id)
    assert [vote["language"] for vote in record["votes"]] == ["en", "es"]
    assert [one["control"] for one in record["attempts"]] == ["in Spanish: as asked", "as asked"]
    assert answers(plain, folder / "out").get(plain.queries[0].id)["votes"] == []


def test_a_second_run_does_nothing(folder: Path) -> None:
    worked(folder)
    assert worked(folder) == []


def test_a_run_that_was_killed_does_only_what_is_missing(folder: Path) -> None:
    worked(folder)
    [first, *_] = planned(folder).cells
    path = searches(first, folder / "out").path
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) - 20])
    assert [(step.work, step.done, step.total) for step in worked(folder)] == [("search", 3, 3)]
    assert len(rankings(first, folder / "out")) == 3


def test_a_changed_question_is_asked_again(folder: Path) -> None:
    worked(folder)
    content = (folder / "de.json").read_text(encoding="utf-8").replace("Was frisst", "Was isst")
    (folder / "de.json").write_text(content, encoding="utf-8")
    assert {step.work for step in worked(folder)} == {"index", "search", "answer"}


def test_two_runs_into_one_directory_are_refused(folder: Path) -> None:
    with manifest.locked(folder / "out"), pytest.raises(IndexLocked, match="another process is writing"):
        worked(folder)


def test_another_experiments_directory_is_left_alone(folder: Path) -> None:
    worked(folder)
    text = (
        (folder / "experiment.toml").read_text(encoding="utf-8").replace('name = "small"\n\n', 'name = "other"\n\n', 1)
    )
    (folder / "experiment.toml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="holds the experiment 'small'; name another directory"):
        worked(folder)


def test_what_was_not_run_counts_as_zero_and_is_said(folder: Path) -> None:
    worked(folder)
    [first, *_] = planned(folder).cells
    path = answers(first, folder / "out").path
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    row = score(planned(folder), folder / "out")[0]
    assert (row.missing, {one.metric: one.n for one in row.results}["EM"]) == (2, 3)
    assert "(+2 not run)" in FORMATS["table"]([row])


def test_nothing_run_is_one_line(folder: Path) -> None:
    with pytest.raises(InputError, match="has no results of this experiment"):
        score(planned(folder), folder / "out")


def test_setups_are_compared_with_the_first_one(folder: Path) -> None:
    worked(folder)
    first, second, *_ = score(planned(folder), folder / "out")
    assert first.comparisons == {}
    comparison, p = second.comparisons["R@1"]
    assert comparison.difference.value > 0
    assert p >= comparison.p_randomisation


def test_the_tables_hold_every_setup_and_figure(folder: Path) -> None:
    worked(folder)
    rows = score(planned(folder), folder / "out")
    table = list(csv.DictReader(io.StringIO(FORMATS["csv"](rows))))
    assert {row["setup"] for row in table} == {row.cell.setup.name for row in rows}
    assert {row["language"] for row in table} == {"mean", "de", "answers:en", "answers:all"}
    assert r"human translation & 1.000" in FORMATS["latex"](rows)
    assert "| human translation | 1.000 [1.000, 1.000] |" in FORMATS["markdown"](rows)
    assert FORMATS["table"](rows).startswith("small: 3 questions in 1 language\nsetup")


def test_citations_are_counted_where_a_relevant_passage_was_shown(folder: Path) -> None:
    worked(folder)
    values = {one.metric: one for one in score(planned(folder), folder / "out")[2].results}
    assert (values["citation-precision"].value, values["citation-recall"].value) == (1.0, 1.0)
    answers(planned(folder).cells[2], folder / "out").append(
        [{"id": "de:q0", "text": "Vienna [2]", "context": ["en:0", "en:1"], "citations": ["en:1"]}]
    )
    values = {one.metric: one for one in score(planned(folder), folder / "out")[2].results}
    assert values["citation-precision"].value == pytest.approx(2 / 3)


def test_answering_without_a_relevant_passage_is_told(folder: Path) -> None:
    worked(folder)
    plan = planned(folder)
    asked = plan.cells[0].asked
    examples = (replace(asked.examples[0], qrels={"en:0": 0}), *asked.examples[1:])
    answers(plan.cells[0], folder / "out").append(
        [{"id": "de:q0", "text": "Vienna", "abstained": False}, {"id": "de:q1", "text": "–", "abstained": True}]
    )
    cells = tuple(replace(cell, asked=replace(asked, examples=examples)) for cell in plan.cells[:1])
    table = FORMATS["table"](score(replace(plan, cells=cells), folder / "out"))
    assert "bm25: answered 1.000 of 1 questions without a relevant passage, abstained from" in table


def test_the_difference_that_could_be_seen_is_told(folder: Path) -> None:
    worked(folder)
    rows = score(planned(folder), folder / "out")
    detectable = max(row.comparisons["R@1"][0].detectable for row in rows[1:])
    assert f"would be seen (80 % power, p < .05): R@1 {detectable:.3f}, " in FORMATS["table"](rows)
    table = list(csv.DictReader(io.StringIO(FORMATS["csv"](rows))))
    assert {row["metric"] for row in table} >= {"CLR", "RLC", "R@1", "citation-recall"}
    assert [row["n"] for row in table if (row["metric"], row["language"]) == ("RLC", "answers:all")] == ["3", "3"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('retriever = "psq"', 'retreiver = "psq"'), "no setting is called 'retreiver'; did you mean retriever"),
        (('name = "psq"\n', 'name = "bm25"\n'), "'bm25' is named twice"),
        (("[[setups]]", "[[setup]]"), r"at least one \[\[benchmarks\]\] and one \[\[setups\]\]"),
        (('name = "psq"\n', ""), "a Setup has no name"),
        (('name = "small"', "name = "), "not TOML"),
    ],
)
def test_an_experiment_that_cannot_be_understood_is_one_line(folder: Path, change: tuple[str, str], said: str) -> None:
    text = (folder / "experiment.toml").read_text(encoding="utf-8").replace(*change)
    (folder / "experiment.toml").write_text(text, encoding="utf-8")
    with pytest.raises((InputError, UsageError), match=said):
        read_experiment(folder / "experiment.toml")
