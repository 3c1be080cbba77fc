"""Which pictures a story needs on the site, and which it drops."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from wireroom.model import Article, Decision, Desk, Picture, Stored, Wire
from wireroom.newsroom.pictures import MOST, found, kept, missing, of_body, order_of, wanted

NOW = datetime(2026, 2, 11, 9, tzinfo=UTC)
MAIN, INNER, OTHER = (f"https://pictures.example/{name}.jpg" for name in ("main", "inner", "other"))
STORY = Article(
    id="a",
    provider="ptn",
    entry_id="1",
    revision=3,
    state="live",
    wire=Wire(
        headline="Boats",
        body="bodies/1",
        hash="v1:x",
        picture=Picture(url=MAIN),
        origin="https://ptn.example/top.xml",
        pictures=(INNER, MAIN),
    ),
    published=NOW,
)
COPIES = {MAIN: Stored(name="m"), INNER: Stored(name="i")}
SHOWN = replace(STORY, pictures=COPIES)


def test_a_story_needs_its_main_picture_and_those_of_its_body_each_once() -> None:
    assert wanted(STORY) == (MAIN, INNER)
    assert missing(replace(STORY, pictures={MAIN: Stored(reason="gone")})) == (INNER,)


@pytest.mark.parametrize("state", ["held", "expired", "killed"])
def test_a_story_that_nobody_may_read_needs_none_and_keeps_none(state) -> None:
    hidden = replace(SHOWN, state=state)
    assert wanted(hidden) == ()
    assert kept(hidden).pictures == {}


def test_pictures_of_a_feed_that_links_to_them_are_not_copied() -> None:
    assert STORY.wire
    assert wanted(replace(STORY, wire=replace(STORY.wire, origin=""))) == ()


def test_an_edited_body_has_pictures_of_its_own() -> None:
    desk = Desk(body=Decision("bodies/2", NOW, "asha"), body_pictures=(OTHER,))
    edited = kept(replace(SHOWN, desk=desk))
    assert wanted(edited) == (MAIN, OTHER)
    assert edited.pictures == {MAIN: COPIES[MAIN]}


def test_what_comes_late_replaces_nothing_and_is_not_added_to_a_story_that_left() -> None:
    late = {MAIN: Stored(name="late"), OTHER: Stored(name="o")}
    assert found(SHOWN, late) is SHOWN
    assert found(STORY, late).pictures == {MAIN: Stored(name="late")}
    killed = replace(STORY, state="killed")
    assert found(killed, late) is killed


def test_work_is_ordered_for_what_comes_and_for_what_goes_and_for_nothing_else() -> None:
    new = order_of(None, STORY)
    assert new
    assert (new.article, new.id, new.copies) == ("a", "000003", ())
    gone = order_of(SHOWN, kept(replace(SHOWN, state="killed", revision=4)))
    assert gone
    assert (gone.id, gone.copies) == ("000004", ("i", "m"))
    assert order_of(STORY, replace(STORY, revision=4)) is None  # ordered already
    assert order_of(STORY, replace(SHOWN, revision=4)) is None
    assert order_of(None, replace(STORY, state="held")) is None


def test_of_a_body_with_many_pictures_the_first_are_shown_each_once() -> None:
    tags = [f'<img src="https://p.example/{n}.jpg?a=1&amp;b=2" alt="">' for n in range(30)]
    addresses = of_body("<p>Words.</p>" + "".join(tags[:2] + tags))
    assert len(addresses) == MOST
    assert addresses[0] == "https://p.example/0.jpg?a=1&b=2"
    assert len(set(addresses)) == MOST
