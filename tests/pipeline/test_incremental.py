"""The site after any sequence of changes is the site that a rebuild of the table gives."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.conftest import START
from tests.pipeline.world import FEED, SETTINGS, World, empty_site, entry, prepared, without_latest
from tests.site.sitemap_schema import locations
from wireroom_infra.embedded import EmbeddedAWS

pytestmark = pytest.mark.slow  # left out of `make check`

SEARCH = ("search/recent.json", "search/2", "search/words/")
INDEX, MONTHS, FRONT = "sitemap.xml", "sitemaps/2", f"{SETTINGS.site.url}/"
SECOND_FEED = replace(FEED, id="ptn-politics", categories=("politics",))

arrivals = st.builds(
    lambda story, version, days, categories, other, known, byline: (
        entry(
            story,
            version,
            published=START - timedelta(days=days, minutes=story),
            categories=tuple(sorted(categories)),
            byline=byline,
        ),
        SECOND_FEED if other else FEED,
        known,
    ),
    story=st.integers(0, 3),
    version=st.integers(1, 4),
    days=st.sampled_from((0, 1, 2, 3, 12)),  # the last is of the month before
    categories=st.sets(st.sampled_from(["India", "Politics", "Sport"]), max_size=2),
    other=st.booleans(),
    known=st.booleans(),
    byline=st.sampled_from(("", "Asha Rao", "ASHA RAO and B. Khan", "B. Khan, Mumbai", "PTI")),
)
edits = st.one_of(
    st.sampled_from(
        [
            ("hold", {}),
            ("release", {}),
            ("kill", {"reason": "legal"}),
            ("reinstate", {}),
            ("headline", {"headline": "Ours"}),
            ("headline", {"slug": "moved"}),
            ("categorise", {"set": ["business"]}),
            ("categorise", {"auto": True}),
            ("pin", {"list": "home"}),
            ("unpin", {"list": "home"}),
            ("correct", {"body": "<p>Right.</p>", "correction": "Wrong."}),
        ]
    ).flatmap(lambda edit: st.tuples(st.just(edit), st.integers(0, 3))),
)


def sweep(world: World) -> None:
    (due,) = (s for s in world.aws.schedules if s.function.logical_id == "SweepFunction")
    due.tick()
    world.aws.drain()


def rebuilt(world: World) -> dict[str, str]:
    """The site that a full republish writes into the emptied bucket."""
    s3, bucket = world.aws.client("s3"), world.aws.outputs["SiteBucket"]
    for key in world.site():
        if not key.startswith("assets/"):
            s3.delete_object(Bucket=bucket, Key=key)
    world.edit("republish", everything=True)
    return world.site()


def told(site: Mapping[str, str]) -> set[str]:
    """The stories that files of readers' search tell of: paths, and days with keys."""
    return set().union(*(stories(site[key]) for key in site if key.startswith(SEARCH)))


def stories(text: str) -> set[str]:
    if text.startswith("{"):
        return {each["path"] for each in json.loads(text)["stories"]}
    found = set()
    for line in text.splitlines():
        for days in re.findall(r"=(\S+)", line):
            for day in days.split("."):
                found |= {f"{line[:7]}-{day[:2]} {key}" for key in re.findall("..", day[2:])}
    return found


def assert_equal_to_a_rebuild(world: World) -> None:
    incremental = world.site()
    full = rebuilt(world)
    assert world.letters() == []
    assert told(incremental) <= told(full)
    for key, text in full.items():
        if key.startswith(MONTHS):  # the hourly job adds what has come since
            named = set(locations(incremental.get(key, text)))
            assert named <= {*locations(text), FRONT}, key
        elif key == INDEX:
            named = {each.removeprefix(FRONT) for each in locations(incremental[key])}
            assert named <= incremental.keys(), key
        elif key.startswith(SEARCH):  # the hourly and the daily job make them the same
            continue
        else:
            assert without_latest(incremental[key]) == without_latest(text), key
    for key in incremental.keys() - full.keys():
        if key.startswith(MONTHS):
            assert locations(incremental[key]) == [FRONT], f"{key} should be an emptied month"
            continue
        if key.startswith(SEARCH):
            continue
        emptied = ("no stories on this day", "no calendar of this month", "no stories by this")
        assert any(each in incremental[key] for each in emptied), f"{key} should be empty"


@settings(
    max_examples=25,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.lists(arrivals, min_size=1, max_size=4), min_size=1, max_size=4))
def test_incremental_rendering_of_wire_events_equals_a_full_rebuild(
    aws: EmbeddedAWS, batches: list
) -> None:
    world = prepared(aws, empty_site)
    for batch in batches:
        for what, feed, known in batch:
            world.send(what, feed=feed, known=known)
        aws.drain()
    assert_equal_to_a_rebuild(world)


@settings(
    max_examples=20,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.one_of(arrivals, edits), min_size=2, max_size=9))
def test_incremental_rendering_of_wire_and_editors_events_equals_a_full_rebuild(
    aws: EmbeddedAWS, happenings: list
) -> None:
    world = prepared(aws, empty_site)
    for number, happening in enumerate(happenings):
        if number == 1:
            sweep(world)  # from now on there is a sitemap of the month
        if len(happening) == 3:
            what, feed, known = happening
            world.publish(what, feed=feed, known=known)
            continue
        (action, detail), story = happening
        if world.article(str(story)):
            world.edit(action, article=f"ptn:{story}", **detail)
    assert_equal_to_a_rebuild(world)
    pages = world.site().values()
    for story in range(4):
        article = world.article(str(story))
        if article and article.state != "live":
            assert not any(f"Body of story {story}," in text for text in pages)
