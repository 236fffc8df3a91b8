"""The figures of an experiment, from what is on disk. A question that failed, or has no result yet, counts with zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from typing import TypeAlias

from xrag.errors import InputError, MissingExtra
from xrag.eval import statistics
from xrag.eval.answers import SHORT_ANSWER_METRICS
from xrag.eval.fidelity import Fidelity, fidelity, joint, verdicts
from xrag.eval.results import Result, macro, mean
from xrag.eval.statistics import Comparison, Interval
from xrag.experiments.directory import answers, rankings, reranked, searches, texts
from xrag.experiments.opinions import Opinion, opinions, panel_results
from xrag.experiments.plan import Cell, Plan
from xrag.experiments.records import Records
from xrag.types import Ranking

DRAWS = 1000
"""Resamples for each interval and test."""
Compared: TypeAlias = dict[str, tuple[Comparison, float]]
MEASURES = ("R@1", "R@10", "R@100", "RR@10", "nDCG@10")


@dataclass(frozen=True, slots=True)
class Row:
    """One setup on one benchmark. Seconds are means per question; ``comparisons`` are with the first setup, by metric.

    The p-value of a comparison is its second part, corrected over the setups (Holm). ``failed`` and ``missing`` count
    questions.
    """

    cell: Cell
    results: tuple[Result, ...]
    intervals: Mapping[str, Interval] = field(hash=False)
    language_intervals: Mapping[str, Mapping[str, Interval]] = field(hash=False)
    comparisons: Mapping[str, tuple[Comparison, float]] = field(hash=False)
    fidelity: Mapping[str, Fidelity] = field(hash=False)
    search_seconds: float
    answer_seconds: float
    failed: int
    missing: int
    opinions: tuple[Opinion, ...] = ()


def score(plan: Plan, directory: Path) -> list[Row]:
    """A row for each cell, in the order of the plan. Raises ``InputError`` where nothing was run there."""
    if not any(len(searches(cell, directory)) for cell in plan.cells):
        raise InputError(f"{directory} has no results of this experiment; run it with: xrag bench FILE -o {directory}")
    rows = []
    for _, group in groupby(plan.cells, key=lambda cell: cell.asked.choice.title):
        cells = list(group)
        said = [opinions(plan, cell, directory) for cell in cells]
        results = [_results(cell, directory, one) for cell, one in zip(cells, said, strict=True)]
        compared = _comparisons(cells[0], results)
        for cell, found, with_first, one in zip(cells, results, compared, said, strict=True):
            rows.append(replace(_row(cell, found, with_first, directory), opinions=one))
    return rows


def _results(cell: Cell, directory: Path, said: Sequence[Opinion]) -> tuple[Result, ...]:
    found: list[Result] = []
    if any(one.qrels for one in cell.asked.examples):
        found.extend(_retrieval(cell, rankings(cell, directory)))
    if cell.answer is not None and any(one.gold_answers for one in cell.asked.examples):
        told = texts(answers(cell, directory))
        found.extend(metric.result(told, cell.asked.examples) for metric in SHORT_ANSWER_METRICS)
        exact = next(one for one in found if one.metric == "contains")
        found.append(joint(exact, verdicts(told, cell.asked.examples), cell.asked.examples))
    found.extend(panel_results(cell, said))
    return tuple(found)


def _retrieval(cell: Cell, found: Mapping[str, Ranking]) -> list[Result]:
    """Every measure; without the extra, recall and reciprocal rank, which need no library."""
    try:
        from xrag.eval import retrieval  # noqa: PLC0415 - an optional extra
    except MissingExtra:
        return [_recall(cell, found, k) for k in (1, 10, 100)]
    return list(retrieval.score(MEASURES, found, cell.asked.examples).values())


def _recall(cell: Cell, found: Mapping[str, Ranking], k: int) -> Result:
    per_query = {}
    for one in cell.asked.examples:
        relevant = {passage for passage, grade in one.qrels.items() if grade > 0}
        if relevant:
            top = {hit.passage_id for hit in found.get(one.query.id, ())[:k]}
            per_query[one.query.id] = len(top & relevant) / len(relevant)
    languages = {one.query.id: one.query.language for one in cell.asked.examples}
    return macro(f"R@{k}", per_query, languages, "own")


def _row(cell: Cell, results: tuple[Result, ...], compared: Compared, directory: Path) -> Row:
    languages = _languages(cell)
    found, said = searches(cell, directory), answers(cell, directory) if cell.answer else None
    ordered = reranked(cell, directory) if cell.reranked else None
    ids = [query.id for query in cell.queries]
    failed, missing = _counts([work for work in (found, ordered, said) if work is not None], ids)
    return Row(
        cell,
        results,
        intervals={one.metric: statistics.bootstrap(one.per_query, languages, resamples=DRAWS) for one in results},
        language_intervals={
            one.metric: statistics.by_language(one.per_query, languages, resamples=DRAWS) for one in results
        },
        comparisons=compared,
        fidelity=fidelity(texts(said), cell.asked.examples) if said else {},
        search_seconds=_seconds(found, ids) + (_seconds(ordered, ids) if ordered else 0.0),
        answer_seconds=_seconds(said, ids) if said else 0.0,
        failed=failed,
        missing=missing,
    )


def _counts(works: Sequence[Records], ids: Sequence[str]) -> tuple[int, int]:
    """Questions of which something failed, and questions of which something has not been done."""
    failed = {key for work in works for key in ids if "error" in (work.get(key) or {})}
    missing = {key for work in works for key in ids if work.get(key) is None}
    return len(failed), len(missing - failed)


def _comparisons(first: Cell, results: Sequence[tuple[Result, ...]]) -> list[Compared]:
    """For each setup, each metric that the first one has against it, the p-values corrected over the setups."""
    languages = _languages(first)
    compared: list[Compared] = [{} for _ in results]
    for base in results[0]:
        rivals = [
            (i, one) for i, found in enumerate(results[1:], start=1) for one in found if one.metric == base.metric
        ]
        pairs = [statistics.compare(base.per_query, one.per_query, languages, resamples=DRAWS) for _, one in rivals]
        adjusted = statistics.holm([pair.p_randomisation for pair in pairs])
        for (i, one), pair, p in zip(rivals, pairs, adjusted, strict=True):
            compared[i][one.metric] = (pair, p)
    return compared


def _languages(cell: Cell) -> dict[str, str]:
    return {one.query.id: one.query.language for one in cell.asked.examples}


def _seconds(records: Records, ids: Sequence[str]) -> float:
    taken = [record["seconds"] for key in ids if (record := records.get(key)) and "seconds" in record]
    return mean([float(one) for one in taken if isinstance(one, int | float)])
