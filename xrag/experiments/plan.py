"""What an experiment will do: each index, each search and each generation once, however many setups share it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import version
from itertools import groupby
from pathlib import Path

from xrag import benchmarks, registry
from xrag.benchmarks import Benchmark
from xrag.benchmarks.files import folder_of
from xrag.embedders import EmbedderName
from xrag.errors import UsageError
from xrag.eval.judges.generators import MOST_TOKENS as VERDICT_TOKENS
from xrag.eval.judges.tasks import Part, task_of
from xrag.experiments import components
from xrag.experiments.given import GIVEN
from xrag.experiments.spec import BenchmarkChoice, Experiment, JudgeChoice, Options, Setup
from xrag.rerankers.naming import backend_of
from xrag.translators.naming import backends
from xrag.types import Example, Query

_KEY = 16
_INSTRUCTIONS = 512
"""At most how many tokens the texts around question and passages take."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A benchmark's examples as an experiment asks them, its passages, and a key that changes with either."""

    choice: BenchmarkChoice
    benchmark: Benchmark
    examples: tuple[Example, ...]
    key: str
    pool: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One setup on one benchmark: the queries it asks, the keys of its work. ``verdicts``: judge's name ─▶ key."""

    setup: Setup
    asked: Asked
    queries: tuple[Query, ...]
    search: str
    reranked: str | None
    answer: str | None
    verdicts: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Plan:
    """All cells of an experiment, benchmark by benchmark."""

    experiment: Experiment
    cells: tuple[Cell, ...]

    def searches(self) -> int:
        """How many queries are searched for, shared work counted once."""
        return sum(len(cell.queries) for cell in _distinct(self.cells, lambda cell: cell.search))

    def pairs(self) -> int:
        """At most how many hits are reranked."""
        return sum(len(cell.queries) * cell.setup.k for cell in _distinct(self.cells, lambda cell: cell.reranked))

    def generations(self) -> int:
        """At most how many answers are generated, those that vote among them, were no guard to reject one."""
        return sum(len(cell.queries) * _languages(cell.setup) for cell in self.answering())

    def judgements(self) -> int:
        """How many verdicts are asked for, of judges that are no people; a preference is asked for twice."""
        return sum(questions for _, questions, _ in self._judged())

    def tokens(self) -> int:
        """At most how many tokens models read and write.

        An answer: the context's budget, the instructions and the completion for every attempt that the policy allows. A
        verdict: what is judged, the instructions and the reply for every try.
        """
        answers = sum(len(cell.queries) * _answer_tokens(cell.setup) for cell in self.answering())
        return answers + sum(questions * tokens for _, questions, tokens in self._judged())

    def indexes(self) -> int:
        """How many collections are indexed."""
        return len({cell.asked.pool for cell in self.cells})

    def encoded(self) -> int:
        """How many collections are encoded into vectors, once for each embedder and way to use it."""
        used = ((cell.asked.pool, cell.setup) for cell in self.cells if cell.setup.embedder)
        return len({(pool, one.embedder, str(_named(one.embedder_options))) for pool, one in used})

    def answering(self) -> list[Cell]:
        """The cells whose setup answers, shared work once."""
        return list(_distinct(self.cells, lambda cell: cell.answer))

    def first(self, asked: Asked) -> Cell | None:
        """The first setup that answers a benchmark, with which the others are compared."""
        return next((cell for cell in self.cells if cell.asked is asked and cell.answer), None)

    def _judged(self) -> Iterator[tuple[JudgeChoice, int, int]]:
        """Each judge with the questions of one piece of work, and at most how many tokens one takes."""
        for choice in self.experiment.judges:
            task = task_of(choice.task)
            for cell in self.answering():
                if choice.generator is None or (task.is_comparison and cell == self.first(cell.asked)):
                    continue
                shown = 2 if task.is_comparison else 1
                told = components.sampling(cell.setup).max_tokens * shown + _INSTRUCTIONS + VERDICT_TOKENS
                read = components.context(cell.setup).budget if Part.PASSAGES in task.shown else 0
                yield choice, len(cell.queries) * shown, (told + read) * (choice.retries + 1)


def _answer_tokens(setup: Setup) -> int:
    once = components.context(setup).budget + components.sampling(setup).max_tokens + _INSTRUCTIONS
    return once * components.policy(setup).guard.attempts * _languages(setup)


def _languages(setup: Setup) -> int:
    """In how many languages a question is asked, at most."""
    return 1 + len(components.policy(setup).consistency)


def _distinct(cells: Iterable[Cell], key: Callable[[Cell], str | None]) -> Iterator[Cell]:
    """The first cell of each key; those that have none are left out."""
    seen: set[str] = set()
    for cell in cells:
        found = key(cell)
        if found is not None and found not in seen:
            seen.add(found)
            yield cell


def make_plan(experiment: Experiment) -> Plan:
    """Load the benchmarks and lay out the work. Raises what loading raises, ``UsageError`` for what cannot be asked."""
    _check(experiment)
    cells: list[Cell] = []
    for choice in experiment.benchmarks:
        asked = _asked(choice)
        own = [_cell(setup, asked) for setup in experiment.setups]
        first = next((cell for cell in own if cell.answer), None)
        cells.extend(replace(cell, verdicts=_verdicts(cell, first, experiment.judges)) for cell in own)
    return Plan(experiment, tuple(cells))


def _check(experiment: Experiment) -> None:
    """Everything that can be known to be wrong before the work begins. Raises ``UsageError``."""
    for setup in experiment.setups:
        for backend in backends(setup.translator):
            registry.find("translator", backend)
        named: dict[str, str | None] = {"retriever": setup.retriever}
        named |= {"reranker": backend_of(setup.reranker) if setup.reranker else None, "generator": setup.generator}
        for kind, name in named.items():
            if name is not None:
                registry.find(kind, name)
        if setup.given not in (None, *GIVEN):
            raise UsageError(f"'{setup.name}': given is '{setup.given}'; there are: {', '.join(GIVEN)}")
        if setup.k < 1 or setup.shown < 1:
            raise UsageError(f"'{setup.name}': k and shown are at least 1")
        components.context(setup), components.views(setup), components.sampling(setup), components.policy(setup)
        components.settings(setup), components.cure(setup)
        missing = next((path for path in setup.parallel if not Path(path).is_file()), None)
        if missing is not None:
            raise UsageError(f"'{setup.name}': there is no file {missing} (parallel)")
    for choice in experiment.judges:
        task_of(choice.task), components.wording(choice)
        if choice.generator is not None:
            registry.find("generator", choice.generator)


def _asked(choice: BenchmarkChoice) -> Asked:
    loaded = _load(choice, choice.languages)
    examples: Sequence[Example] = loaded.examples
    if choice.gold_language is not None:
        gold = _parallel(choice, choice.gold_language)
        examples = [
            replace(one, gold_answers=gold[_bare(one)].gold_answers, answer_language=gold[_bare(one)].answer_language)
            for one in examples
        ]
    if choice.limit is not None:
        groups = groupby(examples, key=lambda one: one.query.language)
        examples = [one for _, group in groups for one in list(group)[: choice.limit]]
    if not examples:
        raise UsageError(f"{choice.title} has no question to ask")
    wanted = choice.passage_languages or choice.languages
    pool = _key([choice.name, loaded.spec.revision, wanted, _sizes(loaded, choice)])
    key = _key([pool, [(one.query.id, one.query.text) for one in examples]])
    return Asked(choice, loaded, tuple(examples), key, pool)


def _sizes(loaded: Benchmark, choice: BenchmarkChoice) -> list[tuple[str, int]]:
    """The files of the split with their sizes: a benchmark that was edited is another one."""
    folder = Path(choice.folder) if choice.folder else folder_of(loaded.spec)
    split = loaded.spec.split(loaded.split)
    patterns = {split.path(kind, code) for kind in split.files for code in loaded.spec.languages.values()}
    return sorted((path.name, path.stat().st_size) for pattern in patterns for path in folder.glob(pattern))


def _cell(setup: Setup, asked: Asked) -> Cell:
    queries = [one.query for one in asked.examples]
    if setup.question_language is not None:
        queries = _translated(asked, setup.question_language)
    translator = components.translator(setup).fingerprint
    searching: dict[str, object] = {
        "retriever": setup.retriever,
        "translator": translator,
        "k": setup.k,
        "in": setup.question_language,
    }
    if setup.given:
        searching["given"] = setup.given
    if setup.embedder:
        searching["embedder"] = [
            setup.embedder,
            components.contents({"model": EmbedderName.parse(setup.embedder).model}),
        ]
    if setup.embedder_options:
        searching["embedder_options"] = dict(setup.embedder_options)
    if setup.parallel:
        searching["parallel"] = [(path, hashlib.sha256(Path(path).read_bytes()).hexdigest()) for path in setup.parallel]
    if setup.sparse_encoder:
        searching["sparse_encoder"] = [setup.sparse_encoder, components.contents({"model": setup.sparse_encoder})]
    search = _key([version("crosslingual-rag"), asked.key, searching])
    reranked = _key([search, setup.reranker, _named(setup.reranker_options)]) if setup.reranker else None
    return Cell(setup, asked, tuple(queries), search, reranked, _answer_key(setup, reranked or search))


def _answer_key(setup: Setup, found: str) -> str | None:
    if setup.generator is None:
        return None
    answering = {
        "generator": setup.generator,
        "options": _named(setup.generator_options),
        "shown": setup.shown,
        "context": dict(setup.context),
        "views": list(setup.views),
        "policy": components.policy(setup).to_table(),
        "sampling": asdict(components.sampling(setup)),
    }
    return _key([found, answering])


def _verdicts(cell: Cell, first: Cell | None, judges: Sequence[JudgeChoice]) -> dict[str, str]:
    """For each judge the key of its verdicts on a cell's answers."""
    if cell.answer is None or first is None:
        return {}
    keys = {}
    for choice in judges:
        rival = first.answer if task_of(choice.task).is_comparison else None
        made = [choice.generator, _named(choice.generator_options), choice.wording, choice.retries]
        keys[choice.name] = _key([cell.answer, rival, choice.task, made])
    return keys


def _named(options: Options) -> list[object]:
    """Options, with what is in the folders that they name."""
    return [dict(options), components.contents(options)]


def _translated(asked: Asked, language: str) -> list[Query]:
    """The human translations of the questions, under their ids; where a benchmark brings some, those that it brings."""
    spec = asked.benchmark.spec
    if spec.translations is None:
        parallel = _parallel(asked.choice, language)
        return [replace(parallel[_bare(one)].query, id=one.query.id) for one in asked.examples]
    folder = Path(asked.choice.folder) if asked.choice.folder else folder_of(spec)
    loaded = benchmarks.load(
        spec.translations, split=asked.benchmark.split, languages=asked.choice.languages, folder=folder
    )
    found = {one.query.id: one.query for one in loaded.examples}
    return [found[one.query.id] for one in asked.examples]


def _parallel(choice: BenchmarkChoice, language: str) -> Mapping[str, Example]:
    """The same questions in another language, by id without its language."""
    loaded = _load(replace(choice, passage_languages=None), [language])
    if not loaded.spec.aligned:
        raise UsageError(f"{choice.name} is not parallel: its questions are in one language each")
    return {_bare(one): one for one in loaded.examples}


def _load(choice: BenchmarkChoice, wanted: Sequence[str] | None) -> Benchmark:
    return benchmarks.load(
        Path(choice.path) if choice.path else choice.name,
        split=choice.split,
        languages=wanted,
        passage_languages=choice.passage_languages,
        folder=Path(choice.folder) if choice.folder else None,
    )


def _bare(example: Example) -> str:
    return example.query.id.partition(":")[2]


def _key(value: object) -> str:
    content = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:_KEY]
