"""What a write of an article is refused for, and what it keeps."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.newsroom.stories import arrive, story
from tests.newsroom.test_edits import edit, event_of
from wireroom.errors import Conflict, EventApplied, PathTaken, TooMuch
from wireroom.model import Article
from wireroom.newsroom import events
from wireroom.newsroom.history import revision
from wireroom.store.table import Table


def save(table: Table, old: Article | None, new: Article, event: str = "") -> Article:
    row = revision(old, new, who="asha", what="headline", event=event)
    table.articles.save(old, new, row)
    return new


def refused(table: Table, old: Article | None, new: Article, event: str = "") -> type[Conflict]:
    """The error of a write that must be refused, after which the table is as it was."""
    before = table.articles.get(new.id), table.articles.history(new.id)
    with pytest.raises(Conflict) as error:
        save(table, old, new, event)
    assert (table.articles.get(new.id), table.articles.history(new.id)) == before
    return error.type


@pytest.fixture
def live(table: Table) -> Article:
    """A story that is on the site, and in the table."""
    return save(table, None, arrive(None, story()))


def another(**more: object) -> Article:
    """A second story, whose headline would give it the first one's address."""
    return arrive(None, story(entry_id="tag:ptn,2", **more))


def test_a_slug_that_returns_to_its_own_former_address_gets_it_without_a_suffix(
    table: Table, live: Article
) -> None:
    moved = save(table, live, edit(live, event_of(events.Headline, 61, slug="dam opens")))
    back = save(table, moved, edit(moved, event_of(events.Headline, 62, slug="reservoir opens 1")))
    assert back.path == live.path
    for path in (live.path, moved.path):
        assert table.articles.at(path) == back


def test_an_address_stays_its_storys_after_that_has_moved_on(table: Table, live: Article) -> None:
    moved = save(table, live, edit(live, event_of(events.Headline, slug="dam opens")))
    assert refused(table, None, another()) is PathTaken
    assert table.articles.at(live.path) == moved


def test_a_story_that_somebody_else_has_written_meanwhile_is_read_again_before_it_gets_a_suffix(
    table: Table, live: Article
) -> None:
    held = save(table, None, another(hold=True))
    save(table, held, edit(held, event_of(events.Headline, headline="Written meanwhile")))
    released = edit(held, event_of(events.Release, 62))
    assert released.path == live.path
    assert refused(table, held, released) is Conflict


def test_an_event_that_was_applied_is_known_whatever_has_happened_to_the_story_since(
    table: Table, live: Article
) -> None:
    event = event_of(events.Headline, headline="Ours")
    ours = save(table, live, edit(live, event), event="e1")
    assert refused(table, ours, edit(ours, event), event="e1") is EventApplied
    assert refused(table, live, edit(live, event), event="e1") is EventApplied


def test_an_event_is_applied_to_each_story_by_itself(table: Table, live: Article) -> None:
    save(table, live, edit(live, event_of(events.Headline, headline="Ours")), event="e1")
    other = another(headline="Another")
    assert save(table, None, other, event="e1") == table.articles.get(other.id)


def test_a_story_that_leaves_a_list_leaves_it_in_the_same_write(
    table: Table, live: Article
) -> None:
    assert [entry.id for entry in table.listings.newest("india", 9).entries] == [live.id]
    save(table, live, edit(live, event_of(events.Categorise, set=("sport",))))
    assert table.listings.newest("india", 9).entries == ()
    assert [entry.id for entry in table.listings.newest("sport", 9).entries] == [live.id]


def test_a_story_that_no_row_can_hold_is_refused_by_its_size_and_nothing_of_it_is_written(
    table: Table, live: Article
) -> None:
    """A row of DynamoDB has 400 KB, the names of its attributes among them."""
    assert live.wire
    large = replace(
        live, revision=live.revision + 1, wire=replace(live.wire, summary="दो " * 60_000)
    )
    before = table.articles.history(live.id)
    with pytest.raises(TooMuch, match=rf"save article {live.id} revision 2: Item size .*exceeded"):
        save(table, live, large)
    assert table.articles.get(live.id) == live
    assert table.articles.history(live.id) == before
    assert table.listings.newest("india", 9).entries[0].summary == ""
