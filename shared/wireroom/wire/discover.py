"""Autodiscovery: the feeds that a web page links to."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

from wireroom.errors import NotAFeed
from wireroom.markup.addresses import is_web
from wireroom.markup.characters import without_controls
from wireroom.wire.document.charset import decoded
from wireroom.wire.document.tree import joined

TYPES = {
    "application/rss+xml",
    "application/atom+xml",
    "application/rdf+xml",
    "application/xml",
    "text/xml",
}
_MOST = 50
_MAX_PAGE = 2 << 20  # bytes; the links stand in the head


def feeds_of(page: bytes, url: str, charset: str = "") -> tuple[tuple[str, str, str], ...]:
    """(absolute URL, title, media type) of each feed that `page` links to with
    `<link rel="alternate">`, in the page's order, each address once, at most 50.

    `url`: where the page was found. `charset`: what HTTP declared, or "".
    """
    try:
        tree = LexborHTMLParser(decoded(page[:_MAX_PAGE], charset))
    except NotAFeed:  # in an encoding that hides what it says: EBCDIC, UTF-7
        return ()
    base = url
    if (tag := tree.css_first("base[href]")) is not None:
        base = joined(url, tag.attributes.get("href") or "") or url
    found: dict[str, tuple[str, str, str]] = {}
    for link in tree.css("link[rel][href]"):
        rel = (link.attributes.get("rel") or "").lower().split()
        media = (link.attributes.get("type") or "").partition(";")[0].strip().lower()
        if "alternate" not in rel or "stylesheet" in rel or media not in TYPES:
            continue
        address = joined(base, link.attributes.get("href") or "")
        if is_web(address):
            title = " ".join(without_controls(link.attributes.get("title") or "").split())
            found.setdefault(address, (address, title[:300], media))
    return tuple(found.values())[:_MOST]
