"""vLLM's offline engine: the fastest way through a batch, and streams, in the caller's own thread."""

from __future__ import annotations

import collections.abc
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from threading import Lock

from xrag.errors import GenerationError, MissingExtra
from xrag.generators.asking import failed, kept
from xrag.generators.rendering import Rendering
from xrag.generators.vllm_requests import (
    IN_PIECES,
    WHOLE,
    EngineRequest,
    EngineSettings,
    close_with_program,
    deaf_to_interrupts,
)
from xrag.types import Completion, Prompt, Sampling

try:
    from vllm import LLM, RequestOutput
except ImportError as missing:
    raise MissingExtra("vLLM", "vllm") from missing


@dataclass(frozen=True, slots=True)
class VllmGenerator(EngineSettings):
    """Runs a model in vLLM's ``LLM``. A whole batch is handed to the engine, which schedules it.

    A prompt that fails has a completion with an ``error``; where the engine dies, what was finished is kept. ``close`` ends the
    engine's processes. Raises ``UsageError`` where the engine cannot be started or the model has no chat template.
    """

    _running: _Running = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_running", _Running(self))

    def generate(self, prompts: Sequence[Prompt], sampling: Sampling) -> list[Completion]:
        """One completion per prompt. Raises ``GenerationError`` where all fail."""
        self.check(prompts, sampling)
        return kept(self._running.completed(prompts, sampling))

    def stream(self, prompt: Prompt, sampling: Sampling) -> collections.abc.Generator[str, None, Completion]:
        """The completion piece by piece, its prefill first. Leaving early frees the engine of it."""
        self.check([prompt], sampling)
        if prompt.prefill:
            yield prompt.prefill
        return (yield from self._running.pieces(prompt, sampling))

    def close(self) -> None:
        """End the engine's processes."""
        self._running.close()


class _Running:
    """The engine. Its outputs are sorted by request, so that several callers may wait at the same time."""

    def __init__(self, settings: EngineSettings) -> None:
        try:
            with deaf_to_interrupts():
                self._llm = LLM(**settings.arguments())
        except Exception as error:  # an engine can fail in as many ways as there are models and machines
            raise settings.not_started(error) from error
        self._engine = self._llm.llm_engine
        close_with_program(self)
        self._rendering: Rendering = settings.rendering(self._llm.get_tokenizer(), self._llm.model_config.max_model_len)
        self._numbers = count()
        self._lock = Lock()
        self._arrived: defaultdict[str, deque[RequestOutput]] = defaultdict(deque)

    def completed(self, prompts: Sequence[Prompt], sampling: Sampling) -> list[Completion]:
        """The completions of a batch. Each prompt is handed over as soon as it is rendered, and the engine begins."""
        done: dict[int, Completion] = {}
        asked: dict[str, tuple[int, EngineRequest]] = {}
        try:
            for place, prompt in enumerate(prompts):
                try:
                    request = EngineRequest.of(prompt, sampling, self._rendering, WHOLE)
                    asked[self._open(request)] = place, request
                except GenerationError as error:
                    done[place] = failed(str(error))
            while asked:
                for output in self._next(asked):
                    place, request = asked.pop(output.request_id)
                    done[place] = request.completion(output)
        except GenerationError as error:
            done |= {place: failed(f"query '{request.prompt.query.id}': {error}") for place, request in asked.values()}
            asked.clear()
        finally:
            self._drop(asked)
        return [done[place] for place in range(len(prompts))]

    def pieces(self, prompt: Prompt, sampling: Sampling) -> collections.abc.Generator[str, None, Completion]:
        """The pieces of a completion, and at last the completion."""
        request = EngineRequest.of(prompt, sampling, self._rendering, IN_PIECES)
        name = self._open(request)
        text, ids, last = "", list[int](), None
        try:
            while last is None or not last.finished:
                for last in self._next([name]):
                    text += last.outputs[0].text
                    ids += last.outputs[0].token_ids
                    if last.outputs[0].text:
                        yield last.outputs[0].text
        finally:
            self._drop([] if last and last.finished else [name])
        return request.joined(text, ids, last)

    def close(self) -> None:
        """End the engine's processes."""
        self._engine.engine_core.shutdown()

    def _open(self, request: EngineRequest) -> str:
        """Hand a request to the engine; returns the name that its outputs have."""
        name = str(next(self._numbers))
        try:
            with self._lock:
                self._engine.add_request(name, request.tokens, request.params)
        except Exception as error:  # what an engine refuses, it refuses with errors of many kinds
            raise request.failed(error) from error
        return name

    def _next(self, names: collections.abc.Collection[str]) -> list[RequestOutput]:
        """The outputs of these requests that have come; the engine is driven on until there are some."""
        while True:
            with self._lock:
                ready = [output for name in names if name in self._arrived for output in self._arrived.pop(name)]
                if ready:
                    return ready
                try:
                    outputs = self._engine.step()
                except Exception as error:  # the engine died, of whatever it was
                    raise GenerationError(f"vLLM's engine failed: {type(error).__name__}: {error}") from error
                for output in outputs:
                    self._arrived[output.request_id].append(output)

    def _drop(self, names: collections.abc.Collection[str]) -> None:
        """Forget requests that nobody waits for any more."""
        if names:
            with self._lock:
                self._engine.abort_request(list(names))
                for name in names:
                    self._arrived.pop(name, None)
