"""What a story's page says of other stories, and when it follows them."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.pipeline.world import World, entry
from wireroom import clock
from wireroom.model import ListingEntry
from wireroom.site import build
from wireroom.store.listings import Listings

OLD = ("Brahmaputra floods strand villages", "Army boats reach Brahmaputra villages")
NEW = "Villages by the Brahmaputra are dry"


@pytest.fixture
def live(world: World) -> World:
    """Two stories of three days ago, one of now, and older ones of other things."""
    ago = clock.now() - timedelta(days=3)
    for number, title in enumerate(OLD):
        published = ago + timedelta(minutes=number)
        world.publish(entry(number, title=title, published=published, categories=("India",)))
    for number in range(2, 6):
        title = f"Unlike{number} others{number}"
        published = ago - timedelta(minutes=number)
        world.publish(entry(number, title=title, published=published, categories=("India",)))
    world.publish(entry(6, title=NEW, categories=("India",)))
    return world


def said(world: World, number: int) -> dict[str, list[str]]:
    page = LexborHTMLParser(world.page(world.article(str(number)).path)).css_first(".more")
    names = {"before": "[rel=prev]", "after": "[rel=next]", "related": "h3 a"}
    return {name: [a.attributes["href"] for a in page.css(css)] for name, css in names.items()}


def swept(world: World) -> int:
    world.aws.clock.advance(60)
    world.aws.invoke("SweepFunction", {})
    world.aws.drain()
    return int(world.table.jobs.get("sweep").repaired)


def test_an_older_page_leads_to_what_came_after_it_once_a_sweep_has_passed(live: World) -> None:
    first, second, third = (live.article(name).path for name in "016")
    assert said(live, 6)["before"] == [second]
    assert sorted(said(live, 6)["related"]) == sorted([first, second])
    assert said(live, 1)["after"] == []
    assert swept(live) == 0  # that is no repair
    assert said(live, 1)["after"] == [third]
    assert third in said(live, 0)["related"]
    live.edit("kill", article="ptn:6", reason="legal")
    assert said(live, 1)["after"] == []
    assert said(live, 0)["related"] == [second]


@pytest.mark.parametrize("by", ["editor", "agency"])
def test_a_changed_headline_is_changed_at_once_wherever_it_stands(live: World, by: str) -> None:
    """On the pages of the stories before (7) and after it, and of one that is related to it (0); in
    the Latest Posts of those that came after it (6, 8), lists, feeds and the search."""
    article = live.article("1")
    between = article.published - timedelta(seconds=30)
    live.publish(entry(7, title="Unlike7 others7", published=between, categories=("India",)))
    live.publish(entry(8, title="Unlike8 others8", categories=("Sport",)))
    swept(live)
    new = "Boats of the delta, corrected" if by == "editor" else "Brahmaputra villages, corrected"
    assert all(OLD[1] in build.without_latest(live.page(live.article(n).path)) for n in "0167")
    if by == "editor":
        live.edit("headline", article="ptn:1", headline=new, slug="corrected")
        assert live.article("1").path != article.path
    else:
        changed = entry(1, 2, title=new, published=article.published, categories=("India",))
        live.publish(changed, known=True)
    left = {key for key, text in live.site().items() if OLD[1] in build.without_latest(text)}
    assert {key for key in left if by == "editor" or not key.startswith("search/")} == set()
    assert not any(OLD[1] in live.page(live.article(name).path) for name in "68")
    assert said(live, 7)["after"] == said(live, 6)["before"] == [live.article("1").path]
    assert (live.article("1").path in said(live, 0)["related"]) == (by == "agency")
    assert all(new in live.page(live.article(name).path) for name in "167")


def test_a_changed_headline_makes_as_few_pages_again_however_large_the_archive(
    live: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wireroom.pipeline.reads.NEAR", 2)
    around, rows = Listings.around, []

    def counted(*asked: Any) -> tuple[list[ListingEntry], list[ListingEntry]]:
        newer, older = around(*asked)
        rows.append(len(newer) + len(older))
        return newer, older

    monkeypatch.setattr(Listings, "around", counted)
    ago = clock.now() - timedelta(days=30)
    written = []
    for number in (10, 30):
        live.publish(
            *(
                entry(
                    f"{number}-{each}",
                    title=f"W{each}x{number}",
                    published=ago,
                    categories=("India",),
                )
                for each in range(number)
            )
        )
        live.aws.calls.reset()
        live.edit("headline", article="ptn:1", headline=f"{OLD[1]} {number}")
        calls = [call for call in live.aws.calls if call.function == "RenderFunction"]
        written.append(Counter(call.operation for call in calls))
    assert written[0] == written[1]
    assert rows
    assert max(rows) <= 2 * 2 * 2  # twice as many on each side as a page is made from


def test_the_stories_around_one_are_the_same_however_many_rows_are_read_at_once(
    live: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    live.edit("pin", article="ptn:0", list="india")
    live.edit("republish", everything=True)
    before = live.site()
    monkeypatch.setattr("wireroom.pipeline.reads.WINDOW", 2)
    live.edit("republish", everything=True)
    for number in (0, 1, 6):
        path = live.article(str(number)).path
        assert (
            live.page(path).split('class="latest"')[0]
            == (before[f"{path[1:]}index.html"].split('class="latest"')[0])
        )
