"""What one write can hold: a story that is beyond it is refused by name, and stops no other."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.pipeline.world import SETTINGS, World, entry, prepared
from wireroom.model import Category
from wireroom.newsroom.settle import CATEGORIES
from wireroom_infra.embedded import EmbeddedAWS

MANY = tuple(f"cat-{n:03}" for n in range(2 * CATEGORIES + 2))


def many_sections(world: World) -> None:
    categories = tuple(Category(name=slug, slug=slug) for slug in MANY)
    world.apply(replace(SETTINGS, categories=categories))


@pytest.fixture
def world(aws: EmbeddedAWS) -> World:
    """A newsroom with more categories than a story may be in; its empty site is written."""
    return prepared(aws, many_sections)


def test_a_story_in_too_many_categories_is_refused_by_feed_entry_and_field(world: World) -> None:
    world.publish(entry(1, categories=MANY), entry(2, categories=MANY[:1]))
    assert world.article("2").state == "live"
    assert world.article("1") is None
    assert world.letters() == [
        f"feed ptn-top, entry 1: categories: the story is in {len(MANY)}, and may be in 20 at most"
    ]


def test_an_editor_moves_a_story_from_as_many_categories_as_it_can_be_in_to_others_and_kills_it(
    world: World,
) -> None:
    first, second = MANY[:CATEGORIES], MANY[CATEGORIES : 2 * CATEGORIES]
    world.publish(entry(1, categories=first))
    for name in ("home", *first, *second):
        world.say("pin", article="ptn:1", list=name)
    world.edit("categorise", article="ptn:1", set=second)
    assert world.article().categories == second
    world.edit("categorise", article="ptn:1", add=first[:1])
    assert world.letters() == ["categories: the story is in 21, and may be in 20 at most"]
    world.edit("kill", article="ptn:1", reason="legal")
    assert world.article().state == "killed"
