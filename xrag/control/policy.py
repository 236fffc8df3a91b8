"""How much is done for the language of an answer: one frozen value, from a preset, a TOML table or keyword arguments."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from xrag import languages
from xrag.control.decoding.arguments import check
from xrag.control.guard import LanguageGuard
from xrag.errors import InputError, UnknownLanguage, UsageError
from xrag.types import Ability, Decoding, Json

MOST_EXEMPLARS = 2
_Choice = TypeVar("_Choice", bound=StrEnum)


def _one_of(choices: type[_Choice], value: str, name: str) -> _Choice:
    if value not in list(choices):
        raise UsageError(f"{name} is '{value}'; there are: {', '.join(choices)}")
    return choices(value)


class Variant(StrEnum):
    """How a model is asked. Where a language has no prompt pack, the English texts stand in, and name the language."""

    ENGLISH = "english"
    """English, and not a word about the language of the answer."""
    ENGLISH_NAMED = "english-named"
    TRANSLATED = "translated"
    """In the language of the answer, which is not named."""
    TRANSLATED_NAMED = "translated-named"
    TRANSLATED_NAMED_ENTITIES = "translated-named-entities"
    """And how names are to be written."""
    DICTIONARY = "dictionary"
    """``translated-named``, with the translations of the question's terms that the retriever found."""
    BILINGUAL_QUESTION = "bilingual-question"
    """``translated-named``, with the translated question beside the original."""
    THINK_IN_ENGLISH = "think-in-english"
    ANSWER_THEN_TRANSLATE = "answer-then-translate"
    CROSS_LINGUAL_THOUGHT = "cross-lingual-thought"
    """The question restated in English, steps in English, the answer in its language (Huang et al. 2023, XLT)."""

    @property
    def is_thinking(self) -> bool:
        """Whether the model writes English first and then the answer between ``<answer>`` and ``</answer>``."""
        return self in _THINKING


_THINKING = frozenset({Variant.THINK_IN_ENGLISH, Variant.ANSWER_THEN_TRANSLATE, Variant.CROSS_LINGUAL_THOUGHT})


class Fallback(StrEnum):
    """What is done with an answer that is in the wrong language after the last attempt."""

    MARK = "mark"
    """It is returned, with ``Answer.faithful`` false."""
    TRANSLATE = "translate"
    """It is translated, and marked if that did not help."""


@dataclass(frozen=True, slots=True)
class LanguagePolicy:
    """What is done so that an answer comes back in the language that was asked for.

    ``target`` is ``question`` (the question's language), ``asked`` (what is asked for inside the question, "answer in
    Japanese", else the question's language) or a language. ``exemplars`` answered questions (0 to 2) stand before the
    passages; with ``prefill`` the answer begins with words of its language; ``decoding`` moves the model's scores. The
    ``guard`` reads each answer and has it written again, each time with the next stricter means that the generator has.
    With ``consistency`` the question is asked in those languages, too, and the answers vote.
    """

    target: str = "asked"
    prompt: Variant = Variant.TRANSLATED_NAMED
    exemplars: int = 0
    prefill: bool = False
    decoding: Decoding | None = None
    guard: LanguageGuard = field(default_factory=LanguageGuard)
    fallback: Fallback = Fallback.MARK
    consistency: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.target not in ("question", "asked"):
            object.__setattr__(self, "target", languages.tag(self.target))
        object.__setattr__(self, "prompt", _one_of(Variant, self.prompt, "prompt"))
        object.__setattr__(self, "fallback", _one_of(Fallback, self.fallback, "fallback"))
        object.__setattr__(self, "consistency", tuple(dict.fromkeys(map(languages.tag, self.consistency))))
        if not 0 <= self.exemplars <= MOST_EXEMPLARS:
            raise UsageError(f"exemplars is {self.exemplars}; there are 0 to {MOST_EXEMPLARS}")
        if self.prompt.is_thinking and (self.prefill or self.decoding):
            raise UsageError(f"prompt '{self.prompt}' thinks in English first, which prefill and decoding do not allow")
        if self.decoding:
            check(self.decoding)

    @property
    def needs(self) -> frozenset[Ability]:
        """What the generator must be able to do for the first attempt."""
        wanted = {Ability.PREFILL: self.prefill, Ability.DECODING: self.decoding is not None}
        return frozenset(ability for ability, is_wanted in wanted.items() if is_wanted)

    @property
    def translates(self) -> bool:
        """Whether it needs a translator."""
        return self.fallback is Fallback.TRANSLATE or bool(self.consistency)

    @classmethod
    def from_table(cls, table: Mapping[str, Json]) -> LanguagePolicy:
        """The policy of a TOML table: ``preset`` names the one to start from, the other keys are this class's fields."""
        known = {one.name for one in fields(cls)} | {"preset"}
        for key in table:
            if key not in known:
                near = difflib.get_close_matches(key, known, n=1)
                hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(sorted(known))}"
                raise UsageError(f"a language policy has no field '{key}'; {hint}")
        values: dict[str, Any] = {key: value for key, value in table.items() if key != "preset"}  # Any: TOML's values
        if not isinstance(values.get("consistency", []), list | tuple):
            raise UsageError('consistency is a list of languages, as ["en", "es"]')
        for key, made in (("decoding", Decoding), ("guard", LanguageGuard)):
            if isinstance(values.get(key), Mapping):
                values[key] = _nested(made, key, values[key])
        try:
            return replace(preset(str(table.get("preset", "prompt"))), **values)
        except TypeError as error:
            raise UsageError(f"language policy: {error}") from error

    def to_table(self) -> dict[str, Json]:
        """The same as a TOML table; ``from_table`` reads it back."""
        said = {"prompt": str(self.prompt), "fallback": str(self.fallback), "consistency": list(self.consistency)}
        table = asdict(self) | said
        if self.decoding is None:
            del table["decoding"]
        else:
            given = {key: value for key, value in table["decoding"].items() if value is not None}
            table["decoding"] = given | {"names": list(self.decoding.names)}
        return table


PRESETS: Mapping[str, LanguagePolicy] = MappingProxyType(
    {
        "off": LanguagePolicy("question", Variant.ENGLISH, guard=LanguageGuard(attempts=1)),
        "prompt": LanguagePolicy(),
        "strict": LanguagePolicy(
            prompt=Variant.TRANSLATED_NAMED_ENTITIES,
            exemplars=MOST_EXEMPLARS,
            prefill=True,
            decoding=Decoding(),
            guard=LanguageGuard(attempts=3),
        ),
        "guaranteed": LanguagePolicy(
            prompt=Variant.TRANSLATED_NAMED_ENTITIES,
            exemplars=MOST_EXEMPLARS,
            guard=LanguageGuard(attempts=4),
            fallback=Fallback.TRANSLATE,
        ),
    }
)
"""By name, from what costs nothing to what costs most; ``docs/language-control.md`` says what each costs."""


def preset(name: str) -> LanguagePolicy:
    """The policy of a name. Raises ``UsageError`` with the names there are."""
    if name not in PRESETS:
        raise UsageError(f"no language policy is called '{name}'; there are: {', '.join(PRESETS)}")
    return PRESETS[name]


def read_policy(path: Path) -> LanguagePolicy:
    """The policy of a TOML file. Raises ``InputError``, which names the file, for what it cannot be."""
    try:
        return LanguagePolicy.from_table(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, UsageError, UnknownLanguage) as error:
        raise InputError(f"{path}: {error}") from error


def _nested(made: type[Decoding] | type[LanguageGuard], key: str, table: Mapping[str, Any]) -> Decoding | LanguageGuard:
    unknown = table.keys() - {one.name for one in fields(made)}
    if unknown:
        raise UsageError(f"{key} of a language policy has no field '{min(unknown)}'; there are: {_names(made)}")
    names = {"names": tuple(table["names"])} if "names" in table else {}
    return made(**{**table, **names})


def _names(made: type[Decoding] | type[LanguageGuard]) -> str:
    return ", ".join(one.name for one in fields(made))
