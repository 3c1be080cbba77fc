"""How long the CDN and browsers keep a page."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from wireroom.model import Article
from wireroom.site import caching
from wireroom.site.kinds import KINDS

NOW = datetime(2026, 2, 12, 6, tzinfo=UTC)


def article(age: timedelta | None) -> Article:
    changed = None if age is None else NOW - age
    return Article(id="a", provider="p", entry_id="1", revision=1, state="live", changed=changed)


def seconds(header: str) -> dict[str, int]:
    return {name: int(value) for name, value in re.findall(r"([a-z-]+)=(\d+)", header)}


@pytest.mark.parametrize(
    ("age", "kept"),
    [
        (timedelta(), 300),
        (timedelta(hours=23, minutes=59), 300),
        (timedelta(days=1), 3600),
        (timedelta(days=6, hours=23), 3600),
        (timedelta(days=7), 86400),
        (timedelta(days=3000), 86400),
        (timedelta(hours=-1), 300),  # by the clock of another machine
        (None, 300),  # a row of an older release
    ],
)
def test_the_cdn_keeps_an_article_longer_as_it_ages(age: timedelta | None, kept: int) -> None:
    assert seconds(caching.of_article(article(age), NOW))["s-maxage"] == kept


def test_an_address_whose_article_is_not_there_is_kept_for_the_shortest_time() -> None:
    assert seconds(caching.of_article(None, NOW))["s-maxage"] == 300


@pytest.mark.parametrize("header", [caching.of_article(article(timedelta(days=9)), NOW), *KINDS])
def test_no_browser_keeps_a_page_for_more_than_a_minute_and_a_half(header: str) -> None:
    """Nothing purges a browser, and a killed story must not stay in one."""
    kept = seconds(KINDS[header].cache if header in KINDS else header)
    assert kept["max-age"] + kept["stale-while-revalidate"] <= 90
    assert kept["stale-if-error"] == 86400
