"""What each format reads of a document, and what a format is."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from wireroom.model import Entry
from wireroom.wire.document.rejection import Rejection


class Source(Struct, frozen=True, kw_only=True):
    """What is known of a document beside its bytes.

    `url`: where it was found. `charset`: what HTTP declared, or "". `identity`: `guid` (then link,
    then a hash of the content) or `link`. `shared`: from earlier documents of this feed.
    `kill_titles`, `hold_titles`: as in the feed's settings.
    """

    url: str
    charset: str = ""
    identity: str = "guid"
    shared: frozenset[str] = frozenset()
    kill_titles: tuple[str, ...] = ()
    hold_titles: tuple[str, ...] = ()


class Document(Struct, frozen=True, kw_only=True):
    """What a feed document says. `ttl`: seconds until it is worth asking again, or None.

    `shared`: guids that this and earlier documents gave to more than one story; hand them to the
    next reading of the feed, so that identities stay what they are. `truncated`: the document
    ended early, so it can't be taken as all that the feed shows.
    """

    title: str = ""
    entries: tuple[Entry, ...] = ()
    rejected: tuple[Rejection, ...] = ()
    ttl: int | None = None
    hub: str = ""
    self_url: str = ""
    language: str = ""
    shared: frozenset[str] = frozenset()
    truncated: bool = False


class Format(Struct, frozen=True):
    """`name`: as messages write it. `looks_like`: whether bytes are a document of this format; it
    is quick and never raises. `read`: raises NotAFeed for a document that can't be read."""

    name: str
    looks_like: Callable[[bytes, Source], bool]
    read: Callable[[bytes, Source], Document]
