"""A persistent cache around any translator, in one SQLite file that threads and processes may share."""

from __future__ import annotations

import hashlib
import json
import logging
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from filelock import FileLock

from xrag.errors import XragError
from xrag.protocols import Translator
from xrag.types import Candidate, TermTranslation, Translation

FORMAT = 2
_TABLE = "CREATE TABLE IF NOT EXISTS translation (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID"
_KEYS_PER_STATEMENT = 500
_WAIT_SECONDS = 60
_SUM_BYTES = 8
_log = logging.getLogger(__name__)
_Result = TypeVar("_Result")


class CachedTranslator:
    """Remembers what a translator said. The key names the translator's fingerprint, both languages and the text.

    A text that came back as it stands, without terms, is asked for again: a model that failed may yet translate it.

    A file that is damaged is renamed aside (``NAME.damaged-…``, with a warning through ``logging``) and a new one begun:
    what was cached can be translated again, and nothing of the caller's is deleted.
    """

    def __init__(self, translator: Translator, path: Path | str) -> None:
        self._translator = translator
        self._path = Path(path)

    @property
    def fingerprint(self) -> str:
        """That of the translator inside: a cache changes nothing."""
        return self._translator.fingerprint

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[Translation]:
        """What the cache holds; the rest in one call of the translator inside."""
        keys = [_key(self.fingerprint, source, target, text) for text in texts]
        known = self._with_connection(lambda connection: _read(connection, keys))
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if missing:
            made = self._translator.translate(list(missing.values()), source, target)
            fresh = dict(zip(missing, made, strict=True))
            told = {key: one for key, one in fresh.items() if one.terms or one.text != missing[key]}
            self._with_connection(lambda connection: _write(connection, told))
            known |= fresh
        return [known[key] for key in keys]

    def _with_connection(self, action: Callable[[sqlite3.Connection], _Result]) -> _Result:
        try:
            return _act(self._path, action)
        except (sqlite3.DatabaseError, ValueError) as error:
            if isinstance(error, sqlite3.OperationalError):
                raise XragError(f"cannot use the translation cache {self._path}: {error}; name another path") from error
        # Of several processes that meet the damage, the first puts the file aside, the others find it mended.
        with FileLock(f"{self._path}.lock"):
            if _damaged(self._path):
                _put_aside(self._path)
        return _act(self._path, action)


def _key(fingerprint: str, source: str, target: str, text: str) -> bytes:
    return hashlib.sha256(json.dumps([FORMAT, fingerprint, source, target, text]).encode()).digest()


def _act(path: Path, action: Callable[[sqlite3.Connection], _Result]) -> _Result:
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, timeout=_WAIT_SECONDS)) as connection, connection:
        connection.execute(_TABLE)
        return action(connection)


def _read(connection: sqlite3.Connection, keys: Sequence[bytes]) -> dict[bytes, Translation]:
    found: dict[bytes, Translation] = {}
    for start in range(0, len(keys), _KEYS_PER_STATEMENT):
        some = keys[start : start + _KEYS_PER_STATEMENT]
        marks = ",".join("?" * len(some))
        rows = connection.execute(f"SELECT key, value FROM translation WHERE key IN ({marks})", some)
        found.update((key, _load(value)) for key, value in rows)
    return found


def _write(connection: sqlite3.Connection, fresh: Mapping[bytes, Translation]) -> None:
    rows = [(key, _dump(translation)) for key, translation in fresh.items()]
    connection.executemany("INSERT OR REPLACE INTO translation VALUES (?, ?)", rows)


def _dump(translation: Translation) -> bytes:
    terms = [[one.term, [[c.text, c.probability] for c in one.candidates], one.known] for one in translation.terms]
    parts = [translation.text, translation.source, translation.target, terms]
    data = json.dumps(parts, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return _sum(data) + data


def _load(value: bytes) -> Translation:
    check, data = value[:_SUM_BYTES], value[_SUM_BYTES:]
    if check != _sum(data):
        raise ValueError("a value differs from its checksum")
    text, source, target, terms = json.loads(data.decode("utf-8", "surrogatepass"))
    return Translation(
        text,
        source,
        target,
        tuple(
            TermTranslation(term, tuple(Candidate(*pair) for pair in pairs), *known) for term, pairs, *known in terms
        ),
    )


def _sum(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()[:_SUM_BYTES]


def _damaged(path: Path) -> bool:
    def check(connection: sqlite3.Connection) -> bool:
        sound = connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        for (value,) in connection.execute("SELECT value FROM translation"):
            _load(value)
        return not sound

    try:
        return _act(path, check)
    except (sqlite3.DatabaseError, ValueError):
        return True


def _put_aside(path: Path) -> None:
    aside = path.with_name(f"{path.name}.damaged-{time.time_ns()}")
    path.replace(aside)
    _log.warning("the translation cache %s is damaged; kept as %s, and a new one was begun", path, aside.name)
