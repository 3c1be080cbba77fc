"""Which entries of a document are one story."""

from __future__ import annotations

from datetime import UTC, datetime

from wireroom.model import Entry
from wireroom.wire.identity import identified

SITE = "https://city.example/"


def ids(link: str, *headlines: str) -> list[str]:
    """The ids of entries that share a guid and `link`, each an hour later than the one before."""
    read = [
        (
            "g",
            Entry(id="", title=title, link=link, published=datetime(2026, 2, 10, hour, tzinfo=UTC)),
        )
        for hour, title in enumerate(headlines)
    ]
    return [entry.id for entry in identified(read, "guid", frozenset(), SITE).entries]


def test_two_dated_headlines_are_two_stories_where_the_link_is_only_the_feeds_site() -> None:
    assert len(ids(SITE, "Bridge open", "Rain stops")) == 2
    assert len(ids("", "Bridge open", "Rain stops")) == 2
    assert ids("https://city.example/1", "Bridge open", "Bridge opens") == ["g"]


def test_versions_with_numbers_are_one_story_whatever_their_headlines_and_dates() -> None:
    read = [
        (
            "g",
            Entry(id="", title=title, version=number, published=datetime(2026, 2, 10, tzinfo=UTC)),
        )
        for number, title in ((2, "Bridge opens"), (3, "Bridge is open"), (1, "Works end"))
    ]
    found = identified(read, "guid", frozenset(), SITE)
    assert [(entry.id, entry.title) for entry in found.entries] == [("g", "Bridge is open")]
    assert (found.folded, found.shared) == ((), frozenset())
