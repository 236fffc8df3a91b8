"""When two answers are the same: the normal form of an answer in its language, and the units that F1 counts.

Where the published scripts strip English articles and ASCII punctuation from every language, this folds, in any script:
compatibility forms (NFKC), case (Turkish ı and İ as Turkish does), Arabic and Hebrew vowel signs, punctuation, digits and
Chinese numerals, thousands separators, the counter behind a lone number, articles of the language, yes and no. A minus sign,
a decimal mark and the plus signs of ``C++`` say something and stay.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import regex

from xrag.languages import numerals
from xrag.languages.articles import without_articles
from xrag.languages.polarity import polarities
from xrag.languages.tags import tag

SIGNATURE = "nfkc:yes|case:fold|punct:unicode|articles:own|numerals:plain|polarity:own|units:words+east-characters"

_DECIMAL = "\ue000"
"""Stands for a decimal mark while punctuation is removed."""
_MINUS = "\ue001"
_TURKIC = frozenset({"tr", "az"})
_DOTS = str.maketrans({"İ": "i", "I": "ı"})
_SILENT = regex.compile(
    r"\p{Cf}|[\u064b-\u0652\u0670\u0640\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7]|(?<=\p{Cyrillic})\u0301"
)
_NEGATIVE = regex.compile(r"(?<![\p{L}\p{N}])[-\u2212\u2013](?=\d)")
_APOSTROPHE = regex.compile(r"(?<=\p{L})['’ʼ`´](?=\p{L})")
_MARKS = regex.compile(r"[[\p{P}\p{S}]--[+#]]|(?<![\p{L}+#])[+#]|[\p{Cc}\p{Zl}\p{Zp}]", regex.V1)
_UNIT_GAP = regex.compile(r"\d(?=\p{L})")
_SIGN_GAP = regex.compile(rf"[^\W\d_](?={_MINUS})")
_COUNTED = regex.compile(
    rf"({_MINUS}?\d+(?:{_DECIMAL}\d+)?)\s*(?:年|歳|歲|岁|人|名|个|個|回|次|세|명|년|개|년도|ปี|คน)\s*"
)
_EAST = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Bopomofo}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}ー々〆〇"
_EASTERN = regex.compile(rf"[{_EAST}]")
_UNIT = regex.compile(rf"[{_EAST}]\p{{M}}*+|[^\s{_EAST}]++")
_LETTERS = regex.compile(r"[a-z ]*+")


@lru_cache(maxsize=1 << 17)
def units(answer: str, language: str) -> tuple[str, ...]:
    """The units of an answer's normal form: words, and characters with their marks where no space parts the words.

    An answer of nothing but punctuation is its own only unit; the empty answer has none.
    """
    canonical = tag(language)
    folded = _folded(answer, canonical)
    said = polarities(canonical).get(folded.strip(" .!?。！？।"))
    if said:
        return (said,)
    bare = without_articles(folded, canonical)
    plain = bare if _LETTERS.fullmatch(bare) else _plain(bare)
    found: list[str] = _UNIT.findall(plain) if _EASTERN.search(plain) else plain.split()
    if _DECIMAL not in plain and _MINUS not in plain:
        return tuple(found) or tuple(folded.split())
    return tuple(unit.replace(_DECIMAL, ".").replace(_MINUS, "-") for unit in found)


def normal(answer: str, language: str) -> str:
    """The normal form: the units with a space between them. Two answers with the same one are the same answer."""
    return " ".join(units(answer, language))


def _folded(answer: str, language: str) -> str:
    text = answer if answer.isascii() else _SILENT.sub("", unicodedata.normalize("NFKC", answer))
    if language in _TURKIC:
        text = text.translate(_DOTS)
    return text.lower() if language in _TURKIC else unicodedata.normalize("NFC", text.casefold())


def _plain(text: str) -> str:
    counting = numerals.rewritten(_NEGATIVE.sub(_MINUS, text), _DECIMAL)
    bare = _MARKS.sub(" ", _APOSTROPHE.sub("", counting))
    counted = _COUNTED.fullmatch(bare.strip())
    if counted:
        return counted[1]
    parted = _SIGN_GAP.sub(r"\g<0> ", bare) if _MINUS in bare else bare
    return _UNIT_GAP.sub(r"\g<0> ", parted)
