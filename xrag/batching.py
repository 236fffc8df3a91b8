"""Batches for a model: items of alike length together, the longest first, so that what cannot fit shows at once."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

Result = TypeVar("Result")

_log = logging.getLogger(__name__)


def longest_first(
    lengths: Sequence[int],
    size: int,
    run: Callable[[list[int]], Result],
    *,
    full: type[Exception],
    most: int = sys.maxsize,
) -> Iterator[tuple[list[int], Result]]:
    """Run over the places of all items, ``size`` at a time; gives the places of each batch with its result.

    A batch is smaller where the longest item, as often as there are items, is more than ``most``.
    A batch for which the memory has no room (``run`` raises ``full``) is halved, and so are those after it; what does not fit
    alone raises.
    """
    order = sorted(range(len(lengths)), key=lambda place: -lengths[place])
    at = 0
    while at < len(order):
        fitting = max(most // max(lengths[order[at]], 1), 1)
        places = order[at : at + min(size, fitting)]
        try:
            result = run(places)
        except full:
            if len(places) == 1:
                raise
            size = (len(places) + 1) // 2
            _log.warning("there is no memory for %d texts at once: going on with %d", len(places), size)
            continue
        at += len(places)
        yield places, result
