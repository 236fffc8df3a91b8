"""A tokenizer and a transformer at work on texts: cut, sorted by length, in batches that the memory has room for."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

try:
    import torch
    from transformers import AutoModel, AutoTokenizer, LlamaModel, PreTrainedModel, PreTrainedTokenizerBase
    from transformers.models.m2m_100.modeling_m2m_100 import M2M100Encoder
    from transformers.utils import logging as transformers_logging
except ImportError as error:
    from xrag.errors import MissingExtra

    raise MissingExtra("an encoder of transformers", "hf") from error

from xrag.batching import longest_first
from xrag.embedders.folder import Model, read_object
from xrag.errors import InputError, RetrievalError

BATCH, CPU_BATCH = 32, 8
"""Texts of a batch on a GPU, where one that does not fit is halved until it does, and on a processor: there few texts of alike
length stay in its caches (1.7 times as many texts a second as 32 with all-MiniLM-L6-v2 on one core)."""

Found = TypeVar("Found")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Output:
    """What a transformer made of a batch: ``states`` [n, tokens, width], ``mask`` and token ``ids`` [n, tokens]."""

    states: torch.Tensor
    mask: torch.Tensor
    ids: torch.Tensor


@dataclass(frozen=True, slots=True)
class Encoder:
    """A tokenizer and a transformer, and the projections that follow them.

    Texts past ``max_length`` tokens are cut, which is said. A batch has ``batch`` texts at most, and ``most`` tokens with
    their padding.
    """

    name: str
    tokenizer: PreTrainedTokenizerBase
    model: PreTrainedModel
    projections: tuple[torch.nn.Module, ...] = ()
    max_length: int = 512
    batch: int = BATCH
    most: int = sys.maxsize

    def read(self, texts: Sequence[str], read: Callable[[Output], Found]) -> Iterator[tuple[list[int], Found]]:
        """What ``read`` makes of each batch, with the places of its texts. Raises ``RetrievalError``."""
        yield from self.read_tokens(self.tokens(texts), read, self._padded)

    def read_tokens(
        self,
        tokens: Sequence[list[int]],
        read: Callable[[Output], Found],
        pad: Callable[[Sequence[list[int]]], Mapping[str, torch.Tensor]],
    ) -> Iterator[tuple[list[int], Found]]:
        """The same of texts that are tokens already; ``pad`` makes one batch of some."""

        def run(places: list[int]) -> Found:
            with torch.inference_mode():
                return read(self._forward(pad([tokens[place] for place in places])))

        lengths = [len(each) for each in tokens]
        try:
            yield from longest_first(lengths, self.batch, run, full=torch.OutOfMemoryError, most=self.most)
        except torch.OutOfMemoryError as error:
            raise RetrievalError(f"{self.name} has no memory left for a single text: {error}") from error

    def tokens(self, texts: Sequence[str]) -> list[list[int]]:
        """The token ids of each text, cut at the model's length."""
        if not texts:
            return []
        limit = min(self.max_length, _positions(self.model))
        tokens = cast(list[list[int]], self.tokenizer(list(texts), truncation=True, max_length=limit + 1)["input_ids"])
        long = [at for at, found in enumerate(tokens) if len(found) > limit]
        if long:
            said = "%d of %d texts are longer than the %d tokens of %s: cut"
            _log.warning(said, len(long), len(texts), limit, self.name)
            cut = self.tokenizer([texts[at] for at in long], truncation=True, max_length=limit)["input_ids"]
            for at, shorter in zip(long, cast(list[list[int]], cut), strict=True):
                tokens[at] = shorter
        return tokens

    def _padded(self, tokens: Sequence[list[int]]) -> Mapping[str, torch.Tensor]:
        return cast(Mapping[str, torch.Tensor], self.tokenizer.pad({"input_ids": list(tokens)}, return_tensors="pt"))

    def _forward(self, batch: Mapping[str, torch.Tensor]) -> Output:
        placed = {name: tensor.to(self.model.device) for name, tensor in batch.items()}
        return Output(self.model(**placed)[0].float(), placed["attention_mask"], placed["input_ids"])


def _positions(network: torch.nn.Module) -> int:
    """How many tokens a transformer has positions for: without end where they are not learned one by one.

    Those up to the padding's are never given to a token (RoBERTa and what came of it).
    """
    for name, table in network.named_modules():
        if name.endswith("embeddings.position_embeddings") and isinstance(table, torch.nn.Embedding):
            return table.num_embeddings - (0 if table.padding_idx is None else table.padding_idx + 1)
    return sys.maxsize


def load_encoder(
    model: Model, *, kind: Any = AutoModel, max_length: int = 512, device: str | None = None, remote_code: bool = False
) -> Encoder:  # Any: a class of transformers that is not typed
    """The tokenizer and the transformer of a folder, on ``device``, by default the GPU where there is one.

    On a GPU that has bfloat16 the transformer runs in it, and what follows (pooling, projections, norms) in single
    precision; on the processor all is in single precision. Of a model for translation, such as NLLB, the encoder is taken.
    Raises ``InputError`` where they cannot be loaded.
    """
    if not any((model.folder / name).is_file() for name in ("tokenizer.json", "tokenizer_config.json", "vocab.txt")):
        raise InputError(f"{model.folder} holds no tokenizer; save the model's tokenizer beside it")
    target = device or ("cuda" if torch.cuda.is_available() else "cpu")
    halved = target.startswith("cuda") and torch.cuda.is_bf16_supported()
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # theirs
    known = ENCODERS.get(_architecture(model))
    try:
        config = known.config_class.from_pretrained(model.folder) if known else None
        tokenizer = AutoTokenizer.from_pretrained(model.folder, config=config, trust_remote_code=remote_code)
        dtype = torch.bfloat16 if halved else torch.float32
        network, found = (known or kind).from_pretrained(
            model.folder, config=config, dtype=dtype, trust_remote_code=remote_code, output_loading_info=True
        )
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{model.name} cannot be loaded: {error}") from error
    finally:
        transformers_logging.enable_progress_bar()  # type: ignore[no-untyped-call]  # theirs
    if missing := sorted(name for name in found["missing_keys"] if "pooler" not in name):
        raise InputError(
            f"{model.name} lacks weights that a {type(network).__name__} has, such as {missing[0]}: they would be random"
        )
    if network.config.is_encoder_decoder and kind is AutoModel:
        network = network.get_encoder()
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    batch = BATCH if target.startswith("cuda") else CPU_BATCH
    return Encoder(model.name, tokenizer, network.to(target).eval(), max_length=max_length, batch=batch)


class BidirectionalLlama(LlamaModel):  # type: ignore[no-untyped-call]  # theirs
    """Llama each of whose tokens sees all others, as llama-embed-nemotron-8b was trained, without the code of its repository:
    that changes a method which later releases of transformers do not call, so that tokens would see the earlier ones alone.
    """

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> Any:  # Any: transformers' own output
        """The states of a batch; ``attention_mask`` [n, tokens] is 0 for the padding, which nothing sees."""
        hidden = (1 - attention_mask).to(self.dtype) * torch.finfo(self.dtype).min
        seen = hidden[:, None, None].expand(-1, -1, attention_mask.shape[1], -1)
        return super().forward(input_ids=input_ids, attention_mask=seen, use_cache=False)


ENCODERS: Mapping[str, Any] = {  # Any: classes of transformers are not typed
    "LlamaBidirectionalModel": BidirectionalLlama,
    "M2M100Encoder": M2M100Encoder,
}
"""Architectures that transformers' own table would load otherwise: with the code of a repository, or with a decoder (SONAR's
encoder, and what was trained like NLLB-E5).
"""


def _architecture(model: Model) -> str:
    named = read_object(model.folder / "config.json").get("architectures")
    return str(named[0]) if isinstance(named, list) and named else ""


def with_projections(encoder: Encoder, projections: Sequence[torch.nn.Module]) -> Encoder:
    """The same, with layers that follow the pooling, on its device."""
    return replace(encoder, projections=tuple(layer.to(encoder.model.device).eval() for layer in projections))
