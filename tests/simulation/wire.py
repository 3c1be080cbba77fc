"""The feeds of the simulated world: real RSS text, served by publishers that are not reliable."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime
from hashlib import md5
from html import escape
from typing import Literal

from msgspec import Struct

from wireroom.errors import FetchError
from wireroom.model import Feed
from wireroom.wire.http.fetch import Response

PROVIDER = "ptn"


class Version(Struct, frozen=True, kw_only=True):
    """A version of a story as the agency sends it. `at`: its own time. `dated`: the feed gives its
    dates; where it gives none, `at` is the same for all versions of the story. `bad`: it can't
    become an article, as ingest sees (`empty`) or process (`endless`, its headline)."""

    story: int
    number: int
    published: datetime
    at: datetime
    headline: str
    body: str
    summary: str = ""
    categories: tuple[str, ...] = ("India",)
    embargo: datetime | None = None
    withdrawn: bool = False
    bad: Literal["", "empty", "endless"] = ""
    dated: bool = True


def token(story: int) -> str:
    """A word that stands in each text of a story and nowhere else; also a slug keeps it."""
    return f"omen{story}x"


def version(story: int, number: int, published: datetime, at: datetime, **more: object) -> Version:
    word = token(story)
    fields = {
        "headline": f"{word} rises {number}",
        "body": f"<p>Body of {word}, as of {number}.</p>",
        "summary": f"Summary of {word} {number}.",
    }
    return Version(story=story, number=number, published=published, at=at, **(fields | more))  # type: ignore[arg-type]


class Publisher:
    """One feed. `trouble` names what its server does with the next requests: see `answer`."""

    def __init__(self, feed: Feed, served: Callable[[str, Version], None]) -> None:
        self.feed = feed
        self.shown: dict[int, Version] = {}
        self.trouble = ""
        self.moved_to = ""
        self.hub = ""
        self._before: list[Version] = []
        self._served = served

    @property
    def links(self) -> str:
        """The feed's hub, where it has one, and its own address."""
        named = {"hub": self.hub, "self": self.feed.url} if self.hub else {}
        return "".join(f'<atom:link rel="{rel}" href="{url}"/>' for rel, url in named.items())

    def show(self, version: Version) -> None:
        self._before = list(self.shown.values())
        self.shown[version.story] = version

    def forget(self) -> None:
        """There is no older document that it could serve."""
        self._before = []

    def answer(self, url: str, etag: str) -> Response:
        """What a request gets. Raises FetchError while the feed is away.

        `down`, `garbled`: it fails; `not-modified`: a 304 that is wrong; `stale`: the document
        from before its last change.
        """
        match self.trouble:
            case "down":
                raise FetchError("server-error", "503 from the publisher")
            case "garbled":
                return Response(status=200, url=url, body=b"<html>Maintenance</html>")
            case "not-modified" if etag:
                return Response(status=304, url=url, moved_to=self.moved_to)
        versions = list(self.shown.values())
        if self.trouble == "stale" and self._before:
            versions = self._before
        body = document(versions, self.links)
        if etag == etag_of(body):
            return Response(status=304, url=url, etag=etag, moved_to=self.moved_to)
        for each in versions:
            self._served(self.feed.id, each)
        return Response(
            status=200, url=url, body=body, etag=etag_of(body), moved_to=self.moved_to,
            content_type="application/rss+xml",
        )  # fmt: skip


def document(versions: list[Version], links: str) -> bytes:
    items = "".join(
        f'<item><guid isPermaLink="false">{each.story}</guid>'
        + _words(each)
        + f"<link>https://ptn.example/{each.story}</link>"
        + (_dates(each) if each.dated else "")
        + "".join(f"<category>{name}</category>" for name in each.categories)
        + (f"<embargo>{each.embargo.isoformat()}</embargo>" if each.embargo else "")
        + ("<pubstatus>canceled</pubstatus>" if each.withdrawn else "")
        + "</item>"
        for each in sorted(versions, key=lambda each: (each.at, each.story), reverse=True)
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>PTN</title>'
        f"{links}<link>https://ptn.example/</link><description>News</description>{items}"
        "</channel></rss>"
    ).encode()


def _words(version: Version) -> str:
    if version.bad == "empty":
        return ""
    headline = version.headline + (" and on" * 200 if version.bad else "")
    return (
        f"<title>{escape(headline)}</title><description>{escape(version.summary)}</description>"
        f"<content:encoded>{escape(version.body)}</content:encoded>"
    )


def _dates(version: Version) -> str:
    return (
        f"<pubDate>{format_datetime(version.published)}</pubDate>"
        f"<atom:updated>{version.at.isoformat()}</atom:updated>"
    )


def etag_of(body: bytes) -> str:
    return f'"{md5(body, usedforsecurity=False).hexdigest()}"'
