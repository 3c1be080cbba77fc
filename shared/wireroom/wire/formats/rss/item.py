"""One item of a feed → an Entry, or an EntryRejected that names the field.

Ids, links, authors, pictures and embargoes are read here. feedparser decides which text is which,
and reads categories and dates. It gets one item at a time, so that what one item does to it (an
exception, a language, a base address) has no effect on the next.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Sequence
from copy import deepcopy
from datetime import datetime
from itertools import chain, islice
from typing import Any

import feedparser
from lxml import etree

from wireroom.errors import EntryRejected
from wireroom.markup.addresses import is_web
from wireroom.markup.characters import without_controls
from wireroom.model import Entry
from wireroom.wire import dates
from wireroom.wire.document.tree import (
    XML,
    child_of,
    is_for_readers,
    is_media,
    joined,
    language,
    local,
    text,
)
from wireroom.wire.formats.mojibake import restored
from wireroom.wire.formats.rss.byline import authors, byline
from wireroom.wire.formats.rss.channel import Channel
from wireroom.wire.formats.rss.media import described, picture
from wireroom.wire.formats.rss.names import DATES
from wireroom.wire.formats.rss.texts import STORY, cleaned, held_back, story

MAX_BODY = 1 << 20  # characters of one entry's body
MAX_ITEM_ELEMENTS = 20_000
# Characters of the fields that an entry needs. It is rejected if one of these is longer.
_MAX_OWN = {"title": 2000, "link": 2048, "guid": 1024, "id": 1024, "embargo": 1000}
# Characters of all other fields. One that is longer is left out.
_MAX_OTHER = {"category": 1000, "subject": 1000}
_MAX_ANY = 10_000
_MAX_ATTRIBUTE = 2048
_MAX_ALIKE = 50  # such fields of one name
_MAX_INNER = 2000  # elements inside such a field

_ADDRESSES = {"href", "src", "poster", "cite", "data-src"}
_EMBARGO = {"embargo", "embargoed", "embargodate", "embargotime", "embargoeduntil"}
_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"


def read(item: etree._Element, feed: Channel) -> tuple[str, Entry]:
    """(the guid as sent, the entry without an id). Raises EntryRejected, which names the field.

    Changes `item`: what exceeds the limits above is removed.
    """
    _prune(item)
    guid = guid_of(item)
    own = _base(item, feed.url)
    link = _link(item, own or feed.home, feed.url)
    shot = picture(item, own or link or feed.home)
    content = child_of(item, "content", "encoded", "description", "summary")
    base = (own if content is None else _base(content, feed.url)) or link or feed.home
    for element in item:
        if local(element)[1] in STORY and not is_media(element):
            _rebase(element, feed.url)
    embargo, embargo_text = _embargo(item)
    pubstatus = text(child_of(item, "pubstatus"))[:100]
    source = _source(item) or feed.publisher
    spoken = _language(item, content) or feed.language
    by = byline(_authors(item, feed))
    group = described(item, link)
    alone = _alone(item, feed.root)
    texts = held_back(alone)
    parsed = _feedparsed(alone, feed.url)
    title = restored(texts.get(parsed.get("title"), ""))
    body, full, summary = story(parsed, texts)
    if not (body or summary):
        body, full = group, bool(group)
    body, summary, by, source = map(restored, (body, summary, by, source))
    if not (title or body):
        raise EntryRejected("entry", "it has neither a title nor a text")
    if len(body) > MAX_BODY:
        raise EntryRejected("body", f"{len(body)} characters, at most {MAX_BODY}")
    # dict.get, as feedparser's own `get` gives `published` for a missing `updated`.
    sent = [cleaned(dict.get(parsed, name)) for name in ("published", "created", "updated")]
    published, created, updated = (dates.of_publication(value) for value in sent)
    return (
        guid,
        Entry(
            id="",
            title=title,
            link=link,
            body=body,
            full=full,
            summary=summary,
            byline=by,
            source=source,
            language=spoken,
            # RSS 1.0 has one date only (dc:date), and Atom's `published` may be missing.
            published=published or created or updated,
            updated=updated,
            embargo=embargo,
            pubstatus=pubstatus,
            dates=tuple(value[:100] for value in (*sent, embargo_text) if value),
            categories=_categories(parsed),
            picture=shot,
            base=base or "about:blank",
        ),
    )


def newest(items: Sequence[etree._Element], most: int) -> Sequence[etree._Element]:
    """At most `most` of `items`, in their order: the newest by date, as not every feed begins with
    them. Items without a date count as older, in their order."""
    if len(items) <= most:
        return items
    by_date = sorted(items, key=_date, reverse=True)  # stable
    kept = set(by_date[:most])
    return [each for each in items if each in kept]


def _date(item: etree._Element) -> float:
    for child in item:
        if local(child)[1] in DATES and not is_media(child):
            moment = dates.of_publication(text(child))
            if moment:
                return moment.timestamp()
    return 0.0


def guid_of(item: etree._Element) -> str:
    """The item's own id as sent, or ""."""
    guid = text(child_of(item, "guid", "id"))
    return guid or (item.get(_ABOUT) or "").strip()


def title_of(item: etree._Element) -> str:
    """The item's title as text, for a Rejection."""
    return text(child_of(item, "title"))


def _prune(item: etree._Element) -> None:
    """Remove what exceeds the limits. Raises EntryRejected if it is a field that the entry
    needs."""
    counts: Counter[str] = Counter()
    for child in list(item):
        if own := _own(child):
            if problem := _excess(child, _MAX_OWN.get(own, MAX_BODY)):
                raise EntryRejected(own, problem)
            continue
        name = local(child)[1]
        counts[name] += 1
        many = counts[name] > _MAX_ALIKE or _more_than(_MAX_INNER, child)
        if many or _excess(child, _MAX_OTHER.get(name, _MAX_ANY)):
            item.remove(child)
    if _more_than(MAX_ITEM_ELEMENTS, item):
        raise EntryRejected("entry", f"more than {MAX_ITEM_ELEMENTS} elements in its texts")


def _own(child: etree._Element) -> str:
    """Which of the fields that an entry needs `child` is; "" for any other."""
    name = local(child)[1]
    if is_media(child):
        return ""
    if _is_embargo(child):
        return "embargo"
    if name == "link" and child.get("rel", "alternate").lower() != "alternate":
        return ""
    return "body" if name in STORY else name if name in _MAX_OWN else ""


def _excess(element: etree._Element, most: int) -> str:
    """What is too long in `element`, which may have `most` characters; or ""."""
    size = 0
    for piece in element.itertext():
        size += len(piece)
        if size > most:
            return f"more than {most} characters"
    longest = max((len(value) for value in element.attrib.values()), default=0)
    return f"an attribute of {longest} characters" if longest > _MAX_ATTRIBUTE else ""


def _more_than(most: int, element: etree._Element) -> bool:
    """Whether `element` has more than `most` elements, itself counted."""
    return next(islice(element.iter(), most, None), None) is not None


def _alone(item: etree._Element, root: etree._Element) -> etree._Element:
    """A copy of `item` in a document of its own, with a root like `root` but nothing else from it.

    The rest of the document must not be parsed again with each of its entries.
    """
    namespace = etree.QName(root).namespace
    document = etree.Element(root.tag, nsmap={root.prefix: namespace} if namespace else None)
    document.set("version", root.get("version", "")[:10])
    copy = deepcopy(item)
    copy.tail = None
    copy.attrib.clear()
    document.append(copy)
    return copy


def _feedparsed(alone: etree._Element, url: str) -> Any:
    """feedparser's entry for `alone`, a document with one item. Raises EntryRejected."""
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": url}
    try:
        result = feedparser.parse(
            io.BytesIO(etree.tostring(alone.getroottree(), encoding="utf-8")),
            response_headers=headers,
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except Exception as error:  # feedparser raises all kinds; the other items must be read
        raise EntryRejected("entry", f"feedparser fails on it ({type(error).__name__})") from error
    if len(result.entries) != 1:
        raise EntryRejected("entry", "feedparser does not find it")
    return result.entries[0]


def _link(item: etree._Element, base: str, url: str) -> str:
    """The story's own address: `origlink` (by FeedBurner), else the first alternate link, else a
    guid that is a permalink; or ""."""
    candidates = [(base, text(child_of(item, "origlink")))]
    for child in item:
        if local(child)[1] == "link" and child.get("rel", "alternate").lower() == "alternate":
            candidates.append((_base(child, url) or base, child.get("href") or text(child)))
    guid = child_of(item, "guid")
    if guid is not None and guid.get("isPermaLink", "true").lower() == "true":
        candidates.append((base, text(guid) if "://" in text(guid) else ""))
    for around, candidate in candidates:
        absolute = joined(around, candidate)
        if is_web(absolute):
            return without_controls(absolute)
    return ""


def _base(element: etree._Element, url: str) -> str:
    """The absolute `xml:base` in force for `element`; "" if there is none that readers can open."""
    bases = []
    scope: etree._Element | None = element
    while scope is not None:
        if base := scope.get(f"{XML}base"):
            bases.append(base)
        scope = scope.getparent()
    found = url
    for base in reversed(bases):
        found = joined(found, base) or found
    return found if bases and is_for_readers(found) else ""


def _rebase(text: etree._Element, url: str) -> None:
    """Make the addresses under an `xml:base` inside `text` absolute, as the text becomes one HTML
    text with one base (RFC 4287, 2: any element may have an xml:base)."""
    if not any(inner.get(f"{XML}base") for inner in text.iterdescendants(etree.Element)):
        return
    around = _base(text, url)
    for inner in text.iterdescendants(etree.Element):
        for name in _ADDRESSES & set(map(str, inner.attrib)):
            base = _base(inner, url)
            if base != around:
                inner.set(name, joined(base, inner.get(name) or "") or inner.get(name) or "")


def _language(item: etree._Element, content: etree._Element | None) -> str:
    """The language of the story's text (RFC 4287, 2), from the nearest place that names one: the
    text itself, the item, the item's dc:language, the elements around the item."""
    scopes = [item] if content is None else [*content[:1], content, item]
    for scope in scopes:
        if name := scope.get(f"{XML}lang"):
            return str(name).strip()[:35]
    return text(child_of(item, "language"))[:35] or language(item)


def _embargo(item: etree._Element) -> tuple[datetime | None, str]:
    """(the embargo's end, as sent); (None, "") without one. Raises EntryRejected if it can't be
    read."""
    for child in filter(_is_embargo, item):
        value = text(child) or child.get("date") or child.get("until") or ""
        if value.lower() in ("", "0", "no", "none", "false"):
            continue
        until = dates.moment(value) or _start(value)
        if until is None:
            raise EntryRejected("embargo", f"no date that can be read: {value[:100]}")
        return until, value
    return None, ""


def _start(period: str) -> datetime | None:
    """The start of a Dublin Core period (`2026-02-09/2026-03-01`); None if it is no period."""
    start, slash, end = period.partition("/")
    return dates.moment(start) if slash and (end in ("", "..") or dates.moment(end)) else None


def _is_embargo(child: etree._Element) -> bool:
    namespace, name = local(child)
    name = name.replace("-", "").replace("_", "")
    return name in _EMBARGO or (name == "available" and "purl.org/dc/" in namespace)


def _source(item: etree._Element) -> str:
    for child in item:
        if local(child)[1] == "source" and (len(child) or child.text):
            return text(child_of(child, "title") if len(child) else child)[:300]
    return text(child_of(item, "publisher"))[:300]


def _authors(item: etree._Element, feed: Channel) -> Iterable[str]:
    """The item's own authors, else those of its source, else the feed's (RFC 4287, 4.2.1)."""
    sources = (child for child in item if local(child)[1] == "source")
    return authors(item) or authors(chain.from_iterable(sources)) or feed.authors


def _categories(parsed: Any) -> tuple[str, ...]:
    """Terms and labels, each once, in the entry's order, at most 100."""
    names = [
        restored(cleaned(tag.get(key)))
        for tag in parsed.get("tags", [])
        for key in ("term", "label")
    ]
    return tuple(dict.fromkeys(name for name in names if name))[:100]
