"""A feed document → its entries, as sent: RSS 0.9x, 1.0, 2.0 and Atom, through feedparser.

bytes ─► sound (document.py) ─► lxml tree ─► each item by itself:
                                    own reading: ids, links, authors, pictures, embargo
                                    feedparser:  which text is which, categories, dates
                                ─► Entry, or a Rejection that says why not
                                ─► ids made distinct ─► Document
"""

from __future__ import annotations

import re
from itertools import islice

from lxml import etree
from msgspec import Struct

from wireroom.errors import EntryRejected
from wireroom.model import Entry
from wireroom.unforeseen import reason_of
from wireroom.wire.diff import fingerprint
from wireroom.wire.document import tree
from wireroom.wire.document.document import sound
from wireroom.wire.document.salvage import MAX_ENTRIES
from wireroom.wire.formats.rss import item
from wireroom.wire.formats.rss.channel import Channel
from wireroom.wire.identity import Read, content_hash, identified

_ENTRIES = {"item", "entry"}
_MAX_AROUND = 8  # elements around an entry; each entry's address and language come from all
_HOLDERS = {"channel", "rdf", "feed", "rss", "items"}


class Rejection(Struct, frozen=True):
    """One entry that can't be used. `reason` begins with the field that is wrong.

    `entry_id`: its guid, else a hash, so that it is told apart from others and known again.
    """

    entry_id: str
    title: str
    reason: str


class Document(Struct, frozen=True, kw_only=True):
    """What a feed document says. `ttl`: seconds until it is worth asking again, or None.

    `shared`: guids that this and earlier documents gave to more than one story; hand them to the
    next call of `parse`, so that identities stay what they are. `truncated`: the document ended
    early, so it can't be taken as all that the feed shows.
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
    """The entries of `document`, which was found at `url`, in its order.

    `identity`: `guid` (then link, then a hash of the content) or `link`. `shared`: from earlier
    documents of this feed. `kill_titles`, `hold_titles`: as in the feed's settings.

    Raises NotAFeed, with the states that `document.sound` lists.
    """
    declared = re.search(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", content_type, re.IGNORECASE)
    found = sound(document, charset or (declared[1] if declared else ""))
    root = tree.parsed(found.xml)
    rejected = [Rejection(one.id, one.title, one.reason) for one in found.broken]
    read: list[Read] = []
    items = [element for element in root.iter("{*}item", "{*}entry") if _is_entry(element)]
    feed = Channel(root, url)
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
        read, identity, shared, feed.site, kill_titles=kill_titles, hold_titles=hold_titles
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
    return 0 < len(around) <= _MAX_AROUND and around[0] in _HOLDERS and _ENTRIES.isdisjoint(around)
