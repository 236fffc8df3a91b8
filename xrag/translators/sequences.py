"""Translation by a sequence-to-sequence model, whatever runs it: framing, lengths, batches, and back to text."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from xrag.batching import longest_first
from xrag.errors import TranslationError, UsageError
from xrag.languages import same, segmentation, tag
from xrag.translators.families import Framing, Speaker
from xrag.types import UNDETERMINED, Translation

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Search:
    """How translations are looked for: the width of the beam, and how many texts at once."""

    beams: int = 4
    batch: int = 16

    def __post_init__(self) -> None:
        if self.beams < 1 or self.batch < 1:
            raise UsageError(f"beams and batch are at least 1, not {self.beams} and {self.batch}")


class Engine(Protocol):
    """What runs the model."""

    @property
    def full(self) -> type[Exception]:
        """What it raises where the memory has no room for a batch."""
        ...

    @property
    def key(self) -> str:
        """Names the engine, the model's content and the precision."""
        ...

    def run(self, rows: Sequence[Sequence[int]], forced: int | None, search: Search, longest: int) -> list[list[int]]:
        """The tokens of the best translation of each row, which begin with ``forced``, of at most ``longest``."""
        ...


class Seq2SeqTranslator:
    """A translation model with its tokenizer. Safe to share by threads that take turns.

    A text longer than the model's limit is translated sentence by sentence; a single sentence that long is cut off, and so
    is a translation that does not end, with a warning through ``logging``. A text in no language that is
    known, or in the target's, stays as it stands. Raises ``Unsupported`` for a language that the model does not know.
    """

    def __init__(self, tokenizer: Any, speaker: Speaker, engine: Engine, search: Search, longest: int) -> None:
        self._tokenizer = tokenizer  # Any: transformers' tokenizers have no common type
        self._speaker = speaker
        self._engine = engine
        self._search = search
        self._longest = longest
        self._silent = frozenset(speaker.tokens.values()) | frozenset(tokenizer.all_special_tokens)

    @property
    def languages(self) -> tuple[str, ...]:
        """The tags of the languages that the model knows."""
        return tuple(sorted(self._speaker.tokens or dict.fromkeys(self._speaker.pair or ())))

    @property
    def fingerprint(self) -> str:
        """The engine, the content of the model, its family and limit, and the beam."""
        decisive = [self._engine.key, asdict(self._speaker.family), self._longest, self._search.beams]
        return f"seq2seq-{hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()[:16]}"

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[Translation]:
        """One translation per text, without terms."""
        source, target = tag(source), tag(target)
        said: Mapping[str, str] = {text: text for text in texts}
        if source != UNDETERMINED and not same(source, target):
            framing = self._speaker.framing(source, target)
            said = {**said, **self._translated([text for text in said if text.strip()], source, framing)}
        return [Translation(said[text], source, target) for text in texts]

    def _translated(self, texts: Sequence[str], source: str, framing: Framing) -> dict[str, str]:
        pieces = [self._pieces(text, source) for text in texts]
        rows = [self._row(piece, framing) for cut in pieces for piece in cut]
        forced = self._id(framing.forced) if framing.forced else None
        made: list[list[int]] = [[] for _ in rows]
        try:
            for places, found in longest_first(
                [len(row) for row in rows],
                self._search.batch,
                lambda some: self._engine.run([rows[at] for at in some], forced, self._search, self._longest),
                full=self._engine.full,
            ):
                for place, ids in zip(places, found, strict=True):
                    made[place] = ids
        except self._engine.full as error:
            raise TranslationError(f"there is no memory to translate a single text: {error}") from error
        self._warn(rows, made)
        results = map(self._text, made)
        return {text: " ".join(next(results) for _ in cut) for text, cut in zip(texts, pieces, strict=True)}

    def _warn(self, rows: Sequence[Sequence[int]], made: Sequence[Sequence[int]]) -> None:
        cut = sum(len(row) >= self._longest for row in rows)
        if cut:
            _log.warning("%d sentences were cut, or fill the %d tokens of the model", cut, self._longest)
        endless = sum(len(ids) >= self._longest for ids in made)
        if endless:
            _log.warning("%d translations were cut at the %d tokens of the model", endless, self._longest)

    def _pieces(self, text: str, language: str) -> list[str]:
        """The text whole where it fits, else its sentences, which is what these models learned from."""
        if len(self._ids(text)) <= self._room:
            return [text]
        return [text[start:end] for start, end in segmentation.sentences(text, language)]

    @property
    def _room(self) -> int:
        """Tokens of a text, besides its language's and the end."""
        return self._longest - 2

    def _row(self, text: str, framing: Framing) -> list[int]:
        prefix = [self._id(framing.prefix)] if framing.prefix else []
        return [*prefix, *self._ids(text)[: self._longest - len(prefix) - 1], self._tokenizer.eos_token_id]

    def _text(self, ids: Sequence[int]) -> str:
        tokens = self._tokenizer.convert_ids_to_tokens(list(ids))
        kept = list(_until_end(ids, tokens, self._tokenizer.eos_token_id, self._silent))
        return str(self._tokenizer.decode(kept, clean_up_tokenization_spaces=False)).strip()

    def _ids(self, text: str) -> list[int]:
        return list(self._tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"])

    def _id(self, token: str) -> int:
        return int(self._tokenizer.convert_tokens_to_ids(token))


def _until_end(ids: Sequence[int], tokens: Sequence[str], end: int, silent: frozenset[str]) -> Iterator[int]:
    """The ids up to the end of the text, without those of languages and other marks."""
    for one, token in zip(ids, tokens, strict=True):
        if one == end:
            return
        if token not in silent:
            yield one
