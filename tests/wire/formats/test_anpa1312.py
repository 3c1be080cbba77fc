"""ANPA 1312: messages of agencies as they come, and everything else."""

from __future__ import annotations

import html
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.formats.messages import anpa, iptc, wrapped
from tests.xss.payloads import PAYLOADS
from wireroom.markup.plain import blocks
from wireroom.markup.sanitise import sanitise
from wireroom.model import Editorial, Entry
from wireroom.wire.formats import feeds
from wireroom.wire.formats.document import Document, Source
from wireroom.wire.formats.text import anpa1312, iptc7901

URL = "https://wire.example/feed"


def parse(document: bytes) -> Document:
    return feeds.parse(document, url=URL)


def one(document: bytes) -> Entry:
    (entry,) = parse(document).entries
    return entry


def test_a_message_is_read_whole() -> None:
    above = ("Dam opens<", "WP Photo XNP101<", "Eds: With photos.<", "By ASHA RAO=")
    assert one(anpa(above=above)) == Entry(
        id="bc-am--dam:2026-02-11",
        title="Dam opens",
        body="<p>PORT AMRITA (WP) _ The gates open on Tuesday.</p>",
        full=True,
        byline="ASHA RAO",
        source="WP",
        published=datetime(2026, 2, 11, 20, 30, tzinfo=UTC),
        dates=("WP-WF-02-11-26 2030GMT<",),
        categories=("i", "international"),
        base=URL,
        version=1,
        dateline="PORT AMRITA (WP)",
        editorial=Editorial(
            note="WP Photo XNP101\nEds: With photos.", slug="BC-AM--Dam", urgency=1
        ),
    )  # fmt: skip


def test_the_agency_under_a_byline_belongs_to_it() -> None:
    entry = one(anpa())
    assert (entry.title, entry.byline) == ("Dam gates to open on Tuesday", "ASHA RAO, Wire Press")


@pytest.mark.parametrize(
    "form",
    [
        lambda text: text.replace("\x16", "").translate(dict.fromkeys((1, 2, 3, 4, 0x1F))),
        lambda text: (
            text.replace("\x16\x16\x01", "^V^V^A").replace("\x02", "^B").replace("\x04", "^D")
        ),
        lambda text: text.replace("\n", "\r\n"),
    ],
    ids=["lost", "carets", "line ends"],
)
def test_control_characters_may_be_printed_or_lost(form: object) -> None:
    sent = form(anpa().decode())  # type: ignore[operator]
    entry = one(sent.encode())
    assert (entry.title, entry.body, entry.id) == (
        "Dam gates to open on Tuesday",
        "<p>PORT AMRITA (WP) _ The gates open on Tuesday.</p>",
        "bc-am--dam:2026-02-11",
    )


def test_paragraphs_begin_with_a_tab_and_headings_with_a_mark() -> None:
    text = "\t   One goes\non.\n \n\t   Two.\n^A HEADING=\n\t   Three."
    assert (
        one(anpa(text=text)).body == "<p>One goes on.</p><p>Two.</p><p>A HEADING</p><p>Three.</p>"
    )


def test_tables_keep_their_lines() -> None:
    text = "^AMERICAN LEAGUE=\n^;W;L;Pct\nAmrita;23;13;.639\nSomar;24;14;.632\n"
    assert one(anpa(text=text)).body == (
        "<p>AMERICAN LEAGUE</p><pre>;W;L;Pct\nAmrita;23;13;.639\nSomar;24;14;.632</pre>"
    )


def test_a_message_of_headlines_has_them_as_its_text() -> None:
    entry = one(anpa(above=("Top news<", "Dam opens<", "Bridge closes<"), text=""))
    assert (entry.title, entry.body) == ("Top news", "<p>Dam opens</p><p>Bridge closes</p>")


def messages(*sent: tuple[str, str]) -> list[Entry]:
    return list(
        parse(
            b"".join(
                anpa(n, version=version, text=f"\t   {text}")
                for n, (version, text) in enumerate(sent)
            )
        ).entries
    )


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_the_highest_lead_is_the_story(order: tuple[int, ...]) -> None:
    sent = [("", "First."), ("1st Ld", "Second."), ("2nd Ld-Writethru", "Third.")]
    (entry,) = messages(*(sent[n] for n in order))
    assert (entry.body, entry.version) == ("<p>Third.</p>", 3)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_takes_are_in_their_story_in_order(order: tuple[int, ...]) -> None:
    sent = [("", "Lead."), ("1st Add", "One."), ("1st Ld-2nd Add", "Two.")]
    (entry,) = messages(*(sent[n] for n in order))
    assert [take.body for take in entry.takes] == ["<p>One.</p>", "<p>Two.</p>"]


@pytest.mark.parametrize("word", ["KILL", "BULLETIN KILL", "ELIMINATION", "Bust"])
def test_a_kill_contains_its_story(word: str) -> None:
    (entry,) = messages(("", "Lead."), (word, "Kill it."))
    assert entry.pubstatus == "canceled"
    assert entry.story is not None


def test_the_same_slug_on_another_day_is_another_story() -> None:
    sent = anpa() + anpa(day="02-12", trailer="WP-WF-02-12-26 2030GMT<")
    assert [entry.id for entry in parse(sent).entries] == [
        "bc-am--dam:2026-02-11",
        "bc-am--dam:2026-02-12",
    ]


def test_the_two_text_formats_are_told_apart() -> None:
    source = Source(url=URL)
    assert not anpa1312.looks_like(iptc(), source)
    assert not iptc7901.looks_like(anpa(), source)


WORDS = st.text("abcdefghijklmnopqrstuvwxyzäöü&“”€'", min_size=1, max_size=12)
PARAGRAPHS = st.lists(
    st.lists(WORDS, min_size=3, max_size=30).map(" ".join).map("X".__add__), min_size=1, max_size=5
)


@given(PARAGRAPHS, WORDS, WORDS)
def test_a_random_story_is_read_back(paragraphs: list[str], headline: str, byline: str) -> None:
    text = "\n \n".join(wrapped(each, indent="\t   ") for each in paragraphs)
    entry = one(anpa(above=(f"X{headline}<", f"By Y{byline}="), text=text))
    assert blocks(sanitise(entry.body)) == paragraphs
    assert html.unescape(entry.title) == f"X{headline}"
    assert html.unescape(entry.byline) == f"Y{byline}"


@pytest.mark.parametrize("payload", PAYLOADS[::5])
def test_no_field_brings_markup(payload: str) -> None:
    sent = anpa(above=(payload, f"By {payload}"), text=f"\t   {payload}", version=payload)
    for entry in parse(sent).entries:
        assert not any("<" in each for each in (entry.title, entry.byline, *entry.categories))
        assert {part.split(">")[0] for part in entry.body.split("<")[1:]} <= {
            "p", "/p", "br", "pre", "/pre",
        }  # fmt: skip


@given(st.binary(max_size=300), st.integers(0, 300))
def test_any_damage_is_read_or_rejected(noise: bytes, at: int) -> None:
    document = anpa(1) + anpa(2, slug="BC-AM--Bridge")
    damaged = document[:at] + noise + document[at:]
    if anpa1312.looks_like(damaged, Source(url=URL)):
        found = anpa1312.read(damaged, Source(url=URL))
        assert all(each.reason for each in found.rejected)
        assert anpa1312.read(damaged, Source(url=URL)) == found
