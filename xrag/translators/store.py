"""A lexicon's directory: its manifest, and its tables, each opened and checked at its first use."""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from pathlib import Path

from xrag.errors import IndexCorrupt
from xrag.languages import same
from xrag.languages.morphology import signature
from xrag.translators.table import ENGLISH, SUFFIX, LanguageTable

MANIFEST = "manifest.json"
_log = logging.getLogger(__name__)


class Lexicon:
    """The tables of one directory. Opening costs one small file; a table costs its reading, once per process."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        try:
            described = (directory / MANIFEST).read_bytes()
            rows = json.loads(described)["tables"]
            self._checksums: dict[str, str] = {name: row["sha256"] for name, row in rows.items()}
            if ENGLISH not in rows:
                raise KeyError(ENGLISH)
            self._stemmers: dict[str, str] = {name: row.get("stemmer", "") for name, row in rows.items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise IndexCorrupt(
                f"{directory / MANIFEST} is missing or damaged ({error}); reinstall crosslingual-rag or rebuild the lexicon"
            ) from error
        self.checksum = hashlib.sha256(described).hexdigest()[:16]
        self._opened: dict[str, LanguageTable | None] = {}
        self._opening = threading.Lock()

    def languages(self) -> list[str]:
        """The tags of the languages that have a table."""
        return sorted(self._checksums)

    def table(self, language: str) -> LanguageTable | None:
        """The table of a language, or of one that counts as the same; None where there is none."""
        if language not in self._opened:
            with self._opening:
                if language not in self._opened:
                    self._opened[language] = self._open(language)
        return self._opened[language]

    def expression(self, pivot: int) -> str:
        """The English of a pivot; empty for the empty one."""
        english = self.table(ENGLISH)
        return english.form(pivot - 1) if english and pivot else ""

    def _open(self, language: str) -> LanguageTable | None:
        name = (
            language if language in self._checksums else next((t for t in self.languages() if same(t, language)), None)
        )
        if name is None:
            return None
        table = LanguageTable(self._directory / f"{name}{SUFFIX}", self._checksums[name], name)
        if self._stemmers[name] not in ("", signature(name)) and not table.is_keyed_as_here():
            _log.warning(
                "the lexicon table of %s was built with %s, here is %s: some inflected words will not be found",
                *(name, self._stemmers[name], signature(name)),
            )
        return table
