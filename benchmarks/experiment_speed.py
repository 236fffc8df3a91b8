"""What an experiment costs beside its searches and generations, and how fast and large its report is.

python benchmarks/experiment_speed.py [--questions 10000]

Processor seconds. The overhead is that of a run whose passages are given and whose generator answers at once; the report is
that of five setups with a hundred hits a question, whose results are written as a run writes them.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from xrag.experiments import components
from xrag.experiments.directory import answers, searches
from xrag.experiments.page import page
from xrag.experiments.plan import Cell, Plan, make_plan
from xrag.experiments.running import run
from xrag.experiments.scores import score
from xrag.experiments.spec import read_experiment
from xrag.experiments.tables import FORMATS
from xrag.testing import FakeGenerator

LANGUAGES = {
    "ar": "ما هي عاصمة البلد",
    "de": "Was ist die Hauptstadt",
    "en": "What is the capital",
    "ru": "Какая столица",
    "zh": "首都是哪里",
}
PASSAGES, HITS, SETUPS, WORDS = 2000, 100, 5, 100
VOCABULARY = [f"{stem}{i}" for stem in ("river", "city", "Fluss", "город", "музей") for i in range(400)]
SPEC = """
title = "Synthetic"
form = "jsonl"
licence = "none"
citation = "none"
homepage = "none"
revision = "1"
languages = ["ar", "de", "en", "ru", "zh"]
[splits.test.files]
questions = "questions.jsonl"
passages = "passages.jsonl"
"""
Found = TypeVar("Found")


def main() -> None:
    given = argparse.ArgumentParser()
    given.add_argument("--questions", type=int, default=10_000)
    count = given.parse_args().questions
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        lay(folder, count)
        overhead(folder, min(count, 2000))
        report(folder)


def lay(folder: Path, count: int) -> None:
    chance = random.Random(0)
    texts = [" ".join(chance.choices(VOCABULARY, k=WORDS)) for _ in range(PASSAGES)]
    tags = list(LANGUAGES)
    passages = [{"id": f"p{i}", "text": text, "language": tags[i % len(tags)]} for i, text in enumerate(texts)]
    questions = []
    for i in range(count):
        tag, number = tags[i % len(tags)], chance.randrange(PASSAGES)
        gold = texts[number].split()[3]
        asked = f"{LANGUAGES[tag]} {gold}?"
        questions.append({"id": str(i), "question": asked, "language": tag, "answers": [gold], "qrels": [f"p{number}"]})
    for name, rows in (("passages", passages), ("questions", questions)):
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    (folder / "own.toml").write_text(SPEC, encoding="utf-8")


def planned(folder: Path, setups: str, limit: str = "") -> Plan:
    head = f'[[benchmarks]]\nname = "own"\npath = "{folder}/own.toml"\nfolder = "{folder}"\n{limit}'
    (folder / "experiment.toml").write_text(f'name = "speed"\n{head}{setups}', encoding="utf-8")
    return make_plan(read_experiment(folder / "experiment.toml"))


def overhead(folder: Path, count: int) -> None:
    setup = '[[setups]]\nname = "given"\ngiven = "oracle"\ngenerator = "extractive"\npolicy = "off"\n'
    plan = planned(folder, setup, f"limit = {count // len(LANGUAGES)}\n")
    components.generator = lambda *_: FakeGenerator(("It is here [1].",))  # type: ignore[assignment]
    run(planned(folder, setup, "limit = 1\n"), folder / "first")
    seconds, wall, _ = timed(lambda: run(plan, folder / "out"))
    n = len(plan.cells[0].queries)
    told = f"{seconds / n * 1000:.2f} ms a question ({wall / n * 1000:.2f} ms by the clock)"
    print(f"| overhead of the runner, {n:,} questions | {told} |")


def report(folder: Path) -> None:
    setups = "".join(
        f'[[setups]]\nname = "s{i}"\nretriever = "bm25"\nk = {100 + i}\ngenerator = "extractive"\n'
        for i in range(SETUPS)
    )
    plan = planned(folder, setups)
    write_results(plan, folder / "out")
    scoring, _, _ = timed(lambda: score(plan, folder / "out"))
    seconds, _, rows = timed(lambda: score(plan, folder / "out"))
    drawing, _, html = timed(lambda: page(plan, rows, folder / "out"))
    n = f"{SETUPS} setups × {len(plan.cells[0].queries):,} questions"
    print(f"| figures of {n}, made once and kept | {scoring:.1f} s |")
    print(f"| the same as they were kept, with the tests between setups | {seconds:.1f} s |")
    print(f"| tables of them | {timed(lambda: [form(rows) for form in FORMATS.values()])[0]:.1f} s |")
    print(f"| the page of them | {drawing:.1f} s, {len(html.encode()) / 1e6:.1f} MB |")


def write_results(plan: Plan, directory: Path) -> None:
    """Results as a run leaves them; the index is there already."""
    chance = random.Random(1)
    (directory / "indexes").mkdir(parents=True, exist_ok=True)
    for cell in plan.cells:
        ids = [chance.sample(range(PASSAGES), HITS) for _ in cell.queries]
        hits = [[[f"p{i}", round(chance.random() * 30, 6)] for i in one] for one in ids]
        rows = [{"id": q.id, "hits": found, "seconds": 0.01} for q, found in zip(cell.queries, hits, strict=True)]
        searches(cell, directory).append(rows)
        answers(cell, directory).append([answer(cell, i, chance) for i in range(len(cell.queries))])


def answer(cell: Cell, i: int, chance: random.Random) -> dict[str, object]:
    query = cell.queries[i]
    gold = query.text.split()[-1].rstrip("?") if chance.random() < 0.5 else ""
    text = f"{' '.join(chance.choices(VOCABULARY, k=25))} {gold} [1]."
    attempts = [{"text": text, "language": query.language, "accepted": True, "reason": "in the language asked for"}]
    record: dict[str, object] = {
        "id": query.id,
        "text": text,
        "language": query.language,
        "abstained": False,
        "context": ["p1"],
    }
    return record | {"attempts": attempts, "prompt_tokens": 900, "completion_tokens": 40, "seconds": 0.2}


def timed(do: Callable[[], Found]) -> tuple[float, float, Found]:
    processor, wall = time.process_time(), time.perf_counter()
    found = do()
    return time.process_time() - processor, time.perf_counter() - wall, found


if __name__ == "__main__":
    main()
