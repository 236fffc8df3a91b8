"""What an experiment found as one page that loads nothing: tables to sort, plots, every single question.

The data stand in the page gzipped and in base 64, and reach the document as text nodes alone, so that no passage can be markup.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from itertools import groupby
from pathlib import Path

from xrag.experiments.directory import answers, rankings, searches
from xrag.experiments.favour import TOP, Favour, table
from xrag.experiments.plan import Cell, Plan
from xrag.experiments.records import Record
from xrag.experiments.scores import Row
from xrag.experiments.tables import lines_below, many
from xrag.index import open_index
from xrag.types import Json, Passage, Ranking

_HITS = 5
_ANSWER, _PASSAGE = 600, 240
"""Characters shown."""


def page(plan: Plan, rows: Sequence[Row], directory: Path) -> str:
    """The page as HTML. ``rows`` are the scores of the plan's cells, ``directory`` holds their results."""
    sections = [
        _section(title, list(group), directory)
        for title, group in groupby(rows, key=lambda row: row.cell.asked.choice.title)
    ]
    setups = many(len(plan.experiment.setups), "setup")
    about = f"{setups} on {many(len(sections), 'benchmark')}, seed {plan.experiment.seed}"
    data = {"name": plan.experiment.name, "about": about, "benchmarks": sections}
    packed = gzip.compress(
        json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode(), compresslevel=6, mtime=0
    )
    template = (files(__package__) / "report.html").read_text(encoding="utf-8")
    return template.replace("DATA", base64.b64encode(packed).decode(), 1)


def _section(title: str, rows: Sequence[Row], directory: Path) -> dict[str, object]:
    asked = rows[0].cell.asked
    found = [rankings(row.cell, directory, TOP) for row in rows]
    passages = _passages(rows[0].cell, found, directory)
    spec = asked.benchmark.spec
    return {
        "title": title,
        "source": f"{spec.title}: {spec.citation}. {spec.licence}.",
        "below": lines_below(rows),
        "favour": table([(row.cell.setup.name, row.favour) for row in rows]),
        "languages": sorted({one.query.language for one in asked.examples}),
        "metrics": list(dict.fromkeys(one.metric for row in rows for one in row.results)),
        "setups": [
            _setup(row, ranked, directory) | {"split": _split(row.favour)}
            for row, ranked in zip(rows, found, strict=True)
        ],
        "questions": [
            {
                "text": one.query.text,
                "language": one.query.language,
                "gold": list(one.gold_answers),
                "relevant": [key for key, grade in one.qrels.items() if grade > 0],
            }
            for one in asked.examples
        ],
        "passages": {key: [one.language, _cut(one.text, _PASSAGE)] for key, one in passages.items()},
    }


def _setup(row: Row, found: Mapping[str, Ranking], directory: Path) -> dict[str, object]:
    metrics = {}
    for one in row.results:
        whole = row.intervals[one.metric]
        by_language = {key: [f.value, f.low, f.high] for key, f in row.language_intervals[one.metric].items()}
        metrics[one.metric] = {"mean": [one.value, whole.low, whole.high], "languages": by_language}
    clr = row.fidelity["all"].clr if row.fidelity else None
    milliseconds = (row.search_seconds + row.answer_seconds) * 1000
    told = f"{clr.value:.3f} of {clr.coverage:.2f}" if clr is not None and clr.value is not None else "–"
    return {
        "name": row.cell.setup.name,
        "metrics": metrics,
        "p": {metric: p for metric, (_, p) in row.comparisons.items()},
        "extra": {"CLR": told, "ms": milliseconds, "failed": row.failed + row.missing},
        "milliseconds": milliseconds,
        "distribution": {key: dict(one.distribution) for key, one in row.fidelity.items() if key != "all"},
        "answers": _answers(row, found, directory),
    }


def _answers(row: Row, found: Mapping[str, Ranking], directory: Path) -> list[dict[str, object] | None]:
    cell = row.cell
    records, said = searches(cell, directory), answers(cell, directory) if cell.answer else None
    texts = {key: str(record["text"]) for key, record in said.items() if "text" in record} if said else {}
    judged = row.judged
    right = next((one.per_query for one in row.results if one.metric == "contains"), {})
    shown: list[dict[str, object] | None] = []
    for one in cell.asked.examples:
        key = one.query.id
        search, answer = records.get(key), said.get(key) if said else None
        if search is None and answer is None:
            shown.append(None)
            continue
        ids = [hit.passage_id for hit in found[key]]
        rank = next((i for i, passage in enumerate(ids, start=1) if one.qrels.get(passage, 0) > 0), None)
        entry: dict[str, object] = {
            "hits": [[hit.passage_id, round(hit.score, 4)] for hit in found[key][:_HITS]],
            "rank": rank,
        }
        errors = [str(record["error"]) for record in (search, answer) if record and "error" in record]
        entry |= {"error": errors[0]} if errors else {}
        if key in texts:
            entry |= {
                "text": _cut(texts[key], _ANSWER),
                "score": right.get(key, 0.0),
                "attempts": _attempts(answer or {}),
            }
            entry["verdict"] = judged[key].verdict if key in judged else "undetermined"
        said_of = [(one.choice.name, one.verdicts[key]) for one in row.opinions if key in one.verdicts]
        if said_of:
            entry["judges"] = [[name, one.label, _cut(one.error or one.reason, _ANSWER)] for name, one in said_of]
        shown.append(entry)
    return shown


def _attempts(answer: Record) -> list[Json]:
    """Each try with its language and what the guard said of it, where there was more than one."""
    tried = answer.get("attempts")
    if not isinstance(tried, list) or len(tried) < 2:
        return []
    rows = [one for one in tried if isinstance(one, dict)]
    return [[one["language"], one["accepted"], one["reason"], _cut(str(one["text"]), _PASSAGE)] for one in rows]


def _passages(cell: Cell, found: Iterable[Mapping[str, Ranking]], directory: Path) -> dict[str, Passage]:
    """The passages behind the hits that are shown."""
    ids = list(
        dict.fromkeys(hit.passage_id for ranked in found for ranking in ranked.values() for hit in ranking[:_HITS])
    )
    with open_index(directory / "indexes" / cell.asked.pool) as index:
        return dict(zip(ids, index.corpus.get(ids), strict=True))


def _split(found: Favour | None) -> list[Json] | None:
    """Recall of the relevant passages in the question's language and in others, where the pool has several."""
    return [found.figures.get(f"R@{TOP} {which}") for which in ("same", "cross")] if found else None


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
