"""Every error that xrag raises on purpose. One line each: what is wrong, where, and how to mend it.

XragError
├── UsageError              the caller asked for something that cannot be (a bad option, k < 1)
│   ├── UnknownLanguage     a code or name that no language has
│   ├── UnknownComponent    a name that the registry does not hold
│   └── Unsupported         a component lacks what it is asked for
├── InputError              a file or text that was given is not as it must be; says file and line or byte
├── IndexDirectoryError     what an index directory holds
│   ├── IndexNotFound       there is no index in the directory
│   ├── IndexCorrupt        a file of it is missing, cut off or altered
│   ├── IndexLocked         another process is writing it
│   ├── AnalyzerMismatch    it was built with another analyzer than the one at hand
│   ├── EmbedderMismatch    its vectors are of another embedder than the one at hand
│   └── PassageNotFound     an id that the corpus does not hold
├── MissingExtra            an optional package is not installed; names the extra
├── RetrievalError          a retriever, an embedder or a reranker, or the server behind it, failed
├── TranslationError        a translator, or the program or server behind it, failed
└── GenerationError         a generator, or the server behind it, failed
"""

from __future__ import annotations


class XragError(Exception):
    """The root: catch it to catch everything that xrag raises on purpose.

    ``mends`` names the parameters, of ``ReadOptions`` or ``build_index``, by which the caller can have it otherwise.
    """

    def __init__(self, *args: object, mends: tuple[str, ...] = ()) -> None:
        super().__init__(*args)
        self.mends = mends


class UsageError(XragError, ValueError):
    """The caller asked for something that cannot be."""


class UnknownLanguage(UsageError):
    """A code or name that no language has."""


class UnknownComponent(UsageError):
    """A name that the registry does not hold."""


class Unsupported(UsageError):
    """A component lacks what it is asked for; the message names both."""


class InputError(XragError):
    """A file or text that was given is not as it must be."""


class IndexDirectoryError(XragError):
    """Something about the contents of an index directory."""


class IndexNotFound(IndexDirectoryError):
    """There is no index in the directory."""


class IndexCorrupt(IndexDirectoryError):
    """A file of the index is missing, cut off or altered."""


class IndexLocked(IndexDirectoryError):
    """Another process is writing the index."""


class AnalyzerMismatch(IndexDirectoryError):
    """The index was built with another analyzer than the one at hand; the message names both."""


class EmbedderMismatch(IndexDirectoryError):
    """The vectors of the index are of another embedder than the one at hand; the message names both."""


class PassageNotFound(IndexDirectoryError, KeyError):
    """An id that the corpus does not hold."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class MissingExtra(XragError, ImportError):
    """An optional package is not installed."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs a package that is not installed: pip install 'crosslingual-rag[{extra}]'")


class RetrievalError(XragError):
    """A retriever, an embedder or a reranker, or the server behind it, failed."""


class TranslationError(XragError):
    """A translator, or the program or server behind it, failed."""


class GenerationError(XragError):
    """A generator, or the server behind it, failed."""
