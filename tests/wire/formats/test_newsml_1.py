"""NewsML 1.2's own habits: ids with revisions, components inside components."""

from __future__ import annotations

import pytest

from tests.wire.formats.agencies import Sent, Shot, newsml_1
from wireroom.model import Entry
from wireroom.wire.formats.document import Document
from wireroom.wire.formats.feeds import parse

URL = "https://wire.example/in/a.xml"


def document(*more: tuple[str, str], sent: Sent | None = None) -> Document:
    text = newsml_1(sent or Sent()).decode()
    for old, new in more:
        assert old in text
        text = text.replace(old, new)
    return parse(text.encode(), url=URL)


def read(*more: tuple[str, str], sent: Sent | None = None) -> Entry:
    found = document(*more, sent=sent)
    assert not found.rejected
    (entry,) = found.entries
    return entry


@pytest.mark.parametrize("revision", ["3", "3U", "3N"])
def test_the_id_is_that_of_all_revisions(revision: str) -> None:
    public = f"urn:newsml:ptn.example:20260211:FERRY:{revision}"
    entry = read(
        ("<PublicIdentifier>ptn-17<", f"<PublicIdentifier>{public}<"), sent=Sent(version=3)
    )
    assert (entry.id, entry.version) == ("urn:newsml:ptn.example:20260211:FERRY", 3)


def test_without_a_public_id_it_is_made_of_its_parts() -> None:
    entry = read(
        ("<PublicIdentifier>ptn-17</PublicIdentifier>", ""),
        ("<NewsItemId>", "<DateId>20260211</DateId><NewsItemId>"),
    )
    assert entry.id == "urn:newsml:ptn.example:20260211:ptn-17"


def test_copy_may_be_nitf_or_plain_text() -> None:
    text = newsml_1(Sent()).decode()
    start, end = text.index("<DataContent>") + 13, text.index("</DataContent>")
    for copy, body in (
        (
            "<nitf><body><body.content><p>a <org>b</org> c</p></body.content></body></nitf>",
            "<p>a b c</p>",
        ),
        ("One.\n\nTwo &lt; 3.", "<p>One.</p><p>Two &lt; 3.</p>"),
        ("<html><body><p>a <b>b</b> c</p></body></html>", "<p>a <b>b</b> c</p>"),
    ):
        (entry,) = parse((text[:start] + copy + text[end:]).encode(), url=URL).entries
        assert entry.body == body


def test_a_caption_is_no_copy_and_comes_with_its_picture() -> None:
    shots = (Shot("https://pictures.example/1/", "A ferry", "PTN/Rao"),)
    entry = read(sent=Sent(shots=shots))
    assert "A ferry" not in entry.body
    assert entry.picture
    assert entry.picture.url == "https://pictures.example/1/1200.jpg"
    assert (entry.picture.alt, entry.picture.credit) == ("A ferry", "PTN/Rao")
    assert entry.pictures == ()


def test_a_change_of_status_to_something_else_is_no_embargo() -> None:
    change = (
        '<StatusWillChange><FutureStatus FormalName="Canceled"/><DateAndTime>20300101T000000Z'
        "</DateAndTime></StatusWillChange><Urgency"
    )
    assert read(("<Urgency", change)).embargo is None


def test_items_of_pictures_only_are_left_out_by_name() -> None:
    found = document(('<MediaType FormalName="Text"/>', '<MediaType FormalName="Photo"/>'))
    assert found.entries == ()
    assert [(each.entry_id, each.title, each.reason) for each in found.left_out] == [
        ("ptn-17", "Ferry sails again", "only pictures or other media: no story")
    ]


def test_one_bad_item_stops_no_other() -> None:
    item = "<NewsItem><Identification><NewsIdentifier><NewsItemId>2</NewsItemId></NewsIdentifier>"
    found = document(("</NewsML>", f"{item}</Identification></NewsItem></NewsML>"))
    assert [each.id for each in found.entries] == ["ptn-17"]
    assert [(each.entry_id, each.reason) for each in found.rejected] == [
        ("2", "entry: it has neither a headline nor a text")
    ]
