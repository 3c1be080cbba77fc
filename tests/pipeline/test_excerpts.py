"""Stories of which a feed sends only the beginning, from the feed to the pages."""

from __future__ import annotations

import json

from msgspec.structs import replace

from tests.pipeline.newsroom import Newsroom, item, rss
from tests.pipeline.world import FEED, SETTINGS

CUT = "The towns below the dam […]"
SOURCE = "https://ptn.example/{}"


def test_an_excerpt_leads_on_to_the_source_and_is_at_home_there(newsroom: Newsroom) -> None:
    newsroom.wire.documents["/top.xml"] = rss(item(1, body=CUT), item(2))
    newsroom.subscribe("top")
    newsroom.pull()
    page = newsroom.page(newsroom.article("1").path)
    source = SOURCE.format(1)
    assert f'<a href="{source}" rel="noopener">Read the full story at ptn.example</a>' in page
    assert f'<link rel="canonical" href="{source}">' in page
    assert '<meta name="robots" content="noindex">' in page
    assert "Read the full story" not in newsroom.page(newsroom.article("2").path)
    newsroom.wire.documents["/top.xml"] = rss(item(1, body="All of its words."), item(2))
    newsroom.pull(400)
    page = newsroom.page(newsroom.article("1").path)
    assert "Read the full story" not in page
    assert "noindex" not in page


def test_a_headline_alone_leads_straight_to_the_source(newsroom: Newsroom) -> None:
    newsroom.wire.documents["/top.xml"] = rss(item(1, body=""), item(2))
    newsroom.subscribe("top")
    newsroom.pull()
    source, path = SOURCE.format(1), newsroom.article("1").path
    site = newsroom.site()
    for page in ("index.html", "2026/02/11/index.html", "fragments/latest.html"):
        assert f'<a href="{source}">Story 1</a>' in site[page]
        assert f'href="{path}"' not in site[page]
    assert [each["url"] for each in json.loads(site["feed.json"])["items"]].count(source) == 1
    assert f"<link>{source}</link>" in site["feed.xml"]
    assert f'content="0; url={source}"' in newsroom.page(path)
    assert newsroom.letters() == []


def test_other_settings_count_for_what_is_published_already(newsroom: Newsroom) -> None:
    newsroom.wire.documents["/top.xml"] = rss(item(1, body=CUT), item(2, body=""))
    newsroom.subscribe("top")
    newsroom.pull()
    url = f"{newsroom.wire.address}/top.xml"
    newsroom.apply(SETTINGS, (replace(FEED, id="top", url=url, excerpts="publish"),))
    newsroom.aws.drain()
    for number in ("1", "2"):
        article = newsroom.article(number)
        assert article.excerpt == ""
        assert "Read the full story" not in newsroom.page(article.path)
        assert f'href="{article.path}"' in newsroom.site()["index.html"]


def test_excerpts_that_are_skipped_or_held_are_not_on_the_site(newsroom: Newsroom) -> None:
    newsroom.wire.documents |= {
        "/skips.xml": rss(item(1, body=CUT), item(2)),
        "/holds.xml": rss(item(3, body=CUT), item(4)),
    }
    newsroom.subscribe("skips", excerpts="skip")
    newsroom.pull()
    assert newsroom.headlines() == ["Story 2"]
    newsroom.subscribe("holds", excerpts="hold")
    newsroom.pull()
    assert sorted(newsroom.headlines()) == ["Story 2", "Story 4"]
    assert newsroom.article("3").state == "held"
    assert newsroom.letters() == []
