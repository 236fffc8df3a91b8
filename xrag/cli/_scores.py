"""Figures of a score as tables for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from xrag.eval.audit import Audit
from xrag.eval.fidelity import Fidelity, Rate
from xrag.eval.official.rates import PassRates
from xrag.eval.results import Result
from xrag.eval.statistics import Interval

_NONE = "–"


def result_lines(results: Sequence[Result], intervals: Mapping[str, Interval]) -> list[str]:
    """A row for each query language, the mean over them, its interval; a column for each metric."""
    languages = sorted({language for one in results for language in one.by_language})
    rows = [["", "n", *(one.metric for one in results)]]
    for language in languages:
        counts = max(one.counts.get(language, 0) for one in results)
        rows.append([language, f"{counts:,}", *(_figure(one.by_language.get(language)) for one in results)])
    rows.append(["mean", f"{max((one.n for one in results), default=0):,}", *(_figure(one.value) for one in results)])
    if intervals:
        bounds = [intervals.get(one.metric) for one in results]
        rows.append(["95 %", "", *(f"{one.low:.3f}–{one.high:.3f}" if one else _NONE for one in bounds)])
    return aligned(rows)


def fidelity_lines(found: Mapping[str, Fidelity]) -> list[str]:
    """A row for each answer language: the rates, of which share of the answers, and what could not be told."""
    rows = [["", "n", "CLR", "of", "RLC", "LPR", "of", "WPR", "of", "LCPR", "undetermined", "found"]]
    for language, one in found.items():
        rates = [*_rate(one.clr), _figure(one.rlc.value), *_rate(one.lpr), *_rate(one.wpr), _figure(one.lcpr)]
        taken = " ".join(f"{key}:{count}" for key, count in list(one.distribution.items())[:4])
        rows.append([language, f"{one.clr.n:,}", *rates, f"{one.undetermined:,}", taken])
    return aligned(rows)


def pass_rate_lines(task: str, rates: Mapping[tuple[str, str], PassRates]) -> list[str]:
    """The rates of the language-confusion script by source and language."""
    rows = [[task, "", "LPR", "WPR", "LCPR", "coverage"]]
    for (source, language), one in rates.items():
        rows.append([source, language, *map(_figure, (one.lpr, one.wpr, one.lcpr, one.coverage))])
    return [*aligned(rows), ""]


def audit_lines(found: Audit) -> Iterator[str]:
    """What is the matter with the predictions, after an empty line; nothing where all is well."""
    lines = list(found.lines())
    if lines:
        yield ""
        yield from lines


def _rate(rate: Rate) -> tuple[str, str]:
    return _figure(rate.value), _figure(rate.coverage)


def _figure(value: float | None) -> str:
    return _NONE if value is None else f"{value:.3f}"


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """A line for each row, its cells in columns, the first flush left."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(_cell(cell, width, i) for i, (cell, width) in enumerate(zip(row, widths, strict=True))).rstrip()
        for row in rows
    ]


def _cell(cell: str, width: int, column: int) -> str:
    return f"{cell:<{width}}" if column == 0 else f"{cell:>{width}}"
