"""The values that flow through the pipeline: frozen, slotted, standard library only.

Languages are BCP-47 tags as ``xrag.languages`` writes them (``en``, ``zh-Hant``); ``und`` means undetermined.
Character offsets count Unicode code points; durations are seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, TypeAlias

from xrag.errors import UsageError

UNDETERMINED = "und"
_ARGUMENT = "xrag_"

Json: TypeAlias = str | int | float | bool | list["Json"] | dict[str, "Json"] | None


@dataclass(frozen=True, slots=True)
class Query:
    """A question, in the language it was asked in (``und``: not yet identified)."""

    id: str
    text: str
    language: str = UNDETERMINED


@dataclass(frozen=True, slots=True)
class Passage:
    """What is retrieved. ``source`` names the document it was cut from, ``start:end`` the characters within it.

    Both offsets are None for a passage that was given whole. ``metadata`` holds the further fields of a JSONL passage.
    In a context, ``shown`` tells how the model is shown it where that is not as it stands; the offsets stay the original's.
    """

    id: str
    text: str
    language: str = UNDETERMINED
    title: str = ""
    source: str = ""
    start: int | None = None
    end: int | None = None
    metadata: Mapping[str, Json] = field(default_factory=dict, hash=False)
    shown: Shown | None = None

    @property
    def original(self) -> Passage:
        """The passage as it was found, however it is shown."""
        return self.shown.original if self.shown else self

    @property
    def queries(self) -> tuple[str, ...]:
        """Questions that were written for it (``xrag expand``; the metadata's ``queries``): searched with it, never shown."""
        held = self.metadata.get("queries")
        return tuple(one for one in held if isinstance(one, str)) if isinstance(held, list) else ()


@dataclass(frozen=True, slots=True)
class Shown:
    """How a passage is shown to a model: as another text than its ``original``, or with more or less said of it.

    ``aligned`` pairs each stretch (start, end) of the shown text with the one of the original that it translates.
    ``quality`` in [0, 1] is how far the translation is to be trusted, None where nobody rated it.
    """

    original: Passage
    aligned: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = ()
    quality: float | None = None
    names_language: bool = True


@dataclass(frozen=True, slots=True)
class Hit:
    """One retrieved passage with its score: higher is better, and there is always some evidence for it."""

    passage_id: str
    score: float


Ranking: TypeAlias = tuple[Hit, ...]
"""The hits of one query, best first, without zero-evidence hits."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One possible translation of a term with its probability in (0, 1]; an empty text means "translates to nothing"."""

    text: str
    probability: float


@dataclass(frozen=True, slots=True)
class TermTranslation:
    """What a stretch of the source text may become: candidates best first, probabilities summing to at most 1.

    ``known`` is false where the translator did not know the term and carried it over, as it stands or by its sound.
    """

    term: str
    candidates: tuple[Candidate, ...]
    known: bool = True


@dataclass(frozen=True, slots=True)
class Translation:
    """A translated text, with the weighted alternatives of its terms where the translator has them."""

    text: str
    source: str
    target: str
    terms: tuple[TermTranslation, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a chat prompt."""

    role: Literal["system", "user", "assistant"]
    content: str


class Ability(StrEnum):
    """What a generator can do beyond completing a prompt; it lists what it can in its property ``supports``."""

    STREAMING = "streaming"
    PREFILL = "prefill"
    """It goes on from ``Prompt.prefill``."""
    DECODING = "decoding"
    """It changes the model's scores as ``Prompt.decoding`` says."""
    TOKEN_IDS = "token-ids"
    """Its completions have ``token_ids``."""
    STRUCTURE = "structured-output"
    """It keeps to ``Sampling.structure``."""


@dataclass(frozen=True, slots=True)
class Decoding:
    """How a generator changes a model's scores, so that what it writes stays in ``language``.

    ``soft`` multiplies the probability of a token of the language by ``boost`` and of one of another language by
    ``penalty`` (2 and 0.01 where not given); ``published`` multiplies the scores themselves (1.2 and 0.7), as Li et al. (2025,
    Language Drift in Multilingual RAG) do; ``hard`` leaves no token of a script that the language is not written in. The
    first ``warm_up`` tokens are left alone. ``names`` may be written as they stand, and nothing is done to digits and
    punctuation; the end of the text is never held back.
    """

    language: str = UNDETERMINED
    method: Literal["soft", "published", "hard"] = "soft"
    names: tuple[str, ...] = ()
    boost: float | None = None
    penalty: float | None = None
    warm_up: int = 0

    def arguments(self) -> dict[str, str | int | float | list[str]]:
        """The fields as the flat arguments of a request (``xrag_language`` …), which is all that a server takes."""
        values = {name: getattr(self, name) for name in self.__slots__} | {"names": list(self.names)}
        return {f"{_ARGUMENT}{name}": value for name, value in values.items() if value is not None}

    @classmethod
    def from_arguments(cls, arguments: Mapping[str, Any]) -> Decoding | None:  # Any: what a request holds
        """What ``arguments`` wrote, read from among the arguments of a request; None where there is nothing of it."""
        given = {name: arguments[f"{_ARGUMENT}{name}"] for name in cls.__slots__ if f"{_ARGUMENT}{name}" in arguments}
        return cls(**given | {"names": tuple(given.get("names", ()))}) if given else None


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a generator is asked: the parts (query, context, answer language) and the messages made from them.

    A chat model reads ``messages``; the extractive generator reads the parts. ``context[i]`` is cited as ``[i + 1]``.
    ``query`` is the text that was searched with, a follow-up together with the question it leans on; ``translations`` are
    those of it that the retriever used. ``history`` holds the earlier questions and answers, oldest first.

    A generator that supports them honours two more: ``prefill``, which the answer begins with (it is part of the
    completion's text), and ``decoding``.
    """

    query: Query
    context: tuple[Passage, ...]
    answer_language: str
    messages: tuple[Message, ...] = ()
    translations: tuple[Translation, ...] = ()
    history: tuple[tuple[str, str], ...] = ()
    prefill: str = ""
    decoding: Decoding | None = None


@dataclass(frozen=True, slots=True)
class Structure:
    """The form that a completion must have: one of a JSON schema, a regular expression, or a choice of texts.

    Raises ``UsageError`` where not exactly one is given.
    """

    schema: Mapping[str, Json] | None = field(default=None, hash=False)
    pattern: str = ""
    choices: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if (self.schema is not None) + bool(self.pattern) + bool(self.choices) != 1:
            raise UsageError("a structure is one of schema, pattern and choices; give exactly one")


@dataclass(frozen=True, slots=True)
class Sampling:
    """How a generator decodes: greedily at temperature 0; ``stop`` strings end the text and are not part of it."""

    max_tokens: int = 512
    temperature: float = 0.0
    top_p: float = 1.0
    stop: tuple[str, ...] = ()
    seed: int | None = None
    structure: Structure | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens spent; zero where the generator does not count them. ``cached_tokens`` of the prompt were read from a cache."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.cached_tokens + other.cached_tokens,
        )


@dataclass(frozen=True, slots=True)
class Completion:
    """What a generator returns for one prompt. ``quotes`` are the stretches copied from the context as they stand.

    ``finish_reason`` is ``stop``, ``length`` where ``max_tokens`` cut the text off, or ``error``: then the text is empty and
    ``error`` says in one line what failed. ``token_ids`` are those of the generated text, where the generator tells them.
    ``thoughts`` are what the model wrote before its answer where the prompt had it think first.
    """

    text: str
    usage: Usage = Usage()
    finish_reason: str = "stop"
    quotes: tuple[str, ...] = ()
    token_ids: tuple[int, ...] = ()
    error: str = ""
    thoughts: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at an answer and what the guard said of its language; ``language`` is what it was identified as.

    ``control`` is what was new about the try: ``as asked``, ``insisted``, ``prefill``, ``soft decoding``, ``hard decoding``
    or ``translated``; ``in Spanish: as asked`` and so on where the question was asked in other languages too, and ``voted``.
    """

    completion: Completion
    language: str
    accepted: bool
    reason: str
    seconds: float
    control: str = "as asked"


@dataclass(frozen=True, slots=True)
class Vote:
    """Of a question asked in several languages: the answer in one of them, how it reads in the language asked for (its
    ``reading``), and whether it agrees with the answer that won.
    """

    language: str
    text: str
    reading: str
    agrees: bool


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a marker ``[n]`` of an answer points: the exact characters of the source, and the quote where there is one.

    Of a passage that was given whole, the offsets of a quote count from the start of the passage.
    """

    marker: int
    passage_id: str
    source: str
    language: str
    start: int | None = None
    end: int | None = None
    quote: str = ""


@dataclass(frozen=True, slots=True)
class UsedTranslation:
    """Trace: the translation of a query that a retriever searched with."""

    query_id: str
    translation: Translation


@dataclass(frozen=True, slots=True)
class Share:
    """Trace: what one member of a fusion gave to a hit: its rank (from 1) and score there, and what they added."""

    member: str
    rank: int
    score: float
    worth: float


@dataclass(frozen=True, slots=True)
class FusedHit:
    """Trace: a hit of a fusion with the shares of the members that found it, which sum to its score."""

    query_id: str
    passage_id: str
    score: float
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class RepairedOrder:
    """Trace: an order of passages from a generator that was mended; how many it left out, named twice, or made up."""

    query_id: str
    missing: int
    repeated: int
    unknown: int


TraceEvent: TypeAlias = UsedTranslation | FusedHit | RepairedOrder
"""What components record of their work."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The end of the pipeline: the text, its language, what it stands on, and the trace of how it came about.

    ``timings`` are seconds per stage (``retrieve``, ``rerank``, ``context``, ``views``, ``generate``); in a batch a stage's
    time is that of the whole batch divided by its queries. ``error`` says why there is no answer where its generation
    failed, ``language_reason`` why it was asked for in its language, ``shown_question`` as what the model was asked where
    the question was put to it in another language. ``votes`` are there where it was asked in several languages, ``repaired``
    where a listwise reranker's order was mended.
    """

    query: Query
    text: str
    language: str
    context: tuple[Passage, ...] = ()
    citations: tuple[Citation, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    usage: Usage = Usage()
    ranking: Ranking = ()
    translations: tuple[Translation, ...] = ()
    fused: tuple[FusedHit, ...] = ()
    timings: Mapping[str, float] = field(default_factory=dict, hash=False)
    abstained: bool = False
    error: str = ""
    language_reason: str = ""
    shown_question: str = ""
    votes: tuple[Vote, ...] = ()
    repaired: tuple[RepairedOrder, ...] = ()

    @property
    def faithful(self) -> bool:
        """Whether the answer kept to the language asked for, as far as its last attempt that did not fail tells."""
        whole = [attempt for attempt in self.attempts if not attempt.completion.error]
        return not whole or whole[-1].accepted


@dataclass(frozen=True, slots=True)
class Example:
    """A query of a benchmark with what counts as right: gold answers, the answer's language, relevant passage ids."""

    query: Query
    gold_answers: tuple[str, ...] = ()
    answer_language: str = UNDETERMINED
    qrels: Mapping[str, int] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Score:
    """A metric's value in [0, 1] (or as its signature says) over ``n`` queries, with the value of each query id."""

    value: float
    per_query: Mapping[str, float] = field(hash=False)
    n: int
    signature: str
