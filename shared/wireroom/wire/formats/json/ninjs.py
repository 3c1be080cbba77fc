"""ninjs 1.0 to 3.1, as Superdesk and others write it, too → entries.

One item, a list of items, or an object with such a list. A package is only an order of items: those
that it contains whole are read, and it is no story. Pictures and the like go to the story that they
are associated with; by themselves they are left out.

https://iptc.org/standards/ninjs/, https://www.iptc.org/std/ninjs/
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from wireroom.errors import EntryRejected
from wireroom.markup.plain import has_markup
from wireroom.model import Editorial, Entry, Picture
from wireroom.wire.document.rejection import MAX_ENTRIES, Rejection, surplus
from wireroom.wire.formats.document import Document, Source
from wireroom.wire.formats.entries import entries_of
from wireroom.wire.formats.json.values import (
    MAX_BODY,
    MAX_ID,
    MAX_TITLE,
    Members,
    listed,
    members,
    moment,
    must_fit,
    names,
    paragraphs,
    plain,
    text,
    web_address,
    whole,
)
from wireroom.wire.identity import Read

WIDEST = 1600  # pixels of a picture's width, beyond which a smaller rendition is taken
MAX_NESTED = 5  # packages within each other

_IDS = ("guid", "uri")
# What only ninjs has, beside texts that begin with one of _TEXTS.
_TEXTS = ("body", "description", "headline")
_SIGNS = {
    "pubstatus", "versioncreated", "bodyhtml", "bodyxhtml", "bodytext", "bodies", "headlines",
    "associations", "representationtype",
}  # fmt: skip
_HOLDERS = ("items", "item", "stories", "data", "results", "articles", "documents")
_STORIES = {"", "text", "article", "story", "news"}
_PACKAGES = {"composite", "package"}
_GONE = {"canceled", "cancelled", "killed", "withheld"}


def looks_like(value: Any) -> bool:
    """Whether `value` is an item, or holds items."""
    return any(_is_item(item) for item in _items(value)[:3])


def read(value: Any, source: Source) -> Document:
    """The entries of the items, in their order."""
    stories: list[Members] = []
    others: list[Members] = []
    for item in _unpacked(_items(value), 0):
        kind = text(item.get("type"), 100).lower()
        (stories if kind in _STORIES else others).append(item)
    each = entries_of(
        stories[:MAX_ENTRIES], lambda item: _entry(item, source.url), _named, source, ""
    )
    extra = [surplus(len(stories) - MAX_ENTRIES)] if len(stories) > MAX_ENTRIES else []
    return Document(
        entries=each.entries,
        rejected=(*extra, *each.rejected),
        shared=each.shared,
        left_out=tuple(
            Rejection(*_named(item), f"type: {text(item.get('type'), 100)}, no story")
            for item in others
        ),
    )


def _items(value: Any) -> list[Members]:
    """The items in a document: itself, a list, or a list in a member, also one level further
    down, and each maybe in a member `item`."""
    for _ in range(2):
        if isinstance(value, dict) and not _is_item(members(value)):
            held = members(value)
            value = next((held[name] for name in _HOLDERS if name in held), value)
    several = value if isinstance(value, list) else [value]
    found = map(members, several)
    return [members(item["item"]) if isinstance(item.get("item"), dict) else item for item in found]


def _is_item(item: Members) -> bool:
    return any(item.get(name) for name in _IDS) and (
        not _SIGNS.isdisjoint(item) or any(name.startswith(_TEXTS) for name in item)
    )


def _unpacked(items: list[Members], depth: int) -> Iterator[Members]:
    """`items`, and in the place of each package the items that it contains whole."""
    for item in items:
        if text(item.get("type"), 100).lower() not in _PACKAGES:
            yield item
        elif depth < MAX_NESTED:
            inner = [members(each) for each in listed(item.get("associations"))]
            yield from _unpacked([each for each in inner if _is_item(each)], depth + 1)


def _named(item: Members) -> tuple[str, str]:
    return _guid(item)[:200], _headline(item)[:200]


def _guid(item: Members) -> str:
    return next(filter(None, (text(item.get(name), MAX_ID) for name in _IDS)), "")


def _headline(item: Members) -> str:
    """The main headline; in ninjs 1 its text, since 2 one of several with roles."""
    main = _in_role(item.get("headlines"), "main")
    names = ("headline", *_beginning(item, "headline"), "title")
    return text(main.get("value")) or _first(item, *names)


def _in_role(value: Any, *roles: str) -> Members:
    """Of texts with roles the first that has one of `roles`, else the first."""
    several = [members(each) for each in listed(value)]
    fitting = [each for each in several if text(each.get("role")).lower() in roles]
    return (fitting or several or [Members()])[0]


def _entry(item: Members, url: str) -> Read:
    for name in _IDS:
        must_fit(item.get(name), name, MAX_ID)
    status = text(item.get("pubstatus"), 100)
    title = must_fit(_headline(item), "headline", MAX_TITLE)
    body = _body(item)
    summary = _summary(item)
    gone = status.lower().rpartition(":")[2] in _GONE
    if not (title or body or summary or gone):
        raise EntryRejected("entry", "it has neither a headline nor a text")
    created = _first(item, "firstpublished", "firstcreated", "contentcreated", "versioncreated")
    updated = _first(item, "versioncreated", "contentmodified")
    embargo = _first(item, "embargoed", "embargo")
    link = _link(item)
    base = link or url
    shots = _pictures(item, body)
    return _guid(item), Entry(
        id="",
        title=escape(title, quote=False),
        link=link,
        body=body,
        full=bool(body),
        summary=summary,
        byline=_byline(item),
        source=_source(item),
        language=text(item.get("language"), 100),
        published=moment(created),
        updated=moment(updated),
        embargo=moment(embargo),
        pubstatus=status or ("embargoed" if embargo and not moment(embargo) else ""),
        dates=tuple(each[:100] for each in (created, updated, embargo) if each),
        categories=tuple(
            dict.fromkeys(
                name
                for key in ("subject", "subjects", "service", "services", "keywords", "keyword")
                for name in names(item.get(key))
            )
        ),
        picture=shots[0] if shots else None,
        pictures=tuple(shots[1:]),
        base=base or "about:blank",
        version=whole(item.get("version")),
        dateline=plain(item.get("dateline"), 500),
        editorial=_editorial(item),
    )


def _first(item: Members, *keys: str) -> str:
    return next(filter(None, (text(item.get(key)) for key in keys)), "")


def _beginning(item: Members, start: str) -> list[str]:
    """The names of further texts, which ninjs 1 lets each provider add: `body_main`."""
    return sorted(name for name in item if name.startswith(start) and name != start)


def _body(item: Members) -> str:
    """The body as HTML: of several the main one, and its markup before its plain words."""
    several = [members(each) for each in listed(item.get("bodies"))]
    mains = [each for each in several if text(each.get("role")).lower() in {"main", "body", ""}]
    for each in sorted(mains or several, key=lambda one: "html" not in _type(one)):
        words = must_fit(each.get("value"), "body", MAX_BODY)
        if words:
            return words if "html" in _type(each) else paragraphs(words)
    for key in ("bodyhtml", "bodyxhtml", "bodytext", *_beginning(item, "body")):
        if words := must_fit(item.get(key), "body", MAX_BODY):
            marked = "html" in key or (key != "bodytext" and has_markup(words))
            return words if marked else paragraphs(words)
    return ""


def _type(body: Members) -> str:
    return text(body.get("contenttype")).lower()


def _summary(item: Members) -> str:
    if found := _in_role(item.get("descriptions"), "summary", "abstract", "main"):
        words = text(found.get("value"))
        return words if "html" in _type(found) else escape(words, quote=False)
    for key in ("descriptionhtml", "descriptiontext", *_beginning(item, "description")):
        if words := text(item.get(key)):
            return words if "html" in key else escape(words, quote=False)
    return ""


def _byline(item: Members) -> str:
    if sent := plain(item.get("byline"), 1000) or plain(item.get("by"), 1000):
        return sent
    return escape(", ".join(names(item.get("authors"))), quote=False)


def _source(item: Members) -> str:
    """The agency: where the item came from, else who has its rights."""
    found = [*names(item.get("source")), *names(item.get("infosources"))]
    found += names(item.get("infosource"))
    if not found and not isinstance(item.get("copyrightholder"), dict):
        found = [text(item.get("copyrightholder"), 1000)]
    return escape(next(filter(None, found), ""), quote=False)


def _link(item: Members) -> str:
    """Where the agency has the story on the web."""
    for key in ("link", "url", "webcanonical", "canonicalurl", "canonical"):
        if found := web_address(item.get(key)):
            return found
    for each in map(members, listed(item.get("renditions"))):
        if "html" in text(each.get("contenttype") or each.get("mimetype")).lower():
            return web_address(each.get("href"))
    return ""


def _editorial(item: Members) -> Editorial:
    rights = members(item.get("rightsinfo"))
    return Editorial(
        note=text(item.get("ednote")),
        slug=text(item.get("slugline"), 1000),
        urgency=whole(item.get("urgency")),
        genre=", ".join([*names(item.get("genre")), *names(item.get("genres"))]),
        place=", ".join([*names(item.get("located")), *names(item.get("place"))]),
        usage=text(item.get("usageterms")) or text(rights.get("usageterms")),
        copyright=text(item.get("copyrightnotice")) or text(item.get("copyrightholder")),
    )


def _pictures(item: Members, body: str) -> list[Picture]:
    """The pictures associated with an item that its body does not show, the main one first."""
    held = item.get("associations")
    if isinstance(held, dict):
        several = [(name, members(each)) for name, each in [*held.items()][:50]]
    else:
        several = [(text(members(each).get("name")), members(each)) for each in listed(held)]
    found = []
    several.sort(key=lambda one: one[0] not in {"featuremedia", "main"})
    for _, each in several:
        if text(each.get("type")).lower() not in {"picture", "graphic"}:
            continue
        if text(each.get("pubstatus")).lower().rpartition(":")[2] in _GONE:
            continue
        renditions = _renditions(each)
        shown = any(escape(one["href"]) in body or one["href"] in body for one in renditions)
        if renditions and not shown:
            found.append(_picture(each, _best(renditions)))
    return found


def _renditions(picture: Members) -> list[dict[str, Any]]:
    found = []
    for each in map(members, listed(picture.get("renditions"))):
        kind = text(each.get("mimetype") or each.get("contenttype") or "image/").lower()
        href = web_address(each.get("href"))
        if href and kind.startswith("image/"):
            size = {side: whole(each.get(side)) for side in ("width", "height")}
            found.append({"href": href, **size})
    return found


def _best(renditions: list[dict[str, Any]]) -> dict[str, Any]:
    """The widest that is at most WIDEST wide; else the narrowest, or the first without a width."""
    fitting = [each for each in renditions if 0 < each["width"] <= WIDEST]
    if fitting:
        return max(fitting, key=lambda each: each["width"])
    return min(renditions, key=lambda each: each["width"])


def _picture(item: Members, rendition: dict[str, Any]) -> Picture:
    caption = plain(item.get("descriptiontext")) or text(item.get("descriptionhtml"))
    caption = caption or plain(item.get("bodytext")) or _summary(item) or plain(_headline(item))
    credit = _first(item, "creditline", "byline", "copyrightnotice", "copyrightholder")[:1000]
    return Picture(
        url=rendition["href"],
        alt=caption,
        credit=escape(credit, quote=False),
        width=rendition["width"],
        height=rendition["height"],
    )
