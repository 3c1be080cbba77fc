"""What a list gives of its rows: pins in their order, and days without them."""

from __future__ import annotations

from tests.newsroom.stories import arrive, at, story
from tests.newsroom.test_edits import edit, event_of
from tests.store.test_articles import save
from wireroom.model import Article
from wireroom.newsroom import events
from wireroom.store.table import Table

DAY = 24 * 60  # minutes


def published(table: Table, name: str, minutes: float) -> Article:
    what = story(entry_id=name, headline=f"Story {name}", published=at(minutes), at=at(minutes))
    return save(table, None, arrive(None, what, minutes=minutes))


def pinned(table: Table, article: Article, order: int) -> None:
    save(table, article, edit(article, event_of(events.Pin, list="home", order=order)))


def test_pins_stand_in_the_order_that_editors_gave_them(table: Table) -> None:
    stories = sorted((published(table, name, 0) for name in "abcd"), key=lambda each: each.id)
    for order, article in zip((3, 1, 4, 2), stories, strict=True):
        pinned(table, article, order)
    found = table.listings.newest("home", 60).pins
    assert [entry.pin for entry in found] == [1, 2, 3, 4]
    assert found[0].id == stories[1].id


def test_the_newest_of_a_list_are_given_newest_first_and_every_pin_before_them(
    table: Table,
) -> None:
    stories = [published(table, name, hours * 60) for hours, name in enumerate("abcde")]
    pinned(table, stories[0], 1)
    found = table.listings.newest("home", 3)
    assert [entry.id for entry in found.pins] == [stories[0].id]
    assert [entry.id for entry in found.entries] == [stories[4].id, stories[3].id]
    assert not found.whole
    assert table.listings.newest("home", 6).entries[-1].id == stories[0].id


def test_the_neighbours_of_a_moment_are_the_nearest_stories_before_and_after_it(
    table: Table,
) -> None:
    stories = [published(table, name, day * DAY) for day, name in enumerate("abcd")]
    before = table.listings.before("home", at(1.5 * DAY))
    after = table.listings.after("home", at(1.5 * DAY))
    assert before
    assert after
    assert (before.id, after.id) == (stories[1].id, stories[2].id)


def test_a_pin_is_no_story_of_a_later_day(table: Table) -> None:
    """The page of the newest day must not lead on to the day of what is pinned."""
    old, new = published(table, "old", -DAY), published(table, "new", 0)
    pinned(table, old, 1)
    lists = table.listings
    assert lists.after("home", at(1)) is None
    found = lists.after("home", at(-1))
    assert found
    assert found.id == new.id
    assert [entry.pin for entry in lists.between("home", at(-2 * DAY), at(2 * DAY))] == [None, None]


def test_a_story_of_midnight_is_the_next_days_alone(table: Table) -> None:
    article = published(table, "midnight", 0)
    lists = table.listings
    assert [entry.id for entry in lists.between("home", at(0), at(DAY))] == [article.id]
    assert lists.between("home", at(-DAY), at(0)) == []
    assert lists.before("home", at(0)) is None
    found = lists.after("home", at(0))
    assert found
    assert found.id == article.id
