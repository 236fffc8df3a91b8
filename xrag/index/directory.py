"""An index open for reading."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from xrag import manifest, registry
from xrag.corpus import Corpus
from xrag.errors import IndexNotFound
from xrag.index.snapshot import (
    CORPUS,
    LEARNED,
    MANIFEST,
    PARTITIONS,
    READERS,
    SPARSE,
    VECTORS,
    Snapshot,
    corpus_key,
    rebuildable,
    tables,
)
from xrag.manifest import SharedLock
from xrag.protocols import Embedder, Retriever, SparseEncoder, Translator
from xrag.retrievers import RetrieverContext
from xrag.translators.naming import open_translator


class IndexDirectory:
    """An index open for reading, safe to share by threads, and untouched by updates that happen meanwhile."""

    def __init__(self, directory: Path, snapshot: Snapshot, hold: SharedLock) -> None:
        self.directory = directory
        self.snapshot = snapshot
        self._hold = hold
        self.corpus = Corpus.open(directory / CORPUS / snapshot.corpus_name, snapshot.corpus)
        # A pipeline keeps the corpus and not this object; the files must stay for as long as either is in use.
        weakref.finalize(self.corpus, _release, hold)

    def languages(self) -> Mapping[str, int]:
        """How many passages there are of each language, largest first."""
        return self.corpus.languages()

    def partitions(self) -> Mapping[str, Path]:
        """The directory of each language's partition, the largest language first."""
        entries = self.snapshot.partitions
        return {language: self.directory / PARTITIONS / entries[language].name for language in self.languages()}

    def retriever(
        self,
        name: str = "dual",
        *,
        translator: str | Translator = "lexicon",
        embedder: Embedder | None = None,
        sparse_encoder: SparseEncoder | None = None,
    ) -> Retriever:
        """The registered retriever of that name over this index, translating with a translator or the one of that name.

        ``embedder`` is the one that made the vectors, ``sparse_encoder`` the one that weighed the terms, where the index cannot
        name it.
        """
        translates = open_translator(translator) if isinstance(translator, str) else translator
        vectors, sparse = self.snapshot.vectors, self.snapshot.sparse
        context = RetrieverContext(
            self.corpus,
            self.partitions(),
            translates,
            vectors=self.vectors(),
            embedder=(lambda: embedder) if embedder else vectors.open_embedder if vectors else None,
            sparse=self.sparse(),
            sparse_encoder=(lambda: sparse_encoder) if sparse_encoder else sparse.open_encoder if sparse else None,
            learned=self.directory / LEARNED,
        )
        with rebuildable():
            retriever: Retriever = registry.load("retriever", name)(context)
        return retriever

    def vectors(self) -> Path | None:
        """The directory of the passages' vectors; None where there are none, or they are of the passages before an update."""
        entry = self.snapshot.vectors
        alive = entry is not None and entry.corpus == corpus_key(self.snapshot)
        return self.directory / VECTORS / entry.name if entry and alive else None

    def sparse(self) -> Path | None:
        """The directory of the passages' weighed terms; None as for ``vectors``."""
        entry = self.snapshot.sparse
        alive = entry is not None and entry.corpus == corpus_key(self.snapshot)
        return self.directory / SPARSE / entry.name if entry and alive else None

    @rebuildable()
    def verify(self) -> int:
        """Read every byte against its checksum; the number of files. Raises ``IndexCorrupt`` at the first altered one."""
        folders = tables(self.directory, self.snapshot)
        for folder, files in folders.items():
            manifest.verify(folder, files, deep=True)
        return sum(map(len, folders.values()))

    def size(self) -> int:
        """Bytes on disk of all files that belong to the index."""
        folders = tables(self.directory, self.snapshot)
        return sum(cast(int, entry["size"]) for files in folders.values() for entry in files.values())

    def close(self) -> None:
        """Give the files back; an update may then remove what it replaced."""
        self.corpus.close()
        self._hold.release()

    def __enter__(self) -> IndexDirectory:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _release(hold: SharedLock) -> None:
    hold.release()


@rebuildable()
def open_index(directory: Path | str) -> IndexDirectory:
    """Open an index in milliseconds: every file is there with its size (``verify`` reads them).

    Raises ``IndexNotFound``, ``IndexCorrupt``, or ``IndexDirectoryError`` where a newer xrag wrote it.
    """
    directory = Path(directory)
    if not (directory / MANIFEST).is_file():
        raise IndexNotFound(f"{directory} holds no index; make one with: xrag index PATHS -o {directory}")
    hold = SharedLock(directory / READERS)
    try:
        snapshot = Snapshot.read(directory / MANIFEST)
        for folder, files in tables(directory, snapshot).items():
            manifest.verify(folder, files)
        return IndexDirectory(directory, snapshot, hold)
    except BaseException:
        hold.release()
        raise
