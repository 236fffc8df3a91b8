"""A passage in another language, sentence by sentence, so that what is quoted of it can be found in the original."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace

from xrag import languages
from xrag.errors import Unsupported
from xrag.languages import segmentation
from xrag.protocols import Translator
from xrag.types import Passage, Shown

_UNSPACED = frozenset({"Hans", "Hant", "Jpan"})
"""Scripts whose sentences follow each other without a space."""

_log = logging.getLogger(__name__)


def rendered(wanted: Sequence[tuple[Passage, str]], translator: Translator) -> list[Passage]:
    """Each passage in the language beside it, one call of the translator for all of a pair of languages.

    The sentences of the shown text are aligned with those they translate. Passages of a pair that the translator does not
    have stay as they stand, with a warning through ``logging``.
    """
    done = [passage for passage, _ in wanted]
    pairs = dict.fromkeys((passage.language, target) for passage, target in wanted)
    for source, target in pairs:
        places = [place for place, one in enumerate(wanted) if (one[0].language, one[1]) == (source, target)]
        spans = [list(segmentation.sentences(done[place].text, source)) for place in places]
        texts = [text for place, cut in zip(places, spans, strict=True) for text in _texts(done[place], cut)]
        try:
            said = iter([one.text for one in translator.translate(texts, source, target)])
        except Unsupported as error:
            _log.warning("%d passages are shown as they stand: %s", len(places), error)
            continue
        for place, cut in zip(places, spans, strict=True):
            done[place] = _joined(done[place], cut, target, said)
    return done


def _texts(passage: Passage, spans: Sequence[tuple[int, int]]) -> list[str]:
    return [passage.title, *(passage.text[start:end] for start, end in spans)]


def _joined(passage: Passage, spans: Sequence[tuple[int, int]], target: str, said: Iterator[str]) -> Passage:
    """The passage of its translated title and sentences, which stand apart as those of the original did."""
    title = next(said)
    text, position = "", 0
    aligned: list[tuple[tuple[int, int], tuple[int, int]]] = []
    between = "" if languages.script(target) in _UNSPACED else " "
    for start, end in spans:
        gap = passage.text[position:start]
        if text:
            text += gap if gap.strip(" ") else between
        first, text = len(text), text + next(said).strip()
        aligned.append(((first, len(text)), (start, end)))
        position = end
    return replace(passage, title=title, text=text, language=target, shown=Shown(passage, tuple(aligned)))
