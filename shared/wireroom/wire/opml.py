"""Reads and writes OPML, the format of feed readers for lists of feeds.

http://opml.org/spec2.opml
"""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree
from msgspec import Struct

from wireroom.errors import NotAFeed
from wireroom.markup.addresses import is_web
from wireroom.markup.characters import without_controls
from wireroom.wire.document.charset import decoded

MAX_BYTES = 5 << 20
MAX_OUTLINES = 20_000
_MAX_TEXT = 2048  # characters of an attribute


class Outline(Struct, frozen=True):
    """One feed of a list. `folder`: the titles of the outlines around it, joined by "/"."""

    url: str
    title: str = ""
    site: str = ""
    folder: str = ""


def read(document: bytes) -> tuple[Outline, ...]:
    """The feeds of an OPML document, in its order, each address once.

    Raises NotAFeed: `too-large`, `entities`, `not-opml`, `encoding`.
    """
    if len(document) > MAX_BYTES:
        raise NotAFeed("too-large", f"{len(document)} bytes, at most {MAX_BYTES}")
    text = decoded(document).lstrip("\ufeff\t\r\n ")
    start = text.find("<opml")
    if "<!ENTITY" in text[: max(start, 0)]:
        raise NotAFeed("entities", "the document declares entities")
    if start < 0:
        raise NotAFeed("not-opml", "the document has no <opml> element")
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        # From the root element on, without DOCTYPE and declared encoding.
        root = etree.fromstring(text[start:].encode(), parser)
    except etree.XMLSyntaxError as error:
        raise NotAFeed("not-opml", f"the document is not well-formed: {error.msg}") from None
    found: dict[str, Outline] = {}
    for number, element in enumerate(root.iter("outline")):
        if number >= MAX_OUTLINES:
            raise NotAFeed("too-large", f"more than {MAX_OUTLINES} outlines")
        url = _attribute(element, "xmlUrl", "xmlurl", "url")
        if not is_web(url):
            continue
        folder = [_attribute(outer, "text", "title") for outer in element.iterancestors("outline")]
        found.setdefault(
            url,
            Outline(
                url=url,
                title=_attribute(element, "title", "text"),
                site=_attribute(element, "htmlUrl", "htmlurl"),
                folder="/".join(name for name in reversed(folder) if name),
            ),
        )
    return tuple(found.values())


def write(outlines: Iterable[Outline], title: str) -> bytes:
    """An OPML 2.0 document (UTF-8) of `outlines`, in their order, grouped by folder."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = without_controls(title)
    body = etree.SubElement(root, "body")
    folders = {"": body}
    for outline in outlines:
        within = body
        path = ""
        for name in filter(None, outline.folder.split("/")):
            path = f"{path}/{name}"
            if path not in folders:
                folders[path] = etree.SubElement(within, "outline", text=without_controls(name))
            within = folders[path]
        name = without_controls(outline.title or outline.url)
        element = etree.SubElement(within, "outline", type="rss", text=name, title=name)
        element.set("xmlUrl", without_controls(outline.url))
        if outline.site:
            element.set("htmlUrl", without_controls(outline.site))
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)
    return written


def _attribute(element: etree._Element, *names: str) -> str:
    for name in names:
        if value := element.get(name):
            return " ".join(without_controls(value).split())[:_MAX_TEXT]
    return ""
