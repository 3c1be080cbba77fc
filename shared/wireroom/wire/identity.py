"""Gives each entry of a document an id: one per story, and the same at every poll.

The id of an entry is its guid (or its link, if the feed's `identity` is `link`). If two different
stories have the same guid, that guid is `shared`. From then on the id of such an entry is its guid
and link; if both are shared, its headline is added, or its text if it has no headline. The shared
guids are remembered from poll to poll. So the other entries of a document influence an id only
once, when the sharing is noticed. A guid that was never seen on two stories is the id by itself,
even if the headline changes.

Guids and links are compared by what they address, in any spelling: see `markup.spelling`. Where
only their fragments differ, the headlines decide.

A kill notice is neither a story nor a version of one. It gets the id of the story that it takes
back, whatever its headline, date or place, and contains that story if the document has it. The
story is found by the notice's guid, by its own link, or, if neither identifies a story, by the
headline after its label. A notice with another guid belongs to the one story of the document to
which the notice's own link leads.

Other entries with the same id are either versions of one story, or different stories. Losing a
story is worse than showing one twice, so in doubt they are stories. These rules decide, in this
order:

- Entries with different own links are different stories. An own link is one that does not just lead
  to the feed's site. Entries without own links are different stories if their headlines differ.
- Entries with the same guid that have each a number of its version are versions.
- Entries with the same headline are versions. The label of a withdrawal or an embargo is no part of
  the headline.
- Entries with the same guid and own link, and with two headlines that have each a date of its own,
  are versions; the older one has not left the document yet. The same link without a guid is not
  enough, unless the feed's `identity` is `link`: all notices of one page have its link. Three
  headlines are different stories, as no agency sends that many of one story at once. So are
  headlines without dates, or with the same date.

Of several versions the one with the highest number is used, else the newest. If their dates are
equal, or one has none, a version that
must wait for an editor is preferred, then the first in the document. The other versions are
`folded`: they are reported as rejected, unless readers would see no difference, or a lower number
or an older date shows that a version was superseded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from wireroom.markup.advisories import Advisory, advisory
from wireroom.markup.spelling import canonical, fragment
from wireroom.model import Entry
from wireroom.wire.diff import fingerprint

_LEVELS = 5  # parts of an id: guid, its fragment, link, its fragment, headline
Read = tuple[str, Entry]  # the guid as sent, and the entry without its id


class _Read(Struct, frozen=True):
    """`guid` is as sent; `entry` has no id yet; `advisory`: whether it is a kill notice, or must
    wait. `guid_key`, `link_key`: their canonical spelling; `fragments`: theirs that it leaves
    out."""

    guid: str
    entry: Entry
    advisory: Advisory
    guid_key: str
    link_key: str
    fragments: tuple[str, str]

    @property
    def headline(self) -> str:
        return self.advisory.headline or self.entry.body

    @property
    def stamp(self) -> float:
        moment = self.entry.updated or self.entry.published
        return moment.timestamp() if moment else 0.0


class Identified(Struct, frozen=True):
    """`entries` have an id each. `folded`: versions that were left out, with the id of the version
    that is used. `shared`: guids and links that several stories have, with those known before.
    """

    entries: tuple[Entry, ...]
    folded: tuple[Entry, ...]
    shared: frozenset[str]


def identified(
    read: Sequence[Read],
    identity: str,
    shared: frozenset[str],
    site: str,
    *,
    kill_titles: tuple[str, ...] = (),
    hold_titles: tuple[str, ...] = (),
) -> Identified:
    """Give each entry its id. `shared`: from the feed's earlier documents. `site`: the address of
    the site that the feed is of. `identity`, `kill_titles`, `hold_titles`: as in the feed's
    settings."""
    sent = [
        _Read(
            guid,
            entry,
            advisory(entry, kill_titles, hold_titles),
            canonical(guid),
            canonical(entry.link),
            (fragment(guid), fragment(entry.link)),
        )
        for guid, entry in read
    ]
    known = {canonical(name) for name in shared}
    site = canonical(site)
    groups: dict[str, list[_Read]] = {}
    for _level in range(_LEVELS):
        groups = {}
        for one in sent:
            groups.setdefault(_named(one, identity, known)[1], []).append(one)
        unclear = {name for name, group in groups.items() if _are_stories(group, identity, site)}
        if not unclear:
            break
        known |= unclear
    entries: list[Entry] = []
    folded: list[Entry] = []
    for group in _with_their_kills(groups, {*known, "", site}).values():
        kills = [one for one in group if one.advisory.withdrawn]
        stories = [one for one in group if not one.advisory.withdrawn]
        newest = _newest(stories or kills)
        name, _ = _named(newest, identity, known)
        used: Entry | None = None
        if stories:
            used = replace(newest.entry, id=name)
            folded += [replace(entry, id=name) for entry in _lost(stories, newest)]
        if kills:
            used = replace(_newest(kills).entry, id=name, story=used)
        entries += [used] if used else []
    return Identified(tuple(entries), tuple(folded), frozenset(known))


def _named(one: _Read, identity: str, shared: set[str]) -> tuple[str, str]:
    """The id of an entry as spelled, and in canonical spelling. `shared` is canonical, too."""
    entry = one.entry
    guid = [(one.guid, one.guid_key), (one.fragments[0],) * 2]
    link = [(entry.link, one.link_key), (one.fragments[1],) * 2]
    parts = [part for part in (guid + link if identity == "guid" else link + guid) if part[0]]
    if not parts:
        name = f"hash:{content_hash(entry.title, entry.body, *entry.dates)}"
        return name, name
    name, key = parts[0]
    for more in (*parts[1:], (content_hash(one.headline),) * 2):
        if key not in shared:
            break
        name, key = f"{name} {more[0]}", f"{key} {more[1]}"
    return name, key


def _are_stories(group: Sequence[_Read], identity: str, site: str) -> bool:
    """Whether entries with the same id are different stories, and not versions of one."""
    guids = {one.guid_key for one in group}
    links = {one.link_key for one in group}
    if len(guids) == 1 and guids != {""} and all(one.entry.version for one in group):
        return False
    if links - {"", site} or (len(guids) == 1 and guids != {""}):
        # Guid or link say which story a kill notice takes back, so its headline must not count.
        group = [one for one in group if not one.advisory.withdrawn]
        guids = {one.guid_key for one in group}
        links = {one.link_key for one in group}
    if len(links) > 1:
        return True
    headlines = {one.headline for one in group}
    if links & {"", site}:
        return len(headlines) > 1 or len(guids) > 1
    if len(headlines) <= 1:
        return False
    dates = {one.stamp for one in group}
    headlined = {(one.stamp, one.headline) for one in group}
    each_its_own = 0.0 not in dates and len(headlined) == len(dates)
    one_story = identity == "link" or guids != {""}
    one_place = len({one.fragments for one in group}) == 1
    return not (one_story and one_place and len(headlines) == 2 and each_its_own)


def _with_their_kills(
    groups: dict[str, list[_Read]], tells_nothing: set[str]
) -> dict[str, list[_Read]]:
    """`groups`, with each kill notice that has a guid of its own moved to the one story that it
    links to. `tells_nothing`: links that identify no story."""
    linked: dict[str, set[str]] = {}
    for name, group in groups.items():
        for one in group:
            if not one.advisory.withdrawn and one.link_key not in tells_nothing:
                linked.setdefault(one.link_key, set()).add(name)
    moved: dict[str, list[_Read]] = {}
    for name, group in groups.items():
        notices = all(one.advisory.withdrawn for one in group)
        leads_to = {story for one in group for story in linked.get(one.link_key, ())}
        moved.setdefault(leads_to.pop() if notices and len(leads_to) == 1 else name, []).extend(
            group
        )
    return moved


def _newest(versions: Sequence[_Read]) -> _Read:
    """The version to use; the first of equals."""
    highest = max(one.entry.version for one in versions)
    versions = [one for one in versions if one.entry.version == highest]
    if any(one.stamp == 0.0 for one in versions):
        return max(versions, key=lambda one: (one.advisory.held, one.stamp))
    return max(versions, key=lambda one: (one.stamp, one.advisory.held))


def _lost(versions: Sequence[_Read], used: _Read) -> list[Entry]:
    """The versions that readers could tell from the one that is used, without those that an older
    date shows to be superseded."""
    different = {fingerprint(one.entry): one for one in versions}
    different.pop(fingerprint(used.entry))
    return [
        one.entry
        for one in different.values()
        if not (one.headline == used.headline and 0.0 < one.stamp < used.stamp)
        and not 0 < one.entry.version < used.entry.version
    ]


def content_hash(*parts: str) -> str:
    """A hash of `parts`: 128 bits in hexadecimal."""
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()
