"""What a page adds to a story's sanitised body, and how it compares pictures with the body.

The body is printed as it is stored. Only the elements around its tables and preformatted text are
added here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape
from urllib.parse import urljoin

from wireroom.markup.addresses import picture_name
from wireroom.markup.attributes import attribute, pictures
from wireroom.markup.plain import blocks
from wireroom.model import Picture
from wireroom.newsroom.shown import Shown
from wireroom.site.words import Words, marked

# Elements that may be wider than the column → their names for screen readers.
WIDE = {"table": marked("Table %(number)s"), "pre": marked("Text %(number)s")}

# A tag of sanitised HTML, whatever its attributes say, or what is left of one that was cut.
TAG = re.compile(r'</?([a-z0-9]*)(?:[^>"]|"[^"]*(?:"|$))*+(?:>|$)')

# Attributes of sanitised HTML that hold an address, or several.
_ADDRESS = re.compile(r' (href|src|cite|poster|srcset)="([^"]*)"')
_CANDIDATE = re.compile(r"(\S+)((?: [\d.]+[wx])?,? *)")


def with_absolute_addresses(body: str, base: str) -> str:
    """`body` with all addresses absolute. `base`: that of the story's page, to which they are
    relative."""

    def absolute(found: re.Match[str]) -> str:
        name, value = found[1], unescape(found[2])
        if name == "srcset":
            value = _CANDIDATE.sub(lambda each: _joined(base, each[1]) + each[2], value)
        else:
            value = _joined(base, value)
        return f' {name}="{escape(value)}"'

    return TAG.sub(lambda tag: _ADDRESS.sub(absolute, tag[0]), body)


def _joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address)
    except ValueError:  # no address, such as http://[
        return address


def scrollable(body: str, words: Words) -> str:
    """`body` with each table and preformatted text in a `section` that scrolls sideways.

    If the table itself scrolled, some screen readers would not see a table. The section can be
    focused, so that a keyboard can scroll it. `words` name it for screen readers.
    """
    parts: list[str] = []
    done = 0
    for number, (name, start, end) in enumerate(_wide(body), 1):
        label = escape(words.gettext(WIDE[name], number=number))
        opening = f'<section class="wide" aria-label="{label}" tabindex="0">'
        parts += body[done:start], opening, body[start:end], "</section>"
        done = end
    return "".join(parts) + body[done:]


def carries(body: str, picture: Picture) -> bool:
    """Whether `body` contains `picture`, in any size."""
    name = picture_name(picture.url)
    return any(picture_name(attribute(each, "src")) == name for each in pictures(body))


def caption(picture: Picture | None, view: Shown, body: str) -> str:
    """The caption of the main picture: its alt text, or "" if the page contains the same text.

    Many feeds describe a picture with the story's own headline or text.
    """
    alt = picture.alt if picture else ""
    words = _folded(alt)
    if not words:
        return ""
    paragraphs = [_folded(block) for block in blocks(body)]
    text = " ".join(paragraphs)
    cut_off = words.endswith("…") and text.startswith(words[:-1])
    repeated = words in (_folded(view.headline), _folded(view.standfirst), *paragraphs, text)
    return "" if repeated or cut_off else alt


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _wide(body: str) -> Iterator[tuple[str, int, int]]:
    """(element, start, end) of each outermost table or preformatted text."""
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
