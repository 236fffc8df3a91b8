"""How fast answers and retrieved texts are scored, on one core: processor seconds, whatever else the machine does.

python benchmarks/scoring_speed.py          # NLTK_DATA must name a folder with Punkt for the official figure
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence

from nltk.tokenize import word_tokenize

from xrag.errors import InputError
from xrag.eval import kilotokens
from xrag.eval.answers import EM, F1
from xrag.eval.fidelity import judge
from xrag.eval.official import xor_retrieve
from xrag.eval.predictions import Prediction
from xrag.types import Example, Query

ANSWERS, QUESTIONS, PASSAGES, WORDS, POOL = 20_000, 2_110, 100, 100, 5_000
SENTENCE = ["Die", "Hauptstadt", "von", "Österreich", "ist", "Wien", "und", "liegt", "an", "der", "schönen", "Donau"]


def timed(do: Callable[[], object]) -> float:
    started = time.process_time()
    do()
    return time.process_time() - started


def as_published(found: Mapping[str, Sequence[str]], examples: Sequence[Example]) -> int:
    """The hits, counted as the published script goes about it: every passage is cut anew, for each question and budget."""
    hits = 0
    for budget in xor_retrieve.BUDGETS:
        for one in examples:
            tokens: list[str] = []
            for text in found[one.query.id]:
                tokens += word_tokenize(text)
                if len(tokens) >= budget:
                    break
            text = " ".join(tokens[:budget])
            hits += any(answer in text for answer in one.gold_answers)
    return hits


def main() -> None:
    chance = random.Random(0)
    texts = [f"{' '.join(chance.sample(SENTENCE, 6))} {i}" for i in range(ANSWERS)]
    seconds = timed(lambda: [(EM.compare(text, "Köln", "de"), F1.compare(text, "Köln", "de")) for text in texts])
    print(f"| EM and F1 of an answer | {ANSWERS / seconds:,.0f}/s |")
    seconds = timed(lambda: [judge(text, "de") for text in texts])
    print(f"| language of an answer | {ANSWERS / seconds:,.0f}/s |")

    vocabulary = [f"{chance.choice(SENTENCE)}{chance.randrange(5000)}" for _ in range(20_000)]
    pool = [" ".join(chance.choices(vocabulary, k=WORDS)) + "." for _ in range(POOL)]
    found = {str(i): tuple(chance.sample(pool, PASSAGES)) for i in range(QUESTIONS)}
    examples = [Example(Query(key, "?", "te"), (chance.choice(vocabulary),), "en") for key in found]
    seconds = timed(lambda: kilotokens.score(found, examples))
    print(f"| R@2kt and R@5kt, {QUESTIONS:,} questions × {PASSAGES} passages, corrected | {seconds:.1f} s |")
    predictions = [Prediction(key, None, contexts, fields={"lang": "te"}) for key, contexts in found.items()]
    try:
        seconds = timed(lambda: xor_retrieve.score(predictions, examples))
    except InputError as error:
        print(f"| the same, official | {error} |")
    else:
        print(f"| the same, official | {seconds:.1f} s |")
        seconds = timed(lambda: as_published(found, examples))
        print(f"| the same, as the published script goes about it | {seconds:.1f} s |")


if __name__ == "__main__":
    main()
