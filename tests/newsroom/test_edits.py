from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.newsroom.stories import arrive, at, settled, story
from wireroom.errors import EditRefused
from wireroom.model import Article, Picture
from wireroom.newsroom import edits, events
from wireroom.newsroom.listing import listings
from wireroom.newsroom.shown import shown

LISTS = ("india", "politics", "sport")


def edit(
    article: Article,
    event: events.OfArticle,
    body: str = "",
    minutes: float = 60,
    picture: Picture | None = None,
) -> Article:
    edited = edits.apply(
        article, event, body=body, picture=picture, lists=LISTS, timezone="Asia/Kolkata"
    )
    return settled(edited, minutes)


def event_of(kind: type[events.OfArticle], minutes: float = 61, **more: object) -> events.OfArticle:
    return kind(
        **{"article": "x", "by": "asha", "id": f"e{minutes}", "at": at(minutes)} | more  # type: ignore[arg-type]
    )


@pytest.fixture
def live() -> Article:
    return arrive(None, story())


def test_a_headline_wins_until_it_is_cleared(live: Article) -> None:
    ours = edit(live, event_of(events.Headline, headline="  Ours \n now "))
    assert shown(ours).headline == "Ours now"
    assert shown(edit(ours, event_of(events.Headline, 62, headline=None))).headline == (
        "Reservoir opens 1"
    )


def test_a_headline_leaves_the_standfirst_that_it_does_not_mention(live: Article) -> None:
    first = edit(live, event_of(events.Headline, standfirst="Why it matters"))
    second = edit(first, event_of(events.Headline, 62, headline="Ours"))
    assert (shown(second).headline, shown(second).standfirst) == ("Ours", "Why it matters")


def test_each_new_slug_moves_the_article_and_keeps_all_former_addresses(live: Article) -> None:
    once = edit(live, event_of(events.Headline, 61, slug="dam opens"))
    twice = edit(once, event_of(events.Headline, 62, slug="Dam is open"))
    assert twice.path == "/2026/02/11/dam-is-open/"
    assert twice.former == ("/2026/02/11/reservoir-opens-1/", "/2026/02/11/dam-opens/")
    back = edit(twice, event_of(events.Headline, 63, slug="dam opens"))
    assert back.path == "/2026/02/11/dam-opens/"
    assert back.path not in back.former


def test_a_correction_changes_body_and_notice_and_a_revert_takes_both_back(live: Article) -> None:
    edited = edit(
        live,
        event_of(events.Correct, body="<p>x</p>", correction="A name was wrong."),
        body="bodies/y",
    )
    view = shown(edited)
    assert (view.body, view.notice) == ("bodies/y", "edited")
    assert [each.text for each in view.corrections] == ["A name was wrong."]
    back = shown(edit(edited, event_of(events.Correct, 62, revert=True)))
    assert (back.body, back.notice, back.corrections) == (live.wire.body, "unedited", ())


@pytest.mark.parametrize("of_body", [True, False])
def test_a_picture_of_the_body_goes_with_the_body_that_an_editor_replaces(*, of_body: bool) -> None:
    picture = Picture(url="https://p.example/a.jpg", of_body=of_body)
    live = arrive(None, story(picture=picture))
    assert {row.picture for row in listings(live).values()} == {picture}
    edited = edit(
        live, event_of(events.Correct, body="<p>x</p>", correction="No."), body="bodies/y"
    )
    kept = None if of_body else picture
    assert shown(edited).picture == kept
    assert {row.picture for row in listings(edited).values()} == {kept}
    back = edit(edited, event_of(events.Correct, 62, revert=True))
    assert shown(back).picture == picture


@pytest.mark.parametrize("of_body", [True, False])
def test_lists_show_the_picture_of_an_edited_body_where_the_agency_sent_none_beside_its_own(
    *, of_body: bool
) -> None:
    picture = Picture(url="https://p.example/a.jpg", of_body=of_body)
    ours = Picture(url="https://p.example/ours.jpg", of_body=True)
    event = event_of(events.Correct, body="<p>x</p>", correction="No.")
    edited = edit(arrive(None, story(picture=picture)), event, "bodies/y", picture=ours)
    assert {row.picture for row in listings(edited).values()} == {ours if of_body else picture}
    later = edit(
        edited, event_of(events.Correct, 62, body="<p>z</p>", correction="No."), "bodies/z"
    )
    assert shown(later).picture == (None if of_body else picture)
    none = edit(arrive(None, story()), event, "bodies/y", picture=ours)
    assert shown(none).picture == ours
    assert shown(edit(none, event_of(events.Correct, 62, revert=True))).picture is None


def test_a_correction_needs_a_text_for_readers(live: Article) -> None:
    with pytest.raises(EditRefused, match="correction: "):
        edit(live, event_of(events.Correct, body="<p>x</p>"))


def test_a_wire_update_after_a_correction_leaves_the_corrected_body(live: Article) -> None:
    edited = edit(live, event_of(events.Correct, body="<p>x</p>", correction="c"), body="bodies/y")
    updated = arrive(edited, story(2))
    assert shown(updated).body == "bodies/y"
    assert updated.desk.body_over != updated.wire.body


def test_categories_are_set_added_removed_and_given_back_to_the_wire(live: Article) -> None:
    both = edit(live, event_of(events.Categorise, add=("sport",)))
    assert both.categories == ("india", "sport")
    assert edit(both, event_of(events.Categorise, 62, remove=("india",))).categories == ("sport",)
    assert edit(both, event_of(events.Categorise, 62, set=("politics",))).categories == (
        "politics",
    )
    assert edit(both, event_of(events.Categorise, 62, auto=True)).categories == ("india",)


def test_an_unknown_category_is_refused_by_field_and_name(live: Article) -> None:
    with pytest.raises(EditRefused, match="add: 'gossip' is not a category") as refused:
        edit(live, event_of(events.Categorise, add=("gossip",)))
    assert refused.value.field == "add"


def test_a_held_article_is_in_no_listing_until_it_is_released(live: Article) -> None:
    held = edit(live, event_of(events.Hold))
    assert (held.state, dict(listings(held))) == ("held", {})
    assert edit(held, event_of(events.Release, 62)).state == "live"


def test_a_feed_that_holds_needs_an_editors_release_and_is_dated_from_it() -> None:
    held = arrive(None, story(hold=True))
    assert held.state == "held"
    out = edit(held, event_of(events.Release, 90), minutes=91)
    assert (out.state, out.published) == ("live", at(90))


def test_a_schedule_waits_and_an_expiry_takes_down(live: Article) -> None:
    later = edit(live, event_of(events.Schedule, publish_at=at(100)))
    assert (later.state, later.due) == ("scheduled", at(100))
    out = settled(later, 100)
    assert out.state == "live"
    going = edit(out, event_of(events.Schedule, 101, expire_at=at(200)), minutes=101)
    assert (going.state, going.due) == ("live", at(200))
    assert settled(going, 200).state == "expired"


@pytest.mark.parametrize("before", [events.Hold, events.Release, events.Note])
def test_a_kill_works_whatever_came_before_and_only_reinstate_undoes_it(live, before) -> None:
    more = {"note": "n"} if before is events.Note else {}
    killed = edit(edit(live, event_of(before, **more)), event_of(events.Kill, 62, reason="legal"))
    assert (killed.state, dict(listings(killed))) == ("killed", {})
    assert arrive(killed, story(5)).state == "killed"
    assert edit(killed, event_of(events.Release, 63)).state == "killed"
    back = edit(edit(killed, event_of(events.Release, 63)), event_of(events.Reinstate, 64))
    assert (back.state, back.path) == ("live", live.path)


def test_a_pinned_article_has_a_row_that_sorts_before_all_dates(live: Article) -> None:
    pinned = edit(live, event_of(events.Pin, list="india", order=2))
    keys = [key for name, key in listings(pinned) if name == "india"]
    assert max(keys) == f"pin#{live.id}"
    assert not any(key.startswith("pin#") for name, key in listings(pinned) if name == "home")
    assert dict(listings(edit(pinned, event_of(events.Unpin, 62, list="india")))) == dict(
        listings(live)
    )


EVENTS = [
    event_of(events.Headline, 61, headline="A"),
    event_of(events.Headline, 62, headline="B", standfirst="S"),
    event_of(events.Headline, 63, standfirst=None),
    event_of(events.Correct, 64, body="<p>1</p>", correction="one"),
    event_of(events.Correct, 65, revert=True),
    event_of(events.Correct, 66, body="<p>2</p>", correction="two"),
    event_of(events.Categorise, 67, set=("sport",)),
    event_of(events.Hold, 68),
    event_of(events.Release, 69),
    event_of(events.Kill, 70, reason="error"),
    event_of(events.Reinstate, 71),
    event_of(events.Pin, 72, order=3),
    event_of(events.Schedule, 73, expire_at=at(5000)),
]


@given(st.permutations(range(len(EVENTS))), st.lists(st.integers(0, len(EVENTS) - 1)))
def test_edits_in_any_order_and_repeated_end_in_the_latest_word_per_field(
    order: list[int], repeats: list[int]
) -> None:
    def after(numbers):
        article = arrive(None, story())
        for number in numbers:
            event = EVENTS[number]
            body = f"bodies/{number}" if isinstance(event, events.Correct) else ""
            article = edit(article, event, body=body, minutes=100)
        return shown(article), article.state, article.categories, dict(article.desk.pins)

    assert after(itertools.chain(order, repeats)) == after(range(len(EVENTS)))


def test_an_older_slug_that_comes_late_moves_nothing(live: Article) -> None:
    newer = edit(live, event_of(events.Headline, 62, slug="dam opens"))
    late = edit(newer, event_of(events.Headline, 61, slug="gates open"))
    assert (late.path, late.former) == (newer.path, newer.former)


def test_a_slug_given_or_taken_back_before_the_story_has_an_address_moves_nothing() -> None:
    held = arrive(None, story(hold=True))
    slugged = edit(held, event_of(events.Headline, 61, slug="dam opens"))
    assert slugged.path == ""
    assert edit(slugged, event_of(events.Release, 63)).path == "/2026/02/11/dam-opens/"
    cleared = edit(slugged, event_of(events.Headline, 62, slug=None))
    assert cleared.path == ""
    assert edit(cleared, event_of(events.Release, 63)).path == "/2026/02/11/reservoir-opens-1/"


def test_a_slug_taken_back_leaves_the_story_at_the_address_that_readers_have(live: Article) -> None:
    slugged = edit(live, event_of(events.Headline, 61, slug="dam opens"))
    cleared = edit(slugged, event_of(events.Headline, 62, slug=None))
    assert (cleared.path, cleared.former) == (slugged.path, slugged.former)


def test_a_category_added_after_all_were_set_is_kept_though_the_set_comes_late(
    live: Article,
) -> None:
    added = edit(live, event_of(events.Categorise, 63, add=("sport",)))
    late = edit(added, event_of(events.Categorise, 62, set=("politics",)))
    assert late.categories == ("politics", "sport")


def test_a_revert_takes_back_the_correction_of_its_own_moment(live: Article) -> None:
    first = event_of(events.Correct, 61, id="a", body="<p>x</p>", correction="A name was wrong.")
    second = event_of(events.Correct, 62, id="c", body="<p>y</p>", correction="A sum was wrong.")
    article = edit(live, first, body="bodies/x")
    article = edit(article, event_of(events.Correct, 61, id="b", revert=True))
    article = edit(article, second, body="bodies/y")
    assert [each.text for each in shown(article).corrections] == ["A sum was wrong."]
