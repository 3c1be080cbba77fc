"""The elements of RSS 0.9x, 1.0, 2.0 and Atom that make a document a feed, and its entries."""

from __future__ import annotations

from wireroom.wire.document.vocabulary import Vocabulary

NAMES = Vocabulary(
    name="RSS or Atom",
    roots=("rss", "RDF", "feed", "channel"),
    holders=(("rss", "channel"),),
    entries=("item", "entry"),
    texts=("title", "description", "content:encoded", "summary", "content"),
    ids=("guid", "id", "link"),
    dates=("pubDate", "published", "issued", "date", "updated", "modified", "created"),
)
ENTRIES = frozenset(NAMES.entries)
DATES = frozenset(name.lower() for name in NAMES.dates)
