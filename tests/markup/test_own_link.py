"""A link by which a feed's text leads to the story's own page is no copy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wireroom.markup.own_link import without_own_link
from wireroom.markup.plain import blocks
from wireroom.markup.sanitise import sanitise

OWN = "https://diario.example/1.html"
SENTENCE = "El aviso llega a todos los pueblos."


def left(html: str, link: str = OWN) -> str:
    return " ".join(blocks(without_own_link(sanitise(html, base=OWN), link, "Bridge open")))


@pytest.mark.parametrize(
    "end",
    [
        f'<a href="{OWN}">Leer</a>',
        f'&nbsp;<a href="{OWN}">Read more</a>…',
        f'[<a href="{OWN}?utm_source=rss#x">続きを読む</a>]',
        '<br><a href="http://diario.example/1.html">Weiterlesen</a> »',
        f'<p><strong><a href="{OWN}">اقرأ المزيد</a></strong></p>',
        f'<p><a href="{OWN}">Continue reading <em>Bridge open</em> &rarr;</a></p>',
        f'<p><a href="{OWN}">Leer</a></p><p><a href="{OWN}">Read more</a></p>',
    ],
)
def test_a_link_at_the_end_to_the_storys_own_page_goes_in_any_language(end: str) -> None:
    assert left(f"{SENTENCE} {end}") == SENTENCE
    assert left(f"<p><em>{SENTENCE}</em> {end}</p>") == SENTENCE
    assert left(end) == ""


@pytest.mark.parametrize(
    "sentence",
    [
        "水闸打开了！",
        "水闸打开了吗？",
        "水闸打开了。」",
        "በሩ ተከፈተ።",
        "دروازے کھل گئے۔",
        "So […]",
        'So […]"',
    ],
)
def test_a_sentence_ends_as_its_language_ends_it(sentence: str) -> None:
    assert left(f'<p>{sentence} <a href="{OWN}">Read more</a></p>') == sentence


@pytest.mark.parametrize(
    "html",
    [
        f'<p>The <a href="{OWN}">plan</a> passed.</p>',
        f'<p>For the numbers see <a href="{OWN}">our report</a></p>',
        f'<p>{SENTENCE} <a href="https://diario.example/2.html">Leer</a></p>',
        f'<p><a href="{OWN}">The gates of the dam open at noon on Tuesday.</a></p>',
        f'<p><a href="{OWN}">Leer</a></p><p>{SENTENCE}</p>',
    ],
)
def test_a_link_that_is_part_of_the_copy_stays(html: str) -> None:
    body = sanitise(html, base=OWN)
    assert without_own_link(body, OWN) == body


def test_a_picture_that_leads_to_the_storys_page_stays() -> None:
    body = sanitise(f'<p>{SENTENCE}</p><p><a href="{OWN}"><img src="/a.jpg"></a></p>', base=OWN)
    assert without_own_link(body, OWN) == body


def test_the_card_of_a_video_stays_where_the_storys_page_is_the_videos() -> None:
    video = "https://www.youtube.com/watch?v=abcdefghijk"
    body = sanitise(f'<p>{SENTENCE}</p><iframe src="{video}" title="Gates open"></iframe>')
    assert f'href="{video}"' in body
    assert without_own_link(body, video) == body


def test_a_story_without_an_address_keeps_all_its_links() -> None:
    body = sanitise(f'<p>{SENTENCE} <a href="{OWN}">Leer</a></p>')
    assert without_own_link(body, "") == body


PARTS = st.sampled_from(
    ["<p>", "</p>", "<br>", "Words. ", "words ", f'<a href="{OWN}">', "</a>", "<b>", "</b>", "]"]
)


@given(st.lists(PARTS, max_size=12).map("".join))
def test_what_is_left_is_sanitised_and_begins_like_the_body(html: str) -> None:
    body = sanitise(html)
    kept = without_own_link(body, OWN)
    assert sanitise(kept) == kept
    assert (
        "".join(blocks(body))
        .replace(" ", "")
        .startswith("".join(blocks(kept)).replace(" ", "").strip())
    )
