"""The address by which an entry is known changes without leading elsewhere: it is one story."""

from __future__ import annotations

import pytest

from tests.pipeline.newsroom import Newsroom, item, rss

AS_GUID = {"guid": "<guid>{}</guid>", "link": ""}
AS_LINK = {"guid": "", "link": "<link>{}</link>"}
FIRST = "http://www.wire.example/news/dam"
SPELLINGS = [
    "https://www.wire.example/news/dam",
    "http://wire.example/news/dam",
    "https://wire.example/news/dam/",
    "https://WIRE.example:443/news/dam",
    "https://wire.example/news/dam#rss",
    "https://wire.example/news/dam?utm_source=rss&amp;fbclid=2",
]


def dam(address: str, as_what: dict[str, str], **more: str) -> bytes:
    parts = {name: text.format(address) for name, text in as_what.items()}
    return rss(item(1, title="Dam gates open", **parts, **more), item(2))


@pytest.mark.parametrize(
    ("as_what", "identity"), [(AS_GUID, "guid"), (AS_LINK, "guid"), (AS_LINK, "link")]
)
def test_it_is_one_story_and_stays_killed(
    newsroom: Newsroom, as_what: dict[str, str], identity: str
) -> None:
    newsroom.subscribe("top", identity=identity)
    for spelled in (FIRST, *SPELLINGS):
        newsroom.wire.documents["/top.xml"] = dam(spelled, as_what)
        newsroom.pull(60)
        assert newsroom.headlines() == ["Dam gates open", "Story 2"]
    newsroom.edit("kill", article=f"ptn:{SPELLINGS[1]}", reason="legal")
    for spelled in (FIRST, *SPELLINGS):
        newsroom.wire.documents["/top.xml"] = dam(spelled, as_what, body="Water at last.")
        newsroom.pull(60)
        assert newsroom.headlines() == ["Story 2"]
    assert newsroom.letters() == []


def test_it_is_one_story_in_two_feeds_of_a_provider(newsroom: Newsroom) -> None:
    newsroom.wire.documents["/top.xml"] = dam(FIRST, AS_GUID)
    newsroom.wire.documents["/more.xml"] = dam(SPELLINGS[2], AS_GUID)
    newsroom.subscribe("top", "more")
    newsroom.pull()
    assert newsroom.headlines() == ["Dam gates open", "Story 2"]


def test_both_in_one_document_are_one_story(newsroom: Newsroom) -> None:
    twice = [
        item(1, title="Dam gates open", guid=f"<guid>{address}</guid>", link="")
        for address in (FIRST, SPELLINGS[3])
    ]
    newsroom.wire.documents["/top.xml"] = rss(*twice)
    newsroom.subscribe("top")
    newsroom.pull()
    assert newsroom.headlines() == ["Dam gates open"]


def test_parts_of_a_page_that_come_together_are_stories_whatever_their_fragments(
    newsroom: Newsroom,
) -> None:
    parts = [
        item(number, guid=f"<guid>https://wire.example/live#{name}</guid>", link="")
        for number, name in enumerate(("weather", "traffic", "post-1", "post-2"))
    ]
    newsroom.wire.documents["/top.xml"] = rss(*parts)
    newsroom.subscribe("top")
    newsroom.pull()
    assert len(newsroom.headlines()) == 4
    newsroom.wire.documents["/top.xml"] = rss(*parts[1:], item(9))
    newsroom.pull(60)
    assert len(newsroom.headlines()) == 5


def test_a_kill_before_the_story_holds_however_its_address_is_spelled(newsroom: Newsroom) -> None:
    newsroom.subscribe("top")
    newsroom.edit("kill", article=f"ptn:{FIRST}", reason="legal")
    newsroom.wire.documents["/top.xml"] = dam(SPELLINGS[4], AS_GUID)
    newsroom.pull()
    assert newsroom.headlines() == ["Story 2"]


@pytest.mark.parametrize("killed", [False, True])
@pytest.mark.parametrize(
    "spelled",
    [FIRST, "https://www.wire.example/news/dam", "https://wire.example/news/dam/"],
)
def test_an_article_that_an_earlier_release_kept_by_the_address_as_it_was_is_found(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, spelled: str, killed: bool
) -> None:
    newsroom.subscribe("top")
    newsroom.wire.documents["/top.xml"] = dam(FIRST, AS_GUID)
    with monkeypatch.context() as earlier:
        earlier.setattr("wireroom.newsroom.identity.canonical", lambda text: text)
        newsroom.pull()
        assert newsroom.article(FIRST)
    assert newsroom.article(FIRST) is None
    if killed:
        newsroom.edit("kill", article=f"ptn:{spelled}", reason="legal")
    newsroom.wire.documents["/top.xml"] = dam(spelled, AS_GUID, body="Water at last.")
    newsroom.pull(60)
    assert newsroom.headlines() == (["Story 2"] if killed else ["Dam gates open", "Story 2"])
    assert newsroom.article(FIRST) is None
    assert newsroom.letters() == []
