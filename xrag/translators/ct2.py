"""The same models through CTranslate2, in 8-bit whole numbers: a quarter of the memory, and faster on a processor."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

try:
    import ctranslate2
    from ctranslate2.converters import TransformersConverter
except ImportError as error:
    from xrag.errors import MissingExtra

    raise MissingExtra("a translation model of CTranslate2", "mt") from error

from xrag.errors import InputError, TranslationError, UsageError
from xrag.translators.folder import content_key, find_folder
from xrag.translators.huggingface import read_tokenizer
from xrag.translators.sequences import Search, Seq2SeqTranslator

TOKENIZER = "tokenizer"
"""The folder, within that of a converted model, of the tokenizer and the configuration that the model had before."""
_LEFT_OUT = ("*.safetensors", "*.bin")


class CTranslate2Engine:
    """A converted model, on a GPU where CTranslate2 finds one; ``threads`` 0 leaves their number to it."""

    full = MemoryError

    def __init__(
        self, folder: Path, tokenizer: Any, *, threads: int = 0
    ) -> None:  # Any: tokenizers have no common type
        self._tokenizer = tokenizer
        self._model = ctranslate2.Translator(str(folder), device="auto", intra_threads=threads)
        self.key = f"ctranslate2 {self._model.compute_type} {content_key(folder)}"

    def run(self, rows: Sequence[Sequence[int]], forced: int | None, search: Search, longest: int) -> list[list[int]]:
        """Beam search without sampling."""
        said = self._tokenizer.convert_ids_to_tokens
        prefix = None if forced is None else [said([forced])] * len(rows)
        try:
            found = self._model.translate_batch(
                [said(list(row)) for row in rows],
                target_prefix=prefix,
                beam_size=search.beams,
                max_decoding_length=longest,
                max_input_length=0,
            )
        except RuntimeError as error:
            raise TranslationError(f"CTranslate2 failed: {error}") from error
        return [self._tokenizer.convert_tokens_to_ids(one.hypotheses[0]) for one in found]


def open_ct2(
    model: str, *, tokenizer: str | None = None, beams: int = 4, batch: int = 16, threads: int = 0
) -> Seq2SeqTranslator:
    """The translator ``ct2``: the folder of a converted model, or a name on the hub.

    ``tokenizer`` is the model that it was converted from, where ``convert`` did not put its tokenizer into the folder. Raises
    ``InputError`` where the model cannot be loaded.
    """
    search, folder = Search(beams, batch), find_folder(model)
    if not (folder / "model.bin").is_file():
        raise InputError(
            f"{model} is no model of CTranslate2; make one with xrag.translators.ct2.convert('{model}', FOLDER)"
        )
    within = folder / TOKENIZER
    if tokenizer is None and not within.is_dir():
        raise InputError(
            f"{model} has no folder '{TOKENIZER}': name the model that it was converted from as its tokenizer"
        )
    try:
        words, speaks, longest = read_tokenizer(find_folder(tokenizer) if tokenizer else within)
        engine = CTranslate2Engine(folder, words, threads=threads)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, InputError) as error:
        said = str(error).strip().partition("\n")[0]
        raise InputError(f"the translation model {model} cannot be loaded: {said}") from error
    return Seq2SeqTranslator(words, speaks, engine, search, longest)


def convert(model: str, folder: Path | str, *, quantization: str = "int8") -> Path:
    """Convert a model of transformers, a folder or a name on the hub, into a new folder; whole or not at all.

    ``quantization`` is one of CTranslate2's (``int8``, ``int8_float16``, ``float32`` …). Raises ``UsageError`` where the
    folder is there already, ``InputError`` where the model cannot be converted.
    """
    source, target = find_folder(model), Path(folder)
    if target.exists():
        raise UsageError(f"{target} is there already; name another folder")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as beside:
        made = Path(beside) / "model"
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of packages that its tokenizer would like
                _Converter(str(source)).convert(str(made), quantization=quantization)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            said = str(error).strip().partition("\n")[0]
            raise InputError(f"{model} cannot be converted: {said}") from error
        shutil.copytree(source, made / TOKENIZER, ignore=shutil.ignore_patterns(*_LEFT_OUT))
        made.rename(target)
    return target


class _Converter(TransformersConverter):  # type: ignore[misc]  # it has no types
    """CTranslate2's own, for tokenizers that know of languages without having them in their vocabulary (M2M-100)."""

    def load_tokenizer(self, tokenizer_class: Any, name: str, **settings: Any) -> Any:  # Any: the converter's signature
        tokenizer = super().load_tokenizer(tokenizer_class, name, **settings)
        missing = set(getattr(tokenizer, "lang_token_to_id", ())) - set(tokenizer.get_vocab())
        if missing:
            ordered = sorted(missing, key=tokenizer.lang_token_to_id.__getitem__)
            tokenizer.add_tokens(ordered, special_tokens=True)
        return tokenizer
