"""What is new in a feed: by identity and content, with a memory of a few bytes."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from wireroom.model import Entry, Picture
from wireroom.wire.diff import REMEMBERED, Changes, changed

entries = st.lists(
    st.builds(Entry, id=st.text(max_size=8), title=st.text(max_size=8), body=st.text(max_size=8)),
    unique_by=lambda entry: entry.id,
    max_size=20,
)


def told(changes: Changes) -> list[tuple[str, bool]]:
    return [(entry.id, known) for entry, known in changes.new]


def test_everything_is_new_at_first_and_nothing_the_second_time() -> None:
    shown = [Entry(id="a", title="A"), Entry(id="b", title="B")]
    first = changed(shown, b"")
    assert told(first) == [("a", False), ("b", False)]
    assert changed(shown, first.seen) == Changes((), first.seen)


def test_a_changed_entry_is_told_as_known_and_a_late_one_as_new() -> None:
    seen = changed([Entry(id="a", title="A"), Entry(id="b", title="B")], b"").seen
    late = Entry(id="z", title="Z", published=datetime(2001, 1, 1, tzinfo=UTC))
    again = changed([Entry(id="a", title="A, corrected"), late, Entry(id="b", title="B")], seen)
    assert told(again) == [("a", True), ("z", False)]


def test_an_undated_entry_is_not_new_at_each_poll() -> None:
    entry = Entry(id="a", title="A")
    seen = changed([entry], b"").seen
    dated = replace(entry, published=datetime.now(UTC), updated=datetime.now(UTC), dates=("now",))
    assert changed([dated], seen).new == ()


def test_a_pixel_or_a_comment_that_changes_each_time_changes_nothing() -> None:
    body = '<p>Text</p><img src="https://t.example/?{0}" width="1" height="1"/><!-- {0} -->'
    seen = changed([Entry(id="a", body=body.format(1))], b"").seen
    assert changed([Entry(id="a", body=body.format(2))], seen).new == ()
    picture = '<img src="https://t.example/{0}" width="100">'
    seen = changed([Entry(id="a", body=picture.format(1))], b"").seen
    assert len(changed([Entry(id="a", body=picture.format(2))], seen).new) == 1


def test_everything_a_reader_could_see_counts() -> None:
    plain = Entry(id="a", title="T")
    when = datetime(2026, 2, 10, tzinfo=UTC)
    variants = [
        plain,
        replace(plain, body="T"),
        replace(plain, body="T", full=True),
        replace(plain, summary="T"),
        replace(plain, byline="T"),
        replace(plain, source="T"),
        replace(plain, link="T"),
        replace(plain, language="T"),
        replace(plain, categories=("T",)),
        replace(plain, categories=("T", "U")),
        replace(plain, embargo=when),
        replace(plain, pubstatus="canceled"),
        replace(plain, picture=Picture(url="T")),
        replace(plain, picture=Picture(url="T", alt="U")),
    ]
    for before in variants:
        seen = changed([before], b"").seen
        assert [len(changed([after], seen).new) for after in variants].count(0) == 1


def test_categories_in_another_order_are_no_change() -> None:
    seen = changed([Entry(id="a", categories=("x", "y"))], b"").seen
    assert changed([Entry(id="a", categories=("y", "x"))], seen).new == ()


def test_an_entry_that_left_the_feed_is_remembered_for_long_but_not_for_ever() -> None:
    seen = changed([Entry(id="old", title="A")], b"").seen
    size = 0
    for start in range(0, REMEMBERED, 500):
        seen = changed([Entry(id=str(start + n)) for n in range(500)], seen).seen
        size = max(size, len(seen))
    assert changed([Entry(id="old", title="A")], seen).new == ()
    for start in range(REMEMBERED, 3 * REMEMBERED, 500):
        seen = changed([Entry(id=str(start + n)) for n in range(500)], seen).seen
    assert told(changed([Entry(id="old", title="A")], seen)) == [("old", False)]
    assert len(seen) == 1 + 16 * (REMEMBERED + 500)


def test_a_memory_that_cant_be_read_means_that_all_is_new() -> None:
    shown = [Entry(id="a", title="A")]
    seen = changed(shown, b"").seen
    for unreadable in (b"\x02" + seen[1:], seen[:-1], b"junk"):
        assert told(changed(shown, unreadable)) == [("a", False)]


@given(entries, entries)
def test_the_memory_of_two_documents_knows_both(first: list[Entry], second: list[Entry]) -> None:
    seen = changed(second, changed(first, b"").seen).seen
    assert changed(second, seen).new == ()
    shadowed = {entry.id for entry in second}
    assert changed([entry for entry in first if entry.id not in shadowed], seen).new == ()


@given(entries)
def test_one_id_twice_in_a_document_settles(shown: list[Entry]) -> None:
    twice = [*shown, *(replace(entry, title=entry.title + "!") for entry in shown)]
    assert changed(twice, changed(twice, b"").seen).new == ()
