"""What vLLM's two engines have in common: how they are configured, and how prompts become requests and outputs completions."""

from __future__ import annotations

import atexit
import signal
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import KW_ONLY, dataclass, field
from multiprocessing import resource_tracker
from threading import Event, Thread
from typing import Any, Protocol

from xrag.errors import GenerationError, MissingExtra, UsageError
from xrag.generators.asking import check_messages, check_supported
from xrag.generators.rendering import Rendering
from xrag.types import Ability, Completion, Json, Prompt, Sampling, Structure, Usage

try:
    from vllm import RequestOutput, SamplingParams
    from vllm.inputs import tokens_input
    from vllm.sampling_params import RequestOutputKind, StructuredOutputsParams
except ImportError as missing:
    raise MissingExtra("vLLM", "vllm") from missing

WHOLE, IN_PIECES = RequestOutputKind.FINAL_ONLY, RequestOutputKind.DELTA
_SHOWN = 400
_ELSEWHERE = "See root cause above"
_IN_ITS_PROCESS = (
    "the engine's process failed, and the last error above says why; where memory is short, take a smaller or quantized model, "
    """or give it less to hold: engine={"max_model_len": 4096}"""
)


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """How an engine of vLLM is started: ``model`` is a directory or a name on the hub.

    ``tensor_parallel_size`` GPUs share the model; ``quantization`` names a method of vLLM's (``awq``, ``fp8`` …); ``dtype`` and
    ``revision`` as on the hub. ``logits_processors`` are named ``module:Class``, and read ``Prompt.decoding`` from the
    ``extra_args`` of a request. ``engine`` are further arguments of vLLM's by name, as ``{"max_model_len": 8192}``.
    ``chat_template`` (Jinja) stands in for the model's own, ``template_options`` are variables that it reads.
    """

    model: str
    _: KW_ONLY
    revision: str | None = None
    dtype: str = "auto"
    tensor_parallel_size: int = 1
    quantization: str | None = None
    logits_processors: tuple[str, ...] = ()
    engine: Mapping[str, Json] = field(default_factory=dict, hash=False)
    chat_template: str = ""
    template_options: Mapping[str, Json] = field(default_factory=dict, hash=False)

    @property
    def supports(self) -> frozenset[Ability]:
        """Everything; decoding where there are logits processors."""
        return frozenset(Ability) - (frozenset() if self.logits_processors else {Ability.DECODING})

    def check(self, prompts: Sequence[Prompt], sampling: Sampling) -> None:
        """Raise where a prompt or the sampling asks for what there is not."""
        check_supported(prompts, sampling, self.supports)
        check_messages(prompts)

    def arguments(self) -> dict[str, Any]:  # Any: whatever an engine takes
        """The arguments of the engine. Prefixes are cached on purpose: prompts begin with what repeats."""
        return {
            "model": self.model,
            "revision": self.revision,
            "dtype": self.dtype,
            "tensor_parallel_size": self.tensor_parallel_size,
            "quantization": self.quantization,
            "logits_processors": list(self.logits_processors) or None,
            "enable_prefix_caching": True,
            **self.engine,
        }

    def rendering(self, tokenizer: Any, limit: int) -> Rendering:  # Any: vLLM's tokenizers offer what transformers' do
        """How the model reads prompts."""
        return Rendering(tokenizer, limit, self.chat_template, self.template_options)

    def not_started(self, error: Exception) -> UsageError:
        """The error of an engine that could not be started. Why, its own process has told on standard error."""
        why = _IN_ITS_PROCESS if _ELSEWHERE in str(error) else in_one_line(error)
        return UsageError(f"vLLM could not start the model '{self.model}': {why}")


@dataclass(frozen=True, slots=True)
class EngineRequest:
    """A prompt as an engine takes it. Raises ``GenerationError`` where the prompt leaves no room for an answer."""

    prompt: Prompt
    ids: list[int]
    params: SamplingParams

    @classmethod
    def of(cls, prompt: Prompt, sampling: Sampling, rendering: Rendering, kind: RequestOutputKind) -> EngineRequest:
        """The request for a prompt, whose output comes whole or in pieces."""
        ids = rendering.token_ids(prompt)
        params = SamplingParams(
            max_tokens=min(sampling.max_tokens, rendering.limit - len(ids)),
            temperature=sampling.temperature,
            top_p=sampling.top_p,
            stop=list(sampling.stop),
            seed=sampling.seed,
            structured_outputs=_structured(sampling.structure) if sampling.structure else None,
            extra_args=prompt.decoding.arguments() if prompt.decoding else None,
            output_kind=kind,
        )
        return cls(prompt, ids, params)

    @property
    def tokens(self) -> Any:  # Any: vLLM's own type
        """The prompt in vLLM's form."""
        return tokens_input(self.ids)

    def completion(self, output: RequestOutput) -> Completion:
        """What the engine made of it, all at once."""
        [made] = output.outputs
        return self.joined(made.text, made.token_ids, output)

    def joined(self, text: str, token_ids: Sequence[int], last: RequestOutput) -> Completion:
        """What the engine made of it, put together from its pieces."""
        usage = Usage(len(self.ids), len(token_ids), last.num_cached_tokens or 0)
        reason = str(last.outputs[0].finish_reason or "stop")
        return Completion(self.prompt.prefill + text, usage, reason, token_ids=tuple(token_ids))

    def failed(self, error: Exception) -> GenerationError:
        """The error of a request that the engine refused or lost."""
        return GenerationError(f"query '{self.prompt.query.id}': vLLM failed: {in_one_line(error)}")


class Closable(Protocol):
    """What can be closed, more than once."""

    def close(self) -> None:
        """End it."""
        ...


@contextmanager
def deaf_to_interrupts() -> Iterator[None]:
    """Processes started within do not hear Ctrl-C, which a terminal sends to all of a program's: it would end the engine.

    They inherit that the signal is blocked. It still interrupts the caller, by way of a thread that hears it meanwhile.
    """
    # Starting multiprocessing's tracker unblocks the signal (cpython's bpo-33613), so that it has to be there before.
    resource_tracker.ensure_running()
    started = Event()
    Thread(target=started.wait, daemon=True).start()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        started.set()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def close_with_program(running: Closable) -> None:
    """Close an engine when the program ends: its processes would be waited for, for ever, by multiprocessing's own exit."""
    atexit.register(_close, weakref.ref(running))


def _close(running: weakref.ref[Closable]) -> None:
    alive = running()
    if alive:
        alive.close()


def in_one_line(error: Exception) -> str:
    """What an error says, cut where it goes on and on."""
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return f"{text[:_SHOWN]}…" if len(text) > _SHOWN else text


def _structured(structure: Structure) -> StructuredOutputsParams:
    if structure.schema is not None:
        return StructuredOutputsParams(json=dict(structure.schema))
    if structure.pattern:
        return StructuredOutputsParams(regex=structure.pattern)
    return StructuredOutputsParams(choice=list(structure.choices))
