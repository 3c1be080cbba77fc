"""NITF 3.x (News Industry Text Format): a document is one story.

head/docdata ─► id, version, dates, status, embargo, subjects, what is for editors
body.head    ─► headline, byline, dateline, summary
body         ─► the copy (body.py)
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from lxml import etree

from wireroom.errors import EntryRejected, NotAFeed
from wireroom.markup.addresses import is_web
from wireroom.model import Editorial, Entry
from wireroom.wire import dates
from wireroom.wire.document import tree
from wireroom.wire.document.document import root_of, well_formed
from wireroom.wire.document.vocabulary import Vocabulary
from wireroom.wire.formats.document import Document, Format, Source
from wireroom.wire.formats.entries import entries_of
from wireroom.wire.formats.fields import (
    embargo,
    escaped,
    first,
    found,
    line,
    number,
    once,
    plain,
)
from wireroom.wire.formats.nitf.body import copy_of
from wireroom.wire.identity import Read, content_hash

NAMES = Vocabulary(name="NITF", roots=("nitf",), title="hl1", dates=("date.issue",))
_TAKEN_BACK = frozenset({"canceled", "cancelled", "withheld"})


def looks_like(document: bytes, source: Source) -> bool:
    return root_of(document, source.charset) == "nitf"


def read(document: bytes, source: Source) -> Document:
    """The story of `document`, and a notice of the story that it takes back, if it names one.

    Raises NotAFeed, with the states that `document.well_formed` lists.
    """
    whole = well_formed(document, NAMES, source.charset)
    root = tree.parsed(whole.xml)
    if first(root, "body") is None and first(root, "head") is None:
        raise NotAFeed("not-a-feed", "an NITF document without a head and a body")
    readers = [partial(story, root, source.url)]
    if _takes_back(root):
        readers.append(partial(_notice, root))
    each = entries_of(readers, lambda reader: reader(), lambda _: _named(root), source, source.url)
    return Document(
        entries=each.entries,
        rejected=(*whole.broken, *each.rejected),
        language=_language(root),
        shared=each.shared,
    )


def story(root: etree._Element, url: str) -> Read:
    """(guid, entry without an id) of an `nitf` element, which may be part of another document.
    `url`: where that was found. Raises EntryRejected."""
    docdata, body = first(root, "head", "docdata"), first(root, "body")
    head = first(body, "body.head")
    copy = copy_of(body, url) if body is not None else None
    issued = _norm(docdata, "date.issue")
    revised = [each.get("norm", "") for each in found(root, "head", "revision-history")]
    published = dates.of_publication(issued) or _publication(root)
    updated = max(filter(None, map(dates.of_publication, revised)), default=None)
    released = _norm(docdata, "date.release")
    status = _attribute(docdata, "management-status")
    title = _headline(root)
    if not title and not (copy and copy.html):
        raise EntryRejected("entry", "it has neither a headline nor a text")
    bylines = [_byline(each) for each in found(head, "byline")]
    return _attribute(first(docdata, "doc-id"), "id-string") or _key(docdata), Entry(
        id="",
        title=title,
        link=_link(root),
        body=copy.html if copy else "",
        full=bool(copy and copy.html),
        summary="".join(f"<p>{line(each)}</p>" for each in found(head, "abstract")),
        byline=", ".join(once(bylines)),
        source=line(first(head, "distributor")),
        language=_language(root),
        published=published,
        updated=updated if updated and (not published or updated > published) else None,
        embargo=_until(released, published, status),
        pubstatus=status[:100],
        dates=once((issued[:100], *(each[:100] for each in revised[:10]), released[:100])),
        categories=_subjects(root),
        base=url or "about:blank",
        version=number(_attribute(first(docdata, "du-key"), "version")),
        dateline=line(first(head, "dateline")),
        editorial=_editorial(root, copy.editors if copy else ""),
    )


def _until(released: str, published: datetime | None, status: str) -> datetime | None:
    """The end of the embargo. Most agencies give a date of release, which is that of issue, with
    every story; it is an embargo if it is later, or the status says so. Raises EntryRejected."""
    until = embargo(released)
    if until and published and until <= published and status.lower() != "embargoed":
        return None
    return until


def _notice(root: etree._Element) -> Read:
    """A kill notice for the other document that `root` takes back."""
    docdata = first(root, "head", "docdata")
    return _attribute(docdata, "management-doc-idref"), Entry(
        id="",
        title=_headline(root),
        published=dates.of_publication(_norm(docdata, "date.issue")),
        pubstatus=_attribute(docdata, "management-idref-status"),
    )


def _headline(root: etree._Element) -> str:
    headlines = map(line, found(root, "body", "body.head", "hedline", "hl1"))
    return next(filter(None, headlines), "") or line(first(root, "head", "title"))


def _takes_back(root: etree._Element) -> bool:
    """Whether a document says of another one that it is withdrawn."""
    docdata = first(root, "head", "docdata")
    other = _attribute(docdata, "management-doc-idref")
    own = _attribute(first(docdata, "doc-id"), "id-string")
    status = _attribute(docdata, "management-idref-status").lower()
    return bool(other) and other != own and status in _TAKEN_BACK


def _attribute(element: etree._Element | None, name: str) -> str:
    return (element.get(name) or "").strip()[:4000] if element is not None else ""


def _norm(docdata: etree._Element | None, name: str) -> str:
    element = first(docdata, name)
    return _attribute(element, "norm") or plain(element)


def _key(docdata: etree._Element | None) -> str:
    return _attribute(first(docdata, "du-key"), "key")


def _publication(root: etree._Element) -> datetime | None:
    """The date of a document without one of issue."""
    dateline = first(root, "body", "body.head", "dateline", "story.date")
    pubdata = first(root, "head", "pubdata")
    written = (_attribute(pubdata, "date.publication"), _attribute(dateline, "norm"))
    return next(filter(None, map(dates.of_publication, written)), None)


def _byline(byline: etree._Element) -> str:
    """`By Asha Rao, Staff Writer`; the title stands in an element of its own."""
    title = first(byline, "byttl")
    if title is None:
        return line(byline)
    name = plain(byline).removesuffix(plain(title)).rstrip(" ,;–—-")
    return escaped(", ".join(part for part in (name, plain(title)) if part))


def _language(root: etree._Element) -> str:
    for path in (("body", "body.content"), ("body",), ()):
        element = first(root, *path)
        if element is not None and (spoken := tree.language(element)):
            return spoken
    for meta in found(root, "head", "meta"):
        if meta.get("name", "").lower() in ("language", "lang"):
            return str(meta.get("content", "")).strip()[:35]
    return ""


def _link(root: etree._Element) -> str:
    pubdata = first(root, "head", "pubdata")
    address = _attribute(pubdata, "ex-ref")
    return address if is_web(address) and len(address) <= 2048 else ""


def _subjects(root: etree._Element) -> tuple[str, ...]:
    head = first(root, "head")
    docdata = first(head, "docdata")
    named: list[str] = []
    for subject in found(head, "tobject", "tobject.subject"):
        named += (
            _attribute(subject, f"tobject.subject.{part}") for part in ("detail", "matter", "type")
        )
    for classifier in found(docdata, "identified-content", "classifier"):
        if "subject" in (kind := _attribute(classifier, "type").lower()) or "categ" in kind:
            named.append(_attribute(classifier, "value") or plain(classifier))
    named += (_attribute(each, "key") for each in found(docdata, "key-list", "keyword"))
    return once(escaped(each[:500]) for each in named)


def _editorial(root: etree._Element, notes: str) -> Editorial | None:
    head = first(root, "head")
    docdata = first(head, "docdata")
    told = [_message(each) for each in found(docdata, "ed-msg")]
    told += (f"Correction: {each.get('info', '')}" for each in found(docdata, "correction"))
    if expires := _norm(docdata, "date.expire"):
        told.append(f"Expires: {expires}")
    place = ", ".join(
        filter(
            None,
            (
                _attribute(first(docdata, "evloc"), part)
                for part in ("city", "state-prov", "iso-cc")
            ),
        )
    )
    rights = [
        *(plain(each) for each in found(root, "body", "body.head", "rights")),
        *(" ".join(map(str, each.attrib.values())) for each in found(docdata, "doc.rights")),
    ]
    holder = first(docdata, "doc.copyright")
    copyright_ = " ".join(
        part for part in (_attribute(holder, "year"), _attribute(holder, "holder")) if part
    )
    kinds = (
        _attribute(each, "tobject.property.type") for each in _properties(first(head, "tobject"))
    )
    editorial = Editorial(
        note="\n".join(once((*told, *notes.splitlines())))[:20_000],
        slug=_key(docdata) or _attribute(first(docdata, "fixture"), "fix-id"),
        urgency=number(_attribute(first(docdata, "urgency"), "ed-urg")),
        genre=", ".join(once(kinds)),
        place=place,
        usage="; ".join(once(rights)),
        copyright=copyright_,
    )
    return editorial if editorial != Editorial() else None


def _properties(tobject: etree._Element | None) -> Iterator[etree._Element]:
    return found(tobject, "tobject.property")


def _message(message: etree._Element) -> str:
    kind, words = _attribute(message, "msg-type"), _attribute(message, "info") or plain(message)
    return f"{kind}: {words}" if kind and words else words or kind


def _named(root: etree._Element) -> tuple[str, str]:
    """(id, headline) of a document, for a Rejection."""
    docdata = first(root, "head", "docdata")
    guid = _attribute(first(docdata, "doc-id"), "id-string") or _key(docdata)
    headline = plain(first(root, "body", "body.head", "hedline", "hl1"))
    return guid[:200] or f"hash:{content_hash(tree.text(root))}", headline[:200]


FORMAT = Format(NAMES.name, looks_like, read)
