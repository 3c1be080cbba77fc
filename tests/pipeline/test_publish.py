"""From messages on WireQueue to pages, through the deployed stack."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.pipeline.world import FEED, SETTINGS, World, entry
from wireroom import clock
from wireroom.model import Category


def test_a_new_story_is_on_its_page_and_in_all_its_lists(world: World) -> None:
    world.publish(entry(1, categories=("india", "POLITICS ", "gossip")))
    article = world.article()
    site = world.site()
    assert article.categories == ("india", "politics")
    assert "Body of story 1, version 1." in world.page(article.path)
    for key in (
        "index.html",
        "feed.xml",
        "india/index.html",
        "politics/index.html",
        "politics/feed.xml",
        "2026/02/11/index.html",
        "india/2026/02/11/index.html",
        "fragments/latest.html",
    ):
        assert "Story 1 version 1" in site[key], key
    assert "Story 1" not in site["sport/index.html"]


def test_an_update_reaches_every_page_that_shows_the_story(world: World) -> None:
    world.publish(entry(1, 1))
    world.publish(entry(1, 2), known=True)
    texts = world.site().values()
    assert not [text for text in texts if "version 1" in text]
    assert len([text for text in texts if "Story 1 version 2" in text]) >= 6


@pytest.mark.parametrize("known", [True, False])
def test_the_same_entry_five_times_or_an_older_one_changes_nothing(world, known: bool) -> None:
    world.publish(entry(1, 2))
    before, article = world.site(), world.article()
    world.aws.calls.reset()
    world.publish(*[entry(1, 2)] * 5, entry(1, 1), known=known)
    assert world.article() == article
    assert world.site() == before
    assert world.aws.calls.count("RenderFunction") == {}


def test_two_versions_that_come_together_are_two_writes_of_which_none_is_refused(
    world: World,
) -> None:
    world.aws.calls.reset()
    world.publish(entry(1, 1), entry(1, 2))
    assert world.article().wire.headline == "Story 1 version 2"
    assert world.aws.calls.count("ProcessFunction")["dynamodb", "TransactWriteItems"] == 2


def test_a_batch_with_one_broken_entry_publishes_the_others_and_says_why(world: World) -> None:
    world.send(entry(1), entry(2))
    world.send(entry("bad", title="", body="", summary=""))
    world.send_raw('{"feed": "not an arrival"}')
    world.publish(entry(3))
    assert [bool(world.article(str(n))) for n in (1, 2, 3)] == [True] * 3
    reasons = sorted(world.letters())
    assert len(reasons) == 2
    assert reasons[0].startswith("feed ptn-top, entry bad: ")
    assert reasons[1].startswith("message: not a message of ingest")


def test_a_story_sent_round_again_after_its_cause_is_mended_is_published(world: World) -> None:
    world.publish(entry("bad", title="", body="", summary=""))
    (letter,) = world.aws.dead_letters()
    world.send_raw(letter.body.replace('"id":"bad"', '"id":"bad","title":"Mended"'))
    world.aws.drain()
    assert world.article("bad").wire.headline == "Mended"


def test_a_body_too_large_for_a_message_travels_by_reference(world: World) -> None:
    from wireroom.model import Arrival
    from wireroom.store.bodies import Bodies
    from wireroom.store.queues import encode

    bodies = Bodies(world.aws.client("s3"), world.aws.outputs["ContentBucket"])
    large = entry(1, body="<p>" + "A long story. " * 30_000 + "</p>")
    arrival = Arrival(feed=FEED, seen=clock.now(), entry_key=bodies.put_entry(large))
    world.send_raw(encode(arrival))
    world.aws.drain()
    assert ("A long story. " * 30_000).strip() in world.page(world.article().path)


def test_two_stories_of_one_day_and_headline_have_two_addresses(world: World) -> None:
    world.publish(entry(1, title="Same words"), entry(2, title="Same words"))
    paths = {world.article("1").path, world.article("2").path}
    assert "/2026/02/11/same-words/" in paths
    assert len(paths) == 2


def test_day_pages_link_to_the_neighbouring_days_that_have_stories(world: World) -> None:
    now = clock.now()
    for number, days in ((1, 4), (2, 0), (3, 2)):
        world.publish(entry(number, published=now - timedelta(days=days)))
    middle = world.page("/2026/02/09/")
    assert 'href="/2026/02/07/"' in middle
    assert 'href="/2026/02/11/"' in middle
    assert 'href="/2026/02/09/"' in world.page("/2026/02/07/")
    assert 'href="/2026/02/09/"' in world.page("/2026/02/11/")


def test_settings_that_change_make_every_page_again(world: World) -> None:
    world.publish(entry(1))
    renamed = replace(
        SETTINGS,
        site=replace(SETTINGS.site, name="The Bay Tribune"),
        categories=(*SETTINGS.categories, Category(name="World", slug="world")),
    )
    world.apply(renamed)
    html = {k: v for k, v in world.site().items() if k.endswith("index.html")}
    assert "world/index.html" in html
    assert [key for key, text in html.items() if "The Bay Tribune" not in text] == []
    assert not world.letters()


def test_a_story_of_the_sites_own_feed_carries_no_notice(world: World) -> None:
    world.publish(entry(1), feed=replace(FEED, syndicated=False))
    assert "has not been edited" not in world.page(world.article().path)


def test_the_notice_of_syndicated_copy_is_word_for_word(world: World) -> None:
    world.publish(entry(1))
    assert (
        "(Except for the headline, this story has not been edited by The Harbour Post staff and"
        " is published from a syndicated feed.)"
    ) in world.page(world.article().path)


def test_the_settings_version_follows_what_they_say_and_where_feeds_file_their_stories(
    world: World,
) -> None:
    first = world.apply()
    assert world.table.settings().version == first
    assert world.apply() == first
    second = world.apply(feeds=(FEED,))
    assert world.apply(feeds=(replace(FEED, interval=600),)) == second
    assert world.apply(feeds=(replace(FEED, categories=("india",)),)) != second
    world.apply()
    renamed = replace(SETTINGS, site=replace(SETTINGS.site, name="The Other Post"))
    assert world.apply(renamed) != first
