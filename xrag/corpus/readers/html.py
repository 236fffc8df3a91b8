"""HTML: the text that a reader sees, without scripts and navigation, one line for each block."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser, LexborNode

from xrag import languages
from xrag.corpus.document import Document, ReadOptions, SourceFile
from xrag.corpus.readers.decoding import readable, whole_text
from xrag.errors import UnknownLanguage

_GAP = "\n\n"
_PARAGRAPH, _LINE = "\x1d", "\x1e"
_TAGS = {
    "": "script style noscript template nav head svg math iframe object canvas select button dialog",
    _PARAGRAPH: "p h1 h2 h3 h4 h5 h6 ul ol dl table blockquote pre section article aside header footer main figure body html",
    _LINE: "div li dt dd tr caption figcaption address details summary form fieldset hr br",
    " ": "td th",
}
_GAPS = {tag: gap for gap, tags in _TAGS.items() for tag in tags.split()}
"""What stands before and after an element: nothing for one within a line, and "" for one that is not seen at all."""
_DECLARED = re.compile(rb"""<meta[^>]+charset=["']?([\w-]+)""", re.IGNORECASE)


def read_html(source: SourceFile, options: ReadOptions) -> Iterator[Document]:
    """One document for each stretch of one ``lang`` (blocks only; a foreign word within a line does not part it).

    Offsets are into the extracted text: the stretches joined by a blank line. The title is that of ``title`` or ``h1``.
    """
    tree = LexborHTMLParser(whole_text(source, options.encoding, hint=_declared(source)))
    heading = tree.css_first("title") or tree.css_first("h1")
    title = " ".join(heading.text().split()) if heading else ""
    start = 0
    for language, raw in _stretches(tree.root):
        if text := _tidy(raw):
            yield Document(text, start, title, language)
            start += len(text) + len(_GAP)


def _declared(source: SourceFile) -> str:
    """The encoding that the page says it has; it counts where the bytes are not UTF-8."""
    with readable(source), source.open() as stream:
        found = _DECLARED.search(stream.read(2048))
    return found.group(1).decode("ascii", "ignore") if found else ""


def _stretches(root: LexborNode | None) -> Iterator[tuple[str, str]]:
    """Language and raw text of each stretch, in the order of the page."""
    parts: list[str] = []
    current = ""
    for piece, language in _pieces(root):
        if language != current and piece.strip():
            yield current, "".join(parts)
            parts, current = [], language
        parts.append(piece)
    yield current, "".join(parts)


def _pieces(root: LexborNode | None) -> Iterator[tuple[str, str]]:
    """The text of each node with the language that holds there; breaks stand before and after a block.

    A stack of its own instead of recursion, since pages nest without limit.
    """
    stack: list[tuple[LexborNode | str, str, bool]] = [(root, "", False)] if root is not None else []
    while stack:
        node, language, verbatim = stack.pop()
        if isinstance(node, str):
            yield node, language
        elif node.is_text_node:
            text = node.text_content or ""
            yield (text if verbatim else re.sub(r"\s+", " ", text)), language
        elif node.is_element_node and (gap := _GAPS.get(node.tag or "")) != "" and "hidden" not in node.attributes:
            own = _language(node.attributes.get("lang") or "") if gap else None
            language = language if own is None else own
            inside = [(child, language, verbatim or node.tag == "pre") for child in node.iter(include_text=True)]
            stack += [(gap or "", language, False), *reversed(inside), (gap or "", language, False)]


@lru_cache(maxsize=1024)
def _language(code: str) -> str | None:
    """What a ``lang`` says; None where it says nothing, or what no language is called (pages are often wrong there)."""
    try:
        return languages.tag(code) if code else None
    except UnknownLanguage:
        return None


def _tidy(raw: str) -> str:
    """The strongest break of each run of breaks, without spaces beside it; indentation of preformatted text stays."""
    text = re.sub(r"\s*[\x1d\x1e]\s*", lambda run: _GAP if _PARAGRAPH in run.group() else "\n", raw)
    return re.sub(r"(?<=\S) {2,}", " ", text).strip()
