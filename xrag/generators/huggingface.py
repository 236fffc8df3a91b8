"""A language model on this machine, on its processor or a GPU, through transformers."""

from __future__ import annotations

import collections.abc
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from itertools import groupby
from queue import SimpleQueue
from threading import Event, Thread

from xrag.errors import GenerationError, MissingExtra, UsageError
from xrag.generators.asking import check_messages, check_supported, failed, kept
from xrag.generators.naming import attribute
from xrag.generators.rendering import Pieces, Rendering, stopped
from xrag.types import Ability, Completion, Json, Prompt, Sampling, Usage

try:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig, LogitsProcessorList
    from transformers.generation.streamers import BaseStreamer

    from xrag.generators.drawing import Ending, drawing
except ImportError as missing:
    raise MissingExtra("a language model on this machine", "hf") from missing


@dataclass(frozen=True, slots=True)
class _Row:
    """A prompt on its way through the model: its place in the batch, its tokens, and how many more there may be."""

    place: int
    prompt: Prompt
    ids: list[int]
    room: int


@dataclass(frozen=True, slots=True)
class TransformersGenerator:
    """Runs ``model``, a directory or a name on the hub, with its own chat template, ``batch_size`` prompts at a time.

    ``device`` is a name of torch's (``cpu``, ``cuda:1``); ``auto`` takes a GPU where there is one. ``dtype`` is a name such as
    ``bfloat16``; ``auto`` takes that of the weights. ``logits_processors`` are named ``module:attribute``; each is called with
    the tokenizer, the ``decoding`` of each row and the width of the prompts, and returns a ``LogitsProcessor``.
    ``chat_template`` (Jinja) stands in for the model's own, ``template_options`` are variables that it reads.

    Prompts are sorted by length and padded on the left. With a seed, what is drawn for a prompt does not depend on its batch.
    Out of memory, a batch is halved; a prompt that fails alone has a completion with an ``error``. Raises ``UsageError`` where
    the model cannot be loaded or has no chat template.
    """

    model: str
    _: KW_ONLY
    revision: str | None = None
    device: str = "auto"
    dtype: str = "auto"
    batch_size: int = 8
    logits_processors: tuple[str, ...] = ()
    chat_template: str = ""
    template_options: Mapping[str, Json] = field(default_factory=dict, hash=False)
    _loaded: _Loaded = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.batch_size < 1:
            raise UsageError(f"batch_size is {self.batch_size}; it must be at least 1")
        object.__setattr__(self, "_loaded", _Loaded(self))

    @property
    def supports(self) -> frozenset[Ability]:
        """Streaming, prefill and token ids; decoding where there are logits processors."""
        decoding = {Ability.DECODING} if self.logits_processors else set()
        return frozenset({Ability.STREAMING, Ability.PREFILL, Ability.TOKEN_IDS} | decoding)

    def generate(self, prompts: Sequence[Prompt], sampling: Sampling) -> list[Completion]:
        """One completion per prompt. Raises ``GenerationError`` where all fail."""
        self._check(prompts, sampling)
        done: dict[int, Completion] = {}
        rows: list[_Row] = []
        for place, prompt in enumerate(prompts):
            try:
                rows.append(self._row(place, prompt, sampling))
            except GenerationError as error:
                done[place] = failed(str(error))
        for batch in self._batches(rows):
            done |= zip((row.place for row in batch), self._completed(batch, sampling), strict=True)
        return kept([done[place] for place in range(len(prompts))])

    def stream(self, prompt: Prompt, sampling: Sampling) -> collections.abc.Generator[str, None, Completion]:
        """The completion piece by piece, its prefill first. Leaving early stops the model."""
        self._check([prompt], sampling)
        row = self._row(0, prompt, sampling)
        if prompt.prefill:
            yield prompt.prefill
        running = _Running(self._loaded, row, sampling)
        try:
            return (yield from running.pieces())
        finally:
            running.stop()

    def _check(self, prompts: Sequence[Prompt], sampling: Sampling) -> None:
        check_supported(prompts, sampling, self.supports)
        check_messages(prompts)

    def _row(self, place: int, prompt: Prompt, sampling: Sampling) -> _Row:
        rendering = self._loaded.rendering
        ids = rendering.token_ids(prompt)
        return _Row(place, prompt, ids, min(sampling.max_tokens, rendering.limit - len(ids)))

    def _batches(self, rows: Sequence[_Row]) -> Iterator[list[_Row]]:
        """Prompts of like length, all with the same room for an answer, so that none is cut short by another."""
        ordered = sorted(rows, key=lambda row: (row.room, len(row.ids)))
        for _, group in groupby(ordered, key=lambda row: row.room):
            alike = list(group)
            yield from (alike[start : start + self.batch_size] for start in range(0, len(alike), self.batch_size))

    def _completed(self, rows: Sequence[_Row], sampling: Sampling) -> list[Completion]:
        try:
            return self._loaded.completed(rows, sampling, Event())
        except (RuntimeError, MemoryError) as error:
            if not _is_out_of_memory(error):
                raise
            if len(rows) == 1:
                return [failed(f"query '{rows[0].prompt.query.id}': out of memory at {len(rows[0].ids)} tokens")]
        torch.cuda.empty_cache()
        middle = len(rows) // 2
        return [*self._completed(rows[:middle], sampling), *self._completed(rows[middle:], sampling)]


class _Loaded:
    """The model with its tokenizer, in memory."""

    def __init__(self, asked: TransformersGenerator) -> None:
        try:
            self._processors = [attribute(name) for name in asked.logits_processors]
            tokenizer = AutoTokenizer.from_pretrained(asked.model, revision=asked.revision)
            model = AutoModelForCausalLM.from_pretrained(asked.model, revision=asked.revision, dtype=asked.dtype)
            self._device = torch.device(_device(asked.device))
            self._model = model.to(self._device)  # type: ignore[arg-type]  # a decorator hides its signature
        except (OSError, ValueError, RuntimeError) as error:
            said = str(error).strip().partition("\n")[0]
            raise UsageError(f"the model '{asked.model}' cannot be loaded: {said}") from error
        limit = getattr(self._model.config, "max_position_embeddings", None) or tokenizer.model_max_length
        self.rendering = Rendering(tokenizer, limit, asked.chat_template, asked.template_options)
        self._ends = _ends(self._model.generation_config.eos_token_id, tokenizer.eos_token_id)
        self._pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else next(iter(self._ends), 0)

    def completed(
        self, rows: Sequence[_Row], sampling: Sampling, halt: Event, streamer: BaseStreamer | None = None
    ) -> list[Completion]:
        """The completions of one batch."""
        width = max(len(row.ids) for row in rows)
        padded = torch.tensor([[self._pad] * (width - len(row.ids)) + row.ids for row in rows], device=self._device)
        mask = torch.tensor([[0] * (width - len(row.ids)) + [1] * len(row.ids) for row in rows], device=self._device)
        ending = Ending(self.rendering.tokenizer, sampling.stop, width=width, halt=halt)
        with torch.inference_mode():
            output = self._model.generate(
                inputs=padded,
                attention_mask=mask,
                generation_config=self._config(rows[0].room),
                logits_processor=self._changed(rows, width) + drawing(sampling, len(rows), self._device),
                stopping_criteria=[ending],
                streamer=streamer,
            )
        generated = output[:, width:].tolist()
        return [
            self._completion(row, ids[: ending.lengths.get(n, len(ids))], sampling)
            for n, (row, ids) in enumerate(zip(rows, generated, strict=True))
        ]

    def _changed(self, rows: Sequence[_Row], width: int) -> LogitsProcessorList:
        """The logits processors, where a row asks for them."""
        asked = [row.prompt.decoding for row in rows]
        if not any(asked):
            return LogitsProcessorList()
        return LogitsProcessorList([make(self.rendering.tokenizer, asked, width) for make in self._processors])

    def _config(self, room: int) -> GenerationConfig:
        return GenerationConfig(  # type: ignore[no-untyped-call]
            max_new_tokens=room,
            do_sample=False,
            repetition_penalty=1.0,
            eos_token_id=sorted(self._ends) or None,
            pad_token_id=self._pad,
        )

    def _completion(self, row: _Row, ids: Sequence[int], sampling: Sampling) -> Completion:
        end = next((n for n, one in enumerate(ids, start=1) if one in self._ends), None)
        told = list(ids[:end])
        text = self.rendering.text(row.ids, told)
        cut = stopped(text, sampling.stop)
        reason = "stop" if end or len(cut) < len(text) else "length"
        return Completion(row.prompt.prefill + cut, Usage(len(row.ids), len(told)), reason, token_ids=tuple(told))


class _Running(BaseStreamer):
    """A generation in a thread of its own, whose tokens come through a queue."""

    def __init__(self, loaded: _Loaded, row: _Row, sampling: Sampling) -> None:
        self._queue: SimpleQueue[int | Completion | BaseException] = SimpleQueue()
        self._halt = Event()
        self._loaded = loaded
        self._row = row
        self._sampling = sampling
        self._prompt_is_next = True
        self._thread = Thread(target=self._work, name="xrag-transformers", daemon=True)
        self._thread.start()

    def pieces(self) -> collections.abc.Generator[str, None, Completion]:
        """The text as it comes, and at last the completion."""
        pieces, ids = Pieces(self._sampling.stop), list[int]()
        while isinstance(item := self._queue.get(), int):
            ids.append(item)
            if piece := pieces.next(self._loaded.rendering.text(self._row.ids, ids)):
                yield piece
        if isinstance(item, BaseException):
            raise GenerationError(f"query '{self._row.prompt.query.id}': {type(item).__name__}: {item}") from item
        if piece := pieces.last(item.text.removeprefix(self._row.prompt.prefill)):
            yield piece
        return item

    def stop(self) -> None:
        """End the generation at the next token, and wait for that."""
        self._halt.set()
        self._thread.join()

    def put(self, value: torch.Tensor) -> None:
        """Called with the prompt, then with each token."""
        if not self._prompt_is_next:
            self._queue.put(int(value))
        self._prompt_is_next = False

    def end(self) -> None:
        """Called after the last token."""

    def _work(self) -> None:
        try:
            [completion] = self._loaded.completed([self._row], self._sampling, self._halt, self)
            self._queue.put(completion)
        except Exception as error:  # noqa: BLE001 - raised again in the thread that waits for it
            self._queue.put(error)


def _is_out_of_memory(error: Exception) -> bool:
    """Whether a device or the machine has no more memory; torch has no error of its own for all of them."""
    is_typed = isinstance(error, torch.cuda.OutOfMemoryError | MemoryError)
    return is_typed or any(said in str(error) for said in ("out of memory", "can't allocate memory"))


def _device(asked: str) -> str:
    if asked != "auto":
        return asked
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _ends(*given: int | list[int] | None) -> frozenset[int]:
    """The tokens that end a text."""
    return frozenset(one for each in given if each is not None for one in (each if isinstance(each, list) else [each]))
