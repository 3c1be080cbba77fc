"""Checks the files of readers' search in a run against its articles (number 13 in
docs/simulation.md).

What the hourly and daily jobs make may lack what has come since then. It never tells of a story
that has left the site.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta

from tests.simulation.newsroom import Newsroom
from wireroom.model import HOME, Article, ListingEntry
from wireroom.newsroom.listing import listings
from wireroom.site import search
from wireroom.site.dates import day_of

RECENT = "search/recent.json"
WORDS = "search/words/"


def wrong(newsroom: Newsroom, articles: Mapping[str, Article]) -> Iterator[str]:
    """What is wrong with a file at any time: it tells of a story that is not on the site."""
    live = _live(articles)
    paths = {entry.path for entry in live}
    keys = {search.key(entry.id) for entry in live}
    for key, text in _files(newsroom).items():
        if key.startswith(WORDS):
            if more := {each for _, each in _told(text)} - keys:
                yield f"13: {key} tells of {more}, of which no live story is"
        elif key.endswith(".json") and (more := _paths(text) - paths):
            yield f"13: {key} shows {sorted(more)}"


def late(
    newsroom: Newsroom, articles: Mapping[str, Article], *, exact: bool = True
) -> Iterator[str]:
    """What is wrong with the files when both sweeps have run after all else. Not `exact`: stories
    have changed since, and are filed anew by the next sweep."""
    live, zone = _live(articles), newsroom.settings.site.timezone
    files, now = _files(newsroom), newsroom.simulation.now()
    shown = {
        path for key, text in files.items() if re.match(r"search/\d", key) for path in _paths(text)
    }
    if less := {entry.path for entry in live} - shown:
        yield f"13: no day shows {sorted(less)}"
    oldest = day_of(now - timedelta(days=search.RECENT_DAYS), zone)
    recent = {entry.path for entry in live if day_of(entry.published, zone) >= oldest}
    if _paths(files[RECENT]) != recent:
        yield f"13: {RECENT} shows {_paths(files[RECENT])}, not {recent}"
    told = {key: text for key, text in files.items() if key.startswith(WORDS) and text}
    filed = {day: _shards(newsroom, live, day) for day in (0, 1)}  # the sweep's day, or ours
    if exact and told not in filed.values():
        yield f"13: the shards tell {told}, not {filed[0]}"
    stories = set().union(*map(_told, told.values()))
    if less := set().union(*map(_told, filed[1].values())) - stories:
        yield f"13: the shards do not tell {less}"


def _live(articles: Mapping[str, Article]) -> list[ListingEntry]:
    rows = [row for each in articles.values() for row in listings(each).items()]
    return [entry for (name, _), entry in rows if name == HOME and entry.pin is None]


def _shards(newsroom: Newsroom, live: list[ListingEntry], before: int) -> dict[str, str]:
    """The shards that the stories make of days that are over, `before` so many days."""
    zone = newsroom.settings.site.timezone
    today = day_of(newsroom.simulation.now() - timedelta(days=before), zone)
    filed = [entry for entry in live if day_of(entry.published, zone) < today]
    lines = search.lines(newsroom.settings, filed)
    return {f"{WORDS}{n:03x}.txt": search.replaced("", new, "0", "") for n, new in lines.items()}


def _files(newsroom: Newsroom) -> dict[str, str]:
    simulation = newsroom.simulation
    objects = simulation.cloud.objects[simulation.stage.site]
    found = {key: each.body.decode() for key, each in objects.items() if key.startswith("search/")}
    return {key: _without_render_id(text) for key, text in found.items()}


def _without_render_id(text: str) -> str:
    return re.sub(r"\n?# render [0-9a-f]{32}\n\Z", "", text)


def _paths(text: str) -> set[str]:
    return {story["path"] for story in json.loads(text)["stories"]}


def _told(text: str) -> set[tuple[str, str]]:
    """(day, key) of all stories that a shard tells."""
    found = set()
    for line in text.splitlines():
        month, *words = line.split(" ")
        for word in words:
            for day in word.partition("=")[2].split("."):
                found |= {(f"{month}-{day[:2]}", key) for key in re.findall("..", day[2:])}
    return found
