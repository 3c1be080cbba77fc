"""One item of a feed → an Entry, or an EntryRejected that names the field.

Ids, links, authors, pictures and embargoes are read here; feedparser is asked which text is
which, for the categories and for the dates. It gets one item at a time, so that nothing one item
does to it (an exception, a language, a base address) reaches the next.
"""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import feedparser
from lxml import etree

from wireroom.errors import EntryRejected
from wireroom.model import Entry
from wireroom.wire import dates
from wireroom.wire.channel import Channel
from wireroom.wire.charset import scrubbed
from wireroom.wire.media import picture
from wireroom.wire.texts import STORY, cleaned, held_back, story
from wireroom.wire.tree import XML, child_of, is_media, joined, language, local, text

MAX_BODY = 1 << 20  # characters of one entry's body
MAX_ITEM_ELEMENTS = 20_000
_MAX_FIELD = {
    "title": 2000,
    "link": 2048,
    "guid": 1024,
    "id": 1024,
    "author": 500,
    "creator": 500,
    "category": 1000,
    "subject": 1000,
}
_MAX_OTHER = 10_000  # characters of any other element that is not a text of the story
_MAX_CHILDREN = 200  # elements directly in an item

_MAX_AUTHORS = 20
_EMBARGO = {"embargo", "embargoed", "embargodate", "embargotime", "embargoeduntil"}
_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"


def read(item: etree._Element, feed: Channel) -> tuple[str, Entry]:
    """(the guid as sent, the entry without an id). Raises EntryRejected, naming the field.

    `item` has to be the only one in the feed's tree; it is taken apart.
    """
    _must_be_bounded(item)
    guid = guid_of(item)
    base = _base(item, feed.url)
    link = _link(item, base or feed.url)
    shot = picture(item, base or feed.url)
    content = child_of(item, "content", "encoded", "description")
    base = base if content is None else _base(content, feed.url)
    embargo, embargo_text = _embargo(item)
    pubstatus = text(child_of(item, "pubstatus"))[:100]
    source = _source(item) or feed.publisher
    spoken = language(item) or text(child_of(item, "language"))[:35] or feed.language
    byline = _byline(item)
    texts = held_back(item)
    parsed = _feedparsed(feed)
    title = texts.get(parsed.get("title"), "")
    body, full, summary = story(parsed, texts)
    if not (title or body):
        raise EntryRejected("entry", "it has neither a title nor a text")
    if len(body) > MAX_BODY:
        raise EntryRejected("body", f"{len(body)} characters, at most {MAX_BODY}")
    # dict.get: feedparser's own get takes `published` for a missing `updated`.
    sent = [cleaned(dict.get(parsed, name)) for name in ("published", "created", "updated")]
    published, created, updated = (dates.moment(value) for value in sent)
    return (
        guid,
        Entry(
            id="",
            title=title,
            link=link,
            body=body,
            full=full,
            summary=summary,
            byline=byline,
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
            base=base or feed.site or feed.url,
        ),
    )


def guid_of(item: etree._Element) -> str:
    """The item's own id as sent, or ""."""
    guid = text(child_of(item, "guid", "id"))
    return guid or (item.get(_ABOUT) or "").strip()


def title_of(item: etree._Element) -> str:
    """The item's title as text, to name it by."""
    return text(child_of(item, "title"))


def _must_be_bounded(item: etree._Element) -> None:
    if len(item) > _MAX_CHILDREN:
        raise EntryRejected("entry", f"{len(item)} elements, at most {_MAX_CHILDREN}")
    for number, _element in enumerate(item.iter()):
        if number > MAX_ITEM_ELEMENTS:
            raise EntryRejected("entry", f"more than {MAX_ITEM_ELEMENTS} elements in its texts")
    for child in item:
        _namespace, name = local(child)
        story = name in STORY and not is_media(child)
        most = MAX_BODY if story else _MAX_FIELD.get(name, _MAX_OTHER)
        size = 0
        for piece in child.itertext():
            size += len(piece)
            if size > most:
                raise EntryRejected("body" if story else name, f"more than {most} characters")
        longest = max((len(value) for value in child.attrib.values()), default=0)
        if longest > _MAX_FIELD["link"]:
            raise EntryRejected(name, f"an attribute of {longest} characters")


def _feedparsed(feed: Channel) -> Any:
    """What feedparser makes of the tree whose one item is left in it."""
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": feed.url}
    try:
        result = feedparser.parse(
            io.BytesIO(etree.tostring(feed.root, encoding="utf-8")),
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
    """The `xml:base` that holds for `element`, absolute, or ""."""
    bases = []
    scope: etree._Element | None = element
    while scope is not None:
        if base := scope.get(f"{XML}base"):
            bases.append(base)
        scope = scope.getparent()
    found = url
    for base in reversed(bases):
        found = joined(found, base) or found
    return found if bases and found.lower().startswith(("http://", "https://")) else ""


def _embargo(item: etree._Element) -> tuple[datetime | None, str]:
    """(until when, as sent). An embargo that can't be read is a reason not to take the entry."""
    for child in item:
        namespace, name = local(child)
        name = name.replace("-", "").replace("_", "")
        if name not in _EMBARGO and not (name == "available" and "purl.org/dc/" in namespace):
            continue
        value = text(child) or child.get("date") or child.get("until") or ""
        if value.lower() in ("", "0", "no", "none", "false"):
            continue
        until = dates.moment(value)
        if until is None:
            raise EntryRejected("embargo", f"no date that can be read: {value[:100]}")
        return until, value
    return None, ""


def _source(item: etree._Element) -> str:
    for child in item:
        if local(child)[1] == "source" and (len(child) or child.text):
            return text(child_of(child, "title") if len(child) else child)[:300]
    return text(child_of(item, "publisher"))[:300]


def _byline(item: etree._Element) -> str:
    """The names of the authors; an address (`desk@wire.example (Asha Rao)`) gives its name only."""
    names = []
    for child in item:
        if local(child)[1] not in ("author", "creator") or is_media(child):
            continue
        name = text(child_of(child, "name")) if len(child) else text(child)
        address, _, rest = name.partition("(")
        if "@" in address:
            name = rest.rstrip(") ") or address.partition("<")[0] * ("<" in address)
        names.append(name.strip(" \"'") if "@" not in name else "")
        if len(names) == _MAX_AUTHORS:
            break
    return ", ".join(dict.fromkeys(name for name in names if name))[:500]


def _categories(parsed: Any) -> tuple[str, ...]:
    """Terms and labels, each once, in the entry's order."""
    said = [cleaned(tag.get(key)) for tag in parsed.get("tags", []) for key in ("term", "label")]
    return tuple(dict.fromkeys(name for name in said if name))[:100]
