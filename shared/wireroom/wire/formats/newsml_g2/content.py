"""The copy of a NewsML-G2 item: the first of the renditions of its content that has words.

XHTML and NITF in inlineXML come before text in inlineData, and both before content of another item
of the same message, which `remoteContent` refers to.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping

from lxml import etree
from msgspec import Struct

from wireroom.errors import EntryRejected
from wireroom.markup.characters import without_controls
from wireroom.model import Entry
from wireroom.wire.document.tree import local
from wireroom.wire.formats.fields import (
    bounded,
    first,
    found,
    html,
    must_be_small,
    paragraphs,
    text_or_html,
)
from wireroom.wire.formats.nitf.body import copy_of
from wireroom.wire.formats.nitf.feed import story

_WRAPPED = re.compile(r"\A\s*<p>([^<]*)</p>\s*\Z")

Things = Mapping[str, etree._Element]  # guid of an item, or `#` and an id → the element


class Content(Struct, frozen=True):
    """`html`: the copy. `nitf`: what the NITF around it says, if it is a whole document of that.
    `editors`: what is for editors only."""

    html: str
    nitf: Entry | None = None
    editors: str = ""


def content_of(item: etree._Element, things: Things, base: str) -> Content:
    """The copy of `item`; empty if it has none. Raises EntryRejected."""
    must_be_small(item)
    for rendition in _renditions(item, things):
        read = _read(rendition, base)
        if read.html.strip():
            return Content("".join(bounded([read.html])), read.nitf, read.editors)
    return Content("")


def _renditions(item: etree._Element, things: Things) -> Iterator[etree._Element]:
    yield from _inline(item)
    for remote in found(item, "contentset", "remotecontent"):
        for name in ("residref", "href"):
            thing = things.get(remote.get(name) or "")
            if thing is None or thing is item:
                continue
            if local(thing)[1] == "newsitem":
                yield from _inline(thing)
            else:
                yield thing


def _inline(item: etree._Element) -> Iterator[etree._Element]:
    for name in ("inlinexml", "inlinedata"):
        yield from sorted(found(item, "contentset", name), key=_is_plain)  # stable


def _is_plain(rendition: etree._Element) -> bool:
    return "plain" in str(rendition.get("contenttype", "")).lower()


def _read(rendition: etree._Element, base: str) -> Content:
    name = local(rendition)[1]
    nitf = rendition if name == "nitf" else first(rendition, "nitf")
    if nitf is not None:
        entry = story(nitf, base)[1]
        body = first(nitf, "body")
        return Content(entry.body, entry, copy_of(body, base).editors if body is not None else "")
    if any(local(each)[1] == "body.content" for each in rendition):
        copy = copy_of(rendition, base)
        return Content(copy.html, None, copy.editors)
    if len(rendition):
        page = first(rendition, "html")
        page = rendition if page is None else page
        body = first(page, "body")
        return Content(html(page if body is None else body))
    return Content(_text(rendition))


def _text(rendition: etree._Element) -> str:
    words = rendition.text or ""
    kind = str(rendition.get("contenttype", "")).lower()
    if str(rendition.get("encoding", "")).lower().endswith("base64"):
        try:
            words = base64.b64decode(words, validate=False).decode()
        except (binascii.Error, ValueError) as error:
            raise EntryRejected("body", "base64 that does not decode to text") from error
    if "plain" in kind:
        wrapped = _WRAPPED.match(words)  # as ANSA sends plain text
        return paragraphs(wrapped[1] if wrapped else words)
    return without_controls(words) if "html" in kind else text_or_html(words)
