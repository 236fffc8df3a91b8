"""From the options of a command to an open index and the pipeline over it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import click

from xrag.cli._generator import make_generator
from xrag.cli._options import Choice
from xrag.control import ContextBuilder, open_views
from xrag.control.policy import PRESETS, LanguagePolicy, preset, read_policy
from xrag.index import open_index
from xrag.languages import identification
from xrag.pipeline import Pipeline
from xrag.protocols import Generator, PassageLookup, Reranker, StreamingGenerator, Translator
from xrag.rerankers.naming import open_reranker
from xrag.translators.naming import open_translator
from xrag.types import UNDETERMINED, Query


def open_pipeline(directory: Path, choice: Choice, generator: StreamingGenerator | None = None) -> Pipeline:
    """The pipeline over the index of a directory, made of the chosen components; a generator that is there already stays."""
    index = open_index(directory)
    translator = make_translator(choice)
    answers = generator or make_generator(choice)
    return Pipeline(
        index.retriever(choice.retriever, translator=translator),
        index.corpus,
        generator=answers,
        reranker=make_reranker(choice, index.corpus, answers),
        context=ContextBuilder.from_table(dict(choice.context)),
        views=open_views(choice.view, translator),
        policy=_policy(choice),
        translator=translator,
    )


def make_translator(choice: Choice) -> Translator:
    """The chosen translator with its options."""
    return open_translator(choice.translator, dict(choice.translator_option))


def make_reranker(choice: Choice, passages: PassageLookup, generator: Generator | None = None) -> Reranker | None:
    """The reranker that was chosen, where one was; ``generator`` answers for one that asks a language model."""
    if choice.reranker is None:
        return None
    return open_reranker(choice.reranker, passages, options=dict(choice.reranker_option), generator=generator)


def _policy(choice: Choice) -> LanguagePolicy:
    """The preset or the policy of a file, and the languages to ask in besides."""
    policy = preset(choice.policy) if choice.policy in PRESETS else read_policy(Path(choice.policy))
    return policy if choice.consistency is None else replace(policy, consistency=choice.consistency)


def identified(queries: Sequence[Query], language: str = UNDETERMINED) -> list[Query]:
    """The queries with a language each: their own, else the one given for all, else as identified."""
    given = [replace(q, language=language) if q.language == UNDETERMINED else q for q in queries]
    unknown = [q.text for q in given if q.language == UNDETERMINED]
    found = iter(identification.identify(unknown) if unknown else ())
    return [replace(q, language=next(found).language) if q.language == UNDETERMINED else q for q in given]


def batches(queries: Sequence[Query], size: int = 256) -> Iterator[list[Query]]:
    """The queries in groups, so that results come while the search goes on."""
    rest = iter(queries)
    while batch := list(islice(rest, size)):
        yield batch


def note_undetermined(queries: Sequence[Query], how: str) -> None:
    """Say on standard error that the language of queries could not be told, and ``how`` it can be given."""
    unknown = sum(query.language == UNDETERMINED for query in queries)
    if unknown:
        which = "the question" if len(queries) == 1 else f"{unknown} of {len(queries)} queries"
        click.echo(f"xrag: the language of {which} could not be told, so only names were translated; {how}", err=True)
