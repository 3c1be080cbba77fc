"""What the CDN is told to forget, and that it is told until it has."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.pipeline.world import World, entry
from wireroom import clock
from wireroom.errors import Unavailable
from wireroom.model import Purge
from wireroom.pipeline import purge as purging
from wireroom.site import search
from wireroom.store.cdn import Cdn
from wireroom.store.purges import Purges
from wireroom_infra.embedded.deploy import translate
from wireroom_infra.embedded.moto_gaps import cloudfront
from wireroom_infra.project import TEMPLATE

DAY = 86400

FEEDS = ("feed.xml", "atom.xml", "feed.json")


def invalidations() -> dict[str, tuple[str, ...]]:
    found = cloudfront.invalidations()
    assert len(dict(found)) == len(found)
    return dict(found)


def purge_of(world: World, identity: str) -> Purge:
    (found,) = world.table.purges.read([identity])
    return found


def minute(world: World, minutes: int = 1) -> dict[str, int]:
    """The next run of the function."""
    world.aws.clock.advance(60 * minutes)
    counts: dict[str, int] = world.aws.invoke("PurgeFunction", {})
    return counts


def correct(world: World) -> None:
    world.edit("correct", article="ptn:1", body="<p>Right.</p>", correction="It was wrong.")


def headers(world: World, path: str) -> str:
    where = {"Bucket": world.aws.outputs["SiteBucket"], "Key": f"{path[1:]}index.html"}
    return str(world.aws.client("s3").head_object(**where)["CacheControl"])


@pytest.fixture
def live(world: World) -> World:
    """Two stories, which no CDN has seen change yet."""
    world.publish(entry(1), entry(2))
    return world


@pytest.fixture
def refusals(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Codes of errors with which CloudFront answers the next CreateInvalidation."""
    codes: list[str] = []
    answer = Cdn.purge

    class Refusing:
        def create_invalidation(self, **_: Any) -> None:
            error = {"Error": {"Code": codes.pop(0)}, "ResponseMetadata": {"HTTPStatusCode": 400}}
            raise ClientError(error, "CreateInvalidation")

    def purge(self: Cdn, reference: str, paths: Any) -> str:
        if not codes:
            return answer(self, reference, paths)
        other = Cdn(lambda _: Refusing(), self.distribution)
        return answer(other, reference, paths)

    monkeypatch.setattr(Cdn, "purge", purge)
    yield codes
    assert codes == []


def test_a_killed_story_is_purged_with_all_that_listed_it_once_its_pages_are_replaced(
    live: World,
) -> None:
    article = live.article("1")
    live.aws.calls.reset()
    live.edit("kill", article="ptn:1", reason="legal")
    name = f"{article.id}-2"
    listed = ("/", "/india/", "/india/2026/02/11/")
    assert set(invalidations()[name]) == {
        "/2*",  # every story's page may have named it
        *listed,
        *(f"{path}index.html" for path in listed),
        *(f"{root}{name}" for root in ("/", "/india/") for name in FEEDS),
        "/fragments/latest.html",
        "/news-sitemap.xml",
        "/sitemaps/2026-02.xml",
        "/search/recent.json",
        f"/search/2026/02/11/{search.part(article.id)}.json",
    }
    calls = [(call.operation, call.resource) for call in live.aws.calls]
    page = f"arn:aws:s3:::{live.aws.outputs['SiteBucket']}{article.path}index.html"
    assert calls.count(("PutObject", page)) == 1
    first = next(n for n, call in enumerate(calls) if call[0] == "CreateInvalidation")
    assert calls.index(("PutObject", page)) < first
    assert purge_of(live, name).state == "sent"
    assert minute(live) == {"done": 2, "late": 0}  # that of other stories' pages is the second
    assert purge_of(live, name).state == "done"
    assert live.table.purges.open(10) == []


def test_pages_of_other_stories_that_named_a_killed_one_are_purged_too(live: World) -> None:
    other = live.article("2").path
    assert "Story 1" in live.page(other)
    live.edit("kill", article="ptn:1", reason="legal")
    assert "Story 1" not in live.page(other)
    (paths,) = (paths for name, paths in invalidations().items() if name.startswith("unlist-"))
    assert paths == (f"{other}*",)


def test_publishing_and_updating_stories_purges_nothing(live: World) -> None:
    live.publish(entry(1, 2), entry(3))
    live.edit("pin", article="ptn:1", list="home")
    assert invalidations() == {}
    assert live.aws.invoke("PurgeFunction", {}) == {"done": 0, "late": 0}


@pytest.mark.parametrize(
    ("action", "detail"),
    [
        ("correct", {"body": "<p>Right.</p>", "correction": "It was wrong."}),
        ("headline", {"headline": "Another"}),
        ("headline", {"slug": "elsewhere"}),
    ],
)
def test_an_editors_change_of_a_story_purges_its_addresses(
    live: World, action: str, detail: dict[str, str]
) -> None:
    """And those of a story whose page has named it by another headline or address."""
    before, other = live.article("1"), live.article("2").path
    live.edit(action, article="ptn:1", **detail)
    after = live.article("1")
    wanted = {f"{before.path}*", f"{after.path}*"}
    if action == "headline":
        wanted |= {other, f"{other}index.html"}
    assert invalidations() == {f"{after.id}-2": tuple(sorted(wanted))}


@pytest.mark.parametrize("back", [False, True])
def test_a_story_that_is_killed_or_back_again_is_purged_each_time(live: World, back: bool) -> None:
    name = live.article("1").id
    live.edit("kill", article="ptn:1", reason="error")
    live.edit("reinstate", article="ptn:1")
    if back:
        live.edit("kill", article="ptn:1", reason="error")
    found = [each for each in invalidations() if each.startswith(name)]
    assert found == [f"{name}-{revision}" for revision in ((2, 3, 4) if back else (2, 3))]


def test_a_story_that_expires_is_purged(live: World) -> None:
    name = live.article("1").id
    live.edit(
        "schedule", article="ptn:1", expire_at=(clock.now() + timedelta(minutes=1)).isoformat()
    )
    assert invalidations() == {}
    live.aws.clock.advance(61)
    live.aws.invoke("ReleaseFunction", {})
    live.aws.drain()
    assert live.article("1").state == "expired"
    assert "/2*" in invalidations()[f"{name}-3"]


def test_the_cdn_keeps_an_old_story_longer_and_forgets_it_when_its_agency_changes_it(
    live: World,
) -> None:
    article = live.article("1")
    assert "s-maxage=300," in headers(live, article.path)
    for days, kept in ((1, 3600), (7, 86400)):
        live.aws.clock.advance(days * DAY)
        live.aws.invoke("SweepFunction", {})
        live.aws.drain()
        assert f"s-maxage={kept}," in headers(live, article.path)
        assert live.table.jobs.get("sweep").repaired == 0
        assert invalidations() == {}
    live.publish(entry(1, 2))
    assert "s-maxage=300," in headers(live, article.path)
    other = live.article("2").path  # which has named it by the earlier headline
    wanted = (f"{article.path}*", other, f"{other}index.html")
    assert invalidations() == {f"{article.id}-2": wanted}


def test_a_republish_of_one_page_purges_it_and_that_of_everything_does_not(live: World) -> None:
    live.edit("republish", everything=True)
    assert invalidations() == {}
    live.edit("republish", page="/india/")
    live.edit("republish", article="ptn:1")
    assert list(invalidations().values()) == [
        ("/india/", "/india/index.html"),
        (f"{live.article('1').path}*",),
    ]


# --- until it is done ---------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["TooManyInvalidationsInProgress", "Throttling", "AccessDenied"])
def test_a_purge_that_was_refused_is_sent_by_the_next_run(
    live: World, refusals: list[str], code: str
) -> None:
    refusals.append(code)
    correct(live)
    waiting = purge_of(live, f"{live.article('1').id}-2")
    assert (waiting.state, code in waiting.refused) == ("waiting", True)
    assert live.letters() == []
    assert minute(live)["sent"] == 1
    assert purge_of(live, waiting.id).refused == ""
    assert minute(live)["done"] == 1
    assert len(invalidations()) == 1


def test_a_purge_whose_answer_was_lost_is_not_a_second_invalidation(
    live: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        answer = Cdn.purge

        def lost(self: Cdn, reference: str, paths: Any) -> str:
            answer(self, reference, paths)
            raise RuntimeError("the connection broke")

        patch.setattr(Cdn, "purge", lost)
        correct(live)
    assert minute(live)["sent"] == 1
    assert len(invalidations()) == 1


def test_a_purge_that_is_in_progress_is_not_done(live: World) -> None:
    correct(live)
    name = f"{live.article('1').id}-2"
    assert live.aws.invoke("PurgeFunction", {}) == {"done": 0, "late": 0}
    assert purge_of(live, name).state == "sent"
    assert minute(live)["done"] == 1


def test_a_purge_that_takes_more_than_five_minutes_is_late(
    live: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cloudfront, "TAKES", timedelta(hours=1))
    correct(live)
    assert minute(live, 5) == {"done": 0, "late": 0}
    assert minute(live) == {"done": 0, "late": 1}
    assert minute(live, 60) == {"done": 1, "late": 0}


def test_a_late_purge_sets_off_the_alarm_of_late_purges(
    live: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED", raising=False)
    monkeypatch.setattr(cloudfront, "TAKES", timedelta(hours=1))
    alarm = json.loads(translate(TEMPLATE).body)["Resources"]["PurgesLateAlarm"]["Properties"]

    def is_set_off() -> bool:
        lines = map(json.loads, capsys.readouterr().out.splitlines())
        (found,) = (line for line in lines if alarm["MetricName"] in line)
        (metrics,) = found["_aws"]["CloudWatchMetrics"]
        assert metrics["Namespace"] == alarm["Namespace"]
        (own,) = alarm["Dimensions"]
        assert metrics["Dimensions"] == [[own["Name"]]]
        assert found[own["Name"]] == own["Value"]
        (value,) = found[alarm["MetricName"]]
        assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
        return bool(value > alarm["Threshold"])

    correct(live)
    capsys.readouterr()
    minute(live, 5)
    assert not is_set_off()
    minute(live)
    assert is_set_off()


def test_many_kills_at_once_are_purged_within_the_next_two_runs(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cloudfront, "WILDCARDS", 5)  # a third of CloudFront's, as of the kills
    stories = range(14)
    world.publish(*(entry(number) for number in stories))
    for number in stories:
        world.say("kill", article=f"ptn:{number}", reason="legal")
    world.aws.drain()
    names = [f"{world.article(str(number)).id}-2" for number in stories]
    states = Counter(each.state for each in world.table.purges.read(names))
    assert states["waiting"]  # CloudFront has five wildcards under way, and takes no more
    assert states["sent"]
    minute(world)
    minute(world)
    assert {each.state for each in world.table.purges.read(names)} == {"done"}
    merged = [paths for name, paths in invalidations().items() if name.startswith("all-")]
    assert set(merged) == {("/*",)}
    assert len(merged) < 5


def test_a_purge_of_a_distribution_that_was_replaced_is_sent_again(live: World) -> None:
    correct(live)
    cloudfront.empty()
    minute(live)
    assert minute(live)["sent"] == 1
    assert minute(live)["done"] == 1


def test_a_purge_that_two_runs_send_is_one_invalidation(live: World) -> None:
    correct(live)
    sent = purge_of(live, f"{live.article('1').id}-2")
    client = live.aws.client
    (distribution,) = {live.aws.functions["PurgeFunction"].environment["DISTRIBUTION_ID"]}
    slow = purging.Purging(live.table.purges, Cdn(client, distribution))
    counts: Counter[str] = Counter()
    waiting = Purge(
        id=sent.id, requested=sent.requested, paths=sent.paths, reference=sent.reference
    )
    slow._send([waiting], counts)  # it has read the row before
    assert counts["sent"] == 0
    assert purge_of(live, sent.id) == sent
    assert len(invalidations()) == 1


def test_a_purge_that_could_not_be_ordered_is_ordered_when_its_pages_are_written_again(
    live: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, tried = Purges.put, set()

    def stops(self: Purges, old: Purge | None, new: Purge) -> None:
        if new.id not in tried:
            tried.add(new.id)
            raise Unavailable("the table does not answer")
        put(self, old, new)

    monkeypatch.setattr(Purges, "put", stops)
    live.edit("kill", article="ptn:1", reason="legal")
    article, other = live.article("1"), live.article("2")
    assert len(tried) == 2
    assert "/2*" in invalidations()[f"{article.id}-2"]
    (again,) = tried - {f"{article.id}-2"}
    assert invalidations()[again] == (f"{other.path}*",)
