"""Apertium (Forcada et al. 2011): rule-based translation by the installed program, one process for a batch.

Texts go to it and come back apart by NUL, at which every program of its pipeline flushes and forgets: so no translation
depends on its neighbours, and none can be taken for another's.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from xrag.errors import TranslationError, UnknownLanguage, Unsupported, UsageError
from xrag.languages import name, tag
from xrag.types import UNDETERMINED, Translation

_TEXTS_PER_PROCESS = 256
_MODE = re.compile(r"([a-z]{2,3}(?:_[A-Z]{2})?)-([a-z]{2,3}(?:_[A-Z]{2})?)")
_MEANT: Mapping[str, tuple[str, ...]] = {
    "hbs": ("sr-Latn", "hr", "bs"),
    "hbs_BS": ("bs",),
    "hbs_HR": ("hr",),
    "hbs_SR": ("sr-Latn",),
    "zlm": ("ms",),
}
_DATA_FILE = re.compile(r"'([^']+)'")
_RESERVED = re.compile(r"[\\\[\]^$/@<>{}]")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_END = ".[]"
"""A sentence ends here, whatever the text ends with; the brackets say that the full stop is none of the text's own."""
_END_FOUND = re.compile(r"\s?\.?\s?\[\]\s*$")
_MARKERS = {"~": "\ue07e", "\0": " "}
"""The post-generator takes a tilde for a mark of its own, so one that is the text's goes through as another character."""
_TILDE_BACK = str.maketrans({marker: text for text, marker in _MARKERS.items() if marker != " "})
_HINT = "on Debian and Ubuntu: apt-get install apertium apertium-eng-spa, and so on for other pairs"


class ApertiumTranslator:
    """Translates between the pairs that are installed; a text of unknown language, or of the target's, stays as it stands.

    What Apertium does not know stays as it stands, without its marks. A batch takes at most ``deadline`` seconds for each 256
    texts. Raises ``TranslationError`` where the program is not installed, fails or is too slow, and ``Unsupported`` for a
    pair that is not installed.
    """

    def __init__(self, *, deadline: float = 60.0) -> None:
        if not deadline > 0:
            raise UsageError(f"the deadline is {deadline}; it must be above 0 seconds")
        program = shutil.which("apertium")
        if program is None:
            raise TranslationError(f"the program 'apertium' is not installed or not on the PATH; {_HINT}")
        self._program = program
        self._deadline = deadline
        installed = Path(program).resolve().parent.parent / "share" / "apertium"
        self._data = Path(os.environ.get("APERTIUM_DATADIR", installed))

    @cached_property
    def pairs(self) -> Mapping[tuple[str, str], str]:
        """The mode of each installed pair (from, into), both as canonical tags."""
        found: dict[tuple[str, str], str] = {}
        for path in sorted((self._data / "modes").glob("*.mode")):
            found.update((pair, path.stem) for pair in _pairs(path.stem))
        return found

    @cached_property
    def fingerprint(self) -> str:
        """The program's version and the checksum of the data of all installed pairs."""
        version = self._run(["-V"], b"").decode(errors="replace").split()[-1:]
        digest = hashlib.sha256()
        for mode in sorted(set(self.pairs.values())):
            text = (self._data / "modes" / f"{mode}.mode").read_text("utf-8")
            digest.update(f"{mode}\0{text}\0".encode())
            for file in filter(Path.is_file, map(Path, dict.fromkeys(_DATA_FILE.findall(text)))):
                digest.update(hashlib.sha256(file.read_bytes()).digest())
        return f"apertium-{''.join(version)}-{digest.hexdigest()[:16]}"

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[Translation]:
        """One translation per text, without terms."""
        source, target = tag(source), tag(target)
        said = dict(zip(texts, texts, strict=True))
        if source not in (target, UNDETERMINED):
            mode = self._mode(source, target)
            worded = iter([text for text in said if not text.isspace() and text])
            while batch := list(itertools.islice(worded, _TEXTS_PER_PROCESS)):
                said.update(zip(batch, self._translated(batch, mode), strict=True))
        return [Translation(said[text], source, target) for text in texts]

    def _mode(self, source: str, target: str) -> str:
        mode = self.pairs.get((source, target))
        if mode is None:
            pairs = ", ".join(f"{one}-{other}" for one, other in sorted(self.pairs)) or "none"
            wanted = f"from {name(source)} ({source}) into {name(target)} ({target})"
            raise Unsupported(f"Apertium has no data installed to translate {wanted}; it has: {pairs}; {_HINT}")
        return mode

    def _translated(self, texts: Sequence[str], mode: str) -> list[str]:
        framed = "".join(f"{_escaped(text)}{_END}\0" for text in texts)
        # "none" is a text that is already in the form of Apertium's stream; -u leaves out the marks of unknown words.
        arguments = ["-z", "-u", "-f", "none", "-d", str(self._data), mode]
        read = self._run(arguments, framed.encode("utf-8", "replace")).decode("utf-8", "replace").split("\0")
        # Each program of the pipeline adds a NUL of its own at the end.
        if len(read) <= len(texts) or any(map(str.strip, read[len(texts) :])):
            raise TranslationError(f"Apertium ({mode}) returned {len(read) - 1} translations of {len(texts)} texts")
        return [_plain(text) for text in read[: len(texts)]]

    def _run(self, arguments: Sequence[str], given: bytes) -> bytes:
        # The program is a shell script over a pipeline: in a session of its own, all of it can be ended at once.
        with subprocess.Popen(
            [self._program, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        ) as process:
            try:
                out, err = process.communicate(given, timeout=self._deadline)
            except subprocess.TimeoutExpired:
                raise TranslationError(
                    f"Apertium took longer than its deadline of {self._deadline:g} s; give it a longer one"
                ) from None
            finally:
                if process.poll() is None:
                    with suppress(ProcessLookupError):
                        os.killpg(process.pid, signal.SIGKILL)
        if process.returncode:
            said = err.decode(errors="replace").strip().splitlines()[:1] or [f"exit status {process.returncode}"]
            raise TranslationError(f"Apertium failed: {said[0]}")
        return out


def _pairs(mode: str) -> Iterator[tuple[str, str]]:
    """The pairs that a mode translates: none for one of its further variants (``eng_US``) or its other uses."""
    match = _MODE.fullmatch(mode)
    if match:
        with suppress(UnknownLanguage):
            yield from itertools.product(*(_MEANT.get(code) or _plain_code(code) for code in match.groups()))


def _plain_code(code: str) -> tuple[str, ...]:
    return () if "_" in code else (tag(code),)


def _escaped(text: str) -> str:
    for character, marker in _MARKERS.items():
        text = text.replace(character, marker)
    return _RESERVED.sub(r"\\\g<0>", text)


def _plain(stream: str) -> str:
    """The text of a stretch of the stream, without the end that was added."""
    return _ESCAPED.sub(r"\1", _END_FOUND.sub("", stream)).translate(_TILDE_BACK)
