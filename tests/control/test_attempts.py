"""Asking again, each time more strictly, at last translating, with every try in the trace."""

from __future__ import annotations

import collections.abc
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from xrag.control import Control, Fallback, LanguageGuard, LanguagePolicy, Variant, guarded, guarded_stream, preset
from xrag.control.prompts import chat_messages
from xrag.errors import GenerationError, Unsupported, UsageError
from xrag.resources.packs import pack
from xrag.testing import FakeGenerator, FakeTranslator
from xrag.types import Ability, Completion, Decoding, Passage, Prompt, Query, Sampling

GERMAN = "Die Donau entspringt im Schwarzwald und fließt in das Schwarze Meer [1]."
ENGLISH = "The Danube rises in the Black Forest and flows into the Black Sea [1]."
CONTEXT = (Passage("p", ENGLISH[:-5], "en"),)
EVERYTHING = frozenset(Ability)


def prompt(language: str) -> Prompt:
    return Prompt(Query("1", "Donau?", "de"), CONTEXT, language, chat_messages("Donau?", CONTEXT, language))


@dataclass(frozen=True)
class Able(FakeGenerator):
    """Remembers its prompts, and can do what it is made to say that it can."""

    supports: frozenset[Ability] = EVERYTHING
    prompts: list[list[Prompt]] = field(default_factory=list)

    def generate(self, prompts: Sequence[Prompt], sampling: Sampling) -> list[Completion]:
        self.prompts.append(list(prompts))
        return super().generate(prompts, sampling)


def tried(generator: FakeGenerator, policy: LanguagePolicy, language: str = "de", translator=None):
    [attempts] = guarded(Control(policy, generator, translator), [prompt(language)], Sampling())
    return attempts


def attempts_of(number: int, **values: object) -> LanguagePolicy:
    return LanguagePolicy(guard=LanguageGuard(attempts=number), **values)


def test_a_wrong_language_is_asked_again_and_every_try_recorded() -> None:
    attempts = tried(FakeGenerator((ENGLISH, GERMAN)), LanguagePolicy())
    assert [(attempt.language, attempt.accepted) for attempt in attempts] == [("en", False), ("de", True)]


def test_the_last_try_is_kept_and_marked_when_none_will_do() -> None:
    assert [attempt.accepted for attempt in tried(Able((ENGLISH,)), attempts_of(3), "ko")] == [False] * 3


def test_only_the_rejected_are_asked_again() -> None:
    generator = Able((ENGLISH, GERMAN))
    attempts = guarded(Control(LanguagePolicy(), generator), [prompt("en"), prompt("de")], Sampling())
    assert [len(batch) for batch in generator.prompts] == [2, 1]
    assert [len(tries) for tries in attempts] == [1, 2]


def test_each_try_adds_the_next_stricter_means_and_keeps_those_before() -> None:
    generator = Able((ENGLISH,))
    attempts = tried(generator, attempts_of(5))
    assert [one.control for one in attempts] == ["as asked", "insisted", "prefill", "soft decoding", "hard decoding"]
    last = generator.prompts[-1][0]
    assert (last.prefill, last.decoding.method, last.decoding.language) == (pack("de").prefill, "hard", "de")


def test_means_that_the_generator_lacks_are_passed_over() -> None:
    only_decoding = Able((ENGLISH,), frozenset({Ability.DECODING}))
    assert [one.control for one in tried(only_decoding, attempts_of(4))][2:] == ["soft decoding", "hard decoding"]


def test_where_nothing_stricter_is_left_nothing_is_asked_again() -> None:
    nothing = Able((ENGLISH,), frozenset())
    assert [one.control for one in tried(nothing, attempts_of(5))] == ["as asked", "insisted"]
    assert len(nothing.prompts) == 2


def test_a_stream_with_nothing_stricter_left_is_shown_and_marked() -> None:
    generator = Able((ENGLISH,), frozenset({Ability.STREAMING}))
    pieces = guarded_stream(Control(attempts_of(5), generator), generator, prompt("de"), Sampling())
    assert "".join(pieces) == ENGLISH


def test_a_model_that_thinks_in_english_is_only_insisted_with() -> None:
    policy = attempts_of(3, prompt=Variant.THINK_IN_ENGLISH)
    attempts = tried(Able((f"Hm. <answer>{ENGLISH}</answer>", f"Oh. <answer>{GERMAN}</answer>")), policy)
    assert [one.control for one in attempts] == ["as asked", "insisted"]
    assert (attempts[-1].completion.text, attempts[-1].completion.thoughts) == (GERMAN, "Oh.")


def test_strict_prefills_and_constrains_from_the_first_try() -> None:
    generator = Able((GERMAN,))
    tried(generator, preset("strict"))
    [[first]] = generator.prompts
    assert (first.prefill, first.decoding) == ("Den Quellen zufolge", Decoding(language="de"))


def test_names_of_the_context_may_be_written_as_they_stand() -> None:
    generator = Able(("도나우강은 슈바르츠발트에서 시작된다 [1].",))
    tried(generator, LanguagePolicy(decoding=Decoding(names=("EU",))), "ko")
    assert set(generator.prompts[0][0].decoding.names) == {"EU", "Black", "Danube", "Forest", "Sea"}


def test_an_abstention_after_the_prefill_is_the_sentence_alone() -> None:
    own = pack("de")
    attempts = tried(Able((f"{own.prefill} {own.none}",)), LanguagePolicy(prefill=True))
    assert attempts[-1].completion.text == own.none


@pytest.mark.parametrize("missing", [Ability.PREFILL, Ability.DECODING])
def test_a_policy_that_the_generator_cannot_follow_is_refused_when_it_is_made(missing: Ability) -> None:
    with pytest.raises(Unsupported, match=f"the language policy needs {missing}; Able offers"):
        Control(preset("strict"), Able((GERMAN,), EVERYTHING - {missing}))


def test_a_policy_that_translates_needs_a_translator() -> None:
    with pytest.raises(UsageError, match="give the pipeline a translator"):
        Control(preset("guaranteed"), Able((GERMAN,)))


@dataclass(frozen=True)
class Failing(FakeGenerator):
    """Fails on every prompt of the languages listed, and altogether once an answer was rejected."""

    failing: tuple[str, ...] = ()

    def generate(self, prompts: Sequence[Prompt], sampling: Sampling) -> list[Completion]:
        if any(message.role == "assistant" for prompt in prompts for message in prompt.messages):
            raise GenerationError("the server is down")
        done = super().generate(prompts, sampling)
        return [
            Completion("", finish_reason="error", error="too long") if prompt.answer_language in self.failing else one
            for prompt, one in zip(prompts, done, strict=True)
        ]


def test_what_failed_is_neither_judged_nor_asked_again() -> None:
    control = Control(LanguagePolicy(), Failing((ENGLISH,), failing=("de",)))
    [[kept], [lost]] = guarded(control, [prompt("en"), prompt("de")], Sampling())
    assert kept.accepted
    assert (lost.language, lost.accepted, lost.reason) == ("und", False, "too long")


def test_a_retry_that_fails_keeps_the_first_try() -> None:
    attempts = tried(Failing((ENGLISH,)), LanguagePolicy())
    assert [attempt.completion.text for attempt in attempts] == [ENGLISH, ""]
    assert attempts[1].reason == "the server is down"


def test_what_is_translated_is_the_last_try_that_did_not_fail() -> None:
    policy = attempts_of(2, fallback=Fallback.TRANSLATE)
    attempts = tried(Failing((ENGLISH,)), policy, translator=FakeTranslator(TABLE))
    assert [one.control for one in attempts] == ["as asked", "insisted", "translated"]
    assert attempts[-1].accepted


WORDS = {"rises": "entspringt", "in": "im", "the": "dem", "and": "und", "flows": "fließt", "into": "in", "The": "Die"}
TABLE = {("en", "de"): WORDS | {"Danube": "Donau", "Black": "Schwarzen", "Forest": "Wald", "Sea": "Meer"}}


def test_at_last_the_answer_is_translated_and_its_markers_and_lines_stay() -> None:
    policy = attempts_of(1, fallback=Fallback.TRANSLATE)
    english = f"{ENGLISH}\n{ENGLISH}"
    attempts = tried(FakeGenerator((english,)), policy, translator=FakeTranslator(TABLE))
    assert [one.control for one in attempts] == ["as asked", "translated"]
    line = "Die Donau entspringt im dem Schwarzen Wald und fließt in dem Schwarzen Meer [1]."
    assert attempts[-1].completion.text == f"{line}\n{line}"
    assert attempts[-1].accepted


def test_a_translation_that_did_not_help_is_marked() -> None:
    policy = attempts_of(1, fallback=Fallback.TRANSLATE)
    attempts = tried(FakeGenerator((ENGLISH,)), policy, translator=FakeTranslator({}))
    assert [one.accepted for one in attempts] == [False, False]


def test_an_accepted_answer_is_not_translated() -> None:
    policy = attempts_of(1, fallback=Fallback.TRANSLATE)
    assert len(tried(FakeGenerator((GERMAN,)), policy, translator=FakeTranslator(TABLE))) == 1


def streamed(generator: FakeGenerator, policy: LanguagePolicy, translator=None):
    pieces: list[str] = []

    def run() -> collections.abc.Generator[str, None, None]:
        attempts.extend(
            (yield from guarded_stream(Control(policy, generator, translator), generator, prompt("de"), Sampling()))
        )

    attempts: list[object] = []
    pieces.extend(run())
    return pieces, attempts


LONG_GERMAN = f"{GERMAN} Sie ist nach der Wolga der zweitlängste Fluss in Europa [1]."
LONG_ENGLISH = f"{ENGLISH} It is the second longest river of Europe after the Volga [1]."


def test_a_stream_shows_its_first_sentence_only_when_the_guard_has_read_it_and_then_goes_on_word_by_word() -> None:
    pieces, attempts = streamed(FakeGenerator((LONG_GERMAN,)), LanguagePolicy())
    assert pieces[0].startswith(GERMAN)
    assert len(pieces) > 5
    assert ("".join(pieces), len(attempts)) == (LONG_GERMAN, 1)


def test_a_stream_in_the_wrong_language_starts_again_and_nobody_sees_a_word_of_it() -> None:
    pieces, attempts = streamed(FakeGenerator((LONG_ENGLISH, LONG_GERMAN)), LanguagePolicy())
    assert "".join(pieces) == LONG_GERMAN
    assert [one.accepted for one in attempts] == [False, True]
    assert attempts[0].completion.text != LONG_ENGLISH
    assert attempts[0].completion.finish_reason == "language"


def test_a_stream_that_changes_its_language_later_is_marked() -> None:
    text = f"{LONG_GERMAN}\n{LONG_ENGLISH}\n{LONG_ENGLISH}"
    pieces, attempts = streamed(FakeGenerator((text,)), LanguagePolicy())
    assert "".join(pieces) == text
    assert [one.accepted for one in attempts] == [False]


def test_a_stream_whose_last_try_fails_is_translated_before_it_is_shown() -> None:
    policy = attempts_of(1, fallback=Fallback.TRANSLATE)
    pieces, attempts = streamed(FakeGenerator((ENGLISH,)), policy, FakeTranslator(TABLE))
    assert pieces == ["Die Donau entspringt im dem Schwarzen Wald und fließt in dem Schwarzen Meer [1]."]
    assert [one.control for one in attempts] == ["as asked", "translated"]


def test_thoughts_are_not_streamed() -> None:
    policy = LanguagePolicy(prompt=Variant.THINK_IN_ENGLISH)
    pieces, _ = streamed(FakeGenerator((f"It says so. <answer>{GERMAN}</answer>",)), policy)
    assert pieces == [GERMAN]
