"""Shapes that feeds are found in: each is read as a person would read it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from wireroom.model import Entry
from wireroom.wire.formats.document import Document
from wireroom.wire.formats.feeds import parse
from wireroom.wire.formats.mojibake import restored
from wireroom.wire.formats.rss.item import newest

URL = "https://wire.example/feed.xml"
SPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:media="http://search.yahoo.com/mrss/"'
)
PLAIN = "<title>Rain stops</title><guid>a1</guid><description>It is dry.</description>"


def rss(*items: str, spaces: str = SPACES) -> str:
    inner = "".join(f"<item>{item}</item>" for item in items)
    return (
        f'<rss version="2.0" {spaces}><channel><title>City Wire</title>'
        f"<link>https://city.example/</link><language>en</language>{inner}</channel></rss>"
    )


def atom(entry: str, around: str = "") -> str:
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom" {SPACES} {around}><title>City Wire</title>'
        '<link href="https://city.example/"/><id>urn:w</id>'
        f"<entry><title>Bridge</title><id>urn:1</id>{entry}</entry></feed>"
    )


def read(document: str) -> Document:
    return parse(document.encode(), url=URL)


def only(document: str) -> Entry:
    (entry,) = read(document).entries
    return entry


# --- around the feed ----------------------------------------------------------------------------

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
BEFORE = {
    "a second declaration": DECLARATION + DECLARATION,
    "a comment before the declaration": "<!-- made at noon -->\n" + DECLARATION,
    "a notice of the server": f"Notice: Undefined index in /feed.php on line 3\n{DECLARATION}",
    "a warning of PHP's": f"<br />\n<b>Warning</b>: x in <b>/f.php</b><br />\n{DECLARATION}",
    "a DOCTYPE of a web page": (
        '<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" '
        '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\n'
    ),
}


@pytest.mark.parametrize("before", BEFORE.values(), ids=BEFORE)
def test_what_a_server_writes_before_a_feed_does_not_stop_it(before: str) -> None:
    assert only(before + rss(PLAIN)).title == "Rain stops"
    assert only(before + atom("<content>Open.</content>")).title == "Bridge"


def test_white_space_around_a_namespace_says_nothing() -> None:
    spaces = SPACES.replace('dc="', 'dc=" ').replace('mrss/"', 'mrss/ "')
    entry = only(rss(f"{PLAIN}<dc:creator>Asha Rao</dc:creator>", spaces=spaces))
    assert (entry.title, entry.byline) == ("Rain stops", "Asha Rao")


SPOILED = {
    "an end tag too many": "<guid>b1</guid><description>It held.</description></content>",
    "an attribute without quotes": "<guid isPermaLink=false>b1</guid><description>It held."
    "</description>",
    "an attribute twice": '<guid>b1</guid><description type="a" type="b">It held.</description>',
    "an attribute without a value": "<guid hidden>b1</guid><description>It held.</description>",
    "all of them": "<guid a=b a=c d>b1</guid></x><description>It held.</description></y>",
}


@pytest.mark.parametrize("item", SPOILED.values(), ids=SPOILED)
def test_a_slip_in_an_entrys_tags_loses_neither_it_nor_the_others(item: str) -> None:
    found = read(rss(PLAIN, f"<title>Bridge</title>{item}"))
    assert found.rejected == ()
    assert [(each.id, each.body) for each in found.entries] == [
        ("a1", "It is dry."),
        ("b1", "It held."),
    ]


def test_a_control_written_as_a_reference_goes_without_a_trace() -> None:
    assert only(rss("<title>A&#x0B;B&#x1F;</title><guid>1</guid>")).title == "AB"


def test_of_more_entries_than_are_read_the_newest_are() -> None:
    items = [
        f"<title>{n}</title><guid>{n}</guid><pubDate>{moment}</pubDate>"
        for n in range(100, 1103)
        for moment in [datetime.fromtimestamp(n * 3600, UTC)]
    ]
    found = read(rss(*items))
    assert [entry.id for entry in found.entries] == [str(n) for n in range(103, 1103)]
    assert [each.reason for each in found.rejected] == [
        "entries: 3 left out, only the newest 1000 are read"
    ]
    broken = read(rss("<title>B</title><guid>b</guid><a>", *items))  # the same, put together anew
    assert [entry.id for entry in broken.entries][-999:] == [str(n) for n in range(104, 1103)]
    assert "entries: 4 left out, only the newest 1000 are read" in [
        each.reason for each in broken.rejected
    ]


def test_without_dates_the_first_entries_are_read() -> None:
    assert newest([], 2) == []
    found = read(rss(*(f"<title>{n}</title><guid>{n}</guid>" for n in range(1002))))
    assert [entry.id for entry in found.entries] == [str(n) for n in range(1000)]


# --- who wrote it, and when ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("author", "byline"),
    [
        ("asha@city.example Asha Rao", "Asha Rao"),
        ("asha@city.example (Asha Rao)", "Asha Rao"),
        ("Asha Rao, asha@city.example", "Asha Rao"),
        ("Asha Rao &lt;asha@city.example&gt;", "Asha Rao"),
        ("mailto:asha@city.example", ""),
        ("Asha Rao @asharao", "Asha Rao @asharao"),
        ("Asha Rao (City Wire)", "Asha Rao (City Wire)"),
        ("By <span>Asha Rao</span>", "By Asha Rao"),
        ("<name>Asha Rao</name><email>asha@city.example</email>", "Asha Rao"),
        ("<email>asha@city.example</email>", ""),
    ],
)
def test_a_byline_keeps_its_name_and_loses_its_address(author: str, byline: str) -> None:
    assert only(rss(f"{PLAIN}<author>{author}</author>")).byline == byline


# --- relative addresses, languages --------------------------------------------------------------


def test_relative_addresses_lead_where_the_story_is() -> None:
    entry = only(
        rss(
            "<title>T</title><link>https://city.example/2026/01/bridge/</link>"
            '<description>&lt;a href="#part"&gt;p&lt;/a&gt;</description>'
            '<media:content url="p.jpg" medium="image"/>'
        )
    )
    assert entry.base == "https://city.example/2026/01/bridge/"
    assert entry.picture is not None
    assert entry.picture.url == "https://city.example/2026/01/bridge/p.jpg"


def test_an_xml_base_goes_before_the_storys_own_address() -> None:
    link = '<link href="https://city.example/news/bridge"/>'
    base = 'xml:base="https://cdn.example/2026/"'
    assert only(atom(f"{link}<summary {base}>x</summary>")).base == "https://cdn.example/2026/"
    assert only(atom(f"{link}<summary>x</summary>", base)).base == "https://cdn.example/2026/"
    assert only(atom(f"{link}<summary>x</summary>")).base == "https://city.example/news/bridge"


def test_an_xml_base_holds_on_the_element_that_it_stands_on() -> None:
    base = 'xml:base="https://cdn.example/2026/"'
    assert only(atom(f'<link href="bridge" {base}/>')).link == "https://cdn.example/2026/bridge"
    entry = only(
        atom(
            '<link href="https://city.example/a/"/><content type="xhtml">'
            f'<div xmlns="http://www.w3.org/1999/xhtml"><a href="plan">1</a>'
            f'<p {base}><a href="plan">2</a><img src="/i.png" xml:base="b/"/></p></div></content>'
        )
    )
    assert 'href="plan">1' in entry.body
    assert 'href="https://cdn.example/2026/plan">2' in entry.body
    assert 'src="https://cdn.example/i.png"' in entry.body


def test_the_language_of_a_story_is_that_of_its_text() -> None:
    english = 'xml:lang="en"'
    assert only(atom('<content xml:lang="ur">پل</content>', english)).language == "ur"
    div = '<div xmlns="http://www.w3.org/1999/xhtml" xml:lang="hi">पुल</div>'
    assert only(atom(f'<content type="xhtml">{div}</content>', english)).language == "hi"
    own = "<dc:language>mr</dc:language><content>पूल</content>"
    assert only(atom(own, english)).language == "mr"
    assert only(atom("<content>bridge</content>", english)).language == "en"


# --- pictures and videos ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attributes", "shown"),
    [
        ('medium="image" type="unknown" url="/p"', True),
        ('type="image" url="/p"', True),
        ('type="jpg" url="/p"', True),
        ('type="application/octet-stream" url="/p.JPG"', True),
        ('type="application/octet-stream" url="/p.pdf"', False),
        ('type="video/mp4" medium="image" url="/p.jpg"', False),
        ('type="image/svg+xml" url="/p.svg"', False),
        ('medium="image" url="/p.svg"', False),
        ('url="/p.jpg"', True),
        ('medium="image" url="https://0.gravatar.com/avatar/00?s=96"', False),
        ('medium="image" url="https://city.example/users/avatars/7.jpg"', False),
    ],
)
def test_what_is_a_picture_is_told_by_type_then_medium_then_name(
    attributes: str, shown: bool
) -> None:
    assert (only(rss(f"{PLAIN}<media:content {attributes}/>")).picture is not None) is shown


@pytest.mark.parametrize(
    ("title", "alt"),
    [
        ("368422_bridge_medium1", ""),
        ("368422-bridge-medium1", ""),
        ("368422_bridge_medium1.jpg", ""),
        ("DSC0042.JPG", ""),
        ("The bridge, reopened", "The bridge, reopened"),
        ("Bridge", "Bridge"),
    ],
)
def test_a_files_name_is_no_caption(title: str, alt: str) -> None:
    url = "https://city.example/2026/368422_bridge_medium1.jpg"
    media = f'<media:content url="{url}" medium="image"><media:title>{title}</media:title>'
    picture = only(rss(f"{PLAIN}{media}</media:content>")).picture
    assert picture is not None
    assert picture.alt == alt


VIDEO = """<link href="https://www.youtube.com/watch?v=abcdefghijk"/><media:group>
<media:title>Gates open</media:title>
<media:content url="https://www.youtube.com/v/abcdefghijk" type="application/x-shockwave-flash"/>
<media:description>The gates opened at noon.

More at https://wire.example/dam?a=1&amp;b=2, later &lt;soon&gt;.</media:description>
</media:group>"""


def test_an_entry_that_is_only_a_video_has_the_videos_words_and_the_video() -> None:
    entry = only(atom(VIDEO))
    assert entry.body == (
        "<p>The gates opened at noon.</p><p>More at "
        '<a href="https://wire.example/dam?a=1&amp;b=2">https://wire.example/dam?a=1&amp;b=2</a>,'
        " later &lt;soon&gt;.</p>"
        '<iframe src="https://www.youtube.com/watch?v=abcdefghijk" title="Gates open"></iframe>'
    )
    assert entry.full


def test_a_videos_words_are_not_the_story_where_there_is_one() -> None:
    assert only(atom(f"<content>The story.</content>{VIDEO}")).body == "<p>The story.</p>"


# --- UTF-8 that was read as windows-1252 --------------------------------------------------------

MEANT = (
    "It’s a deal — PM’s office",
    "The plan costs €5m.",
    "São Paulo, Réunion",
    "भारत में",
    "50 °C bis 60 °C",
)


def misread(text: str) -> str:
    return "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in text.encode())


@pytest.mark.parametrize("text", MEANT)
def test_text_that_was_decoded_wrongly_is_put_right(text: str) -> None:
    assert misread(text) != text
    assert restored(misread(text)) == text
    entry = only(rss(f"<title>{misread(text)}</title><description>{misread(text)}</description>"))
    assert (entry.title, entry.body) == (text, text)


def untouched() -> Iterator[str]:
    yield from MEANT
    yield "Café society: “naïve” is no mistake"
    yield "Â is a letter, and so is Ã: nothing to repair here."
    yield "Ã© is what a wrong decoding makes of é"
    yield "IL L’A MARQUÉ… “AMANHÔ, NESCAFÉ®"


@pytest.mark.parametrize("text", untouched())
def test_what_can_be_meant_as_it_stands_is_left_to_the_letter(text: str) -> None:
    assert restored(text) == text
