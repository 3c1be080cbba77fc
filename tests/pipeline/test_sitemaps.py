"""The sitemaps and robots.txt of the deployed site: which stories they name, and when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from tests.pipeline.world import FEED, SETTINGS, World, entry
from tests.site.sitemap_schema import locations, problems
from wireroom import clock
from wireroom.model import Entry

SITE = "https://harbour.example"
HOUR = 3600
NEWS = "news-sitemap.xml"


def sweep(world: World, hours: float = 1) -> None:
    """What happens when the hourly sweep runs, some `hours` later."""
    world.aws.clock.advance(hours * HOUR)
    (due,) = (s for s in world.aws.schedules if s.function.logical_id == "SweepFunction")
    due.tick()
    world.aws.drain()


def named(world: World, key: str) -> list[str]:
    """The paths that a sitemap names."""
    text = world.site()[key]
    assert problems(text) == [], key
    return [each.removeprefix(SITE) for each in locations(text)]


def months(world: World) -> dict[str, list[str]]:
    """The sitemaps of months, as the index leads to them → the paths that each names."""
    found = [path.removeprefix("/") for path in named(world, "sitemap.xml")]
    return {key: named(world, key) for key in found if key != "sitemaps/sections.xml"}


def test_an_empty_site_has_sitemaps_that_keep_to_their_schema(world: World) -> None:
    assert named(world, NEWS) == ["/"]
    assert named(world, "sitemap.xml") == ["/sitemaps/sections.xml"]
    assert named(world, "sitemaps/sections.xml")[:2] == ["/", "/business/"]
    assert f"Sitemap: {SITE}/sitemap.xml" in world.site()["robots.txt"]


def test_a_new_story_is_in_the_news_sitemap_at_once_and_in_its_month_within_the_hour(
    world: World,
) -> None:
    world.publish(entry(1))
    path = world.article("1").path
    assert named(world, NEWS) == [path]
    assert months(world) == {}
    sweep(world)
    assert months(world) == {"sitemaps/2026-02.xml": [path]}
    world.publish(entry(2))
    assert named(world, NEWS)[0] == world.article("2").path
    sweep(world)
    assert set(months(world)["sitemaps/2026-02.xml"]) == {path, world.article("2").path}


def test_time_alone_takes_a_story_out_of_the_news_sitemap_before_it_is_two_days_old(
    world: World,
) -> None:
    world.publish(entry(1, published=clock.now()), entry(2, published=clock.now()))
    sweep(world, 46.5)
    assert len(named(world, NEWS)) == 2
    sweep(world)
    assert named(world, NEWS) == ["/"]
    assert len(months(world)["sitemaps/2026-02.xml"]) == 2


def test_a_story_that_was_dated_long_ago_is_in_its_month_within_a_day(world: World) -> None:
    world.publish(entry(1), entry(2, published=clock.now() - timedelta(days=60)))
    assert named(world, NEWS) == [world.article("1").path]
    sweep(world, 24)
    assert list(months(world)) == ["sitemaps/2026-02.xml", "sitemaps/2025-12.xml"]
    assert named(world, "sitemaps/2025-12.xml") == [world.article("2").path]


@pytest.mark.parametrize(
    ("action", "detail"),
    [
        ("kill", {"reason": "legal"}),
        ("hold", {}),
        ("schedule", {"expire_at": "2026-02-11T08:00:00Z"}),
        ("schedule", {"publish_at": "2027-01-01T00:00:00Z"}),
    ],
)
def test_a_story_that_leaves_the_site_leaves_every_sitemap_at_once(
    world: World, action: str, detail: dict[str, Any]
) -> None:
    world.publish(entry(1), entry(2, published=clock.now() - timedelta(days=60)))
    sweep(world, 24)
    stays, goes = world.article("1"), world.article("2")
    world.edit(action, article="ptn:2", **detail)
    assert world.article("2").state != "live"
    assert months(world)["sitemaps/2025-12.xml"] == ["/"]
    world.edit(action, article="ptn:1", **detail)
    texts = {key: text for key, text in world.site().items() if "sitemap" in key}
    assert not any(each.path in text for each in (stays, goes) for text in texts.values())
    sweep(world)
    assert months(world) == {}, "a month that is empty is not in the index"


def test_a_story_that_is_not_out_yet_is_in_no_sitemap(world: World) -> None:
    world.publish(entry(1, embargo=clock.now() + timedelta(hours=3)), entry(2))
    world.edit("hold", article="ptn:3")
    sweep(world)
    assert months(world) == {"sitemaps/2026-02.xml": [world.article("2").path]}
    assert named(world, NEWS) == [world.article("2").path]


def test_a_story_with_a_new_address_is_named_by_that_alone(world: World) -> None:
    world.publish(entry(1))
    sweep(world)
    old = world.article("1").path
    world.edit("headline", article="ptn:1", slug="another")
    new = world.article("1").path
    assert new != old
    assert (named(world, NEWS), months(world)) == ([new], {"sitemaps/2026-02.xml": [new]})


def test_a_month_with_more_stories_than_a_sitemap_may_name_is_in_several(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wireroom.site.sitemaps.ADDRESSES", 2)
    start = clock.now() - timedelta(hours=9)
    world.publish(*(entry(n, published=start + timedelta(hours=n)) for n in range(5)))
    sweep(world)
    paths = [world.article(str(number)).path for number in range(5)]
    parts = {"sitemaps/2026-02.xml": 0, "sitemaps/2026-02-2.xml": 2, "sitemaps/2026-02-3.xml": 4}
    assert months(world) == {key: paths[at : at + 2] for key, at in parts.items()}
    world.publish(entry(5, published=start + timedelta(hours=5)))
    before = world.site()
    sweep(world)
    changed = {key for key in parts if world.site()[key] != before[key]}
    assert changed == {"sitemaps/2026-02-3.xml"}, "a new story moves none of the others"
    for number in (1, 3, 4, 5):
        world.edit("kill", article=f"ptn:{number}", reason="error")
        gone = world.article(str(number)).path
        assert not any(gone in text for key, text in world.site().items() if "sitemap" in key)
    assert named(world, "sitemaps/2026-02.xml") == [paths[0], paths[2]]
    assert named(world, "sitemaps/2026-02-3.xml") == ["/"]
    sweep(world)
    assert list(months(world)) == ["sitemaps/2026-02.xml"], "a part that is empty is in no index"
    world.publish(entry(6, published=start + timedelta(hours=6)))
    sweep(world)
    assert months(world)["sitemaps/2026-02-2.xml"] == [world.article("6").path], "and it comes back"


def signed(number: int, days: float, byline: str = "By ASHA RAO, PTN", **more: Any) -> Entry:
    return entry(number, byline=byline, published=clock.now() - timedelta(days=days), **more)


RAO = "/authors/asha-rao/"


def named_authors(world: World) -> dict[str, list[str]]:
    """Sitemap of a month → the authors that it names."""
    return {
        key: [path for path in paths if path.startswith("/authors/")]
        for key, paths in months(world).items()
    }


def test_an_author_whose_page_search_engines_are_shown_is_in_the_months_of_later_stories(
    world: World,
) -> None:
    """From the third story on; an author with fewer, whose page has `noindex`, is in none."""
    world.publish(signed(1, 60), signed(2, 30), signed(3, 30, "B. Khan"))
    sweep(world, 24)
    assert "noindex" in world.page(RAO)
    assert set().union(*named_authors(world).values()) == set()
    world.publish(signed(4, 0))
    sweep(world)
    assert "noindex" not in world.page(RAO)
    assert named_authors(world) == {
        "sitemaps/2026-02.xml": [RAO],
        "sitemaps/2026-01.xml": [],
        "sitemaps/2025-12.xml": [],
    }
    assert months(world)["sitemaps/2026-02.xml"] == [world.article("4").path, RAO]


@pytest.mark.parametrize("killed", [True, False])
def test_an_author_who_has_no_story_of_the_month_any_more_leaves_its_sitemap_at_once(
    world: World, killed: bool
) -> None:
    """As it was killed, or as its byline names another now."""
    world.publish(signed(1, 60), signed(2, 30), signed(3, 0), entry(4))
    sweep(world, 24)
    assert named_authors(world)["sitemaps/2026-02.xml"] == [RAO]
    if killed:
        world.edit("kill", article="ptn:3", reason="legal")
    else:
        world.publish(entry(3, 2, byline="B. Khan"), known=True)
    assert named_authors(world)["sitemaps/2026-02.xml"] == []


def test_an_author_stays_in_a_sitemap_if_only_the_stories_are_at_home_elsewhere(
    world: World,
) -> None:
    """Search engines are shown the author's page, whatever they are told of the stories."""
    world.apply(feeds=(replace(FEED, canonical="source"),))
    world.publish(*(signed(number, number / 10) for number in range(3)))
    sweep(world)
    assert "noindex" not in world.page(RAO)
    assert months(world) == {"sitemaps/2026-02.xml": [RAO]}


def test_authors_are_counted_among_what_one_sitemap_may_name(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wireroom.site.sitemaps.ADDRESSES", 2)
    world.publish(*(signed(number, number / 100) for number in range(4)))
    sweep(world)
    assert months(world)["sitemaps/2026-02-3.xml"] == [RAO]


def test_the_news_sitemap_holds_no_more_than_google_takes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wireroom.site.sitemaps.NEWS", 2)
    start = clock.now() - timedelta(hours=9)
    world.publish(*(entry(n, published=start + timedelta(hours=n)) for n in range(4)))
    assert named(world, NEWS) == [world.article("3").path, world.article("2").path]


def test_in_another_time_zone_a_story_at_the_turn_of_the_month_is_in_the_other_month(
    world: World,
) -> None:
    """And the sitemap that held it holds it no more."""
    evening = clock.now().replace(day=1, hour=20) - timedelta(days=1)  # the 1st in Kolkata
    world.publish(entry(1, published=evening))
    sweep(world, 24)
    assert list(months(world)) == ["sitemaps/2026-02.xml"]
    world.apply(replace(SETTINGS, site=replace(SETTINGS.site, timezone="Europe/London")))
    assert list(months(world)) == ["sitemaps/2026-01.xml"]
    assert named(world, "sitemaps/2026-02.xml") == ["/"]


def test_a_story_that_search_engines_are_sent_elsewhere_for_is_in_no_sitemap(world: World) -> None:
    """Also one that was there before the settings said so; and it comes back with them."""
    world.apply(feeds=(FEED,))
    world.publish(entry(1), entry(2, link=""))
    sweep(world)
    one, two = world.article("1").path, world.article("2").path
    for feed, head, left in (
        (replace(FEED, canonical="source"), 'canonical" href="https://ptn.example/1"', [two]),
        (replace(FEED, index=False), '<meta name="robots" content="noindex">', []),
        (FEED, f'canonical" href="{SITE}{one}"', [one, two]),
    ):
        world.apply(feeds=(feed,))
        assert head in world.page(one)
        assert sorted(named(world, NEWS)) == sorted(left or ["/"])
        sweep(world)
        assert sorted(named(world, "sitemaps/2026-02.xml")) == sorted(left or ["/"])
        assert one in world.page("/")
    assert "noindex" not in world.page(one)
