"""NewsML-G2, 2.9 to 2.34: a message of items, or one item by itself.

newsMessage ─► items ─► text items ─► item.py: Entry, or a Rejection
                    ├─► pictures, graphics: to the story that links them (pictures.py)
                    ├─► concepts: names of codes (concepts.py)
                    ├─► packages: the order of the stories, and which pictures stand beside one
                    └─► all others are left out, by name
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from lxml import etree

from wireroom.wire import dates
from wireroom.wire.document import tree
from wireroom.wire.document.document import root_of, well_formed
from wireroom.wire.document.rejection import MAX_ENTRIES, Rejection, surplus
from wireroom.wire.document.vocabulary import Vocabulary
from wireroom.wire.formats.document import Document, Format, Source
from wireroom.wire.formats.entries import entries_of
from wireroom.wire.formats.fields import first, found, number, plain
from wireroom.wire.formats.newsml_g2.concepts import class_of, of_concepts
from wireroom.wire.formats.newsml_g2.item import Message, headline_of, language_of
from wireroom.wire.formats.newsml_g2.item import read as read_item
from wireroom.wire.formats.newsml_g2.pictures import linked, shot_of
from wireroom.wire.identity import content_hash

NAMES = Vocabulary(
    name="NewsML-G2",
    roots=(
        *("newsMessage", "newsItem", "packageItem", "conceptItem", "knowledgeItem"),
        *("planningItem", "catalogItem"),
    ),
    holders=(("newsmessage", "itemSet"),),
    entries=("newsItem", "packageItem"),
    texts=("inlineData",),
    ids=(),
    title="headline",
    dates=("versionCreated",),
)
_ROOTS = frozenset(name.lower() for name in NAMES.roots)
_MOST_USES = 3
_PICTURES = frozenset({"picture", "graphic", "image", "photo"})
_NO_TEXT = frozenset({"video", "audio", "animated", "composite", "still", "multimedia"}) | _PICTURES


def looks_like(document: bytes, source: Source) -> bool:
    return root_of(document, source.charset) in _ROOTS


def read(document: bytes, source: Source) -> Document:
    """The stories of `document`. Raises NotAFeed, as `document.well_formed`."""
    whole = well_formed(document, NAMES, source.charset)
    root = tree.parsed(whole.xml)
    items = list(_items(root))
    stories = [item for item in items if _is_story(item)]
    pictures = _newest_versions([item for item in items if _is_picture(item)])
    packages = [item for item in items if tree.local(item)[1] == "packageitem"]
    rejected = list(whole.broken)
    if len(stories) > MAX_ENTRIES:
        rejected.append(surplus(len(stories) - MAX_ENTRIES))
        kept = set(sorted(stories, key=_date, reverse=True)[:MAX_ENTRIES])
        stories = [item for item in stories if item in kept]
    guids = {item.get("guid") or "" for item in stories}
    message = Message(
        url=source.url,
        things=_things(root, items, stories),
        concepts=of_concepts(items),
        shots={
            guid: shot_of(item, source.url, language_of(item)) for guid, item in pictures.items()
        },
        grouped=_grouped(packages, guids, set(pictures)),
    )
    each = entries_of(
        _in_order(stories, packages),
        lambda item: read_item(item, message),
        _named,
        source,
        source.url,
    )
    used = {guid for item in stories for guid in linked(item)}
    used |= {guid for group in message.grouped.values() for guid in group}
    return Document(
        title=plain(first(root, "header", "sender")),
        entries=each.entries,
        rejected=(*rejected, *each.rejected),
        language=tree.language(root),
        shared=each.shared,
        left_out=tuple(_left_out(items, message, used)),
        truncated=whole.truncated,
    )


def _things(
    root: etree._Element, items: Sequence[etree._Element], stories: Sequence[etree._Element]
) -> dict[str, etree._Element]:
    """What the remote content of stories may refer to within the document. What more than
    _MOST_USES refer to is left out: each use is read again."""
    uses = Counter(
        str(remote.get(name))
        for story in stories
        for remote in found(story, "contentset", "remotecontent")
        for name in ("residref", "href")
        if remote.get(name)
    )
    things = {item.get("guid") or "": item for item in items}
    for element in root.iter("{*}inlineXML", "{*}inlineData"):
        things[f"#{element.get('id')}"] = element
    return {name: thing for name, thing in things.items() if 0 < uses[name] <= _MOST_USES}


def _items(root: etree._Element) -> Iterator[etree._Element]:
    if tree.local(root)[1] != "newsmessage":
        yield root
        return
    for holder in root:
        if tree.local(holder)[1] == "itemset":
            yield from holder.iterchildren(etree.Element)


def _is_story(item: etree._Element) -> bool:
    return tree.local(item)[1] == "newsitem" and class_of(item) not in _NO_TEXT


def _is_picture(item: etree._Element) -> bool:
    return tree.local(item)[1] == "newsitem" and class_of(item) in _PICTURES


def _newest_versions(items: Sequence[etree._Element]) -> dict[str, etree._Element]:
    """guid → the item of that guid with the highest number; a picture without a guid has none who
    could link to it."""
    newest: dict[str, etree._Element] = {}
    for item in items:
        guid = (item.get("guid") or "").strip()
        before = newest.get(guid)
        if guid and (before is None or _version(item) >= _version(before)):
            newest[guid] = item
    return newest


def _version(item: etree._Element) -> int:
    return number(item.get("version") or "")


def _date(item: etree._Element) -> float:
    moment = dates.of_publication(plain(first(item, "itemmeta", "versioncreated")))
    return moment.timestamp() if moment else 0.0


def _referred(package: etree._Element) -> list[str]:
    """The guids of a package's items, in its order."""
    return [
        str(each.get("residref") or each.get("href") or "").strip()
        for each in package.iter("{*}itemRef")
    ]


def _in_order(
    stories: Sequence[etree._Element], packages: Sequence[etree._Element]
) -> list[etree._Element]:
    """`stories`, first those that packages list, in their order."""
    places: dict[str, int] = {}
    for package in packages:
        for guid in _referred(package):
            places.setdefault(guid, len(places))
    return sorted(stories, key=lambda item: places.get(item.get("guid") or "", len(places)))


def _grouped(
    packages: Sequence[etree._Element], stories: set[str], pictures: set[str]
) -> dict[str, list[str]]:
    """A story's guid → the pictures beside it in a package that has no other story."""
    grouped: dict[str, list[str]] = {}
    for package in packages:
        guids = _referred(package)
        own = {guid for guid in guids if guid in stories}
        if len(own) == 1:
            beside = [guid for guid in guids if guid in pictures]
            grouped.setdefault(own.pop(), []).extend(beside)
    return grouped


def _left_out(
    items: Sequence[etree._Element], message: Message, used: set[str]
) -> Iterator[Rejection]:
    """The items that are no stories, with the reason, but for pictures that a story shows."""
    for item in items:
        if _is_story(item):
            continue
        guid, title = _named(item)
        kind = tree.local(item)[1]
        if kind == "packageitem":
            reason = "a package, of which only the order is used"
        elif kind != "newsitem":
            reason = f"{kind.removesuffix('item')}: no story"
        elif _is_picture(item):
            shot = message.shots.get((item.get("guid") or "").strip())
            if shot is not None and shot.picture is not None and guid in used:
                continue
            reason = (shot.reason if shot else "") or f"a {class_of(item)} that no story links to"
        else:
            reason = f"{class_of(item)}: no story"
        yield Rejection(guid, title, reason)


def _named(item: etree._Element) -> tuple[str, str]:
    """(guid, or a hash; headline) of an item."""
    guid = (item.get("guid") or "").strip()[:200]
    title = headline_of(item) or plain(first(item, "itemmeta", "title"))
    return guid or f"hash:{content_hash(tree.text(item))}", title[:200]


FORMAT = Format(NAMES.name, looks_like, read)
