"""An experiment's TOML.

name = "crossing"
seed = 0

[[benchmarks]]
name = "xquad-r"                  # or path = "mine.toml"; folder = "…" where its files lie elsewhere
split, languages, passage_languages
gold_language = "en"              # of parallel benchmarks: the gold answers in this language
limit = 100                       # only the first questions of each language

[[setups]]
name = "psq"
retriever = "psq"                 # xrag list retriever
translator = "lexicon"            # or "hf:MODEL", "apertium" …, of questions, views and answers
translator_options = {}
embedder = "static:…"             # whose vectors dense, hybrid … search
embedder_options = {}             # how a model without a card is used: pooling, query_prompt …
parallel = ["t.de", "t.en"]       # what dense-centred, dense-linear … are learned from
sparse_encoder = "…"              # who weighs the terms that sparse searches
given = "mixed"                   # instead of a search: the judged passages (oracle, distracting, mixed)
question_language = "en"          # of parallel benchmarks: ask with the human translation, as a bound
k = 100
reranker = "cross-encoder"        # the k hits in another order
reranker_options = {name = "…"}
generator = "extractive"          # left out: retrieval alone
generator_options = {}
shown = 20                        # hits that the context is built from
context = {budget = 3000}         # ContextBuilder; tokenizer = "MODEL" counts the budget
views = ["translate-passages:en"] # xrag list view
policy = "prompt"                 # a preset, or a table
sampling = {max_tokens = 512}

[[judges]]
name = "strict"
task = "correctness"              # grounding, preference (against the first setup that answers)
generator = "server"              # or labels = "labels.jsonl": people's verdicts, {"setup", "id", "label"} a line
generator_options = {model = "…"}
wording = "english"               # own: in the answer's language
retries = 2
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from xrag.errors import InputError, UsageError

Section = TypeVar("Section", "BenchmarkChoice", "Setup", "JudgeChoice")
Options = Mapping[str, Any]
"""Any: what the component takes."""


@dataclass(frozen=True, slots=True)
class BenchmarkChoice:
    """Which part of a benchmark is asked, and against which passages."""

    name: str
    path: str | None = None
    folder: str | None = None
    split: str | None = None
    languages: list[str] | None = None
    passage_languages: list[str] | None = None
    gold_language: str | None = None
    limit: int | None = None
    label: str = ""

    @property
    def title(self) -> str:
        """What reports call it."""
        return self.label or self.name


@dataclass(frozen=True, slots=True)
class Setup:
    """A named configuration of the pipeline."""

    name: str
    retriever: str = "dual"
    translator: str = "lexicon"
    translator_options: Options = field(default_factory=dict, hash=False)
    embedder: str | None = None
    embedder_options: Options = field(default_factory=dict, hash=False)
    parallel: list[str] = field(default_factory=list, hash=False)
    sparse_encoder: str | None = None
    given: str | None = None
    question_language: str | None = None
    k: int = 100
    reranker: str | None = None
    reranker_options: Options = field(default_factory=dict, hash=False)
    generator: str | None = None
    generator_options: Options = field(default_factory=dict, hash=False)
    shown: int = 20
    context: Options = field(default_factory=dict, hash=False)
    views: list[str] = field(default_factory=list, hash=False)
    policy: str | Options = "prompt"
    sampling: Options = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class JudgeChoice:
    """Who judges what of every setup's answers. Judges of one task are a panel; people's labels are compared with theirs."""

    name: str
    task: str = "correctness"
    generator: str | None = None
    generator_options: Options = field(default_factory=dict, hash=False)
    labels: str | None = None
    wording: str = "english"
    retries: int = 2


@dataclass(frozen=True, slots=True)
class Experiment:
    """Every setup is run on every benchmark, and every judge judges every setup that answers."""

    name: str
    benchmarks: tuple[BenchmarkChoice, ...]
    setups: tuple[Setup, ...]
    seed: int = 0
    text: str = field(default="", compare=False)
    judges: tuple[JudgeChoice, ...] = ()


def read_experiment(path: Path) -> Experiment:
    """The experiment of a file. Raises ``InputError`` for what it does not understand, ``UsageError`` for a name twice."""
    try:
        text = path.read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not TOML ({error})") from error
    benchmarks = _sections(BenchmarkChoice, "benchmarks", table, path)
    setups = _sections(Setup, "setups", table, path)
    judges = _sections(JudgeChoice, "judges", table, path)
    if not benchmarks or not setups:
        raise InputError(f"{path}: an experiment has at least one [[benchmarks]] and one [[setups]]")
    for names in ([one.title for one in benchmarks], [one.name for one in setups], [one.name for one in judges]):
        doubled = next((name for name in names if names.count(name) > 1), None)
        if doubled is not None:
            raise UsageError(f"{path}: '{doubled}' is named twice; give one of them another name (a benchmark: label)")
    for one in judges:
        if (one.generator is None) == (one.labels is None):
            raise UsageError(f"{path}: the judge '{one.name}' has either a generator or labels")
    seed = table.get("seed", 0)
    return Experiment(str(table.get("name", path.stem)), benchmarks, setups, int(seed), text, judges)


def _sections(
    kind: type[Section],
    name: str,
    table: Mapping[str, Any],  # Any: TOML values
    path: Path,
) -> tuple[Section, ...]:
    rows = table.get(name, [])
    if not isinstance(rows, list):
        raise InputError(f"{path}: [{name}] is one table; write [[{name}]], there may be several")
    return tuple(_section(kind, row, path) for row in rows)


def _section(kind: type[Section], row: Mapping[str, Any], path: Path) -> Section:  # Any: TOML values
    known = {one.name: str(one.type) for one in fields(kind)}
    unknown = sorted(row.keys() - known.keys())
    if unknown:
        near = difflib.get_close_matches(unknown[0], known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(sorted(known))}"
        raise InputError(f"{path}: no setting is called '{unknown[0]}'; {hint}")
    if not isinstance(row.get("name"), str):
        raise InputError(f"{path}: a {kind.__name__} has no name")
    for key, value in row.items():
        allowed = [one for name, one in _KINDS.items() if name in known[key].replace("list[str]", "list")]
        if isinstance(value, bool) or not isinstance(value, tuple(allowed)):
            said = " or ".join(_SAID[one] for one in allowed)
            raise InputError(f"{path}: '{row['name']}': {key} is {value!r}; it must be {said}")
    return kind(**row)


_KINDS = {"list": list, "Options": Mapping, "int": int, "str": str}
_SAID = {list: "a list", Mapping: "a table", int: "a whole number", str: "text"}
