"""What is learned for the vectors of an index from parallel text, and kept beside it."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from xrag import manifest
from xrag.corpus.parallel import ParallelText
from xrag.errors import UsageError
from xrag.index.directory import IndexDirectory, open_index
from xrag.index.snapshot import LEARNED
from xrag.protocols import Embedder
from xrag.retrievers.arrays import Array
from xrag.retrievers.dense.cures import METHODS, Bitext, Cure, languages_of
from xrag.retrievers.dense.learned import Provenance, save_cure

WINDOW = 512
"""Texts that are handed to the embedder at a time."""


@dataclass(frozen=True, slots=True)
class FitReport:
    """What was learned: pairs of each language, the language that others were compared with, and those passage languages
    that no parallel text has.
    """

    kind: str
    path: Path
    pairs: Mapping[str, int]
    pivot: str
    missing: tuple[str, ...]
    seconds: float


def fit_cure(
    directory: Path | str,
    kind: str,
    texts: Sequence[ParallelText],
    *,
    embedder: Embedder | None = None,
    components: int = 1,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> FitReport:
    """Learn a cure for language bias (``xrag.retrievers.dense.cures``) for the embedder of an index, and keep it there.

    ``components`` is how many principal components ``lir`` removes; ``progress`` is told how many texts of how many are
    encoded. Raises ``UsageError`` for an unknown kind, an index without vectors, or texts that a kind cannot use.
    """
    started = time.monotonic()
    if kind not in METHODS:
        raise UsageError(f"no cure is called '{kind}'; there are: {', '.join(METHODS)}")
    if not texts:
        raise UsageError("a cure is learned from parallel text; give some")
    with open_index(directory) as index:
        model = embedder or _embedder(index)
        spoken = tuple(index.languages())
    cure, pairs = _learned(kind, texts, _Encoding(model, texts, progress), components)
    path = Path(directory) / LEARNED / kind
    digest = hashlib.sha256("".join(text.digest for text in texts).encode()).hexdigest()[:16]
    with manifest.disk_errors(path), manifest.locked(Path(directory)):
        save_cure(path, cure, Provenance(model.fingerprint, pairs, digest, components))
    missing = tuple(language for language in spoken if language not in pairs)
    return FitReport(kind, path, pairs, cure.languages[0], missing, time.monotonic() - started)


def _embedder(index: IndexDirectory) -> Embedder:
    if index.snapshot.vectors is None:
        raise UsageError(f"the index has no vectors; make them with: xrag index -o {index.directory} --embedder MODEL")
    return index.snapshot.vectors.open_embedder()


class _Encoding:
    """Texts as queries and as passages, counted as they are encoded."""

    def __init__(self, embedder: Embedder, texts: Sequence[ParallelText], progress: Callable[[int, int], None]) -> None:
        self.passages, self.queries = embedder.embed_passages, embedder.embed_queries
        self._progress = progress
        self._total = 4 * sum(len(text.pairs) for text in texts)
        self._done = 0

    def bitexts(self, texts: Sequence[ParallelText], embed: Callable[[Sequence[str]], Array]) -> list[Bitext]:
        """The vectors of all texts, without the pairs of which one has no vector."""
        return [self._bitext(text, embed) for text in texts]

    def _bitext(self, text: ParallelText, embed: Callable[[Sequence[str]], Array]) -> Bitext:
        left, right = (self._rows([pair[side] for pair in text.pairs], embed) for side in (0, 1))
        told = np.any(left, axis=1) & np.any(right, axis=1)
        if not told.any():
            raise UsageError(f"the embedder knows no word of the parallel text in {' and '.join(text.languages)}")
        return Bitext(text.languages, (left[told], right[told]))

    def _rows(self, texts: Sequence[str], embed: Callable[[Sequence[str]], Array]) -> Array:
        found = []
        for start in range(0, len(texts), WINDOW):
            window = texts[start : start + WINDOW]
            found.append(embed(window))
            self._done += len(window)
            self._progress(self._done, self._total)
        return np.concatenate(found)


def _learned(
    kind: str, texts: Sequence[ParallelText], encoding: _Encoding, components: int
) -> tuple[Cure, dict[str, int]]:
    method = METHODS[kind]
    passages = encoding.bitexts(texts, encoding.passages)
    if not 0 < components < passages[0].rows[0].shape[1]:
        raise UsageError(f"{components} components cannot be removed from {passages[0].rows[0].shape[1]} dimensions")
    queries = encoding.bitexts(texts, encoding.queries) if method.of_queries else None
    maps = method.fit(passages, components), method.fit(queries, components) if queries else None
    counts = Counter[str]()
    for one in passages:
        counts.update(dict.fromkeys(one.languages, len(one.rows[0])))
    return Cure(kind, languages_of(passages), *maps), dict(counts)
