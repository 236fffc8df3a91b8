"""Generation on a GPU by one command: beside bare vLLM, what the language processor costs, what the prefix cache saves.

    python benchmarks/gpu/generation.py [--model Qwen/Qwen3-8B] [--runner v2] [--batch 64] [--tokens 128] [--rounds 5]
    .venv-vllm/bin/python benchmarks/gpu/generation.py --device cpu    # a minute, and small: to see that it runs

Without ``--model`` one with random weights is made, whose vocabulary has 151,936 tokens. Four tables: that of
``benchmarks/generators.py`` with this model; that of ``benchmarks/decoding_speed.py`` on this device; milliseconds a step of a
batch in the engine without, with soft and with hard decoding, in turn on one engine (1.03 is the most that decoding may come
to); and the share of prompt tokens that were read from the prefix cache, for questions in the languages of the tests'
passages, for the same again, and for others over other passages.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))
os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", "1")
os.environ.setdefault("VLLM_LOGGING_LEVEL", "ERROR")

from questions import table

PROCESSORS = {
    "v1": "xrag.control.decoding.vllm_v1:LanguageLogitsProcessor",
    "v2": "xrag.control.decoding.vllm_v2:LanguageLogitsProcessor",
}


@dataclass(frozen=True)
class Size:
    """How much is asked, and of what model where none is named."""

    batch: int
    tokens: int
    rounds: int
    vocabulary: int = 151_936
    hidden: int = 1024
    layers: int = 16


SMALL = Size(batch=4, tokens=8, rounds=1, vocabulary=3000, hidden=64, layers=2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", help="a directory or a name on the hub")
    parser.add_argument("--device", default="cuda", choices=("cuda", "cpu"))
    parser.add_argument("--runner", default="v2", choices=tuple(PROCESSORS), help="vLLM's model runner; v1 on a cpu")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--tokens", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    is_small = given.device == "cpu"
    size = SMALL if is_small else Size(given.batch, given.tokens, given.rounds)
    runner = "v1" if is_small else given.runner
    os.environ["VLLM_USE_V2_MODEL_RUNNER"] = str(int(runner == "v2"))
    with TemporaryDirectory() as folder:
        model = given.model or made(Path(folder) / "model", size)
        measure(model, given.device, PROCESSORS[runner], size)


def made(folder: Path, size: Size) -> str:
    """A model with random weights and as many tokens as asked for."""
    import torch
    from decoding_speed import wide_tokenizer
    from transformers import Qwen3Config, Qwen3ForCausalLM

    tokenizer = wide_tokenizer(folder, size.vocabulary)
    torch.manual_seed(0)
    config = Qwen3Config(
        vocab_size=len(tokenizer), hidden_size=size.hidden, intermediate_size=3 * size.hidden, num_hidden_layers=size.layers,
        num_attention_heads=size.hidden // 32, num_key_value_heads=1, head_dim=32, max_position_embeddings=16384,
        eos_token_id=2, pad_token_id=0, tie_word_embeddings=True,
    )  # fmt: skip
    Qwen3ForCausalLM(config).to(torch.bfloat16).save_pretrained(folder)
    return str(folder)


def measure(model: str, device: str, processor: str, size: Size) -> None:
    import decoding_speed
    import generators
    from transformers import AutoTokenizer

    from xrag.generators.vllm_offline import VllmGenerator

    engine = {"enforce_eager": True} if device == "cpu" else {}
    print("## beside bare vLLM\n", flush=True)
    generators.measure(model, prompts=size.batch, tokens=size.tokens, rounds=size.rounds, engine=engine)
    print("\n## the change of scores alone\n")
    tokenizer = AutoTokenizer.from_pretrained(model)
    print(decoding_speed.measure(tokenizer, device, batch=size.batch, hidden=size.hidden, rounds=4 * size.rounds))
    generator = VllmGenerator(model, engine=engine, logits_processors=(processor,))
    print(f"\n## decoding in the engine ({processor.partition(':')[0].rpartition('.')[2]})\n")
    print(decoding(generator, size))
    print("\n## the prefix cache\n")
    print(caching(generator, size))
    generator.close()


def asked(size: Size, *, turn: int = 0, method: str = ""):
    """Prompts in the languages of the tests' passages, over the passages in an order of their own."""
    from xrag.control import chat_messages
    from xrag.testing import PASSAGES
    from xrag.types import Decoding, Prompt, Query

    prompts = []
    for n in range(size.batch):
        own = PASSAGES[n % len(PASSAGES)]
        context = tuple(PASSAGES[(n + turn + place) % len(PASSAGES)] for place in range(4))
        messages = chat_messages(f"{turn}.{n}: {own.text}", context, own.language)
        decoding = Decoding(own.language, method) if method else None
        prompts.append(
            Prompt(Query(str(n), own.text, own.language), context, own.language, messages, decoding=decoding)
        )
    return prompts


def decoding(generator, size: Size) -> str:
    """Milliseconds a step of a batch without, with soft and with hard decoding; every answer has all its tokens."""
    from xrag.types import Sampling

    sampling = Sampling(max_tokens=size.tokens, temperature=1.0)
    batches = {name: asked(size, method=method) for name, method in (("none", ""), ("soft", "soft"), ("hard", "hard"))}
    taken: dict[str, list[float]] = {name: [] for name in batches}
    for turn in range(size.rounds + 1):
        for name, prompts in batches.items():
            started = time.perf_counter()
            done = generator.generate(prompts, sampling)
            longest = max(one.usage.completion_tokens for one in done)
            if turn:
                taken[name].append(1000 * (time.perf_counter() - started) / longest)
    bare = statistics.median(taken["none"])
    rows = [[name, f"{statistics.median(ms):.2f}", f"{statistics.median(ms) / bare:.3f}"] for name, ms in taken.items()]
    return table(["decoding", "ms per step", "of none"], rows)


def caching(generator, size: Size) -> str:
    """The share of prompt tokens from the cache: of a first batch, of the same again, of other questions and passages."""
    from xrag.types import Sampling

    generator._running._llm.reset_prefix_cache()
    rows = []
    for name, turn in (("first", 1), ("the same again", 1), ("others, over other passages", 2)):
        done = generator.generate(asked(replace(size), turn=turn), Sampling(max_tokens=1))
        read = sum(one.usage.prompt_tokens for one in done)
        rows.append([name, f"{read:,}", f"{100 * sum(one.usage.cached_tokens for one in done) / read:.1f}"])
    return table(["prompts", "tokens", "% from the cache"], rows)


if __name__ == "__main__":
    main()
