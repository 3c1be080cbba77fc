"""The pages of authors, from the first story of a byline to its last."""

from __future__ import annotations

import re
from unittest.mock import patch

import moto.dynamodb.models as dynamodb_models
import pytest
from msgspec.structs import replace

from tests.pipeline.test_incremental import sweep
from tests.pipeline.world import SETTINGS, World, entry
from wireroom.newsroom.authors import authors
from wireroom.newsroom.listing import listings, sort_key
from wireroom.store.items import item
from wireroom_infra.embedded.moto_gaps.core import ACCOUNT, REGION

EMPTY = "There are no stories by this author at present."
ASHA = "/authors/asha-rao/"


def stories(page: str) -> list[str]:
    return re.findall(r"<h2[^>]*><a href=\"[^\"]*\">(.*?)</a>", page)


def bylines(page: str) -> dict[str, str]:
    """Path → text of the links in a story's byline."""
    return dict(re.findall(r'<a rel="author" href="([^"]*)">(.*?)</a>', page))


def test_a_byline_leads_to_the_authors_page_which_lists_the_stories_newest_first(
    world: World,
) -> None:
    world.publish(entry(1, byline="By ASHA RAO and B. Khan, PTN"), entry(2, byline="Asha Rao"))
    page = world.page(world.article("1").path)
    assert bylines(page) == {ASHA: "ASHA RAO", "/authors/b-khan/": "B. Khan"}
    told = '"author": [{"@type": "Person", "name": "Asha Rao", "url": "https://harbour.example'
    assert told + f'{ASHA}"}}, ' in page
    assert sorted(stories(world.page(ASHA))) == ["Story 1 version 1", "Story 2 version 1"]
    newest = [entry.id for entry in world.table.listings.newest("authors/asha-rao", 9).entries]
    headlines = {world.article(name).id: f"Story {name} version 1" for name in ("1", "2")}
    assert stories(world.page(ASHA)) == [headlines[identity] for identity in newest]
    assert "<h1" in world.page(ASHA)
    assert ">Asha Rao</h1>" in world.page(ASHA)


def test_search_engines_are_shown_an_author_of_three_stories(world: World) -> None:
    robots = '<meta name="robots" content="noindex">'
    for number in (1, 2):
        world.publish(entry(number, byline="Asha Rao"))
    assert robots in world.page(ASHA)
    world.publish(entry(3, byline="Asha Rao"))
    assert robots not in world.page(ASHA)


def test_another_byline_moves_the_story(world: World) -> None:
    world.publish(entry(1, byline="Asha Rao"))
    world.publish(entry(1, 2, byline="B. Khan"), known=True)
    assert EMPTY in world.page(ASHA)
    assert "Asha" not in world.page(ASHA)
    assert stories(world.page("/authors/b-khan/")) == ["Story 1 version 2"]
    assert bylines(world.page(world.article().path)) == {"/authors/b-khan/": "B. Khan"}


def test_a_withdrawn_story_is_on_no_authors_page_and_is_purged_from_there(world: World) -> None:
    world.publish(entry(1, byline="Asha Rao"), entry(2, byline="Asha Rao"))
    world.edit("kill", article="ptn:1", reason="legal")
    assert stories(world.page(ASHA)) == ["Story 2 version 1"]
    world.edit("kill", article="ptn:2", reason="legal")
    assert EMPTY in world.page(ASHA)
    purges = world.aws.client("dynamodb").scan(TableName=world.aws.outputs["TableName"])["Items"]
    paths = [row["paths"]["L"] for row in purges if row["sk"]["S"] == "purge"]
    withdrawn = [each for each in paths if {"S": "/2*"} in each]
    assert len(withdrawn) == 2
    assert all({"S": ASHA} in each for each in withdrawn)


def test_an_editors_headline_is_on_the_authors_page(world: World) -> None:
    world.publish(entry(1, byline="Asha Rao"))
    world.edit("headline", article="ptn:1", headline="Ours")
    assert stories(world.page(ASHA)) == ["Ours"]


def test_an_author_with_more_stories_than_the_page_shows_leads_to_the_search(world: World) -> None:
    world.publish(*(entry(number, byline="Asha Rao") for number in range(31)))
    page = world.page(ASHA)
    assert len(stories(page)) == 30
    assert '<a class="earlier" href="/search/?q=Asha+Rao">' in page


def of_an_older_release(world: World, number: str) -> None:
    """The story's rows and page as a release without authors left them."""
    client, name = world.aws.client("dynamodb"), world.aws.outputs["TableName"]
    s3, bucket = world.aws.client("s3"), world.aws.outputs["SiteBucket"]
    table = dynamodb_models.dynamodb_backends[ACCOUNT][REGION].get_table(name)
    article = world.article(number)
    with patch.object(table, "stream_shard", None):
        for listed, key in listings(article):
            if listed.startswith("authors/"):
                row = {"pk": {"S": f"list#{listed}"}, "sk": {"S": key}}
                client.delete_item(TableName=name, Key=row)
        keys = {"pk": f"article#{article.id}", "sk": "article"}
        client.put_item(TableName=name, Item=item(replace(article, authors=()), **keys))
    s3.delete_object(Bucket=bucket, Key="authors/asha-rao/index.html")
    s3.put_object(Bucket=bucket, Key=f"{article.path[1:]}index.html", Body=b"Asha Rao")


@pytest.mark.parametrize("by", ["sweep", "apply"])
def test_a_story_of_an_older_release_gets_its_authors(world: World, by: str) -> None:
    world.publish(entry(1, byline="Asha Rao"))
    of_an_older_release(world, "1")
    assert bylines(world.page(world.article().path)) == {}
    if by == "apply":
        world.apply(replace(SETTINGS, version="2"))
    else:
        sweep(world)
    assert bylines(world.page(world.article().path)) == {ASHA: "Asha Rao"}
    assert stories(world.page(ASHA)) == ["Story 1 version 1"]
    assert world.letters() == []


def test_the_sweep_repairs_an_authors_page_and_empties_one_that_nobody_leads_to(
    world: World,
) -> None:
    world.publish(entry(1, byline="Asha Rao"), entry(2, byline="B. Khan"))
    s3, bucket = world.aws.client("s3"), world.aws.outputs["SiteBucket"]
    s3.put_object(Bucket=bucket, Key="authors/asha-rao/index.html", Body=b"spoiled")
    s3.put_object(Bucket=bucket, Key="authors/nobody-x/index.html", Body=b"spoiled")
    s3.delete_object(Bucket=bucket, Key="authors/b-khan/index.html")
    sweep(world)
    assert stories(world.page(ASHA)) == ["Story 1 version 1"]
    assert stories(world.page("/authors/b-khan/")) == ["Story 2 version 1"]
    assert EMPTY in world.page("/authors/nobody-x/")


def test_no_hostile_byline_gets_a_page_elsewhere(world: World) -> None:
    hostile = (
        'A"><script>alert(1)</script> B',
        "../../index.html x",
        "A. B/../C. D",
        "Ａ． Ｒａｏ",
    )
    world.publish(*(entry(number, byline=each) for number, each in enumerate(hostile)))
    keys = [key for key in world.site() if "author" in key]
    assert all(re.fullmatch(r"authors/[a-z0-9-]+/index\.html", key) for key in keys)
    assert not any("alert(1)</script> B" in text for text in world.site().values())


def test_no_story_is_in_more_lists_than_a_transaction_holds(world: World) -> None:
    names = ", ".join(f"Asha {letter}rao" for letter in "BCDFGHJKLM")
    world.publish(entry(1, byline=names))
    assert len(authors(names)) == len(world.article().authors) == 3
    lists = {name for name, _ in listings(world.article())}
    assert len([name for name in lists if name.startswith("authors/")]) == 3
    assert sort_key(next(iter(listings(world.article()).values())))
