"""What an agency wrote for editors only, on its way through the deployed pipeline: it is at the
desk, and in no object of the site."""

from __future__ import annotations

from html import escape

import pytest
from msgspec.structs import replace

from tests.pipeline.newsroom import Newsroom, item, rss
from tests.pipeline.test_sitemaps import sweep

TELEPHONE = "+00 00 0000 0000"
COPY = "The gates of the dam open on Tuesday, a spokesman said."
LINES = (
    "# wire NOTEBOOK",
    "* * * *",
    "The following information is not for publication",
    "## wire Contacts",
    f"- Reporting by: Zzyzx Reporter, {TELEPHONE}",
    "wire ab cd",
)
NOTES = {
    "paragraphs": "".join(f"<p>{line}</p>" for line in (COPY, *LINES)),
    "breaks": "<p>" + "<br>".join((COPY, *LINES)) + "</p>",
    "plain text": "\n".join((COPY, "", *LINES)),
    "run together": " ".join((COPY, *LINES)),
    "one note": f"<p>Eds: Call Zzyzx, {TELEPHONE}</p><p>{COPY}</p>",
    "at the end": f"<p>{COPY}</p><p>(Reporting by A.)</p><p>(EDS: Call Zzyzx, {TELEPHONE})</p>",
}


@pytest.mark.parametrize("name", NOTES)
def test_what_is_for_editors_is_at_the_desk_and_nowhere_on_the_site(
    newsroom: Newsroom, name: str
) -> None:
    newsroom.subscribe("top")
    settings = newsroom.table.read(()).settings
    whole = replace(settings, site=replace(settings.site, feed_text="full"))
    newsroom.apply(whole, tuple(row.config for row in newsroom.feeds.all()), pages=False)
    sent = escape(NOTES[name])
    newsroom.wire.documents["/top.xml"] = rss(item(1, body=sent))
    newsroom.pull()
    sweep(newsroom)
    article = newsroom.article("1")
    assert article.state == "live"
    assert TELEPHONE in article.wire.editorial.note
    assert COPY in newsroom.page(article.path)
    told = {key for key, text in newsroom.site().items() if "Zzyzx" in text or TELEPHONE in text}
    assert told == set()
    assert any(COPY in text for key, text in newsroom.site().items() if key.endswith(".xml"))
    assert newsroom.letters() == []


def test_another_notebook_is_news_to_the_desk_only(newsroom: Newsroom) -> None:
    newsroom.subscribe("top")
    for number in ("1111 1111", "2222 2222"):
        body = escape(f"<p>{COPY}</p><p># NOTEBOOK</p><p>{number}</p>")
        newsroom.wire.documents["/top.xml"] = rss(item(1, body=body))
        newsroom.pull(400)
    article = newsroom.article("1")
    assert "2222 2222" in article.wire.editorial.note
    assert article.wire.updated == article.wire.at
    assert "Updated" not in newsroom.page(article.path)
