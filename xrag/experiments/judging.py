"""The verdicts of an experiment's judges: asked for once, of every answer as it stands now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias, cast

from xrag.eval.judges.tasks import Case, Part, Verdict, task_of
from xrag.experiments import components
from xrag.experiments.directory import answers, judged_text, opened, texts, verdict, verdict_records
from xrag.experiments.plan import Cell, Plan
from xrag.experiments.records import Record
from xrag.experiments.spec import JudgeChoice, Options
from xrag.experiments.work import Job, Progress, Rows
from xrag.protocols import StreamingGenerator
from xrag.types import Json, Passage, Query

Made: TypeAlias = Callable[[str, Options], StreamingGenerator]


def judge_all(plan: Plan, directory: Path, made: Made, progress: Progress) -> None:
    """Have every judge that is no person judge every answer that it has not judged as it stands."""
    for choice in plan.experiment.judges:
        if choice.generator is None:
            continue
        for cell in plan.answering():
            rival = rival_of(choice, cell, plan)
            if rival is not cell:
                _judge(choice, cell, rival, directory=directory, made=made, progress=progress)


def rival_of(choice: JudgeChoice, cell: Cell, plan: Plan) -> Cell | None:
    """The cell whose answers a judge compares with; the cell itself where there is nothing to compare it with."""
    return plan.first(cell.asked) if task_of(choice.task).is_comparison else None


def verdicts(choice: JudgeChoice, cell: Cell, rival: Cell | None, directory: Path) -> dict[str, Verdict]:
    """Query id ─▶ verdict, of those on the answers as they stand."""
    records = verdict_records(cell.verdicts[choice.name], directory)
    wanted = _judged_texts(cell, rival, directory)
    return {
        key: verdict(record) for key, record in records.items() if key in wanted and record.get("of") == wanted[key]
    }


def _judged_texts(cell: Cell, rival: Cell | None, directory: Path) -> dict[str, str]:
    """Query id ─▶ the name of what is to be judged: its answer as it stands, an empty one where there is none."""
    said = texts(answers(cell, directory))
    against = texts(answers(rival, directory)) if rival else {}
    return {q.id: judged_text(said.get(q.id, ""), against.get(q.id, "")) for q in cell.queries}


def _judge(
    choice: JudgeChoice, cell: Cell, rival: Cell | None, *, directory: Path, made: Made, progress: Progress
) -> None:
    records = verdict_records(cell.verdicts[choice.name], directory)
    wanted = _judged_texts(cell, rival, directory)
    stale = [key for key, record in records.items() if record.get("of") != wanted.get(key)]
    missing = list(dict.fromkeys([*records.missing(list(wanted)), *(key for key in stale if key in wanted)]))
    if not missing:
        return
    examples = {one.query.id: one for one in cell.asked.examples}
    own = answers(cell, directory)
    said, against = texts(own), texts(answers(rival, directory)) if rival else {}
    shows_passages = Part.PASSAGES in task_of(choice.task).shown
    judge = components.judge(choice, made(choice.generator or "", choice.generator_options))
    with opened(cell.asked, directory) as index:

        def judged(queries: Sequence[Query]) -> Rows:
            shown = [_context(own.get(q.id), index.corpus.get) if shows_passages else () for q in queries]
            cases = [
                Case(examples[q.id], said.get(q.id, ""), passages, against.get(q.id, ""))
                for q, passages in zip(queries, shown, strict=True)
            ]
            found = zip(queries, judge.judge(cases), strict=True)
            return [{**_record(one), "of": wanted[query.id]} for query, one in found]

        what = f"{cell.asked.choice.title} × {cell.setup.name} × {choice.name}"
        Job("judge", what, cell.queries, records).do(missing, judged, progress)


def _context(record: Record | None, get: Callable[[Sequence[str]], list[Passage]]) -> tuple[Passage, ...]:
    ids = cast(list[str], (record or {}).get("context") or [])
    return tuple(get(ids)) if ids else ()


def _record(one: Verdict) -> dict[str, Json]:
    record: dict[str, Json] = {
        "label": one.label,
        "reason": one.reason,
        "asked": one.asked,
        "repaired": one.repaired,
        "prompt_tokens": one.usage.prompt_tokens,
        "completion_tokens": one.usage.completion_tokens,
    }
    return record | ({"error": one.error} if one.error else {})
