"""Does a setup favour passages in some languages? What it finds in the question's language and in others, apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from xrag.errors import IndexNotFound, MissingExtra, PassageNotFound
from xrag.experiments.directory import opened, ranked
from xrag.experiments.plan import Cell
from xrag.languages import same
from xrag.protocols import PassageLookup
from xrag.types import Example, Passage

TOP, DEPTH = 10, 100
"""How many hits are looked at: for recall and languages, and for ranks."""


@dataclass(frozen=True, slots=True)
class Favour:
    """``figures``: recall in the question's language and across, Max@R, PEER; those that some question tells.

    ``taken`` is query language ─▶ passage language ─▶ its share of the first hits, ``pool`` the share of each language of all
    passages, the most frequent first.
    """

    figures: Mapping[str, float]
    taken: Mapping[str, Mapping[str, float]]
    pool: Mapping[str, float]

    @property
    def own(self) -> float | None:
        """The share of the question's own language among the first hits, in the mean over the languages that the pool has."""
        shares = [
            sum(share for language, share in found.items() if same(language, asked))
            for asked, found in self.taken.items()
            if any(same(language, asked) for language in self.pool)
        ]
        return sum(shares) / len(shares) if shares else None


def favour(cell: Cell, directory: Path) -> Favour | None:
    """What a cell's hits tell; None where all passages are in one language, the index is gone, or the extra ``eval`` is not
    installed. A relevant passage that the index does not hold is in no language, and is left out.
    """
    try:
        with opened(cell.asked, directory) as index:
            counts = index.languages()
            if len(counts) < 2:
                return None
            found = ranked(cell, directory)
            wanted = {passage for ids in found.values() for passage in ids[:TOP]}
            wanted.update(key for one in cell.asked.examples for key, grade in one.qrels.items() if grade > 0)
            languages = {passage.id: passage.language for passage in _held(index.corpus, sorted(wanted))}
        figures, taken = _measured(_known(cell.asked.examples, languages), found, languages)
    except (IndexNotFound, MissingExtra):
        return None
    total = sum(counts.values())
    return Favour(figures, taken, {language: count / total for language, count in _descending(counts)})


def _held(passages: PassageLookup, ids: Sequence[str]) -> list[Passage]:
    """The passages of those ids that are there."""
    try:
        return list(passages.get(ids))
    except PassageNotFound:
        half = len(ids) // 2
        return [*_held(passages, ids[:half]), *_held(passages, ids[half:])] if half else []


def _known(examples: Sequence[Example], languages: Mapping[str, str]) -> list[Example]:
    """The examples with those relevant passages whose language is known."""
    return [
        replace(one, qrels={key: grade for key, grade in one.qrels.items() if key in languages}) for one in examples
    ]


def _measured(
    examples: Sequence[Example], found: Mapping[str, Sequence[str]], languages: Mapping[str, str]
) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
    from xrag.eval import bias  # noqa: PLC0415 - an optional extra

    split = bias.split_recall(found, examples, languages, TOP)
    results = [
        split.same,
        split.cross,
        bias.max_rank(found, examples, DEPTH),
        bias.peer(found, examples, languages, DEPTH),
    ]
    return {one.metric: one.value for one in results if one.n}, bias.shares(found, examples, languages, TOP)


def _descending(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: -item[1])


def table(named: Sequence[tuple[str, Favour | None]]) -> list[list[str]]:
    """A row for each setup, below the pool's: the figures, then the languages of the first hits in per cent; empty for none."""
    told = [(name, one) for name, one in named if one]
    if not told:
        return []
    pool = told[0][1].pool
    metrics = list(dict.fromkeys(metric for _, one in told for metric in one.figures))
    rows = [
        ["setup", *metrics, "own", *pool],
        ["(all passages)", *[""] * len(metrics), "", *map(_percent, pool.values())],
    ]
    for name, one in told:
        figures = [f"{one.figures[metric]:.3f}" if metric in one.figures else "–" for metric in metrics]
        shares = [_mean(one, language) for language in pool]
        rows.append([name, *figures, "–" if one.own is None else _percent(one.own), *map(_percent, shares)])
    return rows


def records(one: Favour) -> Iterator[list[str]]:
    """Metric, query language, value: a line for each figure, and for each language of the first hits."""
    for metric, value in one.figures.items():
        yield [metric, "mean", f"{value:.6f}"]
    for asked, found in one.taken.items():
        for language, share in found.items():
            yield [f"first {TOP} in {language}", asked, f"{share:.6f}"]


def _mean(one: Favour, language: str) -> float:
    """The share of a passage language, in the mean over the query languages."""
    return sum(found.get(language, 0.0) for found in one.taken.values()) / max(len(one.taken), 1)


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"
