"""Lines, JSON and tables of published files, plain or compressed; every complaint names the file and the line."""

from __future__ import annotations

import csv
import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import IO, Any, cast

from xrag.errors import InputError

Row = dict[str, Any]
"""Any: one record of a published file; what is in it the form's loader knows and checks."""


_ARCHIVES = (".zip", ".tar.gz")


def archive_of(path: PurePath) -> PurePath | None:
    """The archive in which a path lies, of ``a.zip/b/c`` the ``a.zip``."""
    return next((parent for parent in path.parents if parent.name.endswith(_ARCHIVES)), None)


def text(path: Path) -> str:
    """A whole text file, of a ``.gz`` what is in it; ``ARCHIVE.zip/MEMBER`` names a member of an archive."""
    try:
        content = _bytes(path)
    except (OSError, EOFError, zipfile.BadZipFile, tarfile.TarError, KeyError) as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise InputError(f"{path}: cannot be read ({error})") from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = content.count(b"\n", 0, error.start) + 1
        raise InputError(f"{path}:{number}: byte {error.start} is not UTF-8; save the file as UTF-8") from error


def json_value(path: Path) -> Any:  # Any: as above
    """One JSON value."""
    try:
        return json.loads(text(path))
    except ValueError as error:
        raise InputError(f"{path}: not JSON ({error})") from error


def json_lines(path: Path) -> Iterator[tuple[str, Row]]:
    """``file:line`` and the object of each line, read as they come."""
    for number, line in enumerate(_lines(path), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise InputError(f"{path}:{number}: not JSON ({error}); the file may be cut off") from error
        if not isinstance(row, dict):
            raise InputError(f"{path}:{number}: not a JSON object but {type(row).__name__}")
        yield f"{path}:{number}", row


def columns(path: Path, count: int, separator: str | None = "\t") -> Iterator[tuple[str, list[str]]]:
    """``file:line`` and the fields of each line of a table without quoting; None separates at any white space."""
    for number, line in enumerate(_lines(path), start=1):
        if not line.strip():
            continue
        fields = line.rstrip("\r\n").split(separator, count - 1)
        if len(fields) != count:
            raise InputError(f"{path}:{number}: {len(fields)} fields instead of {count}")
        yield f"{path}:{number}", fields


def table(path: Path) -> Iterator[tuple[str, Row]]:
    """``file:line`` and the record of each row of a CSV file with a header."""
    rows = csv.DictReader(io.StringIO(text(path), newline=None))
    for row in rows:
        yield f"{path}:{rows.line_num}", cast(Row, row)


def tsv(path: Path) -> Iterator[tuple[str, Row]]:
    """``file:line`` and the record of each row of a table with a header and tabs, without quoting."""
    names: list[str] = []
    for number, line in enumerate(_lines(path), start=1):
        fields = line.rstrip("\r\n").split("\t")
        if not names:
            names = fields
        elif line.strip() and len(fields) != len(names):
            raise InputError(f"{path}:{number}: {len(fields)} fields instead of {len(names)}")
        elif line.strip():
            yield f"{path}:{number}", dict(zip(names, fields, strict=True))


def matching(pattern: Path) -> list[Path]:
    """The files of a pattern in order. Raises ``FileNotFoundError`` where there are none."""
    found = sorted(pattern.parent.glob(pattern.name))
    if not found:
        raise FileNotFoundError(2, "no such file", str(pattern))
    return found


def field(row: Row, name: str, place: str, kind: type | tuple[type, ...] = str) -> Any:  # Any: of the kind asked for
    """A field of a record, of the kind that it must be."""
    value = row.get(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        said = "is missing" if name not in row else f"is {type(value).__name__}"
        raise InputError(f"{place}: '{name}' {said}; is this another revision of the benchmark?")
    return value


def _lines(path: Path) -> Iterator[str]:
    if archive_of(path):
        yield from text(path).split("\n")
        return
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as stream:
            for number, line in enumerate(cast(IO[bytes], stream), start=1):
                yield _line(line, path, number)
    except (EOFError, gzip.BadGzipFile) as error:
        raise InputError(f"{path}: the compressed file is damaged or cut off ({error})") from error


def _line(line: bytes, path: Path, number: int) -> str:
    try:
        return line.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}:{number}: byte {error.start} of the line is not UTF-8; save the file as UTF-8"
        ) from error


def _bytes(path: Path) -> bytes:
    archive = archive_of(path)
    if archive is not None:
        return _member(Path(archive), path.relative_to(archive).as_posix())
    content = path.read_bytes()
    return gzip.decompress(content) if path.suffix == ".gz" else content


def _member(archive: Path, name: str) -> bytes:
    if archive.suffix == ".zip":
        with zipfile.ZipFile(archive) as opened:
            return opened.read(name)
    with tarfile.open(archive) as opened:
        stream = opened.extractfile(name)
        if stream is None:
            raise KeyError(f"'{name}' is a folder of the archive")
        return stream.read()
