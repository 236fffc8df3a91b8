"""Counting tokens as a model does, with its own tokenizer."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

try:
    from transformers import AutoTokenizer
except ImportError as error:
    from xrag.errors import MissingExtra

    raise MissingExtra("a model's own tokenizer", "hf") from error

from xrag.errors import InputError

_REMEMBERED = 4096


@lru_cache(maxsize=8)
def token_counter(model: str) -> Callable[[str], int]:
    """How many tokens a text has for a model (a folder, or a name on the hub). Raises ``InputError`` where that has none."""
    if not Path(model).is_dir() and (model.count("/") != 1 or model.startswith((".", "/", "~"))):
        raise InputError(f"the tokenizer: {model} is neither a folder nor the name of a model (OWNER/NAME)")
    try:
        tokenizer = AutoTokenizer.from_pretrained(model)
    except (OSError, ValueError, KeyError) as error:
        what = str(error).splitlines()[0]
        raise InputError(f"the tokenizer of {Path(model).name or model} cannot be loaded: {what}") from error

    @lru_cache(maxsize=_REMEMBERED)
    def count(text: str) -> int:
        return len(tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"])

    return count
