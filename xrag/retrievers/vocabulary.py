"""The words of a partition by how they sound: what a name of the question is called in the passages.

One trie, memory-mapped, of two kinds of strings. ``key TAB sound TAB word`` is a word as it stands in a passage that may be
a name, under each of its keys (``xrag.languages.sounds``), or one of enough consonants that other languages may have borrowed
(pharmacist, फार्मासिस्ट); ``TAB word`` is one written small, which tells that the same word with a capital only began a sentence.
Where a script has no capitals every word may be a name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from pathlib import Path

import marisa_trie

from xrag.languages import likeness, sounds
from xrag.retrievers.protocol import Analyzer

MOST_NAMES = 3
FEWEST_BORROWED = 4
"""How many consonants a word written small has at least to be found by its sound."""
_REMEMBERED = 16384
_SEPARATOR = "\t"


class Vocabulary:
    """The words of one partition. Made by ``write_vocabulary``; never changes."""

    def __init__(self, trie: marisa_trie.Trie, analyzer: Analyzer) -> None:
        self._trie = trie
        self._analyzer = analyzer
        self._remembered = lru_cache(maxsize=_REMEMBERED)(self._find)

    @classmethod
    def open(cls, path: Path, analyzer: Analyzer) -> Vocabulary:
        """Open the file through a memory map."""
        return cls(marisa_trie.Trie().mmap(str(path)), analyzer)

    def __iter__(self) -> Iterator[str]:
        """Every word, perhaps more than once."""
        return (entry.rpartition(_SEPARATOR)[2] for entry in self._trie.iterkeys())

    def names(self, term: str, language: str) -> tuple[tuple[str, float], ...]:
        """(word, similarity) of the words that sound most like ``term``, which is of ``language``, or like a word of it.

        At most ``MOST_NAMES``, most similar first, and one for each stem.
        """
        return self._remembered(term, language)

    def _find(self, term: str, language: str) -> tuple[tuple[str, float], ...]:
        best: dict[str, float] = {}
        for word in likeness.sought(term, language):
            for key, sound in sounds.keys(word, language):
                for other, alike in self._alike(word, key, sound):
                    best[other] = max(alike, best.get(other, 0.0))
        stems: dict[str, tuple[str, float]] = {}
        for other in sorted(best, key=lambda other: (-best[other], other)):
            stems.setdefault(next(iter(self._analyzer.expand(other)), ""), (other, best[other]))
        return tuple(islice(stems.values(), MOST_NAMES))

    def _alike(self, word: str, key: str, sound: str) -> Iterator[tuple[str, float]]:
        for entry in self._trie.iterkeys(f"{key}{_SEPARATOR}"):
            _, heard, other = entry.split(_SEPARATOR)
            alike = likeness.alike(word, sound, other, heard, key)
            if alike and (other.islower() or f"{_SEPARATOR}{other.lower()}" not in self._trie):
                yield other, alike


def write_vocabulary(path: Path, words: Iterable[str], language: str) -> None:
    """Write the file of a partition whose passages hold ``words``."""
    marisa_trie.Trie([entry for word in words for entry in _entries(word, language)]).save(str(path))


def _entries(word: str, language: str) -> Iterator[str]:
    small = word[0].islower()
    if small:
        yield f"{_SEPARATOR}{word}"
    for key, sound in sounds.keys(word, language):
        if len(key) >= FEWEST_BORROWED if small else key != sound or not word.isupper():
            yield _SEPARATOR.join((key, sound, word))
