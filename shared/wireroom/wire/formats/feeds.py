"""A feed document of any format → its entries, as sent.

bytes ─► the first of FORMATS that it looks like ─► that format's `read` ─► Document
      └► none of them ─► NotAFeed, which says what the document is instead
"""

from __future__ import annotations

from wireroom.errors import NotAFeed
from wireroom.wire.document.document import MAX_DOCUMENT, archive, refusal
from wireroom.wire.formats import newsml_1
from wireroom.wire.formats.document import Document, Format, Source
from wireroom.wire.formats.json import document as json_document
from wireroom.wire.formats.newsml_g2 import feed as newsml_g2
from wireroom.wire.formats.nitf import feed as nitf
from wireroom.wire.formats.rss import feed
from wireroom.wire.formats.text import anpa1312, iptc7901
from wireroom.wire.http import headers

# Tried in this order. JSON is first, as its texts may contain documents of the others. RSS is last,
# as it also takes feeds with something else before them.
FORMATS: tuple[Format, ...] = (
    json_document.FORMAT,
    newsml_g2.FORMAT,
    newsml_1.FORMAT,
    nitf.FORMAT,
    iptc7901.FORMAT,
    anpa1312.FORMAT,
    feed.FORMAT,
)


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
    """The entries of `document`, in its order. The format is recognised by the bytes.

    `content_type`: the HTTP header; `charset` overrides the one in it. The others: as in `Source`.

    Raises NotAFeed: `too-large`, `archive`, the states of the format's `read`, and, if none of
    FORMATS matches, those of `document.refusal`.
    """
    if len(document) > MAX_DOCUMENT:
        raise NotAFeed("too-large", f"{len(document)} bytes, at most {MAX_DOCUMENT}")
    if kind := archive(document):
        raise NotAFeed("archive", f"the document is a {kind} archive: send what is in it, unpacked")
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
