"""retrieve ─▶ rerank ─▶ context ─▶ prompt ─▶ generate ─▶ guard: one call for a whole batch at every stage."""

from __future__ import annotations

import collections.abc
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import KW_ONLY, dataclass, field, replace

from xrag import languages, trace
from xrag.control import followup, target
from xrag.control.attempts import Control, guarded_stream
from xrag.control.citations import citations
from xrag.control.consistency import consistent, in_other_languages
from xrag.control.context import ContextBuilder
from xrag.control.policy import LanguagePolicy
from xrag.control.prompts import Turn, abstention, chat_messages
from xrag.control.target import Target
from xrag.control.views import Case, View, viewed
from xrag.errors import UsageError
from xrag.generators.extractive import ExtractiveGenerator
from xrag.languages import identification
from xrag.protocols import PassageLookup, Reranker, Retriever, StreamingGenerator, Translator
from xrag.resources import frame
from xrag.types import (
    UNDETERMINED,
    Answer,
    Attempt,
    FusedHit,
    Message,
    Passage,
    Prompt,
    Query,
    Ranking,
    RepairedOrder,
    Sampling,
    TraceEvent,
    Translation,
    Usage,
    UsedTranslation,
    Vote,
)

DEFAULT_K = 20
_GREEDY = Sampling()


@dataclass(frozen=True, slots=True)
class Request:
    """A question with what belongs to it alone: the answer's language (None: the policy's) and the turns before it."""

    question: str | Query
    answer_language: str | None = None
    history: Sequence[Turn] = ()


class AnswerStream:
    """The pieces of one answer as they come, to be iterated once; ``answer`` is the whole with its trace."""

    def __init__(self, pieces: collections.abc.Generator[str, None, Answer]) -> None:
        self._pieces = pieces
        self._answer: Answer | None = None

    def __iter__(self) -> Iterator[str]:
        if self._answer is None:
            self._answer = yield from self._pieces

    @property
    def answer(self) -> Answer:
        """The answer; asking before the pieces have ended reads the rest of them."""
        for _ in self:
            pass
        if self._answer is None:
            raise UsageError("the answer was stopped before its end; ask again")
        return self._answer


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Answers questions from passages. Components are configured when they are made; nothing is kept between calls.

    ``k`` of a call is how many hits are retrieved (and reranked); the context builder chooses among them. A question in no
    language that could be identified is answered in the generator's best guess, the extractive one's being English.

    An error of a component ends the call, a batch as a whole: no answer is better than a silent gap. Of the prompts of a
    batch, those that a generator fails on alone have an ``error`` in their answer, and the others are answered.

    ``views`` are how question and context are put before the model, one after another; none leaves them as they stand.
    ``policy`` says what is done for the language of the answer; ``translator`` is for a policy that translates it at last.
    """

    retriever: Retriever
    passages: PassageLookup
    _: KW_ONLY
    generator: StreamingGenerator = field(default_factory=ExtractiveGenerator)
    reranker: Reranker | None = None
    context: ContextBuilder = field(default_factory=ContextBuilder)
    views: Sequence[View] = ()
    policy: LanguagePolicy = field(default_factory=LanguagePolicy)
    translator: Translator | None = None

    def __post_init__(self) -> None:
        self._control()

    def ask(
        self,
        question: str | Query,
        *,
        answer_language: str | None = None,
        history: Sequence[Turn] = (),
        k: int = DEFAULT_K,
        sampling: Sampling = _GREEDY,
    ) -> Answer:
        """Answer one question. ``history`` holds the earlier questions and answers of a conversation, oldest first."""
        [answer] = self.batch([Request(question, answer_language, history)], k=k, sampling=sampling)
        return answer

    def batch(
        self, requests: Sequence[str | Query | Request], *, k: int = DEFAULT_K, sampling: Sampling = _GREEDY
    ) -> list[Answer]:
        """Answer many questions with one search and one ``generate`` call (per round of the guard)."""
        return self._answered(self._prepared(requests, k), sampling)

    def stream(
        self,
        question: str | Query,
        *,
        answer_language: str | None = None,
        history: Sequence[Turn] = (),
        k: int = DEFAULT_K,
        sampling: Sampling = _GREEDY,
    ) -> AnswerStream:
        """Answer one question piece by piece.

        The guard reads the first sentence before it is shown, and has it written again where its language is wrong. What
        was shown cannot be taken back: of what comes after, the verdict alone is told. Where answers in several languages
        vote, the answer comes in one piece.
        """
        return AnswerStream(self._pieces(Request(question, answer_language, history), k, sampling))

    def _pieces(self, request: Request, k: int, sampling: Sampling) -> collections.abc.Generator[str, None, Answer]:
        [job] = self._prepared([request], k)
        if not job.prompt.context or self.policy.consistency:
            [answer] = self._answered([job], sampling)
            yield answer.text
            return answer
        attempts = yield from guarded_stream(self._control(), self.generator, job.prompt, sampling)
        return _answer(job, attempts)

    def _answered(self, jobs: Sequence[_Job], sampling: Sampling) -> list[Answer]:
        """The answers of jobs, those without a context abstaining."""
        evident = [job for job in jobs if job.prompt.context]
        prompts = [job.prompt for job in evident]
        others: list[list[Prompt]] = [[] for _ in prompts]
        if self.policy.consistency and self.translator:
            questions = [replace(job.asked.query, text=job.asked.target.question) for job in evident]
            others = in_other_languages(prompts, questions, self.policy, self.translator)
        tried = dict(zip(map(id, evident), consistent(self._control(), prompts, others, sampling), strict=True))
        return [_answer(job, *tried.get(id(job), ((), ()))) for job in jobs]

    def _control(self) -> Control:
        return Control(self.policy, self.generator, self.translator)

    def _prepared(self, requests: Sequence[str | Query | Request], k: int) -> list[_Job]:
        """Everything before the generator, for all requests at once."""
        if k < 1:
            raise UsageError(f"k is {k}; it must be at least 1")
        clock = _Clock(len(requests))
        asked = self._asked([one if isinstance(one, Request) else Request(one) for one in requests])
        with trace.collect() as events:
            with clock.stage("retrieve"):
                searched, rankings = self._search(asked, k)
            if self.reranker:
                with clock.stage("rerank"):
                    rankings = self.reranker.rerank(searched, rankings, k)
        with clock.stage("context"):
            contexts = self._contexts(rankings)
        cases = [
            Case(one.query.text, query, context) for one, query, context in zip(asked, searched, contexts, strict=True)
        ]
        if self.views:
            with clock.stage("views"):
                cases = viewed(cases, self.views)
        return [
            _Job(one, ranking, self._prompt(one, case, own), clock.timings, own, case.question)
            for one, ranking, case in zip(asked, rankings, cases, strict=True)
            for own in [[event for event in events if event.query_id == one.query.id]]
        ]

    def _asked(self, requests: Sequence[Request]) -> list[_Asked]:
        """Each request with its query and the language to answer in."""
        return [
            _Asked(request, query, _given(request, query) or target.resolve(self.policy.target, query))
            for request, query in zip(requests, _queries(requests), strict=True)
        ]

    def _prompt(self, asked: _Asked, case: Case, events: Sequence[TraceEvent]) -> Prompt:
        history, language = tuple(asked.request.history), asked.target.language
        context = self.context.laid_out(case.context)
        found = _translations(events)
        messages: tuple[Message, ...] = ()
        if context:
            messages = chat_messages(
                case.question, context, language, history=history, policy=self.policy, translations=found
            )
        # What the retriever translated were the terms of the question as it was asked.
        known = found if case.query.language == asked.query.language else ()
        return Prompt(case.query, context, language, messages, known, history)

    def _search(self, asked: Sequence[_Asked], k: int) -> tuple[list[Query], list[Ranking]]:
        """Search all queries at once; follow-ups with what they lean on, also where alone they find nothing."""
        alone = [replace(one.query, text=one.target.question) for one in asked]
        full = [
            replace(query, text=followup.with_history(query.text, one.request.history, query.language))
            for one, query in zip(asked, alone, strict=True)
        ]
        searched = [
            whole if followup.leans(query.text, query.language) else query
            for query, whole in zip(alone, full, strict=True)
        ]
        rankings = self.retriever.search(searched, k)
        missed = [i for i, ranking in enumerate(rankings) if not ranking and searched[i] != full[i]]
        for i, ranking in zip(
            missed, self.retriever.search([full[i] for i in missed], k) if missed else (), strict=True
        ):
            searched[i], rankings[i] = full[i], ranking
        return searched, rankings

    def _contexts(self, rankings: Sequence[Ranking]) -> list[tuple[Passage, ...]]:
        """The passages chosen from all rankings, best first, from one read of them."""
        ids = list(dict.fromkeys(hit.passage_id for ranking in rankings for hit in ranking))
        by_id = dict(zip(ids, self.passages.get(ids), strict=True)) if ids else {}
        return [self.context.chosen([by_id[hit.passage_id] for hit in ranking]) for ranking in rankings]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request with its query, in an identified language, and the language to answer it in."""

    request: Request
    query: Query
    target: Target


@dataclass(frozen=True, slots=True)
class _Job:
    """A question on its way through the pipeline."""

    asked: _Asked
    ranking: Ranking
    prompt: Prompt
    timings: dict[str, float]
    events: Sequence[TraceEvent]
    question: str


class _Clock:
    """Seconds per stage and query."""

    def __init__(self, queries: int) -> None:
        self.timings: dict[str, float] = {}
        self._queries = max(queries, 1)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.timings[name] = (time.perf_counter() - started) / self._queries


def _queries(requests: Sequence[Request]) -> list[Query]:
    """The queries of the requests, each in a canonical language; one that is not given is identified, all at once."""
    queries = [
        Query(str(number), request.question) if isinstance(request.question, str) else request.question
        for number, request in enumerate(requests, start=1)
    ]
    queries = [replace(query, language=languages.tag(query.language)) for query in queries]
    for attempt in (_alone, _in_conversation):
        unknown = [i for i, query in enumerate(queries) if query.language == UNDETERMINED]
        texts = [attempt(queries[i].text, requests[i].history) for i in unknown]
        for i, found in zip(unknown, identification.identify(texts) if texts else (), strict=True):
            queries[i] = replace(queries[i], language=found.language)
    return queries


def _alone(question: str, _: Sequence[Turn]) -> str:
    return question


def _in_conversation(question: str, history: Sequence[Turn]) -> str:
    return followup.with_history(question, history, UNDETERMINED)


def _given(request: Request, query: Query) -> Target | None:
    if not request.answer_language:
        return None
    return Target(languages.tag(request.answer_language), "given with the question", query.text)


def _answer(job: _Job, attempts: tuple[Attempt, ...], votes: tuple[Vote, ...] = ()) -> Answer:
    """The answer made of the last attempt that did not fail, or the abstention where there was nothing to generate from."""
    wanted = job.prompt.answer_language
    nothing = abstention(wanted)
    last = _last(attempts)
    text = last.completion.text if last else nothing
    generating = {"generate": sum(attempt.seconds for attempt in attempts)} if attempts else {}
    return Answer(
        query=job.asked.query,
        text=text,
        language=_language(wanted, last) if last else wanted if frame(wanted) else "en",
        context=job.prompt.context,
        citations=citations(last.completion, job.prompt.context) if last else (),
        attempts=attempts,
        usage=sum((attempt.completion.usage for attempt in attempts), Usage()),
        ranking=job.ranking,
        translations=_translations(job.events),
        fused=tuple(dict.fromkeys(event for event in job.events if isinstance(event, FusedHit))),
        timings=job.timings | generating,
        abstained=text.strip() == nothing,
        error=last.completion.error if last else "",
        language_reason=job.asked.target.reason,
        shown_question="" if job.question == job.asked.query.text else job.question,
        votes=votes,
        repaired=tuple(event for event in job.events if isinstance(event, RepairedOrder)),
    )


def _translations(events: Sequence[TraceEvent]) -> tuple[Translation, ...]:
    """The translations of the question that a retriever used, each once."""
    return tuple(dict.fromkeys(event.translation for event in events if isinstance(event, UsedTranslation)))


def _last(attempts: Sequence[Attempt]) -> Attempt | None:
    whole = [attempt for attempt in attempts if not attempt.completion.error]
    return (whole or attempts)[-1] if attempts else None


def _language(wanted: str, last: Attempt) -> str:
    """The language asked for, unless none was or the guard found another."""
    return wanted if last.accepted and wanted != UNDETERMINED else last.language
