"""Everything that can be said of predictions: corrected and official figures, the language of the answers, the audit."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from xrag import registry
from xrag.errors import InputError, UsageError
from xrag.eval import kilotokens, statistics
from xrag.eval.answers import SHORT_ANSWER_METRICS
from xrag.eval.audit import Audit, audit, first_answers
from xrag.eval.fidelity import Fidelity, fidelity, joint, verdicts
from xrag.eval.grounding import nugget_recall
from xrag.eval.official.script import Script
from xrag.eval.predictions import Prediction, decoded
from xrag.eval.results import Result
from xrag.eval.statistics import Interval
from xrag.types import Example, Hit, Ranking


@dataclass(frozen=True, slots=True)
class Scores:
    """The figures of one file. ``intervals`` (95 %, of the macro mean) are keyed by the metric, ``fidelity`` by language."""

    corrected: tuple[Result, ...]
    official: tuple[Result, ...]
    audit: Audit
    fidelity: Mapping[str, Fidelity] = field(default_factory=dict, hash=False)
    intervals: Mapping[str, Interval] = field(default_factory=dict, hash=False)


def score_answers(
    predictions: Sequence[Prediction],
    examples: Sequence[Example],
    script: str | None = None,
    nuggets: Mapping[str, Mapping[str, float]] | None = None,
) -> Scores:
    """Answers where there are any, retrieved texts (``ctxs``) where there are any. ``script`` is a published one;
    ``nuggets`` (query id ─▶ nugget ─▶ weight) give the nugget recall.

    Without any gold answer, the language of the answers is all else that is told. Raises ``UsageError`` where no prediction, or
    no nugget, is for any of the questions.
    """
    predictions = _matched(predictions, examples)
    published = cast(Script, registry.load("script", script)) if script else None
    official = tuple(published(predictions, examples).values()) if published else ()
    unmatchable = published.unmatchable(examples) if published else ()
    results: list[Result] = []
    found: Mapping[str, Fidelity] = {}
    if any(one.contexts for one in predictions):
        contexts = {one.id: one.contexts for one in reversed(predictions) if one.contexts}
        results.extend(kilotokens.score(contexts, examples).values())
    answers = first_answers(predictions)
    if answers:
        judged = verdicts(answers, examples)
        found = fidelity(answers, examples, judged)
        if any(one.gold_answers for one in examples):
            results.extend(metric.result(answers, examples) for metric in SHORT_ANSWER_METRICS)
            results.append(joint(results[-len(SHORT_ANSWER_METRICS) + 1], judged, examples))
    if nuggets:
        if not nuggets.keys() & {one.query.id for one in examples}:
            raise UsageError(f"the nuggets are for none of the questions ('{next(iter(nuggets))}' is not among them)")
        results.append(nugget_recall(answers, nuggets, examples))
    checked = audit(predictions, examples, unmatchable)
    return Scores(tuple(results), official, checked, found, intervals(results, examples))


def intervals(results: Sequence[Result], examples: Sequence[Example]) -> dict[str, Interval]:
    """The bootstrap interval of each result's macro mean."""
    languages = {one.query.id: one.query.language for one in examples}
    return {one.metric: statistics.bootstrap(one.per_query, languages) for one in results if one.per_query}


def read_run(path: Path) -> dict[str, Ranking]:
    """A TREC run: query, iteration, passage, rank, score and a name on each line; sorted by score, then by rank.

    Raises ``InputError`` with file and line for what is none, and for a passage that a query has twice.
    """
    rows: dict[str, dict[str, tuple[float, int]]] = {}
    for number, line in enumerate(decoded(path).split("\n"), start=1):
        if not line.strip():
            continue
        query_id, passage_id, rank, score = _run_line(line, f"{path}:{number}")
        found = rows.setdefault(query_id, {})
        if passage_id in found:
            raise InputError(f"{path}:{number}: query '{query_id}' has the passage '{passage_id}' more than once")
        found[passage_id] = (-score, rank)
    if not rows:
        raise InputError(f"{path} is empty; it should hold a TREC run")
    return {
        query_id: tuple(Hit(one, -found[one][0]) for one in sorted(found, key=lambda one: (*found[one], one)))
        for query_id, found in rows.items()
    }


def _run_line(line: str, place: str) -> tuple[str, str, int, float]:
    try:
        query_id, _, passage_id, rank, score, _ = line.split()
        number = int(rank), float(score)
    except ValueError as error:
        raise InputError(f"{place}: not a line of a TREC run (query Q0 passage rank score name)") from error
    if not math.isfinite(number[1]):
        raise InputError(f"{place}: the score is {score}, no number that a hit can be ranked by")
    return query_id, passage_id, *number


def matched_run(run: Mapping[str, Ranking], examples: Sequence[Example]) -> Mapping[str, Ranking]:
    """The run under the ids of the examples, as ``score_answers`` does it. Raises ``UsageError`` where nothing matches."""
    asked = {one.query.id for one in examples}
    if asked & run.keys():
        return run
    prefixes = {one.partition(":")[0] for one in asked}
    pools = {passage.partition(":")[0] for one in examples for passage in one.qrels}
    if len(prefixes) == len(pools) == 1:
        [prefix], [pool] = prefixes, pools
        renamed = {
            f"{prefix}:{query_id}": tuple(replace(hit, passage_id=f"{pool}:{hit.passage_id}") for hit in found)
            for query_id, found in run.items()
        }
        if asked & renamed.keys():
            return renamed
    raise _another_split(next(iter(run)))


def _matched(predictions: Sequence[Prediction], examples: Sequence[Example]) -> Sequence[Prediction]:
    """The predictions under the ids of the examples: where those begin with the one language asked, with it put before."""
    asked = {one.query.id for one in examples}
    prefixes = {one.partition(":")[0] for one in asked}
    if any(one.id in asked for one in predictions):
        return predictions
    if len(prefixes) == 1:
        [prefix] = prefixes
        renamed = [replace(one, id=f"{prefix}:{one.id}") for one in predictions]
        if any(one.id in asked for one in renamed):
            return renamed
    raise _another_split(predictions[0].id if predictions else "nothing")


def _another_split(first: str) -> UsageError:
    return UsageError(
        f"none of the predictions is for one of the questions ('{first}' is not among them): "
        "is it another split, or another benchmark? (one language of several: --languages)"
    )
