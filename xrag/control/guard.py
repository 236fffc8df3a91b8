"""Does an answer stand in the language that was asked for? Read as a whole and line by line, what is not its own left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import regex

from xrag import languages
from xrag.control.citations import without_quotes_and_markers
from xrag.control.context import approximate_tokens
from xrag.errors import UsageError
from xrag.languages import identification, identifiers, scripts
from xrag.languages.identification import Identification
from xrag.resources import frame
from xrag.types import UNDETERMINED, Completion, Prompt

_CODE = regex.compile(
    r"```(?P<kind>\w*)(?P<fenced>.*?)(?:```|\Z)|`[^`\n]*`|https?://\S+|\$\$?[^$\n]+\$\$?", regex.DOTALL
)
_DATA = frozenset({"", "csv", "json", "markdown", "md", "text", "xml", "yaml"})
"""Kinds of fenced blocks that hold data, whose longer strings are text, rather than a program."""
_STRING = regex.compile(r"\"([^\"\n]*\p{L}\s+\p{L}[^\"\n]*\s[^\"\n]*\s[^\"\n]*)\"")
_QUOTATION = regex.compile(
    r"“([^“”]*)(?:”|\Z)|„([^„“”]*)(?:[“”]|\Z)|«([^«»]*)(?:»|\Z)|「([^「」]*)(?:」|\Z)|『([^『』]*)(?:』|\Z)"
    r"|《([^《》]*)(?:》|\Z)|(?<!\w)\"([^\"\n]*)(?:\"|\Z)"
)
_WORD = regex.compile(r"\p{L}[\p{L}\p{M}'’]+")
_ONE_CASE_NAMES = frozenset({"Latn", "Cyrl", "Grek", "Armn"})
_UNDETERMINED = Identification(UNDETERMINED, 0.0)
_TITLE = 12
"""Tokens up to which what stands in quotation marks may be a title; longer ones must be in a passage."""
_SURE = 0.8
"""How sure the identifier must be of a language that plays no part in the prompt."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the guard says of one completion: the language it found (``und``: undecidable) and whether that will do."""

    language: str
    accepted: bool
    reason: str


@dataclass(frozen=True, slots=True)
class LanguageGuard:
    """Reads the language of an answer; quotations, titles, citation markers, code and addresses do not count.

    An answer is rejected only where another language was found with at least ``confidence`` in [0, 1], in the whole of it
    or in one of its lines: what is too short to tell (fewer than ``shortest`` tokens, about five words), holds nothing but
    names, or cannot be decided passes, with that as the reason. ``attempts`` bounds the tries: as asked, insisted, and then
    each means that the generator has, the mildest first.
    """

    attempts: int = 3
    confidence: float = 0.6
    shortest: int = 6

    def __post_init__(self) -> None:
        if self.attempts < 1:
            raise UsageError("a guard needs at least 1 attempt")

    def check(self, completion: Completion, prompt: Prompt) -> Verdict:
        """Identify the language of a completion, among those that play a part in its prompt and English before all others."""
        expected = prompt.answer_language
        text = own_words(completion, prompt)
        if _is_frame(without_quotes_and_markers(completion), expected):
            return Verdict(expected, accepted=True, reason="the sentences that xrag has for the language")
        if approximate_tokens(text.strip()) < self.shortest:
            return Verdict(UNDETERMINED, accepted=True, reason="undetermined: too few words besides quotations")
        if _is_names(text):
            return Verdict(UNDETERMINED, accepted=True, reason="undetermined: nothing but names")
        found = self._read(text, prompt)
        if expected == UNDETERMINED:
            return Verdict(found.language, accepted=True, reason="no answer language was asked for")
        if self._is_other(found, expected):
            reason = f"in {languages.name(found.language)} instead of {languages.name(expected)}"
            return Verdict(found.language, accepted=False, reason=reason)
        return self._line_by_line(text, prompt) or _accepted(found, expected)

    def _line_by_line(self, text: str, prompt: Prompt) -> Verdict | None:
        """The rejection that one of several lines deserves, or None."""
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        for number, line in enumerate(lines if len(lines) > 1 else (), start=1):
            if approximate_tokens(line) < self.shortest or _is_names(line):
                continue
            found = self._read(line, prompt)
            if self._is_other(found, prompt.answer_language) and found.confidence >= _SURE:
                reason = f"line {number} in {languages.name(found.language)}"
                return Verdict(found.language, accepted=False, reason=reason)
        return None

    def _read(self, text: str, prompt: Prompt) -> Identification:
        """The language of a text: one that plays a part in the prompt, unless the text is surely in another one.

        Undetermined where the prompt's languages would have it in one of them and all languages together in another: the
        identifiers then do not know the language that was asked for. One that none of them can name (Bemba, Fon) is taken
        for another only where they are sure, and never for one that plays no part.
        """
        candidates = _candidates(prompt)
        [openly] = identification.identify([text])
        [closed] = identification.identify([text], candidates=candidates)
        agreed = languages.same(openly.language, closed.language)
        near = identifiers.relatives(closed.language)
        is_named = prompt.answer_language.partition("-")[0] in identifiers.known()
        is_elsewhere = (
            is_named and openly.language not in {UNDETERMINED, *candidates, *near} and openly.confidence >= _SURE
        )
        if closed.language == UNDETERMINED or (is_elsewhere and not agreed):
            return openly
        if not is_named and openly.confidence < _SURE:
            return _UNDETERMINED
        return closed if agreed or languages.same(closed.language, prompt.answer_language) else _UNDETERMINED

    def _is_other(self, found: Identification, expected: str) -> bool:
        is_found = found.language != UNDETERMINED and found.confidence >= self.confidence
        return is_found and not languages.same(found.language, expected)


def own_words(completion: Completion, prompt: Prompt) -> str:
    """The words of a completion that tell its language: no quotation of a passage, title, marker, code or address."""
    passages = " ".join(passage.text for passage in prompt.context)

    def kept(match: regex.Match[str]) -> str:
        inside = next((group for group in match.groups() if group is not None), "")
        is_quotation = approximate_tokens(inside) <= _TITLE or inside.strip() in passages
        return " " if is_quotation else f" {inside} "

    return _QUOTATION.sub(kept, _CODE.sub(_strings, without_quotes_and_markers(completion)))


def _strings(code: regex.Match[str]) -> str:
    """What of code is text: the strings of four words and more of a fenced block of data."""
    is_data = code["fenced"] is not None and code["kind"].lower() in _DATA
    return "\n".join(("", *_STRING.findall(code["fenced"]), "")) if is_data else " "


def _accepted(found: Identification, expected: str) -> Verdict:
    if languages.same(found.language, expected):
        return Verdict(found.language, accepted=True, reason="in the language asked for")
    return Verdict(UNDETERMINED, accepted=True, reason="undetermined: the text does not decide")


def _is_names(text: str) -> bool:
    """Whether every word of a text in a script with capitals has one, as in a list of people."""
    words = _WORD.findall(text)
    return scripts.dominant(text) in _ONE_CASE_NAMES and not any(word[0].islower() for word in words)


def _is_frame(text: str, language: str) -> bool:
    """Whether every line is one of the sentences that ship for a language, whose quotations were taken out."""
    framing = frame(language)
    if framing is None or not text.strip():
        return False
    sentences = [
        regex.escape(sentence, literal_spaces=True).replace(r"\{quote\}", r"[\W\d]*").replace(r"\{language\}", ".+")
        for sentence in (framing.same, framing.other, framing.none)
    ]
    return all(regex.fullmatch("|".join(sentences), line.strip()) for line in text.splitlines())


def _candidates(prompt: Prompt) -> Sequence[str]:
    involved = [prompt.answer_language, prompt.query.language, *(passage.language for passage in prompt.context), "en"]
    return list(dict.fromkeys(language for language in involved if language != UNDETERMINED))
