"""What site.toml decides holds for what is published already."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.pipeline.world import CATEGORIES, FEED, SETTINGS, World, entry, prepared
from wireroom import clock
from wireroom.errors import SettingsError
from wireroom.model import Category, Filed, Settings
from wireroom.newsroom.history import revision
from wireroom.newsroom.merge import merge
from wireroom.newsroom.normalise import normalise
from wireroom.newsroom.settle import settle
from wireroom.pipeline import republish
from wireroom.pipeline.forecast import feed_warnings, forecast
from wireroom.store.bodies import Bodies
from wireroom_infra.embedded import EmbeddedAWS

_, INDIA, POLITICS, SPORT = CATEGORIES
NATIONAL = Category(name="National Politics", slug="national-politics", was=("politics",))


def having(*categories: Category) -> Settings:
    return replace(SETTINGS, categories=categories)


@pytest.fixture
def published(aws: EmbeddedAWS) -> World:
    return prepared(aws, three_stories)


def three_stories(world: World) -> None:
    """Two of politics on two days, one of them pinned; one of sport."""
    world.apply()
    day = clock.now() - timedelta(days=3)
    world.publish(
        entry(1, categories=("Politics",)),
        entry(2, categories=("Politics", "Sport"), published=day),
        entry(3, categories=("Gossip",)),
    )
    world.edit("pin", article="ptn:1", list="politics")


def redirect(world: World, key: str) -> str:
    s3, bucket = world.aws.client("s3"), world.aws.outputs["SiteBucket"]
    return str(s3.head_object(Bucket=bucket, Key=key).get("WebsiteRedirectLocation", ""))


def test_a_renamed_category_takes_its_stories_pins_and_pages_along(published: World) -> None:
    before = {key for key in published.site() if key.startswith("politics/")}
    assert len(before) == 7
    published.apply(having(INDIA, SPORT, NATIONAL))
    first, second = published.article("1"), published.article("2")
    assert first.categories == ("national-politics",)
    assert second.categories == ("national-politics", "sport")
    front = published.page("/national-politics/")
    assert first.path in front
    assert second.path in front
    assert [each.id for each in published.table.listings.newest("national-politics", 9).pins] == [
        first.id
    ]
    for key in before:
        wanted = "/national-" + key.removesuffix("index.html")
        assert redirect(published, key) == wanted
        assert published.page(wanted)
    left = published.table.listings.newest("politics", 9)
    assert not [*left.entries, *left.pins]
    assert not published.letters()


def test_a_closed_section_says_so_leads_home_and_holds_nothing(published: World) -> None:
    path = published.article("2").path
    published.apply(having(INDIA, POLITICS))
    assert published.article("2").categories == ("politics",)
    site = published.site()
    keys = [key for key in site if key.startswith("sport/")]
    assert len(keys) == 6
    for key in keys:
        assert path not in site[key]
        assert "closed" in site[key]
        assert redirect(published, key) == ""
    assert "The section Sport has closed." in site["sport/index.html"]
    assert 'href="/"' in site["sport/index.html"]
    assert "<item>" not in site["sport/feed.xml"]
    assert "<entry" not in site["sport/atom.xml"]
    assert json.loads(site["sport/feed.json"])["items"] == []
    assert "Sport" not in published.page(path)
    published.apply(having(INDIA, POLITICS, SPORT))
    assert path in published.page("/sport/")
    assert path in published.page("/sport/feed.xml")


def test_a_new_category_has_its_past_at_once(published: World) -> None:
    gossip = Category(name="Society", slug="society", terms=("gossip",))
    published.apply(having(*CATEGORIES, gossip))
    path = published.article("3").path
    assert path in published.page("/society/")
    assert "Society" in published.page(path)


def test_an_editors_event_that_names_the_old_category_is_about_the_new_one(
    published: World,
) -> None:
    published.apply(having(INDIA, SPORT, NATIONAL))
    published.edit("categorise", article="ptn:3", set=["politics"])
    assert published.article("3").categories == ("national-politics",)
    assert not published.letters()


def test_another_time_zone_leaves_no_day_page_with_stories_of_another_day(
    published: World,
) -> None:
    article = published.article("1")
    at = replace(SETTINGS.site, timezone="Pacific/Kiritimati")
    days = [key for key in published.site() if key.count("/") == 3]
    published.apply(replace(SETTINGS, site=at))
    site = published.site()
    holding = [key for key in site if key.count("/") == 3 and article.path in site[key]]
    assert len(holding) == 1
    assert days


def test_a_story_that_was_written_by_older_settings_is_filed_anew_when_it_is_rendered(
    published: World,
) -> None:
    """A container that read the settings before the apply writes after the job has passed."""
    published.apply(having(INDIA, SPORT, NATIONAL))
    story = normalise(entry(9, categories=("Politics",)), FEED, CATEGORIES)
    bodies = Bodies(published.aws.client("s3"), published.aws.outputs["ContentBucket"])
    _, merged = merge(None, story, body=bodies.put(story.body), arrived=clock.now())
    assert merged
    late = settle(replace(merged, revision=1), now=clock.now(), settings=SETTINGS)
    published.table.articles.save(None, late, revision(None, late, who="ptn", what="new"))
    assert published.article("9").categories == ("politics",)
    published.aws.drain()
    assert published.article("9").categories == ("national-politics",)


def test_an_article_of_an_older_release_is_filed_by_the_slugs_that_it_has(
    published: World,
) -> None:
    before = published.article("1")
    older = replace(before.wire, feeds={"ptn-top": Filed(categories=("politics",))})
    older_row = replace(before, wire=older, revision=before.revision + 1)
    published.table.articles.save(
        before, older_row, revision(before, older_row, who="ptn", what="x")
    )
    published.aws.drain()
    published.apply(having(INDIA, NATIONAL))
    assert published.article("1").categories == ("national-politics",)


def test_a_job_moves_so_many_stories_a_chunk_and_counts_them(
    published: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(republish, "FILED", 1)
    published.apply(having(INDIA, SPORT, NATIONAL))
    job = published.table.jobs.get("apply-3") or published.table.jobs.get("apply-2")
    assert job.phase == "done"
    assert job.filed == 2
    for number in ("1", "2"):
        rows = published.table.articles.history(published.article(number).id)
        assert [(row.who, row.what) for row in rows][-1] == ("settings", "refiled")


def test_a_renamed_feed_goes_on_where_it_left_off(published: World) -> None:
    published.apply(feeds=(FEED,))
    row = published.feeds.take(FEED.id, clock.now(), clock.now() + timedelta(minutes=2))
    assert row
    published.feeds.save(row, replace(row.state, etag='"seen"'), ["ptn.example"])
    renamed = replace(FEED, id="ptn-main", was=(FEED.id,), categories=("sport",))
    published.apply(feeds=(renamed,))
    (now,) = published.feeds.all()
    assert (now.config.id, now.state.etag) == ("ptn-main", '"seen"')
    assert published.article("1").categories == ("politics", "sport")


@pytest.mark.parametrize("changed", [{}, {"id": "other"}, {"id": "other", "was": ("ptn-top",)}])
def test_a_feed_that_is_there_keeps_its_provider(
    published: World, changed: dict[str, object]
) -> None:
    published.apply(feeds=(FEED,))
    settings = published.table.settings()
    with pytest.raises(SettingsError, match="the provider of") as refused:
        published.apply(feeds=(replace(FEED, provider="reuters", **changed),))
    assert "would come a second time" in str(refused.value)
    assert published.table.settings() == settings


def test_what_an_apply_will_move_is_said_before(published: World) -> None:
    old = published.table.settings()
    gossip = Category(name="Society", slug="society", terms=("gossip",))
    planned = published.feeds.plan(having(INDIA, NATIONAL, gossip), ())
    assert published.table.settings() == old
    assert list(forecast(published.table, old, planned)) == [
        "section business closes: 0 stories will leave it, and its pages will say that it has"
        " closed",
        "section politics becomes national-politics: 2 stories will move, and its pages will"
        " redirect",
        "section sport closes: 1 story will leave it, and its pages will say that it has closed",
        "section society: about 1 story will join",
        "every page is rendered again: those of about 3 stories, and all lists",
    ]


def test_a_feed_whose_address_appears_under_another_id_is_warned_of() -> None:
    other = replace(FEED, id="other")
    (warning,) = feed_warnings([FEED], [other])
    assert 'was = ["ptn-top"]' in warning
    assert not list(feed_warnings([FEED], [replace(other, was=("ptn-top",))]))
    (warning,) = feed_warnings([FEED], [replace(FEED, identity="link")])
    assert "identity" in warning
