"""A new kind of page costs a row of the table: all that stories do to pages then reaches it."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

import pytest
from msgspec.structs import replace

from tests.pipeline.world import SETTINGS, World, entry
from wireroom import clock
from wireroom.model import Category, Page, Settings
from wireroom.site import kinds
from wireroom.site.kinds import KINDS, Kind, Rows
from wireroom.store.pages import Pages


def _titles(settings: Settings, page: Page, rows: Rows) -> tuple[str, str]:
    entries = rows.day(page).entries if page.day else rows.front(page.list)[0]
    return "\n".join(["titles:", *(entry.headline for entry in entries)]), ""


def _around(settings: Settings, page: Page, rows: Rows) -> tuple[str, str]:
    day = rows.day(page)
    return f"after {day.previous}, before {day.following}, {len(day.entries)} stories", ""


def _notice(settings: Settings, page: Page) -> str:
    return "titles: elsewhere"


NEW = {
    "titles": Kind(
        of="list",
        address="{root}titles.txt",
        builder=_titles,
        moved=_notice,
        closed=_notice,
        content_type="text/plain",
        cache="public, max-age=7",
    ),
    "around": Kind(of="day", address="{root}{day}/around.txt", builder=_around),
    "newest": Kind(of="home", address="/newest.txt", builder=_titles),
    "humans": Kind(of="site", address="/humans.txt", builder=lambda *_: ("Asha", "")),
}
ALL = ("titles.txt", "india/titles.txt", "newest.txt")


@pytest.fixture
def extended(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    for name, kind in NEW.items():
        monkeypatch.setitem(cast("dict[str, Kind]", KINDS), name, kind)
    return world


def test_a_story_and_its_kill_reach_the_pages_of_new_kinds(extended: World) -> None:
    extended.publish(entry(1))
    site = extended.site()
    assert [site[key] for key in ALL] == ["titles:\nStory 1 version 1"] * 3
    day = "2026/02/11/around.txt"
    assert site[day] == site[f"india/{day}"] == "after , before , 1 stories"
    extended.publish(entry(1, 2), known=True)
    assert "version 2" in extended.site()["india/titles.txt"]
    extended.edit("kill", article="ptn:1", reason="legal")
    site = extended.site()
    assert [site[key] for key in ALL] == ["titles:"] * 3
    assert site[day] == "after , before , 0 stories"


def test_the_first_story_of_a_day_reaches_new_pages_of_the_days_beside_it(extended: World) -> None:
    for number, days in ((1, 1), (2, 3), (3, 2)):  # the day between comes last
        extended.publish(entry(number, published=clock.now() - timedelta(days=days)))
    site = extended.site()
    around = {key: text for key, text in site.items() if key.endswith("/around.txt")}
    assert around["2026/02/09/around.txt"] == "after 2026-02-08, before 2026-02-10, 1 stories"
    assert around["2026/02/10/around.txt"] == "after 2026-02-09, before , 1 stories"
    assert around["2026/02/08/around.txt"] == "after , before 2026-02-09, 1 stories"


def test_a_republish_makes_the_pages_of_new_kinds_and_one_of_them_by_its_address(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.publish(entry(1))
    for name, kind in NEW.items():
        monkeypatch.setitem(cast("dict[str, Kind]", KINDS), name, kind)
    world.edit("republish", page="/india/titles.txt")
    assert set(world.site()) & {*ALL, "humans.txt"} == {"india/titles.txt"}
    world.edit("republish", everything=True)
    site = world.site()
    assert {*ALL, "humans.txt", "2026/02/11/around.txt"} <= set(site)
    assert site["sport/titles.txt"] == "titles:"


def test_pages_of_new_kinds_move_and_close_with_their_section(extended: World) -> None:
    extended.publish(entry(1))
    kept = [each for each in SETTINGS.categories if each.slug not in {"india", "sport"}]
    bharat = Category(name="Bharat", slug="bharat", terms=("india",), was=("india",))
    extended.apply(replace(SETTINGS, categories=(*kept, bharat)))
    site = Pages(extended.aws.client("s3"), extended.aws.outputs["SiteBucket"])
    page = kinds.page("titles", "india")
    assert site.read(page)[1:] == ("titles: elsewhere", "/bharat/titles.txt")
    assert "Story 1" in extended.site()["bharat/titles.txt"]
    assert site.read(kinds.page("titles", "sport"))[1:] == ("titles: elsewhere", "")


def test_the_object_of_a_new_kind_has_its_headers_and_its_name_is_no_category(
    extended: World,
) -> None:
    extended.publish(entry(1))
    bucket = extended.aws.outputs["SiteBucket"]
    found = extended.aws.client("s3").head_object(Bucket=bucket, Key="india/titles.txt")
    assert (found["ContentType"], found["CacheControl"]) == ("text/plain", "public, max-age=7")
    assert {"titles", "newest", "humans", "feed", "atom", "fragments", "404"} <= kinds.reserved()
