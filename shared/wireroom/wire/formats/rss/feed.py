"""RSS 0.9x, 1.0, 2.0 and Atom → entries, through feedparser.

bytes ─► sound (document.py) ─► lxml tree ─► each item by itself:
                                    own reading: ids, links, authors, pictures, embargo
                                    feedparser:  which text is which, categories, dates
                                ─► Entry, or a Rejection that says why not
                                ─► ids made distinct ─► Document
"""

from __future__ import annotations

from itertools import islice

from lxml import etree

from wireroom.errors import EntryRejected
from wireroom.model import Entry
from wireroom.unforeseen import reason_of
from wireroom.wire.diff import fingerprint
from wireroom.wire.document import tree
from wireroom.wire.document.document import has_root, sound
from wireroom.wire.document.salvage import MAX_ENTRIES
from wireroom.wire.formats.document import Document, Format, Rejection, Source
from wireroom.wire.formats.rss import item
from wireroom.wire.formats.rss.channel import Channel
from wireroom.wire.formats.rss.names import ENTRIES, NAMES
from wireroom.wire.identity import Read, content_hash, identified

_MAX_AROUND = 8  # elements around an entry; each entry's address and language come from all
_HOLDERS = {"channel", "rdf", "feed", "rss", "items"}


def looks_like(document: bytes, source: Source) -> bool:
    """Whether a feed begins in `document`, be it behind a server's warning."""
    return has_root(document, NAMES, source.charset)


def read(document: bytes, source: Source) -> Document:
    """The entries of `document`, in its order.

    Raises NotAFeed, with the states that `document.sound` lists.
    """
    found = sound(document, NAMES, source.charset)
    root = tree.parsed(found.xml)
    rejected = [Rejection(one.id, one.title, one.reason) for one in found.broken]
    read: list[Read] = []
    items = [element for element in root.iter("{*}item", "{*}entry") if _is_entry(element)]
    feed = Channel(root, source.url)
    if len(items) > MAX_ENTRIES:
        surplus = len(items) - MAX_ENTRIES
        rejected.append(Rejection("surplus", "", f"entries: {surplus} more than {MAX_ENTRIES}"))
    for element in item.newest(items, MAX_ENTRIES):
        try:
            read.append(item.read(element, feed))
        except Exception as error:  # noqa: BLE001 (whatever it is, it is this entry's)
            own = isinstance(error, EntryRejected)
            reason = reason_of(error) if own else f"entry: {reason_of(error)}"
            name = item.guid_of(element)[:200] or f"hash:{content_hash(tree.text(element))}"
            rejected.append(Rejection(name, item.title_of(element)[:200], reason))
    ids = identified(
        read,
        source.identity,
        source.shared,
        feed.site,
        kill_titles=source.kill_titles,
        hold_titles=source.hold_titles,
    )
    rejected += [_folded(entry) for entry in ids.folded]
    return Document(
        title=feed.title,
        entries=ids.entries,
        rejected=tuple(rejected),
        ttl=feed.ttl,
        hub=feed.link("hub"),
        self_url=feed.link("self"),
        language=feed.language,
        shared=ids.shared,
        truncated=found.truncated,
    )


def _folded(entry: Entry) -> Rejection:
    name = f"{entry.id[:200]} {fingerprint(entry).hex()}"
    return Rejection(name, entry.title[:200], "id: another entry of the document has it and stands")


def _is_entry(element: etree._Element) -> bool:
    """Whether it stands where entries stand: near the root, and not in another entry."""
    around = [tree.local(outer)[1] for outer in islice(element.iterancestors(), _MAX_AROUND + 1)]
    return 0 < len(around) <= _MAX_AROUND and around[0] in _HOLDERS and ENTRIES.isdisjoint(around)


FORMAT = Format(NAMES.name, looks_like, read)
