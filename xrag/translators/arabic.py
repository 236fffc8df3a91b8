"""What an Arabic word may be a form of, where no stemmer brings it to its entry: plurals, duals, verbs, attached pronouns.

Plurals are made by changing the inside of a word (قانون law, قوانين laws); the patterns are those of any grammar (Wright, A
Grammar of the Arabic Language, 1896, § 304). In a pattern ``1`` to ``4`` stand for the consonants of the root; it
is undone into the singulars that it may come from. What comes out may be no word at all: only what a table has is one.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import regex

_ARTICLE = regex.compile(r"^(?:[وفبك]?ال|لل)(?=\p{L}{3})")
_SHORTEST = 3
_REMEMBERED = 65536

_PLURALS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ا12اء", ("12ي2", "12ي")),  # أطباء
    ("ا123اء", ("12ي3", "123")),
    ("123اء", ("12ي3", "1ا23")),
    ("ا12ا3", ("123", "123ه", "12ي3")),
    ("ا12و3", ("123",)),
    ("ا12يه", ("12اء",)),  # أدوية
    ("ا123ه", ("12ا3", "12ي3", "12و3")),
    ("1وا2ي3", ("1ا2و3", "1ا2ي3")),
    ("1وا23", ("1ا23", "1ا23ه", "1و23")),
    ("12ا3ي4", ("123ا4", "123و4", "123ي4", "123و4ه")),
    ("12ايا", ("12يه",)),
    ("12اي3", ("12ي3ه", "12ا3ه", "12و3ه")),
    ("م1ا2ي", ("م12ا", "م12ي")),  # مبادئ
    ("12ا34", ("1234", "1234ه")),
    ("12ا3", ("123", "123ه", "12ي3", "1ا23")),
    ("12و3", ("123", "1ا23")),
    ("123ي", ("12ي3",)),
    ("123ان", ("123", "12ي3", "1ا23")),
    ("122", ("12ه",)),  # سكك
    ("123", ("12ا3", "123ه", "12ي3ه")),
    ("12ا3ه", ("1ا23",)),
)
_ENDINGS = ("هما", "تها", "تهم", "ات", "ون", "ين", "ان", "يه", "ها", "هم", "نا", "كم", "ته", "وا", "تا", "ه", "ا", "ي")
_VERB = regex.compile(r"^[وف]?س?[يتن](?=\p{L}{3})")


@lru_cache(maxsize=_REMEMBERED)
def singulars(folded: str) -> tuple[str, ...]:
    """The words that a folded one may be a form of, likeliest first, itself not among them."""
    bare = _ARTICLE.sub("", folded)
    found = [*_without_endings(bare)]
    found += [verb for word in (bare, *found) for verb in _verbs(word)]
    broken = [single for word in (bare, *found) for single in _undone(word)]
    return tuple(dict.fromkeys(word for word in (bare, *found, *broken) if word != folded and len(word) >= _SHORTEST))


def _without_endings(word: str) -> Iterator[str]:
    for ending in _ENDINGS:
        stem = word.removesuffix(ending)
        if len(stem) < len(word) and len(stem) >= _SHORTEST:
            yield stem
            if ending.startswith("ت") or ending == "ات":
                yield f"{stem}ه"


def _verbs(word: str) -> Iterator[str]:
    """The past of a present: يقدم ─▶ قدم, يستخدم ─▶ استخدم."""
    stem = _VERB.sub("", word)
    if stem != word:
        yield from (stem, f"ا{stem}")


def _undone(word: str) -> Iterator[str]:
    for pattern, singles in _PLURALS:
        root = _root(pattern, word)
        for single in singles if root else ():
            yield "".join(root.get(letter, letter) for letter in single)


def _root(pattern: str, word: str) -> dict[str, str]:
    """The consonants of a word that has a pattern; empty where it has not."""
    root: dict[str, str] = {}
    if len(pattern) != len(word):
        return {}
    for letter, is_one in zip(word, pattern, strict=True):
        if is_one.isdigit():
            if root.setdefault(is_one, letter) != letter:
                return {}
        elif letter != is_one:
            return {}
    return root
