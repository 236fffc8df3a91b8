"""How a question and its context are put before a model. Each view does one thing, and they are applied one after another.

As they stand (no view); passages translated into the question's language, or all into one (CrossRAG, Ranaldi et al. 2025,
Multilingual Retrieval-Augmented Generation for Knowledge-Intensive Task); the question translated (tRAG, same paper); the
quality of each translation told (Moon et al. 2025, Quality-Aware Translation Tagging); the language of passages not named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from xrag import languages, registry
from xrag.control.quality import BackTranslation, Rater
from xrag.control.rendering import rendered
from xrag.errors import UsageError
from xrag.protocols import Translator
from xrag.types import UNDETERMINED, Passage, Query, Shown

QUESTION = "question"


@dataclass(frozen=True, slots=True)
class Case:
    """A question as the model is asked it, as the evidence is looked for (``query``), and its context, best first."""

    question: str
    query: Query
    context: tuple[Passage, ...]


class View(Protocol):
    """Changes how cases are put before a model; what it cannot change it leaves as it was."""

    def apply(self, cases: Sequence[Case]) -> list[Case]:
        """One case for each, in order."""
        ...


def viewed(cases: Sequence[Case], views: Iterable[View]) -> list[Case]:
    """The cases after all views, each given what the one before it made."""
    shown = list(cases)
    for view in views:
        shown = view.apply(shown)
    return shown


class TranslatedPassages:
    """Translates each passage, sentence by sentence, ``into`` the language of the question or into one for all.

    A passage whose language is not known, or that the translator has no way from, stays as it stands.
    """

    def __init__(self, translator: Translator, into: str = QUESTION) -> None:
        self._translator = translator
        self._into = into if into == QUESTION else languages.tag(into)

    def apply(self, cases: Sequence[Case]) -> list[Case]:
        """The cases with their passages translated, all of one pair of languages in one call of the translator."""
        wanted = {(passage, self._target(case)): passage.original for case in cases for passage in case.context}
        needed = {key: original for key, original in wanted.items() if _differ(original.language, key[1])}
        found = rendered([(original, target) for (_, target), original in needed.items()], self._translator)
        made = dict(zip(needed, found, strict=True))
        return [
            replace(case, context=tuple(made.get((one, self._target(case)), one) for one in case.context))
            for case in cases
        ]

    def _target(self, case: Case) -> str:
        return case.query.language if self._into == QUESTION else self._into


class TranslatedQuestion:
    """Asks the question in another language; what was asked stays the query of the answer, and its language that of it."""

    def __init__(self, translator: Translator, into: str = "en") -> None:
        self._translator = translator
        self._into = languages.tag(into)

    def apply(self, cases: Sequence[Case]) -> list[Case]:
        """The cases with question and query translated, those of one language in one call of the translator."""
        done = list(cases)
        sources = [case.query.language for case in cases]
        for source in {source for source in sources if _differ(source, self._into)}:
            places = [place for place, language in enumerate(sources) if language == source]
            texts = [text for place in places for text in (cases[place].question, cases[place].query.text)]
            said = [one.text for one in self._translator.translate(texts, source, self._into)]
            for place, question, text in zip(places, said[::2], said[1::2], strict=True):
                query = replace(cases[place].query, text=text, language=self._into)
                done[place] = replace(cases[place], question=question, query=query)
        return done


class QualityTags:
    """Tells beside each translated passage how far the translation is to be trusted."""

    def __init__(self, rater: Rater) -> None:
        self._rater = rater

    def apply(self, cases: Sequence[Case]) -> list[Case]:
        """The cases with the quality of their translated passages, all of one pair of languages rated in one call."""
        translated = dict.fromkeys(
            one for case in cases for one in case.context if one.language != one.original.language
        )
        groups: dict[tuple[str, str], list[Passage]] = {}
        for passage in translated:
            groups.setdefault((passage.original.language, passage.language), []).append(passage)
        rated: dict[Passage, float | None] = {}
        for (source, target), passages in groups.items():
            pairs = [(passage.original.text, passage.text) for passage in passages]
            rated.update(zip(passages, self._rater.rate(pairs, source, target), strict=True))
        return _each(cases, lambda one: _tagged(one, rated))


class HiddenLanguage:
    """Does not name the language of the passages."""

    def apply(self, cases: Sequence[Case]) -> list[Case]:
        """The cases, their passages without the name of their language."""
        return _each(cases, lambda one: replace(one, shown=replace(one.shown or Shown(one), names_language=False)))


def _tagged(passage: Passage, rated: Mapping[Passage, float | None]) -> Passage:
    if passage not in rated or passage.shown is None:
        return passage
    return replace(passage, shown=replace(passage.shown, quality=rated[passage]))


def _each(cases: Sequence[Case], change: Callable[[Passage], Passage]) -> list[Case]:
    return [replace(case, context=tuple(map(change, case.context))) for case in cases]


def _differ(source: str, target: str) -> bool:
    return UNDETERMINED not in (source, target) and not languages.same(source, target)


def open_translated_passages(translator: Translator, argument: str) -> View:
    """The view ``translate-passages``, into the language of its argument, else the question's."""
    return TranslatedPassages(translator, argument or QUESTION)


def open_translated_question(translator: Translator, argument: str) -> View:
    """The view ``translate-question``, into the language of its argument, else English."""
    return TranslatedQuestion(translator, argument or "en")


def open_quality_tags(translator: Translator, argument: str) -> View:
    """The view ``tag-quality``, by translating back."""
    _refuse(argument, "tag-quality")
    return QualityTags(BackTranslation(translator))


def open_hidden_language(translator: Translator, argument: str) -> View:  # noqa: ARG001 - the same for every view
    """The view ``hide-language``."""
    _refuse(argument, "hide-language")
    return HiddenLanguage()


def open_views(names: Sequence[str], translator: Translator) -> tuple[View, ...]:
    """The registered views of these names, each ``NAME`` or ``NAME:ARGUMENT``, that translate with ``translator``."""
    parts = [name.partition(":") for name in names]
    return tuple(registry.load("view", name)(translator, argument) for name, _, argument in parts)


def _refuse(argument: str, view: str) -> None:
    if argument:
        raise UsageError(f"the view '{view}' takes no argument, and was given '{argument}'")
