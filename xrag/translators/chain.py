"""Several translators as one: each pair of languages by the first that has it."""

from __future__ import annotations

from collections.abc import Sequence

from xrag.errors import Unsupported
from xrag.protocols import Translator
from xrag.types import Translation


class FirstThatCan:
    """Translates a pair of languages with the first of its translators that does not raise ``Unsupported`` for it.

    Raises what the last of them raises.
    """

    def __init__(self, translators: Sequence[Translator]) -> None:
        self._translators = tuple(translators)

    @property
    def fingerprint(self) -> str:
        """Those of all, in their order."""
        return " + ".join(translator.fingerprint for translator in self._translators)

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[Translation]:
        """One translation per text."""
        *earlier, last = self._translators
        for translator in earlier:
            try:
                return translator.translate(texts, source, target)
            except Unsupported:
                continue
        return last.translate(texts, source, target)
