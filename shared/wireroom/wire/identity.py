"""Ids that no two stories of a feed have in common, and that stay what they are.

A guid (or a link, where that is the identity) on two different stories is `shared`: from then on
it takes the link beside it, and where that is shared too, the headline, or the text of a story
without one. What is shared is remembered from poll to poll, so an id depends on the rest of its
document only when the sharing is found out, and once. A guid that was never seen on two stories
is the id by itself, whatever becomes of its headline.

Guids and links are compared by what they address, however they are spelled: `markup.spelling`.
Where only fragments differ, the headlines tell.

A kill notice is neither a story nor a version of one: it has the id of what it takes back, however
it is headed, dated or placed, and carries that story where it stands beside it. It is known by its
guid, its own link, or, where those tell nothing, the headline after its label. A guid of its own
does not keep it from the one story of the document that its own link leads to.

Other entries with one id are versions of one story, or stories. To lose a story is worse than to
show one twice, so they are stories unless something speaks for versions:

- own links that differ: stories, whatever else they share. A link to the feed's site is
  everybody's and tells nothing; without an own link only the headline tells.
- the same headline, but for the label of a withdrawal or an embargo: versions.
- the same guid and own link, two headlines, each with a date of its own: versions, of which the
  older has not left the document yet. A link without a guid is not enough (all notices of a page
  have its link and their dates), unless the settings say that it is the identity; nor are
  three headlines, as no agency shows that many of a story at once; and headlines without dates,
  or with the same one, were written beside each other.

Of versions the newest stands, of equals and where one has no date one that must wait, then the
first. The others are `folded`: to be named, unless readers would see no difference, or the date
says that it has been superseded.
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

_LEVELS = 5  # of what an id is made of: guid, its fragment, link, its fragment, headline
Read = tuple[str, Entry]  # the guid as sent, and the entry without its id


class _Read(Struct, frozen=True):
    """`guid` is as sent; `entry` has no id yet; `advisory`: what the agency says of it. `guid_key`,
    `link_key`: what they address; `fragments`: what of them is not in that."""

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
    """`entries` have an id each; `folded` have that of the entry which stands instead of them.

    `shared`: the ids that do not suffice, those known before among them.
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
    """Give each entry its id. `identity`: `guid` or `link`. `site`: the feed's own address.
    `kill_titles`, `hold_titles`: of the feed's settings."""
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
        stands: Entry | None = None
        if stories:
            stands = replace(newest.entry, id=name)
            folded += [replace(entry, id=name) for entry in _lost(stories, newest)]
        if kills:
            stands = replace(_newest(kills).entry, id=name, story=stands)
        entries += [stands] if stands else []
    return Identified(tuple(entries), tuple(folded), frozenset(known))


def _named(one: _Read, identity: str, shared: set[str]) -> tuple[str, str]:
    """The id of an entry as it is spelled, and as `canonical`, which `shared` is too."""
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
    """Whether entries with one id are stories of their own, and not versions of one."""
    guids = {one.guid_key for one in group}
    links = {one.link_key for one in group}
    if links - {"", site} or (len(guids) == 1 and guids != {""}):
        # More than the headline tells whose the kill notices are.
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
    """`groups`, with the kill notices of a guid of their own beside the one story they link to."""
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
    """The version that stands; the first of equals."""
    if any(one.stamp == 0.0 for one in versions):
        return max(versions, key=lambda one: (one.advisory.held, one.stamp))
    return max(versions, key=lambda one: (one.stamp, one.advisory.held))


def _lost(versions: Sequence[_Read], stands: _Read) -> list[Entry]:
    """The versions that readers would tell from the one that stands, and that no date has
    superseded."""
    different = {fingerprint(one.entry): one for one in versions}
    different.pop(fingerprint(stands.entry))
    return [
        one.entry
        for one in different.values()
        if not (one.headline == stands.headline and 0.0 < one.stamp < stands.stamp)
    ]


def content_hash(*parts: str) -> str:
    """A hash that tells texts apart, in hexadecimal."""
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()
