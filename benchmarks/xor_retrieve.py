"""XOR-Retrieve's dev questions over any English corpus, scored both ways: corrected, and as the published script does.

python benchmarks/xor_retrieve.py PASSAGES… [--retrievers bm25 psq dual]     # passages: whatever xrag index reads
python benchmarks/xor_retrieve.py --own OUT.jsonl                            # the English passages of XQuAD-R and AfriQA

NLTK_DATA must name a folder with Punkt for the official figures; `xrag data get xor-retrieve` brings the questions.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

from xrag import benchmarks
from xrag.eval import kilotokens
from xrag.eval.official import xor_retrieve
from xrag.eval.predictions import Prediction
from xrag.index import build_index, open_index

MOST = 60
"""Hits that 5,000 tokens are filled with."""


def main() -> None:
    given = argparse.ArgumentParser()
    given.add_argument("passages", nargs="*", type=Path)
    given.add_argument("--retrievers", nargs="+", default=["bm25", "translated", "psq", "dual"])
    given.add_argument("--own", type=Path)
    options = given.parse_args()
    if options.own:
        own(options.own)
        return
    examples = benchmarks.load("xor-retrieve").examples
    queries = [one.query for one in examples]
    with tempfile.TemporaryDirectory() as folder:
        report = build_index(options.passages, folder)
        print(f"{sum(report.languages.values()):,} passages, {len(queries):,} questions\n")
        print("| retriever | R@2kt | R@5kt | official R@2kt | official R@5kt | ms a question |")
        print("| --- | ---: | ---: | ---: | ---: | ---: |")
        with open_index(folder) as index:
            for name in options.retrievers:
                retriever, started = index.retriever(name), time.process_time()
                rankings = retriever.search(queries, MOST)
                took = (time.process_time() - started) / len(queries) * 1000
                texts = [
                    [one.text for one in index.corpus.get([hit.passage_id for hit in found])] for found in rankings
                ]
                contexts = {query.id: found for query, found in zip(queries, texts, strict=True)}
                corrected = kilotokens.score(contexts, examples)
                said = [
                    Prediction(one.id, None, tuple(contexts[one.id]), fields={"lang": one.language}) for one in queries
                ]
                official = xor_retrieve.score(said, examples)
                figures = [*(one.value for one in corrected.values()), *(one.value for one in official.values())]
                print(f"| {name} | {' | '.join(f'{100 * value:.1f}' for value in figures)} | {took:.1f} |")


def own(out: Path) -> None:
    """A small corpus that is at hand, where the questions' own Wikipedia is not."""
    rows = {}
    for name, languages in (("xquad-r", ["en"]), ("afriqa", None)):
        for one in benchmarks.load(name, languages=languages).passages():
            if one.language == "en":
                rows[one.text] = {"id": one.id, "text": one.text, "title": one.title, "language": "en"}
    out.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows.values()), encoding="utf-8")


if __name__ == "__main__":
    main()
