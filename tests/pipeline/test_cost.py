"""What publishing one story costs, in AWS calls, and that the archive does not add to it."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import moto.dynamodb.models as dynamodb_models
import pytest
from msgspec.structs import replace

from tests.pipeline.newsroom import Newsroom, item, rss
from tests.pipeline.world import CATEGORIES, FEED, SETTINGS, World, entry
from wireroom import clock
from wireroom.model import Article
from wireroom.newsroom.history import revision
from wireroom.newsroom.merge import merge
from wireroom.newsroom.normalise import normalise
from wireroom.newsroom.settle import settle
from wireroom.store.articles import Articles
from wireroom.store.bodies import body_key
from wireroom_infra.embedded.moto_gaps.core import ACCOUNT, REGION

pytestmark = pytest.mark.slow  # left out of `make check`

THREE = (
    "<dc:creator>Asha Rao</dc:creator><category>Politics</category><category>Sport</category>"
    "<category>"
)


class Straight:
    """A client of DynamoDB that puts the new rows of a transaction into moto's table itself. With
    calls to moto, two thousand stories took 20 seconds."""

    def __init__(self, table: Any) -> None:
        self._table = table

    def transact_write_items(self, TransactItems: list[dict[str, Any]]) -> None:
        for change in TransactItems:
            self._table.put_item(change["Put"]["Item"])


def fill(newsroom: World, stories: int) -> None:
    """An archive of `stories` in three categories, 50 a day before today, straight into the table
    and not its stream: their pages are not made, as nobody reads them here."""
    name = newsroom.aws.outputs["TableName"]
    table = dynamodb_models.dynamodb_backends[ACCOUNT][REGION].get_table(name)
    with patch.object(table, "stream_shard", None):
        archive(Articles(Straight(table), name), stories)
    assert len(newsroom.table.listings.newest("home", stories + 2).entries) == stories + 1


def archive(articles: Articles, stories: int) -> None:
    for number in range(stories):
        published = clock.now() - timedelta(days=1 + number // 50, seconds=number % 50)
        sent = entry(
            f"old {number}",
            published=published,
            categories=("India", "Politics", "Sport"),
            byline="Asha Rao",
        )
        story = normalise(sent, FEED, CATEGORIES)
        _, merged = merge(None, story, body=body_key(story.body), arrived=clock.now())
        assert isinstance(merged, Article)
        settled = settle(replace(merged, revision=1), now=clock.now(), settings=SETTINGS)
        articles.save(None, settled, revision(None, settled, who="ptn", what="new"))


def cost_of_one_story(newsroom: Newsroom, archive: int) -> Counter[str]:
    first, second = (item(number).replace("<category>", THREE) for number in (1, 2))
    newsroom.wire.documents["/top.xml"] = rss(first)
    newsroom.subscribe("top")
    newsroom.pull()  # so that containers are warm, and the day has its first story
    fill(newsroom, archive)
    newsroom.wire.documents["/top.xml"] = rss(first, second)
    newsroom.aws.calls.reset()
    newsroom.pull(10)
    assert newsroom.article("2").categories == ("india", "politics", "sport")
    site = newsroom.aws.outputs["SiteBucket"]
    return Counter(
        "page writes" if site in call.resource else f"{call.function} {call.operation}"
        for call in newsroom.aws.calls
        if call.function not in {"ReleaseFunction", "SweepFunction"}
    )


def test_one_story_costs_the_same_with_ten_stories_in_the_archive_as_with_two_thousand(
    newsroom: Newsroom, capsys: pytest.CaptureFixture[str]
) -> None:
    small = cost_of_one_story(newsroom, 10)
    newsroom.aws.reset()
    newsroom.apply()
    large = cost_of_one_story(newsroom, 2000)
    with capsys.disabled():
        sys.stdout.write("\nAWS calls for one new story in three categories, by an author:\n")
        for call, count in sorted(large.items()):
            sys.stdout.write(f"  {count:3} {call}\n")
    assert small == large
    pages = large.pop("page writes")
    assert pages == 2 * 24 - 1  # an ETag and a put for each page, but no ETag of a new article
    assert large.total() <= 15
