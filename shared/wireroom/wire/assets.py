"""The pictures of a ninjs item that its sender pushes as files, beside the item.

Superdesk's HTTP Push sends each rendition's file first, under its `media` (an id), and then the
item, whose renditions say `"media": "…", "href": "…"`. The href leads to Superdesk, which readers
may not be able to reach. So where the file has come, the href is replaced by the file's address.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import reduce
from html import escape
from typing import Any

MOST = 100  # files of an item
LONGEST = 500  # characters of a media id


def item_of(document: bytes) -> Any:
    """The JSON of a `document`, or None if it is none."""
    if not document.lstrip().startswith(b"{"):
        return None
    try:
        return json.loads(document)
    except (ValueError, RecursionError):
        return None


def media_of(item: Any) -> tuple[str, ...]:
    """The media ids of the first MOST renditions in `item`."""
    found = dict.fromkeys(rendition["media"] for rendition in _renditions(item))
    return tuple(found)[:MOST]


def placed(item: Any, addresses: Mapping[str, str]) -> bytes:
    """`item` as a document, with `addresses` (media id → address) in place of the hrefs of its
    renditions, and of the same addresses as the sources of pictures in its texts."""
    there: dict[str, str] = {}
    for rendition in _renditions(item):
        if address := addresses.get(rendition["media"]):
            href = rendition.get("href")
            if isinstance(href, str) and href:
                there |= {f'src={quote}{each}{quote}': f'src={quote}{address}{quote}'
                          for quote in "\"'" for each in (href, escape(href))}  # fmt: skip
            rendition["href"] = address
    for holder, key, text in _texts(item):
        if "src=" in text:
            holder[key] = reduce(lambda words, each: words.replace(*each), there.items(), text)
    return json.dumps(item).encode()


def _renditions(item: Any) -> Iterator[dict[str, Any]]:
    for _, key, value in _members(item):
        if key == "renditions":
            for rendition in value.values() if isinstance(value, dict) else ():
                media = rendition.get("media") if isinstance(rendition, dict) else None
                if isinstance(media, str) and 0 < len(media) <= LONGEST:
                    yield rendition


def _texts(item: Any) -> Iterator[tuple[Any, Any, str]]:
    """Each text in `item`: what holds it, its place there, and itself."""
    return ((holder, key, value) for holder, key, value in _members(item) if isinstance(value, str))


def _members(item: Any) -> Iterator[tuple[Any, Any, Any]]:
    """All that is in `item`, however deep: what holds it, its name or place there, and itself."""
    open_ = [item]
    while open_:
        holder = open_.pop()
        for key, value in [*(holder.items() if isinstance(holder, dict) else enumerate(holder))]:
            yield holder, key, value
            if isinstance(value, dict | list):
                open_.append(value)
