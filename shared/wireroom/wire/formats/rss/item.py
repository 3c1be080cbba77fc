"""One item of a feed → an Entry, or an EntryRejected that names the field.

Ids, links, authors, pictures and embargoes are read here; feedparser is asked which text is
which, for the categories and for the dates. It gets one item at a time, so that nothing one item
does to it (an exception, a language, a base address) reaches the next.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable
from copy import deepcopy
from datetime import datetime
from itertools import chain, islice
from typing import Any

import feedparser
from lxml import etree

from wireroom.errors import EntryRejected
from wireroom.model import Entry
from wireroom.wire.document.charset import scrubbed
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
from wireroom.wire.formats import dates
from wireroom.wire.formats.rss.byline import authors, byline
from wireroom.wire.formats.rss.channel import Channel
from wireroom.wire.formats.rss.media import picture
from wireroom.wire.formats.rss.texts import STORY, cleaned, held_back, story

MAX_BODY = 1 << 20  # characters of one entry's body
MAX_ITEM_ELEMENTS = 20_000
# Characters of what an entry can't do without: it is rejected where one of these is longer.
_MAX_OWN = {"title": 2000, "link": 2048, "guid": 1024, "id": 1024, "embargo": 1000}
# Of all else; what is longer is left out.
_MAX_OTHER = {"category": 1000, "subject": 1000}
_MAX_ANY = 10_000
_MAX_ATTRIBUTE = 2048
_MAX_ALIKE = 50  # elements of one name, but for the entry's own
_MAX_INNER = 2000  # elements inside one, likewise

_EMBARGO = {"embargo", "embargoed", "embargodate", "embargotime", "embargoeduntil"}
_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"


def read(item: etree._Element, feed: Channel) -> tuple[str, Entry]:
    """(the guid as sent, the entry without an id). Raises EntryRejected, naming the field.

    What is beyond an item's bounds is taken out of it.
    """
    _prune(item)
    guid = guid_of(item)
    base = _base(item, feed.url)
    link = _link(item, base or feed.home)
    shot = picture(item, base or feed.home)
    content = child_of(item, "content", "encoded", "description")
    base = base if content is None else _base(content, feed.url)
    embargo, embargo_text = _embargo(item)
    pubstatus = text(child_of(item, "pubstatus"))[:100]
    source = _source(item) or feed.publisher
    spoken = language(item) or text(child_of(item, "language"))[:35] or feed.language
    by = byline(_authors(item, feed))
    alone = _alone(item, feed.root)
    texts = held_back(alone)
    parsed = _feedparsed(alone, feed.url)
    title = texts.get(parsed.get("title"), "")
    body, full, summary = story(parsed, texts)
    if not (title or body):
        raise EntryRejected("entry", "it has neither a title nor a text")
    if len(body) > MAX_BODY:
        raise EntryRejected("body", f"{len(body)} characters, at most {MAX_BODY}")
    # dict.get: feedparser's own get takes `published` for a missing `updated`.
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
            base=base or feed.home or link or "about:blank",
        ),
    )


def guid_of(item: etree._Element) -> str:
    """The item's own id as sent, or ""."""
    guid = text(child_of(item, "guid", "id"))
    return guid or (item.get(_ABOUT) or "").strip()


def title_of(item: etree._Element) -> str:
    """The item's title as text, to name it by."""
    return text(child_of(item, "title"))


def _prune(item: etree._Element) -> None:
    """Leave out what is beyond its bounds. Raises EntryRejected where it is the entry's own."""
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
    """Which field `child` is, of those that an entry can't do without; "" for all else."""
    name = local(child)[1]
    if is_media(child):
        return ""
    if _is_embargo(child):
        return "embargo"
    if name == "link" and child.get("rel", "alternate").lower() != "alternate":
        return ""
    return "body" if name in STORY else name if name in _MAX_OWN else ""


def _excess(element: etree._Element, most: int) -> str:
    """What of `element`, with `most` characters, is too long; or ""."""
    size = 0
    for piece in element.itertext():
        size += len(piece)
        if size > most:
            return f"more than {most} characters"
    longest = max((len(value) for value in element.attrib.values()), default=0)
    return f"an attribute of {longest} characters" if longest > _MAX_ATTRIBUTE else ""


def _more_than(most: int, element: etree._Element) -> bool:
    """Whether there are more than `most` elements in `element`, itself among them."""
    return next(islice(element.iter(), most, None), None) is not None


def _alone(item: etree._Element, root: etree._Element) -> etree._Element:
    """`item` in a document of its own, which has nothing else of `root` but its kind.

    What a document says once must not be read again with each of its entries.
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
    """What feedparser makes of the document whose one item is `alone`."""
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": url}
    try:
        result = feedparser.parse(
            io.BytesIO(etree.tostring(alone.getroottree(), encoding="utf-8")),
            response_headers=headers,
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except Exception as error:  # its many paths raise what they like; the others must go on
        raise EntryRejected("entry", f"feedparser fails on it ({type(error).__name__})") from error
    if len(result.entries) != 1:
        raise EntryRejected("entry", "feedparser does not find it")
    return result.entries[0]


def _link(item: etree._Element, base: str) -> str:
    """The story's own address: what FeedBurner hides, the first alternate link, a permalink."""
    candidates = [text(child_of(item, "origlink"))]
    for child in item:
        if local(child)[1] == "link" and child.get("rel", "alternate").lower() == "alternate":
            candidates.append(child.get("href") or text(child))
    guid = child_of(item, "guid")
    if guid is not None and guid.get("isPermaLink", "true").lower() == "true":
        candidates.append(text(guid) if "://" in text(guid) else "")
    for candidate in candidates:
        absolute = joined(base, candidate)
        if absolute.lower().startswith(("http://", "https://")):
            return scrubbed(absolute)
    return ""


def _base(element: etree._Element, url: str) -> str:
    """The `xml:base` that holds for `element`, absolute, or "" where there is none for readers."""
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


def _embargo(item: etree._Element) -> tuple[datetime | None, str]:
    """(until when, as sent). An embargo that can't be read is a reason not to take the entry."""
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
    """When a period of Dublin Core begins (`2026-02-09/2026-03-01`); None if it is no period."""
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
    """Terms and labels, each once, in the entry's order."""
    said = [cleaned(tag.get(key)) for tag in parsed.get("tags", []) for key in ("term", "label")]
    return tuple(dict.fromkeys(name for name in said if name))[:100]
