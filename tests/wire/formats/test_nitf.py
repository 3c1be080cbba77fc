"""NITF's own habits: what is copy, what is not, and what is for editors."""

from __future__ import annotations

from tests.wire.formats.agencies import Sent, nitf
from wireroom.markup.plain import blocks
from wireroom.model import Entry
from wireroom.wire.formats.feeds import parse

URL = "https://wire.example/in/a.xml"


def read(head: str = "", content: str = "<p>Words.</p>", body: str = "", end: str = "") -> Entry:
    document = (
        f'<nitf><head><docdata><doc-id id-string="1"/>{head}</docdata></head><body><body.head>'
        f"<hedline><hl1>Title</hl1></hedline>{body}</body.head>"
        f"<body.content>{content}</body.content>{end}</body></nitf>"
    )
    (entry,) = parse(document.encode(), url=URL).entries
    return entry


def test_inline_elements_are_their_words_and_lose_no_tail() -> None:
    entry = read(
        content="<p>The <org>ACME<alt-code idsrc='x' value='y'/> Corp.</org> and <person>"
        "<name.given>Asha</name.given><name.family>Rao</name.family></person>, <chron norm='1'>on "
        "<em>Tuesday</em> night</chron>, paid <money unit='EUR'>5 euros</money>.</p>"
    )
    assert blocks(entry.body) == ["The ACME Corp. and Asha Rao, on Tuesday night, paid 5 euros."]


def test_tables_lists_quotes_and_headings_stay_what_they_are() -> None:
    entry = read(
        content="<hl2>More</hl2><bq><block><p>Quote</p></block><credit>A man</credit></bq>"
        "<table><caption>C</caption><tr><th scope='col'>a</th><td colspan='2'>b</td></tr></table>"
        "<ol><li>one</li></ol><dl><dt>t</dt><dd>d</dd></dl><pre>x  y</pre><fn><p>Note</p></fn>"
    )
    assert entry.body == (
        "<h2>More</h2><blockquote><div><p>Quote</p></div><p>A man</p></blockquote>"
        '<table><caption>C</caption><tr><th scope="col">a</th><td colspan="2">b</td></tr></table>'
        "<ol><li>one</li></ol><dl><dt>t</dt><dd>d</dd></dl><pre>x  y</pre><div><p>Note</p></div>"
    )


def test_a_fraction_has_its_stroke() -> None:
    frac = "<frac><frac-num>1</frac-num><frac-sep>{}</frac-sep><frac-den>2</frac-den></frac>"
    entry = read(content=f"<p>{frac.format('')} of {frac.format('⁄')}</p>")
    assert blocks(entry.body) == ["1/2 of 1⁄2"]


def test_the_tagline_stands_last() -> None:
    entry = read(end="<body.end><tagline>(Reporting by A.)</tagline></body.end>")
    assert entry.body == "<p>Words.</p><p>(Reporting by A.)</p>"


def test_hl2_of_the_headline_is_a_heading_above_the_copy() -> None:
    document = nitf(Sent()).replace(b"</hl1>", b"</hl1><hl2>After a <em>week</em></hl2>")
    (entry,) = parse(document, url=URL).entries
    assert entry.body.startswith("<h2>After a week</h2><p>")


def test_what_is_for_editors_is_no_copy() -> None:
    entry = read(
        head='<ed-msg msg-type="advisory" info="Call 555"/><date.expire norm="20260301"/>',
        body='<note type="npa"><body.content><p>Source is Z.</p></body.content></note>'
        '<note type="pa"><body.content><p>Contains strong language.</p></body.content></note>',
        content='<p>Words.</p><note type="npa"><p>Y</p></note><p>.</p>',
    )
    assert blocks(entry.body) == ["Contains strong language.", "Words.", "."]
    assert entry.editorial
    assert entry.editorial.note.splitlines() == [
        "advisory: Call 555",
        "Expires: 20260301",
        "Source is Z.",
        "Y",
    ]


def test_several_bylines_are_one_with_their_titles() -> None:
    entry = read(
        body="<byline>By <person>Asha Rao</person><byttl>Staff Writer</byttl></byline>"
        "<byline>B. Khan</byline><distributor><org>PTN</org></distributor>"
    )
    assert (entry.byline, entry.source) == ("By Asha Rao, Staff Writer, B. Khan", "PTN")


def test_other_media_are_a_link_with_their_caption() -> None:
    entry = read(
        content='<media media-type="video"><media-reference mime-type="video/mp4" source="v.mp4"/>'
        "<media-caption>Film</media-caption></media><media media-type='audio'><media-caption>"
        "<p>Heard</p></media-caption></media>"
    )
    assert entry.body == ('<p><a href="https://wire.example/in/v.mp4">Film</a></p><p>Heard</p>')


def test_a_picture_has_its_reference_relative_to_the_document() -> None:
    entry = read(
        content='<media media-type="Photo"><media-reference source="a/1.jpg" width="800" '
        'height="600" alternate-text="A &quot;ferry&quot;" source-credit="PTN"/><media-caption>'
        "<p>The <em>ferry</em>.</p><p>More.</p></media-caption></media>"
    )
    assert entry.body == (
        '<figure><img src="https://wire.example/in/a/1.jpg" alt="A &quot;ferry&quot;" '
        'width="800" height="600"><figcaption>The <em>ferry</em>. More. PTN</figcaption></figure>'
    )


def test_html_in_a_section_of_text_is_html() -> None:
    assert read(content="<![CDATA[<p>A &amp; b</p>]]>").body == "<p>A &amp; b</p>"
    assert read(content="One\n\nTwo &lt; 3").body == "<p>One</p><p>Two &lt; 3</p>"


def test_a_date_of_release_up_to_the_issue_is_no_embargo() -> None:
    dates = '<date.issue norm="20260211T080000Z"/><date.release norm="{}"/>'
    assert read(head=dates.format("20260211T080000Z")).embargo is None
    assert read(head=dates.format("20260210")).embargo is None
    assert read(head=dates.format("20260211T143000+0530")).embargo is not None


def test_a_document_takes_back_the_one_that_it_names() -> None:
    document = (
        '<nitf><head><docdata management-doc-idref="ptn-1" management-idref-status="canceled">'
        '<doc-id id-string="ptn-2"/><date.release norm="soon"/></docdata></head><body><body.head>'
        "<hedline><hl1>Taken back</hl1></hedline></body.head></body></nitf>"
    )
    found = parse(document.encode(), url=URL)
    assert [(each.id, each.pubstatus) for each in found.entries] == [("ptn-1", "canceled")]
    assert [each.reason.partition(":")[0] for each in found.rejected] == ["embargo"]


def test_html_entities_are_read_although_no_dtd_is_fetched() -> None:
    document = nitf(Sent(body=(("xx",),))).replace(b"xx", b"caf&eacute;&nbsp;& co")
    (entry,) = parse(document, url=URL).entries
    assert entry.body == "<p>café\u00a0&amp; co</p>"


def test_a_story_of_too_many_elements_or_words_is_rejected_by_name() -> None:
    for copy, reason in (
        ("<p/>" * 20_001, "entry: more than 20000 elements"),
        (f"<p>{'x' * (1 << 20)}</p>", "body: more than 1048576 characters"),
    ):
        document = nitf(Sent()).replace(b"<body.content>", b"<body.content>" + copy.encode())
        found = parse(document, url=URL)
        assert [each.reason for each in found.rejected] == [reason]
