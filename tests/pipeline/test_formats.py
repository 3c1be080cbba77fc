"""A new format needs its module and its place in the table; all of the pipeline is there for it."""

from __future__ import annotations

import pytest

from tests.pipeline.newsroom import Newsroom, item, rss
from tests.wire.formats import telex
from wireroom.wire.formats import feeds


def message(number: int, title: str, text: str = "The ferry sailed on Tuesday.\n") -> str:
    return f"ZCZC {number}\n{title}\n{text}NNNN\n"


@pytest.fixture(autouse=True)
def _with_telex(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "FORMATS", (telex.FORMAT, *feeds.FORMATS))


def test_stories_of_a_new_format_are_published_updated_and_killed(newsroom: Newsroom) -> None:
    def serve(*messages: str) -> None:
        newsroom.wire.documents["/telex.xml"] = "".join(messages).encode()
        newsroom.pull(400)

    newsroom.wire.documents["/top.xml"] = rss(item(1))
    newsroom.subscribe("telex", "top")
    serve(message(17, "Ferry sails"), message(18, "Market opens"))
    assert set(newsroom.headlines()) == {"Ferry sails", "Market opens", "Story 1"}
    assert "<p>The ferry sailed on Tuesday.</p>" in newsroom.page(newsroom.article("17").path)
    serve(message(17, "Ferry sails again"), message(18, "Market opens"))
    assert newsroom.article("17").wire.headline == "Ferry sails again"
    serve(message(17, "KILL: Ferry sails again"), message(18, "Market opens"))
    assert newsroom.article("17").state == "killed"
    assert set(newsroom.headlines()) == {"Market opens", "Story 1"}
    assert newsroom.letters() == []


def test_an_entry_of_a_new_format_that_can_t_be_used_is_a_dead_letter(newsroom: Newsroom) -> None:
    newsroom.wire.documents["/telex.xml"] = (
        message(17, "Empty", "") + message(18, "Full")
    ).encode()
    newsroom.subscribe("telex")
    newsroom.pull()
    assert newsroom.headlines() == ["Full"]
    assert newsroom.letters() == ["feed telex, entry 17: body: the message has no text"]


def test_a_document_of_no_format_is_the_state_of_its_feed(newsroom: Newsroom) -> None:
    newsroom.wire.documents["/telex.xml"] = b"<opml><body/></opml>"
    newsroom.subscribe("telex")
    newsroom.pull()
    assert newsroom.states() == {"telex": "not-a-feed"}
    (row,) = newsroom.feeds.all()
    assert "the document is <opml>, not telex or " in row.state.reason
