"""Stories in the XML formats of agencies, through the deployed pipeline to the site."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.pipeline.newsroom import Newsroom
from tests.pipeline.test_sitemaps import sweep
from tests.wire.formats.agencies import WRITERS, Sent

FIRST = Sent(headline="Zebra Ferry sails", version=1)
formats = pytest.mark.parametrize("name", WRITERS)


def send(newsroom: Newsroom, name: str, sent: Sent) -> None:
    newsroom.wire.documents["/wire.xml"] = WRITERS[name](sent)
    newsroom.pull(400)


@formats
def test_a_newer_version_is_an_update_and_an_older_one_never_wins(
    newsroom: Newsroom, name: str
) -> None:
    newsroom.subscribe("wire", pictures="none")
    send(newsroom, name, replace(FIRST, version=2, headline="Ferry sails again"))
    path = newsroom.article(FIRST.guid).path
    assert "Asha Rao" in newsroom.page(path)
    assert "PARIS, Feb 11 (PTN) — The ferry sailed on Tuesday, at last." in newsroom.page(path)
    # The agency's clock is wrong; its numbers are not.
    late = FIRST.issued + timedelta(hours=5)
    send(newsroom, name, replace(FIRST, version=1, headline="An old word", revised=late))
    assert newsroom.headlines() == ["Ferry sails again"]
    send(newsroom, name, replace(FIRST, version=10, headline="Ferry arrives"))
    assert newsroom.headlines() == ["Ferry arrives"]
    assert newsroom.article(FIRST.guid).path == path
    assert newsroom.letters() == []


@formats
def test_a_story_is_held_when_withheld_and_killed_when_canceled(
    newsroom: Newsroom, name: str
) -> None:
    newsroom.subscribe("wire")
    send(newsroom, name, replace(FIRST, status="withheld"))
    assert newsroom.article(FIRST.guid).state == "held"
    send(newsroom, name, replace(FIRST, version=2))
    assert newsroom.article(FIRST.guid).state in ("live", "held")
    send(newsroom, name, replace(FIRST, version=3, status="canceled"))
    assert newsroom.article(FIRST.guid).state == "killed"
    sweep(newsroom)
    told = [key for key, text in newsroom.site().items() if "Zebra" in text]
    assert told == []


@formats
def test_a_live_story_goes_when_it_is_canceled(newsroom: Newsroom, name: str) -> None:
    newsroom.subscribe("wire")
    send(newsroom, name, FIRST)
    assert newsroom.headlines() == [FIRST.headline]
    send(newsroom, name, replace(FIRST, version=2, status="canceled"))
    assert newsroom.headlines() == []
    assert newsroom.article(FIRST.guid).state == "killed"


@formats
def test_an_embargoed_story_is_nowhere_until_its_time(newsroom: Newsroom, name: str) -> None:
    newsroom.subscribe("wire")
    until = newsroom.aws.clock.now() + timedelta(days=2)
    send(newsroom, name, replace(FIRST, embargo=until, status="embargoed"))
    article = newsroom.article(FIRST.guid)
    assert article.state == "scheduled"
    assert article.wire.embargo == until.replace(microsecond=0)
    sweep(newsroom)
    assert [key for key, text in newsroom.site().items() if "Zebra" in text] == []
    newsroom.aws.clock.advance(3 * 24 * 3600)
    for due in newsroom.aws.schedules:
        if due.function.logical_id == "ReleaseFunction":
            due.tick()
    newsroom.aws.drain()
    assert newsroom.headlines() == [FIRST.headline]


@formats
def test_what_is_for_editors_is_at_the_desk_and_nowhere_on_the_site(
    newsroom: Newsroom, name: str
) -> None:
    newsroom.subscribe("wire")
    send(newsroom, name, replace(FIRST, note="Call Zzyzx, +00 00 0000", slug="Qqslug"))
    sweep(newsroom)
    article = newsroom.article(FIRST.guid)
    assert article.state == "live"
    assert article.wire.editorial.note == "Call Zzyzx, +00 00 0000"
    told = [key for key, text in newsroom.site().items() if "Zzyzx" in text or "Qqslug" in text]
    assert told == []
    assert any(FIRST.headline in text for text in newsroom.site().values())
