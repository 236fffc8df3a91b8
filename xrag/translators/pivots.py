"""What an English translation says: the content words that stand between the languages, and the stems that make them one.

``the capital cities (of a country)`` and ``Capital city`` are one pivot: ``capital city``. Function words mean nothing to a
search, and a translation of nothing else (``of the``) is the empty pivot.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

import regex

from xrag.languages.morphology import fold, stem
from xrag.languages.segmentation import words

MOST_WORDS = 5
ENGLISH = "en"

_ASIDE = regex.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}|<[^<>]*>)\s*")
_POSSESSIVE = regex.compile(r"['’]s\b|['’](?=\s|$)")


@dataclass(frozen=True, slots=True)
class Pivot:
    """An English expression: ``stems`` of its content words, which tell it from others, and the ``words`` themselves."""

    stems: str
    words: str


@lru_cache(maxsize=1 << 18)
def pivot_of(english: str) -> Pivot | None:
    """The pivot of a translation, the empty one for function words alone; None where there is no word, or too many."""
    plain = _POSSESSIVE.sub("", _ASIDE.sub(" ", english))
    found = [plain[start:end] for start, end in words(plain, ENGLISH)]
    content = [word for word in found if not is_function_word(word)]
    if not found or len(content) > MOST_WORDS:
        return None
    return Pivot(" ".join(english_stem(word) for word in content), " ".join(content))


@lru_cache(maxsize=1 << 18)
def english_stem(word: str) -> str:
    """The stem of an English word, folded."""
    return stem(fold(word, ENGLISH), ENGLISH)


def sentence_stems(text: str) -> Iterator[str]:
    """The stems of a sentence; function words as they are, behind a mark that no stem has."""
    plain = _POSSESSIVE.sub("", text)
    for start, end in words(plain, ENGLISH):
        word = plain[start:end]
        yield f"={fold(word, ENGLISH)}" if is_function_word(word) else english_stem(word)


def is_function_word(word: str) -> bool:
    """Whether an English word says nothing of what a text is about."""
    return fold(word, ENGLISH) in function_words()


@cache
def function_words() -> frozenset[str]:
    """The English words that say nothing of what a text is about."""
    path = files("xrag.resources") / "lexicon" / "sources" / "function_words.tsv"
    rows = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
    return frozenset(word for tag, listed in rows if tag == ENGLISH for word in listed.split("|") if " " not in word)
