from __future__ import annotations

import pytest

from wireroom.errors import EditRefused
from wireroom.newsroom.identity import article_id, article_ids
from wireroom.newsroom.references import path_of, reference, unseen

SITES = ("https://harbour.example", "https://d1.cloudfront.example", "")
STORY = "/2026/02/11/reservoir-opens/"


@pytest.mark.parametrize(
    "text",
    [
        STORY,
        STORY.rstrip("/"),
        f"{STORY}?utm_source=mail#top",
        f"https://harbour.example{STORY}",
        f"http://www.harbour.example{STORY}",
        f"HTTPS://Harbour.Example:443{STORY}",
        f" https://harbour.example{STORY}?utm_source=mail ",
        f"https://d1.cloudfront.example{STORY}#top",
    ],
)
def test_an_address_of_the_site_in_any_spelling_is_its_path(text: str) -> None:
    assert reference(text, SITES).path == STORY


@pytest.mark.parametrize("text", ["https://harbour.example", "https://www.harbour.example/"])
def test_the_sites_own_address_is_its_front_page(text: str) -> None:
    assert path_of(text, SITES) == "/"


@pytest.mark.parametrize(
    "text",
    ["https://other.example/x/", "https://harbour.example.evil.example/", "http://[x/",
     "https://harbour.example:8080/x/"],
)  # fmt: skip
def test_an_address_of_another_site_is_refused(text: str) -> None:
    with pytest.raises(EditRefused, match=r"article: .* is not an address"):
        reference(text, SITES)


def test_a_site_that_is_served_under_a_path_has_its_pages_below_it() -> None:
    assert (
        path_of("http://localhost:8000/site/india/", ("http://localhost:8000/site",)) == "/india/"
    )


def test_an_entry_is_found_however_its_address_is_spelled() -> None:
    spelled = [
        reference(f"ptn:{scheme}://{www}wire.example/dam{end}", SITES)
        for scheme in ("http", "https")
        for www in ("", "www.")
        for end in ("", "/", "?utm_source=x")
    ]
    assert len({each.ids[0] for each in spelled}) == 1
    assert spelled[0].ids[0] == article_id("ptn", "https://wire.example/dam")


def test_an_id_stands_for_itself_and_an_entry_without_an_address_for_one_article() -> None:
    assert reference("abcdefgh22334455", SITES).ids == ("abcdefgh22334455",)
    assert reference(" ptn : 1 ", SITES).ids == (article_id("ptn", "1"),)
    assert len(article_ids("ptn", "tag:ptn,1")) == 1


def test_only_a_kill_makes_an_article_of_what_never_came() -> None:
    named = reference("ptn:http://wire.example/dam", SITES)
    made = unseen(named, ("ptn",), "kill")
    assert (made.id, made.entry_id) == (named.ids[0], "http://wire.example/dam")
    for refused, action in ((named, "hold"), (reference("pnt:1", SITES), "kill")):
        with pytest.raises(EditRefused, match="article: "):
            unseen(refused, ("ptn",), action)
    for text in (STORY, "abcdefgh22334455"):
        with pytest.raises(EditRefused, match="article: "):
            unseen(reference(text, SITES), ("ptn",), "kill")
