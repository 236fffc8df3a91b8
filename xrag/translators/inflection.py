"""Which entry a word is a form of, where its stem alone does not say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import ceil

from xrag.languages.morphology import fold, signature
from xrag.translators.arabic import singulars
from xrag.translators.keys import EXACT, is_spaced, stemmed
from xrag.translators.matching import Entries

_SHARE_OF_WORD = 0.6
_SHORTEST_STEM = 4
_SHORTEST_WORD = 3
_LONGEST_OWN_ENDING = 3
_MOST_LOOKED_AT = 64
# German writes all nouns with a capital; the others put endings to a name that no stemmer takes off.
_CAPITALS_TELL_NOTHING = frozenset(
    {"az", "de", "et", "eu", "fi", "hu", "kk", "ky", "lb", "rn", "rw", "sn", "sw", "tr", "uz", "xh", "zu"}
)
# Words (in, of, to, and, the) that are written together with the next one, longest first where one begins another.
_PROCLITICS: Mapping[str, tuple[str, ...]] = {
    "am": ("በ", "የ", "ለ", "ከ", "ስለ"),
    "ar": (
        "وال",
        "فال",
        "بال",
        "كال",
        "ولل",
        "لل",
        "وب",
        "ول",
        "وي",
        "سي",
        "ست",
        "و",
        "ف",
        "ب",
        "ل",
        "ك",
        "س",
        "ي",
        "ت",
        "ن",
    ),
    "he": ("וה", "וב", "ול", "ומ", "מה", "שב", "שה", "ה", "ב", "ל", "מ", "ש", "ו", "כ"),
    "ti": ("ብ", "ን", "ናይ", "ካብ"),
}


def exact_entry(table: Entries, word: str, language: str) -> int | None:
    """The entry of this very word, where its stem has others of another meaning."""
    if not is_spaced(language):
        return None
    folded = fold(word, language)
    spelt = (table.find(EXACT + bare) for bare in (folded, *_without_proclitics(folded, language)))
    return next((entry for entry in spelt if entry is not None), None)


def inflected(table: Entries, word: str, language: str) -> int | None:
    """The entry that a word is but for words written together with it, or for endings that the stemmer did not take off."""
    if not is_spaced(language):
        return None
    for bare in _without_proclitics(fold(word, language), language):
        entry = table.find(EXACT + bare)
        entry = table.find(stemmed(bare, language)) if entry is None else entry
        if entry is not None:
            return entry
    folded = fold(word, language)
    entry = _plural_or_verb(table, folded, language) if language == "ar" else None
    return entry if entry is not None or _is_name(word, language) else _alike(table, folded)


def _plural_or_verb(table: Entries, folded: str, language: str) -> int | None:
    """The entry of what an Arabic word, or what is left of it without a word before it, may be a form of."""
    for word in (folded, *_without_proclitics(folded, language)):
        for single in singulars(word):
            entry = table.find(stemmed(single, language))
            if entry is not None and not table.is_function_word(entry):
                return entry
    return None


def _is_name(word: str, language: str) -> bool:
    stemmed_at_all = signature(language) != "none"
    return word[:1].isupper() and stemmed_at_all and language not in _CAPITALS_TELL_NOTHING


def _without_proclitics(word: str, language: str) -> Iterator[str]:
    for proclitic in _PROCLITICS.get(language, ()):
        if word.startswith(proclitic) and len(word) - len(proclitic) >= _SHORTEST_WORD:
            yield word.removeprefix(proclitic)


def _alike(table: Entries, word: str) -> int | None:
    """The key that shares most of its beginning with a word, at least ``_SHARE_OF_WORD`` of it, and goes on for least."""
    best, found = (0, 0), None
    for n in range(len(word), max(_SHORTEST_WORD, ceil(_SHARE_OF_WORD * len(word))) - 1, -1):
        if n < best[0]:
            break
        for key, number in table.starting(word[:n], _MOST_LOOKED_AT):
            further = len(key) - n
            if further > _further(n) or " " in key:
                break
            if (n - further, -further) > best and not table.is_function_word(number):
                best, found = (n - further, -further), number
    return found


def _further(n: int) -> int:
    """How many letters a key may have behind the ``n`` that it shares with a word."""
    return min(_LONGEST_OWN_ENDING, n // 2 - 1) if n >= _SHORTEST_STEM else 0
