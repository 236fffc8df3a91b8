"""What keeping the scores to a language costs a decoding step: the torch core, at a batch and a vocabulary of real size.

    python benchmarks/decoding_speed.py [--device cpu] [--batch 64] [--vocabulary 151936] [--hidden 4096] [--rounds 20]

Every row of the batch asks for a language; ``mixed`` rows ask for eight different ones in turn. Beside it stands the output
layer of the same step alone (hidden × vocabulary, bfloat16; 4096 is that of an 8B model, 1024 that of a 0.6B one), which is
the least that a step takes: the model's other layers come on top. Both are medians over rounds, in turn; on a processor, of
the time that its one core spent on them.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from questions import table

MIXED = ("ar", "de", "es", "hi", "ko", "ru", "th", "zh")
Timed = Callable[[], object]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--vocabulary", type=int, default=151_936)
    parser.add_argument("--hidden", type=int, default=4096)
    parser.add_argument("--rounds", type=int, default=20)
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        tokenizer = wide_tokenizer(Path(folder), given.vocabulary)
        print(measure(tokenizer, given.device, batch=given.batch, hidden=given.hidden, rounds=given.rounds))


def wide_tokenizer(folder: Path, size: int):
    """A byte-level tokenizer of ``size`` tokens: every byte, and strings of two to five letters of eleven scripts."""
    from language_models import SPECIAL, TEMPLATE
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    alphabet = pre_tokenizers.ByteLevel.alphabet()
    spell = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokens = dict.fromkeys([*SPECIAL, *alphabet, "Ġ"])
    for text in _strings():
        if len(tokens) >= size:
            break
        tokens[spell.pre_tokenize_str(text)[0][0]] = None
    tokenizer = Tokenizer(models.BPE(vocab={token: n for n, token in enumerate(tokens)}, merges=[]))
    tokenizer.pre_tokenizer, tokenizer.decoder = spell, decoders.ByteLevel()
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=SPECIAL[2], pad_token=SPECIAL[0])
    fast.chat_template = TEMPLATE
    fast.save_pretrained(folder)
    return fast


def _strings() -> Iterator[str]:
    """Strings of the scripts in turn, which never end."""
    ranges = (
        (0x61, 26),
        (0x430, 32),
        (0x3B1, 24),
        (0x627, 28),
        (0x915, 32),
        (0xE01, 40),
        (0x4E00, 2000),
        (0x3042, 80),
        (0xAC00, 2000),
        (0x5D0, 27),
        (0x995, 28),
    )
    letters = [[chr(start + n) for n in range(count)] for start, count in ranges]
    makers = [("".join(one) for length in range(2, 6) for one in product(own, repeat=length)) for own in letters]
    while True:
        for maker in makers:
            text = next(maker, "")
            yield text
            yield f" {text}"


def measure(tokenizer, device: str, *, batch: int, hidden: int, rounds: int) -> str:
    """The table: milliseconds of each method, and its share of the output layer's."""
    import torch

    from xrag.control.decoding.scores import TOLD, LanguageScores
    from xrag.types import Decoding

    if device == "cpu":
        torch.set_num_threads(1)
    size = len(tokenizer)
    change = LanguageScores(tokenizer, size, torch.device(device))
    scores = torch.randn(batch, size, device=device)
    last = torch.randint(3, size, (batch, TOLD), device=device)
    states = torch.randn(batch, hidden, device=device, dtype=torch.bfloat16)
    weights = torch.randn(size, hidden, device=device, dtype=torch.bfloat16)
    timed: dict[str, Timed] = {"output layer": lambda: states @ weights.T}
    for method, languages in product(("soft", "hard"), (("ru",), MIXED)):
        asked = [(row, change.constraint(Decoding(languages[row % len(languages)], method))) for row in range(batch)]
        timed[f"{method}, {'one language' if len(languages) == 1 else 'mixed'}"] = _applied(change, scores, asked, last)
    seconds = _in_turn(timed, device, rounds)
    step = statistics.median(seconds["output layer"])
    rows = [
        [name, f"{1000 * statistics.median(taken):.2f}", f"{100 * statistics.median(taken) / step:.1f}"]
        for name, taken in seconds.items()
    ]
    head = ["", "ms per step", "% of the output layer"]
    return f"{batch} rows, {size:,} tokens, hidden {hidden}, {device}\n\n{table(head, rows)}"


def _applied(change, scores, asked, last) -> Timed:
    return lambda: change.apply(scores, asked, lambda: last)


def _in_turn(timed: dict[str, Timed], device: str, rounds: int) -> dict[str, list[float]]:
    import torch

    clock = time.process_time if device == "cpu" else time.perf_counter
    wait = torch.cuda.synchronize if device.startswith("cuda") else lambda: None
    seconds: dict[str, list[float]] = {name: [] for name in timed}
    for turn in range(rounds + 1):
        for name, run in timed.items():
            wait()
            started = clock()
            run()
            wait()
            if turn:
                seconds[name].append(clock() - started)
    return seconds


if __name__ == "__main__":
    main()
