"""Stories of an agency that sends ninjs, through the pipeline."""

from __future__ import annotations

import json

from tests.pipeline.newsroom import Newsroom


def item(version: int, **more: object) -> dict[str, object]:
    return {
        "uri": "urn:wire:7",
        "type": "text",
        "version": str(version),
        "versioncreated": "2026-02-11T08:00:00Z",
        "pubstatus": "usable",
        "headline": f"Dam gates open {version}",
        "body_html": f"<p>The ministry opened them, version {version}.</p>",
        "ednote": "Call the desk under 555-0100",
        "subject": [{"name": "India"}],
    } | more


def serve(newsroom: Newsroom, *items: dict[str, object]) -> None:
    newsroom.wire.documents["/wire.xml"] = json.dumps(items).encode()
    newsroom.pull(400)


def test_stories_of_ninjs_are_published_updated_held_and_killed(newsroom: Newsroom) -> None:
    newsroom.subscribe("wire")
    serve(newsroom, item(2))
    assert newsroom.headlines() == ["Dam gates open 2"]
    serve(newsroom, item(10))
    serve(newsroom, item(9, versioncreated="2026-02-11T20:00:00Z"))
    article = newsroom.article("urn:wire:7")
    assert (article.wire.headline, article.wire.version) == ("Dam gates open 10", 10)
    assert "version 10" in newsroom.page(article.path)
    serve(newsroom, item(11, pubstatus="withheld"))
    assert newsroom.article("urn:wire:7").state == "held"
    newsroom.edit("release", article=article.id)
    assert newsroom.headlines() == ["Dam gates open 11"]
    serve(newsroom, item(12, pubstatus="canceled", body_html=""))
    assert newsroom.article("urn:wire:7").state == "killed"
    assert newsroom.headlines() == []
    assert newsroom.letters() == []


def test_what_is_said_to_editors_is_at_the_desk_and_nowhere_on_the_site(
    newsroom: Newsroom,
) -> None:
    newsroom.subscribe("wire")
    serve(newsroom, item(1))
    article = newsroom.article("urn:wire:7")
    assert article.wire.editorial.note == "Call the desk under 555-0100"
    assert "version 1" in newsroom.page(article.path)
    assert "555-0100" not in "".join(newsroom.site().values())


def test_a_story_under_an_embargo_waits_for_its_time(newsroom: Newsroom) -> None:
    newsroom.subscribe("wire")
    serve(newsroom, item(1, embargoed="2026-02-12T06:00:00+05:30"))
    article = newsroom.article("urn:wire:7")
    assert article.state == "scheduled"
    assert article.due.isoformat() == "2026-02-12T00:30:00+00:00"
    assert newsroom.headlines() == []
