"""The pictures of an item: media:content, media:thumbnail, enclosures, and RSS 0.9's image.

feedparser flattens Media RSS. A caption (`media:description`) becomes a second description of the
story, and so its body; a credit loses its picture. So these elements are read here, and feedparser
does not get them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape
from itertools import islice
from urllib.parse import unquote, urlsplit

from lxml import etree
from msgspec.structs import replace

from wireroom.markup.addresses import is_avatar, is_web
from wireroom.markup.characters import without_controls
from wireroom.markup.embeds import canonical
from wireroom.model import Picture
from wireroom.wire.document.tree import is_media, joined, local, text

_IMAGE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)$", re.IGNORECASE)
_OWN = ("title", "description", "summary")
_MOST = 20  # pictures of one item that are considered
_LONGEST_URL = 2048
_CALLED_IMAGES = {"image", "jpg", "jpeg", "png", "gif", "webp", "avif"}  # used as a media type
_URL = re.compile(r"https?://[^\s<>\"]+")


def picture(item: etree._Element, base: str) -> Picture | None:
    """The item's own picture: the widest `media:content`, else an enclosure, else a thumbnail.

    An alt text that repeats the item's title or description is left out.
    """
    found = list(islice(_pictures(item, base), _MOST))
    if not found:
        return None
    _rank, best, element = max(found, key=lambda ranked: (ranked[0], ranked[1].width))
    if element is not None:
        best = replace(
            best,
            alt=_words(element, "description") or _words(element, "title") or best.alt,
            credit=_words(element, "credit") or _words(element, "copyright"),
        )
    own = {text(c) for c in item if local(c)[1] in _OWN and not is_media(c)}
    return replace(best, alt="") if best.alt in own or _is_file_name(best.alt, best.url) else best


def _pictures(
    item: etree._Element, base: str
) -> Iterator[tuple[int, Picture, etree._Element | None]]:
    """(rank, picture, its element of Media RSS or None) for each picture of the item."""
    for element in item.iter(etree.Element):
        _namespace, name = local(element)
        attributes = {str(key).lower(): str(value) for key, value in element.attrib.items()}
        if is_media(element) and name in ("content", "thumbnail"):
            url = attributes.get("url") or ((element.text or "") if name == "thumbnail" else "")
            kind = attributes.get("type", "").lower()
            if name == "content" and not _is_image(url, kind, attributes.get("medium", "")):
                continue
            built, media = _picture(url, base, attributes), element
            rank = 0 if name == "thumbnail" else 3 if attributes.get("isdefault") == "true" else 2
        elif element.getparent() is item and (
            name == "enclosure" or (name == "link" and attributes.get("rel") == "enclosure")
        ):
            url = attributes.get("url") or attributes.get("href") or ""
            if not _is_image(url, attributes.get("type", "").lower(), ""):
                continue
            built, rank, media = _picture(url, base, attributes), 1, None
        elif element.getparent() is item and name == "image" and len(element):
            inner = {local(child)[1]: text(child) for child in element}
            built, rank, media = _picture(inner.get("url", ""), base, inner), 1, None
        else:
            continue
        if built is not None:
            yield rank, built, media


def _is_image(url: str, kind: str, medium: str) -> bool:
    """Whether a file is an image: by its media type, if it has one, else by `medium`, else by the
    file's name."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return False
    kind = kind.partition(";")[0].strip()
    if "svg" in kind or path.lower().endswith(".svg"):
        return False
    if kind.startswith("image/") or kind in _CALLED_IMAGES:
        return True
    if "/" in kind and kind != "application/octet-stream":
        return False
    if medium:
        return medium.lower() == "image"
    return _IMAGE.search(path) is not None


def _is_file_name(alt: str, url: str) -> bool:
    """Whether an alt text is just the name of the file."""
    if " " in alt.strip():
        return False
    name = unquote(urlsplit(url).path.rpartition("/")[2])
    stem = name.rpartition(".")[0] or name
    same = _letters(alt) in (_letters(stem), _letters(name))
    return _IMAGE.search(alt) is not None or (same and re.search(r"[\d_-]", alt) is not None)


def _letters(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def described(item: etree._Element, link: str) -> str:
    """A video's `media:description`, with the video, as the HTML of a story; "" without one.

    For entries that have no other text, as in the feeds of video sites.
    """
    for element in islice(item.iter(etree.Element), _MOST * _MOST):
        if is_media(element) and local(element)[1] == "description":
            words = without_controls("".join(element.itertext())).strip()
            if not words:
                continue
            if element.get("type", "plain").lower() != "html":
                words = _paragraphs(words)
            return words + _player(item, link)
    return ""


def _paragraphs(words: str) -> str:
    """Plain text as HTML paragraphs, with its addresses as links."""
    blocks = (block.strip() for block in re.split(r"\n\s*\n", words))
    return "".join(
        "<p>" + _URL.sub(_linked, escape(block, quote=False)).replace("\n", "<br>") + "</p>"
        for block in blocks
        if block
    )


def _linked(found: re.Match[str]) -> str:
    address = found[0].rstrip(".,;:!?)'\"")
    return f'<a href="{escape(unescape(address))}">{address}</a>{found[0][len(address) :]}'


def _player(item: etree._Element, link: str) -> str:
    """The item's video as an `iframe`, which `markup.embeds` turns into a link: to the video's own
    page if that site is known, else to the file."""
    for element in islice(item.iter(etree.Element), _MOST * _MOST):
        if not is_media(element) or local(element)[1] not in ("content", "player"):
            continue
        kind, medium = element.get("type", "").lower(), element.get("medium", "").lower()
        video = kind.startswith("video/") or "flash" in kind or medium == "video"
        if video or local(element)[1] == "player":
            address = link if canonical(link) else element.get("url") or link
            title = _words(element, "title")
            return f'<iframe src="{escape(address)}" title="{escape(title)}"></iframe>'
    return ""


def _picture(url: str, base: str, attributes: dict[str, str]) -> Picture | None:
    absolute = joined(base, url)
    if not is_web(absolute) or len(absolute) > _LONGEST_URL:
        return None
    if is_avatar(absolute):
        return None
    return Picture(
        url=without_controls(absolute),
        alt=attributes.get("title", ""),
        width=_pixels(attributes.get("width", "")),
        height=_pixels(attributes.get("height", "")),
    )


def _words(element: etree._Element, name: str) -> str:
    """The text of the element `name` of Media RSS in `element`, else beside it in its group or its
    item; or ""."""
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
