"""The messages for a chat model: system text, exemplars, earlier turns, passages, question, and the language last.

What repeats comes first, so that a server's prefix cache pays: everything before the passages is the same for all
questions of a language. Passages are untrusted: they stand between tags, and neither a ``<`` of theirs nor a ``[INST]`` reaches
the prompt, so that a passage can neither close its own tag nor forge a model's control token.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import regex

from xrag import languages
from xrag.control.policy import LanguagePolicy, Variant
from xrag.resources import frame, frames
from xrag.resources.packs import Pack, pack, variants
from xrag.types import UNDETERMINED, Completion, Message, Passage, Prompt, Translation

Turn = tuple[str, str]
"""An earlier question and the answer it got."""

_CONTROL = regex.compile(r"[\p{Cc}--\n\t]|[\u202a-\u202e\u2066-\u2069]", regex.V1)
_BRACKETED = regex.compile(r"\[(?=/?[A-Z][A-Z_]{2,}\])")
"""Control tokens of models that have no ``<`` in them, as ``[INST]`` and ``[/TOOL_CALLS]``."""
_ANSWER = regex.compile(r"<answer>(.*?)(?:</answer>|\Z)", regex.DOTALL)
_ENGLISH = frozenset({Variant.ENGLISH, Variant.ENGLISH_NAMED})
_UNNAMED = frozenset({Variant.ENGLISH, Variant.TRANSLATED})
_MOST_CANDIDATES = 2


@dataclass(frozen=True, slots=True)
class Wording:
    """The texts that a variant asks in: those of ``pack``, and the names of things in ``language``."""

    language: str
    variant: Variant
    pack: Pack

    @property
    def is_own(self) -> bool:
        """Whether the texts are in the language of the answer."""
        return self.pack.language == self.language

    @property
    def none(self) -> str:
        """The sentence for "no evidence"."""
        return abstention(self.language)

    def system(self) -> str:
        """What is the same for every question of the language."""
        rules = (self.pack.citation, self.pack.abstention.format(none=self.none), self.pack.untrusted)
        return "\n".join((self.pack.system, *(f"- {rule}" for rule in rules)))

    def given(self, question: str, context: Sequence[Passage]) -> str:
        """The passages and the question."""
        passages = (self._passage(number, passage) for number, passage in enumerate(context, start=1))
        return "\n\n".join((self.pack.passages, *passages, self.pack.question.format(question=question)))

    def instructions(self) -> Iterator[str]:
        """What is said of the answer's language, last of all."""
        texts = variants()
        if self.variant.is_thinking and self.language != UNDETERMINED:
            yield texts[self.variant].format(language=named(self.language))
        elif self.language == UNDETERMINED:
            yield texts["unnamed"]
        elif self.variant not in _UNNAMED:
            if self.variant is Variant.TRANSLATED_NAMED_ENTITIES:
                yield self.pack.entities if self.is_own else texts["entities"].format(language=named(self.language))
            yield self.pack.instruction if self.is_own else texts["named"].format(language=named(self.language))

    def insist(self) -> str:
        """What follows an answer in another language."""
        if self.is_own:
            return self.pack.insist
        texts = variants()
        is_named = self.language != UNDETERMINED
        return texts["insist"].format(language=named(self.language)) if is_named else texts["insist-unnamed"]

    def _passage(self, number: int, passage: Passage) -> str:
        attributes = [f'n="{number}"']
        attributes += (f'{name}="{value}"' for name, value in self._origin(passage))
        if passage.title:
            attributes.append(f'title="{_attribute(passage.title)}"')
        return f"<passage {' '.join(attributes)}>\n{defused(passage.text)}\n</passage>"

    def _origin(self, passage: Passage) -> Iterator[tuple[str, str]]:
        """What is said of a passage's language, and of its translation where it is one."""
        shown = passage.shown
        if passage.language != UNDETERMINED and (shown is None or shown.names_language):
            yield "language", languages.name(passage.language, self.pack.language)
            if passage.original.language != passage.language:
                yield "translated-from", languages.name(passage.original.language, self.pack.language)
        if shown and shown.quality is not None:
            yield "translation-quality", f"{shown.quality:.2f}"


def wording(answer_language: str, variant: Variant) -> Wording:
    """The texts of a variant for an answer language: of its pack where the variant is translated and it has one."""
    english = pack("en")
    if english is None:
        raise KeyError("the English prompt pack")
    own = None if variant in _ENGLISH or variant.is_thinking else pack(answer_language)
    if own is None and variant is Variant.TRANSLATED:
        variant = Variant.ENGLISH_NAMED
    return Wording(answer_language, variant, own or english)


def chat_messages(
    question: str,
    context: Sequence[Passage],
    answer_language: str,
    *,
    history: Sequence[Turn] = (),
    policy: LanguagePolicy | None = None,
    translations: Sequence[Translation] = (),
) -> tuple[Message, ...]:
    """The messages that ask a chat model ``question`` over ``context``, to be answered in ``answer_language``.

    ``translations`` are those of the question, for the variants that show them.
    """
    policy = policy or LanguagePolicy()
    words = wording(answer_language, policy.prompt)
    asked = "\n\n".join((words.given(question, context), *_beside(policy.prompt, translations)))
    return (
        Message("system", words.system()),
        *_exemplars(words, policy.exemplars),
        *_turns(history),
        Message("user", _lines(asked, words)),
    )


def insisted(prompt: Prompt, answer: str, variant: Variant) -> Prompt:
    """The prompt for another try after an ``answer`` in another language: the answer, and a turn that insists.

    Everything before stays as it is, so that a server's prefix cache holds it.
    """
    if not prompt.messages:
        return prompt
    words = wording(prompt.answer_language, variant)
    correction = Message("assistant", answer), Message("user", words.insist())
    return replace(prompt, messages=(*prompt.messages, *correction))


def answer_of(completion: Completion, variant: Variant) -> Completion:
    """The completion without the thoughts before the answer, where the variant has the model think first."""
    found = _ANSWER.findall(completion.text) if variant.is_thinking else []
    if not found:
        return completion
    thoughts = completion.text.partition("<answer>")[0].strip()
    return replace(completion, text=found[-1].strip(), thoughts=thoughts)


def abstention(answer_language: str) -> str:
    """The sentence for "no evidence" in a language, in English where there is none."""
    return (frame(answer_language) or frames()["en"]).none


def prefill(answer_language: str) -> str:
    """What an answer may begin with in a language; empty where it has no pack."""
    own = pack(answer_language)
    return own.prefill if own else ""


def named(language: str) -> str:
    """The language in English and in itself, which models follow better than either alone."""
    english, own = languages.name(language), languages.name(language, language)
    return english if own == english else f"{english} ({own})"


def defused(text: str) -> str:
    """Untrusted text without control characters and direction overrides, and with every ``<`` written ``&lt;``.

    So is the bracket of what looks like a control token in brackets.
    """
    return _BRACKETED.sub("&#91;", _CONTROL.sub("", text).replace("<", "&lt;"))


def _attribute(text: str) -> str:
    return " ".join(defused(text).replace('"', "&quot;").split())


def _lines(given: str, words: Wording) -> str:
    instructions = "\n".join(words.instructions())
    return f"{given}\n\n{instructions}" if instructions else given


def _exemplars(words: Wording, count: int) -> Iterator[Message]:
    """Answered questions in the answer's language over a passage in another: one that it answers, one that it does not."""
    own = pack(words.language)
    if own is None:
        return
    is_english = own.language == "en"
    text = variants()["exemplar-for-english" if is_english else "exemplar"]
    passage = Passage("exemplar", text, "es" if is_english else "en")
    examples = ((own.exemplar.question, own.exemplar.answer), (own.exemplar.unanswered, words.none))
    for question, answer in examples[:count]:
        yield Message("user", _lines(words.given(question, [passage]), words))
        is_thinking = words.variant.is_thinking
        yield Message("assistant", f"<answer>{answer}</answer>" if is_thinking else answer)


def _turns(history: Iterable[Turn]) -> Iterator[Message]:
    for question, answer in history:
        yield Message("user", question)
        yield Message("assistant", answer)


def _beside(variant: Variant, translations: Sequence[Translation]) -> Iterator[str]:
    """What stands beside the question: its terms in other languages, or the whole of it in another."""
    texts = variants()
    if variant is Variant.DICTIONARY:
        entries = dict.fromkeys(
            f"{term.term} = {', '.join(one.text for one in term.candidates[:_MOST_CANDIDATES] if one.text)}"
            for translation in translations
            for term in translation.terms
            if any(one.text for one in term.candidates[:_MOST_CANDIDATES])
        )
        if entries:
            yield texts["glossary"].format(entries="; ".join(entries))
    if variant is Variant.BILINGUAL_QUESTION:
        for translation in translations:
            language = languages.name(translation.target)
            yield texts["bilingual"].format(language=language, question=translation.text)
