"""The desk's list of a newsroom at work."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.pipeline.world import FEED, SETTINGS, World, entry, prepared
from wireroom import clock
from wireroom.markup.spelling import canonical
from wireroom.newsroom.filing import succeed
from wireroom.store.desk import Sought
from wireroom_infra.embedded import EmbeddedAWS

SPORT = next(each for each in SETTINGS.categories if each.slug == "sport")
GAMES = replace(SPORT, name="Games", slug="games", was=("sport",))
PTV = replace(FEED, id="ptv-all", provider="ptv")


@pytest.fixture
def at_work(aws: EmbeddedAWS) -> World:
    """A newsroom with some stories, as `_some_stories` leaves it."""
    return prepared(aws, _some_stories)


def _some_stories(world: World) -> None:
    """Stories of two agencies in three languages; an editor has touched some."""
    world.apply()
    for each in (
        entry(1, title="Señor Müller opens the dam", categories=("India",)),
        entry(2, title="जलाशय के द्वार खुले", categories=("Sport",)),
        entry(3, title="افتتاح الخزّان أمام الزوّار", categories=("India", "Sport")),
        entry(4, title="To come", embargo=clock.now() + timedelta(days=1)),
    ):
        world.aws.clock.advance(60)
        world.publish(each)
    world.publish(entry(5, title="Of the other agency"), feed=PTV)
    world.edit("headline", article="ptn:1", headline="Ours", by="ben")
    world.edit("kill", article="ptn:2", reason="legal")


def headlines(world: World, **sought: object) -> list[str]:
    return [each.headline for each in world.table.desk.newest(50, Sought(**sought)).entries]


@pytest.mark.parametrize(
    ("sought", "wanted"),
    [
        ({}, "21543"),
        ({"words": "muller dam"}, "1"),
        ({"words": "ours"}, "1"),
        ({"words": "द्वार जलाशय"}, "2"),
        ({"words": "الخزان"}, "3"),
        ({"state": "killed"}, "2"),
        ({"state": "live", "category": "sport"}, "3"),
        ({"category": "sport"}, "23"),
        ({"feed": "ptv-all"}, "5"),
        ({"feed": "ptn-top", "state": "scheduled"}, "4"),
        ({"editor": "ben"}, "1"),
        ({"touched": True}, "21"),
        ({"link": canonical("http://www.ptn.example/3/")}, "3"),
    ],
)
def test_stories_are_found_in_every_state(
    at_work: World, sought: dict[str, object], wanted: str
) -> None:
    of = {"1": "Ours", "4": "To come", "5": "Of the other agency"}
    of |= {number: at_work.article(number).wire.headline for number in "23"}
    assert headlines(at_work, **sought) == [of[number] for number in wanted]


def test_a_section_that_is_renamed_brings_none_of_its_stories_to_the_top(at_work: World) -> None:
    before = headlines(at_work)
    at_work.aws.clock.advance(60)
    others = [each for each in SETTINGS.categories if each.slug != "sport"]
    settings = replace(SETTINGS, categories=(*others, GAMES))
    at_work.apply(succeed(SETTINGS, settings, ()))
    assert at_work.article("3").categories == ("games", "india")
    assert at_work.article("3").news < at_work.article("3").changed
    assert headlines(at_work) == before
    assert len(headlines(at_work, category="games")) == 2
    at_work.publish(entry(3, 2), known=True)
    assert headlines(at_work)[0] == "Story 3 version 2"


def test_the_sweep_enters_the_stories_of_an_older_release_and_writes_nothing_else(
    at_work: World,
) -> None:
    before = at_work.table.desk.newest(50)
    client, name = at_work.aws.client("dynamodb"), at_work.aws.outputs["TableName"]
    for row in before.entries:
        client.update_item(
            TableName=name,
            Key={"pk": {"S": f"article#{row.id}"}, "sk": {"S": "article"}},
            UpdateExpression="REMOVE desk_sk, desk_entry, desk_words",
        )
    assert headlines(at_work) == []
    at_work.aws.drain()
    articles = at_work.table.articles.scan("", 999).articles
    at_work.aws.clock.advance(24 * 3600)
    at_work.aws.invoke("SweepFunction", {})
    at_work.aws.drain()
    assert at_work.table.desk.newest(50) == before
    found = at_work.table.articles.scan("", 999)
    assert (found.articles, found.late()) == (articles, [])
    assert at_work.table.jobs.get("sweep").repaired == 0


def test_a_story_that_changes_while_it_is_entered_is_not_set_back(at_work: World) -> None:
    before = at_work.article("1")
    at_work.edit("headline", article="ptn:1", headline="Newer")
    at_work.table.articles.enter(before)
    assert headlines(at_work)[0] == "Newer"
    assert at_work.article("1").revision == before.revision + 1
