"""What holds for anything that a stranger sends: each function raises AssertionError if it doesn't.

unpack      bytes as packed ones   what was packed, within the limit; or FetchError by a known name
feed        bytes as a feed       entries, or NotAFeed by a known name
text        bytes as a message of an agency's text formats: the same
sanitise    text as a body        news copy only, and a fixed point; or EntryRejected
normalise   an entry              a story that can be published, or EntryRejected
pages       an entry's pages      its words and no element beside those of any other story
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
from lxml import etree
from msgspec.structs import replace
from selectolax.lexbor import LexborHTMLParser

from tests.fuzz.entries import read, text_of
from tests.markup.test_sanitise import assert_safe
from wireroom.errors import EntryRejected, FetchError, NotAFeed
from wireroom.markup.sanitise import sanitise
from wireroom.model import HOME, Article, Category, Entry, Feed, ListingEntry, Settings, Site, Story
from wireroom.newsroom.authors import pieces, spelled
from wireroom.newsroom.listing import listings
from wireroom.newsroom.merge import merge
from wireroom.newsroom.normalise import normalise
from wireroom.newsroom.settle import settle
from wireroom.site import build
from wireroom.site import feeds as site_feeds
from wireroom.site import kinds as site_kinds
from wireroom.wire.formats import feeds
from wireroom.wire.http.unpack import unpacked

URL = "https://wire.example/feed.xml"
SEEN = datetime(2026, 2, 11, 12, tzinfo=UTC)
FEED = Feed(id="wire", url=URL, provider="wire", categories=("world",))
CATEGORIES = (Category(name="World", slug="world"), Category(name="India", slug="india"))
SETTINGS = Settings(
    site=Site(name="The Harbour Post", url="https://harbour.example", timezone="Asia/Kolkata"),
    categories=CATEGORIES,
)
STATES = frozenset(
    "empty too-large archive encoding html json not-xml not-a-feed entities defaults too-deep "
    "too-many-elements too-many-attributes too-many-namespaces too-long-names truncated "
    "malformed".split()
)
PACKINGS = ("gzip", "deflate", "br", "zstd")
UNPACKED = 1 << 20  # bytes
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def unpack(data: bytes) -> None:
    """Any bytes as an answer; the first one says how it is said to be packed."""
    way = data[0] if data else 0
    packing = ("gzip, " if way & 4 else "") + PACKINGS[way % 4]
    try:
        found = unpacked(data[1:], packing, UNPACKED)
    except FetchError as refused:
        _must(refused.state in ("bomb", "too-large", "truncated", "encoding"), refused.state)
    else:
        assert len(found) <= UNPACKED


def feed(data: bytes) -> None:
    """Any bytes as a feed."""
    try:
        document = feeds.parse(data, url=URL)
    except NotAFeed as refused:
        _must(refused.state in STATES, refused.state)
        return
    assert len(document.entries) + len(document.rejected) <= 1002
    ids = [entry.id for entry in document.entries]
    assert all(ids)
    for entry in document.entries:
        assert entry.title or entry.body or entry.takes
        msgspec.json.encode(entry)  # it goes through a queue: no lone surrogates
        assert "\x00" not in entry.body + entry.title
        for moment in (entry.published, entry.updated, entry.embargo):
            assert moment is None or moment.tzinfo is not None
    for rejection in document.rejected:
        assert rejection.entry_id
        assert rejection.reason
    again = feeds.parse(data, url=URL)
    assert again == document, "the same document reads the same"


def json_feed(data: bytes) -> None:
    """Any bytes after the beginning of a document of JSON: the first one says of which kind."""
    kinds = (
        b'[{"uri": "1", "pubstatus": "usable", "headline": "Dam", ',
        b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "title": "Dam", ',
        b'[{"id": 1, "title": {"rendered": "Dam"}, "_embedded": ',
    )
    feed(kinds[data[0] % 3 if data else 0] + data[1:])


def text_messages(data: bytes) -> None:
    """Any bytes after the header of a text message: the first one says of which format."""
    ways = (
        b"\x01eca061 4 i 61 wire 061\n\nRegion-dam/\n\x02",
        b"\x01w2870\x1fasian\nf i BC-Dam 02-11 1\n\x02",
    )
    feed(ways[data[0] % 2 if data else 0] + data[1:])


def sanitised(data: bytes) -> None:
    """Any text as a body."""
    html = text_of(data)
    try:
        cleaned = sanitise(html, base=URL)
    except EntryRejected as rejected:
        _must(rejected.field == "body", rejected.field)
        return
    assert_safe(cleaned)
    assert sanitise(cleaned, base=URL) == cleaned
    assert sanitise(cleaned, base="https://elsewhere.example/a/") == cleaned


def normalised(data: bytes) -> None:
    """Any entry as a story."""
    story_of(read(data))


def story_of(entry: Entry) -> Story | None:
    """The story of `entry`, checked for what every story is; None where it is rejected."""
    try:
        story = normalise(entry, FEED, CATEGORIES)
    except EntryRejected as rejected:
        _must(bool(rejected.field), "a rejection without a field")
        return None
    assert story.headline.strip()
    assert len(story.headline) <= 1000
    lines = [story.headline, story.summary, story.byline, story.source, story.dateline]
    lines += [story.picture.alt, story.picture.credit] if story.picture else []
    for line in lines:
        assert "\n" not in line
        assert not _UNPRINTABLE.search(line), ascii(line)
        assert not re.search("[\u202a-\u202e\u2066-\u2069]", line), ascii(line)
    assert_safe(story.body)
    assert sanitise(story.body) == story.body
    addresses = [story.link, story.picture.url if story.picture else ""]
    for address in filter(None, addresses):
        assert re.fullmatch(r"https?://[^\s\"<>\\@]+([/?#][^\s\"<>\\]*)?", address), address
    assert set(story.categories) <= {"world", "india"}
    msgspec.json.encode(story)
    assert normalise(entry, FEED, CATEGORIES) == story, "the same entry, the same story"
    return story


def paged(data: bytes) -> None:
    """The pages of any entry."""
    story = story_of(read(data))
    if story is None or story.withdrawn:
        return
    _, merged = merge(None, replace(story, embargo=None, hold=False), body="key", arrived=SEEN)
    assert merged is not None
    article = settle(merged, now=SEEN, settings=SETTINGS)
    pages = _pages(article, story.body)
    captioned = LexborHTMLParser(pages[0]).css_first(".main-picture [aria-hidden]") is not None
    harmless = _plain(article, "another x" if captioned else "x")  # the headline is no caption
    for sent, plain in zip(pages, _pages(harmless, story.body), strict=True):
        assert not _UNPRINTABLE.search(sent)
        assert _skeleton(sent) == _skeleton(plain)
    page = LexborHTMLParser(build.article(SETTINGS, article, story.body, []))
    assert _text(page, "h1") == story.headline
    assert _text(page, "title") == story.headline
    data_block = json.loads(_text(page, 'script[type="application/ld+json"]'))
    assert data_block["headline"] == story.headline
    told = data_block.get("author", {})
    if article.authors:
        assert [each["name"] for each in told] == [*map(spelled, article.authors)]
    else:
        assert told.get("name", "") == (story.byline or story.source)
    _fed(article, story)


def _fed(article: Article, story: Story) -> None:
    """The three feeds of any story, whole."""
    page, listed = site_kinds.page("feed"), _listed(article)
    found = site_feeds.channel(
        SETTINGS, page, site_feeds.items(SETTINGS, listed, lambda _: (article, story.body))
    )
    assert_safe(found.items[0].content.replace('<p class="notice">', "<p>"))
    rss = etree.fromstring(site_feeds.rss(SETTINGS, found).encode())
    assert rss.findtext(".//item/title") == story.headline
    atom = etree.fromstring(site_feeds.atom(SETTINGS, found).encode())
    assert atom.findtext(".//{*}entry/{*}title") == story.headline
    (item,) = json.loads(site_feeds.json_feed(SETTINGS, found))["items"]
    assert item["title"] == story.headline


def _pages(article: Article, body: str) -> list[str]:
    """Every kind of page that shows anything of `article`."""
    listed = _listed(article)
    return [
        build.article(SETTINGS, article, body, listed),
        build.front(SETTINGS, "home", listed * 6, "2026-02-10"),
        build.day(SETTINGS, "world", "2026-02-11", listed, "", ""),
        build.latest(SETTINGS, listed),
    ]


def _listed(article: Article) -> list[ListingEntry]:
    return [entry for (name, _), entry in listings(article).items() if name == HOME]


def _plain(article: Article, described: str) -> Article:
    """`article` with a harmless word wherever it has any, and its pictures and body as they are.
    Its byline names as many authors.

    `described`: what its picture says instead.
    """
    wire = article.wire
    assert wire is not None
    words = {
        name: "x" if getattr(wire, name) else ""
        for name in ("headline", "byline", "source", "dateline", "summary")
    }
    people = {name: f"Asha {'A' * number}" for number, name in enumerate(article.authors, 1)}
    named = [people[name] for _, name in pieces(wire.byline, article.authors) if name]
    if named:
        words["byline"] = ", ".join(named)
    picture = wire.picture
    if picture:
        alt, credit = picture.alt and described, picture.credit and "x"
        picture = replace(picture, alt=alt, credit=credit)
    wire = replace(wire, picture=picture, **words)
    return replace(article, wire=wire, authors=tuple(people.values()), path="/2026/02/11/x/")


def _skeleton(page: str) -> list[tuple[str, ...]]:
    """The elements of a page outside of the body, each with the names of its attributes."""
    tree = LexborHTMLParser(page)
    for body in tree.css("div.body"):
        for child in list(body.iter(include_text=True)):
            child.decompose()
    assert tree.root is not None
    return [(node.tag or "", *sorted(node.attributes)) for node in tree.root.traverse()]


def _text(page: LexborHTMLParser, selector: str) -> str:
    found = page.css_first(selector)
    assert found is not None, selector
    return found.text()


def _must(holds: bool, what: str) -> None:
    assert holds, what


TARGETS: dict[str, Callable[[bytes], None]] = {
    "unpack": unpack,
    "feed": feed,
    "text": text_messages,
    "json": json_feed,
    "sanitise": sanitised,
    "normalise": normalised,
    "pages": paged,
}
