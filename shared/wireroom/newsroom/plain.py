"""The text of a title, byline or summary, and the text of a story: markup out, words kept."""

from __future__ import annotations

import re
from html import unescape

from selectolax.lexbor import LexborHTMLParser, LexborNode

from wireroom.errors import EntryRejected
from wireroom.newsroom.characters import one_line
from wireroom.newsroom.elements import BLOCKS, RENAMED
from wireroom.newsroom.scan import DROPPED, KNOWN, rewrite

MAX_SOURCE = 100_000  # characters of a field that ends as one line

_NAMES = "|".join(sorted(KNOWN | DROPPED | {"span", "html", "body", "img", "plaintext", "picture"}))
_MARKUP = re.compile(
    rf"<(?=[a-zA-Z/!])(?:/?(?:{_NAMES})(?=[\s/>])[^<]*>|!--|!\[CDATA\[)", re.IGNORECASE
)
_ESCAPED = re.compile(
    rf"&lt;(?:/(?:{_NAMES})\s*|(?:p|br|hr|img)\b[^<>]{{0,60}}?)&gt;", re.IGNORECASE
)
_WORDS_IN_BRACKETS = re.compile(rf"<(?!/?(?:{_NAMES})[\s/>]|!)", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
_CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
_DECODINGS = 2  # an entity escaped twice is common, three times is meant


def has_markup(text: str) -> bool:
    """Whether `text` holds a tag that HTML knows; `3 < 5` and `<redacted>` are words."""
    return _MARKUP.search(text) is not None


def has_escaped_markup(text: str) -> bool:
    """Whether `text` is HTML that was escaped once too often: it has an escaped end tag or break.

    A mere `&lt;b&gt;` may be what the story speaks of.
    """
    return not has_markup(text) and _ESCAPED.search(text) is not None


def plain(text: str, field: str) -> str:
    """`text`, which is HTML or text, perhaps escaped twice, as one line of plain text.

    Raises EntryRejected, naming `field`, for more than MAX_SOURCE characters, and for markup that
    is past reading.
    """
    if len(text) > MAX_SOURCE:
        raise EntryRejected(field, f"longer than {MAX_SOURCE:,} characters")
    text = _CDATA.sub("", text)
    for turn in range(_DECODINGS + 1):
        if has_markup(text):
            try:
                text = " ".join(blocks(_WORDS_IN_BRACKETS.sub("&lt;", text)))
            except EntryRejected as error:
                raise EntryRejected(field, "markup that is past reading") from error
        elif turn < _DECODINGS and _ENTITY.search(text):
            text = unescape(text)
        else:
            break
    return one_line(text)


def blocks(html: str) -> list[str]:
    """The text of each block of `html`, in order, with white space folded; empty ones left out.

    Raises EntryRejected when there is more of it than any story has.
    """
    found: list[str] = [""]
    for node in _nodes(LexborHTMLParser(rewrite(html), is_fragment=True).root):
        if isinstance(node, str):
            found[-1] += node
        else:
            found.append("")
    return [text for block in found if (text := " ".join(block.split(" ")).strip())]


def _nodes(node: LexborNode | None) -> list[str | None]:
    """Text, and None at each edge of a block."""
    found: list[str | None] = []
    above: list[LexborNode] = []

    def edge(node: LexborNode) -> None:
        tag = node.tag or ""
        if tag in _EDGES:
            found.append(None)

    while node is not None:
        edge(node)
        if node.is_text_node:
            found.append(re.sub(r"[ \t\n\r\f]+", " ", node.text_content or ""))
        child = node.child
        if child is not None:
            above.append(node)
            node = child
            continue
        while node.next is None and above:
            node = above.pop()
            edge(node)
        node = node.next
    return found


_EDGES = BLOCKS | set(RENAMED) | {"br", "hr", "div", "section", "article"}
