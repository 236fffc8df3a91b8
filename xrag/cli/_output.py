"""How results are written: blocks for people, one JSON object a line for programs, TREC runs for evaluators."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, TypeAlias

import click

from xrag.cli._terminal import Screen, cells, cut, one_line, safe_json
from xrag.errors import InputError
from xrag.types import Answer, Citation, Json, Passage, Query, Ranking, Translation

if TYPE_CHECKING:
    from xrag.cli._explanation import Explanation

SNIPPET_CELLS = 240


@dataclass(frozen=True, slots=True)
class Found:
    """The hits of one query with their passages, in the same order, and how they came about where that is to be told."""

    query: Query
    ranking: Ranking
    passages: Sequence[Passage]
    explanation: Explanation | None = None


ShowFound: TypeAlias = Callable[[Found, str, Screen], None]


def print_json(value: object) -> None:
    """One value on one line, safe to show on a terminal."""
    click.echo(safe_json(json.dumps(value, ensure_ascii=False)))


def show_table(found: Found, retriever: str, screen: Screen) -> None:  # noqa: ARG001 - the same for every format
    """A heading for the query, then a block for each hit: rank, score, language, id, title; the beginning of its text."""
    question = screen.label(found.query.text)
    click.echo(screen.bold(f"{question} ({found.query.language})"))
    if not found.ranking:
        click.echo("   no passage found")
    for rank, (hit, passage) in enumerate(zip(found.ranking, found.passages, strict=True), start=1):
        title = f"  {screen.label(passage.title)}" if passage.title else ""
        click.echo(f"{rank:>2} {hit.score:8.3f}  {passage.language}  {screen.label(passage.id)}{title}")
        click.echo(screen.text(cut(passage.text, SNIPPET_CELLS), "   "))
        for line in found.explanation.lines(passage, screen) if found.explanation else ():
            click.echo(screen.dim(f"   {line}"))
    if found.explanation and (mended := found.explanation.mended()):
        click.echo(screen.dim(f"   {mended}"))
    shown = {passage.language for passage in found.passages}
    for translation in found.explanation.translations if found.explanation else ():
        if translation.target in shown:
            _show_terms(translation, screen)
    click.echo()


def _show_terms(translation: Translation, screen: Screen) -> None:
    """What each term became in the language of passages, each alternative with its weight; a dash for nothing."""
    click.echo(screen.dim(f"   {translation.source} → {translation.target}"))
    width = max((cells(term.term) for term in translation.terms), default=0)
    for term in translation.terms:
        said = [f"{screen.label(one.text)} {one.probability:.2f}" for one in term.candidates if one.text]
        left = screen.label(term.term) + " " * (width - cells(term.term))
        click.echo(screen.dim(f"     {left}  {' · '.join(said) or '–'}"))
    if not translation.terms:
        click.echo(screen.dim(f"     {screen.label(translation.text)}"))


def show_json(found: Found, retriever: str, screen: Screen) -> None:  # noqa: ARG001 - the same for every format
    """``{"id", "text", "language", "retriever", "hits": [{"rank", "score", "id", "language", "title", …, "text"}]}``."""
    told = found.explanation
    hits = [
        {"rank": rank, "score": hit.score, **passage_record(passage), **(told.record(passage) if told else {})}
        for rank, (hit, passage) in enumerate(zip(found.ranking, found.passages, strict=True), start=1)
    ]
    query = found.query
    record = {"id": query.id, "text": query.text, "language": query.language, "retriever": retriever, "hits": hits}
    if told:
        record["translations"] = [translation_record(one) for one in told.translations]
        record["repaired"] = [asdict(one) for one in told.repaired]
    print_json(record)


def show_trec(found: Found, retriever: str, screen: Screen) -> None:  # noqa: ARG001 - the same for every format
    """``query Q0 passage rank score xrag-<retriever>``, with the ids as they were given."""
    for rank, hit in enumerate(found.ranking, start=1):
        ids = f"{_trec_id(found.query.id)} Q0 {_trec_id(hit.passage_id)}"
        click.echo(f"{ids} {rank} {hit.score:.6f} xrag-{retriever}")


FORMATS: Mapping[str, ShowFound] = {"table": show_table, "json": show_json, "trec": show_trec}


def _trec_id(given: str) -> str:
    if not given or any(character.isspace() or not character.isprintable() for character in given):
        raise InputError(
            f"the id {given!r} cannot stand in a TREC run (white space or control character): use --format json"
        )
    return given


def passage_record(passage: Passage) -> dict[str, Json]:
    """A passage as JSON: what ``xrag index`` reads, the offsets into its source, and how a model was shown it, if otherwise."""
    if passage.shown:
        seen = {"language": passage.language, "title": passage.title, "text": passage.text}
        return passage_record(passage.original) | {"shown": seen | {"quality": passage.shown.quality}}
    return {
        "id": passage.id,
        "language": passage.language,
        "title": passage.title,
        "source": passage.source,
        "start": passage.start,
        "end": passage.end,
        "text": passage.text,
        "metadata": dict(passage.metadata),
    }


def translation_record(used: Translation) -> dict[str, Json]:
    """What a query was searched as, as JSON: each term with its alternatives and their weights."""
    terms: list[Json] = [
        {"term": term.term, "alternatives": [{"text": one.text, "weight": one.probability} for one in term.candidates]}
        for term in used.terms
    ]
    return {"source": used.source, "target": used.target, "text": used.text, "terms": terms}


def answer_record(answer: Answer) -> dict[str, object]:
    """An answer as JSON: text, languages, citations, what was retrieved and how, and the seconds that each stage took."""
    return {
        "id": answer.query.id,
        "question": answer.query.text,
        "question_language": answer.query.language,
        "shown_question": answer.shown_question,
        "answer": answer.text,
        "answer_language": answer.language,
        "abstained": answer.abstained,
        "citations": [asdict(citation) for citation in answer.citations],
        "hits": [asdict(hit) for hit in answer.ranking],
        "context": [passage_record(passage) for passage in answer.context],
        "translations": [translation_record(used) for used in answer.translations],
        "attempts": [
            {
                "control": attempt.control,
                "language": attempt.language,
                "accepted": attempt.accepted,
                "reason": attempt.reason,
            }
            for attempt in answer.attempts
        ],
        "votes": [asdict(vote) for vote in answer.votes],
        "repaired": [asdict(one) for one in answer.repaired],
        "usage": asdict(answer.usage),
        "seconds": dict(answer.timings),
    }


def print_answer(answer: Answer, screen: Screen) -> None:
    """The answer, its citations, and a line on languages and timings."""
    click.echo(screen.text(answer_text(answer)))
    print_evidence(answer, screen)


def answer_text(answer: Answer) -> str:
    """The text of an answer with each quote on one line, however the source breaks it."""
    text = answer.text
    for citation in answer.citations:
        text = text.replace(citation.quote, one_line(citation.quote)) if citation.quote else text
    return text


def print_evidence(answer: Answer, screen: Screen) -> None:
    """What stands below an answer: its citations, and a line on languages and timings."""
    for citation in answer.citations:
        click.echo(_citation(citation, answer, screen))
    if answer.votes:
        click.echo(screen.dim(screen.text(votes_line(answer))))
    click.echo(screen.dim(screen.text(timings_line(answer))))


def _citation(citation: Citation, answer: Answer, screen: Screen) -> str:
    """A citation's marker, passage, title and exact place, and below them its quote where the answer does not hold it."""
    titles = {passage.id: passage.original.title for passage in answer.context}
    named = [citation.passage_id, titles.get(citation.passage_id, ""), _place(citation)]
    head = screen.text(f"[{citation.marker}] {' · '.join([citation.language, *filter(None, named)])}")
    shown = "" if citation.quote in answer.text else "\n" + screen.text(one_line(citation.quote), "    ")
    return screen.dim(head) + shown


def _place(citation: Citation) -> str:
    if citation.start is None or citation.end is None:
        return citation.source
    return f"{citation.source}:{citation.start}-{citation.end}"


def timing(seconds: float) -> str:
    """A duration as people read it: ``0.4 ms``, ``12 ms``, ``3.1 s``."""
    if seconds < 0.01:
        return f"{seconds * 1000:.1f} ms"
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def votes_line(answer: Answer) -> str:
    """How many of the answers in several languages agree with the one that is shown, and which do not."""
    agreeing = [vote.language for vote in answer.votes if vote.agrees]
    apart = [vote.language for vote in answer.votes if not vote.agrees]
    against = f" · not: {', '.join(apart)}" if apart else ""
    return f"asked in {len(answer.votes)} languages · agree: {', '.join(agreeing)}{against}"


def timings_line(answer: Answer) -> str:
    """Question language, passage languages and the time of each stage, on one line."""
    cited = {citation.language: None for citation in answer.citations}
    sources = f"source{'s' if len(cited) > 1 else ''} {', '.join(cited)}" if cited else "no source"
    route = f"question {answer.query.language} → {sources} → answer {answer.language}"
    stages = " · ".join(f"{stage} {timing(seconds)}" for stage, seconds in answer.timings.items())
    return f"{route} · {stages}"
