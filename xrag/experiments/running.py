"""Doing what a plan says, from wherever an earlier run of it stopped.

First all searches, then what is reranked, then all answers, then all verdicts: of two large models one is in memory.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from xrag import manifest
from xrag.corpus.parallel import read_parallel
from xrag.errors import UsageError
from xrag.experiments import components
from xrag.experiments.account import write_manifest
from xrag.experiments.directory import MANIFEST, answers, failed_searches, hits, opened, rankings, reranked, searches
from xrag.experiments.given import given
from xrag.experiments.judging import judge_all
from xrag.experiments.plan import Asked, Cell, Plan
from xrag.experiments.records import Records
from xrag.experiments.spec import Options, Setup
from xrag.experiments.work import Job, Progress, Rows, Step
from xrag.index import build_index, embed_index, fit_cure, weigh_index
from xrag.pipeline import Pipeline, Request
from xrag.protocols import StreamingGenerator
from xrag.types import UNDETERMINED, Answer, Example, Json, Query, Ranking

PAIRS = 5000
"""Of each parallel text that a cure is learned from, at most."""


class Recorded:
    """A retriever that gives back what an earlier search found."""

    def __init__(self, rankings: Mapping[str, Ranking]) -> None:
        self._rankings = rankings

    def search(self, queries: Sequence[Query], k: int) -> list[Ranking]:
        """The first ``k`` recorded hits of each query; none for a query that failed."""
        return [self._rankings.get(query.id, ())[:k] for query in queries]


class Latest:
    """The generator that was made last, so that pieces of work in a row share it and no two are in memory."""

    def __init__(self) -> None:
        self._key: str | None = None
        self._made: StreamingGenerator | None = None

    def generator(self, name: str, options: Options) -> StreamingGenerator:
        """The generator of that name with these options."""
        key = components.generator_key(name, options)
        if self._made is None or key != self._key:
            self._made = None
            self._made, self._key = components.generator(name, options), key
        return self._made


def run(plan: Plan, directory: Path, progress: Progress = lambda _: None) -> None:
    """Do what is missing. Raises ``IndexLocked`` where another run is at work, ``UsageError`` in another's directory."""
    made = Latest()
    with manifest.locked(directory):
        _begin(plan, directory)
        for cell in _together(plan.cells, _models_key):
            _search(cell, directory, progress)
        for cell in plan.cells:
            _rerank(cell, directory, progress)
        for cell in _together(plan.answering(), _generator_key):
            _answer(cell, directory, made, progress)
        judge_all(plan, directory, made.generator, progress)
        write_manifest(plan, directory, is_complete=True)


def _together(cells: Iterable[Cell], key: Callable[[Cell], str]) -> list[Cell]:
    """The cells with those of one key next to each other, the keys in the order in which they first come."""
    groups: dict[str, list[Cell]] = {}
    for cell in cells:
        groups.setdefault(key(cell), []).append(cell)
    return [cell for group in groups.values() for cell in group]


def _models_key(cell: Cell) -> str:
    setup = cell.setup
    return f"{cell.asked.key} {setup.embedder} {dict(setup.embedder_options)} {setup.sparse_encoder}"


def _generator_key(cell: Cell) -> str:
    return components.generator_key(cell.setup.generator or "", cell.setup.generator_options)


def _begin(plan: Plan, directory: Path) -> None:
    """Write down what is run, unless the directory is another experiment's."""
    said = directory / "experiment.toml"
    if (directory / MANIFEST).exists():
        earlier = manifest.read_json(directory / MANIFEST).get("name")
        if earlier != plan.experiment.name:
            raise UsageError(f"{directory} holds the experiment '{earlier}'; name another directory with -o")
    manifest.write_text(said, plan.experiment.text)
    write_manifest(plan, directory, is_complete=False)


def _built(asked: Asked, setup: Setup, directory: Path, progress: Progress) -> None:
    """The index of a benchmark's passages, with what the models of a setup make of them, and what is learned for that."""
    folder = directory / "indexes" / asked.pool
    source = directory / "indexes" / f"{asked.pool}.jsonl"
    if not (folder / MANIFEST).exists():
        progress(Step("index", asked.choice.title, 0, 1))
        with manifest.replacing(source) as beside, beside.open("w", encoding="utf-8") as stream:
            for passage in asked.benchmark.passages():
                row = {"id": passage.id, "text": passage.text, "language": passage.language, "title": passage.title}
                stream.write(json.dumps(row, ensure_ascii=False) + "\n")
        build_index([source], folder)
        progress(Step("index", asked.choice.title, 1, 1))
    if setup.embedder:
        progress(Step("embed", f"{asked.choice.title} × {setup.embedder}", 0, 1))
        embed_index(folder, setup.embedder, settings=components.settings(setup), keep=True)
        progress(Step("embed", f"{asked.choice.title} × {setup.embedder}", 1, 1))
    if setup.sparse_encoder:
        progress(Step("weigh", f"{asked.choice.title} × {setup.sparse_encoder}", 0, 1))
        weigh_index(folder, setup.sparse_encoder, keep=True)
        progress(Step("weigh", f"{asked.choice.title} × {setup.sparse_encoder}", 1, 1))
    if kind := components.cure(setup):
        fit_cure(folder, kind, read_parallel([Path(path) for path in setup.parallel], PAIRS))


def _search(cell: Cell, directory: Path, progress: Progress) -> None:
    records = searches(cell, directory)
    missing = records.missing([query.id for query in cell.queries])
    if not missing:
        return
    _built(cell.asked, cell.setup, directory, progress)
    if cell.setup.given:
        _give(cell, cell.setup.given, missing, records, progress)
        return
    with opened(cell.asked, directory) as index:
        retriever = index.retriever(cell.setup.retriever, translator=components.translator(cell.setup))

        def found(queries: Sequence[Query]) -> Rows:
            return [_hits_record(ranking) for ranking in retriever.search(queries, cell.setup.k)]

        _job("search", cell, records).do(missing, found, progress)


def _give(cell: Cell, which: str, missing: Sequence[str], records: Records, progress: Progress) -> None:
    examples = {one.query.id: one for one in cell.asked.examples}

    def found(queries: Sequence[Query]) -> Rows:
        return [_hits_record(given(which, examples[query.id], cell.setup.k)) for query in queries]

    _job("search", cell, records).do(missing, found, progress)


def _rerank(cell: Cell, directory: Path, progress: Progress) -> None:
    if cell.reranked is None:
        return
    records, found = reranked(cell, directory), searches(cell, directory)
    missing = records.missing([query.id for query in cell.queries])
    if not missing:
        return
    with opened(cell.asked, directory) as index:
        reranker = components.reranker(cell.setup, index.corpus)

        def ordered(queries: Sequence[Query]) -> Rows:
            given = [found[query.id] for query in queries]
            good = [i for i, record in enumerate(given) if "error" not in record]
            rankings = reranker.rerank([queries[i] for i in good], [hits(given[i]) for i in good], cell.setup.k)
            rows: Rows = [{"error": str(record.get("error"))} for record in given]
            for i, ranking in zip(good, rankings, strict=True):
                rows[i] = _hits_record(ranking)
            return rows

        _job("rerank", cell, records).do(missing, ordered, progress)


def _answer(cell: Cell, directory: Path, made: Latest, progress: Progress) -> None:
    records = answers(cell, directory)
    examples = {one.query.id: one for one in cell.asked.examples}
    missing = records.missing(list(examples))
    if not missing or cell.setup.generator is None:
        return
    failed = failed_searches(cell, directory)
    with opened(cell.asked, directory) as index:
        pipeline = Pipeline(
            Recorded(rankings(cell, directory)),
            index.corpus,
            generator=made.generator(cell.setup.generator, cell.setup.generator_options),
            context=components.context(cell.setup),
            views=components.views(cell.setup),
            policy=components.policy(cell.setup),
            translator=components.translator(cell.setup),
        )
        sampling = components.sampling(cell.setup)

        def answered(queries: Sequence[Query]) -> Rows:
            # A question that nothing could be searched for is not answered from nothing.
            good = [query for query in queries if query.id not in failed]
            requests = [Request(query, _answer_language(examples[query.id])) for query in good]
            said = pipeline.batch(requests, k=cell.setup.shown, sampling=sampling) if good else []
            rows = {query.id: _answer_record(one) for query, one in zip(good, said, strict=True)}
            return [rows.get(query.id) or {"error": failed[query.id]} for query in queries]

        _job("answer", cell, records).do(missing, answered, progress)


def _job(work: str, cell: Cell, records: Records) -> Job:
    return Job(work, f"{cell.asked.choice.title} × {cell.setup.name}", cell.queries, records)


def _hits_record(ranking: Ranking) -> dict[str, Json]:
    return {"hits": [[hit.passage_id, hit.score] for hit in ranking]}


def _answer_record(answer: Answer) -> dict[str, Json]:
    record: dict[str, Json] = {
        "text": answer.text,
        "language": answer.language,
        "abstained": answer.abstained,
        "context": [passage.id for passage in answer.context],
        "shown_in": [passage.language for passage in answer.context],
        "shown_question": answer.shown_question,
        "citations": list(dict.fromkeys(citation.passage_id for citation in answer.citations)),
        "attempts": [
            {
                "text": one.completion.text,
                "language": one.language,
                "accepted": one.accepted,
                "reason": one.reason,
                "control": one.control,
            }
            for one in answer.attempts
        ],
        "votes": [asdict(vote) for vote in answer.votes],
        "prompt_tokens": answer.usage.prompt_tokens,
        "completion_tokens": answer.usage.completion_tokens,
    }
    return {"error": answer.error, **{key: record[key] for key in _COST}} if answer.error else record


_COST = ("attempts", "prompt_tokens", "completion_tokens")


def _answer_language(example: Example) -> str | None:
    return None if example.answer_language == UNDETERMINED else example.answer_language
