"""Editors' events on the bus, through the deployed stack."""

from __future__ import annotations

from datetime import timedelta, timezone

import pytest
from msgspec.structs import replace

from tests.pipeline.world import FEED, SETTINGS, World, entry, prepared
from wireroom import clock
from wireroom.errors import Conflict
from wireroom.model import Job
from wireroom.newsroom import edits, events
from wireroom.newsroom.history import revision
from wireroom.newsroom.settle import settle
from wireroom.store.articles import Articles
from wireroom.store.table import Table
from wireroom_infra.embedded import EmbeddedAWS

UNEDITED = "this story has not been edited by The Harbour Post staff"


@pytest.fixture
def live(aws: EmbeddedAWS) -> World:
    return prepared(aws, one_story)


def one_story(world: World) -> None:
    world.apply()
    world.publish(entry(1, categories=("india", "politics", "sport")))


def test_a_headline_survives_three_wire_updates_whose_bodies_show(live: World) -> None:
    live.edit("headline", article="ptn:1", headline="Ours — and only ours")
    for version in (2, 3, 4):
        live.publish(entry(1, version), known=True)
        page = live.page(live.article().path)
        assert f"Body of story 1, version {version}." in page
        assert "<title>Ours — and only ours</title>" in page
    assert not [text for text in live.site().values() if "Story 1 version" in text]


@pytest.mark.parametrize("reason", ["legal", "withdrawn-by-agency", "licence-expired", "error"])
def test_a_kill_leaves_nothing_of_the_story_but_its_address_and_the_reason(live, reason) -> None:
    article = live.article()
    live.edit("kill", article=f"https://harbour.example{article.path}", reason=reason)
    slug = article.path.strip("/").rpartition("/")[2]
    notice = live.page(article.path)
    assert 'content="noindex' in notice
    for key, text in live.site().items():
        for trace in ("Story 1", "Body of story", slug):
            assert trace not in text, (key, trace)


@pytest.mark.parametrize("action", ["kill", "hold"])
def test_a_withdrawn_story_leaves_the_lists_baked_into_other_stories_too(live, action) -> None:
    for number in (2, 3):
        live.publish(entry(number))
    path = live.article("3").path
    assert "Story 1 version 1" in live.page(path)
    live.edit(action, article="ptn:1", **({"reason": "legal"} if action == "kill" else {}))
    traces = ("Story 1", live.article().path.strip("/").rpartition("/")[2])
    assert [key for key, text in live.site().items() if any(t in text for t in traces)] == []
    assert live.table.jobs.get(f"unlist-{live.article().id}-2").phase == "done"


def test_the_four_reasons_of_a_kill_are_different_words(live: World) -> None:
    words = set()
    for reason in ("legal", "withdrawn-by-agency", "licence-expired", "error"):
        live.edit("kill", article="ptn:1", reason=reason)
        words.add(live.page(live.article().path))
    assert len(words) == 4


def test_a_story_killed_before_it_arrives_never_appears(world: World) -> None:
    before = world.site()
    world.edit("kill", article="ptn:1", reason="legal")
    world.publish(entry(1))
    assert world.site() == before
    assert world.article().state == "killed"


def test_the_wire_cannot_bring_a_killed_story_back_and_an_editor_can(live: World) -> None:
    path = live.article().path
    live.edit("kill", article="ptn:1", reason="error")
    live.publish(entry(1, 9), known=True)
    assert "version 9" not in live.page(path)
    live.edit("reinstate", article="ptn:1")
    assert live.article().path == path
    assert "Body of story 1, version 9." in live.page(path)
    assert "Story 1 version 9" in live.page("/")


def test_an_embargoed_story_is_nowhere_until_its_time_and_everywhere_after(world: World) -> None:
    before = world.site()
    world.publish(entry(1, embargo=clock.now() + timedelta(minutes=30)))
    world.aws.clock.advance(29 * 60)
    world.aws.tick()
    world.aws.drain()
    assert {k: v for k, v in world.site().items() if "Story 1" in v} == {}
    assert set(world.site()) == set(before)
    world.aws.clock.advance(60)
    world.aws.tick()
    world.aws.drain()
    assert "Story 1" in world.page("/")
    assert "Body of story 1" in world.page(world.article().path)


def test_a_time_that_an_editor_gives_with_its_zone_is_that_moment(world: World) -> None:
    world.publish(entry(1))
    world.publish(entry(2), feed=replace(FEED, hold=True))
    world.edit("schedule", article="ptn:1", publish_at="2026-02-11T15:30:00+05:30")
    world.aws.clock.advance(3600)
    world.aws.tick()
    world.aws.drain()
    assert world.article("1").state == "live"
    decided = clock.now().astimezone(timezone(timedelta(hours=-5)))
    world.edit("release", article="ptn:2", at=decided)
    front = world.page("/")
    assert front.index("Story 2") < front.index("Story 1")  # it appeared later


def test_after_two_new_slugs_both_old_addresses_redirect_to_the_newest_in_one_hop(live) -> None:
    first = live.article().path
    live.edit("headline", article="ptn:1", slug="second")
    second = live.article().path
    live.edit("headline", article=first, slug="third")
    third = live.article().path
    assert len({first, second, third}) == 3
    for old in (first, second):
        assert f'url={third}"' in live.page(old)
        key = old.removeprefix("/") + "index.html"
        head = live.aws.client("s3").head_object(Bucket=live.aws.outputs["SiteBucket"], Key=key)
        assert head["WebsiteRedirectLocation"] == third
    assert "Body of story 1" in live.page(third)


def test_a_correction_shows_its_body_text_and_date_and_the_notice_follows(live: World) -> None:
    path = live.article().path
    assert UNEDITED in live.page(path)
    live.edit(
        "correct",
        article="ptn:1",
        body='<p>Put <em>right</em>.</p><script>x()</script><p><img src="//p.example/a.jpg"></p>',
        correction="An earlier version misstated the depth.",
    )
    page = live.page(path)
    assert "<p>Put <em>right</em>.</p>" in page
    assert "x()" not in page
    assert "p.example/a.jpg" in live.page("/")
    assert "An earlier version misstated the depth." in page
    assert UNEDITED not in page
    live.publish(entry(1, 5), known=True)
    assert "Put <em>right</em>" in live.page(path)
    live.edit("correct", article="ptn:1", revert=True)
    page = live.page(path)
    assert "Body of story 1, version 5." in page
    assert UNEDITED in page
    assert "misstated" not in page


def test_a_hold_takes_a_story_out_and_a_release_lets_it_back(live: World) -> None:
    path = live.article().path
    live.edit("hold", article="ptn:1")
    assert not [k for k, v in live.site().items() if "Story 1" in v]
    assert "Body of story" not in live.page(path)
    live.edit("release", article="ptn:1")
    assert "Body of story 1" in live.page(path)


def test_a_feed_that_holds_publishes_nothing_until_an_editor_releases_it(world: World) -> None:
    world.publish(entry(1), feed=replace(FEED, hold=True))
    assert "Story 1" not in world.page("/")
    world.edit("release", article="ptn:1")
    assert "Story 1" in world.page("/")


def test_a_story_expires_at_its_time(live: World) -> None:
    live.edit("schedule", article="ptn:1", expire_at=clock.now() + timedelta(minutes=10))
    live.aws.clock.advance(11 * 60)
    live.aws.tick()
    live.aws.drain()
    assert live.article().state == "expired"
    assert not [k for k, v in live.site().items() if "Story 1" in v]


def test_a_pinned_story_leads_and_leaves_the_automatic_part(world: World) -> None:
    now = clock.now()
    for number in range(3):
        world.publish(entry(number, published=now - timedelta(hours=9 - number)))
    world.edit("pin", article="ptn:0", list="home")
    front = world.page("/")
    assert front.count("Story 0 version 1") == 1
    assert front.index("Story 0") < front.index("Story 2")
    world.edit("unpin", article="ptn:0", list="home")
    front = world.page("/")
    assert front.index("Story 0") > front.index("Story 2")


def test_an_event_is_applied_once_however_often_it_is_delivered(live: World) -> None:
    for _ in range(3):
        live.say("note", id="n1", article="ptn:1", note="Called the agency.")
    live.aws.drain()
    history = live.table.articles.history(live.article().id)
    assert [row.what for row in history] == ["new", "note"]
    assert (history[1].who, history[1].why) == ("asha", "Called the agency.")


def test_an_expected_revision_refuses_what_has_moved_on_but_not_its_own_repeat(live) -> None:
    for _ in range(2):
        live.edit("headline", id="h1", article="ptn:1", headline="A", expected_revision=1)
    assert live.letters() == []
    live.edit("headline", id="h2", article="ptn:1", headline="B", expected_revision=1)
    assert live.article().desk.headline.value == "A"
    (reason,) = live.letters()
    assert reason == "expected_revision: the article is at revision 2, not 1"


@pytest.mark.parametrize(
    ("action", "detail", "reason"),
    [
        (
            "kill",
            {"article": "ptn:1", "reason": "boredom"},
            "reason: 'boredom' is not known; expected one of",
        ),
        ("kill", {"article": "ptn:1"}, "reason: is missing"),
        ("explode", {"article": "ptn:1"}, "detail-type: 'explode' is not an action"),
        ("note", {"article": "/2026/01/01/no/", "note": "x"}, "article: no article has"),
        ("hold", {"article": "ptn:none"}, "article: there is no article ptn:none"),
        ("hold", {"article": "ptn:1", "colour": "red"}, "colour: is not a field of this event"),
        ("pin", {"article": "ptn:1", "list": "gossip"}, "list: 'gossip' is not a category"),
        (
            "kill",
            {"article": "http://other.example/x/", "reason": "legal"},
            "article: http://other",
        ),
        ("kill", {"article": "pnt:1", "reason": "legal"}, "article: 'pnt' is not a provider"),
        ("correct", {"article": "ptn:1", "body": " ", "correction": "x"}, "body: "),
        (
            "correct",
            {"article": "ptn:1", "body": "<script>x</script>", "correction": "x"},
            "body: ",
        ),
        ("headline", {"article": "ptn:1", "headline": "  "}, "headline: has no words"),
        (
            "schedule",
            {
                "article": "ptn:1",
                "publish_at": "2026-02-13T00:00:00Z",
                "expire_at": "2026-02-12T00:00:00Z",
            },
            "expire_at: is not after publish_at",
        ),
        ("categorise", {"article": "ptn:1", "remove": ["gossip"]}, "remove: 'gossip' is no"),
        ("headline", {"article": "ptn:1", "headline": ""}, "headline: is empty"),
        ("pin", {"article": "ptn:1", "order": 101}, "order: is more than 100"),
        ("pin", {"article": "ptn:1", "order": "1"}, "order: is text and should be a whole number"),
        ("hold", {"article": "ptn:1", "at": "2026-02-11T14:00:00"}, "without its zone"),
        (
            "hold",
            {"article": "ptn:1", "at": "yesterday"},
            "at: is not a time; expected, for example, 2026-02-12T",
        ),
        (
            "republish",
            {"first": "2026-2-3"},
            "first: is not what is expected: a date",
        ),
        ("republish", {"first": "2026-02-31"}, "first: there is no day 2026-02-31"),
        ("republish", {"last": "9999-12-31"}, "first: there is no day 9999-12-31"),
        ("republish", {"first": "2026-02-11", "last": "2026-02-10"}, "comes after 2026-02-10"),
        ("republish", {"page": "/2026/02/31/"}, "page: there is no day 2026-02-31"),
        ("republish", {"page": "/nope/"}, "page: the site has no page /nope/"),
        ("republish", {"page": "/nope/2026/02/11/"}, "page: the site has no page"),
        ("republish", {"page": "/assets/"}, "page: the site has no page /assets/"),
        ("republish", {"page": "/2026/02/11/typo/"}, "page: the site has no page"),
        ("republish", {"page": "https://other.example/"}, "page: the site has no page"),
        ("republish", {"page": "/", "everything": True}, "give one of article, page, list"),
    ],
)
def test_a_refused_event_is_kept_with_its_reason_and_changes_nothing(
    live, action, detail, reason
) -> None:
    before = live.article()
    live.edit(action, **detail)
    assert live.article() == before
    (letter,) = live.letters()
    assert reason in letter


@pytest.mark.parametrize(
    "what",
    [
        {"article": "ptn:1"},
        {"page": "/"},
        {"page": "/india/2026/02/11/"},
        {"list": "india"},
        {"first": "2026-02-10", "last": "2026-02-12"},
        {"everything": True},
    ],
)
def test_republishing_makes_again_what_was_asked_for(live: World, what: dict) -> None:
    keys = {
        "article": live.article().path,
        "page": what.get("page", ""),
        "list": "/india/",
        "first": live.article().path,
        "everything": "/404.html",
    }
    path = keys[next(iter(what))]
    key = path.removeprefix("/")
    key = f"{key}index.html" if not key or key.endswith("/") else key
    before = live.site()[key]
    live.aws.client("s3").put_object(
        Bucket=live.aws.outputs["SiteBucket"], Key=key, Body=b"spoiled"
    )
    live.edit("republish", **what)
    assert live.site()[key] == before
    assert live.letters() == []


def test_a_job_that_can_t_be_done_ends_as_a_letter_and_holds_up_no_news(live: World) -> None:
    live.table.jobs.put(
        None, Job(id="bad", requested=clock.now(), scope="page", target="/2026/02/31/")
    )
    live.publish(entry(2))
    (letter,) = live.letters()
    assert letter.startswith("job bad: ValueError: ")
    assert live.table.jobs.get("bad").phase == "done"
    assert "Story 2" in live.page("/")


def test_republishing_everything_mends_a_day_that_has_become_empty(live: World) -> None:
    spoiled = live.page("/sport/2026/02/11/")
    live.edit("categorise", article="ptn:1", remove=["sport"])
    empty = live.page("/sport/2026/02/11/")
    key, bucket = "sport/2026/02/11/index.html", live.aws.outputs["SiteBucket"]
    live.aws.client("s3").put_object(Bucket=bucket, Key=key, Body=spoiled.encode())
    live.edit("republish", everything=True)
    assert live.page("/sport/2026/02/11/") == empty


def test_the_sweep_mends_a_redirect_that_leads_nowhere(live: World) -> None:
    path = live.article().path
    live.edit("headline", article="ptn:1", slug="second")
    s3 = live.aws.client("s3")
    where = {"Bucket": live.aws.outputs["SiteBucket"], "Key": f"{path[1:]}index.html"}
    s3.put_object(**where, Body=s3.get_object(**where)["Body"].read())
    live.aws.invoke("SweepFunction", {})
    live.aws.drain()
    assert s3.head_object(**where)["WebsiteRedirectLocation"] == live.article().path
    assert live.table.jobs.get("sweep").repaired == 1


def test_a_slow_step_of_an_earlier_run_does_not_move_on_a_job_that_was_ordered_again(
    world: World,
) -> None:
    first = Job(id="sweep", requested=clock.now(), verify=True)
    again = replace(first, requested=first.requested + timedelta(hours=2))
    world.table.jobs.put(None, first)
    world.table.jobs.put(first, again)
    with pytest.raises(Conflict):
        world.table.jobs.put(first, replace(first, phase="lists"))
    world.aws.drain()
    job = world.table.jobs.get("sweep")
    assert (job.phase, job.requested) == ("done", again.requested)


def test_a_time_ahead_counts_as_now_so_that_what_is_decided_after_it_holds(live: World) -> None:
    live.edit("kill", article="ptn:1", reason="error", at=clock.now() + timedelta(hours=1))
    assert live.article().state == "killed"
    live.edit("reinstate", article="ptn:1", at=clock.now() + timedelta(minutes=4))
    live.edit("kill", article="ptn:1", reason="legal")
    assert live.article().state == "killed"
    assert live.letters() == []


@pytest.mark.parametrize(
    "address", ["http://harbour.example{}", "https://www.HARBOUR.example{}?utm_source=x#top"]
)
def test_an_address_names_its_article_in_any_spelling(live: World, address: str) -> None:
    live.edit("kill", article=address.format(live.article().path), reason="legal")
    assert live.article().state == "killed"


def test_a_correction_reaches_the_listings_and_feeds_too(live: World) -> None:
    live.edit("correct", article="ptn:1", body="First 41.\n\nThen more.", correction="41, not 14.")
    assert "<p>First 41.</p><p>Then more.</p>" in live.page(live.article().path)
    wrong = [key for key, text in live.site().items() if "Body of story 1" in text]
    assert wrong == []
    assert "First 41." in live.page("/")
    assert "First 41." in live.page("/india/feed.xml")
    live.edit("correct", article="ptn:1", revert=True)
    assert "Body of story 1" in live.page("/")


def test_categories_added_and_taken_away_out_of_order_all_count(live: World) -> None:
    now = clock.now()
    for seconds, words in (
        (3, {"add": ["business"]}),
        (2, {"remove": ["sport"]}),
        (1, {"set": ["sport"]}),
    ):
        live.edit("categorise", article="ptn:1", at=now + timedelta(seconds=seconds - 10), **words)
    assert live.article().categories == ("business",)
    live.edit("categorise", article="ptn:1", auto=True)
    assert live.article().categories == ("india", "politics", "sport")


def test_an_embargo_that_comes_after_a_schedule_holds_until_an_editor_decides_again(
    live: World,
) -> None:
    hours = timedelta(hours=1)
    live.edit("schedule", article="ptn:1", publish_at=clock.now() - hours, at=clock.now() - hours)
    embargo = clock.now() + timedelta(hours=5)
    sent = clock.now() - timedelta(minutes=3)
    live.publish(entry(1, 2, published=sent, embargo=embargo), known=True)
    assert (live.article().state, live.article().due) == ("scheduled", embargo)
    live.edit("schedule", article="ptn:1", publish_at=clock.now())
    assert live.article().state == "live"


def test_a_reinstated_story_is_the_story_and_not_the_kill_notice_that_came_first(
    world: World,
) -> None:
    world.publish(entry(1, 2, title="KILL: Story 1", body="Editors: kill story 1."))
    world.publish(entry(1, 1), known=True)
    assert world.article().state == "killed"
    world.edit("reinstate", article="ptn:1")
    assert "Body of story 1, version 1." in world.page(world.article().path)
    assert not [text for text in world.site().values() if "Editors: kill" in text]


def test_a_story_that_only_looked_like_a_kill_is_reinstated_and_released(world: World) -> None:
    world.publish(entry(1, title="KILL: how a tiger died"))
    world.edit("reinstate", article="ptn:1")
    assert world.article().state == "held"
    world.edit("release", article="ptn:1")
    assert "how a tiger died" in world.page("/")


def test_the_agencys_kill_leaves_the_reason_of_a_kill_that_stands(live: World) -> None:
    live.edit("kill", article="ptn:1", reason="legal")
    live.publish(entry(1, 2, title="KILL: Story 1"), known=True)
    assert live.article().desk.kill.value == "legal"
    assert live.table.articles.history(live.article().id)[-1].what == "withdrawn"


def test_history_explains_every_revision(live: World) -> None:
    live.edit("headline", article="ptn:1", headline="Ours", why="clearer")
    live.publish(entry(1, 3), known=True)
    live.edit("kill", article="ptn:1", reason="legal", why="court order")
    rows = live.table.articles.history(live.article().id)
    assert [row.revision for row in rows] == [1, 2, 3, 4]
    assert [(row.who, row.what) for row in rows] == [
        ("ptn", "new"),
        ("asha", "headline"),
        ("ptn", "update"),
        ("asha", "kill"),
    ]
    assert rows[1].changes["desk headline"] == ("", "Ours")
    assert rows[3].changes["state"] == ("live", "killed")
    assert rows[3].why == "court order"


@pytest.mark.parametrize("expected", [None, 1])
def test_two_editors_at_once_keep_both_fields_or_get_one_clear_refusal(
    live: World, monkeypatch: pytest.MonkeyPatch, expected: int | None
) -> None:
    """Between the reading and the writing of the one's edit, the other's is written."""
    save = Articles.save
    more = {"expected_revision": expected} if expected else {}

    def meanwhile(self: Table, *arguments: object) -> None:
        monkeypatch.setattr(Articles, "save", save)
        before = live.article()
        event = events.Headline(
            article="ptn:1", by="ravi", id="e2", at=clock.now(), standfirst="From the second"
        )
        after = edits.apply(before, event, lists=(), timezone="UTC")
        after = settle(replace(after, revision=2), now=clock.now(), settings=SETTINGS)
        save(self, before, after, revision(before, after, who="ravi", what="headline"))
        save(self, *arguments)

    monkeypatch.setattr(Articles, "save", meanwhile)
    live.edit("headline", article="ptn:1", headline="From the first", **more)
    desk = live.article().desk
    assert desk.standfirst.value == "From the second"
    if expected:
        assert desk.headline is None
        assert live.letters() == ["expected_revision: the article is at revision 2, not 1"]
    else:
        assert desk.headline.value == "From the first"
        assert live.letters() == []


def test_a_long_republish_never_starves_fresh_news_and_reports_how_far_it_is(
    world: World,
) -> None:
    now = clock.now()
    for number in range(12):
        world.send(entry(number, published=now - timedelta(days=number)))
    world.aws.drain()
    world.say("republish", id="all", everything=True)
    world.aws.poll()
    world.send(entry("fresh"))
    while not world.article("fresh") or "Story fresh" not in world.page("/"):
        assert world.aws.poll()
    job = world.table.jobs.get("all")
    assert job.phase != "done"
    world.aws.drain()
    job = world.table.jobs.get("all")
    assert job.phase == "done"
    assert job.done == job.total >= len(world.site()) - 3
