"""What xrag's translators add to the libraries that translate, on the same model, the same texts and in turn.

    python benchmarks/translators.py [--model MODEL] [--source es] [--target en] [--texts 256] [--rounds 5]

Without ``--model`` an NLLB with random weights is made (two layers of 256), which goes on to the end of every translation.
``transformers`` is the library as its documentation has it used, in batches of 16 in the order given; CTranslate2 runs the
model in float32 and in int8. Apertium stands beside its own command, where it is installed. The runs take turns; a ratio is the
median over rounds of the peer's seconds by the run's in the same round: above 1 the run is faster.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")

from questions import table

Run = Callable[[], object]
BATCH, BEAMS = 16, 4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", help="a folder or a name on the hub, of the NLLB family")
    parser.add_argument("--source", default="es")
    parser.add_argument("--target", default="en")
    parser.add_argument("--texts", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        model = asked.model or made(Path(folder) / "model")
        runs = {**models(model, Path(folder), asked), **programs(asked)}
        seconds = timed({name: run for name, (run, _) in runs.items()}, asked.rounds)
    rows = [
        [name, f"{asked.texts / statistics.median(seconds[name]):,.0f}", peer, ratio(seconds[peer], seconds[name])]
        for name, (_, peer) in runs.items()
    ]
    print(table(["run", "texts/s", "peer", "ratio"], rows))


def ratio(peer: list[float], own: list[float]) -> str:
    return f"{statistics.median(a / b for a, b in zip(peer, own, strict=True)):.2f}"


def timed(runs: dict[str, Run], rounds: int) -> dict[str, list[float]]:
    for run in runs.values():
        run()
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            started = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - started)
    return seconds


def made(folder: Path) -> str:
    from translation_models import save_nllb

    return str(save_nllb(folder, width=256, layers=2))


def models(model: str, folder: Path, asked: argparse.Namespace) -> dict[str, tuple[Run, str]]:
    from xrag.translators.ct2 import convert, open_ct2
    from xrag.translators.huggingface import open_transformers

    texts = spanish(asked.texts)
    xrag = open_transformers(model, beams=BEAMS, batch=BATCH)
    runs: dict[str, tuple[Run, str]] = {
        "transformers": (documented(model, texts, xrag._longest), "transformers"),
        "`hf`": (lambda: xrag.translate(texts, asked.source, asked.target), "transformers"),
    }
    for quantization in ("float32", "int8"):
        converted = open_ct2(
            str(convert(model, folder / quantization, quantization=quantization)), beams=BEAMS, threads=1
        )
        run: Run = lambda converted=converted: converted.translate(texts, asked.source, asked.target)  # noqa: E731
        runs[f"`ct2`, {quantization}"] = (run, "transformers")
    return runs


def documented(model: str, texts: list[str], longest: int) -> Run:
    from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

    tokenizer, network = AutoTokenizer.from_pretrained(model), AutoModelForSeq2SeqLM.from_pretrained(model).eval()
    tokenizer.src_lang = "spa_Latn"
    forced = tokenizer.convert_tokens_to_ids("eng_Latn")

    def run() -> None:
        for start in range(0, len(texts), BATCH):
            given = tokenizer(texts[start : start + BATCH], return_tensors="pt", padding=True)
            out = network.generate(**given, forced_bos_token_id=forced, num_beams=BEAMS, max_new_tokens=longest)
            tokenizer.batch_decode(out, skip_special_tokens=True)

    return run


def programs(asked: argparse.Namespace) -> dict[str, tuple[Run, str]]:
    if not shutil.which("apertium"):
        return {}
    from xrag.translators.apertium import ApertiumTranslator

    texts, translator = spanish(asked.texts), ApertiumTranslator()
    given = "\n\n".join(texts).encode()
    command = ["apertium", "-u", "spa-eng"]
    return {
        "the command `apertium`": (
            lambda: subprocess.run(command, input=given, capture_output=True, check=True),
            "the command `apertium`",
        ),
        "`apertium`": (lambda: translator.translate(texts, "es", "en"), "the command `apertium`"),
    }


def spanish(count: int) -> list[str]:
    """Questions of different lengths, each of them another text."""
    asked = (
        "¿Quién escribió el libro {}?",
        "¿En qué año se fundó la ciudad número {} de la provincia?",
        "¿Dónde nació {}?",
    )
    return [text.format(number) for number, text in enumerate(islice(cycle(asked), count))]


if __name__ == "__main__":
    main()
