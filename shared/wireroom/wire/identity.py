"""Ids that no two stories of a feed have in common, and that stay what they are.

A guid (or a link, where that is the identity) on two different stories is `shared`: from then on
it takes the link beside it, and where that is shared too, the headline, or the text of a story
without one. What is shared is remembered from poll to poll, so an id depends on the rest of its
document only when the sharing is found out, and once. A guid that was never seen on two stories
is the id by itself, whatever becomes of its headline.

Entries with one id are versions of one story, or stories. To lose a story is worse than to show
one twice, so they are stories unless something speaks for versions:

- own links that differ: stories, whatever else they share. A link to the feed's site is
  everybody's and tells nothing; without an own link only the headline tells.
- the same headline, but for the label of a withdrawal: versions.
- the same guid and own link, two headlines, each with a date of its own: versions, of which the
  older has not left the document yet. A link without a guid is not enough (all notices of a page
  have its link and their dates), unless the settings say that it is the identity; nor are
  three headlines, as no agency shows that many of a story at once; and headlines without dates,
  or with the same one, were written beside each other.

Of versions the newest stands, of equals a withdrawal, then the first. The others are `folded`: to
be named, unless readers would see no difference, or the date says that it has superseded them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from wireroom.model import Entry
from wireroom.wire.diff import fingerprint

Read = tuple[str, Entry]  # the guid as sent, and the entry without its id

# What goes before the headline of the story that is taken back.
_WITHDRAWAL = re.compile(
    r"\A\W*(?:(?:STORY|URGENT|ADVISORY)[\s:]\s*)*"
    r"(?:(?:MANDATORY )?KILL(?:ED)?(?: NOTICE)?|WITHDRAW(?:N|AL)?|RETRACT(?:ED|ION))"
    r"\s*[:—–\])*-]+\s*"
)


class Identified(Struct, frozen=True):
    """`entries` have an id each; `folded` have that of the entry which stands instead of them.

    `shared`: the ids that do not suffice, those known before among them.
    """

    entries: tuple[Entry, ...]
    folded: tuple[Entry, ...]
    shared: frozenset[str]


def identified(
    read: Sequence[Read], identity: str, shared: frozenset[str], site: str
) -> Identified:
    """Give each entry its id. `identity`: `guid` or `link`. `site`: the feed's own address."""
    known = set(shared)
    groups: dict[str, list[Read]] = {}
    for _level in range(3):
        groups = {}
        for one in read:
            groups.setdefault(_identity(one, identity, known), []).append(one)
        unclear = {name for name, group in groups.items() if _are_stories(group, identity, site)}
        if not unclear:
            break
        known |= unclear
    entries: list[Entry] = []
    folded: list[Entry] = []
    for name, group in groups.items():
        versions = [replace(entry, id=name) for _guid, entry in group]
        stands = max(versions, key=_rank)  # the first of equals
        entries.append(stands)
        different = {fingerprint(entry): entry for entry in versions}
        different.pop(fingerprint(stands))
        folded += [entry for entry in different.values() if not _superseded(entry, stands)]
    return Identified(tuple(entries), tuple(folded), frozenset(known))


def _identity(one: Read, identity: str, shared: set[str]) -> str:
    guid, entry = one
    parts = [guid, entry.link] if identity == "guid" else [entry.link, guid]
    parts = [part for part in parts if part]
    if not parts:
        return f"hash:{content_hash(entry.title, entry.body, *entry.dates)}"
    name = parts[0]
    for more in (*parts[1:], content_hash(_headline(entry))):
        if name not in shared:
            break
        name = f"{name} {more}"
    return name


def _are_stories(group: Sequence[Read], identity: str, site: str) -> bool:
    """Whether entries with one id are stories of their own, and not versions of one."""
    guids = {guid for guid, _ in group}
    links = {entry.link for _, entry in group}
    if len(links) > 1:
        return True
    headlines = {_headline(entry) for _, entry in group}
    if links & {"", site}:
        return len(headlines) > 1 or len(guids) > 1
    if len(headlines) == 1:
        return False
    dates = {_stamp(entry) for _, entry in group}
    headlined = {(_stamp(entry), _headline(entry)) for _, entry in group}
    each_its_own = 0.0 not in dates and len(headlined) == len(dates)
    one_story = identity == "link" or guids != {""}
    return not (one_story and len(headlines) == 2 and each_its_own)


def _headline(entry: Entry) -> str:
    return _WITHDRAWAL.sub("", entry.title) or entry.body


def _superseded(entry: Entry, stands: Entry) -> bool:
    return _headline(entry) == _headline(stands) and 0.0 < _stamp(entry) < _stamp(stands)


def _rank(entry: Entry) -> tuple[float, bool]:
    return _stamp(entry), _WITHDRAWAL.match(entry.title) is not None


def _stamp(entry: Entry) -> float:
    moment = entry.updated or entry.published
    return moment.timestamp() if moment else 0.0


def content_hash(*parts: str) -> str:
    """A hash that tells texts apart, in hexadecimal."""
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()
