"""RSS 0.9x, 1.0, 2.0 and Atom → entries, through feedparser.

bytes ─► well_formed (document.py) ─► lxml tree ─► each item by itself:
                                    Wireroom itself: ids, links, authors, pictures, embargo
                                    feedparser:  which text is which, categories, dates
                                ─► Entry, or a Rejection with the reason
                                ─► each entry gets its id ─► Document
"""

from __future__ import annotations

from itertools import islice

from lxml import etree

from wireroom.wire.document import tree
from wireroom.wire.document.document import has_root, well_formed
from wireroom.wire.document.rejection import MAX_ENTRIES, surplus
from wireroom.wire.formats.document import Document, Format, Source
from wireroom.wire.formats.entries import entries_of
from wireroom.wire.formats.rss import item
from wireroom.wire.formats.rss.channel import Channel
from wireroom.wire.formats.rss.names import ENTRIES, NAMES
from wireroom.wire.identity import content_hash

_MAX_AROUND = 8  # elements around an entry, which are all read for its address and language
_ENTRIES = [f"{{*}}{name}" for name in NAMES.entries]
_HOLDERS = {"channel", "rdf", "feed", "rss", "items"}


def looks_like(document: bytes, source: Source) -> bool:
    """Whether `document` contains a feed, for example after a server's warning."""
    return has_root(document, NAMES, source.charset)


def read(document: bytes, source: Source) -> Document:
    """The entries of `document`, in its order.

    Raises NotAFeed, with the states that `document.well_formed` lists.
    """
    found = well_formed(document, NAMES, source.charset)
    root = tree.parsed(found.xml)
    feed = Channel(root, source.url)
    rejected = list(found.broken)
    items = [element for element in root.iter(*_ENTRIES) if _is_entry(element)]
    if len(items) > MAX_ENTRIES:
        rejected.append(surplus(len(items) - MAX_ENTRIES))
    each = entries_of(
        item.newest(items, MAX_ENTRIES),
        lambda element: item.read(element, feed),
        _named,
        source,
        feed.site,
    )
    return Document(
        title=feed.title,
        entries=each.entries,
        rejected=(*rejected, *each.rejected),
        ttl=feed.ttl,
        hub=feed.link("hub"),
        self_url=feed.link("self"),
        language=feed.language,
        shared=each.shared,
        truncated=found.truncated,
    )


def _named(element: etree._Element) -> tuple[str, str]:
    """(guid, or a hash; title) of an item, for a Rejection."""
    guid = item.guid_of(element)[:200] or f"hash:{content_hash(tree.text(element))}"
    return guid, item.title_of(element)


def _is_entry(element: etree._Element) -> bool:
    """Whether `element` is at the place of an entry: near the root, and not in another entry."""
    around = [tree.local(outer)[1] for outer in islice(element.iterancestors(), _MAX_AROUND + 1)]
    return 0 < len(around) <= _MAX_AROUND and around[0] in _HOLDERS and ENTRIES.isdisjoint(around)


FORMAT = Format(NAMES.name, looks_like, read)
