"""Agencies' text messages in the deployed pipeline: leads, takes, kills and their notebooks."""

from __future__ import annotations

from itertools import permutations

import pytest

from tests.pipeline.newsroom import Newsroom
from tests.wire.formats.messages import anpa, iptc

SLUG = "Region-dam"
ID = "eca:region-dam:2026-02-11"
LEAD = iptc(1, text="   Port Amrita (wire) - The gates open.", trailer="111000 GMT Feb 26")
FIRST = iptc(2, slug=f"{SLUG},1st add/", text="   The first take.", trailer="111010 GMT Feb 26")
SECOND = iptc(3, slug=f"{SLUG},2nd add/", text="   The second take.", trailer="111020 GMT Feb 26")
NOTEBOOK = "\r\n\r\n# wire NOTEBOOK\r\n\r\n* * * *\r\nNot for publication\r\n- Tel: 0"


def serve(newsroom: Newsroom, *documents: bytes) -> None:
    for document in documents:
        newsroom.wire.documents["/text.xml"] = document
        newsroom.pull(400)


@pytest.mark.parametrize("order", list(permutations((LEAD, FIRST, SECOND))))
def test_takes_of_several_documents_are_one_story(
    newsroom: Newsroom, order: tuple[bytes, ...]
) -> None:
    newsroom.subscribe("text")
    serve(newsroom, *order)
    article = newsroom.article(ID)
    assert article.state == "live"
    page = newsroom.page(article.path)
    told = ("The gates open.</p>", "<p>The first take.</p>", "<p>The second take.</p>")
    assert [page.count(each) for each in told] == [1, 1, 1]
    assert sorted(told, key=page.index) == list(told)
    assert "has not been edited" in page
    assert newsroom.headlines() == ["Dam gates to open on Tuesday"]
    assert newsroom.letters() == []


def test_a_take_that_waits_for_its_lead_is_at_the_desk_only(newsroom: Newsroom) -> None:
    newsroom.subscribe("text")
    serve(newsroom, FIRST)
    assert newsroom.article(ID).state == "held"
    assert not any("first take" in text for text in newsroom.site().values())
    serve(newsroom, LEAD + FIRST)
    assert newsroom.page(newsroom.article(ID).path).count("The first take.") == 1


def test_a_newer_lead_an_older_one_a_hold_and_a_kill(newsroom: Newsroom) -> None:
    newsroom.subscribe("text")
    later = {"trailer": "111100 GMT Feb 26"}
    serve(newsroom, iptc(5, slug=f"{SLUG},2nd Ld/", text="   Third.", **later))
    serve(newsroom, iptc(4, slug=f"{SLUG},1st Ld/", text="   Second.", **later), LEAD)
    page = newsroom.page(newsroom.article(ID).path)
    assert "Third." in page
    assert "The gates open." not in page
    serve(newsroom, iptc(6, slug=f"{SLUG},WITHHOLD/", trailer="111200 GMT Feb 26"))
    assert newsroom.article(ID).state == "held"
    serve(newsroom, iptc(7, slug=f"{SLUG},MANDATORY KILL/", trailer="111210 GMT Feb 26"), LEAD)
    assert newsroom.article(ID).state == "killed"
    assert newsroom.headlines() == []


def test_an_embargo_waits_for_an_editor(newsroom: Newsroom) -> None:
    newsroom.subscribe("text")
    serve(newsroom, iptc(above="EMBARGOED until Friday\r\nDam opens ="))
    assert newsroom.article(ID).state == "held"


def test_the_notebook_of_a_message_is_for_editors(newsroom: Newsroom) -> None:
    newsroom.subscribe("text")
    serve(newsroom, iptc(text="   The gates open." + NOTEBOOK))
    article = newsroom.article(ID)
    assert "Tel: 0" in article.wire.editorial.note
    assert not any("NOTEBOOK" in text or "Tel: 0" in text for text in newsroom.site().values())


def test_a_story_of_anpa_is_published_and_updated(newsroom: Newsroom) -> None:
    newsroom.subscribe("text")
    serve(newsroom, anpa(), anpa(2871, version="1st Ld-Writethru", text="\t   Both gates open."))
    article = newsroom.article("bc-am--dam:2026-02-11")
    assert (article.state, article.wire.version) == ("live", 2)
    assert "<p>Both gates open.</p>" in newsroom.page(article.path)
