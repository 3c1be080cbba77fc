"""A feed document → its entries, as sent, whatever its format.

bytes ─► the first of FORMATS that it looks like ─► that format's `read` ─► Document
      └► none: NotAFeed, which says what it looks like
"""

from __future__ import annotations

from wireroom.errors import NotAFeed
from wireroom.wire.document.document import MAX_DOCUMENT, refusal
from wireroom.wire.formats.document import Document, Format, Source
from wireroom.wire.formats.rss import feed
from wireroom.wire.http import headers

# In this order. RSS is the last, as it also takes feeds that stand behind something else.
FORMATS: tuple[Format, ...] = (feed.FORMAT,)


def parse(
    document: bytes,
    *,
    url: str,
    content_type: str = "",
    identity: str = "guid",
    shared: frozenset[str] = frozenset(),
    charset: str = "",
    kill_titles: tuple[str, ...] = (),
    hold_titles: tuple[str, ...] = (),
) -> Document:
    """The entries of `document`, in its order. Its bytes tell the format, not its name or type.

    `charset` is used before the one in `content_type`. All else is told in `Source`.

    Raises NotAFeed: `too-large`, the states of the format's `read`, and, for a document of none of
    FORMATS, those of `document.refusal`.
    """
    if len(document) > MAX_DOCUMENT:
        raise NotAFeed("too-large", f"{len(document)} bytes, at most {MAX_DOCUMENT}")
    source = Source(
        url=url,
        charset=charset or headers.charset(content_type),
        identity=identity,
        shared=shared,
        kill_titles=kill_titles,
        hold_titles=hold_titles,
    )
    for each in FORMATS:
        if each.looks_like(document, source):
            return each.read(document, source)
    names = " or ".join(each.name for each in FORMATS)
    raise refusal(document, names, source.charset)
