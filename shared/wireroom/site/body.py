"""What a page makes of a story's sanitised body: room for what is wide, and its pictures.

The body itself is printed as it is stored; what stands around its tables is added here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from wireroom.markup.addresses import picture_name
from wireroom.markup.plain import blocks
from wireroom.model import Picture
from wireroom.newsroom.shown import Shown

# What may be wider than the column → what it is called for those who can't see it.
WIDE = {"table": "Table", "pre": "Text"}

# A tag of sanitised HTML, whatever its attributes say, or what is left of one that was cut.
TAG = re.compile(r'</?([a-z0-9]*)(?:[^>"]|"[^"]*(?:"|$))*+(?:>|$)')

IMAGE = re.compile(r'<img src="([^"]*)"')


def scrollable(body: str) -> str:
    """`body` with each table and preformatted text in a part of its own that scrolls sideways.

    A table that scrolls by itself is no table to some screen readers, and one that can't be
    focused can't be scrolled with a keyboard.
    """
    parts: list[str] = []
    done = 0
    for number, (name, start, end) in enumerate(_wide(body), 1):
        opening = f'<section class="wide" aria-label="{WIDE[name]} {number}" tabindex="0">'
        parts += body[done:start], opening, body[start:end], "</section>"
        done = end
    return "".join(parts) + body[done:]


def carries(body: str, picture: Picture) -> bool:
    """Whether `body` has `picture` in it, in whatever size."""
    name = picture_name(picture.url)
    return any(picture_name(unescape(found)) == name for found in IMAGE.findall(body))


def caption(picture: Picture | None, view: Shown, body: str) -> str:
    """What stands below the main picture: its description, unless the page says the same anyway.

    Many feeds describe a picture with the story's own headline or text.
    """
    alt = picture.alt if picture else ""
    said = _folded(alt)
    if not said:
        return ""
    paragraphs = [_folded(block) for block in blocks(body)]
    text = " ".join(paragraphs)
    cut_off = said.endswith("…") and text.startswith(said[:-1])
    repeated = said in (_folded(view.headline), _folded(view.standfirst), *paragraphs, text)
    return "" if repeated or cut_off else alt


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _wide(body: str) -> Iterator[tuple[str, int, int]]:
    """(element, start, end) of each table and preformatted text that stands in no other."""
    depth = start = 0
    for tag in TAG.finditer(body):
        if tag[1] not in WIDE:
            continue
        if tag[0].startswith("</"):
            depth -= 1
            if depth == 0:
                yield tag[1], start, tag.end()
        else:
            if depth == 0:
                start = tag.start()
            depth += 1
