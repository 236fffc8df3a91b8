"""Progress: a bar with rate and time left on a terminal, a line now and then elsewhere, on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

import click

from xrag.cli._terminal import Screen, cut
from xrag.index import Progress

Show: TypeAlias = Callable[[Progress], None]

LINE_EVERY = 10.0
WIDE = 72
STAGES = {"reading": "Reading", "building": "Building", "encoding": "Encoding"}


@contextmanager
def showing_progress() -> Iterator[Show]:
    """Something to hand to ``build_index``; it cleans up after itself when the block ends."""
    screen = Screen.of(sys.stderr)
    if not screen.terminal:
        yield _Lines()
        return
    with _bar(screen) as show:
        yield show


@contextmanager
def showing_steps() -> Iterator[Callable[[str], None]]:
    """Something to tell each step, in a few words, where nobody knows how long one takes."""
    screen = Screen.of(sys.stderr)
    last = time.monotonic()

    def show(step: str) -> None:
        nonlocal last
        if screen.terminal:
            click.echo(f"\r\033[K{cut(step, (screen.width or 80) - 1)}", nl=False, err=True)
        elif time.monotonic() - last >= LINE_EVERY:
            last = time.monotonic()
            click.echo(step, err=True)

    try:
        yield show
    finally:
        if screen.terminal:
            click.echo("\r\033[K", nl=False, err=True)


class _Lines:
    """A plain line every ten seconds, so that a log shows that work goes on."""

    def __init__(self, every: float = LINE_EVERY) -> None:
        self._every = every
        self._last = time.monotonic()

    def __call__(self, at: Progress) -> None:
        now = time.monotonic()
        if now - self._last >= self._every:
            self._last = now
            share = 100 * at.done // max(at.total, 1)
            click.echo(f"{STAGES[at.stage]} {cut(at.what, 40)}: {share} %, {at.passages:,} passages", err=True)


@contextmanager
def _bar(screen: Screen) -> Iterator[Show]:
    from rich import progress as bars  # noqa: PLC0415 - a third of a second that only a terminal needs
    from rich.console import Console  # noqa: PLC0415

    unit = " passages/s" if (screen.width or 80) >= WIDE else "/s"
    columns: list[bars.ProgressColumn] = [
        bars.TextColumn("{task.description}", markup=False),
        bars.BarColumn(bar_width=max(8, min(30, (screen.width or 80) - 50))),
        bars.TaskProgressColumn(),
        bars.TextColumn("{task.fields[rate]}", markup=False),
        bars.TimeRemainingColumn(compact=True),
    ]
    console = Console(stderr=True, no_color=not screen.colour, highlight=False)
    with bars.Progress(*columns, console=console, transient=True) as bar:
        tasks: dict[str, tuple[bars.TaskID, float]] = {}

        def show(at: Progress) -> None:
            if at.stage not in tasks:
                for task, _ in tasks.values():
                    bar.update(task, visible=False)
                tasks[at.stage] = bar.add_task(STAGES[at.stage], total=at.total, rate=""), time.monotonic()
            task, started = tasks[at.stage]
            rate = at.passages / max(time.monotonic() - started, 0.001)
            bar.update(task, completed=at.done, total=at.total, rate=f"{rate:,.0f}{unit}")

        yield show
