"""Reads the items of a document one by one, and gives the entries their ids. For all formats."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from msgspec import Struct

from wireroom.errors import EntryRejected
from wireroom.model import Entry
from wireroom.unforeseen import reason_of
from wireroom.wire.diff import fingerprint
from wireroom.wire.document.rejection import Rejection
from wireroom.wire.formats.document import Source
from wireroom.wire.identity import Read, identified

Item = TypeVar("Item")


class Entries(Struct, frozen=True):
    """The fields of `Document` with the same names."""

    entries: tuple[Entry, ...]
    rejected: tuple[Rejection, ...]
    shared: frozenset[str]


def entries_of(
    items: Iterable[Item],
    read: Callable[[Item], Read],
    named: Callable[[Item], tuple[str, str]],
    source: Source,
    site: str,
) -> Entries:
    """The entries that `read` makes from `items`, with their ids.

    `read`: an item → (guid, entry without an id). If it raises, that item becomes a Rejection, and
    the others are read. `named`: an item → (id, title), for a Rejection. `site`: the address of the
    site that the feed is of; a link to it says nothing about an entry.
    """
    sent: list[Read] = []
    rejected: list[Rejection] = []
    for item in items:
        try:
            sent.append(read(item))
        except Exception as error:  # noqa: BLE001 (whatever it is, it is this entry's)
            own = isinstance(error, EntryRejected)
            reason = reason_of(error) if own else f"entry: {reason_of(error)}"
            name, title = named(item)
            rejected.append(Rejection(name[:200], title[:200], reason))
    ids = identified(
        sent,
        source.identity,
        source.shared,
        site,
        kill_titles=source.kill_titles,
        hold_titles=source.hold_titles,
    )
    rejected += map(_folded, ids.folded)
    return Entries(ids.entries, tuple(rejected), ids.shared)


def _folded(entry: Entry) -> Rejection:
    name = f"{entry.id[:200]} {fingerprint(entry).hex()}"
    return Rejection(
        name,
        entry.title[:200],
        "id: another entry of the document has the same id and takes its place",
    )
