"""Readers' search on the deployed site: what its files say, and when. A reader is played here by
the formats of the files; `tests/browser/test_search.py` plays one with the page and its script."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from tests.pipeline.test_purge import invalidations
from tests.pipeline.test_sitemaps import sweep
from tests.pipeline.world import FEED, SETTINGS, World, entry
from wireroom import clock
from wireroom.model import Job
from wireroom.pipeline import indexing
from wireroom.site import search
from wireroom.site.tokens import words
from wireroom.store.pages import Pages

DAY = 24


def files(world: World) -> dict[str, str]:
    return {key: text for key, text in world.site().items() if key.startswith("search/")}


def stories(text: str) -> list[dict[str, str]]:
    return json.loads(text)["stories"]


def told(text: str, word: str) -> set[tuple[str, str]]:
    """(day, key) of the stories that have `word`, by a shard."""
    found = set()
    for line in text.splitlines():
        month, *rest = line.split(" ")
        days = dict(each.split("=") for each in rest).get(word, "")
        for day in filter(None, days.split(".")):
            keys = re.findall("..", day[2:])
            found |= {(f"{month}-{day[:2]}", key) for key in keys}
    return found


def found(world: World, typed: str) -> list[str]:
    """The headlines of the stories that a reader finds, the newest first."""
    there, terms = files(world), words(typed)
    recent = json.loads(there["search/recent.json"])
    assert sum(1 << n for n in in_shards(there)) >= int(recent["shards"], 16)
    known = [each for each in recent["stories"] if has(each, terms)]
    both = [
        told(there.get(f"search/words/{search.shard(term):03x}.txt", ""), term) for term in terms
    ]
    for day, key in sorted(set.intersection(*both), reverse=True):
        part = search._DIGITS.index(key[1]) % search.PARTS + 1
        of_day = stories(there[f"search/{day.replace('-', '/')}/{part}.json"])
        known += [e for e in of_day if e["key"] == key and has(e, terms) and e not in known]
    return [each["headline"] for each in known]


def has(story: dict[str, str], terms: list[str]) -> bool:
    texts = " ".join(story.get(name, "") for name in ("headline", "excerpt", "author"))
    return set(terms) <= set(words(texts))


def in_shards(there: dict[str, str]) -> list[int]:
    return [int(key[13:16], 16) for key in there if key.startswith("search/words/")]


def wanted(world: World) -> dict[str, str]:
    """The shards that the stories in the table make, of days that are over."""
    entries = [
        each
        for each in world.table.listings.newest("home", 999).entries
        if indexing.filed(each.published, clock.now() - indexing.SKEW, "Asia/Kolkata")
    ]
    lines = search.lines(SETTINGS, entries)
    return {
        f"search/words/{n:03x}.txt": search.replaced("", new, "0", "") for n, new in lines.items()
    }


def test_a_story_that_search_engines_may_not_show_is_found_by_readers(world: World) -> None:
    feed = replace(FEED, index=False)
    world.apply(SETTINGS, (feed,))
    world.publish(entry(1, title="Flood in the delta"), feed=feed)
    sweep(world)
    assert "noindex" in world.page(world.article("1").path)
    assert found(world, "flood") == ["Flood in the delta"]


def test_a_new_story_is_found_within_the_hour_and_when_it_is_days_old(world: World) -> None:
    world.publish(
        entry(1, title="Flood in the delta", byline="Asha Rao"),
        entry(2, title="हिन्दी में बाढ़ की ख़बर", language="hi"),
        entry(3, title="فيضان في الحُكُومَة", language="ar"),
    )
    sweep(world)
    typed = {
        "delta flood": "Flood in the delta",
        "asha": "Flood in the delta",
        "खबर हिंदी": "हिन्दी में बाढ़ की ख़बर",
        "الحكومة": "فيضان في الحُكُومَة",
    }
    assert {each: found(world, each) for each in typed} == {e: [h] for e, h in typed.items()}
    assert found(world, "delta drought") == []
    assert in_shards(files(world)) == [], "of today, nothing is filed"
    sweep(world, 5 * DAY)
    assert stories(files(world)["search/recent.json"]) == []
    assert {each: found(world, each) for each in typed} == {e: [h] for e, h in typed.items()}
    assert world.letters() == []


def test_a_story_that_comes_late_or_changes_when_it_is_old_is_found_within_the_hour(
    world: World,
) -> None:
    long_ago = clock.now() - timedelta(days=40)
    world.publish(entry(1, title="Old flood", published=long_ago))
    sweep(world)
    assert found(world, "flood") == ["Old flood"]
    world.publish(entry(1, 2, title="Old drought", published=long_ago), known=True)
    assert found(world, "flood") == [], "what has gone from the story finds it no more"
    sweep(world)
    assert found(world, "drought") == ["Old drought"]
    assert files(world) | wanted(world) == files(world)


def test_a_story_that_leaves_the_site_leaves_every_file_at_once_whatever_its_age(
    world: World,
) -> None:
    ages = {"junior": 0, "middling": 2, "ancient": 60}
    for number, (name, days) in enumerate(ages.items()):
        published = clock.now() - timedelta(days=days, hours=1)
        world.send(entry(number, title=f"Zenith {name}", published=published))
    world.publish(entry(9, title="Another", published=clock.now() - timedelta(days=60)))
    sweep(world)
    for number, name in enumerate(ages):
        assert found(world, f"zenith {name}") == [f"Zenith {name}"]
        world.edit("kill", article=f"ptn:{number}", reason="legal")
        assert [key for key, text in files(world).items() if name in text.casefold()] == []
        assert found(world, f"zenith {name}") == []
    purged = [paths for paths in invalidations().values() if "/search/words/*" in paths]
    assert len(purged) == 2, "CloudFront forgets the shards of stories that were in them"
    told_now = {key: text for key, text in files(world).items() if "/words/" in key and text}
    assert told_now == wanted(world), "the other stories are still told"


def test_a_slower_writer_does_not_bring_a_withdrawn_story_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has read the table before the kill, and puts its shards after it."""
    world.publish(entry(1, title="Zenith", published=clock.now() - timedelta(days=9)))
    read = indexing.Indexing._stories

    def slow(self: indexing.Indexing, *about: Any) -> Any:
        rows = read(self, *about)
        monkeypatch.setattr(indexing.Indexing, "_stories", read)
        world.edit("kill", article="ptn:1", reason="legal")
        return rows

    site = Pages(world.aws.client("s3"), world.aws.outputs["SiteBucket"])
    job = Job(id="slow", requested=clock.now(), verify=True, phase="index")
    monkeypatch.setattr(indexing.Indexing, "_stories", slow)
    indexing.Indexing(world.table, site).step(job, SETTINGS)
    assert world.article("1").state == "killed"
    assert not any("zenith" in text.casefold() for text in files(world).values())


def test_an_editors_headline_is_in_the_results_at_once(world: World) -> None:
    world.publish(entry(1, title="Libel"))
    sweep(world)
    world.edit("headline", article="ptn:1", headline="Apology")
    assert (found(world, "libel"), found(world, "apology")) == ([], ["Apology"])


def test_the_shards_are_those_of_the_table_whatever_happened_before(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "MONTHS", 1)
    monkeypatch.setattr(indexing, "GROUP", 3)
    start = clock.now() - timedelta(days=70)
    world.publish(*(entry(n, published=start + timedelta(days=20 * n)) for n in range(4)))
    sweep(world, DAY)
    assert found(world, "story version 3") == ["Story 3 version 1"]
    shard = f"search/words/{search.shard('story'):03x}.txt"
    place = {"Bucket": world.aws.outputs["SiteBucket"], "Key": shard}
    world.aws.client("s3").put_object(**place, Body=b"0\n1999-01 rubbish=01AA\n2026-02 story=*\n")
    world.edit("kill", article="ptn:0", reason="error")
    world.publish(entry(1, 2, published=start + timedelta(days=20)), known=True)
    sweep(world, DAY)
    told_now = {key: text for key, text in files(world).items() if "/words/" in key and text}
    assert told_now == wanted(world)
    assert world.table.jobs.running() == []


def test_in_another_time_zone_stories_are_filed_under_other_days(world: World) -> None:
    evening = clock.now().replace(day=1, hour=20) - timedelta(days=1)  # the 1st in Kolkata
    world.publish(entry(1, published=evening))
    sweep(world, DAY)
    assert "search/2026/02/01/1.json" in files(world)
    world.apply(replace(SETTINGS, site=replace(SETTINGS.site, timezone="Europe/London")))
    there = files(world)
    days = {key for key in there if re.match(r"search/\d", key) and stories(there[key])}
    assert {key[:17] for key in days} == {"search/2026/01/31"}
    assert "2026-01" in "".join(text for key, text in there.items() if "/words/" in key)
    assert "2026-02" not in "".join(text for key, text in there.items() if "/words/" in key)
