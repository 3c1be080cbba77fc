"""A picture as templates print it: where the browser finds it, in which widths and at what size."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from msgspec import Struct

from wireroom.markup.addresses import is_web
from wireroom.markup.attributes import attribute, with_pictures
from wireroom.model import Picture, Stored
from wireroom.site import pages
from wireroom.site.templating import absolute

# How wide a picture is shown, by the stylesheet, so that the browser takes no larger rendition.
COLUMN = "(min-width: 42rem) 40rem, 92vw"  # in the body of a story
PLAIN = 640  # the width of the rendition for browsers that don't choose one


class Shot(Struct, frozen=True, kw_only=True):
    """`src`: an address on this site or at the agency. `srcset`: "" if there is one size only.
    `width`, `height`: pixels, 0 if unknown. `large`, `share`: absolute addresses of the largest
    picture and of the one for cards; `share_width`, `share_height`: 0 if unknown."""

    src: str
    srcset: str = ""
    alt: str = ""
    credit: str = ""
    width: int = 0
    height: int = 0
    large: str = ""
    share: str = ""
    share_width: int = 0
    share_height: int = 0


def shot(picture: Picture | None, site_url: str) -> Shot | None:
    """`picture` for a template. None if there is none, or its address is not http or https."""
    if picture is None or not is_web(picture.url):
        return None
    stored = picture.stored
    if stored is None:
        return Shot(
            src=picture.url,
            alt=picture.alt,
            credit=picture.credit,
            width=picture.width,
            height=picture.height,
            large=picture.url,
            share=picture.url,
        )
    return Shot(
        src=_src(stored),
        srcset=_srcset(stored),
        alt=picture.alt,
        credit=picture.credit,
        width=stored.width,
        height=stored.height,
        large=absolute(site_url, pages.rendition(stored.name, stored.width)),
        share=absolute(site_url, pages.share_picture(stored.name)),
        share_width=stored.share[0],
        share_height=stored.share[1],
    )


def of_those(body: str, stored: Mapping[str, Stored] | None) -> str:
    """A sanitised `body` without the pictures that have no renditions. `stored`: as in
    `Shown.pictures`; None leaves the body as it is."""
    if stored is None:
        return body
    return with_pictures(body, lambda tag: tag if attribute(tag, "src") in stored else "")


def in_body(body: str, stored: Mapping[str, Stored] | None) -> str:
    """What `of_those` gives, with the pictures' renditions in their place."""
    if stored is None:
        return body
    return with_pictures(
        body, lambda tag: _tag(stored[attribute(tag, "src")], attribute(tag, "alt"))
    )


def _tag(stored: Stored, alt: str) -> str:
    values = {
        "src": _src(stored),
        "srcset": _srcset(stored),
        "sizes": COLUMN if len(stored.widths) > 1 else "",
        "width": str(stored.width),
        "height": str(stored.height),
        "loading": "lazy",
    }
    text = "".join(f' {name}="{escape(value)}"' for name, value in values.items() if value)
    return f'<img{text} alt="{escape(alt)}">'


def _src(stored: Stored) -> str:
    width = max((each for each in stored.widths if each <= PLAIN), default=stored.width)
    return pages.rendition(stored.name, width)


def _srcset(stored: Stored) -> str:
    if len(stored.widths) < 2:
        return ""
    return ", ".join(f"{pages.rendition(stored.name, each)} {each}w" for each in stored.widths)
