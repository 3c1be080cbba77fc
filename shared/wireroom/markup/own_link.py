"""Removes the link at the end of a text to the story's own page: `Read more`, in any language.

Such a link is at the end, alone in its line or after a whole sentence, and short. A link to the
story's own address inside a sentence is copy, and so is a paragraph that consists of a link.
"""

from __future__ import annotations

import re
from html import unescape

from wireroom.markup.addresses import without_tracking
from wireroom.markup.characters import says_something
from wireroom.markup.embeds import canonical
from wireroom.markup.opening import SENTENCE_END
from wireroom.markup.plain import blocks
from wireroom.markup.sanitise import sanitise

MOST_WORDS = 40  # characters of such a link, without the headline, which it may repeat
_ROUNDS = 3  # such links, one after another
_NEAR = 500  # characters before a link that are searched

_ATTRIBUTES = r'(?:[^>"]|"[^"]*")*+'
_GAP = r"(?:\s|&nbsp;|<br>)"
_LINK = re.compile(rf'<a href="([^"]*)"{_ATTRIBUTES}>((?:(?!<a\b|<img\b|</a>).)*+)</a>', re.S)
# What may follow it: punctuation, and end tags.
_AFTER = re.compile(rf"(?:{_GAP}|&gt;|[\]).…›»→]|</[a-z0-9]+>)*+")
_GAPS = re.compile(rf"(?:{_GAP}|[\[(])*\Z")
_BLOCK_EDGE = re.compile(
    r"(?:^|<(?:p|li|div|blockquote|h[1-6])(?: [^>]*)?>"
    r"|</(?:p|figure|div|ul|ol|table|blockquote|h[1-6])>)\Z"
)
_INLINE = re.compile(r"(?:</?(?:abbr|b|em|i|small|span|strong|u)>|\s)+\Z")


def without_own_link(body: str, link: str, headline: str = "") -> str:
    """A sanitised `body` without the links at its end that lead to `link`, the story's own
    address."""
    if not link or canonical(link):  # a video's page: the link is the card of the video
        return body
    for _ in range(_ROUNDS):
        found = _last_link(body)
        if found is None or not _same(unescape(found[1]), link):
            break
        words = " ".join(blocks(found[2]))
        rest = words.replace(headline, "") if headline else words
        if not says_something(words) or len(rest) > MOST_WORDS:
            break
        start = body[: found.start()]
        gap = _GAPS.search(start[-_NEAR:])
        before = start[: len(start) - len(gap[0])] if gap else start
        if not _ends(before) and "<br>" not in (gap[0] if gap else ""):
            break
        ends = re.findall(r"</[a-z0-9]+>", body[found.end() :])
        body = sanitise(before + "".join(ends))
    return body


def _last_link(body: str) -> re.Match[str] | None:
    """The link at the end of `body`, or None."""
    at = body.rfind("<a href=")
    found = _LINK.match(body, at) if at >= 0 else None
    return found if found and _AFTER.fullmatch(body, found.end()) else None


def _ends(before: str) -> bool:
    """Whether `before` is empty, or ends with a whole sentence or paragraph."""
    near = _INLINE.sub("", before[-_NEAR:])
    if not near or _BLOCK_EDGE.search(near):
        return True
    end = unescape(near)[-10:]
    return SENTENCE_END.search(end) is not None or end.rstrip("\"')”’»").endswith("]")


def _same(address: str, link: str) -> bool:
    """Whether two addresses differ at most in the scheme, the slash at the end, and tracking
    parameters."""
    here, there = (
        without_tracking(each).partition("://")[2].rstrip("/") for each in (address, link)
    )
    return here == there
