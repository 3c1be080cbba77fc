"""The sample wire: what it carries, and that it is the same each time."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wireroom.model import Entry, Feed
from wireroom.newsroom.normalise import normalise
from wireroom.settings.site_toml import read
from wireroom.wire.formats.feeds import parse
from wireroom_infra.sample import pictures as sample_pictures
from wireroom_infra.sample.server import answer, sample_wire
from wireroom_infra.sample.wire import CHANNELS, DAYS, EVERY, WRITTEN, documents, stories, versions

NOW = datetime(2026, 2, 12, 6, 0, tzinfo=UTC)
BASE = "http://127.0.0.1:8081"
SITE = Path(__file__).parents[2] / "sample" / "site.toml"


def entries(edition: int, now: datetime = NOW) -> dict[str, tuple[Entry, ...]]:
    return {
        path: parse(found.content, url=f"{BASE}/{path}", content_type=found.media_type).entries
        for path, found in documents(now, edition, BASE).items()
    }


def test_the_same_time_and_edition_give_the_same_bytes_in_every_process() -> None:
    code = (
        "import hashlib; from datetime import *; from wireroom_infra.sample.wire import documents\n"
        f"found = documents(datetime.fromisoformat({NOW.isoformat()!r}), 13, {BASE!r})\n"
        "print(hashlib.sha256(b''.join(each.content for each in found.values())).hexdigest())"
    )
    root = SITE.parents[1]
    printed = {
        subprocess.run(
            [sys.executable, "-c", code],
            check=True,
            capture_output=True,
            env={
                "PYTHONPATH": f"{root / 'shared'}:{root / 'infra'}:{root}",
                "PYTHONHASHSEED": seed,
            },
        ).stdout
        for seed in ("1", "2")
    }
    here = b"".join(each.content for each in documents(NOW, 13, BASE).values())
    assert printed == {f"{hashlib.sha256(here).hexdigest()}\n".encode()}


@pytest.mark.parametrize("edition", [0, 1, 5, WRITTEN, 30])
def test_every_feed_parses_whole_with_nothing_rejected(edition: int) -> None:
    out = {version.story.id for version in versions(NOW, edition)}
    seen = 0
    for path, found in documents(NOW, edition, BASE).items():
        document = parse(found.content, url=f"{BASE}/{path}", content_type=found.media_type)
        name = path.rpartition(".")[0]
        expected = [v for v in versions(NOW, edition) if name in v.story.feeds]
        assert document.rejected == ()
        assert [entry.title.replace("&amp;", "&") for entry in document.entries] == [
            version.title for version in expected
        ]
        seen += len(document.entries)
    assert seen >= len(out) >= 50


def test_titles_and_bodies_arrive_as_they_are_written() -> None:
    found = {entry.title: entry for each in entries(0).values() for entry in each}
    ferry = found["Ferry services halted at Port Amrita after jetty gangway gives way"]
    assert ferry.full
    assert "“The gangway dropped less than a metre,” he said." in ferry.body
    assert "<strong>42,000 passengers a day</strong>" in ferry.body
    assert ferry.picture is not None
    assert ferry.picture.url == f"{BASE}/pictures/harbour.png"
    assert ferry.byline == "Ritika Salvekar"
    assert "३१ साल बाद नीलकुंड पहुँची रेल" in found
    assert "أسطولان يتفقان على منارة واحدة" in found
    assert any("₹" in title for title in found)


def test_a_text_message_has_its_notebook_and_readers_get_none_of_it() -> None:
    (gates,) = (each for each in entries(0)["delta/wire.txt"] if "dam" in each.title)
    assert gates.byline == "Ines Okafor-Lund, delta"
    assert "not for publication" in gates.body
    found = normalise(gates, Feed(id="delta", url=BASE, provider="delta"), ())
    assert found.body.startswith("<p>Nilkund (delta) - The gates of the upper Amrita dam will open")
    assert found.body.endswith("Ferries above the weir stop at noon.</p>")
    assert "+00 00 0000 0000" in found.editorial.note


def test_stories_are_spread_over_the_last_four_days_and_none_is_in_the_future() -> None:
    ages = [NOW - version.published for version in versions(NOW, 0)]
    assert min(ages) > timedelta(0)
    assert timedelta(days=3) < max(ages) < timedelta(days=4)


def test_one_story_is_in_two_feeds_of_one_provider_and_is_the_same_in_both() -> None:
    found = entries(0)
    top = {entry.id: entry for entry in found["ptn/top.xml"]}
    national = {entry.id: entry for entry in found["ptn/india.xml"]}
    both = top.keys() & national.keys()
    assert len(both) >= 5
    assert all(top[key].body == national[key].body for key in both)


def test_one_entry_has_no_date() -> None:
    undated = [
        entry for each in entries(0).values() for entry in each if entry.published is None
    ]  # fmt: skip
    assert [entry.title for entry in undated] == [
        "What lives in a tide pool? A guide to twelve animals of the Amrita shore"
    ]
    assert undated[0].updated is None


def test_a_later_edition_updates_a_story_under_the_same_id() -> None:
    def ferry(edition: int) -> Entry:
        return next(e for e in entries(edition)["ptn/top.xml"] if e.id == "urn:ptn:ferry-jetty")

    first, later = ferry(1), ferry(2)
    assert later.published == first.published
    assert later.updated == NOW + 2 * EVERY
    assert later.title != first.title
    assert later.body.endswith(first.body[-200:]), "the opening is new, the rest stays"


def test_a_kill_comes_with_edition_six() -> None:
    def titles(edition: int) -> set[str]:
        return {entry.title for entry in entries(edition)["ptn/top.xml"]}

    killed = "Survey says nine in ten homes in Malavi have piped water"
    assert killed in titles(5)
    assert f"KILL: {killed}" in titles(6)
    assert killed not in titles(6)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 40))
def test_each_edition_brings_something_new(edition: int) -> None:
    before, after = (
        {path: found.content for path, found in documents(NOW, each, BASE).items()}
        for each in (edition, edition + 1)
    )
    assert before != after


def test_a_feed_that_has_nothing_new_stays_the_same_to_the_byte() -> None:
    quiet = [documents(NOW, edition, BASE)["halyard/sport.xml"] for edition in (3, 4, 5)]
    assert quiet[0] == quiet[1] == quiet[2]


def test_weekdays_in_the_copy_follow_the_day_of_the_demo() -> None:
    story = next(story for story in stories() if story.id == "ferry-jetty")
    assert "on Thursday" in story.body
    for days in range(7):
        now = NOW + timedelta(days=days)  # NOW is a Thursday, in Port Amrita too
        told = next(version for version in versions(now, 0) if version.story.id == story.id)
        assert f"on {DAYS[(3 + days) % 7]}" in told.body


def test_every_story_is_in_a_feed_that_exists_and_every_picture_is_drawn() -> None:
    names = {channel.path.rpartition(".")[0] for channel in CHANNELS}
    assert len({story.id for story in stories()}) == len(stories()) >= 60
    for story in stories():
        assert story.feeds
        assert set(story.feeds) <= names
        assert story.picture in {"", *sample_pictures.SCENES}
        assert all(update.edition <= WRITTEN for update in story.updates)


def test_the_demos_site_names_every_feed_of_the_wire() -> None:
    found = read(SITE.read_text("utf-8"))
    assert {feed.url for feed in found.feeds} == {f"{BASE}/{channel.path}" for channel in CHANNELS}
    assert found.settings.site.internal_hosts == ("127.0.0.1:8081",)
    terms = {term for category in found.settings.categories for term in category.terms}
    used = {term.lower() for story in stories() for term in story.terms}
    assert terms <= used, "no term of the demo's site.toml is there for nothing"


@pytest.mark.parametrize("name", sorted(sample_pictures.SCENES))
def test_pictures_are_whole_png_files(name: str) -> None:
    picture = answer(f"/pictures/{name}.png", NOW, 0, BASE)
    assert picture.status == 200
    assert picture.body.startswith(b"\x89PNG\r\n\x1a\n")
    assert picture.body.endswith(b"IEND\xaeB`\x82")
    assert len(picture.body) < 40_000


def test_the_servers_answers_can_be_asked_for_conditionally() -> None:
    with sample_wire(0, NOW) as address:
        url = f"{address}/harbour/desk.atom"
        with urllib.request.urlopen(url) as response:
            etag, changed = response.headers["ETag"], response.headers["Last-Modified"]
            ElementTree.fromstring(response.read())
        for header in ({"If-None-Match": etag}, {"If-Modified-Since": changed}):
            with pytest.raises(urllib.error.HTTPError) as caught:
                urllib.request.urlopen(urllib.request.Request(url, headers=header))
            assert caught.value.code == 304
        other = urllib.request.Request(url, headers={"If-None-Match": '"other"'})
        assert urllib.request.urlopen(other).status == 200


def test_the_servers_front_page_and_opml_name_the_feeds() -> None:
    front, opml = (answer(path, NOW, 0, BASE).body.decode() for path in ("/", "/feeds.opml"))
    for channel in CHANNELS:
        assert f'href="{BASE}/{channel.path}"' in front
        assert f'xmlUrl="{BASE}/{channel.path}"' in opml
    assert answer("/nothing.xml", NOW, 0, BASE).status == 404
