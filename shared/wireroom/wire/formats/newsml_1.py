"""NewsML 1.0 to 1.2: the wire of AFP, and Reuters' old one.

NewsML ─► NewsItem ─► its NewsComponents, which may be inside each other
                       ├─► NewsLines: headline, byline, dateline …
                       ├─► ContentItem with text: the copy (XHTML, NITF, plain text)
                       └─► ContentItem with a picture: the pictures of the story
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from lxml import etree
from msgspec import Struct

from wireroom.errors import EntryRejected
from wireroom.markup.addresses import is_web
from wireroom.markup.characters import without_controls
from wireroom.model import Editorial, Entry, Picture
from wireroom.wire import dates
from wireroom.wire.document import tree
from wireroom.wire.document.document import root_of, well_formed
from wireroom.wire.document.rejection import MAX_ENTRIES, Rejection, surplus
from wireroom.wire.document.vocabulary import Vocabulary
from wireroom.wire.formats.document import Document, Format, Source
from wireroom.wire.formats.entries import entries_of
from wireroom.wire.formats.fields import (
    bounded,
    embargo,
    escaped,
    first,
    found,
    html,
    line,
    must_be_small,
    number,
    of_right_size,
    once,
    paragraphs,
    plain,
    text_or_html,
)
from wireroom.wire.formats.nitf.body import copy_of
from wireroom.wire.formats.nitf.feed import story as nitf_story
from wireroom.wire.identity import Read, content_hash

NAMES = Vocabulary(
    name="NewsML 1.2",
    roots=("NewsML",),
    entries=("NewsItem",),
    texts=("DataContent",),
    ids=("PublicIdentifier", "NewsItemId"),
    title="HeadLine",
    dates=("ThisRevisionCreated",),
)
_MOST = 500  # components, and pieces of content, of one item
_SUBJECTS = ("subject", "subjectmatter", "subjectdetail", "subjectqualifier")


class _Copy(Struct, frozen=True):
    html: str = ""
    nitf: Entry | None = None
    editors: str = ""


def looks_like(document: bytes, source: Source) -> bool:
    return root_of(document, source.charset) == "newsml"


def read(document: bytes, source: Source) -> Document:
    """The stories of `document`. Raises NotAFeed, as `document.well_formed`."""
    whole = well_formed(document, NAMES, source.charset)
    root = tree.parsed(whole.xml)
    items = [child for child in root if tree.local(child)[1] == "newsitem"]
    rejected = list(whole.broken)
    if len(items) > MAX_ENTRIES:
        rejected.append(surplus(len(items) - MAX_ENTRIES))
        kept = set(sorted(items, key=_date, reverse=True)[:MAX_ENTRIES])
        items = [item for item in items if item in kept]
    stories = [item for item in items if not _is_of_media(item)]
    each = entries_of(stories, lambda item: _read(item, source.url), _named, source, source.url)
    return Document(
        entries=each.entries,
        rejected=(*rejected, *each.rejected),
        language=tree.language(root),
        shared=each.shared,
        left_out=tuple(
            Rejection(*_named(item), "only pictures or other media: no story")
            for item in items
            if _is_of_media(item)
        ),
        truncated=whole.truncated,
    )


def _read(item: etree._Element, url: str) -> Read:
    """(guid, entry without an id). Raises EntryRejected."""
    must_be_small(item)
    management = first(item, "newsmanagement")
    lines = [*_below(item, "newslines")]
    copy = _copy(item, url)
    nitf = copy.nitf or Entry(id="")
    title = _line_of(lines, "headline") or nitf.title
    if not title and not copy.html:
        raise EntryRejected("entry", "it has neither a headline nor a text")
    status = _name(first(management, "status"))
    created, revised = (
        plain(first(management, name)) for name in ("firstcreated", "thisrevisioncreated")
    )
    published, updated = dates.of_publication(created), dates.of_publication(revised)
    shown = _pictures(item, url)
    return _guid(item), Entry(
        id="",
        title=title,
        body=copy.html,
        full=bool(copy.html),
        summary=nitf.summary,
        byline=", ".join(_all(lines, "byline")) or nitf.byline,
        source=_line_of(lines, "creditline") or nitf.source or _provider(item),
        language=_language(item),
        published=published or updated or nitf.published,
        updated=updated if published and updated and updated > published else None,
        embargo=_embargo(management, status, published) or nitf.embargo,
        pubstatus=status[:100] or nitf.pubstatus,
        dates=once((created[:100], revised[:100])),
        categories=_subjects(item) or nitf.categories,
        picture=shown[0] if shown else None,
        pictures=tuple(shown[1:]),
        base=url or "about:blank",
        version=number(plain(first(item, "identification", "newsidentifier", "revisionid")))
        or nitf.version,
        dateline=_line_of(lines, "dateline") or nitf.dateline,
        editorial=_editorial(item, lines, nitf.editorial or Editorial(note=copy.editors)),
    )


def _below(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """The elements `name` below `element`, in any of its components, at most _MOST."""
    named = (each for each in element.iterdescendants(etree.Element) if tree.local(each)[1] == name)
    return islice(named, _MOST)


def _line_of(lines: list[etree._Element], name: str) -> str:
    """The first line of that name that says something."""
    return next((text for text in _all(lines, name) if text), "")


def _all(lines: list[etree._Element], name: str) -> tuple[str, ...]:
    return once(line(each) for group in lines for each in found(group, name))


def _name(element: etree._Element | None) -> str:
    """What a property says: its FormalName, else its Value, else its text."""
    if element is None:
        return ""
    return str(element.get("FormalName") or element.get("Value") or plain(element)).strip()[:500]


def _guid(item: etree._Element) -> str:
    """The id without its revision: provider, day and number, which PublicIdentifier ends in a
    revision; else NewsItemId."""
    identifier = first(item, "identification", "newsidentifier")
    public = plain(first(identifier, "publicidentifier"))
    revision = plain(first(identifier, "revisionid"))
    if public.startswith("urn:newsml:") and revision:
        stem, _, last = public.rpartition(":")
        # `17U`, `17N`: an update, or not (NewsML 1.2, 5.6)
        if last.rstrip("UNAun") == revision:
            return stem
    if public:
        return public
    parts = (plain(first(identifier, name)) for name in ("providerid", "dateid", "newsitemid"))
    provider, day, own = parts
    return f"urn:newsml:{provider}:{day}:{own}" if provider and own else own


def _embargo(
    management: etree._Element | None, status: str, published: datetime | None
) -> datetime | None:
    """The end of an embargo: when its status will change to Usable, if that is later than its
    date. Raises EntryRejected."""
    change = first(management, "statuswillchange")
    if change is None:
        return None
    future = _name(first(change, "futurestatus")).lower()
    if future not in ("", "usable"):
        return None
    until = embargo(plain(first(change, "dateandtime")))
    if until and published and until <= published and status.lower() != "embargoed":
        return None
    return until


def _copy(item: etree._Element, url: str) -> _Copy:
    """The copy: that of the first component that has words in it, with all of its pieces; other
    components are the same in another form, or of another medium."""
    for component in _below(item, "newscomponent"):
        if _name(first(component, "role")).lower() == "caption":
            continue
        copies = [_content(each, url) for each in found(component, "contentitem")]
        words = "".join(bounded(copy.html for copy in copies if copy.html))
        if words.strip():
            nitf = next((copy.nitf for copy in copies if copy.nitf), None)
            return _Copy(words, nitf, "\n".join(copy.editors for copy in copies if copy.editors))
    return _Copy()


def _content(content: etree._Element, url: str) -> _Copy:
    kind = _name(first(content, "mimetype")).lower() or _name(first(content, "format")).lower()
    data = first(content, "datacontent")
    if data is None:
        data = first(content, "encoding", "datacontent")
    if data is None or kind.startswith(("image/", "video/", "audio/")):
        return _Copy()
    if first(content, "encoding", "datacontent") is data:
        return _Copy()  # packed media: text is never sent so
    nitf = first(data, "nitf")
    if nitf is not None:
        entry = nitf_story(nitf, url)[1]
        return _Copy(entry.body, entry)
    if any(tree.local(each)[1] == "body.content" for each in data):
        copy = copy_of(data, url)
        return _Copy(copy.html, None, copy.editors)
    if len(data):
        page = first(data, "html")
        page = data if page is None else page
        body = first(page, "body")
        return _Copy(html(page if body is None else body))
    words = data.text or ""
    return _Copy(paragraphs(words) if "plain" in kind else text_or_html(without_controls(words)))


def _pictures(item: etree._Element, url: str) -> list[Picture]:
    """One picture for each component that has any, in the rendition to show. Components that are
    renditions of one picture stand in one component."""
    shown: dict[str, Picture] = {}
    for component in _below(item, "newscomponent"):
        inner = [component, *found(component, "newscomponent")]
        if any(tree.local(each)[1] == "newscomponent" for part in inner[1:] for each in part):
            continue  # a component of components of components: its parts come by themselves
        renditions = [each for part in inner for each in _renditions(part, url)]
        if not renditions or any(each.url in shown for each in renditions):
            continue
        lines = [each for part in inner for each in found(part, "newslines")]
        caption = _line_of(lines, "caption") or _caption(inner) or _line_of(lines, "headline")
        best = of_right_size(renditions)
        picture = Picture(
            url=best.url,
            alt=caption,
            credit=_line_of(lines, "creditline") or _line_of(lines, "copyrightline"),
            width=best.width,
            height=best.height,
        )
        shown |= dict.fromkeys((each.url for each in renditions), picture)
    return list({picture.url: picture for picture in shown.values()}.values())


def _caption(components: list[etree._Element]) -> str:
    """The text of a component in the role of a caption."""
    for component in components:
        if _name(first(component, "role")).lower() == "caption":
            for data in found(component, "contentitem", "datacontent"):
                if words := line(data):
                    return words
    return ""


def _renditions(component: etree._Element, url: str) -> Iterator[Picture]:
    for content in found(component, "contentitem"):
        address = tree.joined(url, content.get("Href") or "")
        kind = _name(first(content, "mimetype")).lower()
        media = _name(first(content, "mediatype")).lower()
        is_picture = kind.startswith("image/") or (
            "/" not in kind and media in ("photo", "picture", "graphic", "image")
        )
        if not is_web(address) or not is_picture or "svg" in kind:
            continue
        sizes = {
            _name(each).lower(): number(str(each.get("Value") or ""))
            for each in found(content, "characteristics", "property")
        }
        yield Picture(
            url=without_controls(address),
            width=sizes.get("width", 0),
            height=sizes.get("height", 0),
        )


def _is_of_media(item: etree._Element) -> bool:
    """Whether an item has content, and all of it is of other media than text."""
    kinds = [
        _name(first(each, "mediatype")).lower() or _name(first(each, "mimetype")).lower()
        for each in _below(item, "contentitem")
    ]
    media = ("photo", "picture", "graphic", "image", "video", "audio", "animation")
    return bool(kinds) and all(kind.startswith(media) for kind in kinds)


def _language(item: etree._Element) -> str:
    for said in _below(item, "language"):
        if name := _name(said):
            return name[:35]
    return tree.language(item)


def _provider(item: etree._Element) -> str:
    for provider in _below(item, "provider"):
        for party in found(provider, "party"):
            return escaped(_name(party))
    return ""


def _subjects(item: etree._Element) -> tuple[str, ...]:
    """The subjects: their description in words, if the document has one, else their code."""
    names: list[str] = []
    for code in _below(item, "subjectcode"):
        for subject in code:
            if tree.local(subject)[1] in _SUBJECTS:
                names.append(plain(first(subject, "comment")) or _name(subject))
    return once(map(escaped, names))


def _editorial(
    item: etree._Element, lines: list[etree._Element], inner: Editorial
) -> Editorial | None:
    management = first(item, "newsmanagement")
    notes = [plain(each) for each in found(management, "instruction")]
    notes += (plain(each) for each in found(item, "comment"))
    notes += (
        plain(each)
        for group in lines
        for block in found(group, "newsline")
        if "note" in _name(first(block, "newslinetype")).lower()
        or "advisory" in _name(first(block, "newslinetype")).lower()
        for each in found(block, "newslinetext")
    )
    place = next((_places(each) for each in _below(item, "location")), "")
    editorial = Editorial(
        note="\n".join(once((*notes, *inner.note.splitlines())))[:20_000],
        slug=_plain_of(lines, "slugline") or inner.slug,
        urgency=number(_name(first(management, "urgency"))) or inner.urgency,
        genre=next(filter(None, map(_name, _below(item, "genre"))), "") or inner.genre,
        place=place or inner.place,
        usage="; ".join(once(plain(each) for each in _below(item, "usagerights"))) or inner.usage,
        copyright=_plain_of(lines, "copyrightline") or inner.copyright,
    )
    return editorial if editorial != Editorial() else None


def _plain_of(lines: list[etree._Element], name: str) -> str:
    return next((plain(each) for group in lines for each in found(group, name)), "")


def _places(location: etree._Element) -> str:
    return ", ".join(once(str(each.get("Value") or "") for each in found(location, "property")))


def _date(item: etree._Element) -> float:
    moment = dates.of_publication(plain(first(item, "newsmanagement", "thisrevisioncreated")))
    return moment.timestamp() if moment else 0.0


def _named(item: etree._Element) -> tuple[str, str]:
    """(guid, or a hash; headline) of an item."""
    headline = next((plain(each) for each in _below(item, "headline")), "")
    return _guid(item)[:200] or f"hash:{content_hash(tree.text(item))}", headline[:200]


FORMAT = Format(NAMES.name, looks_like, read)
