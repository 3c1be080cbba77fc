"""A mistake of ours, deep in one of several things: the others go on, and the one says why not.

Each test breaks a function of the product for one story, as a bug would.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

import wireroom.newsroom.normalise
import wireroom.pipeline.changes
import wireroom.pipeline.dispatch
import wireroom.pipeline.edit
import wireroom.pipeline.release
import wireroom.pipeline.render
import wireroom.site.build
import wireroom.store.articles
import wireroom.store.pages
import wireroom.wire.formats.rss.feed
from tests.pipeline.newsroom import Newsroom, item, rss
from tests.pipeline.world import World, entry
from wireroom import clock
from wireroom.newsroom.identity import article_id
from wireroom_infra.operate.queues import Queue
from wireroom_infra.operate.redriving import redrive_of

Break = Callable[..., None]


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Break:
    """`broken(module, name, word)`: from now on the function raises RuntimeError where one of its
    arguments names `word`; `times`: only so often."""

    def break_(module: Any, name: str, word: str, times: int = 1_000_000) -> None:
        left = [times]
        monkeypatch.setattr(module, name, partial(_fails_for, getattr(module, name), word, left))

    return break_


def _fails_for(real: Any, word: str, left: list[int], *args: Any, **more: Any) -> Any:
    if word in repr((args, more)) and left[0]:
        left[0] -= 1
        raise RuntimeError("deep down")
    return real(*args, **more)


def redriven(world: World, queue: Queue) -> None:
    done = redrive_of(world.aws).run(queue)
    assert done.left == []
    world.aws.drain()


def test_an_entry_that_breaks_process_is_its_own_dead_letter_and_stops_no_other(
    world: World, broken: Break, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken(wireroom.newsroom.normalise, "fingerprint", "Story 2")
    world.publish(*(entry(n) for n in (1, 2, 3)))
    assert [bool(world.article(str(n))) for n in (1, 2, 3)] == [True, False, True]
    assert world.letters() == ["feed ptn-top, entry 2: RuntimeError: deep down"]
    assert not world.aws.failures
    monkeypatch.undo()
    redriven(world, Queue.WIRE)
    assert world.article("2").state == "live"
    assert world.letters() == []


def test_an_error_that_passes_makes_no_dead_letter(world: World, broken: Break) -> None:
    broken(wireroom.newsroom.normalise, "fingerprint", "Story 1", times=4)
    world.publish(entry(1))
    assert world.article().state == "live"
    assert world.letters() == []


def test_a_row_that_can_t_be_read_fails_its_own_entry_only(world: World) -> None:
    world.publish(entry(1), entry(2))
    put_state(world, "of another version of Wireroom")
    world.send(entry(1, 2), entry(2, 2), known=True)
    world.aws.drain()
    assert world.table.articles.get(article_id("ptn", "2")).wire.headline == "Story 2 version 2"


def test_a_changed_row_that_can_t_be_read_is_a_dead_letter_with_a_reason_and_stops_no_other(
    world: World, broken: Break, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.publish(entry(1), entry(2))
    broken(wireroom.pipeline.changes, "struct", "Story 1 version 2")
    world.publish(entry(1, 2), entry(2, 2), known=True)
    assert "Story 2 version 2" in world.page("/")
    reason = f"article {article_id('ptn', '1')}: its row can't be read: RuntimeError: deep down"
    assert world.letters() == [reason]
    assert not world.aws.failures
    broken(wireroom.store.articles, "struct", "Story 1 version 2")
    done = redrive_of(world.aws).run(Queue.RENDER)
    assert (done.sent, done.left) == (0, [reason])
    monkeypatch.undo()
    redriven(world, Queue.RENDER)
    assert "Story 1 version 2" in world.page("/")
    assert "version 2" in world.page(world.article("1").path)
    assert world.letters() == []


def test_a_row_that_is_put_right_has_its_pages_rendered_by_a_redrive(world: World) -> None:
    """Two dead letters: one of the change that spoiled it, and one of that which put it right."""
    world.publish(entry(1), entry(2))
    put_state(world, "of another version of Wireroom")
    world.aws.drain()
    (letter,) = world.letters()
    assert letter.startswith(f"article {article_id('ptn', '1')}: its row can't be read: Val")
    done = redrive_of(world.aws).run(Queue.RENDER)
    assert (done.sent, done.left) == (0, [letter])
    put_state(world, "held")
    world.aws.drain()
    assert "Story 1" in world.page("/")
    done = redrive_of(world.aws).run(Queue.RENDER)
    assert (done.sent, done.left) == (2, [])
    assert "every page is rendered again" in done.notes[0]
    world.aws.drain()
    assert "is not available at present" in world.page(world.article("1").path)
    assert world.letters() == []


def put_state(world: World, state: str) -> None:
    """Write the state of story 1 behind Wireroom's back."""
    world.aws.client("dynamodb").update_item(
        TableName=world.aws.outputs["TableName"],
        Key={"pk": {"S": f"article#{article_id('ptn', '1')}"}, "sk": {"S": "article"}},
        UpdateExpression="SET #state = :state",
        ExpressionAttributeNames={"#state": "state"},
        ExpressionAttributeValues={":state": {"S": state}},
    )


def test_an_event_that_breaks_edit_is_its_own_dead_letter_and_stops_no_other(
    world: World, broken: Break, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.publish(entry(1), entry(2))
    broken(wireroom.pipeline.edit, "settle", "Broken")
    world.say("headline", article="ptn:1", headline="Broken")
    world.say("headline", article="ptn:2", headline="Well")
    world.aws.drain()
    assert world.article("2").desk.headline.value == "Well"
    assert world.letters() == ["headline of ptn:1: RuntimeError: deep down"]
    monkeypatch.undo()
    redriven(world, Queue.EDITS)
    assert world.article("1").desk.headline.value == "Broken"


def test_a_page_that_can_t_be_built_stops_no_other_page(
    world: World, broken: Break, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken(wireroom.site.build, "front", "'india', [")
    world.publish(entry(1))
    assert "Story 1" in world.page("/")
    assert "Story 1" not in world.page("/india/")
    assert world.letters() == ["page /india/: RuntimeError: deep down"]
    assert not world.aws.failures
    monkeypatch.undo()
    redriven(world, Queue.RENDER)
    assert "Story 1" in world.page("/india/")


def test_a_page_that_s3_will_not_take_stops_no_other_page(
    world: World, broken: Break, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken(wireroom.store.pages, "key", "path='/india/'")
    world.aws.cold_start()
    world.publish(entry(1), entry(2))
    assert "Story 1" in world.page("/")
    assert "Story 2" in world.page("/")
    monkeypatch.undo()
    redriven(world, Queue.RENDER)
    assert "Story 1" in world.page("/india/")
    assert "Story 2" in world.page("/india/")


def test_a_change_that_breaks_render_stops_no_other_change(
    world: World, broken: Break, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken(wireroom.pipeline.render, "affected", "Story 2")
    world.publish(*(entry(n) for n in (1, 2, 3)))
    assert "Story 1" in world.page("/")
    assert "Story 3" in world.page("/")
    assert world.letters() == [f"article {article_id('ptn', '2')}: RuntimeError: deep down"]
    monkeypatch.undo()
    redriven(world, Queue.RENDER)
    assert "Body of story 2" in world.page(world.article("2").path)
    assert "Story 2" in world.page("/india/")


def test_a_kill_whose_change_broke_render_takes_the_story_down_when_redriven(
    world: World, broken: Break, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.publish(entry(1), entry(2))
    broken(wireroom.pipeline.render, "affected", "legal")
    world.edit("kill", article="ptn:1", reason="legal")
    assert len(world.letters()) == 1
    monkeypatch.undo()
    redriven(world, Queue.RENDER)
    assert not [key for key, text in world.site().items() if "Story 1" in text]


def test_a_change_is_tried_again_alone_before_it_is_given_up(world: World, broken: Break) -> None:
    broken(wireroom.pipeline.render, "affected", "Story 1", times=1)
    world.publish(entry(1), entry(2))
    assert "Story 1" in world.page("/")
    assert "Story 2" in world.page("/")
    assert world.letters() == []


def test_an_article_that_breaks_release_holds_back_no_other_and_the_run_names_it(
    world: World, broken: Break, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = clock.now() + timedelta(hours=2)
    world.publish(entry(1, embargo=end), entry(2, embargo=end))
    broken(wireroom.pipeline.release, "settle", "Story 1")
    world.aws.clock.advance(7300)
    world.aws.tick()
    world.aws.drain()
    assert (world.article("1").state, world.article("2").state) == ("scheduled", "live")
    reasons = {str(failure.error) for failure in world.aws.failures}
    assert reasons == {f"article {article_id('ptn', '1')}: RuntimeError: deep down"}
    monkeypatch.undo()
    world.aws.clock.advance(60)
    world.aws.tick()
    world.aws.drain()
    assert world.article("1").state == "live"


def test_articles_that_fail_in_release_each_minute_hold_back_none_behind_them(
    world: World, broken: Break, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wireroom.pipeline.release, "ARTICLES", 2)
    now = clock.now()
    stories = [entry(n, embargo=now + timedelta(minutes=n), title=f"Bad {n}") for n in range(1, 6)]
    world.publish(*stories, entry(9, embargo=now + timedelta(hours=1)))
    broken(wireroom.pipeline.release, "settle", "Bad")
    world.aws.clock.advance(7300)
    world.aws.tick()
    world.aws.drain()
    assert world.article("9").state == "live"
    assert {world.article(str(n)).state for n in range(1, 6)} == {"scheduled"}


def test_an_entry_that_breaks_ingest_is_its_own_dead_letter_and_stops_no_other(
    newsroom: Newsroom, broken: Break, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken(wireroom.wire.formats.rss.feed.item, "byline", "Broken")
    bad = "<dc:creator>Broken</dc:creator>"
    newsroom.wire.documents["/top.xml"] = rss(item(1), item(2, date=bad), item(3))
    newsroom.subscribe("top")
    newsroom.pull()
    assert sorted(newsroom.headlines()) == ["Story 1", "Story 3"]
    assert newsroom.letters() == ["feed top, entry 2: entry: RuntimeError: deep down"]
    monkeypatch.undo()
    redriven(newsroom, Queue.WIRE)
    newsroom.pull(1)
    assert "Story 2" in newsroom.headlines()


def test_a_feed_that_breaks_ingest_says_so_in_its_row_and_stops_no_other(
    newsroom: Newsroom, broken: Break
) -> None:
    newsroom.wire.documents["/bad.xml"] = rss(item(1, body="deadly"))
    newsroom.wire.documents["/good.xml"] = rss(item(2))
    newsroom.subscribe("bad", "good")
    broken(wireroom.pipeline.dispatch, "parse", "deadly")
    newsroom.pull()
    assert newsroom.headlines() == ["Story 2"]
    rows = {row.config.id: row.state for row in newsroom.feeds.all()}
    assert rows["bad"].state == "broken"
    assert "RuntimeError: deep down" in rows["bad"].reason


def test_a_dead_letter_holds_the_message_as_it_came(world: World, broken: Break) -> None:
    broken(wireroom.newsroom.normalise, "fingerprint", "Story 1")
    world.publish(entry(1))
    (letter,) = world.aws.dead_letters()
    assert json.loads(letter.body)["entry"]["id"] == "1"
