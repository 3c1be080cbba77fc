from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.newsroom.stories import SETTINGS, arrive, at, story
from wireroom.errors import SettingsError
from wireroom.model import Article, Category, Decision, Desk, Feed, Filed, Settings
from wireroom.newsroom.filing import file, leads_to, matching, nameable, succeed

FEED = Feed(id="ptn-top", url="https://ptn.example/top", provider="ptn")


def applied(old: Settings, *categories: Category, feeds: tuple[Feed, ...] = (FEED,)) -> Settings:
    """What `old` becomes when a site.toml with these categories and feeds is applied."""
    return succeed(old, Settings(site=old.site, categories=categories), feeds)


INDIA = Category(name="India", slug="india")
POLITICS = Category(name="Politics", slug="politics")
NATIONAL = Category(name="National Politics", slug="national-politics", was=("politics",))
SCIENCE = Category(name="Science", slug="science")
START = applied(SETTINGS, INDIA, POLITICS, SCIENCE)


def sent(*terms: str) -> Article:
    article = arrive(None, story(terms=tuple(sorted(terms))))
    assert article
    return article


def decided(article: Article, **more: object) -> Article:
    return replace(article, desk=Desk(**more))  # type: ignore[arg-type]


def test_a_renamed_category_takes_the_stories_that_its_name_and_slug_had_brought() -> None:
    settings = applied(START, INDIA, NATIONAL)
    assert file(sent("politics"), settings).categories == ("national-politics",)


def test_a_removed_category_holds_nothing_and_has_its_stories_again_when_it_comes_back() -> None:
    article = sent("science", "india")
    gone = applied(START, INDIA, POLITICS)
    assert file(article, gone).categories == ("india",)
    back = applied(gone, INDIA, SCIENCE)
    assert file(file(article, gone), back).categories == ("india", "science")


def test_a_new_category_has_the_stories_that_came_before_it() -> None:
    courts = Category(name="Courts", slug="courts", terms=("High Court",))
    assert file(sent("high court"), applied(START, INDIA, courts)).categories == ("courts",)


def test_another_display_name_takes_no_story_away() -> None:
    tech = Category(name="Science & Technology", slug="sci")
    before = applied(START, tech)
    after = applied(before, replace(tech, name="Tech"))
    assert file(sent("science & technology"), after).categories == ("sci",)


def test_a_feed_files_its_stories_where_site_toml_says_now() -> None:
    feed = replace(FEED, categories=("science",))
    settings = applied(START, INDIA, SCIENCE, feeds=(feed,))
    assert file(sent("india"), settings).categories == ("india", "science")
    assert file(sent("india"), applied(settings, INDIA, SCIENCE)).categories == ("india",)


def test_the_stories_of_a_feed_that_is_gone_stay_where_it_had_filed_them() -> None:
    article = arrive(None, story(terms=("india",), own=("politics",)))
    assert article
    settings = applied(START, INDIA, NATIONAL, feeds=())
    assert file(article, settings).categories == ("india", "national-politics")


def test_articles_of_an_older_release_keep_their_categories() -> None:
    article = sent()
    older = replace(article.wire, feeds={"ptn-top": Filed(categories=("politics", "science"))})
    article = replace(article, wire=older)
    assert file(article, START).categories == ("politics", "science")
    assert file(article, applied(START, INDIA, NATIONAL)).categories == ("national-politics",)


def test_the_desks_decisions_and_pins_follow_a_rename() -> None:
    settings = applied(START, INDIA, NATIONAL)
    article = decided(
        sent(),
        categories=Decision(("politics",), at(1), "asha"),
        filed={"india": Decision(True, at(2), "asha")},
        pins={"politics": Decision(2, at(3), "asha")},
    )
    filed = file(article, settings)
    assert filed.categories == ("india", "national-politics")
    assert filed.pins == {"national-politics": 2}
    assert filed.desk == article.desk
    removed = decided(sent("politics"), filed={"politics": Decision(False, at(2), "asha")})
    assert file(removed, settings).categories == ()


def test_of_two_categories_that_become_one_the_later_decision_holds() -> None:
    settings = applied(START, Category(name="Nation", slug="india", was=("politics",)))
    for first, second, order in ((1, 2, 5), (2, 1, 1)):
        pins = {"politics": Decision(1, at(first)), "india": Decision(5, at(second))}
        assert file(decided(sent(), pins=pins), settings).pins == {"india": order}


def test_a_decision_that_comes_after_the_rename_under_the_old_name_counts() -> None:
    settings = applied(START, INDIA, NATIONAL)
    article = decided(sent(), categories=Decision(("politics",), at(500), "asha"))
    assert file(article, settings).categories == ("national-politics",)
    assert nameable(settings) == {"india", "politics", "national-politics"}


def test_a_slug_that_leads_elsewhere_for_good_is_no_new_category() -> None:
    once = applied(START, INDIA, NATIONAL)
    with pytest.raises(SettingsError, match="'politics' was renamed 'national-politics'"):
        applied(once, INDIA, NATIONAL, POLITICS)


def test_a_rename_can_be_taken_back() -> None:
    once = applied(START, INDIA, NATIONAL)
    back = applied(once, INDIA, replace(POLITICS, was=("national-politics",)))
    assert leads_to("national-politics", back) == leads_to("politics", back) == "politics"
    article = decided(
        sent(), pins={"politics": Decision(1, at(1)), "national-politics": Decision(2, at(2))}
    )
    assert file(article, back).pins == {"politics": 2}
    assert applied(back, INDIA, POLITICS) == replace(back, categories=(INDIA, POLITICS))


def test_pages_of_a_category_lead_along_all_its_renames_and_to_nothing_once_it_is_closed() -> None:
    once = applied(START, INDIA, NATIONAL)
    nation = Category(name="Nation", slug="nation", was=("national-politics",))
    twice = applied(once, INDIA, nation)
    assert leads_to("politics", once) == "national-politics"
    assert leads_to("politics", twice) == leads_to("national-politics", twice) == "nation"
    assert leads_to("science", twice) == ""
    closed = applied(twice, INDIA)
    assert {leads_to(name, closed) for name in ("politics", "national-politics", "nation")} == {""}


def test_was_may_be_written_after_the_category_was_removed() -> None:
    gone = applied(START, INDIA)
    late = applied(gone, INDIA, NATIONAL)
    assert leads_to("politics", late) == "national-politics"
    article = decided(sent(), categories=Decision(("politics",), at(1), "asha"))
    assert file(file(article, gone), late).categories == ("national-politics",)


def test_was_that_stays_in_the_file_says_nothing_new() -> None:
    once = applied(START, INDIA, NATIONAL)
    assert applied(once, INDIA, NATIONAL) == once


def test_a_renamed_feed_files_the_stories_that_it_sent_under_its_old_name() -> None:
    feed = replace(FEED, id="ptn-main", was=("ptn-top",), categories=("science",))
    settings = applied(START, INDIA, SCIENCE, feeds=(feed,))
    assert file(sent("india"), settings).categories == ("india", "science")
    again = applied(settings, INDIA, SCIENCE, feeds=(replace(feed, was=()),))
    assert file(sent("india"), again).categories == ("india", "science")


def test_a_name_that_a_category_had_does_not_count_where_another_has_it_now() -> None:
    settings = applied(START, NATIONAL, Category(name="Politics", slug="parties"))
    assert matching({"politics"}, settings.categories, settings.former) == {"parties"}


SLUGS = st.sampled_from(["a", "b", "c", "d"])


@st.composite
def histories(draw: st.DrawFn) -> list[Settings]:
    """The settings after each of some `apply`: categories renamed, removed and brought back."""
    found = [START]
    for _ in range(draw(st.integers(1, 5))):
        slugs = draw(st.lists(SLUGS, unique=True, max_size=3))
        gone = [slug for slug in "abcd" if slug not in slugs]
        categories = []
        for slug in slugs:
            was = draw(st.lists(st.sampled_from(gone), unique=True, max_size=1)) if gone else []
            gone = [name for name in gone if name not in was]
            categories.append(Category(name=slug.upper(), slug=slug, was=tuple(was)))
        with suppress(SettingsError):
            found.append(applied(found[-1], *categories))
    return found


@given(
    histories(), st.dictionaries(SLUGS, st.tuples(st.integers(0, 600), st.booleans())), st.data()
)
def test_an_article_ends_the_same_however_many_settings_it_was_filed_by(
    history: list[Settings], words: dict[str, tuple[int, bool]], data: st.DataObject
) -> None:
    filed = {slug: Decision(word, at(number), "asha") for slug, (number, word) in words.items()}
    article = decided(sent("a", "b"), filed=filed)
    between = article
    for settings in history:
        if data.draw(st.booleans()):
            between = file(between, settings)
    at_once = file(article, history[-1])
    assert file(between, history[-1]) == at_once == file(at_once, history[-1])
    assert set(at_once.categories) <= {category.slug for category in history[-1].categories}
    for slug in "abcd":
        now = leads_to(slug, history[-1])
        assert now == "" or leads_to(now, history[-1]) == now


def test_of_a_storys_feeds_the_one_that_allows_search_engines_least_counts() -> None:
    other = Feed(id="ptn-else", url="https://ptn.example/else", provider="ptn", index=False)
    named = Feed(id="new", url=FEED.url, provider="ptn", canonical="source", was=(FEED.id,))
    found = sent("india")
    found = replace(
        found,
        wire=replace(found.wire, feeds={FEED.id: Filed(), "gone": Filed(), other.id: Filed()}),
    )
    filed = file(found, applied(START, INDIA, feeds=(named, other)))
    assert (filed.at_source, filed.noindex) == (True, True)
    filed = file(filed, applied(START, INDIA, feeds=(FEED,)))
    assert (filed.at_source, filed.noindex) == (False, False)
