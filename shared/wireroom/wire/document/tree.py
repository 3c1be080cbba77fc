"""The document's XML tree, and how to read it: local names, text, language, addresses."""

from __future__ import annotations

import ipaddress
from urllib.parse import urljoin, urlsplit

from lxml import etree

from wireroom.errors import NotAFeed
from wireroom.markup.characters import without_controls

XML = "{http://www.w3.org/XML/1998/namespace}"
_LONGEST_TEXT = 5000  # characters
_LONGEST_URL = 4096


def parsed(xml: bytes) -> etree._Element:
    """The tree of a document from `document.well_formed`, without comments and instructions.

    Raises NotAFeed `malformed`.
    """
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=True,  # the survey has checked its size; libxml2's limit on one text is too low
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        raise NotAFeed("malformed", f"the document is not well-formed: {error.msg}") from None


def local(element: etree._Element) -> tuple[str, str]:
    """(namespace, local name) of an element, both in lower case; ("", "") for a comment."""
    if not isinstance(element.tag, str):
        return "", ""
    namespace, _, name = element.tag.rpartition("}")
    return namespace.lstrip("{").strip().lower(), name.lower()


def text(element: etree._Element | None) -> str:
    """All text inside `element`, with white space folded."""
    if element is None:
        return ""
    return " ".join(without_controls("".join(element.itertext())).split())[:_LONGEST_TEXT]


def is_media(element: etree._Element) -> bool:
    """Whether `element` belongs to Media RSS, which has names (`title`, `description`) that RSS
    has, too."""
    return "search.yahoo.com/mrss" in local(element)[0]


def language(element: etree._Element) -> str:
    """The `xml:lang` of `element` or of its nearest ancestor that has one, or ""."""
    scope: etree._Element | None = element
    while scope is not None:
        if name := scope.get(f"{XML}lang"):
            return str(name).strip()[:35]
        scope = scope.getparent()
    return ""


def child_of(item: etree._Element, *names: str) -> etree._Element | None:
    """The first child that is not empty and has one of `names`; earlier names go first."""
    for name in names:
        for child in item:
            if local(child)[1] == name and not is_media(child) and (child.text or len(child)):
                return child
    return None


def joined(base: str, url: str) -> str:
    """`url` made absolute by `base`, or "" if it is empty, too long or malformed."""
    url = url.strip()
    if not url or len(url) > _LONGEST_URL:
        return ""
    try:
        found = urljoin(base, url)
    except ValueError:
        return ""
    return found if len(found) <= _LONGEST_URL else ""


def is_for_readers(url: str) -> bool:
    """Whether readers can open `url`: it is http or https, and not on loopback."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or not host or host == "localhost":
        return False
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return True
