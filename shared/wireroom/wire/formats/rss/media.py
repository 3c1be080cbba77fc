"""The pictures of an item: media:content, media:thumbnail, enclosures, and RSS 0.9's image.

feedparser flattens Media RSS: a caption (`media:description`) becomes the story's second
description, and so its body; credits lose the picture that they belong to. So these elements are
read here, and feedparser does not see them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import urljoin, urlsplit

from lxml import etree
from msgspec.structs import replace

from wireroom.model import Picture
from wireroom.wire.document.charset import scrubbed
from wireroom.wire.document.tree import is_media, local, text

_IMAGE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)$", re.IGNORECASE)
_OWN = ("title", "description", "summary")
_MOST = 20  # pictures of one item that are looked at
_LONGEST_URL = 2048


def picture(item: etree._Element, base: str) -> Picture | None:
    """The item's own picture: the widest `media:content`, else an enclosure, else a thumbnail.

    What only says the item's title or description again does not describe the picture.
    """
    found = list(islice(_pictures(item, base), _MOST))
    if not found:
        return None
    _rank, best, said = max(found, key=lambda ranked: (ranked[0], ranked[1].width))
    if said is not None:
        best = replace(
            best,
            alt=_said(said, "description") or _said(said, "title") or best.alt,
            credit=_said(said, "credit") or _said(said, "copyright"),
        )
    own = {text(c) for c in item if local(c)[1] in _OWN and not is_media(c)}
    return replace(best, alt="") if best.alt in own else best


def _pictures(
    item: etree._Element, base: str
) -> Iterator[tuple[int, Picture, etree._Element | None]]:
    """(rank, picture, the element of Media RSS around which its words are to be looked for)."""
    for element in item.iter(etree.Element):
        _namespace, name = local(element)
        attributes = {str(key).lower(): str(value) for key, value in element.attrib.items()}
        if is_media(element) and name in ("content", "thumbnail"):
            url = attributes.get("url") or ((element.text or "") if name == "thumbnail" else "")
            kind = attributes.get("type", "").lower()
            if name == "content" and not _is_image(url, kind, attributes.get("medium", "")):
                continue
            built, said = _picture(url, base, attributes), element
            rank = 0 if name == "thumbnail" else 3 if attributes.get("isdefault") == "true" else 2
        elif element.getparent() is item and (
            name == "enclosure" or (name == "link" and attributes.get("rel") == "enclosure")
        ):
            url = attributes.get("url") or attributes.get("href") or ""
            if not _is_image(url, attributes.get("type", "").lower(), ""):
                continue
            built, rank, said = _picture(url, base, attributes), 1, None
        elif element.getparent() is item and name == "image" and len(element):
            inner = {local(child)[1]: text(child) for child in element}
            built, rank, said = _picture(inner.get("url", ""), base, inner), 1, None
        else:
            continue
        if built is not None:
            yield rank, built, said


def _is_image(url: str, kind: str, medium: str) -> bool:
    if kind:
        return kind.startswith("image/") and "svg" not in kind
    if medium:
        return medium.lower() == "image"
    return bool(_IMAGE.search(urlsplit(url).path)) if _splits(url) else False


def _splits(url: str) -> bool:
    try:
        urlsplit(url)
    except ValueError:
        return False
    return True


def _picture(url: str, base: str, attributes: dict[str, str]) -> Picture | None:
    url = url.strip()
    if not url or not _splits(url):
        return None
    absolute = urljoin(base, url)
    if not absolute.lower().startswith(("http://", "https://")) or len(absolute) > _LONGEST_URL:
        return None
    return Picture(
        url=scrubbed(absolute),
        alt=attributes.get("title", ""),
        width=_pixels(attributes.get("width", "")),
        height=_pixels(attributes.get("height", "")),
    )


def _said(element: etree._Element, name: str) -> str:
    """A media element's text: in the picture itself, else beside it in its group or its item."""
    scope: etree._Element | None = element
    while scope is not None:
        for child in islice(scope, 2 * _MOST):
            if is_media(child) and local(child)[1] == name:
                return text(child)
        if scope is not element and local(scope)[1] != "group":
            return ""
        scope = scope.getparent()
    return ""


def _pixels(value: str) -> int:
    return int(value) if re.fullmatch(r"[0-9]{1,5}", value.strip()) else 0
