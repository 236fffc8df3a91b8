"""The weights of a fusion over an index, learned from held-out queries and kept beside it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from xrag import manifest
from xrag.errors import UsageError
from xrag.index.directory import open_index
from xrag.index.snapshot import LEARNED
from xrag.protocols import Embedder, Translator
from xrag.retrievers.fusion import DEPTH, Member
from xrag.retrievers.normalisation import NORMALISATIONS
from xrag.retrievers.pool import identified
from xrag.retrievers.tuned import Parts, Provenance, fingerprint_of, save_weights
from xrag.retrievers.tuning import Tuned, judged, tune
from xrag.types import Example, Query


@dataclass(frozen=True, slots=True)
class TuneReport:
    """What was tuned, how many queries of each language it was learned from, and where it lies."""

    parts: Parts
    tuned: Tuned
    queries: dict[str, int]
    path: Path


def tune_index(
    directory: Path | str,
    parts: Parts,
    examples: Sequence[Example],
    *,
    translator: str | Translator = "lexicon",
    embedder: Embedder | None = None,
) -> TuneReport:
    """Search the held-out queries with every member, and keep the weights that rank their relevant passages best.

    The retriever ``tuned`` then searches with them. Raises ``UsageError`` where no query has a relevant passage that a member
    found, and what opening a member raises.
    """
    asked = [example for example in examples if any(grade > 0 for grade in example.qrels.values())]
    if not asked:
        raise UsageError("no question has a relevant passage ('qrels'), so that nothing can be tuned")
    with open_index(directory) as index:
        queries = identified([example.query for example in asked])
        members = [
            Member(name, index.retriever(name, translator=translator, embedder=embedder)) for name in parts.retrievers
        ]
        found = [member.search(queries, DEPTH) for member in members]
        fingerprint = fingerprint_of(index.vectors())
    ways = [NORMALISATIONS[name] for name in parts.normalise]
    tuned = tune(
        [
            judged(query.language, rankings, ways, example.qrels)
            for query, example, *rankings in zip(queries, asked, *found, strict=True)
        ]
    )
    counts = dict(Counter(query.language for query in queries).most_common())
    named = translator if isinstance(translator, str) else translator.fingerprint
    provenance = Provenance(fingerprint, named, counts, _digest(queries, asked))
    with manifest.disk_errors(Path(directory)), manifest.locked(Path(directory)):
        path = save_weights(Path(directory) / LEARNED, parts, tuned, provenance)
    return TuneReport(parts, tuned, counts, path)


def _digest(queries: Sequence[Query], examples: Sequence[Example]) -> str:
    rows = [
        (query.text, query.language, sorted(one.qrels.items())) for query, one in zip(queries, examples, strict=True)
    ]
    return hashlib.sha256(repr(rows).encode()).hexdigest()[:16]
