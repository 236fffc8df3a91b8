"""The markers ``[n]`` of an answer: where they point, and what of the answer is quotation.

Models write markers in many ways: ``[1]``, ``[1, 3]``, ``[2-4]``, ``［１］``, ``【1】``, ``[١]``. All are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import regex

from xrag.types import Citation, Completion, Passage, Shown

MARKER = regex.compile(r"[\[［【〔](\s*\p{Nd}{1,4}(?:\s*[,،、，;；\-–]\s*\p{Nd}{1,4})*\s*)[\]］】〕]")
_NUMBER_OR_RANGE = regex.compile(r"(\p{Nd}+)(?:\s*[-–]\s*(\p{Nd}+))?")
_MASK = "\N{OBJECT REPLACEMENT CHARACTER}"


def citations(completion: Completion, context: Sequence[Passage]) -> tuple[Citation, ...]:
    """What the markers of a completion cite, in the order of the text, each place once.

    A marker after a quotation of its passage cites those characters, any other the whole passage. Numbers that no
    passage of the context has are left out, and so are markers that stand inside a quotation. A quotation of a passage
    that was shown translated cites the sentences of the original that it translates.
    """
    spans = _quote_spans(completion)
    found: dict[Citation, None] = {}
    for start, numbers in _markers(_masked(completion.text, spans)):
        before = [completion.text[slice(*span)] for span in spans if span[1] <= start]
        for number in numbers:
            if 1 <= number <= len(context):
                found[_citation(number, context[number - 1], before)] = None
    return tuple(found)


def without_quotes_and_markers(completion: Completion) -> str:
    """The words of a completion that are its own."""
    own = _masked(completion.text, _quote_spans(completion)).replace(_MASK, "")
    return MARKER.sub(" ", own)


def _markers(text: str) -> Iterator[tuple[int, list[int]]]:
    for match in MARKER.finditer(text):
        numbers: list[int] = []
        for first, last in _NUMBER_OR_RANGE.findall(match[1]):
            low, high = int(first), int(last or first)
            numbers.extend(range(low, min(high, low + 99) + 1))
        yield match.start(), numbers


def _citation(number: int, passage: Passage, quotes_before: Sequence[str]) -> Citation:
    """A citation of a passage: of the nearest quotation before the marker that stands in it, else of all of it."""
    quote = next((quote for quote in reversed(quotes_before) if quote in passage.text), "")
    original = passage.original
    if quote and passage.shown:
        quote = _translated_from(passage, passage.shown, quote)
    start, end = passage.start, passage.end
    if quote:
        start, end = _exact(original, quote)
    return Citation(number, original.id, original.source, original.language, start, end, quote)


def _translated_from(passage: Passage, shown: Shown, quote: str) -> str:
    """The stretch of the original that a quotation of the shown text translates, in whole sentences."""
    if passage.text == shown.original.text[: len(passage.text)]:
        return quote
    first = passage.text.index(quote)
    last = first + len(quote)
    meant = [there for here, there in shown.aligned if here[0] < last and first < here[1]]
    return shown.original.text[meant[0][0] : meant[-1][1]] if meant else ""


def _exact(passage: Passage, quote: str) -> tuple[int | None, int | None]:
    """The characters of a quotation in the source, or those of its passage where the text differs from the source's."""
    start, end = passage.start, passage.end
    if start is not None and end is not None and end - start != len(passage.text):
        return start, end
    position = (start or 0) + passage.text.index(quote)
    return position, position + len(quote)


def _quote_spans(completion: Completion) -> list[tuple[int, int]]:
    """Where the quotations stand in the text, which has them in their order."""
    spans: list[tuple[int, int]] = []
    position = 0
    for quote in completion.quotes:
        start = completion.text.find(quote, position)
        if quote and start >= 0:
            position = start + len(quote)
            spans.append((start, position))
    return spans


def _masked(text: str, spans: Sequence[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + _MASK * (end - start) + text[end:]
    return text
