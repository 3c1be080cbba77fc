"""The feeds of the simulated world: RSS documents of unreliable publishers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
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
    become an article, as ingest sees (`empty`) or process (`endless`, its headline). `notice`:
    which of NOTICES, from 1, stands beside it in the document. `spelling`: which of SPELLINGS its
    guid has. `own`: it is a kill notice (`withdrawn`) with a guid of its own, and the link of the
    story. `picture`: the address of its picture. `byline`: one of BYLINES. `draft`: of the
    newsroom's own story, which waits. `take`: the number of a take, which is a message of its own.
    `numbered`: it comes in NewsML-G2, with its number, and with a date by a clock that runs
    backwards.
    """

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
    notice: int = 0
    spelling: int = 0
    own: bool = False
    picture: str = ""
    byline: str = ""
    draft: bool = False
    take: int = 0
    numbered: bool = False

    @property
    def tells(self) -> bool:
        """Whether the table can tell which story a kill notice takes back that comes without it: by
        its guid, or where its link is the guid of the story."""
        return not self.own or self.story in ADDRESSED


class Notice(Struct, frozen=True):
    """A kill notice in one document with its story. `title`: how its headline begins. `first`: it
    comes before the story. `own`: it has a guid of its own, and only the link of its story."""

    title: str
    dated: bool = True
    first: bool = True
    status: str = ""
    own: bool = False


NOTICES = (
    Notice("Mandatory Kill: {}"),
    Notice("KILL NOTICE the story of {}", dated=False),
    Notice("BC-PTN--KILL: {}", first=False),
    Notice("KILL: {}", dated=False, first=False),
    Notice("Taken back - {}"),
    Notice("{}", dated=False, status="canceled"),
    Notice("KILL: take back {}", own=True),
    Notice("Kill advisory: {}", dated=False, first=False, status="canceled", own=True),
)
KILL_TITLES = ("taken back -",)

OURS = 13  # the story that the newsroom writes itself, where it writes one; no seed has it
IN_TAKES = 14  # the story that comes in takes, in messages of IPTC 7901; no seed has it
TEXT = "ptn-text"  # the feed that has it

# The guids of these stories are addresses, which lead to the same place in any of these ways.
ADDRESSED = (2, 5)
PLACE = "ptn.example/story/{}"
SPELLINGS = (
    "http://www.ptn.example/story/{}",
    "https://www.ptn.example/story/{}/",
    "https://PTN.example:443/story/{}?utm_source=rss",
    "https://ptn.example/story/{}#rss",
    "http://ptn.example/story/{}",
)


# Bylines as agencies send them → the slugs of the authors whom they name.
BYLINES = {
    "": (),
    "Asha Rao": ("asha-rao",),
    "By ASHA RAO and B. Khan": ("asha-rao", "b-khan"),
    "PTN Desk": (),
    "Dr. B. Khan, PTN": ("b-khan",),
}


CUT_OFF = "[…]</p>"  # ends the body of a story of which the feed sends only the beginning


def guid(story: int, spelling: int = 0) -> str:
    """The guid of a story in one of the spellings that feeds and editors use."""
    if story == IN_TAKES:
        return f"ptn:{token(story)}:2026-02-11"
    return SPELLINGS[spelling % len(SPELLINGS)].format(story) if story in ADDRESSED else str(story)


def link(story: int, spelling: int = 0) -> str:
    """The link of a story: where its guid leads, if that is an address."""
    return guid(story, spelling) if story in ADDRESSED else f"https://ptn.example/{story}"


def own_guid(version: Version) -> str:
    """The guid of a kill notice that has one of its own."""
    return f"kill-{version.story}-{version.number}"


def token(story: int) -> str:
    """A word that each text of a story contains, and no other text. It survives in slugs."""
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
    """One feed. `trouble`: what is wrong with its server's answers; see `answer`."""

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
        # Takes stay beside their lead, as messages do.
        self.shown[version.story + 1000 * version.take] = version

    def forget(self) -> None:
        """There is no older document that it could serve."""
        self._before = []

    def answer(self, url: str, etag: str) -> Response:
        """The answer to a request. Raises FetchError while the server is down.

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
        if self.feed.id == TEXT:
            body = messages(versions)
        elif any(each.numbered for each in versions):
            body = newsml(versions)
        else:
            body = document(versions, self.links)
        if etag == etag_of(body):
            return Response(status=304, url=url, etag=etag, moved_to=self.moved_to)
        for each in versions:
            self._served(self.feed.id, each)
        return Response(
            status=200, url=url, body=body, etag=etag_of(body), moved_to=self.moved_to,
            content_type="application/rss+xml",
        )  # fmt: skip


def messages(versions: list[Version]) -> bytes:
    """A document of a text format: the version of each story and its takes, a message each."""
    return "".join(
        f"\x01ptn{each.number:03} 4 i 9 ptn 001\n\n{token(each.story)}{_beside(each)}/\n"
        f"\x02{each.headline} =\n\n   {each.body.removeprefix('<p>').removesuffix('</p>')}\n"
        f"\x03{each.at:%d%H%M} GMT {each.at:%b %y}\n\x04\n"
        for each in versions
    ).encode()


def _beside(version: Version) -> str:
    if version.take:
        return f",{version.take}{'st' if version.take == 1 else 'nd'} add"
    return f",{version.number - 1}{'st' if version.number == 2 else 'nd'} Ld" * (version.number > 1)


def document(versions: list[Version], links: str) -> bytes:
    items = "".join(
        "".join(_items(each))
        for each in sorted(versions, key=lambda each: (each.at, each.story), reverse=True)
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:atom="http://www.w3.org/2005/Atom"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>PTN</title>'
        f"{links}<link>https://ptn.example/</link><description>News</description>{items}"
        "</channel></rss>"
    ).encode()


def newsml(versions: list[Version]) -> bytes:
    """The same as a message of NewsML-G2."""
    return (
        '<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet>'
        f"{''.join(map(_news_item, versions))}</itemSet></newsMessage>"
    ).encode()


def _news_item(version: Version) -> str:
    created = version.published + timedelta(hours=1, minutes=-version.number)
    status = "canceled" if version.withdrawn else "usable"
    body = version.body + (NOTEBOOK if version.story % 2 else "")
    subjects = "".join(f'<subject literal="{name}"/>' for name in version.categories)
    return (
        f'<newsItem guid="{escape(guid(version.story))}" version="{version.number}"><itemMeta>'
        f'<itemClass qcode="ninat:text"/><versionCreated>{created.isoformat()}</versionCreated>'
        f"<firstCreated>{version.published.isoformat()}</firstCreated>"
        f'<pubStatus qcode="stat:{status}"/></itemMeta><contentMeta>{subjects}'
        f"<by>{version.byline}</by><headline>{escape(version.headline)}</headline>"
        f"<description>{escape(version.summary)}</description></contentMeta><contentSet>"
        f"<inlineXML><html><body>{body}</body></html></inlineXML></contentSet></newsItem>"
    )


def _items(version: Version) -> list[str]:
    """The item of a version, and the kill notice that stands beside it."""
    named = _named(guid(version.story, version.spelling), link(version.story))
    own = _named(own_guid(version), link(version.story, version.spelling))
    dates = _dates(version)
    item = (
        f"<item>{own if version.own else named}"
        + _words(version)
        + (dates if version.dated else "")
        + (f"<dc:creator>{version.byline}</dc:creator>" if version.byline else "")
        + "".join(f"<category>{name}</category>" for name in version.categories)
        + (f"<embargo>{version.embargo.isoformat()}</embargo>" if version.embargo else "")
        + ("<pubstatus>canceled</pubstatus>" if version.withdrawn else "")
        + (f'<enclosure url="{version.picture}" type="image/jpeg"/>' if version.picture else "")
        + "</item>"
    )
    if not version.notice:
        return [item]
    notice = NOTICES[version.notice - 1]
    beside = (
        f"<item>{own if notice.own else named}<title>{escape(headed(version))}</title>"
        f"<description>{token(version.story)} is taken back.</description>"
        + (dates if notice.dated and version.dated else "")
        + f"<pubstatus>{notice.status}</pubstatus></item>"
    )
    return [beside, item] if notice.first else [item, beside]


def _named(guid: str, link: str) -> str:
    return f'<guid isPermaLink="false">{escape(guid)}</guid><link>{escape(link)}</link>'


def headed(version: Version) -> str:
    """The title of the kill notice beside a version, or ""."""
    return "" if not version.notice else NOTICES[version.notice - 1].title.format(version.headline)


# What the agency writes for editors only, after every other story.
SECRET = "+00 00 0000 0000"
NOTEBOOK = (
    "<p># ptn NOTEBOOK</p><p>* * * *</p><p>The following information is not for publication</p>"
    f"<p>- Reporting by: A. Reporter, {SECRET}</p>"
)


def _words(version: Version) -> str:
    if version.bad == "empty":
        return ""
    body = version.body + (NOTEBOOK if version.story % 2 else "")
    headline = version.headline + (" and on" * 200 if version.bad else "")
    return (
        f"<title>{escape(headline)}</title><description>{escape(version.summary)}</description>"
        f"<content:encoded>{escape(body)}</content:encoded>"
    )


def _dates(version: Version) -> str:
    return (
        f"<pubDate>{format_datetime(version.published)}</pubDate>"
        f"<atom:updated>{version.at.isoformat()}</atom:updated>"
    )


def etag_of(body: bytes) -> str:
    return f'"{md5(body, usedforsecurity=False).hexdigest()}"'
