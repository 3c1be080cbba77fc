"""From a feed document to its entries: every word, and every entry or a reason."""

from __future__ import annotations

import base64
import io
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import feedparser
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wireroom.errors import NotAFeed
from wireroom.model import Entry, Picture
from wireroom.wire.formats.document import Document
from wireroom.wire.formats.feeds import parse
from wireroom.wire.formats.rss.item import MAX_BODY

GOLDEN = Path(__file__).parent / "golden"
URL = "https://city.example/feed.xml"


def golden(name: str, url: str = URL) -> Document:
    return parse((GOLDEN / name).read_bytes(), url=url)


def rss(*items: str, head: str = "") -> bytes:
    body = "".join(f"<item>{item}</item>" for item in items)
    return (
        f'<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
        f"<channel><title>T</title>{head}{body}</channel></rss>"
    ).encode("utf-8", "surrogatepass")


def only(document: bytes) -> Entry:
    found = parse(document, url=URL)
    assert not found.rejected
    (entry,) = found.entries
    return entry


# --- golden feeds -------------------------------------------------------------------------------


def test_an_rss_20_feed_is_read_whole() -> None:
    document = golden("rss20.xml")
    assert (document.title, document.ttl) == ("City Wire", 1800)
    assert (document.hub, document.self_url) == ("https://hub.example/", URL)
    assert document.rejected == ()
    assert document.entries[0] == Entry(
        id="city-1",
        title="Court says “no” to ₹5-crore plea – again",
        link="https://city.example/court?x=1&y=2",
        body=(
            '<p>The court said “no”. See <a href="/order">the order</a> here.</p>\n'
            "<p>It’s ₹5&nbsp;crore – a lot &amp; more.</p>"
        ),
        full=True,
        summary="A short <b>summary</b>.",
        byline="Asha Rao, B. Sen",
        source="ANI",
        language="en-IN",
        published=datetime(2026, 2, 10, 4, 30, tzinfo=UTC),
        dates=("Tue, 10 Feb 2026 10:00:00 IST",),
        categories=("India", "Courts"),
        picture=Picture(
            url="https://city.example/big.jpg",
            alt="Lawyers outside the court",
            credit="AFP / J. Doe",
            width=1200,
            height=800,
        ),
        base="https://city.example/court?x=1&y=2",
    )


def test_a_permalink_guid_an_inline_body_and_an_enclosure_are_understood() -> None:
    entry = golden("rss20.xml").entries[1]
    assert entry.id == entry.link == "https://city.example/tom"
    assert entry.title == "Tom & Jerry <em>return</em>"
    assert entry.body == "<p>First <b>bold</b><br>line &amp; tail</p> after"
    assert not entry.full
    assert entry.byline == "City Desk"
    assert entry.published == datetime(2026, 2, 10, 14, tzinfo=UTC)
    assert entry.picture == Picture(url="https://city.example/p.png")


def test_an_arabic_story_without_guid_or_date_is_known_by_its_link() -> None:
    entry = golden("rss20.xml").entries[2]
    assert entry.id == "https://city.example/ar"
    assert (entry.title, entry.body) == ("عاجل: هطول أمطار", "نص الخبر")
    assert entry.published is None


def test_rss_091_with_html_entities_and_a_dtd_loses_no_character() -> None:
    document = golden("rss091.xml", "https://old.example/rss")
    first, second = document.entries
    assert first.title == "Café & crème — 5\N{NO-BREAK SPACE}€"
    assert first.link == "https://old.example/cafe?a=1&b=2"
    assert (first.body, first.language) == ("Prices rise again.", "fr")
    assert second.link == "https://old.example/relative"


def test_rss_10_in_hindi_is_read_whole() -> None:
    document = golden("rss10.xml")
    (entry,) = document.entries
    assert document.ttl == 1800
    assert entry.id == "https://rdf.example/1"
    assert entry.title == "नई दिल्ली में बारिश"
    assert entry.body == "<p>पूरा पाठ, <em>हर शब्द</em>।</p>"
    assert (entry.byline, entry.source, entry.language) == ("आशा राव", "RDF News", "hi")
    assert entry.published == datetime(2026, 2, 10, 4, 30, tzinfo=UTC)
    assert entry.categories == ("भारत",)


def test_atom_in_all_its_kinds_of_text_comes_out_as_html() -> None:
    document = golden("atom.xml", "https://atom.example/feed.atom")
    first, second = document.entries
    assert document.self_url == "https://atom.example/feed.atom"
    assert first.title == "If a &lt; b &amp; c"
    assert first.body == (
        '<p>Hello<br>you &lt; me <em>every</em> tail</p>\n<p>prefixed</p><img src="i.png" alt="x">'
    )
    assert first.summary == "Less &lt; more"
    assert first.link == "https://atom.example/news/one"
    assert first.base == "https://atom.example/news/stories/"
    assert first.byline == "Jané Doe"
    assert first.categories == ("pol", "Politics")
    assert first.published == datetime(2026, 2, 10, 4, 30, tzinfo=UTC)
    assert first.updated == datetime(2026, 2, 10, 5, 30, 0, 250000, tzinfo=UTC)
    assert first.picture == Picture(url="https://atom.example/news/p.webp")
    assert second.title == "T &amp; <b>U</b>"
    assert second.body == "<p>First para.</p><p>Second &lt;para&gt;.</p>"
    assert (second.source, second.language, first.language) == ("Other Wire", "en", "hi")


# --- words --------------------------------------------------------------------------------------


def test_a_caption_does_not_become_the_story() -> None:
    entry = only(
        b'<rss xmlns:media="http://search.yahoo.com/mrss/"><channel><item><title>t</title>'
        b'<media:content url="http://x.example/a.jpg"><media:description>Caption</media:description>'
        b"</media:content><description>The story</description></item></channel></rss>"
    )
    assert entry.body == "The story"
    assert entry.picture is not None
    assert entry.picture.alt == "Caption"


@pytest.mark.parametrize("name", ["title", "description"])
def test_the_storys_own_words_are_no_caption(name: str) -> None:
    entry = only(
        b'<rss xmlns:media="http://search.yahoo.com/mrss/"><channel><item><title>t</title>'
        b'<media:content url="http://x.example/a.jpg"/><media:%b>The story</media:%b>'
        b"<%b>The story</%b></item></channel></rss>" % ((name.encode(),) * 4)
    )
    assert entry.picture is not None
    assert entry.picture.alt == ""


def test_the_longest_html_content_is_the_body() -> None:
    entry = only(
        b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>t</title><id>1</id>'
        b'<content type="text">short</content>'
        b'<content type="html">&lt;p&gt;much longer than the other&lt;/p&gt;</content>'
        b'<content type="image/png" src="a.png"/></entry></feed>'
    )
    assert entry.body == "<p>much longer than the other</p>"


@pytest.mark.parametrize(
    ("title", "read"),
    [
        ("<title>Why &lt;em&gt; matters</title>", "<p>Why &lt;em&gt; matters</p>"),
        (
            "<title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>&lt;p&gt;</div></title>",
            "<p>&lt;p&gt;</p>",
        ),
        ("<title type='text'>If a &lt; b</title>", "If a &lt; b"),
        ("<title type='html'>An &lt;em&gt;end&lt;/em&gt;</title>", "An <em>end</em>"),
    ],
)
def test_a_tag_that_an_atom_title_speaks_of_is_no_tag(title: str, read: str) -> None:
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id>{title}</entry></feed>'
    assert only(feed.encode()).title == read


ATOM_03 = (
    '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title>t</title><id>1</id>'
    '<content type="text/html" mode="base64">{}</content></entry></feed>'
)


def test_base64_of_atom_03_is_read_or_rejected_by_name() -> None:
    sent = base64.encodebytes("<p>Ein Satz, ₹5 – ganz.</p>".encode()).decode()
    assert only(ATOM_03.format(f"\n  {sent}").encode()).body == "<p>Ein Satz, ₹5 – ganz.</p>"
    for bad in ("PHA", base64.b64encode(b"\xff\xfe\x00").decode(), "Ünd"):
        found = parse(ATOM_03.format(bad).encode(), url=URL)
        assert [one.reason for one in found.rejected] == [
            "body: base64 that does not decode to text"
        ]


def test_latin_letters_that_look_like_misread_utf_8_are_left_alone() -> None:
    assert only(rss("<title>Ã© is how it is written</title>")).title == "Ã© is how it is written"


def test_controls_surrogates_and_noncharacters_are_taken_out_of_a_document() -> None:
    entry = only(rss("<title>a\0b\x07c\ud800d\uffffe\ufdd0f\U0001fffeg</title>"))
    assert re.sub("\ufffd", "", entry.title) == "abcdefg"


@pytest.mark.parametrize("reference", ["&#0;", "&#x1f;", "&#xD800;", "&#xFFFE;", "&#99999999;"])
def test_a_reference_to_no_character_does_not_break_the_feed(reference: str) -> None:
    assert only(rss(f"<title>a{reference}b</title>")).title in ("ab", "a\ufffdb")


@pytest.mark.parametrize(
    ("encoding", "declared", "charset"),
    [
        ("utf-8", "iso-8859-1", ""),
        ("utf-8", "us-ascii", "iso-8859-1"),
        ("cp1252", "utf-8", ""),
        ("cp1252", "iso-8859-1", ""),
        ("cp1252", "utf-16", "utf-8"),
        ("cp1252", "no-such-thing", "utf-7x"),
        ("utf-16", "utf-8", ""),
        ("utf-16-le", "utf-16", ""),
        ("utf-16-be", "utf-8", "utf-8"),
        ("utf-32", "utf-8", ""),
        ("utf-32-be", "utf-32", ""),
        ("utf-8-sig", "windows-1251", ""),
    ],
)
def test_a_declared_encoding_is_not_believed_against_the_bytes(
    encoding: str, declared: str, charset: str
) -> None:
    text = f'<?xml version="1.0" encoding="{declared}"?>' + rss("<title>“é–€”</title>").decode()
    found = parse(text.encode(encoding), url=URL, charset=charset)
    assert [entry.title for entry in found.entries] == ["“é–€”"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("blank", ["", "\n", "\r\n", " \t\n\n", "\n" * 9])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_blank_lines_before_a_document_do_not_hide_its_encoding(
    encoding: str, blank: str, mark: str
) -> None:
    text = rss("<title>“é–€”</title>").decode()
    documents = [(mark + blank + text).encode(encoding)]
    if blank != "\n" or mark or "be" not in encoding:  # else its bytes are the little-endian ones
        documents.append(blank.encode() + (mark + text).encode(encoding))
    for document in documents:
        assert [entry.title for entry in parse(document, url=URL).entries] == ["“é–€”"]


@pytest.mark.parametrize("encoding", ["koi8-r", "windows-1251", "iso-8859-5"])
def test_a_declared_encoding_is_believed_where_the_bytes_allow_it(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>' + rss("<title>Погода</title>").decode()
    assert only(text.encode(encoding)).title == "Погода"
    by_http = parse(
        rss("<title>Погода</title>").decode().encode(encoding),
        url=URL,
        content_type=f"text/xml; charset={encoding}",
    )
    assert by_http.entries[0].title == "Погода"


def test_one_stray_byte_does_not_garble_the_rest() -> None:
    document = rss("<title>“नमस्ते” – XX</title>").replace(b"XX", b"\x93x\x94")
    assert only(document).title == "“नमस्ते” – “x”"


@pytest.mark.parametrize(
    "null", ["Thu, 01 Jan 1970 00:00:00 GMT", "1970-01-01", "1970-01-01T05:30:00Z"]
)
def test_the_date_that_systems_write_for_none_is_no_date(null: str) -> None:
    entry = only(rss(f"<title>t</title><pubDate>{null}</pubDate><embargo>{null}</embargo>"))
    assert (entry.published, entry.dates) == (None, (null, null))


@pytest.mark.parametrize(
    ("authors", "byline"),
    [
        ("<author>desk@wire.example (Asha Rao)</author>", "Asha Rao"),
        ("<author>Asha Rao (asha@wire.example)</author>", "Asha Rao"),
        ("<author>Asha Rao &lt;asha@wire.example&gt;</author>", "Asha Rao"),
        ("<author>Asha (a@x.example) and Bo (b@x.example)</author>", "Asha and Bo"),
        ("<author>Asha Rao (City Desk)</author>", "Asha Rao (City Desk)"),
        ("<author>desk@wire.example</author>", ""),
        ("<author>Asha Rao</author><creator>ASHA RAO</creator>", "Asha Rao"),
    ],
)
def test_a_byline_is_names_each_once_and_no_address(authors: str, byline: str) -> None:
    assert only(rss(f"<title>t</title>{authors}")).byline == byline


@pytest.mark.parametrize(
    ("entry", "byline"),
    [
        ("<author><name>Own</name></author>", "Own"),
        ("<source><title>s</title><author><name>Source's</name></author></source>", "Source's"),
        ("<source><title>s</title></source>", "Feed's"),
        ("", "Feed's"),
        ("<author><email>own@wire.example</email></author>", ""),
    ],
)
def test_an_atom_entry_without_an_author_has_that_of_its_source_or_its_feed(
    entry: str, byline: str
) -> None:
    document = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title>'
        "<author><name>Feed's</name></author>"
        f"<entry><id>1</id><title>t</title>{entry}</entry></feed>"
    )
    assert only(document.encode()).byline == byline


RELATIVE = (
    "<title>t</title><link>/story</link><description>&lt;img src=i.png&gt;</description>"
    '<media:content xmlns:media="http://search.yahoo.com/mrss/" medium="image" url="/p.jpg"/>'
)


@pytest.mark.parametrize("url", ["https://feeds.example/wire/1.xml", "http://127.0.0.1:4711/a.xml"])
def test_relative_addresses_are_relative_to_the_story_whose_link_is_relative_to_the_site(
    url: str,
) -> None:
    document = rss(RELATIVE, head="<link>https://city.example/</link>")
    (entry,) = parse(document, url=url).entries
    assert (entry.link, entry.base) == ("https://city.example/story", "https://city.example/story")
    assert entry.picture == Picture(url="https://city.example/p.jpg")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:4711/a.xml", "http://localhost/a", "http://[::1]/a", "file:///a.xml"]
)
@pytest.mark.parametrize("head", ["", "<link>/</link>"])
def test_no_address_of_this_machine_is_made_of_a_relative_one(url: str, head: str) -> None:
    (entry,) = parse(rss(RELATIVE, head=head), url=url).entries
    assert (entry.link, entry.picture, entry.base) == ("", None, "about:blank")
    (entry,) = parse(rss(RELATIVE.replace("/story", "https://x.example/1")), url=url).entries
    assert (entry.link, entry.base) == 2 * ("https://x.example/1",)


# --- identity -----------------------------------------------------------------------------------


def ids(document: Document) -> list[str]:
    return [entry.id for entry in document.entries]


def test_ten_entries_with_one_guid_are_ten_entries_and_stay_what_they_are() -> None:
    items = [
        f"<title>Story {n}</title><guid>same</guid><link>https://x.example/{n}</link>"
        for n in range(10)
    ]
    first = parse(rss(*items), url=URL)
    assert len(set(ids(first))) == 10
    assert first.shared == {"same"}
    later = parse(rss(items[3]), url=URL, shared=first.shared)
    assert ids(later) == ids(first)[3:4]
    renamed = parse(rss(items[3].replace("Story", "Storey")), url=URL, shared=first.shared)
    assert ids(renamed) == ids(later)


def test_ten_entries_with_one_guid_and_one_link_are_ten_entries() -> None:
    items = [
        f"<title>Story {n}</title><guid>same</guid><link>https://city.example/</link>"
        for n in range(10)
    ]
    first = parse(rss(*items, head="<link>https://city.example/</link>"), url=URL)
    assert len(set(ids(first))) == 10
    again = parse(rss(items[7]), url=URL, shared=first.shared)
    assert ids(again) == ids(first)[7:8]


NOTICES = "<link>https://x.example/notices.html</link><title>Notice {}</title>"


@pytest.mark.parametrize(
    "item",
    [
        NOTICES,
        NOTICES + "<pubDate>Tue, 10 Feb 2026 1{}:00:00 GMT</pubDate>",
        NOTICES + "<guid>same</guid>",
        NOTICES + "<guid>same</guid><pubDate>Tue, 10 Feb 2026 10:00:00 GMT</pubDate>",
        NOTICES + "<guid>same</guid><pubDate>Tue, 10 Feb 2026 1{}:00:00 GMT</pubDate>",
        NOTICES + "<guid>https://x.example/notices.html</guid>",
        "<guid>same</guid><description>Report number {}.</description>",
        "<link>https://x.example/notices.html</link><description>Report number {}.</description>",
    ],
)
def test_stories_that_share_all_but_their_words_are_stories_and_stay_what_they_are(
    item: str,
) -> None:
    items = [item.replace("{}", str(number)) for number in range(6)]
    first = parse(rss(*items), url=URL)
    assert len(set(ids(first))) == 6
    assert first.rejected == ()
    assert ids(parse(rss(items[3]), url=URL, shared=first.shared)) == ids(first)[3:4]


def test_what_stands_for_another_entry_of_its_id_is_named() -> None:
    item = "<guid>g</guid><title>Flash</title><description>Report {}.</description>"
    items = [item.format(number) for number in (1, 2, 3, 1)]
    found = parse(rss(*items), url=URL)
    assert [(entry.id, entry.body) for entry in found.entries] == [("g", "Report 1.")]
    assert [(one.title, one.reason.split(":")[0]) for one in found.rejected] == 2 * [
        ("Flash", "id")
    ]
    assert len({one.entry_id for one in found.rejected}) == 2
    later = parse(rss(items[0], items[2]), url=URL)  # known again, wherever it stands
    assert {one.entry_id for one in later.rejected} < {one.entry_id for one in found.rejected}


def test_two_versions_of_a_story_in_one_document_are_one_entry_the_newer() -> None:
    item = "<guid>g</guid><link>https://x.example/1</link><title>{}</title><pubDate>{}</pubDate>"
    old = item.format("Old", "Tue, 10 Feb 2026 10:00:00 GMT")
    new = item.format("New", "Tue, 10 Feb 2026 11:00:00 GMT")
    for order in ([old, new], [new, old]):
        found = parse(rss(*order), url=URL)
        assert [(entry.id, entry.title) for entry in found.entries] == [("g", "New")]
        assert [(one.title, one.reason.split(":")[0]) for one in found.rejected] == [("Old", "id")]
        assert found.shared == frozenset()


def test_an_older_version_under_the_same_headline_is_superseded_without_a_word() -> None:
    item = "<guid>g</guid><title>Flash</title><description>{}</description><pubDate>{}</pubDate>"
    old = item.format("Old.", "Tue, 10 Feb 2026 10:00:00 GMT")
    new = item.format("New.", "Tue, 10 Feb 2026 11:00:00 GMT")
    for order in ([old, new], [new, old]):
        found = parse(rss(*order), url=URL)
        assert [entry.body for entry in found.entries] == ["New."]
        assert found.rejected == ()


DATES = ["", *(f"<pubDate>Tue, 10 Feb 2026 {hour}:00:00 GMT</pubDate>" for hour in (9, 10, 11))]
KILLS = [
    "<title>KILL: Bridge open</title>",
    "<title>Kill: Bridge open</title><pubstatus>canceled</pubstatus>",
    "<title>[KILLED] Bridge open</title>",
    "<title>ADVISORY: RETRACTION - Bridge open</title>",
    "<title>Mandatory Kill: Bridge open</title>",
    "<title>KILL NOTICE Bridge open</title>",
    "<title>BC-PTN--KILL: Bridge open</title>",
    "<title>Cancelled - Bridge open</title>",
    "<title>&lt;b&gt;KILL&lt;/b&gt; — Bridge open</title>",
    "<title>Bridge open</title><pubstatus>canceled</pubstatus>",
    "<title>Mandatory Kill: the story of the bridge</title>",
    "<title>WITHDRAWN</title><description>The bridge is shut.</description>",
]


@pytest.mark.parametrize("date", DATES)
@pytest.mark.parametrize("kill", KILLS)
@pytest.mark.parametrize(
    "own",
    [
        "<guid>g</guid><link>https://x.example/1</link>",
        "<guid>g</guid>",
        "<guid>g</guid><link>https://x.example/</link>",
        "<link>https://x.example/1</link>",
    ],
)
def test_a_kill_beside_its_story_is_that_storys_however_it_is_headed_and_dated(
    date: str, kill: str, own: str
) -> None:
    sent = f"{own}{DATES[2]}<title>Bridge open</title><description>At last.</description>"
    alone = parse(rss(sent), url=URL)
    for order in ([sent, own + date + kill], [own + date + kill, sent]):
        found = parse(
            rss(*order, head="<link>https://x.example/</link>"),
            url=URL,
            shared=alone.shared,
            kill_titles=("cancelled -",),
        )
        assert found.rejected == ()
        assert ids(found) == ids(alone)
        (notice,) = found.entries
        assert notice.title != "Bridge open" or notice.pubstatus == "canceled"
        assert notice.story
        assert (notice.story.id, notice.story.title) == (notice.id, "Bridge open")


def test_a_kill_beside_stories_that_share_their_guid_is_that_of_its_headline() -> None:
    items = [f"<title>Story {n}</title><guid>same</guid>" for n in range(3)]
    first = parse(rss(*items), url=URL)
    kill = "<title>KILL NOTICE Story 1</title><guid>same</guid>"
    found = parse(rss(*items, kill), url=URL, shared=first.shared)
    assert ids(found) == ids(first)
    assert [entry.title for entry in found.entries] == ["Story 0", "KILL NOTICE Story 1", "Story 2"]
    alone = parse(rss(kill), url=URL, shared=first.shared)
    assert ids(alone) == [ids(first)[1]]


def test_a_kill_with_a_guid_of_its_own_is_that_of_the_one_story_that_it_links_to() -> None:
    story = "<title>{0}</title><guid>{0}</guid><link>https://x.example/{1}</link>"
    one, two = story.format("One", "a"), story.format("Two", "b")
    found = parse(rss(one, two, story.format("KILL: One", "a")), url=URL)
    assert [(each.id, each.title) for each in found.entries] == [
        ("One", "KILL: One"), ("Two", "Two"),
    ]  # fmt: skip
    both = parse(rss(one, story.format("Two", "a"), story.format("KILL: One", "a")), url=URL)
    assert sorted(ids(both)) == ["KILL: One", "One", "Two"]


def test_headlines_with_a_kills_words_are_stories_of_their_own() -> None:
    item = "<guid>g</guid><link>https://x.example/1</link><title>{}</title>"
    for title in ("Retracted: the bridge", "Kill Bill opens the bridge", "Killed: three"):
        found = parse(rss(item.format("Bridge open"), item.format(title)), url=URL)
        assert len(set(ids(found))) == 2
        assert not any(entry.story for entry in found.entries)


@pytest.mark.parametrize("date", ["", DATES[1]])
@pytest.mark.parametrize(
    "label", ["EMBARGOED:", "EMBARGOED until 10 pm:", "(EMBARGOED)", "Advance for Sunday:"]
)
def test_a_story_that_must_wait_stands_before_the_same_story_of_one_time(
    label: str, date: str
) -> None:
    item = f"<guid>g</guid><link>https://x.example/1</link>{date}<title>%s</title>"
    sent, held = item % "Bridge open", item % f"{label} Bridge open"
    for order in ([sent, held], [held, sent]):
        found = parse(rss(*order), url=URL, hold_titles=("advance for",))
        assert [(each.id, each.title) for each in found.entries] == [("g", f"{label} Bridge open")]


def test_a_feed_can_say_that_its_links_are_its_identity() -> None:
    item = "<guid>{}</guid><link>https://x.example/1</link><title>{}</title>"
    before = parse(rss(item.format("a-headline", "A headline")), url=URL, identity="link")
    after = parse(rss(item.format("another", "Another")), url=URL, identity="link")
    assert ids(before) == ids(after) == ["https://x.example/1"]


def test_a_guid_is_the_same_in_two_feeds_of_one_provider() -> None:
    item = rss("<title>t</title><guid>12345</guid>")
    one = parse(item, url="https://a.example/world.xml")
    other = parse(item, url="https://a.example/india/rss")
    assert ids(one) == ids(other) == ["12345"]


def test_entries_without_guid_and_link_have_ids_of_their_content() -> None:
    first = parse(rss("<title>A</title>", "<title>B</title>"), url=URL)
    again = parse(rss("<title>B</title>"), url=URL)
    assert len(set(ids(first))) == 2
    assert ids(again) == ids(first)[1:]


# --- one bad entry ------------------------------------------------------------------------------

GOOD = "<title>Good</title><guid>good</guid><description>Fine.</description>"


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (f"<title>B</title><description>{'x' * 5_000_000}</description>", "body"),
        (f"<title>B</title><description>{'x' * 12_000_000}</description>", "body"),
        (f"<title>{'x' * 50_000}</title>", "title"),
        (f"<title>B</title><guid>{'x' * 5_000}</guid>", "guid"),
        (f"<title>B</title><link>https://x.example/{'x' * 5_000}</link>", "link"),
        (f"<title>B</title><embargo>{'x' * 5_000}</embargo>", "embargo"),
        ("<title>B</title><embargo>11 Feb 2026/10:00</embargo>", "embargo"),
        (f"<title>B</title>{'<b>' * 150}{'</b>' * 150}", "too-deep"),
        ("", "entry"),
        ("<guid>g</guid><link>https://x.example/</link>", "entry"),
        ("<title>B</title><embargoed>until further notice</embargoed>", "embargo"),
        (f"<title>B</title><{'x' * 5_000}/>", "too-long-names"),
        (f"<title>B</title><x xmlns='{'x' * 5_000}'/>", "too-long-names"),
        ("<title>B</title><a><b></a>", "malformed"),
        ("<title>B</title><item><title>inner</title>", "malformed"),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_a_bad_entry_is_rejected_by_name_and_the_good_ones_stay(
    bad: str, reason: str, first: bool
) -> None:
    found = parse(rss(*([bad, GOOD] if first else [GOOD, bad])), url=URL)
    assert [entry.id for entry in found.entries if entry.id == "good"] == ["good"]
    assert [one.reason.split(":")[0] for one in found.rejected] == [reason]
    assert found.rejected[0].entry_id
    assert "\n" not in found.rejected[0].reason


LONG = "https://x.example/a?signature=" + "a" * 5_000
MEDIA = 'xmlns:m="http://search.yahoo.com/mrss/"'


@pytest.mark.parametrize(
    "unread",
    [
        f"<y:full-text xmlns:y='http://news.yandex.ru'>{'word ' * 4_000}</y:full-text>",
        f"<g:polygon xmlns:g='http://www.georss.org/georss'>{'12.3 45.6 ' * 2_000}</g:polygon>",
        f"<m:description {MEDIA}>{'word ' * 4_000}</m:description>",
        f"<m:text {MEDIA}>{'word ' * 4_000}</m:text>",
        f"<m:content {MEDIA} medium='image' url='{LONG}'/>",
        f"<enclosure url='{LONG}' type='audio/mpeg' length='1'/>",
        f"<enclosure url='{LONG}' type='image/jpeg' length='1'/>",
        f"<link rel='enclosure' href='{LONG}'/>",
        f"<category>{'x' * 5_000}</category>",
        f"<author>{'a' * 50_000}</author>",
        "<x>" + "<y/>" * 30_000 + "</x>",
        "<x/>" * 1_000,
    ],
)
def test_what_nobody_reads_never_costs_the_story(unread: str) -> None:
    story = "<guid>1</guid><title>t</title>{}<description>Text.</description><category>C</category>"
    assert only(rss(story.format(unread))) == only(rss(story.format("")))


def test_two_hundred_tags_and_a_hundred_authors_leave_the_story_its_first_ones() -> None:
    entry = only(
        rss(
            "<title>t</title>"
            + "".join(f"<category>tag {number}</category>" for number in range(250))
            + f"<author>{', '.join(f'Name {number}' for number in range(100))}</author>"
            "<pubDate>Tue, 10 Feb 2026 10:00:00 GMT</pubDate>"
        )
    )
    assert entry.categories[:2] == ("tag 0", "tag 1")
    assert entry.byline.startswith("Name 0, Name 1, ")
    assert entry.published == datetime(2026, 2, 10, 10, tzinfo=UTC)


def test_an_embargo_may_be_the_start_of_a_period() -> None:
    until = "<d:available xmlns:d='http://purl.org/dc/terms/'>2026-02-09/{}</d:available>"
    for end in ("2026-03-01", ".."):
        entry = only(rss("<title>t</title>" + until.format(end)))
        assert entry.embargo == datetime(2026, 2, 9, tzinfo=UTC)


def test_html_that_is_not_xml_is_read_as_the_html_that_it_is() -> None:
    found = parse(
        rss("<title>A</title><description>one<br>two <p>three & &nbsp;four</description>", GOOD),
        url=URL,
    )
    assert found.rejected == ()
    assert found.entries[0].body == "one<br>two <p>three &amp; &#160;four"


def test_undeclared_prefixes_are_declared() -> None:
    document = (
        b"<rss><channel><item><title>t</title><content:encoded>Whole</content:encoded>"
        b"<foo:bar>x</foo:bar><description>Short</description></item></channel></rss>"
    )
    entry = only(document)
    assert (entry.body, entry.full) == ("Whole", True)


def test_an_ampersand_and_a_less_than_sign_in_text_are_only_themselves() -> None:
    assert only(rss("<title>AT&T: 1 < 2 &bogus; R&D;</title>")).title == "AT&T: 1 < 2 &bogus; R&D;"


def test_cdata_with_markup_of_a_feed_in_it_is_text() -> None:
    body = "<![CDATA[<p>how to write </item> and <item> &nbsp; <!ENTITY x> </p>]]>"
    found = parse(rss(f"<title>A & B</title><description>{body}</description>", GOOD), url=URL)
    assert found.entries[0].body == body[9:-3]
    assert len(found.entries) == 2


@pytest.mark.parametrize("cut", range(60, 560, 7))
def test_a_truncated_feed_gives_whole_entries_or_says_why_not(cut: int) -> None:
    whole = rss(GOOD, GOOD.replace("good", "two"), GOOD.replace("good", "three"))
    expected = {entry.id: entry for entry in parse(whole, url=URL).entries}
    try:
        found = parse(whole[:cut], url=URL)
    except NotAFeed as error:
        state = error.state
    else:
        state = ""
    if state:
        assert state in ("truncated", "not-xml", "not-a-feed", "malformed")
        return
    if cut < len(whole):
        assert found.truncated
    for entry in found.entries:
        assert entry == expected[entry.id]


def test_entries_that_are_rejected_once_read_have_the_names_they_came_with() -> None:
    found = parse(rss("<guid>one</guid>", GOOD, "<guid>two</guid><title> </title>"), url=URL)
    assert [one.entry_id for one in found.rejected] == ["one", "two"]


def test_an_entry_cut_in_two_is_named() -> None:
    whole = rss(GOOD, GOOD.replace("good", "two"))
    found = parse(whole[: whole.rindex(b"Fine") + 2], url=URL)
    assert ids(found) == ["good"]
    assert [(one.entry_id, one.title, one.reason) for one in found.rejected] == [
        ("two", "Good", "truncated")
    ]


def test_junk_after_the_feed_is_no_matter() -> None:
    assert ids(parse(rss(GOOD) + b"\n<!-- cached --><script>x</script> \xff", url=URL)) == ["good"]


def test_what_a_document_says_once_is_not_read_again_with_each_entry(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = []

    def parsed(stream: io.BytesIO, **options: Any) -> Any:
        given.append(len(stream.getvalue()))
        return feedparser_parse(stream, **options)

    feedparser_parse = feedparser.parse
    monkeypatch.setattr(feedparser, "parse", parsed)
    words = "x" * 10_000
    namespaces = " ".join(f'xmlns:a{n}="urn:{n}"' for n in range(150))
    channels = "".join(
        f"<channel a='{words}'>{words}<item a='{words}'><title>{n}</title><guid>{n}</guid>"
        f"<category a='{'x' * 2000}'>c<b>{'<i/>' * 500}</b></category></item>{words}</channel>"
        for n in range(20)
    )
    found = parse(f"<rss {namespaces} a='{words}'>{channels}</rss>".encode(), url=URL)
    assert [entry.title for entry in found.entries] == [str(n) for n in range(20)]
    assert len(given) == 20
    assert max(given) < 300


def test_an_entry_within_an_entry_is_a_part_of_it() -> None:
    found = parse(rss(f"{GOOD}<channel><item><title>Inner</title></item></channel>"), url=URL)
    assert ids(found) == ["good"]


def test_a_document_with_too_many_entries_keeps_the_first_ones() -> None:
    items = [f"<title>{n}</title><guid>{n}</guid>" for n in range(1100)]
    found = parse(rss(*items), url=URL)
    assert ids(found) == [str(n) for n in range(1000)]
    assert [one.reason for one in found.rejected] == [
        "entries: 100 left out, only the newest 1000 are read"
    ]


def test_a_body_may_be_as_long_as_is_allowed() -> None:
    body = "x" * MAX_BODY
    assert only(rss(f"<title>t</title><description>{body}</description>")).body == body


# --- what is no feed ----------------------------------------------------------------------------

ENTITY = '<!DOCTYPE rss [<!ENTITY a "aaaa">]>'


@pytest.mark.parametrize(
    ("document", "state"),
    [
        (b"", "empty"),
        (b" \n\t ", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"\xff\xfe", "empty"),
        (b"hello", "not-xml"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "not-xml"),
        (b'{"version": "1.1"}', "json"),
        (b"<!doctype html><html><head><title>x</title>", "html"),
        (b"\n<!-- c --><HTML lang=en><body>", "html"),
        (b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "x" "y"><html xmlns="z"></html>', "html"),
        (b"<opml version='1.0'><body/></opml>", "not-a-feed"),
        (b"<rss", "truncated"),
        (b"<rss><channel><title>x", "truncated"),
        (ENTITY.encode() + rss("<title>&a;</title>"), "entities"),
        ((ENTITY + rss("<title>&a;</title>").decode()).encode("utf-16"), "entities"),
        ((ENTITY + rss("<title>&a;</title>").decode()).encode("utf-32-be"), "entities"),
        (b'<!DOCTYPE rss [<!ENTITY % p SYSTEM "file:///etc/passwd">%p;]>' + rss(), "entities"),
        (b"<?xml version='1.0' encoding='utf-7'?>" + rss(GOOD), "encoding"),
        (b"\x4c\x6f\xa7\x94\x93", "encoding"),
        (b"<rss>" + b"<a>" * 200_000, "too-deep"),
        (b"<rss><channel>" + b"<a/>" * 300_000 + b"</channel></rss>", "too-many-elements"),
        (rss("<title>t</title>" * 300_000), "too-many-elements"),
        (
            b"<rss " + b" ".join(b'a%d="1"' % n for n in range(200_000)) + b"/>",
            "too-many-attributes",
        ),
        (b"<rss a='" + b"x" * (2 << 20) + b"'/>", "too-many-attributes"),
        (
            b"<rss " + b" ".join(b'xmlns:a%d="%d"' % (n, n) for n in range(300)) + b"/>",
            "too-many-namespaces",
        ),
        (b'<rss xmlns="' + b"x" * 5000 + b'"/>', "too-long-names"),
        (b"<rss><" + b"x" * 5000 + b"/></rss>", "too-long-names"),
        (b'<!DOCTYPE rss [<!ATTLIST item a CDATA "x">]>' + rss(GOOD), "defaults"),
        (b"<rss>" + b"x" * (16 << 20) + b"</rss>", "too-large"),
        (b"&" * (15 << 20), "not-xml"),
        (b"<rss>" + b"<" * (15 << 19), "malformed"),
    ],
)
def test_what_is_no_feed_is_refused_by_name(document: bytes, state: str) -> None:
    with pytest.raises(NotAFeed) as refused:
        parse(document, url=URL)
    assert refused.value.state == state
    assert "passwd" not in str(refused.value)


def test_an_empty_feed_is_a_feed() -> None:
    assert parse(rss(), url=URL) == Document(title="T")


def test_a_bare_doctype_is_allowed_and_not_fetched() -> None:
    document = b'<!DOCTYPE rss SYSTEM "http://127.0.0.1:1/never.dtd">' + rss(GOOD)
    assert ids(parse(document, url=URL)) == ["good"]


# --- any bytes ----------------------------------------------------------------------------------

FRAGMENTS = [
    *("<rss>", "</rss>", "<channel>", "</channel>", "<item>", "</item>", "<title>", "</title>"),
    *("<description>", "</description>", "<![CDATA[", "]]>", "<!--", "-->", "<?xml ", "?>", "&"),
    *("&amp;", "&nbsp;", "&#0;", "<", ">", "'", '"', "<guid>g", "</guid>", "<br>", "\0", "é", " "),
    *(
        "<feed xmlns='http://www.w3.org/2005/Atom'>",
        "</feed>",
        "<entry>",
        "</entry>",
        "<id>",
        "</id>",
    ),
    *("<content type='xhtml'>", "</content>", "<x:y ", "a='b'", "/>", "<!DOCTYPE rss [", "]>"),
    *("<media:content url='//[x'/>", "<link>http://[</link>", "<pubDate>", "</pubDate>"),
    *("xml:base='http://[' ", "<!ENTITY a 'b'>", "\ud800", "<author>a@b (", "</author>"),
]
documents = st.one_of(
    st.binary(max_size=300),
    st.lists(st.sampled_from(FRAGMENTS), max_size=40).map(
        lambda parts: "".join(parts).encode("utf-8", "surrogatepass")
    ),
    st.tuples(
        st.sampled_from([path.name for path in sorted(GOLDEN.glob("*.xml"))]),
        st.integers(0, 3000),
        st.integers(0, 40),
        st.binary(max_size=10),
    ).map(lambda edit: mutated(*edit)),
)


def mutated(name: str, at: int, cut: int, put: bytes) -> bytes:
    whole = (GOLDEN / name).read_bytes()
    return whole[:at] + put + whole[at + cut :]


@given(documents)
@example(b"<rss><item>")
@example(b"<feed xmlns='http://www.\xc3\x973.org/'><entry><title>t</title></entry></feed>")
@example(b"<rss><channel><item><title>a</title></item></channel></rss>" * 2)
def test_any_bytes_give_entries_or_a_named_refusal(document: bytes) -> None:
    try:
        found = parse(document, url=URL)
    except NotAFeed as error:
        found, state = Document(), error.state
    else:
        state = "read"
    assert re.fullmatch("[a-z-]+", state)
    for entry in found.entries:
        assert entry.id
        assert entry.title or entry.body
        for value in (entry.title, entry.body, entry.byline, entry.link, entry.base, entry.id):
            value.encode()
            assert not re.search("[\0-\x08\ufffe\uffff]", value)
    assert len(set(ids(found))) == len(found.entries)
    for rejection in found.rejected:
        assert rejection.entry_id
        assert rejection.reason
