"""vLLM's asynchronous engine: streams and batches side by side, for programs that serve many at a time."""

from __future__ import annotations

import asyncio
import collections.abc
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from itertools import count

from xrag.errors import GenerationError, MissingExtra
from xrag.generators.asking import failed, kept
from xrag.generators.background import Background
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
    from vllm import AsyncEngineArgs, AsyncLLMEngine
except ImportError as missing:
    raise MissingExtra("vLLM", "vllm") from missing


@dataclass(frozen=True, slots=True)
class AsyncVllmGenerator(EngineSettings):
    """Runs a model in vLLM's ``AsyncLLM``, which lives in an event loop of its own: any thread and any loop may ask it.

    A prompt that fails has a completion with an ``error``. ``close`` ends the engine's processes. Raises ``UsageError`` where
    the engine cannot be started or the model has no chat template.
    """

    _running: _Running = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_running", _Running(self))

    def generate(self, prompts: Sequence[Prompt], sampling: Sampling) -> list[Completion]:
        """One completion per prompt. Raises ``GenerationError`` where all fail."""
        self.check(prompts, sampling)
        return kept(self._running.loop.run(self._running.completed(prompts, sampling)))

    def stream(self, prompt: Prompt, sampling: Sampling) -> collections.abc.Generator[str, None, Completion]:
        """The completion piece by piece, its prefill first. Leaving early frees the engine of it."""
        self.check([prompt], sampling)
        completion = Completion("")
        for piece in self._running.loop.iterate(self._running.pieces(prompt, sampling)):
            if isinstance(piece, Completion):
                completion = piece
            else:
                yield piece
        return completion

    async def agenerate(self, prompts: Sequence[Prompt], sampling: Sampling) -> list[Completion]:
        """``generate`` for programs with an event loop."""
        self.check(prompts, sampling)
        return kept(await self._running.loop.awaited(self._running.completed(prompts, sampling)))

    async def astream(self, prompt: Prompt, sampling: Sampling) -> AsyncGenerator[str | Completion, None]:
        """The pieces, and at last the completion itself."""
        self.check([prompt], sampling)
        async for piece in self._running.loop.aiterate(self._running.pieces(prompt, sampling)):
            yield piece

    def close(self) -> None:
        """End the engine's processes."""
        self._running.close()


class _Running:
    """The engine in its event loop."""

    def __init__(self, settings: EngineSettings) -> None:
        self.loop = Background()
        self._numbers = count()
        try:
            self._engine = self.loop.run(_started(settings))
        except Exception as error:  # an engine can fail in as many ways as there are models and machines
            raise settings.not_started(error) from error
        close_with_program(self)
        limit = self._engine.model_config.max_model_len
        self._rendering: Rendering = settings.rendering(self._engine.get_tokenizer(), limit)

    async def completed(self, prompts: Sequence[Prompt], sampling: Sampling) -> list[Completion]:
        """The completions of a batch."""
        return list(await asyncio.gather(*(self._completed(prompt, sampling) for prompt in prompts)))

    async def pieces(self, prompt: Prompt, sampling: Sampling) -> AsyncGenerator[str | Completion, None]:
        """The pieces of a completion, and at last the completion."""
        request = EngineRequest.of(prompt, sampling, self._rendering, IN_PIECES)
        if prompt.prefill:
            yield prompt.prefill
        text, ids, last = "", list[int](), None
        try:
            async for last in self._engine.generate(request.tokens, request.params, self._name()):
                text += last.outputs[0].text
                ids += last.outputs[0].token_ids
                if last.outputs[0].text:
                    yield last.outputs[0].text
        except Exception as error:  # what an engine refuses, it refuses with errors of many kinds
            raise request.failed(error) from error
        if last is None:
            raise GenerationError(f"query '{prompt.query.id}': vLLM ended without an answer")
        yield request.joined(text, ids, last)

    def close(self) -> None:
        """End the engine's processes."""
        self._engine.shutdown()

    async def _completed(self, prompt: Prompt, sampling: Sampling) -> Completion:
        try:
            request = EngineRequest.of(prompt, sampling, self._rendering, WHOLE)
        except GenerationError as error:
            return failed(str(error))
        completion = failed(f"query '{prompt.query.id}': vLLM ended without an answer")
        try:
            async for output in self._engine.generate(request.tokens, request.params, self._name()):
                completion = request.completion(output)
        except Exception as error:  # noqa: BLE001 - one prompt fails, and the rest of the batch is kept
            return failed(str(request.failed(error)))
        return completion

    def _name(self) -> str:
        return f"xrag-{next(self._numbers)}"


async def _started(settings: EngineSettings) -> AsyncLLMEngine:
    with deaf_to_interrupts():
        return AsyncLLMEngine.from_engine_args(AsyncEngineArgs(**settings.arguments()))
