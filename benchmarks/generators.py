"""What xrag's vLLM generator costs beside bare vLLM, on the same engine, the same prompts and in turn.

    .venv-vllm/bin/python benchmarks/generators.py [--model MODEL] [--prompts 64] [--tokens 64] [--rounds 15]

Without ``--model`` a model with random weights is made (four layers of 256), so that the engine has little to do and what is
around it shows. ``LLM.chat`` is given messages and renders them, as xrag does; ``LLM.generate`` is given texts, rendered before
the clock started. The three run in turn, and the prefix cache is emptied before each; a ratio is the median over rounds of
xrag's seconds by the peer's in the same round. CPU seconds are those of the calling process, without the engine's own.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", "1")
os.environ.setdefault("VLLM_LOGGING_LEVEL", "ERROR")

from questions import table

from xrag.types import Json

Run = Callable[[], object]
EAGER: Mapping[str, Json] = {"enforce_eager": True}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", help="a directory or a name on the hub")
    parser.add_argument("--prompts", type=int, default=64)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=15)
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        measure(asked.model or made(Path(folder)), prompts=asked.prompts, tokens=asked.tokens, rounds=asked.rounds)


def made(folder: Path) -> str:
    from language_models import save_language_model

    return str(save_language_model(folder, hidden=256, layers=4, length=4096))


def measure(model: str, *, prompts: int, tokens: int, rounds: int, engine: Mapping[str, Json] = EAGER) -> None:
    from vllm import SamplingParams

    from xrag.control import chat_messages
    from xrag.generators.vllm_offline import VllmGenerator
    from xrag.testing import PASSAGES
    from xrag.types import Prompt, Query, Sampling

    generator = VllmGenerator(model, engine=engine)
    context = tuple(PASSAGES)
    batch = [
        Prompt(
            Query(str(n), passage.text, passage.language),
            context,
            passage.language,
            chat_messages(f"{n}: {passage.text}", context, passage.language),
        )
        for n in range(prompts)
        for passage in [PASSAGES[n % len(PASSAGES)]]
    ]
    llm = generator._running._llm
    messages = [[{"role": one.role, "content": one.content} for one in prompt.messages] for prompt in batch]
    render = llm.get_tokenizer().apply_chat_template
    texts = [render(one, tokenize=False, add_generation_prompt=True) for one in messages]
    params = SamplingParams(temperature=0, max_tokens=tokens)
    runs: dict[str, Run] = {
        "xrag": lambda: generator.generate(batch, Sampling(max_tokens=tokens)),
        "LLM.chat": lambda: llm.chat(messages, params, use_tqdm=False),
        "LLM.generate": lambda: llm.generate(texts, params, use_tqdm=False),
    }
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    cpu: dict[str, list[float]] = {name: [] for name in runs}
    for turn in range(rounds + 1):
        for name, run in list(runs.items())[:: 1 if turn % 2 else -1]:
            llm.reset_prefix_cache()
            started, worked = time.perf_counter(), time.process_time()
            run()
            if turn:
                seconds[name].append(time.perf_counter() - started)
                cpu[name].append(time.process_time() - worked)
    written = sum(one.usage.completion_tokens for one in generator.generate(batch, Sampling(max_tokens=tokens)))
    generator.close()
    rows = [
        [
            name,
            f"{statistics.median(taken):.2f}",
            f"{written / statistics.median(taken):,.0f}",
            f"{statistics.median(cpu[name]):.3f}",
            "–"
            if name == "xrag"
            else f"{statistics.median(x / y for x, y in zip(seconds['xrag'], taken, strict=True)):.3f}",
        ]
        for name, taken in seconds.items()
    ]
    print(f"{prompts} prompts, {written} tokens written, {rounds} rounds\n")
    print(table(["", "median s", "tokens/s", "CPU s", "xrag takes, of it"], rows))


if __name__ == "__main__":
    main()
