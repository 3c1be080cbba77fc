"""Plain text from HTML: of a title, byline or summary as one line, and of a story by blocks."""

from __future__ import annotations

import re
from html import unescape
from html.entities import html5

from selectolax.lexbor import LexborHTMLParser, LexborNode

from wireroom.errors import EntryRejected
from wireroom.markup.characters import folded, one_line
from wireroom.markup.elements import BLOCKS, GROUPS
from wireroom.markup.scan import CDATA, DROPPED, GIVING_WAY, KNOWN, rewrite

MAX_SOURCE = 100_000  # characters of a field that becomes one line

_NAMES = "|".join(
    [
        *sorted(KNOWN | DROPPED | GIVING_WAY),
        *("span html body img plaintext picture bdo bgsound blink marquee spacer".split()),
        r"(?:o|w|v|st1):[a-z]\w*",  # Word's own
    ]
)
_MARKUP = re.compile(
    rf"<(?=[a-zA-Z/!])(?:/?(?:{_NAMES})(?=[\s/>])[^<]*>|!--|!\[CDATA\[)", re.IGNORECASE
)
_INSIDE = r"(?:[^<>&]|&(?![lg]t;))*+"  # of an escaped tag: up to the next one, so never read twice
_ESCAPED = re.compile(
    rf"&lt;(?:/(?:{_NAMES})\s*+"
    rf"|(?:p|br|hr|img)(?:\s*+/?|\s++[a-zA-Z-]++\s*+={_INSIDE}))&gt;",
    re.IGNORECASE,
)
_ESCAPED_TAG = re.compile(rf"\s*+&lt;(?:{_NAMES})(?=[\s/&])", re.IGNORECASE)
_ADDED = re.compile(r"<(?:br|hr|img)(?=[\s/>])[^<>]*+>\s*+", re.IGNORECASE)
_WORDS_IN_BRACKETS = re.compile(rf"<(?!/?(?:{_NAMES})[\s/>]|!)", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
_AMPERSAND = re.compile(rf"{_ENTITY.pattern}|&")
# Elements that must be closed. One that is not, in a headline, is what the headline is about.
_NAMED = re.compile(
    r"<(?=(?:dl|ul|ol|table|form|section|article|aside|main|nav|header|footer|figure|details)>)",
    re.I,
)
_DECODINGS = 2  # entities are often escaped twice; three times is intended


def has_markup(text: str) -> bool:
    """Whether `text` has a tag of HTML. `3 < 5` and `<redacted>` are words."""
    return _MARKUP.search(text) is not None


def as_markup(text: str) -> str:
    """`text`, unescaped if it is HTML that was escaped once too often, which an escaped end tag,
    break or picture shows. `&lt;b&gt;` alone may be what the story is about.

    Unescaped breaks and tracking pixels that were added at its end stay as they are.
    """
    end = _before_added(text)
    sent, added = text[:end], text[end:]
    if has_markup(sent) or not _ESCAPED.search(sent):
        return text
    if added and not (_ESCAPED_TAG.match(sent) and sent.rstrip().endswith("&gt;")):
        return text
    return decoded(sent) + added


def decoded(text: str) -> str:
    """`text` with its entities as characters. `?a=1&copy=2` has no entity."""
    return _ENTITY.sub(lambda found: unescape(found[0]) if _is_entity(found[0]) else found[0], text)


def escaped(text: str) -> str:
    """`text`, which may have entities but no tags, as HTML: other ampersands and `<` are
    escaped."""
    text = _AMPERSAND.sub(
        lambda found: found[0] if _is_entity(found[0]) else f"&amp;{found[0][1:]}", text
    )
    return text.replace("<", "&lt;")


def _is_entity(found: str) -> bool:
    return found[1:2] == "#" or found[1:] in html5


def _before_added(text: str) -> int:
    """The position where the breaks and pictures at the end of `text` begin."""
    end = len(text)
    while (tag := text.rfind("<", 0, end)) >= 0 and _ADDED.fullmatch(text, tag, end):
        end = tag
    return end


def plain(text: str, field: str) -> str:
    """`text`, which is HTML or plain text, perhaps escaped twice, as one line of plain text.

    Raises EntryRejected, which names `field`, for more than MAX_SOURCE characters, and for markup
    that can't be parsed.
    """
    if len(text) > MAX_SOURCE:
        raise EntryRejected(field, f"longer than {MAX_SOURCE:,} characters")
    text = CDATA.sub("", text)
    read = False
    for turn in range(_DECODINGS + 1):
        named = field == "title" and _only_names(text)
        if not read and not named and has_markup(text):
            read = True  # any `<` that is left was escaped in the markup, so it is text
            try:
                text = " ".join(blocks(_WORDS_IN_BRACKETS.sub("&lt;", text)))
            except EntryRejected as error:
                raise EntryRejected(field, "markup that can't be parsed") from error
        elif turn < _DECODINGS and (once := decoded(text)) != text:
            text = once
        else:
            break
    return one_line(text)


def _only_names(title: str) -> bool:
    """Whether `title` has no markup but names of elements that it is about: `On The <dl>`."""
    return title[:1].isalnum() and not has_markup(_NAMED.sub("&lt;", title))


def blocks(html: str) -> list[str]:
    """The text of each block of `html` that has text, in order, with white space folded.

    Raises EntryRejected if `html` exceeds the limits of `scan.rewrite`.
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
            found.append(folded(node.text_content or ""))
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


_EDGES = BLOCKS | GROUPS | frozenset("h1 menu dir listing br hr".split())
