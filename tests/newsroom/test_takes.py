"""Takes of a story, which come in messages of their own: in any order, as often as they like."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.markup.test_sanitise import assert_safe
from tests.newsroom.stories import SETTINGS, at, story
from tests.xss.payloads import PAYLOADS
from wireroom.errors import EntryRejected
from wireroom.model import Article, Entry, Feed, Story, Take
from wireroom.newsroom.merge import merge
from wireroom.newsroom.normalise import normalise
from wireroom.newsroom.settle import settle
from wireroom.newsroom.takes import parts, without_lead

LEAD = story(1, at=at(1), version=1)
SECOND = story(2, at=at(20), version=2)
THROUGH = story(3, at=at(30), version=3, through=True)


def take(number: int, minutes: float | None, text: str = "") -> Story:
    when = None if minutes is None else at(minutes)
    body = text or f"take {number}"
    return story(1, body="", at=when, takes=(Take(number=number, body=body, at=when),))


ONE, TWO = take(1, 2), take(2, 3)


def came(*stories: Story) -> Article:
    """The article after `stories` were first seen in this order, a minute apart."""
    article: Article | None = None
    for minutes, each in enumerate(stories, 40):
        article = arrived(article, each, minutes)
    assert article
    return article


def arrived(article: Article | None, each: Story, minutes: int) -> Article:
    """As process merges and settles it. The key of a text is the text here."""
    _, merged = merge(
        article,
        each,
        body=each.body,
        arrived=at(minutes),
        takes=[take.body for take in each.takes],
    )
    assert merged or article
    return settle(merged, now=at(minutes), settings=SETTINGS) if merged else article


def text(article: Article) -> tuple[str, ...]:
    assert article.wire
    return parts(article.wire) or (article.wire.body,)


@pytest.mark.parametrize("order", list(permutations((LEAD, ONE, TWO))))
def test_in_whatever_order_they_come_takes_follow_their_lead(order: tuple[Story, ...]) -> None:
    article = came(*order)
    assert text(article) == (LEAD.body, "take 1", "take 2")
    assert (article.state, article.wire.headline) == ("live", LEAD.headline)


def test_takes_that_come_before_their_lead_wait_for_it_and_nobody_sees_them() -> None:
    article = came(ONE, TWO)
    assert without_lead(article.wire)
    assert (article.state, article.path) == ("held", "")
    article = arrived(article, LEAD, 50)
    assert (article.state, text(article)) == ("live", (LEAD.body, "take 1", "take 2"))


@given(st.permutations([LEAD, SECOND, ONE, TWO, LEAD, ONE, TWO]))
def test_each_take_is_joined_once_to_the_latest_lead(order: list[Story]) -> None:
    article = came(*order)
    assert text(article) == (SECOND.body, "take 1", "take 2")
    assert article.wire.version == 2
    again = article
    for each in order:
        again = arrived(again, each, 90)
    assert text(again) == text(article)
    assert again.wire == article.wire


@given(st.permutations([LEAD, THROUGH, ONE, TWO, take(1, 31, "after")]))
def test_a_lead_that_is_written_through_replaces_the_takes_before_it(order: list[Story]) -> None:
    assert text(came(*order)) == (THROUGH.body, "after")


@given(st.permutations([LEAD, ONE, take(1, 9, "corrected"), TWO]))
def test_of_two_texts_of_one_take_the_later_counts(order: list[Story]) -> None:
    assert text(came(*order)) == (LEAD.body, "corrected", "take 2")


def test_takes_without_a_date_count_as_they_come() -> None:
    article = came(take(2, None), LEAD, take(1, None), take(1, None, "corrected"))
    assert text(article) == (LEAD.body, "corrected", "take 2")


def test_a_take_is_an_update_to_readers() -> None:
    article = came(LEAD)
    before = article.wire.updated
    article = arrived(article, ONE, 50)
    assert article.wire.updated == ONE.at != before
    assert arrived(article, ONE, 60) is article


@pytest.mark.parametrize("order", list(permutations((LEAD, ONE, "kill"))))
def test_a_killed_story_stays_down_whatever_take_comes(order: tuple[Story | str, ...]) -> None:
    kill = story(9, withdrawn=True, at=at(9), body="")
    article = came(*(kill if each == "kill" else each for each in order))
    assert article.state == "killed"


def test_a_story_that_is_held_for_its_takes_only_is_as_its_feed_says_afterwards() -> None:
    held = story(1, at=at(1), hold=True)
    assert came(ONE, held).state == "held"
    assert came(ONE, LEAD).wire.hold is False


def test_a_story_without_takes_has_none_of_their_fields() -> None:
    wire = came(LEAD, SECOND).wire
    assert (wire.takes, wire.lead, wire.through, wire.body) == ((), "", None, SECOND.body)


@pytest.mark.parametrize("payload", PAYLOADS[::3])
def test_a_take_is_sanitised_and_what_is_for_editors_in_it_is_kept_for_them(payload: str) -> None:
    body = f"<p>The gates open.</p>{payload}<p># NOTEBOOK</p><p>Call us</p>"
    sent = Entry(id="1", title="Dam opens", takes=(Take(number=1, body=body),))
    try:
        made = normalise(sent, Feed(id="ptn", url="https://ptn.example/", provider="ptn"), ())
    except EntryRejected:
        return
    (kept,) = made.takes
    assert_safe(kept.body)
    assert "Call us" not in kept.body
