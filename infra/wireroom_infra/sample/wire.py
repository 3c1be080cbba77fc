"""The sample wire: feeds of invented agencies, made from the copy in sample/stories.

    sample/stories/*.toml ─► Story ─┬─ now, edition ─► Version ─► RSS 2.0, Atom or IPTC 7901
                                    └─ what is not out yet at that edition is left out

Times are relative to `now`, so that a demo always looks fresh, and weekdays in the copy follow
them. Edition 0 is what there is at `now`; each later one brings new stories and updates of
earlier ones, `EVERY` after the one before. When the written ones are used up, the market report
and the harbour bulletin go on for ever. The same `now`, `edition` and `base` give the same bytes.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import cache
from html import unescape
from textwrap import fill
from xml.sax.saxutils import escape, quoteattr
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from wireroom_infra.project import SAMPLE

EVERY = timedelta(seconds=90)
WRITTEN = 8  # editions that sample/stories has copy for
ZONE = ZoneInfo("Asia/Kolkata")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
PRESS_DAY = DAYS.index("Thursday")  # the day on which the copy was written


class Update(Struct, frozen=True, forbid_unknown_fields=True):
    """A later version of a story: a new title, and a new body or a new opening for the old one."""

    edition: int
    title: str = ""
    body: str = ""
    lead: str = ""


class Story(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One story of sample/stories. `hours` before now, or out with `edition`."""

    id: str
    feeds: tuple[str, ...]
    title: str
    body: str
    hours: float = 0.0
    edition: int = 0
    terms: tuple[str, ...] = ()
    by: str = ""
    language: str = "en"
    picture: str = ""
    alt: str = ""
    undated: bool = False
    live: bool = False
    updates: tuple[Update, ...] = ()


class Version(Struct, frozen=True):
    """A story as one edition has it. `body` is HTML; `changed` is `published` until updated."""

    story: Story
    title: str
    body: str
    published: datetime
    changed: datetime


class Channel(Struct, frozen=True):
    """One feed of the sample wire. `guid` is the agency's way of naming a story."""

    path: str
    title: str
    site: str
    guid: str
    language: str = "en"
    whole: bool = True  # the story in content, its first paragraph in the description


CHANNELS = (
    Channel("ptn/top.xml", "PTN: Top stories", "http://ptn.example", "urn:ptn:{}"),
    Channel("ptn/india.xml", "PTN: National", "http://ptn.example", "urn:ptn:{}"),
    Channel("ptn/features.xml", "PTN: Features", "http://ptn.example", "urn:ptn:{}"),
    Channel(
        "meridian/world.atom",
        "Meridian Wire: World",
        "http://meridian.example",
        "tag:meridian.example,2021:{}",
    ),
    Channel(
        "meridian/business.atom",
        "Meridian Wire: Business",
        "http://meridian.example",
        "tag:meridian.example,2021:{}",
    ),
    Channel(
        "halyard/sport.xml",
        "Halyard Sports Service",
        "http://halyard.example",
        "http://halyard.example/stories/{}",
        whole=False,
    ),
    Channel("delta/wire.txt", "Delta Press Agency", "http://delta.example", "{}"),
    Channel("setu/varta.xml", "सेतु वार्ता", "http://setu.example", "setu-{}", language="hi"),
    Channel(
        "harbour/desk.atom",
        "The Harbour Post: our own desk",
        "https://desk.harbourpost.example",
        "tag:harbourpost.example,2021:{}",
    ),
)


class Document(Struct, frozen=True):
    """What the server answers for one path. `changed` is for Last-Modified."""

    content: bytes
    media_type: str
    changed: datetime


def documents(now: datetime, edition: int, base: str) -> dict[str, Document]:
    """Path → feed document of one edition. `base`: the server's address, for pictures."""
    found = versions(now, edition)
    return {channel.path: _document(channel, found, now, base) for channel in CHANNELS}


def versions(now: datetime, edition: int) -> list[Version]:
    """Each story that is out at `edition`, newest first."""
    told = [_version(story, now, edition) for story in stories() if story.edition <= edition]
    told += [_bulletin(number, now) for number in range(WRITTEN, edition + 1, 4)]
    return sorted(told, key=lambda version: (version.published, version.story.id), reverse=True)


@cache
def stories() -> tuple[Story, ...]:
    """The copy, file by file."""
    found: list[Story] = []
    for path in sorted((SAMPLE / "stories").glob("*.toml")):
        for table in tomllib.loads(path.read_text("utf-8"))["story"]:
            found.append(msgspec.convert(table, Story))
    return tuple(found)


def _version(story: Story, now: datetime, edition: int) -> Version:
    published = now + story.edition * EVERY - timedelta(hours=story.hours)
    title, body, changed = story.title, story.body, published
    for update in story.updates:
        if update.edition <= edition:
            title = update.title or title
            body = update.body or (f"{update.lead.strip()}\n\n{body}" if update.lead else body)
            changed = now + update.edition * EVERY
    if story.live and edition:
        title, body = _market(edition, body)
        changed = now + edition * EVERY
    return Version(story, _on(now, title), _html(_on(now, body)), published, changed)


def _on(now: datetime, text: str) -> str:
    """`text` with its weekdays moved from the day of its writing to the day of `now`."""
    shift = now.astimezone(ZONE).weekday() - PRESS_DAY

    def moved(match: re.Match[str]) -> str:
        return DAYS[(DAYS.index(match[0]) + shift) % 7]

    return re.sub(rf"\b(?:{'|'.join(DAYS)})\b", moved, text)


def _html(copy: str) -> str:
    """Copy with empty lines between paragraphs as HTML; what starts with "<" is HTML already."""
    parts = [part.strip() for part in re.split(r"\n\s*\n", copy.strip())]
    return "\n".join(
        part if re.match(r"<(?!strong|em|a\b)", part) else f"<p>{part}</p>" for part in parts
    )


# --- what goes on when the written copy has ended -----------------------------------------------

SECTORS = ("shipping", "banks", "tea", "software", "cement", "power", "textiles")
SHIPS = ("Ilsa Maren", "Jaladhara", "Ocean Patience", "Kestrel Bay", "Noor-e-Darya", "Tall Bridget")


def _drawn(edition: int, what: str) -> int:
    """A number that looks like chance and is the same each time."""
    return int.from_bytes(hashlib.sha256(f"{what} {edition}".encode()).digest()[:4], "big")


def _market(edition: int, body: str) -> tuple[str, str]:
    change = (_drawn(edition, "index") % 161 - 70) / 100
    best = SECTORS[_drawn(edition, "best") % len(SECTORS)]
    worst = SECTORS[(SECTORS.index(best) + 1 + _drawn(edition, "worst") % 5) % len(SECTORS)]
    way = "up" if change >= 0 else "down"
    title = f"Markets live: Amrita 40 {way} {abs(change):.2f} per cent, {best} ahead"
    report = (
        f"<strong>Report {edition}.</strong> The Amrita 40 stood at "
        f"{18_400 * (1 + change / 100):,.0f}, {way} {abs(change):.2f} per cent on the day. "
        f"Shares of {best} did best and those of {worst} worst."
    )
    return title, f"{report}\n\n{body}"


def _bulletin(number: int, now: datetime) -> Version:
    first = _drawn(number, "ship") % len(SHIPS)
    alongside, waiting = SHIPS[first], SHIPS[(first + 1 + number % 4) % len(SHIPS)]
    berth, knots = 1 + _drawn(number, "berth") % 9, 6 + _drawn(number, "wind") % 14
    at = now + number * EVERY
    title = f"Harbour bulletin {number}: {alongside} alongside, {waiting} at anchor"
    story = Story(
        id=f"desk-bulletin-{number}",
        feeds=("harbour/desk",),
        title=title,
        body="",
        terms=("Local", "Weather"),
        by="The Lighthouse",
    )
    body = _html(
        f"The <em>{alongside}</em> is alongside at berth {berth}; the <em>{waiting}</em> waits in "
        f"the roads for the tide.\n\nWind south-west, {knots} knots. Visibility good, except in "
        "the fish market."
    )
    return Version(story, title, body, at, at)


# --- RSS and Atom -------------------------------------------------------------------------------


def _document(channel: Channel, found: list[Version], now: datetime, base: str) -> Document:
    name = channel.path.rpartition(".")[0]
    mine = [version for version in found if name in version.story.feeds]
    changed = max((version.changed for version in mine), default=now)
    if channel.path.endswith(".txt"):
        text = "".join(_message(number, version) for number, version in enumerate(mine, 1))
        media_type = "text/plain"
    elif channel.path.endswith(".atom"):
        text, media_type = _atom(channel, mine, changed, base), "application/atom+xml"
    else:
        text, media_type = _rss(channel, mine, changed, base), "application/rss+xml"
    return Document(text.encode(), f"{media_type}; charset=utf-8", changed)


NOTEBOOK = """# delta NOTEBOOK

* * * *
The following information is not for publication

## delta Contacts
- Reporting by: {by}
- Desk: +00 00 0000 0000

delta ab cd"""


def _message(number: int, version: Version) -> str:
    """A message of IPTC 7901, with the notebook that such an agency's copy ends in."""
    story = version.story
    copy = re.findall(r"<p>(.*?)</p>", version.body, re.DOTALL)
    text = "\n\n".join(fill(unescape(each), 69, initial_indent="   ") for each in copy)
    words = sum(len(each.split()) for each in copy)
    return (
        f"\x01dpw{number:03} 4 i {words} delta {number:03}\r\n\r\n{story.id}/\r\n"
        f"\x02{fill(version.title, 69)}\r\nBy {story.by} =\r\n\r\n"
        f"{text}\r\n\r\n{NOTEBOOK.format(by=story.by)}\r\n\r\n"
        f"\x03{version.changed:%d%H%M} GMT {version.changed:%b %y}\r\n\x04\r\n"
    )


def _rss(channel: Channel, found: list[Version], changed: datetime, base: str) -> str:
    items = "".join(_rss_item(channel, version, base) for version in found)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom"'
        ' xmlns:media="http://search.yahoo.com/mrss/">\n<channel>\n'
        f"<title>{escape(channel.title)}</title>\n<link>{channel.site}/</link>\n"
        f"<description>{escape(channel.title)}, a sample feed of invented news</description>\n"
        f"<language>{channel.language}</language>\n"
        f"<lastBuildDate>{format_datetime(changed)}</lastBuildDate>\n<ttl>1</ttl>\n"
        f"{items}</channel>\n</rss>\n"
    )


def _rss_item(channel: Channel, version: Version, base: str) -> str:
    story, body = version.story, _absolute(version.body, base)
    guid = channel.guid.format(story.id)
    lines = [
        f"<title>{escape(version.title)}</title>",
        f"<link>{_link(channel, story)}</link>",
        f'<guid isPermaLink="{str(guid.startswith("http")).lower()}">{guid}</guid>',
    ]
    if not story.undated:
        lines.append(f"<pubDate>{format_datetime(version.published)}</pubDate>")
        if version.changed > version.published:
            lines.append(f"<atom:updated>{version.changed.isoformat()}</atom:updated>")
    lines += [f"<category>{escape(term)}</category>" for term in story.terms]
    lines.append(f"<dc:creator>{escape(story.by)}</dc:creator>")
    if story.language != channel.language:
        lines.append(f"<dc:language>{story.language}</dc:language>")
    if channel.whole:
        lines.append(f"<description>{escape(_summary(body))}</description>")
        lines.append(f"<content:encoded>{_cdata(body)}</content:encoded>")
    else:
        lines.append(f"<description>{escape(body)}</description>")
    return "<item>\n" + "\n".join(lines + _media(channel, story, base)) + "\n</item>\n"


def _atom(channel: Channel, found: list[Version], changed: datetime, base: str) -> str:
    entries = "".join(_atom_entry(channel, version, base) for version in found)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/"'
        f' xml:lang="{channel.language}">\n'
        f"<id>{channel.guid.format('feed')}:{channel.path}</id>\n"
        f"<title>{escape(channel.title)}</title>\n"
        f'<link rel="self" href={quoteattr(f"{base}/{channel.path}")}/>\n'
        f'<link href="{channel.site}/"/>\n<updated>{changed.isoformat()}</updated>\n'
        f"{entries}</feed>\n"
    )


def _atom_entry(channel: Channel, version: Version, base: str) -> str:
    story, body = version.story, _absolute(version.body, base)
    lines = [
        f"<id>{channel.guid.format(story.id)}</id>",
        f'<title type="html">{escape(escape(version.title))}</title>',
        f'<link rel="alternate" href="{_link(channel, story)}"/>',
        f"<published>{version.published.isoformat()}</published>",
        f"<updated>{version.changed.isoformat()}</updated>",
        f"<author><name>{escape(story.by)}</name></author>",
        *(f"<category term={quoteattr(term)}/>" for term in story.terms),
        f'<summary type="html">{escape(_summary(body))}</summary>',
        f'<content type="html">{escape(body)}</content>',
    ]
    return "<entry>\n" + "\n".join(lines + _media(channel, story, base)) + "\n</entry>\n"


def _media(channel: Channel, story: Story, base: str) -> list[str]:
    if not story.picture:
        return []
    credit = channel.title.split(":")[0]
    return [
        f'<media:content url="{base}/pictures/{story.picture}.png" type="image/png"'
        ' medium="image" width="960" height="540">'
        f"<media:description>{escape(story.alt)}</media:description>"
        f"<media:credit>{escape(credit)}</media:credit></media:content>"
    ]


def _link(channel: Channel, story: Story) -> str:
    return f"{channel.site}/stories/{story.id}"


def _absolute(body: str, base: str) -> str:
    """Pictures are the sample server's own; other links stay as they are written."""
    return body.replace('src="/pictures/', f'src="{base}/pictures/')


def _summary(body: str) -> str:
    """The first paragraph, its markup with it."""
    first = re.search(r"<p>(.*?)</p>", body, re.DOTALL)
    return first[1] if first else ""


def _cdata(text: str) -> str:
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"
