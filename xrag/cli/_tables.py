"""Tables and figures for people."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len

from xrag import languages
from xrag.index import IndexReport
from xrag.types import UNDETERMINED, Json

if TYPE_CHECKING:
    from xrag.index import SparseReport, VectorReport


def language_table(counts: Mapping[str, int]) -> str:
    """A line for each language: tag, English name, passages, the share of all."""
    total = sum(counts.values()) or 1
    rows = [(tag, _name(tag), f"{count:,}", f"{100 * count / total:.1f} %") for tag, count in counts.items()]
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)] if rows else []
    return "\n".join(
        f"  {_left(t, widths[0])}  {_left(n, widths[1])}  {c:>{widths[2]}}  {s:>{widths[3]}}" for t, n, c, s in rows
    )


def columns(rows: Sequence[Sequence[str]], right: Collection[int] = ()) -> list[str]:
    """A line for each row, its cells in columns as wide as their widest cell, those named ``right`` flush right."""
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    return [
        "  "
        + "  ".join(
            f"{cell:>{w}}" if i in right else _left(cell, w)
            for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _left(text: str, width: int) -> str:
    return text + " " * (width - cell_len(text))


def _name(tag: str) -> str:
    return "undetermined" if tag == UNDETERMINED else languages.name(tag)


def many(count: int, what: str) -> str:
    """A number with what it counts: ``1 file``, ``2,000 files``."""
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def size(count: int) -> str:
    """Bytes as people read them, in powers of 1000."""
    amount = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "bytes" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"


def report_lines(report: IndexReport) -> list[str]:
    """The summary of an update: what was read, what was passed over."""
    found = report.corpus
    changes = [(len(found.added), "new"), (len(found.edited), "edited"), (len(found.removed), "gone")]
    changed = ", ".join(f"{count:,} {what}" for count, what in changes if count)
    files = f"{changed or 'no changes'}, {found.unchanged:,} unchanged" if found.unchanged else changed or "no changes"
    lines = [f"{many(found.passages, 'passage')} in {many(len(report.languages), 'language')}; files: {files}"]
    if found.duplicates:
        lines.append(f"{many(found.duplicates, 'duplicate')} left out")
    lines += [f"passed over: {skipped.reason}" for skipped in found.skipped[:SKIPPED_SHOWN]]
    if len(found.skipped) > SKIPPED_SHOWN:
        lines.append(f"passed over: {many(len(found.skipped) - SKIPPED_SHOWN, 'more file')}")
    return lines


def vector_line(report: VectorReport) -> str:
    """What the vectors of an index are."""
    measured = f", recall {report.recall:.3f} of exact search" if report.recall < 1 else ""
    return (
        f"{many(report.passages, 'vector')} of {report.dimension} dimensions, {report.kind}{measured}; "
        f"embedder: {report.embedder}, settings: {report.settings}"
    )


def sparse_line(report: SparseReport) -> str:
    """What the weighed terms of an index are."""
    return (
        f"{many(report.passages, 'passage')} of {report.postings:,} weighed terms; "
        f"encoder: {report.encoder}, settings: {report.settings}"
    )


SKIPPED_SHOWN = 5


def report_record(report: IndexReport) -> dict[str, Json]:
    """The same as JSON."""
    found = report.corpus
    return {
        "directory": str(report.directory),
        "generation": report.generation,
        "passages": found.passages,
        "duplicates": found.duplicates,
        "languages": dict(report.languages),
        "built": list(report.built),
        "kept": list(report.kept),
        "added": list(found.added),
        "edited": list(found.edited),
        "removed": list(found.removed),
        "unchanged": found.unchanged,
        "skipped": [{"path": skipped.path, "reason": skipped.reason} for skipped in found.skipped],
        "seconds": report.seconds,
    }
