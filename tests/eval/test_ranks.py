"""The measures from ranks alone are those of ir_measures."""

from __future__ import annotations

import random

import pytest

from xrag.errors import UsageError
from xrag.eval import ranks, retrieval
from xrag.types import Example, Hit, Query

MEASURES = ("R@1", "R@10", "R@100", "RR@10", "nDCG@10", "nDCG@3")


def drawn(seed: int) -> tuple[dict[str, list[str]], list[Example]]:
    chance = random.Random(seed)
    pool = [f"p{i}" for i in range(60)]
    examples = [
        Example(
            Query(str(i), "?", chance.choice(["de", "th"])),
            qrels={key: chance.choice([0, 0, 1, 2, 3]) for key in chance.sample(pool, 8)},
        )
        for i in range(40)
    ]
    found = {one.query.id: chance.sample(pool, chance.randrange(0, 40)) for one in examples if chance.random() < 0.9}
    return found, examples


@pytest.mark.parametrize("seed", range(5))
def test_they_are_those_of_ir_measures(seed: int) -> None:
    found, examples = drawn(seed)
    hits = {key: tuple(Hit(one, 1 / rank) for rank, one in enumerate(ids, 1)) for key, ids in found.items()}
    official = retrieval.score(MEASURES, hits, examples)
    for result in ranks.score(MEASURES, found, examples):
        assert dict(result.per_query) == pytest.approx(dict(official[result.metric].per_query))
        assert result.value == pytest.approx(official[result.metric].value)


@pytest.mark.parametrize("name", ["AP", "R", "nDCG@x", "P@5"])
def test_another_measure_is_one_line(name: str) -> None:
    with pytest.raises(UsageError, match=f"'{name}' is none of R@k, RR@k, nDCG@k"):
        ranks.score([name], {}, [])
