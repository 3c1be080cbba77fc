"""The agency's own kill, as documents really bring it: beside its story, and in what order."""

from __future__ import annotations

import pytest

import wireroom.pipeline.process
from tests.pipeline.newsroom import Newsroom, item, rss
from tests.pipeline.world import FEED, World, entry
from wireroom import clock
from wireroom.model import Arrival
from wireroom.newsroom.identity import article_id
from wireroom.pipeline.messages import Message
from wireroom.pipeline.process import Process
from wireroom.store.bodies import Bodies
from wireroom.store.queues import Queue, encode

STORY = item(1, title="Reservoir opens", body="Reservoir opens text.")
OTHER = item(2)


def notice(title: str, **more: str) -> str:
    return item(1, title=title, body="The story is wrong.", **more)


@pytest.mark.parametrize(
    "kill",
    [
        notice("KILL: Reservoir opens"),
        notice("Mandatory Kill: Reservoir opens"),
        notice("KILL NOTICE Reservoir opens", date=""),
        notice("BC-PTN--KILL: Reservoir opens"),
        notice("Cancelled - Reservoir opens"),
        notice("KILL NOTICE Reservoir opens", guid="<guid>its own</guid>"),
        notice("Reservoir opens").replace("</title>", "</title><pubstatus>canceled</pubstatus>"),
    ],
)
def test_a_kill_beside_its_story_takes_it_down_wherever_it_stands(
    newsroom: Newsroom, kill: str
) -> None:
    """In every order that makes a difference to a document of three; tests/wire has them all."""
    newsroom.subscribe("top", kill_titles=("cancelled -",))
    for number, order in enumerate(((kill, STORY, OTHER), (STORY, OTHER, kill))):
        newsroom.wire.documents["/top.xml"] = rss(STORY, OTHER)
        newsroom.pull(400)
        if number:
            newsroom.edit("reinstate", article="ptn:1")
        assert newsroom.headlines() == ["Reservoir opens", "Story 2"]
        changed = [each.replace("The story", f"Story {number}") for each in order]
        newsroom.wire.documents["/top.xml"] = rss(*changed)
        newsroom.pull(400)
        assert newsroom.headlines() == ["Story 2"]
        killed = newsroom.article("1")
        assert killed.state == "killed"
        assert killed.desk.kill.value == "withdrawn-by-agency"
        assert killed.wire.headline == "Reservoir opens"
    assert newsroom.letters() == []


def test_a_story_that_comes_with_its_kill_is_never_seen_and_is_there_to_reinstate(
    newsroom: Newsroom,
) -> None:
    newsroom.wire.documents["/top.xml"] = rss(notice("KILL NOTICE Reservoir opens"), STORY)
    newsroom.subscribe("top")
    newsroom.pull()
    killed = newsroom.article("1")
    assert (killed.state, killed.revision, killed.path) == ("killed", 1, "")
    newsroom.edit("reinstate", article="ptn:1")
    assert newsroom.headlines() == ["Reservoir opens"]
    assert "Reservoir opens text." in newsroom.page(newsroom.article("1").path)


def test_what_the_agency_sends_beside_its_kill_is_what_comes_back(newsroom: Newsroom) -> None:
    kill = notice("KILL: Reservoir opens")
    newsroom.subscribe("top")
    for document in (
        rss(STORY),
        rss(kill, STORY),
        rss(kill, STORY.replace("opens text", "opens late").replace("08:00", "09:00")),
    ):
        newsroom.wire.documents["/top.xml"] = document
        newsroom.pull(60)
    assert newsroom.headlines() == []
    newsroom.edit("reinstate", article="ptn:1")
    assert "Reservoir opens late." in newsroom.page(newsroom.article("1").path)
    later = STORY.replace("opens text", "opens at last").replace("08:00", "10:00")
    newsroom.wire.documents["/top.xml"] = rss(kill, later)  # the same notice, and no new kill
    newsroom.pull(60)
    assert "Reservoir opens at last." in newsroom.page(newsroom.article("1").path)


def test_a_kill_is_done_although_the_story_beside_it_can_not_be_used(newsroom: Newsroom) -> None:
    newsroom.subscribe("top")
    newsroom.wire.documents["/top.xml"] = rss(STORY)
    newsroom.pull()
    endless = item(1, title="Reservoir opens" + " and on" * 200)
    newsroom.wire.documents["/top.xml"] = rss(endless, notice("KILL NOTICE Reservoir opens"))
    newsroom.pull(60)
    assert newsroom.headlines() == []
    (letter,) = newsroom.letters()
    assert letter.startswith("feed top, entry 1: title: ")


def test_a_story_that_the_agency_has_wait_leaves_the_site_until_an_editor_releases_it(
    newsroom: Newsroom,
) -> None:
    newsroom.subscribe("top", hold_titles=("advance for",))
    newsroom.wire.documents["/top.xml"] = rss(STORY, OTHER)
    newsroom.pull()
    held = STORY.replace("<title>", "<title>Advance for Sunday: ")
    newsroom.wire.documents["/top.xml"] = rss(STORY, held, OTHER)
    newsroom.pull(60)
    assert newsroom.headlines() == ["Story 2"]
    assert newsroom.article("1").state == "held"
    newsroom.wire.documents["/top.xml"] = rss(STORY.replace("08:00", "09:00"), OTHER)
    newsroom.pull(60)
    assert newsroom.article("1").state == "held"
    newsroom.edit("release", article="ptn:1")
    assert newsroom.headlines() == ["Reservoir opens", "Story 2"]


def test_a_notice_with_a_guid_of_its_own_finds_its_story_by_the_address_it_links_to(
    newsroom: Newsroom,
) -> None:
    newsroom.subscribe("top")
    story = item(1, title="Reservoir opens", guid="<guid>https://ptn.example/1</guid>")
    newsroom.wire.documents["/top.xml"] = rss(story, OTHER)
    newsroom.pull()
    kill = notice("KILL: Reservoir opens", guid="<guid>notice-7</guid>")
    newsroom.wire.documents["/top.xml"] = rss(kill.replace("https:", "http:"), OTHER)
    newsroom.pull(60)
    assert newsroom.headlines() == ["Story 2"]
    assert newsroom.article("https://ptn.example/1").state == "killed"
    assert newsroom.article("notice-7") is None


def test_what_follows_a_notice_under_its_guid_is_a_story_of_its_own(newsroom: Newsroom) -> None:
    first = "https://ptn.example/1"
    newsroom.publish(entry(first, link=first))
    kill = entry("notice-7", title="KILL: Story", link=first)
    newsroom.publish(kill, entry("notice-7", title="Another story", link="https://ptn.example/7"))
    assert newsroom.headlines() == ["Another story"]
    killed = newsroom.article(first)
    assert (killed.state, killed.wire.headline) == ("killed", f"Story {first} version 1")


def test_a_notice_that_matches_no_story_is_never_published_and_an_operator_sees_it(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[object, ...]] = []
    monkeypatch.setattr(
        wireroom.pipeline.process.logger,
        "error",
        lambda message, **more: told.append((message, more["feed"], more["entry"])),
    )
    newsroom.subscribe("top")
    newsroom.wire.documents["/top.xml"] = rss(STORY)
    newsroom.pull()
    kill = notice("KILL: Reservoir opens", guid="<guid>notice-7</guid>", link="")
    newsroom.wire.documents["/top.xml"] = rss(kill)
    newsroom.pull(60)
    assert newsroom.headlines() == ["Reservoir opens"]
    assert not [key for key, text in newsroom.site().items() if "KILL" in text]
    unmatched = newsroom.article("notice-7")
    assert unmatched.state == "killed"
    assert newsroom.table.articles.waiting("unseen") == [unmatched.id]
    assert told == [("kill notice matches no story", "top", "notice-7")]
    newsroom.wire.documents["/top.xml"] = rss(kill, item("notice-7", date=""))
    newsroom.pull(60)
    assert newsroom.table.articles.waiting("unseen") == []
    assert newsroom.article("notice-7").state == "killed"
    assert len(told) == 1


def test_a_notice_with_a_guid_of_its_own_kills_a_story_that_comes_after_it(
    newsroom: Newsroom,
) -> None:
    newsroom.subscribe("top")
    kill = notice("KILL: Reservoir opens", guid="<guid>notice-7</guid>")
    newsroom.wire.documents["/top.xml"] = rss(kill, OTHER)
    newsroom.pull()
    story = item(1, title="Reservoir opens", guid="<guid>http://ptn.example/1/</guid>")
    newsroom.wire.documents["/top.xml"] = rss(story, OTHER)
    newsroom.pull(60)
    assert newsroom.headlines() == ["Story 2"]
    assert newsroom.article("https://ptn.example/1").state == "killed"
    assert newsroom.table.articles.waiting("unseen") == [article_id("ptn", "notice-7")]


def test_a_notice_that_comes_before_its_story_takes_down_no_other(newsroom: Newsroom) -> None:
    newsroom.subscribe("top")
    newsroom.wire.documents["/top.xml"] = rss(notice("KILL: Reservoir opens"))
    newsroom.pull()
    newsroom.wire.documents["/top.xml"] = rss(OTHER, STORY)
    newsroom.pull(60)
    assert newsroom.headlines() == ["Story 2"]
    assert newsroom.article("1").state == "killed"


def test_a_kill_notice_that_matches_no_story_is_counted_again_when_it_is_repeated(
    world: World,
) -> None:
    """The run that wrote it may have ended before the count was printed."""
    aws = world.aws
    process = Process(
        world.table,
        Bodies(aws.client("s3"), aws.outputs["ContentBucket"]),
        Queue(aws.client("sqs"), aws.outputs["WireDeadLettersUrl"]),
    )
    arrival = Arrival(feed=FEED, seen=clock.now(), entry=entry("7", title="KILL: Reservoir opens"))
    message = Message("m", encode(arrival), 1)
    assert process.run([message]).counts == {"withdrawn": 1, "unmatched": 1}
    assert process.run([message]).counts == {"unchanged": 1, "unmatched": 1}
