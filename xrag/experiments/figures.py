"""The figures of one cell, kept beside its results, so that a report need not score again what has not changed.

A file is used only where the very results, questions and lines of code that made it are the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

from xrag import manifest
from xrag.errors import XragError
from xrag.eval.fidelity import Fidelity, Judged, Rate, Verdict
from xrag.eval.grounding import Abstention
from xrag.eval.results import Result
from xrag.eval.statistics import Interval
from xrag.experiments.favour import Favour
from xrag.experiments.plan import Cell
from xrag.types import Json

Parts = Mapping[str, Mapping[str, Interval]]
_CODE = ("eval", "languages", "experiments")


@dataclass(frozen=True, slots=True)
class Figures:
    """What can be said of one cell alone. ``judged``: query id ─▶ the language of its answer. Seconds are per question."""

    results: tuple[Result, ...]
    intervals: Mapping[str, Interval] = field(hash=False)
    language_intervals: Parts = field(hash=False)
    fidelity: Mapping[str, Fidelity] = field(hash=False)
    judged: Mapping[str, Judged] = field(hash=False)
    abstention: Abstention | None
    search_seconds: float
    answer_seconds: float
    failed: int
    missing: int
    favour: Favour | None = None


def key_of(cell: Cell, paths: Sequence[Path]) -> str:
    """Names the results on disk, the questions, and the code that scores them."""
    there = [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in paths if path.exists()]
    return hashlib.sha256(json.dumps([cell.asked.key, there, _code()]).encode()).hexdigest()


def read(path: Path, key: str) -> Figures | None:
    """The figures of a file, None where it is not there or is of other results."""
    try:
        table = json.loads(path.read_bytes())
        return _figures(table["figures"]) if table["key"] == key else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write(path: Path, key: str, found: Figures) -> None:
    """Keep the figures; a directory that cannot be written has its report all the same."""
    with suppress(XragError):
        manifest.write_text(path, json.dumps({"key": key, "figures": _table(found)}, ensure_ascii=False))


@cache
def _code() -> str:
    """A digest of every line that may change a figure."""
    digest = hashlib.sha256()
    for room in _CODE:
        for path in sorted(Path(str(files("xrag") / room)).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _table(found: Figures) -> dict[str, Json]:
    results: list[Json] = [
        {
            "metric": one.metric,
            "value": one.value,
            "by_language": dict(one.by_language),
            "counts": dict(one.counts),
            "per_query": dict(one.per_query),
            "signature": one.signature,
        }
        for one in found.results
    ]
    rates: dict[str, Json] = {tag: _fidelity_table(one) for tag, one in found.fidelity.items()}
    told = found.abstention
    return {
        "results": results,
        "intervals": {name: _bounds(one) for name, one in found.intervals.items()},
        "language_intervals": {
            name: {tag: _bounds(one) for tag, one in parts.items()} for name, parts in found.language_intervals.items()
        },
        "fidelity": rates,
        "judged": {key: [str(one.verdict), one.language] for key, one in found.judged.items()},
        "abstention": [told.hallucination, told.error, told.unanswerable, told.answerable] if told else None,
        "search_seconds": found.search_seconds,
        "answer_seconds": found.answer_seconds,
        "failed": found.failed,
        "missing": found.missing,
        "favour": cast(Json, asdict(found.favour)) if found.favour else None,
    }


def _bounds(one: Interval) -> list[Json]:
    return [one.value, one.low, one.high]


def _fidelity_table(one: Fidelity) -> dict[str, Json]:
    rates = {name: getattr(one, name) for name in ("clr", "rlc", "lpr", "wpr")}
    table: dict[str, Json] = {name: [rate.value, rate.coverage, rate.n] for name, rate in rates.items()}
    return table | {"lcpr": one.lcpr, "undetermined": one.undetermined, "distribution": dict(one.distribution)}


def _figures(table: dict[str, Any]) -> Figures:  # Any: what _table wrote
    parts = table["language_intervals"]
    told = table["abstention"]
    return Figures(
        results=tuple(Result(**one) for one in table["results"]),
        intervals={name: Interval(*one) for name, one in table["intervals"].items()},
        language_intervals={name: {tag: Interval(*one) for tag, one in of.items()} for name, of in parts.items()},
        fidelity={tag: _fidelity(one) for tag, one in table["fidelity"].items()},
        judged={key: Judged(Verdict(verdict), tag) for key, (verdict, tag) in table["judged"].items()},
        abstention=Abstention(*told) if told else None,
        search_seconds=table["search_seconds"],
        answer_seconds=table["answer_seconds"],
        failed=table["failed"],
        missing=table["missing"],
        favour=Favour(**table["favour"]) if table["favour"] else None,
    )


def _fidelity(table: dict[str, Any]) -> Fidelity:  # Any: as above
    rates = {name: Rate(*table[name]) for name in ("clr", "rlc", "lpr", "wpr")}
    return Fidelity(**rates, lcpr=table["lcpr"], undetermined=table["undetermined"], distribution=table["distribution"])
