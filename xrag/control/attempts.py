"""The one loop that asks again: each attempt with the next stricter means, at last a translation, every try in the trace."""

from __future__ import annotations

import collections.abc
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import regex

from xrag.control.citations import MARKER
from xrag.control.context import approximate_tokens
from xrag.control.names import names_in
from xrag.control.policy import Fallback, LanguagePolicy
from xrag.control.prompts import abstention, answer_of, insisted, prefill
from xrag.errors import GenerationError, UsageError
from xrag.languages import segmentation
from xrag.protocols import Generator, StreamingGenerator, Translator, require
from xrag.types import UNDETERMINED, Ability, Attempt, Completion, Decoding, Prompt, Sampling, Usage

_LONGEST_OPENING = 400
"""Characters after which a text without a sentence's end is judged all the same."""
_LEAST_TOKENS = 12
"""What a first sentence must hold to tell its language; a shorter one is read together with the next."""


@dataclass(frozen=True, slots=True)
class Control:
    """A policy at work with one generator. Raises ``Unsupported`` or ``UsageError`` where it asks for what is not there."""

    policy: LanguagePolicy
    generator: Generator
    translator: Translator | None = None

    def __post_init__(self) -> None:
        require(self.generator, *sorted(self.policy.needs), why="the language policy")
        if self.policy.translates and self.translator is None:
            what = (
                "falls back on translation" if self.policy.fallback is Fallback.TRANSLATE else "asks in other languages"
            )
            raise UsageError(f"the language policy {what}; give the pipeline a translator")

    def first(self, prompt: Prompt) -> Prompt:
        """The prompt for the first attempt, with what the policy adds to its messages."""
        if self.policy.prefill:
            prompt = _prefilled(prompt)
        return _constrained(prompt, self.policy.decoding) if self.policy.decoding else prompt

    def stricter(self, prompt: Prompt, failed: Sequence[Attempt]) -> tuple[Prompt, str]:
        """The prompt after some failed attempts, and the name of what it adds: insistence, prefill, decoding."""
        again = insisted(prompt, failed[-1].completion.text, self.policy.prompt)
        means = self._means(prompt) if len(failed) > 1 else []
        if not means:
            return again, "insisted"
        if means[0] == "prefill":
            return _prefilled(again), "prefill"
        decoding = self.policy.decoding or Decoding()
        method: Decoding = replace(decoding, method="hard" if means[0] == "hard decoding" else "soft")
        return _constrained(again, method), means[0]

    def is_last(self, prompt: Prompt, failed: int) -> bool:
        """Whether an attempt after so many failed ones is the last: by the guard's number, or as nothing stricter is left."""
        return failed + 1 >= self.policy.guard.attempts or (failed > 0 and not self._means(prompt))

    def judged(self, completion: Completion, prompt: Prompt, *, control: str, seconds: float) -> Attempt:
        """A completion with the guard's verdict on it; one that failed has no language."""
        if completion.error:
            return Attempt(completion, UNDETERMINED, False, completion.error, seconds, control)
        answer = _without_prefill_of_abstention(answer_of(completion, self.policy.prompt), prompt)
        verdict = self.policy.guard.check(answer, prompt)
        return Attempt(answer, verdict.language, verdict.accepted, verdict.reason, seconds, control)

    def rescued(self, attempts: tuple[Attempt, ...], prompt: Prompt) -> tuple[Attempt, ...]:
        """The attempts, and the translation of the last one where it was rejected and the policy says so."""
        whole = [attempt for attempt in attempts if not attempt.completion.error]
        if not whole or whole[-1].accepted or self.translator is None or self.policy.fallback is not Fallback.TRANSLATE:
            return attempts
        last = whole[-1]
        source, target = last.language, prompt.answer_language
        started = time.perf_counter()
        text = translated(last.completion.text, self.translator, source, target)
        completion = replace(last.completion, text=text, quotes=(), usage=Usage())
        seconds = time.perf_counter() - started
        return (*attempts, self.judged(completion, prompt, control="translated", seconds=seconds))

    def _means(self, prompt: Prompt) -> list[str]:
        """What is left to try, the mildest first."""
        if self.policy.prompt.is_thinking:
            return []
        able, decoding = self.generator.supports, prompt.decoding
        left = ["prefill"] if Ability.PREFILL in able and not prompt.prefill and prefill(prompt.answer_language) else []
        if Ability.DECODING in able and prompt.answer_language != UNDETERMINED:
            left += [] if decoding else ["soft decoding"]
            left += [] if decoding and decoding.method == "hard" else ["hard decoding"]
        return left


def guarded(control: Control, prompts: Sequence[Prompt], sampling: Sampling) -> list[tuple[Attempt, ...]]:
    """Generate an answer to each prompt, and again, more strictly each time, to those whose language was wrong.

    Every try is in the attempts of its prompt; the last one counts, accepted or not. One ``generate`` call per round;
    the seconds of a round are divided among its prompts. What failed is not asked again.
    """
    attempts: list[tuple[Attempt, ...]] = [()] * len(prompts)
    asked = [(number, control.first(prompt), "as asked") for number, prompt in enumerate(prompts)]
    while asked:
        started = time.perf_counter()
        try:
            completions = control.generator.generate([prompt for _, prompt, _ in asked], sampling)
        except GenerationError as error:
            if not any(attempts):
                raise
            completions = [Completion("", finish_reason="error", error=str(error))] * len(asked)
        seconds = (time.perf_counter() - started) / len(asked)
        again: list[tuple[int, Prompt, str]] = []
        for (number, prompt, means), completion in zip(asked, completions, strict=True):
            attempt = control.judged(completion, prompt, control=means, seconds=seconds)
            is_done = attempt.accepted or completion.error or control.is_last(prompt, len(attempts[number]))
            attempts[number] += (attempt,)
            if not is_done:
                again.append((number, *control.stricter(prompt, attempts[number])))
        asked = again
    return [control.rescued(tries, prompt) for tries, prompt in zip(attempts, prompts, strict=True)]


def guarded_stream(
    control: Control, generator: StreamingGenerator, prompt: Prompt, sampling: Sampling
) -> collections.abc.Generator[str, None, tuple[Attempt, ...]]:
    """The pieces of an answer, and as its value the attempts.

    The first sentence is held back until the guard has read it; where it is in another language, the generator is stopped
    and asked again before anybody saw a word. What comes after it is shown as it comes, so that a later change of language
    is only marked. An answer that is thought out first, or may yet have to be translated, comes in one piece.
    """
    attempts: tuple[Attempt, ...] = ()
    asked, means = control.first(prompt), "as asked"
    while True:
        started = time.perf_counter()
        pieces = generator.stream(asked, sampling)
        is_last = control.is_last(asked, len(attempts))
        is_whole = control.policy.prompt.is_thinking or (is_last and control.policy.fallback is Fallback.TRANSLATE)
        opening, completion = _opening(pieces, asked, is_whole=is_whole)
        seen = completion or Completion(opening, finish_reason="language")
        seconds = time.perf_counter() - started
        attempt = control.judged(seen, asked, control=means, seconds=seconds)
        if not attempt.accepted and not is_last:
            pieces.close()
            attempts += (attempt,)
            asked, means = control.stricter(asked, attempts)
            continue
        if completion is None:
            yield opening
            completion = yield from pieces
            seconds = time.perf_counter() - started
            return (*attempts, control.judged(completion, asked, control=means, seconds=seconds))
        attempts = control.rescued((*attempts, attempt), prompt)
        yield attempts[-1].completion.text
        return attempts


def _opening(
    pieces: collections.abc.Generator[str, None, Completion], prompt: Prompt, *, is_whole: bool
) -> tuple[str, Completion | None]:
    """The text up to the end of its first sentence; the completion too where the text ended with it, or all was wanted."""
    text = ""
    try:
        while is_whole or not _is_sentence(text, prompt):
            text += next(pieces)
    except StopIteration as end:
        return text, end.value
    return text, None


def _is_sentence(text: str, prompt: Prompt) -> bool:
    """Whether a text goes on after its first sentence, which is long enough to tell its language."""
    if len(text) >= _LONGEST_OPENING:
        return True
    ends = [end for _, end in segmentation.sentences(text, prompt.answer_language)]
    return len(ends) > 1 and approximate_tokens(text[: ends[-2]]) >= _LEAST_TOKENS


def _prefilled(prompt: Prompt) -> Prompt:
    return replace(prompt, prefill=prefill(prompt.answer_language))


def _constrained(prompt: Prompt, decoding: Decoding) -> Prompt:
    if prompt.answer_language == UNDETERMINED:
        return prompt
    names = (*decoding.names, *names_in(prompt))
    return replace(prompt, decoding=replace(decoding, language=prompt.answer_language, names=names))


def _without_prefill_of_abstention(completion: Completion, prompt: Prompt) -> Completion:
    """An abstention that the prefill stands before is the sentence alone, which whoever reads the answer knows."""
    rest = completion.text.removeprefix(prompt.prefill).strip()
    is_abstention = prompt.prefill and rest == abstention(prompt.answer_language)
    return replace(completion, text=rest) if is_abstention else completion


def translated(text: str, translator: Translator, source: str, target: str) -> str:
    """A translated text whose lines and citation markers stay where they are."""
    pieces = [piece for line in text.splitlines() for piece in (*_around_markers(line), "\n")][:-1]
    wanted = [piece for piece in pieces if regex.search(r"\p{L}", piece)]
    translations = iter(translator.translate([piece.strip() for piece in wanted], source, target))
    done = [_as_spaced(piece, next(translations).text) if regex.search(r"\p{L}", piece) else piece for piece in pieces]
    return "".join(done)


def _around_markers(line: str) -> Iterator[str]:
    position = 0
    for match in MARKER.finditer(line):
        yield from (line[position : match.start()], match.group())
        position = match.end()
    yield line[position:]


def _as_spaced(piece: str, text: str) -> str:
    before, after = piece[: len(piece) - len(piece.lstrip())], piece[len(piece.rstrip()) :]
    return f"{before}{text}{after}"
