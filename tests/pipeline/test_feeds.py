"""The site's own feeds on the deployed stack."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs

import feedparser
from msgspec.structs import replace

from tests.pipeline.world import SETTINGS, World, entry
from wireroom_infra.local.loopback import Answer, Request, serving

FULL = replace(SETTINGS, site=replace(SETTINGS.site, feed_text="full"))


def atom(world: World, path: str = "/india/atom.xml") -> list[Any]:
    return list(feedparser.parse(world.page(path)).entries)


def items(world: World) -> list[Any]:
    return list(json.loads(world.page("/india/feed.json"))["items"])


def test_all_feeds_follow_a_story_from_its_first_version_to_its_kill(world: World) -> None:
    world.publish(entry(1), entry(2, 2))
    first = {item.id: item for item in atom(world)}
    assert {item["id"]: item["url"] for item in items(world)} == {
        name: item.link for name, item in first.items()
    }
    (name,) = [name for name, item in first.items() if item.title == "Story 1 version 1"]

    body = "<p>Body of story 1, version 1. The same opening.</p><p>More.</p>"
    world.publish(entry(1, 5, title="Story 1 version 1", body=body), known=True)
    second = {item.id: item for item in atom(world)}
    assert second[name].updated > first[name].updated
    assert second[name].published == first[name].published
    found = {item["id"]: item["date_modified"] for item in items(world)}
    assert found == {key: item.updated for key, item in second.items()}

    world.edit("headline", article="ptn:1", slug="another")
    third = {item.id: item for item in atom(world)}
    assert third.keys() == first.keys()
    assert "/another/" in third[name].link

    world.edit("kill", article="ptn:1", reason="legal")
    for path in ("/india/atom.xml", "/india/feed.json", "/atom.xml", "/feed.json", "/feed.xml"):
        assert "Story 1" not in world.page(path)
        assert "Story 2" in world.page(path)
    assert not world.letters()


def test_full_feeds_have_the_newest_bodies_and_read_each_once(world: World) -> None:
    world.apply(FULL)
    world.publish(entry(1), entry(2))
    world.aws.calls.reset()
    world.publish(entry(3, categories=("India", "Sport")))
    content = world.aws.outputs["ContentBucket"]
    read = [
        call.resource
        for call in world.aws.calls
        if (call.function, call.operation) == ("RenderFunction", "GetObject")
        and content in call.resource
    ]
    assert len(read) == len(set(read)) == 3
    html = {item["title"]: item["content_html"] for item in items(world)}
    assert len(html) == 3
    for title, text in html.items():
        number = title.split()[1]
        assert f"<p>Body of story {number}, version 1.</p>" in text
        assert "published from a syndicated feed" in text
    world.publish(entry(1, 2), known=True)
    assert "Body of story 1, version 2." in world.page("/feed.xml")
    assert "Body of story 1, version 2." in world.page("/india/atom.xml")
    world.edit("kill", article="ptn:1", reason="legal")
    assert "Body of story 1" not in "".join(world.site().values())


def minute(world: World) -> None:
    world.aws.clock.advance(60)
    (ingest,) = (s for s in world.aws.schedules if s.function.logical_id == "IngestFunction")
    ingest.tick()
    world.aws.drain()


def test_the_sites_hub_is_told_of_each_feed_that_changed_until_it_takes_it(world: World) -> None:
    told: list[dict[str, list[str]]] = []
    statuses = [500, 204]

    def hub(request: Request) -> Answer:
        told.append(parse_qs(request.body.decode()))
        return Answer(statuses.pop(0) if statuses else 202)

    with serving(hub) as address:
        host = address.removeprefix("http://")
        site = replace(SETTINGS.site, hub=f"{address}/", internal_hosts=(host,))
        world.apply(replace(SETTINGS, site=site))
        minute(world)
        minute(world)
        assert told[0] == told[1], "what it refused it is told again"
        assert len(told[1]["hub.url"]) == 3 * 5
        minute(world)
        assert len(told) == 2
        world.publish(entry(1))
        minute(world)
        assert set(told.pop()) == {"hub.mode", "hub.url"}
        world.publish(entry(2), entry(3))
        minute(world)
    assert len(told) == 3
    assert told[2]["hub.mode"] == ["publish"]
    url = SETTINGS.site.url
    assert sorted(told[2]["hub.url"]) == [
        f"{url}{root}{name}"
        for root in ("/", "/india/")
        for name in ("atom.xml", "feed.json", "feed.xml")
    ]
    links = feedparser.parse(world.page("/feed.xml")).feed.links
    assert f"{address}/" in [link.href for link in links if link.rel == "hub"]
    assert [
        link.href
        for link in feedparser.parse(world.page("/atom.xml")).feed.links
        if link.rel == "hub"
    ]
    assert json.loads(world.page("/feed.json"))["hubs"] == [
        {"type": "WebSub", "url": f"{address}/"}
    ]
