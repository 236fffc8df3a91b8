"""What a user adds to the lexicon: a glossary, or parallel text, in one file of two columns or two files aligned by line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from xrag.errors import UsageError
from xrag.translators.sources import glossary, parallel
from xrag.translators.sources.pairs import MOST_WORDS, Pair, Sentences

_TOLD_EVERY = 10_000
_SENTENCE_ENDS = (".", "!", "?", "。", "！", "？", "।", "؟", "۔")


@dataclass(frozen=True, slots=True)
class Own:
    """What a user's files hold: entries of a glossary, sentences with their English."""

    pairs: tuple[Pair, ...] = ()
    sentences: tuple[Sentences, ...] = ()


Progress = Callable[[int], object]
"""Is told how many lines are done."""


def untold(done: int) -> None:
    """Tell nobody."""


def read(language: str, paths: Sequence[Path], *, progress: Progress = untold) -> Own:
    """Two files are parallel text. In one of two columns, each line is a sentence or an entry, whichever it looks like.

    ``progress`` is told the lines of two columns that are done, now and then.

    Raises ``InputError`` at the first line that cannot be read as such.
    """
    match paths:
        case [one]:
            return _sorted_out(glossary.rows(one, language), progress)
        case [one, english]:
            return Own(sentences=tuple(parallel.read(one, english)))
        case _:
            raise UsageError(
                f"{len(paths)} files are too many; give a file of two columns, or one file and its English"
            )


def _sorted_out(rows: Iterable[Sentences], progress: Progress) -> Own:
    pairs: list[Pair] = []
    sentences: list[Sentences] = []
    for number, (term, english) in enumerate(rows):
        if not number % _TOLD_EVERY:
            progress(number)
        if (english.count(" ") >= MOST_WORDS and ";" not in english) or term.endswith(_SENTENCE_ENDS):
            sentences.append((term, english))
        else:
            pairs += glossary.entry(term, english)
    return Own(tuple(pairs), tuple(sentences))
