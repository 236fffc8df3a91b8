"""Translation models of transformers (NLLB-200, M2M-100, OPUS-MT, MADLAD-400), on the processor or a GPU."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

try:
    import torch
    from transformers import AutoConfig, AutoModelForSeq2SeqLM, AutoTokenizer
    from transformers.utils import logging as transformers_logging
except ImportError as error:
    from xrag.errors import MissingExtra

    raise MissingExtra("a translation model of transformers", "mt") from error

from xrag.errors import InputError
from xrag.translators.families import Speaker, speaker
from xrag.translators.folder import content_key, find_folder
from xrag.translators.sequences import Search, Seq2SeqTranslator

_ENDLESS = 100_000


class TransformersEngine:
    """A model in memory, in bfloat16 on a GPU that has it, else in float32."""

    full = torch.OutOfMemoryError

    def __init__(self, folder: Path) -> None:
        cuda = torch.cuda.is_available()
        kind = torch.bfloat16 if cuda and torch.cuda.is_bf16_supported() else torch.float32
        self._model = AutoModelForSeq2SeqLM.from_pretrained(folder, dtype=kind).to("cuda" if cuda else "cpu").eval()
        self.key = f"transformers {kind} {content_key(folder)}"

    def run(self, rows: Sequence[Sequence[int]], forced: int | None, search: Search, longest: int) -> list[list[int]]:
        """Beam search without sampling."""
        model, width = self._model, max(map(len, rows))
        padding = model.config.pad_token_id or 0
        ids = torch.tensor([[*row, *[padding] * (width - len(row))] for row in rows], device=model.device)
        mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows], device=model.device)
        with torch.inference_mode():
            found = model.generate(
                input_ids=ids,
                attention_mask=mask,
                forced_bos_token_id=forced,
                num_beams=search.beams,
                do_sample=False,
                max_new_tokens=longest,
                max_length=None,
            )
        # The first is what every translation starts from.
        return [row[1:] for row in found.tolist()]


def open_transformers(model: str, *, beams: int = 4, batch: int = 16) -> Seq2SeqTranslator:
    """The translator ``hf``: a folder, or a name on the hub. Raises ``InputError`` where it cannot be loaded."""
    search, folder = Search(beams, batch), find_folder(model)
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # theirs
    try:
        tokenizer, speaks, longest = read_tokenizer(folder)
        return Seq2SeqTranslator(tokenizer, speaks, TransformersEngine(folder), search, longest)
    except (OSError, ValueError, KeyError, TypeError, InputError) as error:
        said = str(error).strip().partition("\n")[0]
        raise InputError(f"the translation model {model} cannot be loaded: {said}") from error
    finally:
        transformers_logging.enable_progress_bar()  # type: ignore[no-untyped-call]  # theirs


def read_tokenizer(folder: Path) -> tuple[Any, Speaker, int]:  # Any: tokenizers have no common type
    """The tokenizer of a model, how it is told its languages, and how many tokens a text may have."""
    config = AutoConfig.from_pretrained(folder)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of packages that it would like
        tokenizer = AutoTokenizer.from_pretrained(folder)
    vocabulary = {*tokenizer.get_vocab(), *tokenizer.all_special_tokens, *getattr(tokenizer, "lang_token_to_id", ())}
    pair = (getattr(tokenizer, "source_lang", None), getattr(tokenizer, "target_lang", None))
    speaks = speaker(config.model_type, vocabulary, pair)
    limits = (speaks.family.longest, tokenizer.model_max_length, getattr(config, "max_position_embeddings", _ENDLESS))
    return tokenizer, speaks, int(min(limits))
