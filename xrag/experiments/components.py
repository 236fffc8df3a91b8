"""The parts of a setup, made from what its TOML says of them."""

from __future__ import annotations

import json
from dataclasses import fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from xrag import registry
from xrag.control.context import ContextBuilder
from xrag.control.policy import LanguagePolicy, preset
from xrag.control.views import View, open_views
from xrag.embedders import Settings
from xrag.errors import UsageError
from xrag.eval.judges.generators import GeneratorJudge, Wording
from xrag.experiments.spec import JudgeChoice, Options, Setup
from xrag.protocols import Generator, PassageLookup, Reranker, StreamingGenerator, Translator
from xrag.rerankers.naming import open_reranker
from xrag.translators.naming import open_translator
from xrag.types import Sampling


def reranker(setup: Setup, passages: PassageLookup) -> Reranker:
    """The reranker of a setup that has one; an option ``generator`` is a table: its ``name``, and its options."""
    return open_reranker(setup.reranker or "", passages, options=setup.reranker_options)


def settings(setup: Setup) -> Settings | None:
    """How a setup's embedder is used, where the setup says so. Raises ``UsageError``."""
    try:
        return Settings.of(setup.embedder_options) if setup.embedder_options else None
    except UsageError as error:
        raise UsageError(f"'{setup.name}': {error}") from error


def cure(setup: Setup) -> str | None:
    """The cure that a setup's parallel text is for, where it has some. Raises ``UsageError`` where its retriever is none."""
    if not setup.parallel:
        return None
    kind = setup.retriever.removeprefix("dense-")
    if kind not in CURES:
        learning = ", ".join(f"dense-{one}" for one in CURES)
        raise UsageError(f"'{setup.name}': {setup.retriever} learns nothing from parallel text; these do: {learning}")
    return kind


CURES = ("centred", "lir", "shift", "linear", "orthogonal")
"""Named here so that a plan need not load what learns them; a test compares them."""


def generator(name: str, options: Options) -> StreamingGenerator:
    """The registered generator of that name with its options."""
    made: StreamingGenerator = registry.make("generator", name, dict(options))
    return made


def generator_key(name: str, options: Options) -> str:
    """The same for generators that are the same."""
    return json.dumps([name, dict(options)], sort_keys=True)


def context(setup: Setup) -> ContextBuilder:
    """How a setup builds its context."""
    try:
        return ContextBuilder.from_table(setup.context)
    except UsageError as error:
        raise UsageError(f"'{setup.name}': {error}") from error


def sampling(setup: Setup) -> Sampling:
    """How a setup's generator decodes."""
    given: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in setup.sampling.items()
    }
    known = [one.name for one in fields(Sampling)]
    unknown = sorted(given.keys() - set(known))
    what = f"the sampling of '{setup.name}'"
    if unknown:
        raise UsageError(f"{what} has no '{unknown[0]}'; there are: {', '.join(known)}")
    try:
        return Sampling(**given)
    except (TypeError, ValueError) as error:
        raise UsageError(f"{what}: {error}") from error


def policy(setup: Setup) -> LanguagePolicy:
    """What a setup does for the language of its answers."""
    given = setup.policy
    return preset(given) if isinstance(given, str) else LanguagePolicy.from_table(given)


def translator(setup: Setup) -> Translator:
    """The translator of a setup: of its questions, of what views show, of answers at last. Setups in a row share it."""
    return _translator(setup.translator, json.dumps(dict(setup.translator_options), sort_keys=True))


@lru_cache(maxsize=1)
def _translator(name: str, options: str) -> Translator:
    return open_translator(name, json.loads(options))


def views(setup: Setup) -> tuple[View, ...]:
    """How a setup puts question and context to its generator."""
    return open_views(setup.views, translator(setup))


def judge(choice: JudgeChoice, made: Generator) -> GeneratorJudge:
    """The judge of a choice that has a generator, which is handed in, as judges may share one."""
    return GeneratorJudge(made, task=choice.task, wording=wording(choice), retries=choice.retries)


def wording(choice: JudgeChoice) -> Wording:
    """The language that a judge is asked in."""
    if choice.wording not in list(Wording):
        raise UsageError(f"the judge '{choice.name}': wording is '{choice.wording}'; there are: {', '.join(Wording)}")
    return Wording(choice.wording)


def contents(options: Options) -> list[tuple[str, int, int]]:
    """The files of every folder that options name, with size and time: a model that was trained on is another one."""
    folders = [Path(value) for value in options.values() if isinstance(value, str) and _is_folder(value)]
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return sorted((str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files)


def _is_folder(value: str) -> bool:
    try:
        return Path(value).is_dir()
    except OSError:
        return False
