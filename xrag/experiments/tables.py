"""What an experiment found, as text: for a terminal, Markdown, CSV, LaTeX."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby

from xrag.eval.fidelity import Fidelity, Rate
from xrag.eval.results import Result
from xrag.experiments import favour
from xrag.experiments.opinions import summaries
from xrag.experiments.scores import Row

_SIGNIFICANT = 0.05
_COMPARED = ("difference", "p", "detectable")


def terminal(rows: Sequence[Row]) -> str:
    """For each benchmark a table of the setups; a ``*`` marks what differs from the first one (p < .05, Holm)."""
    parts = []
    for title, table, members in _tables(rows, _marked):
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines = [
            "  ".join(_cell(cell, w, i) for i, (cell, w) in enumerate(zip(row, widths, strict=True))) for row in table
        ]
        parts.append("\n".join([title, *(line.rstrip() for line in lines), *lines_below(members)]))
    return "\n\n".join(parts)


def markdown(rows: Sequence[Row]) -> str:
    """The same with 95 % intervals, as Markdown tables."""
    parts = []
    for title, table, members in _tables(rows, _with_interval):
        head, *body = [" | ".join(cell.replace("|", "\\|") for cell in row) for row in table]
        rule = " | ".join("---" if i == 0 else "---:" for i in range(len(table[0])))
        judges = "".join(f"\n\n{line}" for line in lines_below(members))
        parts.append("\n".join([f"### {title}", "", *(f"| {line} |" for line in (head, rule, *body))]) + judges)
    return "\n\n".join(parts) + "\n"


def comma_separated(rows: Sequence[Row]) -> str:
    """A line for each benchmark, setup, metric and language (``mean``: the macro mean), with interval and p-value."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["benchmark", "setup", "metric", "language", "value", "low", "high", "n", *_COMPARED, "signature"])
    for row in rows:
        for one in row.results:
            whole = row.intervals[one.metric]
            compared = row.comparisons.get(one.metric)
            extra = (
                _figures(compared[0].difference.value, compared[1], compared[0].detectable) if compared else [""] * 3
            )
            names = [row.cell.asked.choice.title, row.cell.setup.name, one.metric]
            writer.writerow([*names, "mean", *_figures(one.value, whole.low, whole.high), one.n, *extra, one.signature])
            for language, found in row.language_intervals[one.metric].items():
                figures = _figures(found.value, found.low, found.high)
                writer.writerow([*names, language, *figures, one.counts[language], *[""] * 3, one.signature])
        names = [row.cell.asked.choice.title, row.cell.setup.name]
        for language, kept in row.fidelity.items():
            writer.writerows([*names, *cells] for cells in _fidelity_cells(language, kept))
        for cells in favour.records(row.favour) if row.favour else ():
            writer.writerow([*names, *cells, *[""] * 7])
    return out.getvalue()


def _fidelity_cells(language: str, found: Fidelity) -> Iterator[list[object]]:
    """The rates of one answer language, with how many answers each is about."""
    for metric in ("clr", "rlc", "lpr", "wpr"):
        rate: Rate = getattr(found, metric)
        if rate.value is not None:
            n = round(rate.coverage * rate.n)
            yield [metric.upper(), f"answers:{language}", f"{rate.value:.6f}", "", "", n, *[""] * 4]
    if found.lcpr is not None:
        yield ["LCPR", f"answers:{language}", f"{found.lcpr:.6f}", "", "", found.clr.n, *[""] * 4]


def latex(rows: Sequence[Row]) -> str:
    """A ``tabular`` for each benchmark, for the booktabs package."""
    parts = []
    for title, table, _ in _tables(rows, _marked):
        head, *body = [" & ".join(map(_escaped, row)) + r" \\" for row in table]
        columns = "l" + "r" * (len(table[0]) - 1)
        parts.append(
            "\n".join(
                [
                    f"% {title}",
                    rf"\begin{{tabular}}{{{columns}}}",
                    r"\toprule",
                    head,
                    r"\midrule",
                    *body,
                    r"\bottomrule",
                    r"\end{tabular}",
                ]
            )
        )
    return "\n\n".join(parts) + "\n"


FORMATS: Mapping[str, Callable[[Sequence[Row]], str]] = {
    "table": terminal,
    "markdown": markdown,
    "csv": comma_separated,
    "latex": latex,
}


def _tables(rows: Sequence[Row], shown: Callable[[Row, Result], str]) -> list[tuple[str, list[list[str]], list[Row]]]:
    found = []
    for title, group in groupby(rows, key=lambda row: row.cell.asked.choice.title):
        members = list(group)
        metrics = list(dict.fromkeys(one.metric for row in members for one in row.results))
        head = ["setup", *metrics, "CLR", "ms/search", "ms/answer", "failed"]
        body = [[row.cell.setup.name, *_values(row, metrics, shown), *_rest(row)] for row in members]
        examples = members[0].cell.asked.examples
        n = f"{many(len(examples), 'question')} in {many(len({one.query.language for one in examples}), 'language')}"
        found.append((f"{title}: {n}", [head, *body], members))
        if languages := favour.table([(row.cell.setup.name, row.favour) for row in members]):
            found.append(
                (f"{title}: languages of the first {favour.TOP} hits, %, and of what is relevant", languages, [])
            )
    return found


def lines_below(rows: Sequence[Row]) -> list[str]:
    """What stands below the table of one benchmark: abstention, judges, and which differences could be seen."""
    found = [one.line() for one in summaries([row.cell for row in rows], [row.opinions for row in rows])]
    return [*_abstention_lines(rows), *found, *_detectable_line(rows)]


def _abstention_lines(rows: Sequence[Row]) -> Iterator[str]:
    """NoMIRACL's two rates, where the benchmark has questions that no judged passage answers."""
    for row in rows:
        one = row.abstention
        if one and one.unanswerable and one.hallucination is not None:
            error = f", abstained from {one.error:.3f} of {one.answerable:,} that have" if one.error is not None else ""
            told = (
                f"{row.cell.setup.name}: answered {one.hallucination:.3f} of {one.unanswerable:,} questions without a"
            )
            yield f"{told} relevant passage{error}"


def _detectable_line(rows: Sequence[Row]) -> Iterator[str]:
    """The smallest true difference from the first setup that these questions would show, the largest over the setups."""
    largest: dict[str, float] = {}
    for row in rows:
        for metric, (compared, _) in row.comparisons.items():
            largest[metric] = max(largest.get(metric, 0.0), compared.detectable)
    if largest:
        shown = ", ".join(f"{metric} {value:.3f}" for metric, value in largest.items())
        yield f"differences from the first setup that would be seen (80 % power, p < .05): {shown}"


def many(count: int, what: str) -> str:
    """``1 setup``, ``2 setups``."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _values(row: Row, metrics: Sequence[str], shown: Callable[[Row, Result], str]) -> list[str]:
    by_name = {one.metric: one for one in row.results}
    return [shown(row, by_name[name]) if name in by_name else "–" for name in metrics]


def _rest(row: Row) -> list[str]:
    clr = row.fidelity["all"].clr if row.fidelity else None
    told = "–" if clr is None or clr.value is None else f"{clr.value:.3f} of {clr.coverage:.2f}"
    failed = f"{row.failed}" + (f" (+{row.missing} not run)" if row.missing else "")
    return [told, f"{row.search_seconds * 1000:.1f}", f"{row.answer_seconds * 1000:.1f}", failed]


def _marked(row: Row, one: Result) -> str:
    compared = row.comparisons.get(one.metric)
    return f"{one.value:.3f}{'*' if compared and compared[1] < _SIGNIFICANT else ''}"


def _with_interval(row: Row, one: Result) -> str:
    found = row.intervals[one.metric]
    return f"{_marked(row, one)} [{found.low:.3f}, {found.high:.3f}]"


def _figures(*values: float) -> list[str]:
    return [f"{value:.6f}" for value in values]


def _cell(cell: str, width: int, column: int) -> str:
    return f"{cell:<{width}}" if column == 0 else f"{cell:>{width}}"


def _escaped(text: str) -> str:
    for mark in "&%$#_{}":
        text = text.replace(mark, f"\\{mark}")
    return text.replace("–", "--")
