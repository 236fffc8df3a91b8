"""The same question asked in several languages over the same passages, and a vote among the answers.

What a model knows and reads differs by the language it is asked in; what it says in most of them is more often right
(cross-lingual self-consistency, Qin et al. 2023). Answers are compared as they read in the language asked for.
"""

from __future__ import annotations

import time
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import regex

from xrag import languages
from xrag.control.attempts import Control, guarded, translated
from xrag.control.citations import MARKER
from xrag.control.policy import LanguagePolicy
from xrag.control.prompts import abstention, chat_messages
from xrag.languages import scripts
from xrag.protocols import Translator
from xrag.types import UNDETERMINED, Attempt, Prompt, Query, Sampling, Usage, Vote

AGREEING = 0.4
"""Of two answers that say different things in one language, nine in ten come to less than 0.32."""
_UNSPACED = frozenset({"Hani", "Hira", "Kana", "Thai", "Laoo", "Khmr", "Mymr"})
_NUMBER = regex.compile(r"\d+")
_NO_WORD = regex.compile(r"[^\p{L}\p{M}\p{N}]+")


def in_other_languages(
    prompts: Sequence[Prompt], questions: Sequence[Query], policy: LanguagePolicy, translator: Translator
) -> list[list[Prompt]]:
    """For each prompt those that ask its ``question`` in the policy's other languages, over the same passages."""
    made: list[list[Prompt]] = [[] for _ in prompts]
    for language in policy.consistency:
        wanted = [n for n, prompt in enumerate(prompts) if not languages.same(prompt.answer_language, language)]
        asked = _translated([questions[n] for n in wanted], language, translator)
        for n, question in zip(wanted, asked, strict=True):
            made[n].append(_asked_in(language, prompts[n], question, policy))
    return made


def consistent(
    control: Control, prompts: Sequence[Prompt], others: Sequence[Sequence[Prompt]], sampling: Sampling
) -> list[tuple[tuple[Attempt, ...], tuple[Vote, ...]]]:
    """The attempts at each prompt and at the same in other languages, all in one batch, and the vote among them.

    The attempt that won stands last: the one in the language asked for where it is among those that most agree with, else
    another one's, translated.
    """
    whole = [[prompt, *more] for prompt, more in zip(prompts, others, strict=True)]
    tried = iter(guarded(control, [prompt for asked in whole for prompt in asked], sampling))
    return [_voted(control, asked, [next(tried) for _ in asked]) for asked in whole]


def agreement(one: str, other: str) -> float:
    """How much two answers in one language say the same, in [0, 1]: the Dice coefficient of their character n-grams.

    Where both hold numbers and none in common, they say different things.
    """
    here, there = _plain(one), _plain(other)
    numbers = _NUMBER.findall(here), _NUMBER.findall(there)
    if all(numbers) and not set(numbers[0]) & set(numbers[1]):
        return 0.0
    return _dice(_grams(here), _grams(there))


def _translated(questions: Sequence[Query], language: str, translator: Translator) -> list[str]:
    """Each question in a language, translated with those of the same language at once."""
    found = [question.text for question in questions]
    for source in dict.fromkeys(question.language for question in questions):
        places = [n for n, question in enumerate(questions) if question.language == source]
        if source != UNDETERMINED and not languages.same(source, language):
            done = translator.translate([found[n] for n in places], source, language)
            for n, translation in zip(places, done, strict=True):
                found[n] = translation.text
    return found


def _asked_in(language: str, prompt: Prompt, question: str, policy: LanguagePolicy) -> Prompt:
    messages = chat_messages(
        question, prompt.context, language, history=prompt.history, policy=policy, translations=prompt.translations
    )
    return replace(prompt, answer_language=language, messages=messages)


def _voted(
    control: Control, prompts: Sequence[Prompt], tried: Sequence[tuple[Attempt, ...]]
) -> tuple[tuple[Attempt, ...], tuple[Vote, ...]]:
    started = time.perf_counter()
    answered = [(n, tries[-1]) for n, tries in enumerate(tried) if not tries[-1].completion.error]
    if len(prompts) == 1 or not answered:
        return tried[0], ()
    readings = [_reading(control, prompts[n], prompts[0], attempt) for n, attempt in answered]
    winner, group = _winner(readings, has_own=answered[0][0] == 0)
    votes = tuple(
        Vote(prompts[n].answer_language, attempt.completion.text, reading, place in group)
        for place, ((n, attempt), reading) in enumerate(zip(answered, readings, strict=True))
    )
    attempts = (*_elsewhere(prompts[1:], tried[1:]), *tried[0])
    if answered[winner][0] == 0:
        return attempts, votes
    won = replace(answered[winner][1].completion, text=readings[winner], quotes=(), usage=Usage())
    seconds = time.perf_counter() - started
    return (*attempts, control.judged(won, prompts[0], control="voted", seconds=seconds)), votes


def _elsewhere(prompts: Sequence[Prompt], tried: Sequence[tuple[Attempt, ...]]) -> Iterator[Attempt]:
    """The attempts in other languages, each of which says in which."""
    for prompt, tries in zip(prompts, tried, strict=True):
        for attempt in tries:
            yield replace(attempt, control=f"in {languages.name(prompt.answer_language)}: {attempt.control}")


def _reading(control: Control, prompt: Prompt, wanted: Prompt, attempt: Attempt) -> str:
    """An answer as it reads in the language asked for."""
    text, target = attempt.completion.text, wanted.answer_language
    if text.strip() == abstention(prompt.answer_language):
        return abstention(target)
    source = prompt.answer_language if attempt.language == UNDETERMINED else attempt.language
    if control.translator is None or languages.same(source, target) or prompt is wanted:
        return text
    return translated(text, control.translator, source, target)


def _winner(readings: Sequence[str], *, has_own: bool) -> tuple[int, frozenset[int]]:
    """The reading that won, and those that agree with it: the largest such group, of two as large the one with the first."""
    near = [
        [agreement(one, other) if n != m else 1.0 for m, other in enumerate(readings)] for n, one in enumerate(readings)
    ]
    groups = [frozenset(m for m, value in enumerate(row) if value >= AGREEING) for row in near]
    best = max(range(len(readings)), key=lambda n: (len(groups[n]), has_own and 0 in groups[n], sum(near[n]), -n))
    return (0 if has_own and 0 in groups[best] else best), groups[best]


def _plain(text: str) -> str:
    """The words of a text without markers, in small letters and with European digits (٣ is 3)."""
    words = _NO_WORD.sub(" ", MARKER.sub(" ", unicodedata.normalize("NFKC", text))).casefold().strip()
    return "".join(str(unicodedata.decimal(one, one)) for one in words)


def _grams(words: str) -> Counter[str]:
    """The character n-grams of words: three letters each, two where words are not set apart."""
    size = 2 if scripts.dominant(words) in _UNSPACED else 3
    padded = [word if size == 2 else f" {word} " for word in words.split()]
    return Counter(word[start : start + size] for word in padded for start in range(max(1, len(word) - size + 1)))


def _dice(one: Counter[str], other: Counter[str]) -> float:
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 1.0
