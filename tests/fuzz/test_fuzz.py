"""The fuzzing targets under hypothesis: each finding of `make fuzz` that was mended stands here."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz import seeds
from tests.fuzz.entries import SEPARATOR, read, written
from tests.fuzz.targets import TARGETS
from tests.xss.payloads import ADDRESSES, PAYLOADS
from wireroom.errors import NotAFeed
from wireroom.model import Entry, Picture
from wireroom.wire.formats.feeds import parse

FEEDS = list(seeds.feeds())
PIECES = st.sampled_from(
    [
        *PAYLOADS,
        "</p>",
        "<p>",
        "</h1>",
        "<table>",
        "<td>",
        "<a href=/x>",
        "\x1e",
        "&",
        '"',
        "'",
        "<",
    ]
)
TEXT = st.text(max_size=30) | PIECES | st.lists(PIECES, max_size=4).map("".join)


def changed(document: bytes, seed: int) -> bytes:
    """`document` as it may come out of a bad connection or a bad mind: cut, doubled, swapped."""
    chance = random.Random(seed)
    for _ in range(chance.randint(1, 8)):
        start, end = sorted(chance.choices(range(len(document) + 1), k=2))
        piece = document[start : min(end, start + 200)]
        at = chance.randint(0, len(document))
        match chance.randint(0, 3):
            case 0:
                document = document[:start] + document[start + len(piece) :]
            case 1:
                document = document[:at] + piece + document[at:]
            case 2:
                document = document[:at] + chance.randbytes(chance.randint(1, 4)) + document[at:]
            case _:
                other = chance.choice(FEEDS)
                document = document[:at] + other[start : start + 300] + document[at:]
    return document


CHANGED = st.builds(changed, st.sampled_from(FEEDS), st.integers(0, 2**32))


@settings(deadline=None)
@given(
    st.binary(max_size=60)
    | st.builds(
        lambda body, cut, put: body[:cut] + put + body[cut + 1 :],
        st.sampled_from(list(seeds.packed())),
        st.integers(1, 200),
        st.binary(max_size=3),
    )
)
def test_any_bytes_are_unpacked_within_the_limit_or_refused_by_name(data: bytes) -> None:
    TARGETS["unpack"](data)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300) | CHANGED)
def test_any_bytes_as_a_feed_give_entries_or_a_refusal_by_name(data: bytes) -> None:
    TARGETS["feed"](data)


@settings(deadline=None)
@given(st.lists(TEXT, max_size=8).map("".join).map(lambda text: text.encode("utf-8", "ignore")))
def test_anything_sanitised_is_news_copy_and_a_fixed_point(data: bytes) -> None:
    TARGETS["sanitise"](data)


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXT, max_size=22).map(SEPARATOR.join).map(lambda t: t.encode("utf-8", "ignore")))
def test_any_entry_is_a_story_or_rejected_by_the_name_of_a_field(data: bytes) -> None:
    TARGETS["normalise"](data)


@settings(max_examples=40, deadline=None)
@given(
    st.builds(
        Entry,
        id=TEXT.map(lambda text: f"1{text}"),
        title=TEXT.map(lambda text: f"Headline {text}"),
        link=TEXT | st.sampled_from(ADDRESSES),
        body=TEXT,
        summary=TEXT,
        byline=TEXT,
        source=TEXT,
        language=TEXT | st.sampled_from(["en", "hi-IN", "ar"]),
        categories=st.lists(TEXT, max_size=3).map(tuple),
        picture=st.none() | st.builds(Picture, url=st.just("https://a.b/c.png"), alt=TEXT),
    )
)
def test_no_entry_brings_an_element_of_its_own_into_a_page(entry: Entry) -> None:
    TARGETS["pages"](written(entry))


@pytest.mark.parametrize("target", ["normalise", "pages"])
def test_every_attack_and_every_sample_story_passes(target: str) -> None:
    for entry in seeds.entries():
        TARGETS[target](written(entry))


def test_what_fuzzing_starts_from_is_read_as_it_was_written() -> None:
    found = list(seeds.entries())
    assert len(found) > 500
    for entry in found:
        if "\ud800" in entry.title:  # one that no UTF-8 carries comes back as three others
            continue
        again = read(written(entry))
        assert (again.title, again.body, again.link) == (entry.title, entry.body, entry.link)


def test_fuzzing_starts_from_feeds_that_are_read() -> None:
    whole = 0
    for document in FEEDS:
        try:
            whole += len(parse(document, url="https://wire.example/feed").entries) > 0
        except NotAFeed:
            continue
    assert whole > len(FEEDS) / 2
