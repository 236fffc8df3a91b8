"""The part of ``xrag score`` that says what a run does to the languages of the passages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from xrag.benchmarks import Benchmark
from xrag.cli._scores import aligned, result_lines
from xrag.errors import UsageError
from xrag.eval.scoring import matched_run, read_run
from xrag.index import open_index
from xrag.types import Example

if TYPE_CHECKING:
    from xrag.eval.bias import Report


def bias_of(run: Path, examples: Sequence[Example], benchmark: Benchmark | None, searched: Path | None) -> Report:
    """The report of a run. Raises ``UsageError`` where nobody tells the languages of the passages."""
    from xrag.eval import bias  # noqa: PLC0415 - needs the extra, which answers do not

    rankings = matched_run(read_run(run), examples)
    found = {key: [hit.passage_id for hit in ranking] for key, ranking in rankings.items()}
    if searched is not None:
        return bias.report(found, examples, *_of_index(searched, found, examples))
    if benchmark is None:
        raise UsageError("name the index that was searched with --index DIR: it tells the languages of the passages")
    languages = {passage.id: passage.language for passage in benchmark.passages()}
    return bias.report(found, examples, languages, Counter(languages.values()))


def _of_index(
    directory: Path, found: Mapping[str, Sequence[str]], examples: Sequence[Example]
) -> tuple[dict[str, str], Mapping[str, int]]:
    named = {passage for ids in found.values() for passage in ids}
    named.update(passage for one in examples for passage, grade in one.qrels.items() if grade > 0)
    with open_index(directory) as index:
        passages = index.corpus.get(sorted(named))
        return {passage.id: passage.language for passage in passages}, index.languages()


def bias_lines(found: Report) -> list[str]:
    """The figures by query language, then the languages of the first hits beside those of the pool."""
    rows = [["first 10 in", *found.pool]]
    rows.append(["pool", *(_share(share) for share in found.pool.values())])
    rows += [
        [asked, *(_share(taken.get(language, 0.0)) for language in found.pool)] for asked, taken in found.taken.items()
    ]
    return [*result_lines(found.results, {}), "", *aligned(rows)]


def bias_record(found: Report) -> dict[str, object]:
    """The same for programs."""
    return {
        "results": [asdict(one) for one in found.results],
        "gap": found.split.gap,
        "taken": found.taken,
        "pool": found.pool,
    }


def _share(share: float) -> str:
    return f"{100 * share:.1f} %"
