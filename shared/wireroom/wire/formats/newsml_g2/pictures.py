"""Pictures of NewsML-G2: items of their own, which stories link to, and renditions of the right
size."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from lxml import etree
from msgspec import Struct

from wireroom.errors import EntryRejected
from wireroom.markup.addresses import is_web
from wireroom.markup.characters import without_controls
from wireroom.model import Picture
from wireroom.wire.document.tree import joined
from wireroom.wire.formats.fields import (
    embargo,
    escaped,
    first,
    found,
    line,
    number,
    of_right_size,
    once,
    plain,
)
from wireroom.wire.formats.newsml_g2.concepts import in_language, last_part

# The renditions by name, the best first, where none says how wide it is.
_RANKS = ("web", "preview", "viewimage", "lowres", "baseimage", "highres", "original", "print")
_WITHHELD = frozenset({"canceled", "cancelled", "withheld"})


class Shot(Struct, frozen=True):
    """A picture item. `picture` is None where it can't be shown, for the `reason`. `embargo`: it
    may not be shown before."""

    picture: Picture | None
    embargo: datetime | None = None
    reason: str = ""


def shot_of(item: etree._Element, base: str, language: str = "") -> Shot:
    """The picture of a picture item or graphic, in the rendition to show."""
    status = last_part(first(item, "itemmeta", "pubstatus"))
    if status in _WITHHELD:
        return Shot(None, reason=f"a picture that is {status}")
    until = first(item, "itemmeta", "embargoed")
    try:
        until_ = embargo(plain(until))
    except EntryRejected as error:
        return Shot(None, reason=f"a picture with {error}")
    if until is not None and until_ is None:
        return Shot(None, reason="a picture under an embargo without an end")
    renditions = of_content(item, base)
    if not renditions:
        return Shot(None, reason="a picture without an address that readers can open")
    meta = first(item, "contentmeta")
    described = list(found(meta, "description"))
    captions = [each for each in described if "caption" in (each.get("role") or "").lower()]
    caption = in_language(captions or described, language) or in_language(
        found(meta, "headline"), language
    )
    credit = ", ".join(once(map(line, found(meta, "creditline"))))
    credit = credit or ", ".join(once(map(line, found(meta, "by"))))
    credit = credit or line(first(item, "rightsinfo", "copyrightnotice"))
    best = of_right_size(renditions)
    return Shot(
        Picture(
            url=best.url,
            alt=escaped(caption),
            credit=credit,
            width=best.width,
            height=best.height,
        ),
        until_,
    )


def of_content(item: etree._Element, base: str) -> list[Picture]:
    """The renditions of an item's content that are pictures, the best by name first."""
    ranked: list[tuple[int, Picture]] = []
    for remote in found(item, "contentset", "remotecontent"):
        address = joined(base, remote.get("href") or remote.get("residref") or "")
        kind = (remote.get("contenttype") or "").lower()
        if not is_web(address) or (kind and not kind.startswith("image/")) or "svg" in kind:
            continue
        ranked.append(
            (
                _rank(remote.get("rendition") or ""),
                Picture(
                    url=without_controls(address),
                    width=number(remote.get("width") or ""),
                    height=number(remote.get("height") or ""),
                ),
            )
        )
    ranked.sort(key=lambda each: each[0])  # stable
    return [picture for _, picture in ranked]


def _rank(rendition: str) -> int:
    name = rendition.rpartition(":")[2].rpartition("/")[2].lower()
    if "thumb" in name:
        return len(_RANKS) + 1
    return next((n for n, known in enumerate(_RANKS) if known in name), len(_RANKS))


def linked(item: etree._Element) -> Iterable[str]:
    """The guids and addresses to which an item links."""
    links = [*found(item, "itemmeta", "link"), *found(item, "link")]
    links += found(item, "contentmeta", "link")
    return once(
        (each.get(name) or "").strip()[:4000]
        for each in links
        for name in ("residref", "href", "guidref")
    )
