"""What the XML formats of agencies have in common: texts as HTML, numbers, pictures of a size."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from html import escape
from itertools import islice

from lxml import etree

from wireroom.errors import EntryRejected
from wireroom.markup.body import BLANK_LINE
from wireroom.markup.characters import without_controls
from wireroom.model import Picture
from wireroom.wire import dates
from wireroom.wire.document.tree import local

MAX_BODY = 1 << 20  # characters of one story's HTML
MAX_ELEMENTS = 20_000  # of one story
WIDEST = 1600  # pixels; a page shows no wider rendition, and an original may have 50 million pixels
_SMALL = 400  # pixels: less is a thumbnail
_LONGEST = 5000  # characters of a line
_MOST = 100  # elements of one kind that are read
_TAG = re.compile(r"</?(?:p|br|div|h[1-6]|ul|ol|table|blockquote)\b[^<>]*>", re.IGNORECASE)
_VOIDS = frozenset({"br", "hr", "img", "col"})
_NAME = re.compile(r"[a-z][a-z0-9]{0,20}")


def line(element: etree._Element | None) -> str:
    """The text of `element` as one line of HTML text (escaped); "" for None. A `br` is a space."""
    return escaped(plain(element))


def plain(element: etree._Element | None) -> str:
    """The text of `element` as one line, cut to _LONGEST characters."""
    if element is None:
        return ""
    pieces: list[str] = []
    room = 4 * _LONGEST
    for piece in _texts(element):
        pieces.append(piece)
        room -= len(piece)
        if room < 0:
            break
    return " ".join(without_controls("".join(pieces)).split())[:_LONGEST]


def _texts(element: etree._Element) -> Iterator[str]:
    for event, inner in etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            yield " " if local(inner)[1] == "br" else inner.text or ""
        elif inner is not element:
            yield inner.tail or ""


def escaped(text: str) -> str:
    return escape(text, quote=False)


def found(element: etree._Element | None, *path: str) -> Iterator[etree._Element]:
    """The elements at `path` (local names in lower case) below `element`, at most _MOST."""
    if element is None:
        return
    if not path:
        yield element
        return
    children = (child for child in element if local(child)[1] == path[0])
    for child in islice(children, _MOST):
        yield from islice(found(child, *path[1:]), _MOST)


def first(element: etree._Element | None, *path: str) -> etree._Element | None:
    return next(found(element, *path), None)


def number(text: str) -> int:
    """A whole number as written in `text`; 0 if it is none, or has more than nine digits."""
    return int(text) if re.fullmatch(r"[0-9]{1,15}", text.strip()) else 0


def once(texts: Iterable[str]) -> tuple[str, ...]:
    """`texts` without empty ones, each once, at most _MOST."""
    return tuple(islice(dict.fromkeys(text for text in texts if text), _MOST))


def embargo(text: str) -> datetime | None:
    """The end of an embargo; None for "". Raises EntryRejected if it can't be read."""
    if not text.strip():
        return None
    if until := dates.moment(text):
        return until
    raise EntryRejected("embargo", f"no date that can be read: {text[:100]}")


def paragraphs(text: str) -> str:
    """Plain text as HTML. Paragraphs are set apart by a blank line or an indent; without any, each
    line is one."""
    text = without_controls(text).replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    pieces = BLANK_LINE.split(text)
    if len(pieces) == 1:
        pieces = text.split("\n")
    return "".join(f"<p>{escaped(piece.strip())}</p>" for piece in pieces if piece.strip())


def text_or_html(text: str) -> str:
    """The copy of an element that has only text: HTML if it has tags, as many agencies put HTML
    into CDATA or escape it, else paragraphs of plain text."""
    return without_controls(text) if _TAG.search(text) else paragraphs(text)


def html(element: etree._Element) -> str:
    """What is inside `element`, an element with XHTML, as HTML. Raises EntryRejected `body`."""
    return "".join(bounded(_html(element)))


def bounded(pieces: Iterable[str]) -> Iterator[str]:
    """`pieces` of a body. Raises EntryRejected if they have more than MAX_BODY characters."""
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > MAX_BODY:
            raise EntryRejected("body", f"more than {MAX_BODY} characters")
        yield piece


def must_be_small(element: etree._Element) -> None:
    """Raises EntryRejected if a story has more than MAX_ELEMENTS elements."""
    if next(islice(element.iter(), MAX_ELEMENTS, None), None) is not None:
        raise EntryRejected("entry", f"more than {MAX_ELEMENTS} elements")


def _html(element: etree._Element) -> Iterator[str]:
    yield escaped(without_controls(element.text or ""))
    for child in element.iterchildren(etree.Element):
        name = local(child)[1]
        if not _NAME.fullmatch(name):
            yield from _html(child)
        else:
            given = "".join(
                f' {key}="{escape(without_controls(str(value)))}"'
                for key, value in child.attrib.items()
                if _NAME.fullmatch(str(key))
            )
            yield f"<{name}{given}>"
            if name not in _VOIDS:
                yield from _html(child)
                yield f"</{name}>"
        yield escaped(without_controls(child.tail or ""))


def figure(picture: Picture, caption: str) -> str:
    """A picture in a body. `caption`: HTML text."""
    size = f' width="{picture.width}" height="{picture.height}"'
    return (
        f'<figure><img src="{escape(picture.url)}" alt="{escape(picture.alt)}"'
        f"{size if picture.width and picture.height else ''}>"
        f"{f'<figcaption>{caption}</figcaption>' if caption else ''}</figure>"
    )


def of_right_size(renditions: Sequence[Picture]) -> Picture:
    """The rendition to show: the widest up to WIDEST pixels, else the narrowest beyond, else the
    first, whose width is unknown."""
    fitting = [each for each in renditions if 0 < each.width <= WIDEST]
    wider = [each for each in renditions if each.width > WIDEST]
    if fitting:
        widest = max(fitting, key=lambda each: each.width)
        # Next to a thumbnail alone an original is the better choice.
        return widest if widest.width >= _SMALL or not wider else min(wider, key=_width)
    unknown = [each for each in renditions if not each.width]
    return unknown[0] if unknown else min(wider, key=_width)


def _width(picture: Picture) -> int:
    return picture.width
