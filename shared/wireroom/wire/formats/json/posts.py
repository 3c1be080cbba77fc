"""The posts of WordPress' REST API → entries.

https://developer.wordpress.org/rest-api/reference/posts/. With `_embed` in the feed's address, the
answer contains authors, pictures and the names of categories; without, it has only their numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wireroom.errors import EntryRejected
from wireroom.model import Entry, Picture
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
    plain,
    text,
    web_address,
    whole,
)
from wireroom.wire.identity import Read

WIDEST = 1600  # pixels of a picture's width, beyond which a smaller size is taken
_PUBLISHED = {"", "publish"}


def looks_like(value: Any) -> bool:
    """Whether `value` is a post, or a list of posts."""
    some = value[:3] if isinstance(value, list) else [value]
    if not some:
        return True  # a site that has no posts yet
    return any(
        isinstance(post.get(name), dict) and "rendered" in post[name]
        for post in map(members, some)
        for name in ("content", "excerpt", "title")
    )


def read(value: Any, source: Source) -> Document:
    """The entries of the posts, in their order."""
    posts = [members(post) for post in (value if isinstance(value, list) else [value])]
    out = [post for post in posts if text(post.get("status")) not in _PUBLISHED]
    posts = [post for post in posts if text(post.get("status")) in _PUBLISHED]
    each = entries_of(
        posts[:MAX_ENTRIES],
        lambda post: _entry(post, source.url),
        lambda post: (_guid(post), _rendered(post, "title")),
        source,
        "",
    )
    extra = [surplus(len(posts) - MAX_ENTRIES)] if len(posts) > MAX_ENTRIES else []
    return Document(
        entries=each.entries,
        rejected=(*extra, *each.rejected),
        shared=each.shared,
        left_out=tuple(
            Rejection(
                _guid(post), _rendered(post, "title")[:200], f"status: {text(post['status'])[:40]}"
            )
            for post in out
        ),
    )


def _entry(post: Members, url: str) -> Read:
    content = members(post.get("content"))
    if content.get("protected") is True and not text(content.get("rendered"), MAX_BODY):
        raise EntryRejected("content", "the post is protected by a password")
    title = must_fit(members(post.get("title")).get("rendered"), "title", MAX_TITLE)
    body = must_fit(content.get("rendered"), "body", MAX_BODY)
    if not (title or body):
        raise EntryRejected("entry", "it has neither a title nor a text")
    link = web_address(post.get("link"))
    published = moment(_utc(post, "dategmt")) or moment(post.get("date"))
    updated = moment(_utc(post, "modifiedgmt")) or moment(post.get("modified"))
    embedded = members(post.get("embedded"))
    return _guid(post), Entry(
        id="",
        title=title,
        link=link,
        body=body,
        full=bool(body),
        summary=text(members(post.get("excerpt")).get("rendered")),
        byline=", ".join(
            dict.fromkeys(
                filter(None, (plain(members(one).get("name"), 1000)
                              for one in listed(embedded.get("author")))))
        ),
        published=published,
        updated=updated,
        dates=tuple(
            sent for name in ("dategmt", "modifiedgmt") if (sent := text(post.get(name), 100))
        ),
        categories=tuple(_terms(embedded)),
        picture=_picture(embedded),
        base=link or url or "about:blank",
    )  # fmt: skip


def _rendered(post: Members, name: str) -> str:
    return text(members(post.get(name)).get("rendered"))


def _guid(post: Members) -> str:
    """The guid, which WordPress never changes; else the post's number."""
    return text(members(post.get("guid")).get("rendered"), MAX_ID) or text(post.get("id"), MAX_ID)


def _utc(post: Members, name: str) -> str:
    """A time of WordPress in UTC, which it writes without a zone."""
    sent = text(post.get(name), 100)
    return f"{sent}Z" if sent and sent[-1].isdigit() else sent


def _terms(embedded: Members) -> Iterator[str]:
    """Names of categories and tags."""
    for group in listed(embedded.get("wp:term")):
        for term in map(members, listed(group)):
            if name := text(term.get("name"), 1000):
                yield name


def _picture(embedded: Members) -> Picture | None:
    """The featured picture, in the largest size that is at most WIDEST wide."""
    for media in map(members, listed(embedded.get("wp:featuredmedia"))):
        details = members(media.get("mediadetails"))
        sizes = [members(each) for each in listed(details.get("sizes"))]
        full = {"sourceurl": media.get("sourceurl")} | {
            side: details.get(side) for side in ("width", "height")
        }
        known = [each for each in (full, *sizes) if web_address(each.get("sourceurl"))]
        if not known:
            continue
        fitting = [each for each in known if 0 < whole(each.get("width")) <= WIDEST]
        best = max(fitting, key=lambda each: whole(each.get("width"))) if fitting else known[0]
        caption = _rendered(media, "caption") or plain(media.get("alttext"))
        return Picture(
            url=web_address(best["sourceurl"]),
            alt=caption,
            width=whole(best.get("width")),
            height=whole(best.get("height")),
        )
    return None
