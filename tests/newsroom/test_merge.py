from __future__ import annotations

import itertools
from datetime import datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.newsroom.stories import NOON, SETTINGS, arrive, at, story
from wireroom.model import Article, Decision, Desk, Editorial, Picture, Story, Wire
from wireroom.newsroom.merge import SEEN, merge
from wireroom.newsroom.settle import settle
from wireroom.newsroom.shown import shown


def outcome(article, what, minutes=60):
    return merge(article, what, body="bodies/x", arrived=at(minutes))[0]


def reinstated(article: Article) -> Article:
    desk = replace(article.desk, kill=Decision(None, at(90), "asha"))
    return settle(replace(article, desk=desk), now=at(90), settings=SETTINGS)


def test_a_first_story_makes_a_new_live_article_at_an_address_of_its_date() -> None:
    article = arrive(None, story())
    assert article is not None
    assert (article.state, article.revision) == ("live", 1)
    assert article.path == "/2026/02/11/reservoir-opens-1/"
    assert article.published == NOON


def test_an_update_is_the_same_article_at_the_same_address_and_date() -> None:
    first = arrive(None, story(1))
    second = arrive(first, story(2, published=at(30)))
    assert second is not None
    assert shown(second).headline == "Reservoir opens 2"
    assert (second.path, second.published, second.id) == (first.path, first.published, first.id)


def test_an_older_version_after_a_newer_one_changes_nothing() -> None:
    newer = arrive(None, story(2))
    assert merge(newer, story(1), body="b", arrived=at(90)) == ("stale", None)


def test_the_same_version_again_changes_nothing() -> None:
    article = arrive(None, story())
    assert merge(article, story(), body="b", arrived=at(90)) == ("unchanged", None)


def test_of_two_bodies_at_one_time_the_second_wins_once_and_flapping_stops() -> None:
    article = arrive(None, story(1, at=NOON))
    article = arrive(article, story(2, at=NOON))
    assert article is not None
    assert article.wire.headline == "Reservoir opens 2"
    assert outcome(article, story(1, at=NOON)) == "stale"
    assert outcome(article, story(2, at=NOON)) == "unchanged"


def test_the_memory_of_versions_is_bounded() -> None:
    article = None
    for version in range(SEEN * 2):
        article = arrive(article, story(version))
    assert len(article.wire.seen) == SEEN


def test_of_versions_with_numbers_the_higher_wins_whatever_their_dates() -> None:
    article = arrive(None, story(2, version=2, at=at(2)))
    newer = story(3, version=3, at=at(1))
    assert outcome(article, story(1, version=1, at=at(9))) == "stale"
    article = arrive(article, newer)
    assert (article.wire.headline, article.wire.version) == ("Reservoir opens 3", 3)
    assert outcome(article, story(2, version=2, at=at(2))) == "stale"
    assert outcome(article, newer) == "unchanged"


def test_a_version_without_a_number_counts_by_its_date() -> None:
    article = arrive(None, story(2, version=7))
    assert outcome(article, story(1)) == "stale"
    article = arrive(article, story(3))
    assert (article.wire.headline, article.wire.version) == ("Reservoir opens 3", 7)


def test_an_older_version_does_not_file_the_story_again() -> None:
    article = arrive(None, story(2, version=2, terms=("india",)))
    assert outcome(article, story(2, version=1, terms=("sport",), at=at(9))) == "unchanged"


@given(st.permutations(range(1, 5)))
def test_in_whatever_order_numbered_versions_come_the_last_is_shown(order: list[int]) -> None:
    article = None
    for number in order:
        article = arrive(article, story(number, version=number, at=NOON), number)
    assert (article.wire.headline, article.wire.version) == ("Reservoir opens 4", 4)


def test_a_note_to_editors_comes_with_the_same_words_and_is_no_update_to_readers() -> None:
    article = arrive(None, story())
    noted = arrive(article, story(editorial=Editorial(note="Call us")), 70)
    assert noted.wire.editorial == Editorial(note="Call us")
    assert shown(noted) == shown(article)
    assert outcome(noted, story(editorial=Editorial(note="Call us")), 80) == "unchanged"


def test_an_older_note_to_editors_does_not_replace_a_newer_one() -> None:
    noted = arrive(None, story(at=at(9), editorial=Editorial(note="Call us")))
    assert outcome(noted, story(at=at(5), editorial=Editorial(note="Wait"))) == "unchanged"


def test_an_undated_entry_counts_from_when_it_was_first_seen() -> None:
    article = arrive(None, story(at=None, published=None), minutes=5)
    assert article.published == at(5)
    assert outcome(article, story(at=None, published=None)) == "unchanged"


def test_a_date_in_the_future_is_clamped_for_listings_and_kept_in_the_wire() -> None:
    article = arrive(None, story(published=at(6000)), minutes=5)
    assert article.published == at(5)
    assert article.wire.published == at(6000)


def test_two_feeds_of_one_provider_make_one_article_with_both_their_categories() -> None:
    article = arrive(None, story(feed="ptn-top", terms=("india",)))
    article = arrive(article, story(feed="ptn-politics", terms=("politics",)))
    assert article.categories == ("india", "politics")


def test_a_summary_of_the_same_time_never_replaces_the_whole_body() -> None:
    article = arrive(None, story(1, at=NOON))
    assert outcome(article, story(2, at=NOON, full=False, feed="ptn-brief")) == "update"
    after = arrive(article, story(2, at=NOON, full=False, feed="ptn-brief"))
    assert after.wire.headline == "Reservoir opens 1"


def test_a_summary_a_little_later_never_replaces_the_whole_body_but_a_much_later_one_does() -> None:
    article = arrive(None, story(1, at=NOON))
    brief = arrive(article, story(2, full=False, feed="ptn-brief", at=at(0.5)))
    assert brief.wire.headline == "Reservoir opens 1"
    late = arrive(article, story(2, full=False, feed="ptn-brief", at=at(61)))
    assert late.wire.headline == "Reservoir opens 2"


def test_a_date_years_ahead_does_not_shut_out_the_correction() -> None:
    article = arrive(None, story(1, at=at(20 * 365 * 24 * 60), terms=("sport",)), minutes=5)
    corrected = arrive(article, story(2, at=NOON, terms=("india",)), minutes=20)
    assert corrected.wire.headline == "Reservoir opens 2"
    assert corrected.categories == ("india",)
    first = story(1, at=at(20 * 365 * 24 * 60), terms=("india",))
    assert outcome(corrected, first, minutes=5) == "stale"


@pytest.mark.parametrize("moment", [None, NOON])
def test_of_versions_that_no_date_orders_the_later_seen_wins_in_whatever_order_they_come(
    moment: datetime | None,
) -> None:
    first = story(1, at=moment, terms=("india",))
    second = story(2, at=moment, terms=("politics",))
    article = arrive(arrive(None, first, minutes=10), second, minutes=20)
    assert (article.wire.headline, article.categories) == ("Reservoir opens 2", ("politics",))
    article = arrive(None, second, minutes=20)
    assert merge(article, first, body="b", arrived=at(10)) == ("stale", None)


def test_a_version_without_a_date_is_filed_where_it_says() -> None:
    article = arrive(None, story(1, terms=("india",)), minutes=10)
    article = arrive(article, story(2, at=None, terms=("politics",)), minutes=20)
    assert (article.wire.headline, article.categories) == ("Reservoir opens 2", ("politics",))


def test_the_wire_never_touches_what_editors_decided() -> None:
    article = arrive(None, story(1))
    desk = Desk(headline=Decision("Ours", NOON, "asha"))
    updated = arrive(replace(article, desk=desk), story(2))
    assert updated.desk == desk
    assert shown(updated).headline == "Ours"
    assert updated.wire.headline == "Reservoir opens 2"


def test_the_agencys_own_kill_takes_the_story_down_and_no_later_version_brings_it_back() -> None:
    article = arrive(None, story(1))
    killed = arrive(article, story(2, withdrawn=True, headline="KILL: Reservoir"))
    assert killed.state == "killed"
    assert killed.wire.headline == "Reservoir opens 1"
    assert arrive(killed, story(3)).state == "killed"


def test_a_kill_notice_for_a_story_never_seen_is_never_published() -> None:
    article = arrive(None, story(withdrawn=True))
    assert (article.state, article.path) == ("killed", "")
    assert outcome(None, story(withdrawn=True)) == "withdrawn"
    assert arrive(reinstated(article), story(withdrawn=True)).state == "held"


def test_what_comes_back_after_a_kill_notice_is_the_story_in_whatever_order_they_came() -> None:
    notice = story(2, withdrawn=True, headline="KILL: Reservoir")
    article = arrive(arrive(None, notice), story(1))
    assert article.state == "killed"
    article = reinstated(arrive(article, notice))
    assert (article.state, article.wire.headline) == ("live", "Reservoir opens 1")
    assert outcome(article, notice) == "unchanged"


def test_an_embargoed_story_waits_and_then_takes_the_embargos_time() -> None:
    article = arrive(None, story(embargo=at(120)), minutes=10)
    assert (article.state, article.due, article.path) == ("scheduled", at(120), "")


@given(st.permutations(range(4)), st.lists(st.integers(0, 3), max_size=6))
def test_versions_in_any_order_with_repeats_end_in_the_newest(
    order: list[int], repeats: list[int]
) -> None:
    article = None
    for version in itertools.chain(order, repeats):
        feed, category = ("a", "india") if version % 2 else ("b", "politics")
        article = arrive(article, story(version, feed=feed, terms=(category,)))
    assert article.wire.headline == "Reservoir opens 3"
    assert article.categories == ("india", "politics")


@pytest.mark.parametrize("headline", ["🌧️🌧️", "…", "؟"])
def test_a_headline_without_letters_still_gets_an_address(headline: str) -> None:
    article = arrive(None, story(headline=headline))
    assert article.path == f"/2026/02/11/{article.id[:6]}/"


def test_earlier_text_that_comes_back_under_a_newer_date_is_an_update() -> None:
    article = arrive(arrive(None, story(1)), story(2))
    back = story(1, at=at(3))
    assert outcome(article, back) == "update"
    assert arrive(article, back).wire.headline == "Reservoir opens 1"


def test_an_older_version_does_not_win_because_an_undated_one_came_between() -> None:
    article = arrive(None, story(1, at=at(10)), minutes=10)
    article = arrive(article, story(2, at=None), minutes=20)
    assert outcome(article, story(3, at=at(5)), minutes=30) == "stale"


def test_nor_does_it_file_the_story_anew() -> None:
    article = arrive(None, story(1, at=at(10), terms=("india",)), minutes=10)
    article = arrive(article, story(2, at=None, terms=("politics",)), minutes=20)
    after = arrive(article, story(3, at=at(5), terms=("sport",)), minutes=30)
    assert after.categories == ("politics",)


def test_a_feed_that_is_set_to_hold_takes_no_live_story_down_when_it_updates_it() -> None:
    updated = arrive(arrive(None, story(1)), story(2, hold=True))
    assert (updated.state, updated.wire.headline) == ("live", "Reservoir opens 2")


def test_a_story_that_its_feed_held_stays_held_when_an_update_comes_without_a_hold() -> None:
    updated = arrive(arrive(None, story(1, hold=True)), story(2, hold=False))
    assert (updated.state, updated.wire.headline) == ("held", "Reservoir opens 2")


def test_the_agencys_own_word_that_a_story_waits_takes_a_live_one_down() -> None:
    assert arrive(arrive(None, story(1)), story(2, hold=True, waits=True)).state == "held"


def test_a_kill_notice_that_came_before_its_story_kills_it_once_however_often_it_is_sent() -> None:
    notice = story(2, withdrawn=True, headline="KILL: Reservoir")
    article = reinstated(arrive(arrive(None, notice), story(1)))
    assert article.state == "live"
    assert merge(article, notice, body="b", arrived=at(100)) == ("unchanged", None)


@pytest.mark.parametrize(("look", "updated"), [("v1:a", None), ("v1:b", at(90)), ("", at(90))])
def test_a_version_that_only_spells_addresses_otherwise_is_stored_and_is_no_update_to_readers(
    look: str, updated: datetime | None
) -> None:
    article = arrive(None, story(at=None, look=look and "v1:a"))
    spelled = arrive(article, story(2, at=None, look=look), 90)
    assert spelled.wire.headline == "Reservoir opens 2"
    assert shown(spelled).updated == updated
    again = arrive(spelled, story(3, at=None, look="v1:c"), 95)
    assert shown(again).updated == at(95)


def test_all_that_a_story_says_to_readers_is_in_the_articles_wire_layer() -> None:
    sent: dict[str, Any] = {
        "headline": "Ferry sails",
        "hash": "v1:x",
        "look": "v1:y",
        "full": True,
        "summary": "It sails.",
        "byline": "Asha Rao",
        "dateline": "PORT AMRITA",
        "source": "PTN",
        "language": "en",
        "link": "https://wire.example/1",
        "picture": Picture(url="https://wire.example/1.jpg"),
        "published": at(1),
        "at": at(2),
        "embargo": at(3),
        "syndicated": False,
        "withdrawn": True,
        "origin": "https://wire.example/top.xml",
        "pictures": ("https://wire.example/2.jpg",),
        "version": 2,
        "editorial": Editorial(note="Call us"),
        "part": "beginning",
    }
    both = {field.name for field in msgspec.structs.fields(Story)}
    both &= {field.name for field in msgspec.structs.fields(Wire)}
    # Keys instead of HTML; what the wire asks for; up to when.
    assert both - {"body", "takes", "hold", "through"} == set(sent)
    wire = arrive(None, story(**sent)).wire
    assert {name: getattr(wire, name) for name in sent} == sent


def test_a_body_that_an_editors_body_covers_is_no_update_to_readers() -> None:
    article = arrive(None, story(1))
    assert article
    body = Decision("bodies/own", at(70), "asha")
    article = replace(article, desk=replace(article.desk, body=body, body_over=article.wire.body))
    covered = arrive(article, story(90, headline="Reservoir opens 1"), 91)
    assert covered
    assert shown(covered).updated == at(70)
    seen = arrive(covered, story(95, headline="Reservoir closes"), 96)
    assert seen
    assert shown(seen).updated == at(95)
