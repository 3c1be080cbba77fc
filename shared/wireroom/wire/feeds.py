"""A feed document → its entries, as sent: RSS 0.9x, 1.0, 2.0 and Atom, through feedparser.

    bytes ─► sound (document.py) ─► lxml tree ─► each item by itself:
                                                   own reading: ids, texts, pictures, embargo
                                                   feedparser:  links, authors, categories, dates
                                                 ─► Entry, or a Rejection that says why not
                                   ─► ids made distinct ─► Document

feedparser gets one item at a time, so that nothing one item does to it (an exception, a language,
a base address) reaches the next. It gets no markup: what is XHTML is handed to it as the HTML text
that it means, because its own rewriting closes `<br>` twice and drops what it does not know.
"""

from __future__ import annotations

import hashlib
import html
import io
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

import feedparser
from lxml import etree
from msgspec import Struct
from msgspec.structs import replace

from wireroom.errors import EntryRejected, NotAFeed
from wireroom.model import Entry
from wireroom.wire import dates
from wireroom.wire.charset import scrubbed, without_c1
from wireroom.wire.document import MAX_ENTRIES, sound
from wireroom.wire.media import is_media, local, picture, text

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
_MAX_CHILDREN = 500  # elements directly in an item

_XML = "{http://www.w3.org/XML/1998/namespace}"
_ATOM = "http://www.w3.org/2005/atom"  # in lower case, as `local` gives it
_STORY = {"description", "encoded", "content", "summary", "body", "fullitem", "abstract", "div"}
_MARKED = _STORY | {"title", "subtitle", "rights", "copyright"}
_PERIOD_HOURS = {"hourly": 1, "daily": 24, "weekly": 168, "monthly": 720, "yearly": 8760}
_EMBARGO = {"embargo", "embargoed", "embargodate", "embargotime", "embargoeduntil"}


class Rejection(Struct, frozen=True):
    """One entry that can't be used. `reason` begins with the field that is wrong.

    `entry_id`: its guid, else a hash, so that it is told apart from others and known again.
    """

    entry_id: str
    title: str
    reason: str


class Document(Struct, frozen=True, kw_only=True):
    """What a feed document says. `ttl`: seconds until it is worth asking again, or None.

    `shared`: guids that this and earlier documents gave to more than one story; hand them to the
    next call of `parse`, so that identities stay what they are. `truncated`: the document ended
    early, so it can't be taken as all that the feed shows.
    """

    title: str = ""
    entries: tuple[Entry, ...] = ()
    rejected: tuple[Rejection, ...] = ()
    ttl: int | None = None
    hub: str = ""
    self_url: str = ""
    language: str = ""
    shared: frozenset[str] = frozenset()
    truncated: bool = False


class _Read(Struct, frozen=True):
    """An entry before its identity is settled."""

    guid: str
    entry: Entry


def parse(
    document: bytes,
    *,
    url: str,
    content_type: str = "",
    identity: str = "guid",
    shared: frozenset[str] = frozenset(),
    charset: str = "",
) -> Document:
    """The entries of `document`, which was found at `url`, in its order.

    `identity`: `guid` (then link, then a hash of the content) or `link`. `shared`: from earlier
    documents of this feed. Raises NotAFeed, with the states that `document.sound` lists.
    """
    declared = re.search(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", content_type, re.IGNORECASE)
    found = sound(document, charset or (declared[1] if declared else ""))
    root = _tree(found.xml)
    rejected = [Rejection(item.id, item.title, item.reason) for item in found.broken]
    read: list[_Read] = []
    items = [element for element in root.iter("{*}item", "{*}entry") if _is_entry(element)]
    feed = _Feed(root, url)
    if len(items) > MAX_ENTRIES:
        surplus = len(items) - MAX_ENTRIES
        rejected.append(Rejection("surplus", "", f"entries: {surplus} more than {MAX_ENTRIES}"))
    for item in items[:MAX_ENTRIES]:
        try:
            read.append(_entry(item, feed))
        except EntryRejected as error:
            name = _guid(item)[:200] or f"hash:{_hash(text(item))}"
            rejected.append(Rejection(name, _title(item)[:200], str(error)))
    entries, now_shared = _identified(read, identity, shared, feed.site)
    return Document(
        title=feed.title,
        entries=entries,
        rejected=tuple(rejected),
        ttl=feed.ttl,
        hub=feed.link("hub"),
        self_url=feed.link("self"),
        language=feed.language,
        shared=now_shared,
        truncated=found.truncated,
    )


# --- the tree -----------------------------------------------------------------------------------


def _tree(xml: bytes) -> etree._Element:
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=True,  # the survey has bounded it; libxml2 would refuse all for one long text
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        raise NotAFeed("malformed", f"the document is not well-formed: {error.msg}") from None


def _is_entry(element: etree._Element) -> bool:
    parent = element.getparent()
    return parent is not None and local(parent)[1] in {"channel", "rdf", "feed", "rss", "items"}


class _Feed:
    """What the feed says of itself, read once, beside its items."""

    def __init__(self, root: etree._Element, url: str) -> None:
        heads = [root, *(child for child in root if local(child)[1] == "channel")]
        self._head = [
            child for head in heads for child in head if local(child)[1] not in {"item", "entry"}
        ]
        self.root = root
        self.url = url
        self.title = self._text("title")[:300]
        self.language = _language(heads[-1]) or self._text("language")[:35]
        site = self._text("link") or self.link("alternate")
        self.base = _joined(url, root.get(f"{_XML}base") or "") or url
        self.site = _joined(self.base, site)
        self.publisher = self._text("publisher")[:300]

    def _text(self, name: str) -> str:
        for child in self._head:
            if local(child)[1] == name and (value := text(child)):
                return value
        return ""

    def link(self, rel: str) -> str:
        for child in self._head:
            if local(child)[1] == "link" and child.get("rel", "alternate").lower() == rel:
                return _joined(self.url, child.get("href") or "")
        return ""

    @property
    def ttl(self) -> int | None:
        """Seconds, from `<ttl>` (minutes) or the syndication module (period / frequency)."""
        if re.fullmatch(r"[0-9]{1,6}", minutes := self._text("ttl")):
            return int(minutes) * 60
        hours = _PERIOD_HOURS.get(self._text("updateperiod").lower())
        if hours is None:
            return None
        frequency = self._text("updatefrequency")
        times = int(frequency) if re.fullmatch(r"[1-9][0-9]{0,4}", frequency) else 1
        return hours * 3600 // times


def _language(element: etree._Element) -> str:
    """The nearest `xml:lang` from `element` outwards."""
    scope: etree._Element | None = element
    while scope is not None:
        if language := scope.get(f"{_XML}lang"):
            return str(language).strip()[:35]
        scope = scope.getparent()
    return ""


def _child(item: etree._Element, *names: str) -> etree._Element | None:
    for name in names:
        for child in item:
            if local(child)[1] == name and not is_media(child) and (child.text or len(child)):
                return child
    return None


def _guid(item: etree._Element) -> str:
    guid = text(_child(item, "guid", "id"))
    return guid or (item.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about") or "").strip()


def _title(item: etree._Element) -> str:
    return text(_child(item, "title"))


# --- one entry ----------------------------------------------------------------------------------


def _entry(item: etree._Element, feed: _Feed) -> _Read:
    """Raises EntryRejected, naming the field."""
    _must_be_bounded(item)
    guid = _guid(item)
    base = _base(item, feed.url)
    link = _link(item, base or feed.url)
    shot = picture(item, base or feed.url)
    embargo, embargo_text = _embargo(item)
    pubstatus = text(_child(item, "pubstatus"))[:100]
    source = _source(item) or feed.publisher
    language = _language(item) or text(_child(item, "language"))[:35] or feed.language
    for child in list(item):
        if not isinstance(child.tag, str) or is_media(child) or _confuses_feedparser(child, item):
            item.remove(child)
        elif local(child)[1] in _MARKED:
            _flatten(child)
    parsed = _feedparsed(item, feed)
    title = _clean(parsed.get("title"))
    body, full, summary = _texts(parsed)
    if not (title or body):
        raise EntryRejected("entry", "it has neither a title nor a text")
    if len(body) > MAX_BODY:
        raise EntryRejected("body", f"{len(body)} characters, at most {MAX_BODY}")
    # dict.get: feedparser's own get takes `published` for a missing `updated`.
    sent = [_clean(dict.get(parsed, name)) for name in ("published", "created", "updated")]
    published, created, updated = (dates.moment(value) for value in sent)
    return _Read(
        guid,
        Entry(
            id="",
            title=title,
            link=link,
            body=body,
            full=full,
            summary=summary,
            byline=_byline(parsed),
            source=source,
            language=language,
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


def _must_be_bounded(item: etree._Element) -> None:
    if len(item) > _MAX_CHILDREN:
        raise EntryRejected("entry", f"{len(item)} elements, at most {_MAX_CHILDREN}")
    for number, _element in enumerate(item.iter()):
        if number > MAX_ITEM_ELEMENTS:
            raise EntryRejected("entry", f"more than {MAX_ITEM_ELEMENTS} elements in its texts")
    for child in item:
        _namespace, name = local(child)
        story = name in _STORY and not is_media(child)
        most = MAX_BODY if story else _MAX_FIELD.get(name, _MAX_OTHER)
        size = 0
        for piece in child.itertext():
            size += len(piece)
            if size > most:
                raise EntryRejected("body" if story else name, f"more than {most} characters")
        longest = max((len(value) for value in child.attrib.values()), default=0)
        if longest > _MAX_FIELD["link"]:
            raise EntryRejected(name, f"an attribute of {longest} characters")


def _confuses_feedparser(child: etree._Element, item: etree._Element) -> bool:
    """What feedparser would take for the story's text, or title, or link, and is not."""
    namespace, name = local(child)
    if "itunes.com" in namespace or name in ("image", "source", "link", "origlink"):
        return True
    if namespace == "http://purl.org/dc/elements/1.1/" and name in ("title", "description"):
        return any(local(other) == (local(item)[0], name) for other in item)
    return False


def _flatten(element: etree._Element) -> None:
    """Make what is inside `element` the one HTML text that it means (see the module's note)."""
    kind = (element.get("type") or "").lower()
    plain = kind in ("", "text", "text/plain")
    xhtml = kind in ("xhtml", "application/xhtml+xml")
    if not len(element):
        if xhtml:
            element.set("type", "html")
        elif plain and local(element)[0] == _ATOM:  # Atom alone says `text` and means it
            paragraphs = html.escape(element.text or "", quote=False)
            if local(element)[1] == "content":
                blocks = (block.strip() for block in re.split(r"\n[ \t]*\n", paragraphs))
                paragraphs = "".join(f"<p>{block}</p>" for block in blocks if block)
            element.text = paragraphs
            element.set("type", "html")
        return
    if not (plain or xhtml or kind.endswith("html")):
        return  # some other XML than a page
    for inner in element.iterdescendants(etree.Element):
        inner.tag = etree.QName(inner).localname
        for name in [name for name in inner.attrib if str(name).startswith("{")]:
            del inner.attrib[name]
    holder = element
    if xhtml and len(element) == 1 and element[0].tag == "div" and not (element.text or "").strip():
        holder = element[0]  # RFC 4287, 3.1.1.3: the div is not part of the content
    page = etree.Element("page")  # a tree of its own, so that no xmlns of the feed comes along
    page.text = holder.text
    page.extend(list(holder))
    etree.cleanup_namespaces(page)
    markup = html.escape(page.text or "", quote=False) + "".join(
        etree.tostring(child, method="html", encoding="unicode") for child in page
    )
    for child in list(element):
        element.remove(child)
    element.text = markup
    if kind:
        element.set("type", "html")


def _feedparsed(item: etree._Element, feed: _Feed) -> Any:
    """What feedparser makes of the one item, under the feed's own root element."""
    shell = etree.Element(feed.root.tag, attrib=dict(feed.root.attrib), nsmap=feed.root.nsmap)
    parent = item.getparent()
    if parent is not None and parent is not feed.root:
        etree.SubElement(shell, parent.tag, attrib=dict(parent.attrib), nsmap=parent.nsmap).append(
            item
        )
    else:
        shell.append(item)
    item.tail = None
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": feed.url}
    try:
        result = feedparser.parse(
            io.BytesIO(etree.tostring(shell, encoding="utf-8")),
            response_headers=headers,
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except Exception as error:  # its many paths raise what they like; the others must go on
        raise EntryRejected("entry", f"feedparser fails on it ({type(error).__name__})") from error
    if len(result.entries) != 1:
        raise EntryRejected("entry", "feedparser does not find it")
    return result.entries[0]


def _texts(parsed: Any) -> tuple[str, bool, str]:
    """(body, whether it is the whole story, summary where that is something else)."""
    summary = _clean(parsed.get("summary"))
    best = ""
    for content in parsed.get("content", []):
        kind = content.get("type", "")
        if content.get("src") or not (kind.startswith("text/") or "html" in kind):
            continue
        value = _clean(content.get("value"))
        if len(value) > len(best):
            best = value
    if best:
        return best, True, "" if summary == best else summary
    return summary, False, ""


def _link(item: etree._Element, base: str) -> str:
    """The story's own address: what FeedBurner hides, the first alternate link, a permalink."""
    candidates = [text(_child(item, "origlink"))]
    for child in item:
        if local(child)[1] == "link" and child.get("rel", "alternate").lower() == "alternate":
            candidates.append(child.get("href") or text(child))
    guid = _child(item, "guid")
    if guid is not None and guid.get("isPermaLink", "true").lower() == "true":
        candidates.append(text(guid) if "://" in text(guid) else "")
    for candidate in candidates:
        absolute = _joined(base, candidate)
        if absolute.lower().startswith(("http://", "https://")):
            return scrubbed(absolute)
    return ""


def _base(item: etree._Element, url: str) -> str:
    """The `xml:base` that holds for the item's text, absolute, or ""."""
    bases = []
    scope: etree._Element | None = _child(item, "content", "encoded", "description")
    if scope is None:
        scope = item
    while scope is not None:
        if base := scope.get(f"{_XML}base"):
            bases.append(base)
        scope = scope.getparent()
    found = url
    for base in reversed(bases):
        found = _joined(found, base) or found
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
            return text(_child(child, "title") if len(child) else child)[:300]
    return text(_child(item, "publisher"))[:300]


def _byline(parsed: Any) -> str:
    names = [_clean(author.get("name")) for author in parsed.get("authors", [])]
    if not any(names) and "@" not in (alone := _clean(parsed.get("author"))):
        names = [alone]
    return ", ".join(dict.fromkeys(name for name in names if name))[:500]


def _categories(parsed: Any) -> tuple[str, ...]:
    """Terms and labels, each once, in the entry's order."""
    said = [_clean(tag.get(key)) for tag in parsed.get("tags", []) for key in ("term", "label")]
    return tuple(dict.fromkeys(name for name in said if name))[:100]


def _joined(base: str, url: str) -> str:
    """`url` made absolute, or "" where that can't be done."""
    try:
        return urljoin(base, url.strip()) if url.strip() else ""
    except ValueError:
        return ""


def _clean(value: Any) -> str:
    return scrubbed(without_c1(value)).strip() if isinstance(value, str) else ""


# --- identity -----------------------------------------------------------------------------------


def _identified(
    read: Iterable[_Read], identity: str, shared: frozenset[str], site: str
) -> tuple[tuple[Entry, ...], frozenset[str]]:
    """The entries with ids that no two stories have in common, and the guids that do not suffice.

    A guid (or a link, where that is the identity) on two different stories is `shared`: from then
    on it takes the link beside it, and where that is shared too, the title. Two entries with one
    id are one story; the newer one stands.
    """
    known = set(shared)
    ids: dict[str, list[_Read]] = {}
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
        newest = max(group, key=lambda one: (_stamp(one.entry), -group.index(one)))
        entries.append(replace(newest.entry, id=name))
    return tuple(entries), frozenset(known)


def _identity(one: _Read, identity: str, shared: set[str]) -> str:
    parts = [one.guid, one.entry.link] if identity == "guid" else [one.entry.link, one.guid]
    parts = [part for part in parts if part]
    if not parts:
        entry = one.entry
        return f"hash:{_hash(entry.title, entry.body, *entry.dates)}"
    name = parts[0]
    for more in (*parts[1:], _hash(one.entry.title)):
        if name not in shared:
            break
        name = f"{name} {more}"
    return name


def _story(one: _Read, site: str) -> tuple[str, ...]:
    """What tells two stories apart: the link, unless it is everybody's; then the title as well."""
    link = one.entry.link
    return (link,) if link and link != site else (link, one.guid, one.entry.title)


def _stamp(entry: Entry) -> float:
    moment = entry.updated or entry.published
    return moment.timestamp() if moment else 0.0


def _hash(*parts: str) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()
