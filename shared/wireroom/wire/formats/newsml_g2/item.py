"""A text item of NewsML-G2 → an Entry, or an EntryRejected that names the field."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from lxml import etree
from msgspec import Struct
from msgspec.structs import replace

from wireroom.errors import EntryRejected
from wireroom.markup.addresses import is_web
from wireroom.model import Editorial, Entry, Picture
from wireroom.wire import dates
from wireroom.wire.document.tree import joined, language
from wireroom.wire.formats.fields import (
    embargo,
    escaped,
    first,
    found,
    line,
    number,
    of_right_size,
    once,
    plain,
)
from wireroom.wire.formats.newsml_g2.concepts import (
    Concepts,
    asserted,
    codes,
    in_language,
    last_part,
    name_of,
    names,
)
from wireroom.wire.formats.newsml_g2.content import Things, content_of
from wireroom.wire.formats.newsml_g2.pictures import Shot, linked, of_content
from wireroom.wire.identity import Read


class Message(Struct, frozen=True):
    """What a document has beside the item. `shots`: guid → its picture; `grouped`: guid of a story
    → the guids of the pictures that a package puts beside it."""

    url: str
    things: Things
    concepts: Concepts
    shots: dict[str, Shot]
    grouped: dict[str, list[str]]


def read(item: etree._Element, message: Message) -> Read:
    """(guid, entry without an id). Raises EntryRejected."""
    meta, content = first(item, "itemmeta"), first(item, "contentmeta")
    spoken = language_of(item)
    concepts = {**message.concepts, **asserted(item)}
    guid = (item.get("guid") or "").strip()
    copy = content_of(item, message.things, message.url)
    nitf = copy.nitf or Entry(id="")
    created, revised = (plain(first(meta, name)) for name in ("firstcreated", "versioncreated"))
    published, updated = dates.of_publication(created), dates.of_publication(revised)
    until, held = _embargo(meta)
    until = until or nitf.embargo
    status = next((code for each in found(meta, "pubstatus") for code in codes(each)), "")
    status = status or nitf.pubstatus
    if held and last_part(first(meta, "pubstatus")) in ("", "usable"):
        status = "embargoed"
    title = headline_of(item) or plain(first(meta, "title"))
    title = escaped(title) or nitf.title
    if not title and not copy.html:
        raise EntryRejected("entry", "it has neither a headline nor a text")
    shown = _pictures(item, message, (until, updated, published))
    sources = names(found(content, "infosource"), spoken, concepts)
    credit = ", ".join(once(map(plain, found(content, "creditline"))))
    provider = first(meta, "provider")
    source = credit or ", ".join(sources)
    if not source and provider is not None:
        source = in_language(list(found(provider, "name")), spoken) or provider.get("literal") or ""
    told = [f"Source: {name}" for name in sources if name not in source]
    notes = (nitf.editorial.note if nitf.editorial else copy.editors).splitlines()
    return guid, Entry(
        id="",
        title=title,
        link=_link(item, message.url, whole=bool(copy.html)),
        body=copy.html,
        full=bool(copy.html),
        summary=_summary(content, spoken) or nitf.summary,
        byline=_byline(content, spoken) or nitf.byline,
        source=escaped(source) or nitf.source,
        language=spoken,
        published=published or updated or nitf.published,
        updated=updated if published and updated and updated > published else None,
        embargo=until,
        pubstatus=status[:200],
        dates=once(value[:100] for value in (created, revised, plain(first(meta, "embargoed")))),
        categories=_terms(content, spoken, concepts) or nitf.categories,
        picture=shown[0] if shown else None,
        pictures=tuple(shown[1:]),
        base=message.url or "about:blank",
        version=number(item.get("version") or "") or nitf.version,
        dateline=line(first(content, "dateline")) or nitf.dateline,
        editorial=_editorial(
            item,
            replace(nitf.editorial or Editorial(), note="\n".join((*told, *notes))),
            spoken,
            concepts,
        ),
    )


def language_of(item: etree._Element) -> str:
    """The language of an item's content."""
    for said in found(item, "contentmeta", "language"):
        if tag := (said.get("tag") or "").strip():
            return tag[:35]
    for name in ("inlinexml", "inlinedata"):
        for rendition in found(item, "contentset", name):
            return language(rendition)
    return language(item)


def headline_of(item: etree._Element) -> str:
    """The main headline, as text: the one without another role, in the item's language."""
    given = list(found(item, "contentmeta", "headline"))
    main = [each for each in given if not each.get("role") or "main" in each.get("role", "")]
    return in_language(main or given, language_of(item))


def _embargo(meta: etree._Element | None) -> tuple[datetime | None, bool]:
    """(the end of the embargo, whether there is one without an end)."""
    element = first(meta, "embargoed")
    if element is None:
        return None, False
    until = embargo(plain(element))
    return until, until is None


def _pictures(
    item: etree._Element, message: Message, moments: Iterable[datetime | None]
) -> list[Picture]:
    """The pictures of a story: those of its own content, those it links to, those a package puts
    beside it. A picture under an embargo is shown if the story is not out before its end."""
    own = of_content(item, message.url)
    shown = {best.url: best for best in ([of_right_size(own)] if own else [])}
    out = max((moment for moment in moments if moment), default=None)
    for guid in (*linked(item), *message.grouped.get(item.get("guid") or "", ())):
        shot = message.shots.get(guid)
        if shot is None or shot.picture is None:
            continue
        if shot.embargo is None or (out is not None and shot.embargo <= out):
            shown.setdefault(shot.picture.url, shot.picture)
    return list(shown.values())


def _link(item: etree._Element, base: str, *, whole: bool) -> str:
    """The story's own address: a link that says it is canonical, or, if the item has no copy, that
    of its remote content."""
    for link in found(item, "itemmeta", "link"):
        if "canonical" in (link.get("rel") or "").lower():
            address = joined(base, link.get("href") or "")
            if is_web(address) and len(address) <= 2048:
                return address
    for remote in found(item, "contentset", "remotecontent"):
        address = joined(base, remote.get("href") or "")
        kind = (remote.get("contenttype") or "").lower()
        if not whole and "html" in kind and is_web(address) and len(address) <= 2048:
            return address
    return ""


def _summary(content: etree._Element | None, spoken: str) -> str:
    given = list(found(content, "description"))
    summaries = [each for each in given if "caption" not in (each.get("role") or "").lower()]
    return escaped(in_language(summaries, spoken))


def _byline(content: etree._Element | None, spoken: str) -> str:
    """The bylines; the creators who are persons, where an item has none."""
    written = once(map(line, found(content, "by")))
    people = (each for each in found(content, "creator") if "person" in (each.get("type") or ""))
    names = once(in_language(found(person, "name"), spoken) for person in people)
    return ", ".join(written or map(escaped, names))


def _terms(content: etree._Element | None, spoken: str, concepts: Concepts) -> tuple[str, ...]:
    subjects = names(found(content, "subject"), spoken, concepts)
    return tuple(map(escaped, once((*subjects, *map(plain, found(content, "keyword"))))))


def _editorial(
    item: etree._Element, inner: Editorial, spoken: str, concepts: Concepts
) -> Editorial | None:
    """What an item says to editors. `inner`: what its copy says to them."""
    meta, content = first(item, "itemmeta"), first(item, "contentmeta")
    rights = list(found(item, "rightsinfo"))
    notes = [plain(each) for each in found(meta, "ednote")]
    notes += (f"Signal: {name_of(each, spoken, concepts)}" for each in found(meta, "signal"))
    holders = (name_of(h, spoken, concepts) for r in rights for h in found(r, "copyrightholder"))
    notices = once(plain(each) for right in rights for each in found(right, "copyrightnotice"))
    usage = once(plain(each) for right in rights for each in found(right, "usageterms"))
    editorial = Editorial(
        note="\n".join(once((*notes, *inner.note.splitlines())))[:20_000],
        slug=plain(first(content, "slugline")) or inner.slug,
        urgency=number(plain(first(content, "urgency"))) or inner.urgency,
        genre=", ".join(names(found(content, "genre"), spoken, concepts)) or inner.genre,
        place=", ".join(names(found(content, "located"), spoken, concepts)) or inner.place,
        usage="; ".join(usage) or inner.usage,
        copyright="; ".join(notices) or ", ".join(once(holders)) or inner.copyright,
    )
    return editorial if editorial != Editorial() else None
