"""Contexts that a benchmark gives in place of a search: the judged passages of each question, as XRAG and NoMIRACL ask.

``oracle``: those that are relevant; ``distracting``: those that were judged and are not; ``mixed``: both, in an order that has
nothing to do with which is which and is the same each time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

from xrag.types import Example, Hit, Ranking

_WANTED: Mapping[str, Callable[[int], bool]] = {
    "oracle": lambda grade: grade > 0,
    "distracting": lambda grade: grade <= 0,
    "mixed": lambda _: True,
}
GIVEN = tuple(_WANTED)


def given(which: str, example: Example, k: int) -> Ranking:
    """At most ``k`` of the judged passages of an example, with scores that say nothing but their order."""
    ids = [passage for passage, grade in example.qrels.items() if _WANTED[which](grade)]
    shuffled = sorted(ids, key=lambda one: hashlib.sha256(f"{example.query.id}\0{one}".encode()).digest())
    return tuple(Hit(one, 1 / rank) for rank, one in enumerate(shuffled[:k], start=1))
