"""IPTC 7901: messages of agencies as they come, and everything else."""

from __future__ import annotations

import html
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.formats.messages import iptc, wrapped
from tests.xss.payloads import PAYLOADS
from wireroom.markup.plain import blocks
from wireroom.markup.sanitise import sanitise
from wireroom.model import Editorial, Entry, Take
from wireroom.wire.formats import feeds
from wireroom.wire.formats.document import Document, Source
from wireroom.wire.formats.text import iptc7901

URL = "https://wire.example/feed"
TEXT = "   Port Amrita (wire) - The gates open on Tuesday."


def parse(document: bytes, **more: str) -> Document:
    return feeds.parse(document, url=URL, **more)


def one(document: bytes, **more: str) -> Entry:
    (entry,) = parse(document, **more).entries
    return entry


def test_a_message_is_read_whole() -> None:
    entry = one(iptc())
    assert entry == Entry(
        id="eca:region-dam:2026-02-11",
        title="Dam gates to open on Tuesday",
        body="<p>Port Amrita (wire) - The gates open on Tuesday.</p>",
        full=True,
        source="wire",
        published=datetime(2026, 2, 11, 20, 30, tzinfo=UTC),
        dates=("112030 GMT Feb 26",),
        categories=("i", "Region-dam"),
        base=URL,
        version=1,
        dateline="Port Amrita (wire)",
        editorial=Editorial(slug="Region-dam", urgency=4),
    )


@pytest.mark.parametrize(
    "form",
    [
        lambda text: text.replace("\x01", "^A").replace("\x02", "^B").replace("\x03", "^C"),
        lambda text: text.replace("\x01", "␁").replace("\x02", "␂").replace("\x03", "␃"),
        lambda text: (
            text.replace("\x01", "<SOH>").replace("\x02", "<STX>").replace("\x03", "<ETX>")
        ),
        lambda text: text.translate(dict.fromkeys((1, 2, 3, 4))),
        lambda text: "\x7f\x7f\r\n" + text,
        lambda text: text.replace("\r\n", "\n"),
    ],
    ids=["carets", "pictures", "names", "lost", "noise before", "line feeds"],
)
def test_control_characters_may_be_printed_or_lost(form: object) -> None:
    sent = form(iptc().decode())  # type: ignore[operator]
    assert one(sent.encode()) == one(iptc())


def test_what_stands_above_the_text_is_told_apart() -> None:
    above = (
        "(Correction: In an earlier version\r\nthe river had another name.)\r\nURGENT:\r\n"
        "Dam gates to open\r\non Tuesday\r\nBy Asha Rao, wire\r\n(Photo archive) ="
    )
    entry = one(iptc(above=above))
    assert (entry.title, entry.byline) == ("Dam gates to open on Tuesday", "Asha Rao, wire")
    assert entry.editorial.note.split("\n") == [
        "(Correction: In an earlier version the river had another name.)",
        "URGENT:",
        "(Photo archive)",
    ]
    assert entry.version == 0


def test_an_embargo_holds_the_story_for_an_editor() -> None:
    entry = one(iptc(above="Sperrfrist 12. Februar 14.20 Uhr\r\nDam gates to open ="))
    assert (entry.title, entry.pubstatus) == ("Dam gates to open", "embargoed")
    assert entry.editorial.note == "Sperrfrist 12. Februar 14.20 Uhr"


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "   Grüße aus Łódź – “dort” kostet es €5."),
        ("cp1252", "   Grüße aus Köln – “dort” kostet es €5."),
        ("latin-1", "   École à Zürich, señor Muñoz."),
    ],
)
def test_the_bytes_tell_the_encoding(encoding: str, text: str) -> None:
    assert text.strip() in one(iptc(text=text, encoding=encoding)).body
    assert text.strip() in one(iptc(text=text, encoding=encoding), charset="iso-8859-1").body


def test_iso_6937_is_recognised_by_its_floating_accents() -> None:
    sent = iptc(text="   XX").replace(
        b"XX", b"Se\xc4nor M\xc8uller trinkt Caf\xc2e, f\xc8ur \xa38."
    )
    assert "Señor Müller trinkt Café, für £8." in one(sent).body
    assert "Señor Müller trinkt Café, für £8." in one(sent, charset="iso-6937").body


def test_what_http_declares_counts_where_it_fits() -> None:
    assert "Здесь" in one(iptc(text="   Здесь.", encoding="koi8-r"), charset="koi8-r").body
    assert "Grüße" in one(iptc(text="   Grüße."), charset="koi8-r").body


def test_paragraphs_are_told_by_indents_or_blank_lines() -> None:
    for text in (
        "   The first goes on\r\nhere.\r\n   The second.",
        "The first goes on\r\nhere.\r\n\r\nThe second.",
    ):
        assert one(iptc(text=text)).body == "<p>The first goes on here.</p><p>The second.</p>"


def test_a_hyphen_at_the_end_of_a_line_stays_and_no_word_is_joined_to_it_wrongly() -> None:
    body = one(iptc(text="A well-\r\nknown Ein-\r\nund Ausgang - a\r\nthing -\r\nopens.")).body
    assert body == "<p>A well-known Ein- und Ausgang - a thing - opens.</p>"


def test_tables_keep_their_lines() -> None:
    table = "Amrita      2   1   10\r\nSomar       1   0    7\r\nOld Town    0   0    3"
    body = one(iptc(text=f"   Results:\r\n\r\n{table}\r\n\r\n   All of them.")).body
    kept = table.replace("\r\n", "\n")
    assert body == f"<p>Results:</p><pre>{kept}</pre><p>All of them.</p>"
    bars = "| 1. | Amrita | 2:1 |\n| 2. | Somar  | 0:0 |"
    assert one(iptc(text=bars)).body == f"<pre>{bars}</pre>"


def test_the_items_of_a_list_keep_their_lines() -> None:
    text = "- the first item\r\n  goes on\r\n- the second"
    assert one(iptc(text=text)).body == "<p>- the first item goes on<br>- the second</p>"


@pytest.mark.parametrize(
    ("trailer", "at"),
    [
        ("112030 GMT Feb 26", datetime(2026, 2, 11, 20, 30, tzinfo=UTC)),
        ("112030 MEZ Feb 2026", datetime(2026, 2, 11, 19, 30, tzinfo=UTC)),
        ("062130 Okt 24", datetime(2024, 10, 6, 21, 30, tzinfo=UTC)),
        ("112030 GMT Feb", None),
        ("112030", None),
        ("992030 GMT Feb 26", None),
        ("", None),
    ],
)
def test_the_trailer_dates_a_story_only_with_its_year(trailer: str, at: datetime | None) -> None:
    entry = one(iptc(trailer=trailer))
    assert entry.published == at
    assert entry.dates == ((trailer,) if trailer else ())


# --- messages of one story ---


def messages(*sent: tuple[str, str]) -> list[Entry]:
    """(what stands beside the slug, the text) of each message."""
    return list(
        parse(
            b"".join(
                iptc(n, slug=f"Region-dam{slug}/", text=text) for n, (slug, text) in enumerate(sent)
            )
        ).entries
    )


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_the_highest_lead_is_the_story(order: tuple[int, ...]) -> None:
    sent = [("", "First."), (",1st Ld", "Second."), (", 2nd Ld-Writethru", "Third.")]
    (entry,) = messages(*(sent[n] for n in order))
    assert (entry.body, entry.version, entry.through) == ("<p>Third.</p>", 3, True)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_takes_are_in_their_story_in_order(order: tuple[int, ...]) -> None:
    sent = [("", "Lead."), (",1st add", "One."), (",2nd Add", "Two.")]
    (entry,) = messages(*(sent[n] for n in order))
    assert entry.body == "<p>Lead.</p>"
    assert [(take.number, take.body) for take in entry.takes] == [
        (1, "<p>One.</p>"),
        (2, "<p>Two.</p>"),
    ]


def test_takes_without_their_lead_are_an_entry_without_a_text() -> None:
    (entry,) = messages((",1st add", "One."))
    assert (entry.body, entry.id) == ("", "eca:region-dam:2026-02-11")
    assert entry.takes == (
        Take(number=1, body="<p>One.</p>", at=datetime(2026, 2, 11, 20, 30, tzinfo=UTC)),
    )


@pytest.mark.parametrize(
    "word", ["KILL", "MANDATORY KILL", "BULLETIN KILL", "ELIMINATION", "Bust", "kill"]
)
def test_a_kill_contains_its_story(word: str) -> None:
    (entry,) = messages(("", "Lead."), (f",{word}", "Kill it."))
    assert entry.pubstatus == "canceled"
    assert entry.story is not None
    assert entry.story.body == "<p>Lead.</p>"


def test_a_story_about_a_drug_bust_is_no_kill() -> None:
    entry = one(iptc(slug="Drug-Bust/", above="Drug bust in Amrita ="))
    assert (entry.pubstatus, entry.id) == ("", "eca:drug-bust:2026-02-11")
    assert one(iptc(slug="Road kill/")).pubstatus == ""


def test_a_story_that_is_withheld_waits() -> None:
    assert messages((",WITHHOLD", "Lead."))[0].pubstatus == "withheld"


@pytest.mark.parametrize("line", ["1ST LEAD", "UPDATE 1", "1. Zusammenfassung", "Lead 1"])
def test_a_line_above_the_headline_says_what_a_message_is(line: str) -> None:
    entry = one(iptc(above=f"{line}\r\nDam gates to open ="))
    assert (entry.title, entry.version) == ("Dam gates to open", 2)


def test_two_stories_with_one_slug_are_two() -> None:
    document = iptc(1, above="Dam opens =") + iptc(2, above="Dam closes =")
    assert len(parse(document).entries) == 2


def test_stories_that_share_a_list_of_keywords_are_told_apart_by_their_headlines() -> None:
    slug = "Football/League/Amrita/"
    first = one(iptc(1, slug=slug, above="Rovers win ="))
    other = one(iptc(2, slug=slug, above="Town lose ="))
    again = one(iptc(3, slug=slug, above="(Correction: the score)\r\nRovers win ="))
    assert first.id != other.id
    assert first.id == again.id
    assert first.categories == ("i", "Football", "League", "Amrita")


# --- anything else ---


def test_a_message_that_can_t_be_read_stops_no_other() -> None:
    found = parse(iptc(1) + b"\x01nonsense\r\n\x02Text\r\n\x03\x04" + iptc(2, above="=", text=""))
    assert [entry.id for entry in found.entries] == ["eca:region-dam:2026-02-11"]
    assert [each.reason for each in found.rejected] == [
        "header: not source, number, priority …: 'nonsense Text'",
        "body: the message has no text",
    ]


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"Dear editors,\n\nplease call.",
        b"<rss/>",
        b"\x01\x02\x03",
        b"{}",
        b"eca 4 i",
        b"\x16\x01",
    ],
)
def test_what_has_no_header_is_not_of_this_format(document: bytes) -> None:
    assert not iptc7901.looks_like(document, Source(url=URL))


WORDS = st.text("abcdefghijklmnopqrstuvwxyzäöüéßÅ&<>“”€'", min_size=1, max_size=12)
PARAGRAPHS = st.lists(
    st.lists(WORDS, min_size=3, max_size=30).map(" ".join).map("X".__add__), min_size=1, max_size=5
)


@given(PARAGRAPHS, WORDS, WORDS, st.booleans(), st.integers(1, 8))
def test_a_random_story_is_read_back(
    paragraphs: list[str], headline: str, byline: str, indented: bool, urgency: int
) -> None:
    gap = "\r\n" if indented else "\r\n\r\n"
    indent = "   " if indented else ""
    text = gap.join(wrapped(each, indent=indent).replace("\n", "\r\n") for each in paragraphs)
    above = f"X{headline}\r\nBy Y{byline} ="
    entry = one(iptc(above=above, text=text, head=f"eca{{:03}} {urgency} i 61 wire 061"))
    assert blocks(sanitise(entry.body)) == paragraphs
    assert html.unescape(entry.title) == f"X{headline}"
    assert html.unescape(entry.byline) == f"Y{byline}"
    assert entry.editorial.urgency == urgency


@pytest.mark.parametrize("payload", PAYLOADS[::5])
def test_no_field_brings_markup(payload: str) -> None:
    document = iptc(slug=f"{payload}/", above=f"{payload}\r\nBy {payload} =", text=payload)
    for entry in parse(document).entries:
        told = (entry.title, entry.byline, entry.source, *entry.categories)
        assert not any("<" in each for each in told)
        assert {part.split(">")[0] for part in entry.body.split("<")[1:]} <= {
            "p", "/p", "br", "pre", "/pre",
        }  # fmt: skip


@given(st.binary(max_size=300), st.integers(0, 300))
def test_any_damage_is_read_or_rejected(noise: bytes, at: int) -> None:
    document = iptc(1) + iptc(2, slug="Other-story/")
    damaged = document[:at] + noise + document[at:]
    if iptc7901.looks_like(damaged, Source(url=URL)):
        found = iptc7901.read(damaged, Source(url=URL))
        assert all(each.reason for each in found.rejected)
        assert iptc7901.read(damaged, Source(url=URL)) == found
