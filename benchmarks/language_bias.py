"""Language bias and its cures over one pool of eight languages: ``python benchmarks/language_bias.py``.

A small static encoder is trained on parallel text with a fixed seed (``static_encoder.py``; some five minutes), the paragraphs
of XQuAD-R, each in ar, de, en, es, hi, ru, th and zh, are indexed with it, every cure is learned from the fifth of the
parallel text that the encoder was not trained on, and every fifth question of each of the eight languages is asked
(``--every 1``: all of them; ``tuned`` learns its weights from another fifth, and is left out then).

Right is the question's paragraph in any language (mAP over all eight, as LAReQA has it; there the candidates are sentences,
here paragraphs). ``same`` and ``cross`` are Recall@10 in the question's language and in the others, ``own`` the share of the
first ten that is in the question's language (an eighth of the pool is), Max@R the rank of the last of the eight that is
found, 101 where one is not among the first hundred, PEER@100 the mean p-value of equal ranks.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parent))

from questions import shared_data, table
from static_encoder import held_out, parallel, train, training

import xrag
from xrag import benchmarks
from xrag.eval import bias, retrieval
from xrag.index import IndexDirectory, fit_cure
from xrag.index.tuning import tune_index
from xrag.retrievers.tuned import Parts
from xrag.types import Example, Passage, Ranking

LANGUAGES = ("ar", "de", "en", "es", "hi", "ru", "th", "zh")
CURES = ("centred", "lir", "shift", "linear", "orthogonal")
DENSE = ("dense", "dense-balanced", *(f"dense-{cure}" for cure in CURES), "dense-calibrated", "dense-quota")
CROSSING = ("dense-translated", "dense-dual", "dense-interpolated", "dense-switched")
WORDS = ("bm25", "dual", "hybrid", "tuned")
PARTS = Parts(("dual", "dense"), ("best", "bounds"))
"""What ``hybrid`` fuses, half each, and ``tuned`` with the weights that it learned."""
HEAD = ["", "mAP", "R@10 same", "R@10 cross", "own", "Max@R", "PEER", "ms"]
DEPTH, BATCH = 100, 64


def scored(rankings: Mapping[str, Ranking], examples: Sequence[Example], languages: Mapping[str, str]) -> list[str]:
    """The figures of one retriever, macro means over the query languages."""
    ap = retrieval.score(["AP"], rankings, examples)["AP"].value
    found = {key: [hit.passage_id for hit in ranking] for key, ranking in rankings.items()}
    split = bias.split_recall(found, examples, languages, 10)
    shares = bias.shares(found, examples, languages, 10)
    own = sum(taken.get(asked, 0.0) for asked, taken in shares.items()) / len(shares)
    furthest = bias.max_rank(found, examples, DEPTH).value
    fair = bias.peer(found, examples, languages, DEPTH).value
    return [
        *(f"{100 * value:.1f}" for value in (ap, split.same.value, split.cross.value, own)),
        f"{furthest:.1f}",
        f"{fair:.3f}",
    ]


def searched(index: IndexDirectory, name: str, examples: Sequence[Example]) -> tuple[dict[str, Ranking], float]:
    """Every question's ranking, and milliseconds for each."""
    retriever = index.retriever(name)
    queries = [example.query for example in examples]
    retriever.search(queries[:1], DEPTH)
    started = time.perf_counter()
    found = [
        ranking for at in range(0, len(queries), BATCH) for ranking in retriever.search(queries[at : at + BATCH], DEPTH)
    ]
    spent = 1000 * (time.perf_counter() - started) / len(queries)
    return {query.id: ranking for query, ranking in zip(queries, found, strict=True)}, spent


def prepared(folder: Path, passages: Sequence[Passage]) -> None:
    """The encoder, the index and the cures, as far as the folder does not have them."""
    texts = parallel()
    if not (folder / "model").exists():
        started = time.perf_counter()
        train(folder / "model", training(texts))
        print(f"trained in {time.perf_counter() - started:.0f} s", file=sys.stderr)
    if not (folder / "index" / "learned" / CURES[-1]).exists():
        rows = [{"id": one.id, "text": one.text, "language": one.language} for one in passages]
        (folder / "p.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        xrag.build_index([folder / "p.jsonl"], folder / "index")
        xrag.embed_index(folder / "index", str(folder / "model"))
        for cure in CURES:
            fit_cure(folder / "index", cure, held_out(texts))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("retrievers", nargs="*", default=[*DENSE, *CROSSING, *WORDS])
    parser.add_argument("--every", type=int, default=5, help="ask every so many-th question of each language")
    parser.add_argument("--folder", type=Path, help="where encoder and index are kept between runs")
    given = parser.parse_args()
    loaded = benchmarks.load("xquad-r", languages=LANGUAGES, passage_languages=LANGUAGES, folder=shared_data())
    examples = loaded.examples[:: given.every]
    others = loaded.examples[given.every // 2 :: given.every] if given.every > 1 else ()
    passages = list(loaded.passages())
    languages = {passage.id: passage.language for passage in passages}
    with TemporaryDirectory() as name:
        folder = given.folder or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        prepared(folder, passages)
        if others:
            print(tune_index(folder / "index", PARTS, others).tuned, file=sys.stderr)
        lines = []
        with xrag.open_index(folder / "index") as index:
            for retriever in (name for name in given.retrievers if others or name != "tuned"):
                rankings, spent = searched(index, retriever, examples)
                lines.append([f"`{retriever}`", *scored(rankings, examples, languages), f"{spent:.2f}"])
                print(lines[-1], file=sys.stderr, flush=True)
    print(f"{len(examples):,} questions, {len(passages):,} paragraphs in {', '.join(LANGUAGES)}; %\n")
    print(table(HEAD, lines))


if __name__ == "__main__":
    main()
