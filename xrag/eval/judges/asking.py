"""What a judge is asked: the task in English or in the answer's language, and what there is to judge, between tags."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from xrag.control.prompts import defused
from xrag.eval.judges.tasks import Case, Part, Task
from xrag.resources.judging import Rubric, rubric
from xrag.types import Message, Prompt, Structure


def prompt(case: Case, task: Task, language: str) -> Prompt:
    """The prompt for one case, in ``language`` where judges can be asked in it, else in English."""
    words = rubric(language)
    labels = ", ".join(json.dumps(label) for label in task.labels)
    told = f"{getattr(words, task.name)}\n{words.form.format(labels=labels)}"
    messages = Message("system", told), Message("user", "\n\n".join(_parts(case, task)))
    return Prompt(case.example.query, (), words.language, messages)


def again(asked: Prompt, reply: str, task: Task) -> Prompt:
    """The prompt after a reply that was no verdict: the reply, and what was meant."""
    words: Rubric = rubric(asked.answer_language)
    example = json.dumps({"reason": "…", "verdict": task.labels[0]}, ensure_ascii=False)
    turns = Message("assistant", reply), Message("user", words.retry.format(example=example))
    return replace(asked, messages=(*asked.messages, *turns))


def structure(task: Task) -> Structure:
    """The form of a verdict, for generators that keep to one."""
    return Structure(
        schema={
            "type": "object",
            "properties": {"reason": {"type": "string"}, "verdict": {"enum": list(task.labels)}},
            "required": ["reason", "verdict"],
            "additionalProperties": False,
        }
    )


def swapped(case: Case) -> Case:
    """The same case with its two answers the other way round."""
    return replace(case, answer=case.rival, rival=case.answer)


def _parts(case: Case, task: Task) -> Iterator[str]:
    yield _tagged("question", case.example.query.text)
    for part in task.shown:
        if part is Part.GOLD:
            yield from (_tagged("gold", one) for one in case.example.gold_answers)
        elif part is Part.PASSAGES:
            yield from (_tagged("passage", f"{one.title}\n{one.text}".strip()) for one in case.passages)
        elif part is Part.ANSWER:
            yield _tagged("answer", case.answer)
        else:
            yield _tagged("A", case.answer)
            yield _tagged("B", case.rival)


def _tagged(name: str, text: str) -> str:
    return f"<{name}>\n{defused(text)}\n</{name}>"
