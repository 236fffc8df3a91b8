"""The figures of an experiment, from what is on disk. A question that failed, or has no result yet, counts with zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import TypeAlias, cast

from xrag.errors import InputError
from xrag.eval import ranks, statistics
from xrag.eval.answers import SHORT_ANSWER_METRICS
from xrag.eval.fidelity import Fidelity, Judged, fidelity, joint, verdicts
from xrag.eval.grounding import Abstention
from xrag.eval.results import Result, mean
from xrag.eval.statistics import Comparison, Interval
from xrag.experiments import figures
from xrag.experiments.directory import answers, ranked, reranked, searches, texts
from xrag.experiments.favour import Favour, favour
from xrag.experiments.figures import Figures
from xrag.experiments.grounded import abstention, citation_results
from xrag.experiments.opinions import Opinion, opinions, panel_results
from xrag.experiments.plan import Cell, Plan
from xrag.experiments.records import Records

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
    abstention: Abstention | None = None
    judged: Mapping[str, Judged] = field(default_factory=dict, hash=False)
    favour: Favour | None = field(default=None, hash=False)


def score(plan: Plan, directory: Path) -> list[Row]:
    """A row for each cell, in the order of the plan. Raises ``InputError`` where nothing was run there."""
    if not any((directory / "searches" / f"{cell.search}.jsonl").exists() for cell in plan.cells):
        raise InputError(f"{directory} has no results of this experiment; run it with: xrag bench FILE -o {directory}")
    rows = []
    for _, group in groupby(plan.cells, key=lambda cell: cell.asked.choice.title):
        cells = list(group)
        said = [opinions(plan, cell, directory) for cell in cells]
        found = [_figures(cell, directory) for cell in cells]
        judged = [panel_results(cell, one) for cell, one in zip(cells, said, strict=True)]
        results = [(*one.results, *more) for one, more in zip(found, judged, strict=True)]
        compared = _comparisons(cells[0], results)
        rows += [_row(*of) for of in zip(cells, found, judged, compared, said, strict=True)]
    return rows


def _figures(cell: Cell, directory: Path) -> Figures:
    """The figures of a cell, as they were kept or anew."""
    name = f"{cell.reranked or cell.search}-{cell.answer or 'searched'}.json"
    kinds = (("searches", cell.search), ("reranked", cell.reranked), ("answers", cell.answer))
    key = figures.key_of(cell, [directory / kind / f"{work}.jsonl" for kind, work in kinds if work])
    kept = figures.read(directory / "figures" / name, key)
    if kept is not None:
        return kept
    found = _scored(cell, directory)
    figures.write(directory / "figures" / name, key, found)
    return found


def _scored(cell: Cell, directory: Path) -> Figures:
    found, said = searches(cell, directory), answers(cell, directory) if cell.answer else None
    ordered = reranked(cell, directory) if cell.reranked else None
    ids = [query.id for query in cell.queries]
    failed, missing = _counts([work for work in (found, ordered, said) if work is not None], ids)
    told = texts(said) if said else {}
    judged = verdicts(told, cell.asked.examples) if said is not None else {}
    results = _results(cell, directory, told, judged)
    languages = _languages(cell)
    has_qrels = any(one.qrels for one in cell.asked.examples)
    return Figures(
        results,
        intervals={one.metric: _interval(one, languages) for one in results},
        language_intervals={one.metric: _intervals(one, languages) for one in results},
        fidelity=fidelity(told, cell.asked.examples, judged) if said else {},
        judged=judged,
        abstention=abstention(cell, said) if said and has_qrels else None,
        search_seconds=_seconds(found, ids) + (_seconds(ordered, ids) if ordered else 0.0),
        answer_seconds=_seconds(said, ids) if said else 0.0,
        failed=failed,
        missing=missing,
        favour=favour(cell, directory),
    )


def _results(cell: Cell, directory: Path, told: Mapping[str, str], judged: Mapping[str, Judged]) -> tuple[Result, ...]:
    examples = cell.asked.examples
    found: list[Result] = []
    if any(one.qrels for one in examples):
        found.extend(ranks.score(MEASURES, ranked(cell, directory), examples))
    if cell.answer is not None and any(one.gold_answers for one in examples):
        found.extend(metric.result(told, examples) for metric in SHORT_ANSWER_METRICS)
        exact = next(one for one in found if one.metric == "contains")
        found.append(joint(exact, judged, examples))
    if cell.answer is not None:
        found.extend(citation_results(cell, answers(cell, directory)))
    return tuple(found)


def _interval(one: Result, languages: Mapping[str, str]) -> Interval:
    return statistics.bootstrap(one.per_query, languages, resamples=DRAWS)


def _intervals(one: Result, languages: Mapping[str, str]) -> dict[str, Interval]:
    return statistics.by_language(one.per_query, languages, resamples=DRAWS)


def _row(cell: Cell, found: Figures, judged: Sequence[Result], compared: Compared, said: tuple[Opinion, ...]) -> Row:
    languages = _languages(cell)
    return Row(
        cell,
        (*found.results, *judged),
        intervals={**found.intervals, **{one.metric: _interval(one, languages) for one in judged}},
        language_intervals={**found.language_intervals, **{one.metric: _intervals(one, languages) for one in judged}},
        comparisons=compared,
        fidelity=found.fidelity,
        search_seconds=found.search_seconds,
        answer_seconds=found.answer_seconds,
        failed=found.failed,
        missing=found.missing,
        opinions=said,
        abstention=found.abstention,
        judged=found.judged,
        favour=found.favour,
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
        # Citations are counted where a relevant passage was shown, which is not the same for every setup.
        rivals = [
            (i, one)
            for i, found in enumerate(results[1:], start=1)
            for one in found
            if one.metric == base.metric and one.per_query.keys() == base.per_query.keys()
        ]
        pairs = [statistics.compare(base.per_query, one.per_query, languages, resamples=DRAWS) for _, one in rivals]
        adjusted = statistics.holm([pair.p_randomisation for pair in pairs])
        for (i, one), pair, p in zip(rivals, pairs, adjusted, strict=True):
            compared[i][one.metric] = (pair, p)
    return compared


def _languages(cell: Cell) -> dict[str, str]:
    return {one.query.id: one.query.language for one in cell.asked.examples}


def _seconds(records: Records, ids: Sequence[str]) -> float:
    taken = [cast(float, record["seconds"]) for key in ids if (record := records.get(key)) and "seconds" in record]
    return mean(taken)
