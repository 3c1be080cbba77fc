"""`recent` and `find`."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.infra.conftest import Newsdesk
from tests.pipeline.world import World, entry, prepared
from wireroom import clock
from wireroom_infra.embedded import EmbeddedAWS


def _stories(world: World) -> None:
    world.apply()
    world.publish(entry(1, categories=("Sport",)))
    world.aws.clock.advance(60)
    world.publish(entry(2, title="जलाशय के द्वार खुले", source="PTN Bhasha"))
    world.edit("headline", article="ptn:1", headline="Gates opened")
    world.edit("kill", article="ptn:2", reason="legal", by="ben")


@pytest.fixture
def desk(desk: Newsdesk, aws: EmbeddedAWS) -> Newsdesk:
    """Two stories: one with a headline of Asha's, one that Ben killed after that."""
    desk.world = prepared(aws, _stories)
    return desk


def rows(desk: Newsdesk) -> list[list[str]]:
    return [line.split("\t") for line in desk.out.splitlines()[1:]]


def test_recent_lists_stories_in_every_state_the_newest_change_first(desk: Newsdesk) -> None:
    desk.do("recent")
    one, two = (desk.world.article(number) for number in "12")
    assert rows(desk) == [
        [
            "2026-02-11 14:31 IST", "killed: legal", "जलाशय के द्वार खुले", "india", "PTN Bhasha",
            "edited by ben", two.path,
        ],
        [
            "2026-02-11 14:31 IST", "live", "Gates opened", "sport", "ptn", "edited by asha",
            one.path,
        ],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (("--state", "killed"), "2"),
        (("--category", "sport"), "1"),
        (("--feed", "ptn-top"), "21"),
        (("--editor", "asha"), "1"),
        (("--state", "held"), ""),
        (("--since", "2026-02-11T14:30"), "21"),
        (("--since", "2026-02-12"), ""),
        (("--limit", "1"), "2"),
    ],
)
def test_recent_takes_filters(desk: Newsdesk, options: tuple[str, ...], found: str) -> None:
    desk.do("recent", *options)
    assert [row[-1] for row in rows(desk)] == [desk.world.article(each).path for each in found]
    assert ("more than the newest 1" in desk.err) == ("--limit" in options)


def test_recent_lists_the_changes_of_a_month_unless_it_is_asked_for_more(desk: Newsdesk) -> None:
    since = f"{clock.now():%Y-%m-%d}"
    desk.world.aws.clock.advance(timedelta(days=40).total_seconds())
    desk.do("recent")
    assert rows(desk) == []
    desk.do("recent", "--since", since)
    assert len(rows(desk)) == 2


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("GATES", "open"), "1"),
        (("story", "version"), "21"),
        (("जलाशय",), "2"),
        (("द्वार", "जलाशय", "--state", "killed"), "2"),
        (("gates", "--month", "2026-02"), "1"),
        (("https://ptn.example/2",), "2"),
        (("ptn:1",), "1"),
    ],
)
def test_find_finds_by_words_and_by_what_is_pasted(
    desk: Newsdesk, words: tuple[str, ...], found: str
) -> None:
    desk.do("find", *words)
    assert [row[-1] for row in rows(desk)] == [desk.world.article(each).path for each in found]


def test_find_takes_the_storys_address(desk: Newsdesk) -> None:
    article = desk.world.article("2")
    for name in (article.id, article.path, f"https://harbour.example{article.path}"):
        desk.do("find", name)
        assert len(rows(desk)) == 1


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("flood",), "no such story among those that changed since 2026-01-12 14:31 IST"),
        (("gates", "--month", "2026-01"), "no such story among those that changed in 2026-01"),
        (("gates", "--state", "held"), "no such story"),
    ],
)
def test_find_ends_with_1_where_there_is_none(
    desk: Newsdesk, words: tuple[str, ...], reason: str
) -> None:
    assert desk.wireroom("find", *words) == 1
    assert reason in desk.err


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("find", "x", "--month", "2026-13"), "'2026-13' is no month"),
        (("find", "x", "--month", "2026-01", "--since", "2026-01-01"), "not both"),
        (("recent", "--since", "yesterday"), "'yesterday' is not an ISO 8601 time"),
        (("recent", "--state", "gone"), "'gone' is not one of"),
    ],
)
def test_a_wrong_option_is_named(desk: Newsdesk, words: tuple[str, ...], reason: str) -> None:
    assert desk.wireroom(*words) == 2
    assert reason in desk.err
