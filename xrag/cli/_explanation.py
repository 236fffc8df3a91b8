"""Why ``xrag search`` found a passage: the words that it shares with the question, and what each member of a fusion gave."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from xrag.cli._terminal import Screen
from xrag.retrievers.analyzers import LanguageAnalyzer, analyzer_of
from xrag.retrievers.build import searchable
from xrag.types import FusedHit, Json, Passage, Query, RepairedOrder, TraceEvent, Translation, UsedTranslation


@dataclass(frozen=True, slots=True)
class Explanation:
    """What the trace of a search tells of one query: its translations, once each, by passage what fusions gave it, and the
    orders of a listwise reranker that were mended.
    """

    query: Query
    translations: tuple[Translation, ...]
    fused: Mapping[str, Sequence[FusedHit]]
    repaired: tuple[RepairedOrder, ...] = ()

    def words(self, passage: Passage) -> list[tuple[str, str]]:
        """The words of the query that the passage holds, each with its alternative there, which is empty where it is the word
        itself; by their stems, in the order of the query.
        """
        analyzer = analyzer_of(passage.language)
        held = {stem for _, stem in analyzer.words_of(searchable(passage))}
        own = [(word, "") for word, stem in analyzer.words_of(self.query.text) if stem in held]
        into = [one for one in self.translations if one.target == passage.language]
        translated = [pair for one in into for pair in _held(one, analyzer, held)]
        told = {term.casefold() for term, _ in translated}
        return [*translated, *(pair for pair in dict.fromkeys(own) if pair[0].casefold() not in told)]

    def lines(self, passage: Passage, screen: Screen) -> list[str]:
        """The same for people, a line for the words and one for each fusion."""
        words = [screen.label(f"{term} → {found}" if found else term) for term, found in self.words(passage)]
        lines = [f"words: {' · '.join(words)}"] if words else []
        return lines + [_shares(hit) for hit in self.fused.get(passage.id, ())]

    def mended(self) -> str:
        """How many orders of the reranker were mended, and of what; empty where none was."""
        if not self.repaired:
            return ""
        missing, repeated, unknown = (
            sum(getattr(one, name) for one in self.repaired) for name in ("missing", "repeated", "unknown")
        )
        said = f"{missing} passages left out, {repeated} named twice, {unknown} made up"
        return f"orders mended: {len(self.repaired)} ({said})"

    def record(self, passage: Passage) -> dict[str, Json]:
        """The same for programs."""
        words: list[Json] = [{"term": term, "alternative": found or term} for term, found in self.words(passage)]
        fused: list[Json] = [
            {"score": hit.score, "shares": [asdict(share) for share in hit.shares]}
            for hit in self.fused.get(passage.id, ())
        ]
        return {"words": words, "fused": fused}


def explanations(events: Sequence[TraceEvent], queries: Sequence[Query]) -> list[Explanation]:
    """What a trace tells of each query; what several retrievers recorded alike stands there once."""
    translations: dict[str, list[Translation]] = defaultdict(list)
    fused: dict[str, dict[str, list[FusedHit]]] = defaultdict(lambda: defaultdict(list))
    repaired: dict[str, list[RepairedOrder]] = defaultdict(list)
    for event in events:
        match event:
            case UsedTranslation(key, translation) if translation not in translations[key]:
                translations[key].append(translation)
            case FusedHit(key, passage) if event not in fused[key][passage]:
                fused[key][passage].append(event)
            case RepairedOrder(key):
                repaired[key].append(event)
    return [Explanation(one, tuple(translations[one.id]), fused[one.id], tuple(repaired[one.id])) for one in queries]


def _held(translation: Translation, analyzer: LanguageAnalyzer, held: set[str]) -> list[tuple[str, str]]:
    """The likeliest alternative of each term of which the passage holds all words."""
    pairs = []
    for term in translation.terms:
        for one in term.candidates:
            stems = [stem for _, stem in analyzer.words_of(one.text)]
            if stems and held.issuperset(stems):
                pairs.append((term.term, one.text if one.text != term.term else ""))
                break
    return pairs


def _shares(hit: FusedHit) -> str:
    """``bm25 #1 7.310 · psq #2 5.200 → 0.941``: rank and score with each member, and what they add up to."""
    members = " · ".join(f"{share.member} #{share.rank} {share.score:.3f}" for share in hit.shares)
    return f"{members} → {hit.score:.3f}"
