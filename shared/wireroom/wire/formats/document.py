"""What a format is, and the types between it and its callers: Source in, Document out."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from wireroom.model import Entry
from wireroom.wire.document.rejection import Rejection


class Source(Struct, frozen=True, kw_only=True):
    """What is known about a document beside its bytes.

    `url`: where it was found. `charset`: what HTTP declared, or "". `shared`: as in the `Document`
    of the feed's last poll. `identity`, `kill_titles`, `hold_titles`: as in the feed's settings.
    """

    url: str
    charset: str = ""
    identity: str = "guid"
    shared: frozenset[str] = frozenset()
    kill_titles: tuple[str, ...] = ()
    hold_titles: tuple[str, ...] = ()


class Document(Struct, frozen=True, kw_only=True):
    """The content of a feed document. `ttl`: seconds after which it asks to be fetched again, or
    None. `hub`, `self_url`: absolute addresses for WebSub, or "".

    `shared`: guids and links that this and earlier documents gave to several stories. The `Source`
    of the feed's next document needs them, so that its entries keep their ids (`wire.identity`).
    `left_out`: items that are no stories, such as a picture by itself, each with the reason; they
    are logged, and nobody has to mend anything. `truncated`: the document ended early, so the feed
    may have more entries.
    """

    title: str = ""
    entries: tuple[Entry, ...] = ()
    rejected: tuple[Rejection, ...] = ()
    ttl: int | None = None
    hub: str = ""
    self_url: str = ""
    language: str = ""
    shared: frozenset[str] = frozenset()
    left_out: tuple[Rejection, ...] = ()
    truncated: bool = False


class Format(Struct, frozen=True):
    """`name`: for messages. `looks_like`: whether bytes are a document of this format; quick, and
    never raises. `read`: bytes → Document; raises NotAFeed."""

    name: str
    looks_like: Callable[[bytes, Source], bool]
    read: Callable[[bytes, Source], Document]
