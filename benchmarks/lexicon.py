"""How well the embedded lexicon finds passages across languages: one table per command.

    python benchmarks/lexicon.py english              questions of XQuAD-R over its 240 English paragraphs
    python benchmarks/lexicon.py english --distractors    ... with the passages of AfriQA among them
    python benchmarks/lexicon.py any                  every language's questions over every language's paragraphs
    python benchmarks/lexicon.py afriqa               AfriQA dev over its English passages
    python benchmarks/lexicon.py xor                  XOR QA's questions over their English translations
    python benchmarks/lexicon.py apertium             Spanish questions beside Apertium's translations of them
    python benchmarks/lexicon.py causes               why the English paragraph was missed
    python benchmarks/lexicon.py steps                XQuAD-R without one step of the search each
    python benchmarks/lexicon.py speed                questions a second, beside bm25s with the English question
    python benchmarks/lexicon.py first                the first question of a process: its time, and the memory that it takes
    python benchmarks/lexicon.py tatoeba --sources DIR    held-out sentences of Tatoeba: on these constants are chosen
    python benchmarks/lexicon.py without --sources DIR    XQuAD-R with lexicons that lack one kind of source each

Every table stands beside the question as it stands (untranslated) and the English or human-translated question (the bound).
Nothing of XQuAD-R, AfriQA and XOR QA is in the lexicon, nor was any constant chosen on them.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).resolve().parent))

from questions import XQUAD_LANGUAGES, Asked, afriqa, recall, reciprocal_rank, shared_data, table, xquad

from xrag import registry
from xrag.protocols import Retriever, Translator
from xrag.retrievers import RetrieverContext, build_partition, psq, translating
from xrag.retrievers.fusion import Fusion, Member
from xrag.retrievers.partition import Partition
from xrag.retrievers.pool import open_partitions
from xrag.testing import MemoryStore
from xrag.translators import lexicon, recipe
from xrag.translators.apertium import ApertiumTranslator
from xrag.translators.compounds import has_compounds
from xrag.translators.drafting import Draft, draft
from xrag.translators.keys import is_spaced
from xrag.translators.lexicon import LexiconTranslator
from xrag.translators.pivots import english_stem, is_function_word
from xrag.translators.sources.catalogue import chosen
from xrag.types import Passage, Query, TermTranslation

FOREIGN = tuple(language for language in XQUAD_LANGUAGES if language != "en")
XOR_LANGUAGES = ("ar", "bn", "fi", "ja", "ko", "ru", "te")
HELD_OUT = 4
"""Every so many-th sentence pair of Tatoeba."""


class Bench:
    """Passages of one language, indexed once, and the retrievers over them."""

    def __init__(self, passages: Sequence[Passage], translator: Translator, folder: Path) -> None:
        self._store = MemoryStore(passages)
        languages = sorted({passage.language for passage in passages})
        paths = {language: folder / language for language in languages}
        for language, path in paths.items():
            build_partition(path, self._store, language)
        self.context = RetrieverContext(self._store, paths, translator)

    def retriever(self, name: str) -> Retriever:
        """The retriever of that name."""
        return registry.load("retriever", name)(self.context)


def scores(retriever: Retriever, asked: Asked) -> tuple[float, float, float]:
    rankings = retriever.search(asked.queries, 10)
    return recall(rankings, asked.gold, 1), recall(rankings, asked.gold, 5), reciprocal_rank(rankings, asked.gold)


def cell(values: Sequence[float]) -> str:
    return " / ".join(f"{value:.1f}" for value in values)


def mean(rows: Iterable[Sequence[float]]) -> list[float]:
    columns = list(zip(*rows, strict=True))
    return [sum(column) / len(column) for column in columns]


def compared(bench: Bench, asked: Mapping[str, tuple[Asked, Asked]], columns: Mapping[str, str]) -> str:
    """A row per language: its questions through each retriever, then the English ones; and the mean."""
    retrievers = {title: bench.retriever(name) for title, name in columns.items()}
    bound = bench.retriever("bm25")
    rows = {
        language: [*(scores(retriever, own) for retriever in retrievers.values()), scores(bound, english)]
        for language, (own, english) in asked.items()
    }
    lines = [[language, *map(cell, found)] for language, found in rows.items()]
    means = [cell(mean(column)) for column in zip(*rows.values(), strict=True)]
    return table(["R@1 / R@5 / RR@10, %", *retrievers, "English question"], [*lines, ["mean", *means]])


COLUMNS = {"untranslated": "bm25", "translated": "translated", "lexicon (psq)": "psq", "lexicon (dual)": "dual"}


def english(options: argparse.Namespace, folder: Path) -> str:
    paragraphs, bound = xquad("en")
    passages = [*paragraphs, *afriqa()[0]] if options.distractors else paragraphs
    asked = {language: (xquad(language)[1], bound) for language in FOREIGN}
    return compared(Bench(passages, options.translator, folder), asked, COLUMNS)


def any_to_any(options: argparse.Namespace, folder: Path) -> str:
    rows = []
    for passage_language in XQUAD_LANGUAGES:
        passages, _ = xquad(passage_language)
        retriever = Bench(passages, options.translator, folder / passage_language).retriever("dual")
        found = [f"{scores(retriever, xquad(language)[1])[0]:.1f}" for language in XQUAD_LANGUAGES]
        rows.append([passage_language, *found])
    return table(["R@1, %: passages ↓ questions →", *XQUAD_LANGUAGES], rows)


def african(options: argparse.Namespace, folder: Path) -> str:
    passages, asked = afriqa()
    return compared(Bench(passages, options.translator, folder), asked, COLUMNS)


def xor(options: argparse.Namespace, folder: Path) -> str:
    rows = []
    for language in XOR_LANGUAGES:
        path = shared_data() / "xor-qa" / "parallel" / f"{language}-en"
        own, translated = (path.with_suffix(f".{tag}").read_text("utf-8").splitlines() for tag in (language, "en"))
        numbers = {text: f"{n}" for n, text in enumerate(dict.fromkeys(translated))}
        asked = Asked(
            [Query(f"{n}", text, language) for n, text in enumerate(own)], [numbers[text] for text in translated]
        )
        bench = Bench(
            [Passage(number, text, "en") for text, number in numbers.items()], options.translator, folder / language
        )
        rows.append(
            [language, f"{len(own)}", *(cell(scores(bench.retriever(name), asked)) for name in COLUMNS.values())]
        )
    return table(["R@1 / R@5 / RR@10, %", "questions", *COLUMNS], rows)


def apertium(options: argparse.Namespace, folder: Path) -> str:
    """Spanish, the one language that Apertium puts into English and XQuAD-R asks in."""
    paragraphs, bound = xquad("en")
    own = xquad("es")[1]
    bench = Bench(paragraphs, options.translator, folder)
    literal = bench.retriever("bm25")
    by_rules = registry.load("retriever", "translated")(replace(bench.context, translator=ApertiumTranslator()))
    by_words = bench.retriever("psq")
    columns = {
        "untranslated": scores(literal, own),
        "Apertium": scores(by_rules, own),
        "lexicon (dual)": scores(bench.retriever("dual"), own),
        "Apertium + lexicon": scores(Fusion([Member("rules", by_rules), Member("words", by_words)]), own),
        "English question": scores(literal, bound),
    }
    return table(["R@1 / R@5 / RR@10, %", *columns], [["es", *map(cell, columns.values())]])


def steps(options: argparse.Namespace, folder: Path) -> str:
    """Recall@1 on the English paragraphs, with one step of translation or search left out at a time."""
    paragraphs, _ = xquad("en")
    bench = Bench(paragraphs, options.translator, folder)
    rows = []
    for title, (name, patches) in STEPS.items():
        with ExitStack() as stack:
            for place, attribute, value in patches:
                stack.enter_context(patch.object(place, attribute, value))
            fresh = replace(bench.context, translator=LexiconTranslator(options.lexicon))
            retriever = registry.load("retriever", name)(fresh)
            found = [scores(retriever, xquad(language)[1])[0] for language in options.languages]
        rows.append([title, *(f"{value:.1f}" for value in found), f"{sum(found) / len(found):.1f}"])
    return table(["R@1, %", *options.languages, "mean"], rows)


STEPS: Mapping[str, tuple[str, Sequence[tuple[object, str, object]]]] = {
    "all": ("dual", ()),
    "without the question as it stands (psq)": ("psq", ()),
    "the likeliest alternatives alone (translated)": ("translated", ()),
    "without names and borrowed words by their sound": (
        "dual",
        [(translating, "named", lambda _, __, translation: translation)],
    ),
    "without forms that no stemmer knows": ("dual", [(lexicon, "inflected", lambda *_: None)]),
    "without words that share a stem told apart": ("dual", [(lexicon, "exact_entry", lambda *_: None)]),
    "without compounds": ("dual", [(lexicon, "has_compounds", lambda _: False)]),
    "without pruning by what the passages hold": ("dual", [(psq, "held", lambda _, candidates: candidates)]),
    "probabilities to the power of 1": ("dual", [(psq, "_SHARPNESS", 1.0)]),
    "n-grams as much as stems": ("dual", [(psq, "_PART_OF_WORD", 1.0)]),
}


def causes(options: argparse.Namespace, folder: Path) -> str:
    """Misses of the lexicon where the English question finds the paragraph, by the rarest word of that which it lacked."""
    paragraphs, bound = xquad("en")
    bench = Bench(paragraphs, options.translator, folder)
    [partition] = open_partitions(bench.context)
    retriever, literal = bench.retriever("dual"), bench.retriever("bm25")
    found_in_english = literal.search(bound.queries, 1)
    kinds = ("no entry", "segmentation", "morphology", "wrong sense", "name", "none: ranked lower")
    rows = []
    for language in FOREIGN:
        own = xquad(language)[1]
        rankings = retriever.search(own.queries, 1)
        counted: Counter[str] = Counter()
        for query, original, gold, ranking, bounded in zip(
            own.queries, bound.queries, own.gold, rankings, found_in_english, strict=True
        ):
            if bounded and bounded[0].passage_id == gold and not (ranking and ranking[0].passage_id == gold):
                terms = options.translator.translate([query.text], language, "en")[0].terms
                counted[cause(terms, original.text, language, partition)] += 1
        rows.append([language, f"{counted.total()}", *(f"{counted[kind]}" for kind in kinds)])
    return table(["", "misses", *kinds], rows)


def cause(terms: Sequence[TermTranslation], original: str, language: str, partition: Partition) -> str:
    said = {english_stem(word) for term in terms for c in term.candidates for word in c.text.split()}
    words = [word.strip("?.,!'\"()") for word in original.split()]
    lacking = [w for w in words if w and not is_function_word(w) and english_stem(w) not in said and partition.holds(w)]
    if not lacking:
        return "none: ranked lower"
    rarest = min(lacking, key=lambda word: partition.frequency(english_stem(word)))
    if rarest[0].isupper() and rarest != words[0]:
        return "name"
    unknown = [term for term in terms if term.candidates[0].text == term.term]
    guessed = [term for term in terms if term.term in {c.text for c in term.candidates[1:]}]
    if unknown:
        return "no entry" if is_spaced(language) else "segmentation"
    return "morphology" if guessed or (has_compounds(language) and len(rarest) > 12) else "wrong sense"


def speed(options: argparse.Namespace, folder: Path) -> str:
    import bm25s

    paragraphs, bound = xquad("en")
    passages = [replace(passage, id=f"{n}-{passage.id}") for n in range(options.copies) for passage in paragraphs]
    bench = Bench(passages, options.translator, folder)
    peer = bm25s.BM25.load(folder / "en", mmap=True, load_vocab=False)
    [partition] = open_partitions(bench.context)
    rows = []
    for language in FOREIGN:
        own = xquad(language)[1].queries[: options.questions]
        for name in ("psq", "dual"):
            retriever = bench.retriever(name)
            retriever.search(own[:50], 10)
            rows.append([language, name, f"{rate(lambda r=retriever, q=own: r.search(q, 10), len(own)):.0f}"])
    terms = [
        [partition.dictionary.number(term) for term in partition.analyzer.terms(q.text)]
        for q in bound.queries[: options.questions]
    ]
    known = [[number for number in query if number >= 0] for query in terms]
    rows.append(
        ["en", "bare bm25s", f"{rate(lambda: [peer.get_scores_from_ids(query) for query in known], len(known)):.0f}"]
    )
    return f"{len(passages)} passages\n\n" + table(["questions in", "engine", "questions/s"], rows)


def rate(action: Callable[[], object], n: int) -> float:
    start = time.perf_counter()
    action()
    return n / (time.perf_counter() - start)


def first(options: argparse.Namespace, _: Path) -> str:
    """One process per row: the tables of its languages are opened and a question of each is translated into English."""
    rows = []
    for languages in (*((language,) for language in options.languages), ("ar", "ja", "ru")):
        asked = {language: FIRST.get(language) or xquad(language)[1].queries[0].text for language in languages}
        done = subprocess.run(
            [sys.executable, "-c", _FIRST, json.dumps(asked)], capture_output=True, text=True, check=True
        )
        milliseconds, megabytes = done.stdout.split()
        rows.append([" ".join(languages), milliseconds, megabytes])
    return table(["questions in", "ms", "MB"], rows)


FIRST = {"ja": "ブラジルの首都はどこですか？"}
_FIRST = """
import json, sys, time
from pathlib import Path
from xrag.translators.lexicon import LexiconTranslator
asked = json.loads(sys.argv[1])
def taken():
    pages = Path("/proc/self/smaps_rollup").read_text().split("Anonymous:")[1].split()[0]
    return int(pages) / 1000
lexicon = LexiconTranslator()
lexicon.translate(["river"], "en", "en")
before, start = taken(), time.perf_counter()
for language, text in asked.items():
    lexicon.translate([text], language, "en")
print(f"{1000 * (time.perf_counter() - start):.0f} {taken() - before:.0f}")
"""


def tatoeba(options: argparse.Namespace, folder: Path) -> str:
    """Held-out sentences over the English of all held-out sentences, with a lexicon built without them."""
    made = ingredients(options, folder)
    titles = recipe.frequent_titles(made)
    parts, held = {}, {}
    for language in options.languages:
        known = recipe.gathered(made, language)
        learnt = [pair for n, pair in enumerate(known.sentences) if n % HELD_OUT != HELD_OUT - 1]
        held[language] = known.sentences[HELD_OUT - 1 :: HELD_OUT]
        parts[language] = saved(draft(language, replace(known, sentences=learnt), titles), folder / f"{language}.tsv")
    written(folder / "lexicon", parts)
    numbers = {text: f"{n}" for n, text in enumerate(sorted({text for pairs in held.values() for _, text in pairs}))}
    passages = [Passage(number, text, "en") for text, number in numbers.items()]
    bench = Bench(passages, LexiconTranslator(folder / "lexicon"), folder / "partitions")
    asked = {
        language: (
            Asked([Query(f"{n}", text, language) for n, (text, _) in enumerate(pairs)], [numbers[e] for _, e in pairs]),
            Asked([Query(f"{n}", text, "en") for n, (_, text) in enumerate(pairs)], [numbers[e] for _, e in pairs]),
        )
        for language, pairs in held.items()
    }
    return compared(bench, asked, COLUMNS)


def ingredients(options: argparse.Namespace, folder: Path) -> recipe.Ingredients:
    if options.sources is None:
        raise SystemExit("name the folder of the sources with --sources (see docs/lexicon.md)")
    drafts = folder / "drafts"
    drafts.mkdir()
    return recipe.Ingredients(options.sources, tuple(chosen()), drafts)


def without(options: argparse.Namespace, folder: Path) -> str:
    paragraphs, _ = xquad("en")
    whole = ingredients(options, folder)
    titles = recipe.frequent_titles(whole)
    kinds = ("", "titles", "dictionary", "wordnet", "wordnet-from-wiktionary", "parallel")
    rows = []
    for kind in kinds:
        made = replace(whole, sources=tuple(row for row in whole.sources if row.kind != kind))
        parts = {
            language: saved(draft(language, recipe.gathered(made, language), titles), folder / f"{kind}-{language}.tsv")
            for language in options.languages
        }
        written(folder / f"lexicon-{kind}", parts)
        bench = Bench(paragraphs, LexiconTranslator(folder / f"lexicon-{kind}"), folder / f"partitions-{kind}")
        found = [scores(bench.retriever("dual"), xquad(language)[1])[0] for language in options.languages]
        rows.append(
            [
                f"without {kind}" if kind else "all",
                *(f"{value:.1f}" for value in found),
                f"{sum(found) / len(found):.1f}",
            ]
        )
    return table(["R@1, %", *options.languages, "mean"], rows)


def saved(made: Draft, path: Path) -> recipe.Part:
    made.save(path)
    return recipe.Part(path, ())


def written(directory: Path, parts: Mapping[str, recipe.Part]) -> None:
    with ThreadPoolExecutor(1) as pool:
        recipe.write(directory, parts, {}, recipe.no_progress, pool=pool)


TABLES = {
    "english": english,
    "any": any_to_any,
    "afriqa": african,
    "xor": xor,
    "apertium": apertium,
    "causes": causes,
    "steps": steps,
    "speed": speed,
    "first": first,
    "tatoeba": tatoeba,
    "without": without,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", choices=TABLES)
    parser.add_argument("--lexicon", type=Path, help="the directory of another lexicon than the one in use")
    parser.add_argument("--distractors", action="store_true")
    parser.add_argument("--sources", type=Path, help="the folder of the published sources")
    parser.add_argument("--languages", nargs="+", default=FOREIGN)
    parser.add_argument("--questions", type=int, help="speed: how many questions of each language (all)")
    parser.add_argument("--copies", type=int, default=1, help="speed: how often the paragraphs are indexed")
    options = parser.parse_args()
    options.translator = LexiconTranslator(options.lexicon)
    start = time.perf_counter()
    with TemporaryDirectory() as folder:
        print(TABLES[options.table](options, Path(folder)))
    print(f"\n{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
