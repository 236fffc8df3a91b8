"""The manifest of an experiment directory: what was run with what, so that every figure can be made again."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import cast

from xrag import manifest
from xrag.control.prompts import chat_messages
from xrag.errors import IndexDirectoryError
from xrag.experiments import components
from xrag.experiments.directory import MANIFEST, opened
from xrag.experiments.plan import Asked, Cell, Plan
from xrag.index import embedders
from xrag.types import Json

_PACKAGES = (
    "crosslingual-rag", "bm25s", "fasttext-predict", "ir-measures", "numpy", "sacrebleu", "torch", "transformers", "vllm",
)  # fmt: skip


def write_manifest(plan: Plan, directory: Path, *, is_complete: bool) -> None:
    """Write down the experiment as it is now; ``is_complete`` says that nothing of it is missing."""
    asked = {cell.asked.choice.title: cell.asked for cell in plan.cells}
    manifest.write_json(
        directory / MANIFEST,
        {
            "name": plan.experiment.name,
            "seed": plan.experiment.seed,
            "complete": is_complete,
            "cells": [_cell(cell) for cell in plan.cells],
            "benchmarks": {title: _benchmark(one, directory) for title, one in asked.items()},
            "prompts": {cell.setup.name: _prompts(cell) for cell in plan.answering()},
            "versions": dict(_versions()),
        },
    )


def _cell(cell: Cell) -> Json:
    return {
        "benchmark": cell.asked.choice.title,
        "setup": cell.setup.name,
        "search": cell.search,
        "reranked": cell.reranked,
        "answer": cell.answer,
        "verdicts": dict(cell.verdicts),
        "questions": len(cell.queries),
        "translator": components.translator(cell.setup).fingerprint,
        "policy": components.policy(cell.setup).to_table(),
    }


def _benchmark(asked: Asked, directory: Path) -> Json:
    """Its published revision, the key of the very questions and passages, and the partitions and vectors of its index."""
    spec = asked.benchmark.spec
    found: dict[str, Json] = {"revision": spec.revision, "split": asked.benchmark.split, "key": asked.key}
    try:
        with opened(asked, directory) as index:
            found["partitions"] = {language: path.name for language, path in index.partitions().items()}
            found["embedders"] = list[Json](embedders(index.directory))
    except IndexDirectoryError:
        found["partitions"] = None
    return found


def _prompts(cell: Cell) -> Json:
    """For each answer language what a model is told, without the passages, and a name for all of it."""
    policy = components.policy(cell.setup)
    wanted = dict.fromkeys(one.answer_language for one in cell.asked.examples)
    told = {
        language: "\n".join(f"{one.role}: {one.content}" for one in chat_messages("…", (), language, policy=policy))
        for language in wanted
    }
    digest = hashlib.sha256("\0".join(f"{key} {told[key]}" for key in sorted(told)).encode()).hexdigest()
    return cast(Json, {"sha256": digest, "texts": told})


def _versions() -> Iterable[tuple[str, str]]:
    yield "python", platform.python_version()
    for name in _PACKAGES:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            continue
