"""Ids that no two stories of a feed have in common, and that stay what they are."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from msgspec.structs import replace

from wireroom.model import Entry

Read = tuple[str, Entry]  # the guid as sent, and the entry without its id


def identified(
    read: Iterable[Read], identity: str, shared: frozenset[str], site: str
) -> tuple[tuple[Entry, ...], frozenset[str]]:
    """The entries with ids that no two stories have in common, and the guids that do not suffice.

    A guid (or a link, where that is the identity) on two different stories is `shared`: from then
    on it takes the link beside it, and where that is shared too, the title. Two entries with one
    id are one story; the newer one stands.
    """
    known = set(shared)
    ids: dict[str, list[Read]] = {}
    for _level in range(3):
        ids = {}
        for one in read:
            ids.setdefault(_identity(one, identity, known), []).append(one)
        unclear = {
            name for name, group in ids.items() if len({_story(one, site) for one in group}) > 1
        }
        if not unclear:
            break
        known |= unclear
    entries = []
    for name, group in ids.items():
        newest = max(group, key=lambda one: _stamp(one[1]))  # the first of equals
        entries.append(replace(newest[1], id=name))
    return tuple(entries), frozenset(known)


def _identity(one: Read, identity: str, shared: set[str]) -> str:
    parts = [one[0], one[1].link] if identity == "guid" else [one[1].link, one[0]]
    parts = [part for part in parts if part]
    if not parts:
        entry = one[1]
        return f"hash:{content_hash(entry.title, entry.body, *entry.dates)}"
    name = parts[0]
    for more in (*parts[1:], content_hash(one[1].title)):
        if name not in shared:
            break
        name = f"{name} {more}"
    return name


def _story(one: Read, site: str) -> tuple[str, ...]:
    """What tells two stories apart: the link, unless it is everybody's; then the title as well."""
    link = one[1].link
    return (link,) if link and link != site else (link, one[0], one[1].title)


def _stamp(entry: Entry) -> float:
    moment = entry.updated or entry.published
    return moment.timestamp() if moment else 0.0


def content_hash(*parts: str) -> str:
    """A hash that tells texts apart, in hexadecimal."""
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()
