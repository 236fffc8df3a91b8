"""Where a benchmark's files are, and how they come there: downloaded when the caller asks for it, or copied."""

from __future__ import annotations

import os
import shutil
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from platformdirs import user_data_path

from xrag import manifest
from xrag.benchmarks.reading import archive_of
from xrag.benchmarks.spec import Spec, Split
from xrag.errors import InputError, UsageError, XragError

_TIMEOUT = 60


def data_folder() -> Path:
    """``XRAG_DATA`` where it is set, else in the user's data folder: the folder with a folder for each benchmark."""
    return Path(os.environ.get("XRAG_DATA") or user_data_path("xrag") / "benchmarks")


def folder_of(spec: Spec) -> Path:
    """Where the files of a benchmark are."""
    return data_folder() / spec.name


def get(
    spec: Spec,
    *,
    source: Path | None = None,
    folder: Path | None = None,
    languages: Sequence[str] | None = None,
    splits: Sequence[str] | None = None,
) -> list[Path]:
    """Bring the files of these splits in these languages (all where None are named); those that were brought.

    They come from ``source`` (a folder), or from where they are published.

    A file that is there already, with the right checksum where one is known, is left as it is. A file is whole or absent.
    Raises ``InputError`` for a file that is missing or altered, ``UsageError`` where nothing says where to download it.
    """
    folder = folder or folder_of(spec)
    brought = []
    chosen = [spec.split(name) for name in splits or spec.splits]
    for split, name, url in _wanted(spec, chosen, spec.chosen(languages)):
        if "*" in name:
            brought.extend(_copy_all(source, name, folder, spec))
            continue
        target = folder / name
        if target.exists() and _is_as_known(target, split, name):
            continue
        with manifest.replacing(target) as beside:
            _copy(source, name, beside, spec) if source else _download(url, beside, spec)
            if not _is_as_known(beside, split, name):
                raise InputError(
                    f"{spec.name}: {name} is not the file of revision {spec.revision} (its checksum differs)"
                )
        brought.append(target)
    return brought


def _wanted(spec: Spec, splits: Sequence[Split], tags: Sequence[str]) -> Iterator[tuple[Split, str, str | None]]:
    """Each file once: its split, its path in the folder, where it is published. Of ``a.zip/b``, the archive."""
    seen = set()
    for split in splits:
        for kind, pattern in split.files.items():
            for code in (spec.languages[tag] for tag in tags):
                name = pattern.format(language=code)
                name = str(archive_of(PurePosixPath(name)) or name)
                if name not in seen:
                    seen.add(name)
                    yield split, name, split.urls[kind].format(language=code) if kind in split.urls else None


def _is_as_known(path: Path, split: Split, name: str) -> bool:
    known = split.sha256.get(name)
    return known is None or manifest.checksum(path) == known


def _copy(source: Path, name: str, target: Path, spec: Spec) -> None:
    """From the same path below the source, or from its file of that name."""
    found = next((path for path in (source / name, source / Path(name).name) if path.is_file()), None)
    if found is None:
        raise InputError(f"{spec.name}: there is no {name} in {source}; it is published at {spec.homepage}")
    shutil.copyfile(found, target)


def _copy_all(source: Path | None, pattern: str, folder: Path, spec: Spec) -> list[Path]:
    """The files of a pattern, which can only be copied."""
    found = sorted(source.glob(pattern)) if source else []
    if source is None or not found:
        raise UsageError(
            f"{spec.name}: no {pattern} to copy; get it at {spec.homepage}, then: xrag data get {spec.name} --from FOLDER"
        )
    targets = [folder / path.relative_to(source) for path in found]
    for path, target in zip(found, targets, strict=True):
        with manifest.replacing(target) as beside:
            shutil.copyfile(path, beside)
    return targets


def _download(url: str | None, target: Path, spec: Spec) -> None:
    if url is None:
        raise UsageError(
            f"{spec.name} cannot be downloaded by itself: get it at {spec.homepage}, then: "
            f"xrag data get {spec.name} --from FOLDER"
        )
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT) as reply, target.open("wb") as stream:
            shutil.copyfileobj(reply, stream)
    except OSError as error:
        reason = getattr(error, "reason", error)
        raise XragError(
            f"{spec.name}: cannot download {url} ({reason}); or copy it: xrag data get {spec.name} --from FOLDER"
        ) from error
