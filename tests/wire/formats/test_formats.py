"""A format is its module and its place in the table of formats; its bytes choose it."""

from __future__ import annotations

import pytest
from lxml import etree

from tests.wire.formats import telex
from wireroom.errors import NotAFeed
from wireroom.model import Entry
from wireroom.wire.document import tree
from wireroom.wire.document.document import MAX_DOCUMENT, root_of, well_formed
from wireroom.wire.document.rejection import Rejection
from wireroom.wire.document.vocabulary import Vocabulary
from wireroom.wire.formats import feeds
from wireroom.wire.formats.document import Document, Format, Source
from wireroom.wire.formats.feeds import parse

URL = "https://city.example/wire"
TELEX = b"ZCZC 17\nFerry sails again\nThe ferry sailed on Tuesday.\nFares are < 5.\nNNNN\n"
RSS = b"<rss><channel><title>T</title><item><guid>1</guid><title>One</title></item></channel></rss>"

# An XML format of its own elements, in a module of a newcomer's.
BULLETIN = Vocabulary(
    name="bulletin",
    roots=("bulletin",),
    entries=("story",),
    texts=("copy",),
    ids=("number",),
    title="heading",
    dates=("sent",),
)


def _is_bulletin(document: bytes, source: Source) -> bool:
    return root_of(document, source.charset) == "bulletin"


def _read_bulletin(document: bytes, source: Source) -> Document:
    found = well_formed(document, BULLETIN, source.charset)
    stories = tree.parsed(found.xml).iter("story")
    return Document(
        entries=tuple(map(_story, stories)),
        rejected=found.broken,
        truncated=found.truncated,
    )


def _story(story: etree._Element) -> Entry:
    number, heading, copy = (
        tree.text(tree.child_of(story, name)) for name in ("number", "heading", "copy")
    )
    return Entry(id=number, title=heading, body=copy)


NAMES = " or ".join(each.name for each in feeds.FORMATS)


@pytest.fixture
def formats(monkeypatch: pytest.MonkeyPatch) -> None:
    """The table with two formats more."""
    bulletin = Format(BULLETIN.name, _is_bulletin, _read_bulletin)
    monkeypatch.setattr(feeds, "FORMATS", (telex.FORMAT, bulletin, *feeds.FORMATS))


@pytest.mark.usefixtures("formats")
def test_a_format_in_the_table_is_found_by_its_bytes() -> None:
    (entry,) = parse(TELEX, url=URL, content_type="application/rss+xml").entries
    assert (entry.id, entry.title) == ("17", "Ferry sails again")
    assert entry.body == "<p>The ferry sailed on Tuesday.</p><p>Fares are &lt; 5.</p>"


@pytest.mark.usefixtures("formats")
def test_the_other_formats_are_read_as_before() -> None:
    assert parse(RSS, url=URL).entries[0].title == "One"


@pytest.mark.usefixtures("formats")
def test_a_message_that_fails_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Be it for what is in it, or for a mistake in the format's own code."""
    real = telex._entry

    def broken(guid: str, *more: str, url: str) -> tuple[str, Entry]:
        return real(guid, *more, url=url if guid != "2" else 1 // 0)

    monkeypatch.setattr(telex, "_entry", broken)
    messages = b"".join(TELEX.replace(b"17", b"%d" % n) for n in (1, 2, 3))
    found = parse(messages + b"ZCZC 4\nEmpty\nNNNN\n", url=URL)
    assert [entry.id for entry in found.entries] == ["1", "3"]
    assert [(each.entry_id, each.title, each.reason.split(":")[0]) for each in found.rejected] == [
        ("2", "Ferry sails again", "entry"),
        ("4", "Empty", "body"),
    ]


@pytest.mark.usefixtures("formats")
def test_two_stories_under_one_id_are_told_apart_in_any_format() -> None:
    other = TELEX.replace(b"Ferry sails again", b"Market opens")
    found = parse(TELEX + other, url=URL)
    assert len({entry.id for entry in found.entries}) == 2
    assert found.shared


@pytest.mark.usefixtures("formats")
def test_a_format_that_is_sure_of_its_document_is_asked_before_rss() -> None:
    copy = "<copy>Feeds: <feed/>, <rss/>.</copy>"
    document = f"<bulletin><story><number>1</number>{copy}</story></bulletin>"
    assert [each.id for each in parse(document.encode(), url=URL).entries] == ["1"]


def test_what_no_format_takes_is_refused() -> None:
    with pytest.raises(NotAFeed, match="not-xml: the document does not begin with a tag"):
        parse(TELEX, url=URL)


@pytest.mark.usefixtures("formats")
@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"", "empty: the document is empty"),
        (
            b'{"a": 1}',
            "json: the document is JSON with a, not ninjs, JSON Feed or WordPress' posts",
        ),
        (b"<html><p>No</p></html>", "html: the document is a web page, not a feed"),
        (
            b"<opml><body/></opml>",
            f"not-a-feed: the document is <opml>, not telex or bulletin or {NAMES}",
        ),
        (b"<x a=1>", f"not-a-feed: the document is <x>, not telex or bulletin or {NAMES}"),
        (b"<rs", "truncated: the document ends before its first entry is whole"),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><x/>", "entities: the document declares entities"),
        (b"\x4c\x6f\xa7\x94 in EBCDIC", "encoding: the document is in EBCDIC"),
    ],
)
def test_the_refusal_says_what_the_document_is_and_what_would_be_read(
    document: bytes, reason: str
) -> None:
    with pytest.raises(NotAFeed) as refused:
        parse(document, url=URL)
    assert str(refused.value) == reason


@pytest.mark.usefixtures("formats")
def test_no_format_is_given_more_than_a_document_may_have() -> None:
    with pytest.raises(NotAFeed, match="too-large"):
        parse(TELEX + b" " * MAX_DOCUMENT, url=URL)


@pytest.mark.usefixtures("formats")
def test_a_format_of_xml_is_put_right_by_its_own_names() -> None:
    """Of a broken document the whole stories are saved, HTML in its texts is read as such, and
    the others are named by their own ids and headings."""
    document = (
        "<bulletin><story><number>1</number><heading>Gates &nbsp;open</heading>"
        "<copy>At noon.<br>Then rain.</copy></story>"
        "<story><number>2</number><heading>Cut</heading><copy>x</copie></story>"
        "<story><number>3</number><heading>Quiet</heading><copy>Night.</copy></story></bulletin>"
    )
    found = parse(document.encode("utf-16"), url=URL)
    assert [(each.id, each.body) for each in found.entries] == [
        ("1", "At noon.<br>Then rain."),
        ("3", "Night."),
    ]
    assert found.rejected == (Rejection("2", "Cut", "malformed"),)


@pytest.mark.usefixtures("formats")
def test_of_too_many_stories_the_newest_by_the_format_s_own_dates_are_saved() -> None:
    stories = "".join(
        f"<story><number>{n}</number><sent>2026-02-11T{n // 60:02}:{n % 60:02}:00Z</sent></story>"
        for n in range(1003)
    )
    found = parse(f"<bulletin>{stories}<copy>x</bulletin>".encode(), url=URL)
    assert [each.id for each in found.entries] == [str(n) for n in range(3, 1003)]
    assert found.rejected == (
        Rejection("surplus", "", "entries: 3 left out, only the newest 1000 are read"),
    )


@pytest.mark.parametrize(
    "head",
    [
        "",
        "\ufeff",
        "\n",
        '<?xml version="1.0"?>',
        "<!-- <rss> is not the root -->",
        '<?style a="<rss>"?><!DOCTYPE bulletin SYSTEM "bulletin.dtd">',
        "<!DOCTYPE bulletin [<!ELEMENT rss (item)><!-- <rss> -->]>",
        f"<!--{'long ' * 50_000}-->",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
@pytest.mark.parametrize("root", ["<Bulletin>", "<b:bulletin xmlns:b='u'>", "<bulletin/>"])
def test_the_root_is_found_behind_all_that_may_stand_before_it(
    head: str, encoding: str, root: str
) -> None:
    assert root_of(f"{head}{root}<rss/>".encode(encoding)) == "bulletin"


def test_the_root_is_found_in_the_encoding_that_http_declares() -> None:
    assert root_of("\n<bulletin/>".encode("utf-16-be"), "utf-16-be") == "bulletin"


@pytest.mark.parametrize("document", [b"", b"text", b"<", b"<!-- <rss>", b"<? <rss>", b"< rss>"])
def test_a_document_without_an_element_has_no_root(document: bytes) -> None:
    assert root_of(document) == ""
