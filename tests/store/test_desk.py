"""The desk's list: in which order it is, what is found in it, and how far a reading goes."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from msgspec.structs import replace

from tests.newsroom.stories import SETTINGS, arrive, at, settled, story
from tests.newsroom.test_edits import edit, event_of
from tests.store.test_articles import save
from wireroom.model import Article, Decision, Desk
from wireroom.newsroom import events
from wireroom.newsroom.desk import desk_entry
from wireroom.store.desk import Found, Sought
from wireroom.store.table import Table

HEADLINES = {
    "en": "Señor Müller's café opens",
    "hi": "जलाशय के द्वार खुले",
    "ar": "افتتاح الخزّان أمام الزوّار",
}


def came(table: Table, number: int, minutes: float = 60, **more: object) -> Article:
    """A story that came `minutes` past noon."""
    fields = {"entry_id": f"tag:ptn,{number}", "headline": f"Story {number}", **more}
    return save(table, None, arrive(None, story(**fields), minutes))


def said(
    table: Table, article: Article, kind: type[events.OfArticle], minutes: float, **more: object
) -> Article:
    """`article` as an editor's event leaves it."""
    return save(table, article, edit(article, event_of(kind, minutes, **more), minutes=minutes))


def headlines(found: Found) -> list[str]:
    return [entry.headline for entry in found.entries]


@pytest.fixture
def newsroom(table: Table) -> dict[str, Article]:
    """A story in each state, by the state."""
    held = came(table, 1, 61, hold=True)
    scheduled = came(table, 2, 62, embargo=at(300))
    live = came(table, 3, 63, terms=("india", "sport"))
    killed = said(
        table, came(table, 4, 64, provider="rtr", feed="rtr-all"), events.Kill, 65, reason="legal"
    )
    expired = came(table, 5, 66)
    expired = said(table, expired, events.Schedule, 67, expire_at=at(60), by="ben")
    found = (held, scheduled, live, killed, expired)
    return {article.state: article for article in found}


def test_stories_in_every_state_are_read_the_newest_change_first(
    table: Table, newsroom: dict[str, Article]
) -> None:
    found = table.desk.newest(9)
    assert [entry.state for entry in found.entries] == [
        "expired", "killed", "live", "scheduled", "held",
    ]  # fmt: skip
    assert found.after == ""
    assert found.reached is None
    for entry in found.entries:
        assert entry == desk_entry(newsroom[entry.state])


def test_a_change_brings_a_story_to_the_top_and_leaves_nothing_behind(
    table: Table, newsroom: dict[str, Article]
) -> None:
    said(table, newsroom["live"], events.Headline, 70, headline="Ours")
    assert headlines(table.desk.newest(9)) == ["Ours", "Story 5", "Story 4", "Story 2", "Story 1"]


@pytest.mark.parametrize(
    ("sought", "wanted"),
    [
        (Sought(state="killed"), "4"),
        (Sought(state="held"), "1"),
        (Sought(category="sport"), "3"),
        (Sought(category="india", state="live"), "3"),
        (Sought(feed="rtr-all"), "4"),
        (Sought(editor="ben"), "5"),
        (Sought(touched=True), "54"),
        (Sought(touched=True, feed="rtr-all"), "4"),
        (Sought(editor="ptn"), ""),
        (Sought(category="spor"), ""),
        (Sought(words="story 3"), "3"),
        (Sought(words="story", state="scheduled"), "2"),
    ],
)
def test_it_is_filtered(
    table: Table, newsroom: dict[str, Article], sought: Sought, wanted: str
) -> None:
    assert [name[-1] for name in headlines(table.desk.newest(9, sought))] == list(wanted)


def test_it_tells_what_an_editor_asks_of_a_story(table: Table) -> None:
    sent = came(
        table, 1, source="PTN", language="hi", embargo=at(30), link="http://www.ptn.example/1/"
    )
    ours = edit(
        sent, event_of(events.Correct, 61, body="x", correction="Put right."), body="bodies/ours"
    )
    ours = save(table, sent, ours)
    ours = save(table, ours, edit(ours, event_of(events.Headline, 62, headline="Ours", by="ben")))
    newer = arrive(ours, story(2, entry_id="tag:ptn,1", link="http://www.ptn.example/1/"), 63)
    save(table, ours, newer)
    (entry,) = table.desk.newest(9).entries
    assert entry.headline == "Ours"
    assert entry.editors == ("asha", "ben")
    assert (entry.corrected, entry.newer) == (True, True)
    assert entry.feeds == ("ptn-top",)
    assert entry.path == newer.path
    assert entry.revision == 4
    assert entry.changed == at(63)


def test_it_tells_why_a_story_is_not_on_the_site(
    table: Table, newsroom: dict[str, Article]
) -> None:
    said(table, newsroom["live"], events.Hold, 70)
    reasons = [(e.headline, e.state, e.reason) for e in table.desk.newest(9).entries if e.reason]
    assert reasons == [
        ("Story 3", "held", "editor"), ("Story 4", "killed", "legal"), ("Story 1", "held", "wire"),
    ]  # fmt: skip
    scheduled = next(e for e in table.desk.newest(9).entries if e.state == "scheduled")
    assert (scheduled.embargo, scheduled.due) == (at(300), at(300))


def test_a_story_that_was_killed_before_it_came_is_in_it(table: Table) -> None:
    kill = Desk(kill=Decision("legal", at(60), "asha"))
    unseen = Article(id="x", provider="ptn", entry_id="9", revision=0, state="held", desk=kill)
    save(table, None, settled(unseen))
    (entry,) = table.desk.newest(9).entries
    assert (entry.state, entry.headline, entry.awaited) == ("killed", "", True)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "senor"),
        ("en", "MÜLLER café"),
        ("en", "muller open"),
        ("hi", "जलाशय"),
        ("hi", "द्वार खुल"),
        ("ar", "الخزان"),
        ("ar", "خزان افتتاح"),
        ("ar", "زوار"),
    ],
)
def test_words_are_found_in_any_script_whatever_their_accents(
    table: Table, language: str, words: str
) -> None:
    for number, headline in enumerate(HEADLINES.values()):
        came(table, number, 60 + number, headline=headline)
    assert headlines(table.desk.newest(9, Sought(words=words))) == [HEADLINES[language]]


@pytest.mark.parametrize(
    "words", ["gates", "spillway", "menon", "floods", "dam-opens", "ours dam gates menon"]
)
def test_words_are_found_in_both_headlines_the_summary_the_byline_and_the_slug(
    table: Table, words: str
) -> None:
    article = came(
        table, 1, headline="Gates opened", summary="The spillway ran.", byline="By R. Menon"
    )
    said(
        table,
        article,
        events.Headline,
        61,
        headline="Ours",
        standfirst=None,
        slug="dam opens floods",
    )
    came(table, 2, 62)
    assert headlines(table.desk.newest(9, Sought(words=words))) == ["Ours"]


def test_words_that_a_story_lacks_find_nothing(table: Table) -> None:
    came(table, 1, headline="Gates opened")
    for words in ("gates closed", "ates", "?!", "«»"):
        assert table.desk.newest(9, Sought(words=words)) == Found()


def test_a_long_summary_in_hindi_keeps_the_headline_and_its_first_words(table: Table) -> None:
    summary = " ".join(f"शब्द{number}" for number in range(500))
    came(table, 1, headline="जलाशय भरा", summary=summary)
    for words in ("जलाशय", "शब्द0", "शब्द40"):
        assert len(table.desk.newest(9, Sought(words=words)).entries) == 1
    row = table.desk._query("0", "9", "", {}, {})["Items"][0]
    assert len(row["desk_words"]["S"].encode()) <= 1200


def test_pages_follow_each_other_where_stories_changed_in_the_same_moment(table: Table) -> None:
    for number in range(10):
        came(table, number, 60 if number < 7 else 61)
    found, after = [], ""
    for _ in range(4):
        page = table.desk.newest(3, after=after)
        found += headlines(page)
        after = page.after
    assert after == ""
    assert len(found) == len(set(found)) == 10
    assert set(found[:3]) == {"Story 7", "Story 8", "Story 9"}
    assert found == headlines(table.desk.newest(99))


def test_filtered_pages_follow_each_other(table: Table) -> None:
    for number in range(40):
        came(table, number, 60 + number // 3, terms=("sport",) if number % 5 else ("india",))
    found, after, pages = [], "", 0
    while after or not pages:
        page = table.desk.newest(3, Sought(category="india"), after=after)
        found += headlines(page)
        after, pages = page.after, pages + 1
    assert sorted(found) == sorted(f"Story {number}" for number in range(0, 40, 5))
    assert len(found) == len(set(found))


def test_a_search_looks_at_so_much_and_says_where_to_go_on(table: Table) -> None:
    for number in range(12):
        came(table, number, 60 + number)
    first = table.desk.newest(1, Sought(words="story 2"), calls=1)
    assert first.entries == ()
    assert first.reached == at(68)
    assert headlines(table.desk.newest(1, Sought(words="story 2"), after=first.after)) == [
        "Story 2"
    ]


def test_a_time_can_be_given_from_which_and_before_which(table: Table) -> None:
    for number in range(5):
        came(table, number, 60 + number)
    found = table.desk.newest(9, since=at(61), until=at(63))
    assert headlines(found) == ["Story 2", "Story 1"]
    page = table.desk.newest(1, since=at(61), until=at(63))
    assert headlines(table.desk.newest(9, after=page.after, since=at(61), until=at(63))) == [
        "Story 1"
    ]
    assert table.desk.newest(9, after=page.after, until=at(61)) == Found()


def test_what_is_no_cursor_is_refused(table: Table) -> None:
    with pytest.raises(ValueError, match="no place in the desk's list"):
        table.desk.newest(9, after="2026")


@pytest.fixture
def linked(table: Table) -> Article:
    for number in range(2, 12):
        came(table, number, 60 + number)
    return came(table, 1, 60, link="https://www.ptn.example/story?id=1&utm_source=rss")


@pytest.mark.parametrize(
    "text",
    [
        "{id}",
        "{path}",
        "https://harbour.example{path}",
        " http://harbour.example{path}?x=1#top ",
        "ptn:tag:ptn,1",
        "https://ptn.example/story?id=1",
        "http://www.ptn.example/story?id=1&utm_source=mail",
        "Story 1",
    ],
)
def test_what_is_pasted_finds_the_story(table: Table, linked: Article, text: str) -> None:
    settings = replace(SETTINGS, providers=("rtr", "ptn"))
    found = table.search(
        text.format(id=linked.id, path=linked.path), settings, 1 if "Story" not in text else 9
    )
    assert desk_entry(linked) in found.entries
    assert len(found.entries) == 1 or text == "Story 1"


def test_however_much_is_looked_for_dynamodb_takes_the_conditions(table: Table) -> None:
    came(table, 1)
    with patch.object(table.desk, "_query", wraps=table.desk._query) as asked:
        table.desk.newest(9, Sought(words=" ".join(f"word{n}" for n in range(300)), state="live"))
    (call,) = asked.call_args_list
    assert len(call.args[2].encode()) <= 4096  # of an expression, DynamoDB's limit


def test_the_newest_of_many_stories_is_found_once_by_its_link(table: Table) -> None:
    for number in range(2, 12):
        came(table, number, 60 + number)
    newest = came(table, 1, 90, link="https://ptn.example/story")
    found = table.search("https://ptn.example/story", SETTINGS, 9)
    assert (found.entries, found.after) == ((desk_entry(newest),), "")


def test_a_link_that_is_nowhere_is_looked_for_to_the_end(table: Table) -> None:
    for number in range(2, 12):
        came(table, number, 60 + number)
    asked, after = 0, "9"
    while after:
        place = {} if after == "9" else {"after": after}
        found = table.search("https://ptn.example/nowhere", SETTINGS, 9, calls=1, **place)
        asked, after = asked + 1, found.after
        assert asked < 5
        assert not found.entries


def test_a_link_that_is_the_entrys_id_finds_the_story_in_one_call(table: Table) -> None:
    link = "https://ptn.example/a"
    article = came(table, 1, entry_id=link)
    settings = replace(SETTINGS, providers=("rtr", "ptn"))
    with patch.object(table.desk, "_query") as listed:
        assert table.search("http://ptn.example/a/", settings, 9).entries == (desk_entry(article),)
    assert not listed.called


@pytest.mark.parametrize(
    "text",
    ["https://elsewhere.example/", "/2026/02/11/nothing/", "ptn:nothing", "responsibilities"],
)
def test_what_is_pasted_and_nobodys_finds_nothing(table: Table, linked: Article, text: str) -> None:
    assert table.search(text, replace(SETTINGS, providers=("ptn",)), 9).entries == ()


def test_a_word_that_looks_like_an_id_is_a_word(table: Table) -> None:
    came(table, 1, headline="New responsibilities")
    assert headlines(table.search("responsibilities", SETTINGS, 9)) == ["New responsibilities"]
