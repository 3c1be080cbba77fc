"""NewsML-G2's own habits: messages of items, codes, pictures, renditions, embargoes."""

from __future__ import annotations

import base64
from datetime import timedelta
from html import escape

import pytest
from msgspec.structs import replace

from tests.wire.formats.agencies import ISSUED, Sent, Shot, newsml_g2, xhtml
from wireroom.markup.advisories import advisory
from wireroom.model import Entry
from wireroom.wire.document.rejection import MAX_ENTRIES
from wireroom.wire.formats.document import Document
from wireroom.wire.formats.feeds import parse

URL = "https://wire.example/in/a.xml"
SHOT = Shot("https://pictures.example/1/", "A ferry", "PTN/Rao")


def document(*more: tuple[str, str], sent: Sent | None = None, **given: str) -> Document:
    """A message, with some of its text replaced."""
    text = newsml_g2(sent or Sent(), **given).decode()
    for old, new in more:
        assert old in text
        text = text.replace(old, new)
    return parse(text.encode(), url=URL)


def read(*more: tuple[str, str], sent: Sent | None = None, **given: str) -> Entry:
    found = document(*more, sent=sent, **given)
    assert not found.rejected
    (entry,) = found.entries
    return entry


def meta(more: str) -> tuple[str, str]:
    return "<contentMeta>", f"<contentMeta>{more}"


def test_inline_elements_lose_no_tail() -> None:
    entry = read(
        ("The ferry sailed ", 'The <a href="https://a.example/">fast <b>ferry</b></a> sailed<br/>')
    )
    assert entry.body == (
        '<p>The <a href="https://a.example/">fast <b>ferry</b></a> sailed<br>'
        "<em>on Tuesday</em>, at last.</p>"
    )


def test_elements_may_have_a_prefix() -> None:
    copy = '<inlineXML xmlns:h="x"><h:html><h:body><h:p>a <h:i>b</h:i> c</h:p></h:body></h:html>'
    assert read(content=f"{copy}</inlineXML>").body == "<p>a <i>b</i> c</p>"


@pytest.mark.parametrize(
    ("kind", "text", "body"),
    [
        ("text/plain", "One <b>\nmore\n\nTwo", "<p>One &lt;b&gt;\nmore</p><p>Two</p>"),
        ("text/plain", "One.\nTwo.", "<p>One.</p><p>Two.</p>"),
        ("text/html", "<p>One<br>Two</p>", "<p>One<br>Two</p>"),
        ("", "<p>One</p>", "<p>One</p>"),
    ],
)
def test_text_in_inline_data_is_paragraphs_or_html(kind: str, text: str, body: str) -> None:
    entry = read(content=f'<inlineData contenttype="{kind}">{escape(text)}</inlineData>')
    assert (entry.body, entry.full) == (body, True)


def test_text_may_be_packed_in_base64() -> None:
    packed = base64.b64encode("Café".encode()).decode()
    data = f'<inlineData contenttype="text/plain" encoding="encd:base64">{packed}</inlineData>'
    assert read(content=data).body == "<p>Café</p>"
    found = document(content=data.replace(packed, "/w=="))
    assert [each.reason for each in found.rejected] == ["body: base64 that does not decode to text"]


def test_of_renditions_the_one_with_markup_is_read_and_only_that() -> None:
    plain = '<inlineData contenttype="text/plain">Plain</inlineData>'
    assert read(content=f"{plain}{xhtml(Sent())}").body.startswith("<p>The ferry")
    empty = "<inlineXML><html><body> </body></html></inlineXML>"
    assert read(content=f"{empty}{plain}").body == "<p>Plain</p>"


def test_remote_content_within_the_message_is_the_copy() -> None:
    other = (
        '<newsItem guid="urn:copy"><itemMeta><itemClass qcode="ninat:text"/><title>Copy</title>'
        "</itemMeta><contentSet><inlineData>Words</inlineData></contentSet></newsItem>"
    )
    found = document(content='<remoteContent residref="urn:copy"/>', beside=other)
    assert [each.body for each in found.entries] == ["<p>Words</p>", "<p>Words</p>"]
    other = other.replace("<inlineData>", '<inlineData id="c1">')
    found = document(content='<remoteContent href="#c1"/>', beside=other)
    assert found.entries[0].body == "<p>Words</p>"


def test_a_story_whose_text_is_elsewhere_is_a_link_to_it() -> None:
    remote = '<remoteContent contenttype="text/html" href="../a.html"/>'
    entry = read(content=remote)
    assert (entry.link, entry.body, entry.full) == ("https://wire.example/a.html", "", False)


def test_codes_have_the_names_that_the_document_gives_in_the_item_s_language() -> None:
    names = '<name xml:lang="de">Wirtschaft</name><name xml:lang="en-GB">economy</name>'
    concepts = (
        '<conceptItem guid="c"><concept><conceptId qcode="medtop:2"/><name xml:lang="fr">mer</name>'
        "</concept></conceptItem>"
    )
    found = document(
        meta(
            f'<subject qcode="medtop:1">{names}</subject><subject qcode="medtop:2"/>'
            '<subject qcode="medtop:3"/><subject qcode="medtop:4"/><subject literal="Ships"/>'
        ),
        ("<contentSet>", '<assert qcode="medtop:3"><name>ports</name></assert><contentSet>'),
        sent=Sent(subjects=()),
        beside=concepts,
    )
    (entry,) = found.entries
    assert entry.categories == ("economy", "mer", "ports", "medtop:4", "Ships")
    assert [each.reason for each in found.left_out] == ["concept: no story"]


def test_place_genre_source_and_rights_go_to_the_desk() -> None:
    entry = read(
        meta(
            '<located qcode="c:1"><name>Paris</name></located><genre qcode="genre:Analysis"/>'
            '<infoSource literal="Ministry"/><creditline>PTN</creditline>'
        ),
        (
            "<itemMeta>",
            "<rightsInfo><copyrightNotice>© PTN</copyrightNotice><usageTerms>No resale</usageTerms>"
            "</rightsInfo><itemMeta>",
        ),
        ("<pubStatus", '<signal qcode="sig:update"/><pubStatus'),
    )
    said = entry.editorial
    assert said
    assert (said.place, said.genre) == ("Paris", "genre:Analysis")
    assert (said.usage, said.copyright) == ("No resale", "© PTN")
    assert said.note == "Signal: sig:update\nSource: Ministry"
    assert entry.source == "PTN"


def test_the_source_is_the_credit_line_else_the_source_else_the_provider() -> None:
    assert read().source == "PTN"
    assert read(meta("<infoSource><name>APX</name></infoSource>")).source == "APX"


def test_several_bylines_are_one() -> None:
    assert read(("</by>", "</by><by>B. Khan</by>")).byline == "Asha Rao, B. Khan"


def test_a_linked_picture_goes_to_its_story_in_the_right_size() -> None:
    found = document(sent=Sent(shots=(SHOT, replace(SHOT, url="https://pictures.example/2/"))))
    (entry,) = found.entries
    assert entry.picture
    assert (entry.picture.url, entry.picture.width) == (f"{SHOT.url}1200.jpg", 1200)
    assert (entry.picture.alt, entry.picture.credit) == ("A ferry", "PTN/Rao")
    assert [each.url for each in entry.pictures] == ["https://pictures.example/2/1200.jpg"]
    assert found.left_out == ()


def test_renditions_without_a_width_are_chosen_by_name_and_may_be_relative() -> None:
    renditions = (
        '<remoteContent href="p/t.jpg" rendition="rnd:thumbnail" contenttype="image/jpeg"/>'
        '<remoteContent href="p/h.jpg" rendition="rnd:highRes" contenttype="image/jpeg"/>'
        '<remoteContent href="p/w.jpg" rendition="rnd:web" contenttype="image/jpeg"/>'
    )
    text = newsml_g2(Sent(shots=(SHOT,))).decode()
    head, _, rest = text.partition(f'<remoteContent href="{SHOT.url}')
    text = head + renditions + rest[rest.rindex("</contentSet>") :]
    (entry,) = parse(text.encode(), url=URL).entries
    assert entry.picture
    assert entry.picture.url == "https://wire.example/in/p/w.jpg"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ('<pubStatus qcode="stat:canceled"/>', "a picture that is canceled"),
        ('<pubStatus qcode="stat:withheld"/>', "a picture that is withheld"),
        ("<embargoed/>", "a picture under an embargo without an end"),
    ],
)
def test_a_picture_that_may_not_be_shown_is_left_out_by_name(said: str, reason: str) -> None:
    found = document(
        ('<itemClass qcode="ninat:picture"/>', f'<itemClass qcode="ninat:picture"/>{said}'),
        sent=Sent(shots=(SHOT,)),
    )
    assert [(each.picture, each.pictures) for each in found.entries] == [(None, ())]
    assert [each.reason for each in found.left_out] == [reason]


def test_items_that_are_no_text_are_left_out_by_name() -> None:
    item = '<newsItem guid="urn:{0}"><itemMeta><itemClass qcode="ninat:{0}"/><title>T</title>'
    items = "".join(
        f"{item.format(kind)}</itemMeta></newsItem>"
        for kind in ("video", "audio", "graphic", "composite")
    )
    found = document(beside=items)
    assert len(found.entries) == 1
    assert [(each.entry_id, each.title, each.reason) for each in found.left_out] == [
        ("urn:video", "T", "video: no story"),
        ("urn:audio", "T", "audio: no story"),
        ("urn:graphic", "T", "a picture without an address that readers can open"),
        ("urn:composite", "T", "composite: no story"),
    ]
    assert found.rejected == ()


def test_a_package_orders_stories_and_its_pictures_go_to_its_one_story() -> None:
    second = (
        '<newsItem guid="urn:2"><itemMeta/><contentMeta><headline>Second</headline></contentMeta>'
        "<contentSet><inlineData>Words</inlineData></contentSet></newsItem>"
    )
    package = (
        '<packageItem guid="urn:p"><itemMeta/><groupSet><group><itemRef residref="urn:2"/>'
        f'<itemRef residref="{SHOT.url}"/></group></groupSet></packageItem>'
    )
    text = newsml_g2(Sent(shots=(SHOT,)), beside=second + package).decode()
    text = text.replace(f'<link rel="irel:seeAlso" residref="{SHOT.url}"/>', "")
    found = parse(text.encode(), url=URL)
    assert [each.id for each in found.entries] == ["urn:2", "ptn-17"]
    assert [each.picture is not None for each in found.entries] == [True, False]
    assert [each.reason for each in found.left_out] == [
        "a package, of which only the order is used"
    ]


def test_of_versions_in_one_message_the_highest_number_wins() -> None:
    def item(version: int, headline: str) -> str:
        return (
            f'<newsItem guid="urn:1" version="{version}"><itemMeta/><contentMeta><headline>'
            f"{headline}</headline></contentMeta><contentSet><inlineData>{headline} words."
            "</inlineData></contentSet></newsItem>"
        )

    for versions in ((9, 10, 2), (10, 2, 9), (2, 9, 10)):
        items = "".join(item(number, f"As of {number}") for number in versions)
        text = f"<newsMessage><itemSet>{items}</itemSet></newsMessage>"
        found = parse(text.encode(), url=URL)
        assert [(each.id, each.title) for each in found.entries] == [("urn:1", "As of 10")]
        assert found.rejected == ()


def test_an_embargo_without_an_end_holds_the_story() -> None:
    entry = read(("<pubStatus", "<embargoed/><pubStatus"))
    assert advisory(entry).held
    killed = read(
        ("<pubStatus", "<embargoed/><pubStatus"), sent=Sent(status="canceled", subjects=())
    )
    assert advisory(killed).withdrawn


def test_the_nitf_in_an_item_says_what_the_item_does_not() -> None:
    until = ISSUED + timedelta(days=3)
    nitf = (
        f'<nitf xmlns=""><head><docdata><date.release norm="{until:%Y%m%dT%H%M%SZ}"/>'
        '<ed-msg info="Call us"/></docdata></head><body><body.head><hedline><hl1>Inner</hl1>'
        '</hedline><byline>By C.</byline></body.head><body.content><p>Words</p><note type="npa">'
        "<p>Z</p></note></body.content></body></nitf>"
    )
    entry = read(
        ("<headline>Ferry sails again</headline>", ""),
        ("<by>Asha Rao</by>", ""),
        content=f"<inlineXML>{nitf}</inlineXML>",
    )
    assert (entry.title, entry.byline, entry.body) == ("Inner", "By C.", "<p>Words</p>")
    assert entry.embargo == until
    assert entry.editorial
    assert entry.editorial.note.splitlines() == ["Call us", "Z"]


def test_an_item_by_itself_is_a_document() -> None:
    text = newsml_g2(Sent()).decode()
    start, end = text.index("<newsItem"), text.index("</newsItem>") + len("</newsItem>")
    (entry,) = parse(text[start:end].encode(), url=URL).entries
    assert entry.id == "ptn-17"


def test_one_bad_item_stops_no_other() -> None:
    items = "".join(
        f'<newsItem guid="urn:{number}"><itemMeta><itemClass qcode="ninat:text"/>{more}</itemMeta>'
        f"<contentMeta>{title}</contentMeta></newsItem>"
        for number, more, title in (
            (1, "", ""),
            (2, "<embargoed>soon</embargoed>", "<headline>B</headline>"),
            (3, "", "<headline>C</headline>"),
        )
    )
    found = document(beside=items)
    assert [each.id for each in found.entries] == ["ptn-17", "urn:3"]
    assert [(each.entry_id, each.reason) for each in found.rejected] == [
        ("urn:1", "entry: it has neither a headline nor a text"),
        ("urn:2", "embargo: no date that can be read: soon"),
    ]


def test_of_a_message_that_breaks_off_the_whole_items_are_read() -> None:
    text = newsml_g2(Sent(), beside='<newsItem guid="urn:2"><itemMeta>').decode()
    text = text[: text.index("</itemSet>")]
    found = parse(text.encode(), url=URL)
    assert [each.id for each in found.entries] == ["ptn-17"]
    assert found.truncated


def test_a_message_of_very_many_stories_gives_the_newest() -> None:
    items = "".join(
        f'<newsItem guid="urn:{number}"><itemMeta><versionCreated>2026-02-{1 + number % 20:02}'
        f"</versionCreated><title>T{number}</title></itemMeta></newsItem>"
        for number in range(MAX_ENTRIES + 50)
    )
    found = parse(f"<newsMessage><itemSet>{items}</itemSet></newsMessage>".encode(), url=URL)
    assert len(found.entries) == MAX_ENTRIES
    assert [each.entry_id for each in found.rejected] == ["surplus"]
