"""Building an index, and bringing it up to date."""

from __future__ import annotations

import hashlib
import os
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from xrag import manifest
from xrag.corpus import Corpus, CorpusState, CorpusWriter, Missing, ReadOptions, UpdateReport
from xrag.corpus import Progress as ReadingProgress
from xrag.corpus.scan import joined
from xrag.errors import IndexCorrupt, IndexDirectoryError, UsageError
from xrag.index.snapshot import (
    CORPUS,
    LEARNED,
    LOCK,
    MANIFEST,
    PARTITIONS,
    PENDING,
    READERS,
    SPARSE,
    VECTORS,
    PartitionEntry,
    Snapshot,
    clean_encoded,
    rebuildable,
    stored_roots,
)
from xrag.manifest import FileTable, unread
from xrag.protocols import PassageStore
from xrag.retrievers import analyzer_of, build_partition
from xrag.retrievers.partition import FORMAT as PARTITION_FORMAT
from xrag.retrievers.partition import HEADER, Header
from xrag.types import Passage

OURS = frozenset({PENDING, CORPUS, PARTITIONS, VECTORS, SPARSE, LEARNED})
REPORT_EVERY = 1000
FIRST = "1"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an update is. Stage ``reading`` counts bytes of files, ``building`` and ``encoding`` count passages.

    ``passages`` is how many went by so far, ``what`` the file being read, the language being built or the embedder.
    """

    stage: Literal["reading", "building", "encoding"]
    done: int
    total: int
    passages: int
    what: str


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What an update did. ``built`` are the languages whose partition was built, ``kept`` those that had not changed."""

    directory: Path
    generation: int
    corpus: UpdateReport
    languages: Mapping[str, int]
    built: tuple[str, ...]
    kept: tuple[str, ...]
    seconds: float


@rebuildable()
def build_index(
    paths: Sequence[Path | str],
    directory: Path | str,
    *,
    options: ReadOptions | None = None,
    progress: Callable[[Progress], None] | None = None,
    fresh: bool = False,
    missing: Missing = "stop",
) -> IndexReport:
    """Build the index of a directory from files and folders, or bring it up to date; whole or not at all.

    What is not new, changed or gone is not read again, and paths given once are remembered: ``missing`` says what to do
    where all of one has vanished. ``options`` are those the index was made with unless given; ``fresh`` forgets what was
    there, for an index that is damaged. Raises ``UsageError`` where no path is known, ``IndexLocked`` while another
    process writes.
    """
    started = time.monotonic()
    target = Path(directory)
    _check_target(target)
    known = () if paths else stored_roots(target)
    if not (paths or known):
        raise UsageError(f"{target} holds no index yet: name the files and folders to make it of")
    paths = known if fresh and not paths else paths
    joined((), map(Path, paths))  # a path that cannot be read leaves no directory behind
    with manifest.disk_errors(target), manifest.locked(target):
        (target / READERS).touch()
        beginning = _anew(target) if fresh else _beginning(target, paths)
        update = _Update(target, beginning, progress or _silent)
        report = update.run(paths, options, missing)
    return replace(report, seconds=time.monotonic() - started)


def _silent(_: Progress) -> None:
    pass


def _check_target(directory: Path) -> None:
    """An index is made in a directory that is not there, is empty, or is ours."""
    if directory.exists() and not directory.is_dir():
        raise UsageError(f"{directory} is a file; an index is a directory: name another one with -o")
    if not directory.is_dir() or (directory / MANIFEST).is_file():
        return
    names = {path.name for path in directory.iterdir()}
    begun = LOCK in names and all(name in OURS or name.startswith(".") for name in names)
    if names and not begun:
        raise UsageError(f"{directory} holds other files and no index; name a new directory with -o")


@dataclass(frozen=True, slots=True)
class _Beginning:
    """What an update goes on from: the committed generation, and the corpus to add to, perhaps of a run that was killed."""

    committed: Snapshot | None
    generation: int
    corpus_name: str
    corpus: CorpusState | None

    def partition(self, language: str) -> PartitionEntry | None:
        """The committed partition of a language."""
        return self.committed.partitions.get(language) if self.committed else None


def _beginning(directory: Path, paths: Iterable[Path | str]) -> _Beginning:
    path = directory / MANIFEST
    committed = Snapshot.read(path) if path.is_file() else None
    generation = committed.generation + 1 if committed else 1
    pending = _pending(directory)
    if pending and pending.generation == generation:
        if _roots(pending) <= _roots(committed) | {os.path.abspath(given) for given in paths}:  # noqa: PTH100 as its roots are
            return _Beginning(committed, generation, pending.corpus_name, pending.corpus)
        _forget(directory, pending, committed)
    if committed:
        return _Beginning(committed, generation, committed.corpus_name, committed.corpus)
    return _Beginning(None, generation, FIRST, None)


def _anew(directory: Path) -> _Beginning:
    """Nothing to go on from, a corpus folder that no earlier manifest can name, and a generation after all others."""
    used = max((int(path.name) for path in (directory / CORPUS).glob("*") if path.name.isdecimal()), default=0)
    return _Beginning(None, max(used, _last_generation(directory)) + 1, str(used + 1), None)


def _last_generation(directory: Path) -> int:
    """What the manifest says, however damaged; 0 where it says nothing."""
    try:
        said = manifest.read_json(directory / MANIFEST).get("generation")
    except (IndexCorrupt, FileNotFoundError):
        return 0
    return said if isinstance(said, int) else 0


def _pending(directory: Path) -> Snapshot | None:
    """The corpus that a killed run had finished, where it is still whole."""
    try:
        pending = Snapshot.read(directory / PENDING)
        manifest.verify(directory / CORPUS / pending.corpus_name, pending.corpus.file_table)
    except (IndexDirectoryError, FileNotFoundError):
        return None
    return pending


def _roots(snapshot: Snapshot | None) -> set[str]:
    return {root.path for root in snapshot.corpus.roots} if snapshot else set()


def _forget(directory: Path, pending: Snapshot, committed: Snapshot | None) -> None:
    """Remove what a killed run wrote for files that nobody asks for any more, so that it takes no room."""
    named = committed.corpus.file_table if committed else {}
    for name in pending.corpus.file_table:
        if name not in named:
            manifest.remove(directory / CORPUS / pending.corpus_name / name)
    manifest.remove(directory / PENDING)


class _Update:
    """One run of ``build_index``, under the writer's lock."""

    def __init__(self, directory: Path, beginning: _Beginning, progress: Callable[[Progress], None]) -> None:
        self._directory = directory
        self._begin = beginning
        self._progress = progress
        self._corpus_directory = directory / CORPUS / beginning.corpus_name

    def run(self, paths: Sequence[Path | str], options: ReadOptions | None, missing: Missing) -> IndexReport:
        """Corpus, partitions, commit, removal of what was replaced."""
        writer = CorpusWriter(self._corpus_directory, self._begin.corpus, options)
        found = writer.update(paths, self._reading, missing)
        begin = self._begin
        snapshot = Snapshot(begin.generation, begin.corpus_name, found.state, {})
        manifest.write_json(self._directory / PENDING, snapshot.to_json())
        snapshot, built = self._with_partitions(snapshot)
        committed = begin.committed
        if committed:
            snapshot = replace(snapshot, vectors=committed.vectors, sparse=committed.sparse)
        if committed and replace(snapshot, generation=committed.generation) == committed:
            snapshot = committed
        else:
            manifest.write_json(self._directory / MANIFEST, snapshot.to_json())
        self._clean(writer, snapshot)
        kept = tuple(language for language in found.languages if language not in built)
        return IndexReport(self._directory, snapshot.generation, found, dict(found.languages), built, kept, 0.0)

    def _reading(self, at: ReadingProgress) -> None:
        self._progress(Progress("reading", at.done, at.total, at.passages, Path(at.file).name))

    def _with_partitions(self, snapshot: Snapshot) -> tuple[Snapshot, tuple[str, ...]]:
        """The snapshot with a partition per language, and the languages whose partition had to be built."""
        for left in (self._directory / PARTITIONS).glob(".*"):
            manifest.remove(left)
        entries: dict[str, PartitionEntry] = {}
        built: list[str] = []
        with Corpus.open(self._corpus_directory, snapshot.corpus) as store:
            counting = _CountingStore(store, self._progress)
            for language, passages in store.languages().items():
                name = f"{language}-{_partition_key(store, language)}"
                entry = self._committed(language, name) or self._finished(name, passages)
                if entry is None:
                    entry = self._build(language, PartitionEntry(name, passages, {}), counting)
                    built.append(language)
                entries[language] = entry
        return replace(snapshot, partitions=entries), tuple(built)

    def _committed(self, language: str, name: str) -> PartitionEntry | None:
        """The committed partition, where it is the one that is wanted and its files are whole."""
        entry = self._begin.partition(language)
        if entry is None or entry.name != name:
            return None
        try:
            manifest.verify(self._directory / PARTITIONS / name, entry.files)
        except IndexCorrupt:
            return None
        return entry

    def _finished(self, name: str, passages: int) -> PartitionEntry | None:
        """The partition of this name that a killed run had finished, where every byte of it is as it was written."""
        path = self._directory / PARTITIONS / name
        try:
            files = _files(path)
            manifest.verify(path, files, deep=True)
        except (IndexDirectoryError, FileNotFoundError):
            return None
        return PartitionEntry(name, passages, files)

    def _build(self, language: str, wanted: PartitionEntry, store: PassageStore) -> PartitionEntry:
        path = self._directory / PARTITIONS / wanted.name
        earlier = self._begin.partition(language)
        build_partition(path, store, language, path.with_name(earlier.name) if earlier else None)
        return replace(wanted, files=_files(path))

    def _clean(self, writer: CorpusWriter, snapshot: Snapshot) -> None:
        """Remove what the committed manifest does not name, unless an earlier generation is being read."""
        manifest.remove(self._directory / PENDING)
        for name in (MANIFEST, PENDING):  # a run that was killed while it wrote one of them left it half written
            for half in self._directory.glob(f".{name}.*.partial"):
                manifest.remove(half)
        with unread(self._directory / READERS) as free:
            if not free:
                return
            writer.clean(snapshot.corpus)
            named = {entry.name for entry in snapshot.partitions.values()}
            for path in (self._directory / PARTITIONS).iterdir():
                if path.name not in named:
                    manifest.remove(path)
            for path in (self._directory / CORPUS).iterdir():
                if path.name != snapshot.corpus_name:
                    manifest.remove(path)
        clean_encoded(self._directory, snapshot)


def _partition_key(store: Corpus, language: str) -> str:
    """Names format, analyzer and the very passages: which segments, by their content, and which rows of them."""
    numbers = store.numbers(language)
    key = hashlib.sha256(f"{PARTITION_FORMAT} {analyzer_of(language).fingerprint}".encode())
    for segment in store.state.segments:
        held = numbers[bisect_left(numbers, segment.first) : bisect_left(numbers, segment.next)]
        if held:
            key.update(segment.sha256.encode() + held.tobytes())
    return key.hexdigest()[:16]


def _files(partition: Path) -> FileTable:
    """The files of a finished partition, as it says itself."""
    return {**Header.read(partition).files, **manifest.describe(partition, [HEADER])}


class _CountingStore:
    """A passage store that tells how many passages have been read from it, of how many there are."""

    def __init__(self, store: Corpus, progress: Callable[[Progress], None]) -> None:
        self._store = store
        self._progress = progress
        self._read = 0
        self.get, self.numbers, self.languages = store.get, store.numbers, store.languages

    def by_number(self, numbers: Sequence[int]) -> Iterator[Passage]:
        """The passages, counted as they go by."""
        total = len(self._store)
        for passage in self._store.by_number(numbers):
            self._read += 1
            if self._read % REPORT_EVERY == 0:
                self._progress(Progress("building", self._read, total, self._read, passage.language))
            yield passage
