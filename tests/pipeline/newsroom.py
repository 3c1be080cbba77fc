"""A newsroom whose feeds are really fetched: a publisher's server, and what it serves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from msgspec.structs import replace

from tests.pipeline.world import FEED, SETTINGS, World
from wireroom_infra.local.loopback import Answer, Request, serving

RSS = """<?xml version="1.0" encoding="{encoding}"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>PTN</title>
<link>https://ptn.example/</link><description>Top stories</description>{items}</channel></rss>"""
ITEM = """<item><title>{title}</title>{guid}{link}{date}<category>India</category>
<description>{body}</description></item>"""


def item(
    number: int | str = 1,
    *,
    title: str = "Story {}",
    body: str = "Body of story {}.",
    guid: str = "<guid isPermaLink='false'>{}</guid>",
    link: str = "<link>https://ptn.example/{}</link>",
    date: str = "<pubDate>Wed, 11 Feb 2026 08:00:00 GMT</pubDate>",
) -> str:
    parts = {"title": title, "body": body, "guid": guid, "link": link, "date": date}
    return ITEM.format(**{name: part.replace("{}", str(number)) for name, part in parts.items()})


def rss(*items: str, encoding: str = "utf-8") -> bytes:
    return RSS.format(items="".join(items), encoding=encoding).encode(encoding)


class Wire:
    """What a publisher serves: path → bytes, and what was asked for."""

    def __init__(self) -> None:
        self.documents: dict[str, bytes | Answer] = {}
        self.asked: list[Request] = []
        self.address = ""

    def respond(self, request: Request) -> Answer:
        self.asked.append(request)
        found = self.documents.get(request.path)
        if found is None:
            return Answer(404, b"no")
        if isinstance(found, Answer):
            return found
        return Answer(body=found, headers={"Content-Type": "application/rss+xml"}, etag=etag(found))


def etag(body: bytes) -> str:
    return f'"{hash(body)}"'


class Newsroom(World):
    """A world whose feeds are served by `wire`."""

    def __init__(self, world: World, wire: Wire) -> None:
        super().__init__(world.aws)
        self.wire = wire

    def subscribe(self, *ids: str, hosts: tuple[str, ...] = (), **more: object) -> None:
        """Apply a site.toml with these feeds of the wire; `hosts` may be internal as well."""
        hosts = (self.wire.address.removeprefix("http://"), *hosts)
        settings = replace(SETTINGS, site=replace(SETTINGS.site, internal_hosts=hosts))
        self.apply(
            settings,
            tuple(
                replace(FEED, id=name, url=f"{self.wire.address}/{name}.xml", **more)
                for name in ids
            ),
            pages=False,
        )

    def pull(self, minutes: int = 5) -> None:
        """The next run of ingest, `minutes` later, and all that follows from it.

        No other schedule is fired: a sweep of the site has nothing to do with a feed.
        """
        self.aws.clock.advance(minutes * 60)
        (ingest,) = (s for s in self.aws.schedules if s.function.logical_id == "IngestFunction")
        ingest.tick()
        self.aws.drain()

    def states(self) -> dict[str, str]:
        return {row.config.id: row.state.state for row in self.feeds.all()}

    def headlines(self) -> list[str]:
        return [entry.headline for entry in self.table.listings.newest("home", 100).entries]


@contextmanager
def fed(world: World, wire: Wire) -> Iterator[Newsroom]:
    """The newsroom of `world` while `wire` serves its feeds."""
    with serving(wire.respond) as address:
        wire.address = address
        yield Newsroom(world, wire)
