"""Build and query speed of BM25 beside rank-bm25, bare bm25s and tantivy, each in a process of its own.

    python benchmarks/bm25_speed.py [--sizes 10000 100000 1000000] [--engines bm25s-numpy xrag-numpy …] [--queries 200]

Passages are synthetic: about 100 words of a vocabulary of 400,000, Zipf-distributed, seeded; a question is 9 words of a
passage. All engines get the same words, cut at spaces; ``xrag-analysed`` alone uses the analyzer of a language, whose n-grams
are several times as many terms. Peak memory is that of the process after the build, the time to make the passages is
not counted. QPS is one process, one thread, a batch of all questions. rank-bm25 runs up to 100,000 passages unless named.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))

from questions import table

from xrag.types import Passage

VOCABULARY = 400_000
PER_BLOCK = 1000
K = 10
Search = Callable[[Sequence[str]], object]
"""Answers questions given as their text."""


class Corpus:
    """Synthetic passages, made when they are read; a ``PassageStore`` of one language."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.seconds = 0.0
        syllables = [c + v for c in "bdfgklmnprstvz" for v in ("a", "e", "i", "o", "u", "an", "er", "is")]
        base = len(syllables)
        self._words = np.array(
            [
                "".join(syllables[(n // base**place) % base] for place in range(1 + (n >= base) + (n >= base**2)))
                for n in range(VOCABULARY)
            ],
            dtype=object,
        )
        weights = 1 / (np.arange(VOCABULARY) + 2.7) ** 1.05
        self._cumulative = np.cumsum(weights / weights.sum())

    def texts(self) -> Iterator[str]:
        """The passages in order; the time to make them is kept in ``seconds``."""
        for block in range(0, self.size, PER_BLOCK):
            start = time.perf_counter()
            made = self.block(block // PER_BLOCK)[: self.size - block]
            self.seconds += time.perf_counter() - start
            yield from made

    def block(self, number: int) -> list[str]:
        """A thousand passages."""
        generator = np.random.default_rng([7, number])
        lengths = generator.integers(60, 141, PER_BLOCK)
        ranks = np.searchsorted(self._cumulative, generator.random(int(lengths.sum())))
        words = np.split(self._words[np.minimum(ranks, VOCABULARY - 1)], np.cumsum(lengths)[:-1])
        return [" ".join(passage) for passage in words]

    def questions(self, count: int) -> list[str]:
        """Nine words each of passages that are in the corpus."""
        generator = np.random.default_rng(11)
        texts = [text.split() for text in self.block(0)[: self.size]]
        chosen = generator.integers(0, len(texts), count)
        return [" ".join(generator.choice(texts[number], 9, replace=False)) for number in chosen]

    def numbers(self, language: str) -> array[int]:
        """All of them, whatever the language."""
        del language
        return array("q", range(self.size))

    def by_number(self, numbers: Sequence[int]) -> Iterator[Passage]:
        """All of them in order, which is what a build asks for."""
        del numbers
        return (Passage(f"p{number}", text, "en") for number, text in enumerate(self.texts()))

    def get(self, passage_ids: Sequence[str]) -> list[Passage]:
        """Not kept: no benchmark reads a passage back."""
        raise LookupError(passage_ids)

    def languages(self) -> Mapping[str, int]:
        """One language."""
        return {"en": self.size}


@dataclass(frozen=True)
class Spaces:
    """Terms are what stands between spaces."""

    language: str = "en"
    fingerprint: str = "spaces"

    def pieces(self, text: str) -> list[str]:
        """The words."""
        return text.split()

    def expand(self, piece: str) -> tuple[str, ...]:
        """The word itself."""
        return (piece,)

    def terms(self, text: str) -> list[str]:
        """The words."""
        return text.split()


def rank_bm25(corpus: Corpus, directory: Path) -> Search:
    from rank_bm25 import BM25Okapi

    del directory
    engine = BM25Okapi([text.split() for text in corpus.texts()])
    return lambda questions: [np.argsort(engine.get_scores(question.split()))[::-1][:K] for question in questions]


def bm25s(corpus: Corpus, directory: Path, backend: str) -> Search:
    import bm25s as library

    from xrag.retrievers.scoring import K1, B

    building = library.BM25(method="lucene", k1=K1, b=B, backend=backend)
    building.index([text.split() for text in corpus.texts()], show_progress=False)
    building.save(directory / "index")
    engine = library.BM25.load(directory / "index", mmap=True)
    return lambda questions: engine.retrieve([q.split() for q in questions], k=K, show_progress=False)


def tantivy(corpus: Corpus, directory: Path) -> Search:
    import tantivy as library

    schema = library.SchemaBuilder()
    schema.add_text_field("text", stored=False, tokenizer_name="whitespace", index_option="freq")
    schema.add_integer_field("number", stored=True)
    (directory / "index").mkdir()
    index = library.Index(schema.build(), path=str(directory / "index"))
    writer = index.writer(heap_size=200_000_000, num_threads=1)
    for number, text in enumerate(corpus.texts()):
        writer.add_document(library.Document(text=text, number=number))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def one(question: str) -> list[tuple[float, object]]:
        hits = searcher.search(index.parse_query(question, ["text"]), K).hits
        return [(score, searcher.doc(address)["number"]) for score, address in hits]

    return lambda questions: [one(question) for question in questions]


def xrag(corpus: Corpus, directory: Path, *, analyzer: object, compiled_from: int) -> Search:
    from xrag.retrievers import kernels
    from xrag.retrievers.build import write_partition
    from xrag.retrievers.partition import Partition

    kernels.COMPILED_FROM = compiled_from
    write_partition(directory / "index", corpus, analyzer)
    opened = Partition.open(directory / "index", analyzer)
    return lambda questions: opened.search([analyzer.terms(question) for question in questions], K)


def _analysed(corpus: Corpus, directory: Path) -> Search:
    from xrag.retrievers.analyzers import analyzer_of
    from xrag.retrievers.kernels import COMPILED_FROM

    return xrag(corpus, directory, analyzer=analyzer_of("en"), compiled_from=COMPILED_FROM)


ENGINES: dict[str, Callable[[Corpus, Path], Search]] = {
    "rank-bm25": rank_bm25,
    "tantivy": tantivy,
    "bm25s-numpy": lambda corpus, directory: bm25s(corpus, directory, "numpy"),
    "bm25s-numba": lambda corpus, directory: bm25s(corpus, directory, "numba"),
    "xrag-numpy": lambda corpus, directory: xrag(corpus, directory, analyzer=Spaces(), compiled_from=sys.maxsize),
    "xrag-numba": lambda corpus, directory: xrag(corpus, directory, analyzer=Spaces(), compiled_from=0),
    "xrag-analysed": _analysed,
}


def measure(engine: str, size: int, queries: int) -> dict[str, float]:
    """One engine at one size, in this process."""
    corpus = Corpus(size)
    with TemporaryDirectory() as directory:
        start = time.perf_counter()
        search = ENGINES[engine](corpus, Path(directory))
        build = time.perf_counter() - start - corpus.seconds
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        disk = sum(path.stat().st_size for path in Path(directory).rglob("*") if path.is_file()) / 1e6
        questions = corpus.questions(min(queries, 20) if engine == "rank-bm25" and size > 10_000 else queries)
        start = time.perf_counter()
        search(questions[:1])
        first = time.perf_counter() - start
        search(questions)
        start = time.perf_counter()
        search(questions)
        qps = len(questions) / (time.perf_counter() - start)
        p50 = float(np.median([_seconds(search, question) for question in questions]))
    return {"build": build, "disk": disk, "peak": peak, "first": 1e3 * first, "p50": 1e3 * p50, "qps": qps}


def _seconds(search: Search, question: str) -> float:
    start = time.perf_counter()
    search([question])
    return time.perf_counter() - start


def in_a_process(engine: str, size: int, queries: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--worker", engine, "--sizes", str(size), "--queries", str(queries)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def report(sizes: Sequence[int], engines: Sequence[str], queries: int) -> None:
    rows = []
    p50s: dict[tuple[str, int], float] = {}
    for size in sizes:
        for engine in engines or [name for name in ENGINES if name != "rank-bm25" or size <= 100_000]:
            found = in_a_process(engine, size, queries)
            p50s[engine, size] = found["p50"]
            disk = f"{found['disk']:.0f}" if found["disk"] else "–"
            cells = [f"{found['build']:.1f}", disk, f"{found['peak']:.0f}"]
            rows.append(
                [
                    f"{size:,}",
                    engine,
                    *cells,
                    *(f"{found[name]:.2f}" for name in ("first", "p50")),
                    f"{found['qps']:.0f}",
                ]
            )
            print(" · ".join(rows[-1]), file=sys.stderr)
    print(table(["passages", "engine", "build s", "disk MB", "peak MB", "first query ms", "p50 ms", "QPS"], rows))
    for backend in ("numpy", "numba"):
        pairs = [(size, p50s.get((f"xrag-{backend}", size)), p50s.get((f"bm25s-{backend}", size))) for size in sizes]
        ratios = [f"{ours / bare:.2f} at {size:,}" for size, ours, bare in pairs if ours and bare]
        if ratios:
            print(f"\nxrag / bare bm25s on the same tokens, {backend}, p50: {', '.join(ratios)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", type=int, default=[10_000, 100_000])
    parser.add_argument("--engines", nargs="+", choices=ENGINES)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--worker", choices=ENGINES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        print(json.dumps(measure(options.worker, options.sizes[0], options.queries)))
    else:
        report(options.sizes, options.engines or (), options.queries)


if __name__ == "__main__":
    main()
