"""Which stories are related to a story, by the words that they share."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.newsroom.stories import at
from wireroom.model import ListingEntry
from wireroom.site.more import RELATED, Near, more, related

OTHERS = [f"{word} {word}ish {word}er of the week" for word in "alpha bravo delta gamma".split()]
OTHERS += [each.translate(str.maketrans("aeh", "ouk")) for each in OTHERS]


def entry(headline: str, summary: str = "", categories: tuple[str, ...] = ("india",)):
    return ListingEntry(
        id=headline,
        headline=headline,
        path="/2026/02/11/x/",
        published=at(0),
        categories=categories,
        summary=summary,
    )


def found(headline: str, *others: str) -> list[str]:
    rows = [entry(each) for each in (*others, *OTHERS)]
    return [each.headline for each in related(entry(headline), rows)]


@pytest.mark.parametrize(
    ("headline", "same"),
    [
        ("Brahmaputra floods cut off villages", "Army boats reach Brahmaputra villages"),
        ("ब्रह्मपुत्र की बाढ़ से गाँव कटे", "ब्रह्मपुत्र में बाढ़: राहत नावें"),
        ("فيضانات تقطع الطرق إلى براهمابوترا", "قوارب تصل بعد فيضانات براهمابوترا"),
        ("台风登陆福建沿海", "福建应对台风登陆"),
        ("태풍 카눈 부산 상륙", "부산 태풍 카눈 피해"),
        ("STRAẞE gesperrt: Rheinbrücke", "Rheinbrücke: Strasse wieder frei"),
    ],
)
def test_stories_are_related_that_share_two_rare_words_in_any_script(
    headline: str, same: str
) -> None:
    assert found(headline, same) == [same]


@pytest.mark.parametrize(
    ("headline", "other"),
    [
        ("Brahmaputra floods cut off villages", "Brahmaputra bridge opens"),  # one word
        ("Budget of 2026 is 1000 crore", "In 2026 a prize of 1000 dollars"),  # numbers
        ("The end of it all", "It is the end of all"),  # short words
        ("Brahmaputra floods", "BRAHMAPUTRA FLOODS"),  # the same headline
    ],
)
def test_stories_are_not_related_by_one_word_or_by_what_says_nothing(
    headline: str, other: str
) -> None:
    assert found(headline, other) == []


def test_what_most_stories_have_relates_none() -> None:
    said = "Officials said yesterday that more would follow"
    rows = [entry(f"{each} number {each}", said) for each in "abcdefgh"]
    assert related(entry("Another number", said), rows) == []


def test_words_of_the_summaries_alone_relate_no_stories() -> None:
    rows = [entry("Rupee falls", "Kolkata Howrah Hooghly"), *map(entry, OTHERS)]
    assert related(entry("Metro opens", "Kolkata Howrah Hooghly"), rows) == []
    assert related(entry("Kolkata on the Hooghly", "Howrah"), rows) == rows[:1]


def test_the_story_that_shares_more_comes_first_and_then_that_of_the_same_sections() -> None:
    own = entry("Brahmaputra floods strand Majuli villages", categories=("india", "weather"))
    near, far = entry("Majuli villages: Brahmaputra"), entry("Majuli villages wait")
    same = entry("Majuli villages hope", categories=("india", "weather"))
    assert related(own, [far, same, near, *map(entry, OTHERS)]) == [near, same, far]


@given(st.lists(st.text("ab cd", max_size=40).map(entry), max_size=12), st.text("ab cd"))
def test_few_others_are_related_and_each_is_named_once(rows: list, headline: str) -> None:
    chosen = [each.headline for each in related(entry(headline), rows)]
    assert len(chosen) <= RELATED
    assert len(set(chosen)) == len(chosen)
    assert set(chosen) <= {row.headline for row in rows} - {headline}


def test_the_story_before_is_the_nearest_older_one_and_the_story_after_the_nearest_newer() -> None:
    rows = [entry(name) for name in ("next", "last", "previous", "first")]
    said = more(Near("india", entry("own"), rows[:2], rows[2:]))
    assert (said.following, said.previous, said.section) == (rows[0], rows[2], "india")
    alone = more(Near("", entry("own"), [], []))
    assert (alone.previous, alone.following, list(alone.related)) == (None, None, [])
