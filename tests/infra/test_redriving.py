"""`redrive`: what each kind of dead letter becomes, and that none is lost on the way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.infra.conftest import Newsdesk
from tests.pipeline.world import FEED, SETTINGS, entry
from wireroom import clock
from wireroom.errors import Conflict
from wireroom.model import Arrival, Entry, Job, Page
from wireroom.site import pages
from wireroom.wire.diff import changed, without
from wireroom_infra.local.loopback import Answer, Request, serving
from wireroom_infra.operate.queues import Queue
from wireroom_infra.operate.redriving import redrive_of

RSS = (
    '<rss version="2.0"><channel><title>PTN</title>'
    "<item><guid>good</guid><title>Good</title><description>Words.</description></item>"
    "<item><guid>bad</guid></item></channel></rss>"
)


def encode(arrival: Arrival) -> str:
    return json.dumps(msgspec.to_builtins(arrival))


def dead_letter(desk: Newsdesk, output: str, body: str, reason: str = "once bad") -> None:
    attribute = {"DataType": "String", "StringValue": reason}
    desk.world.aws.client("sqs").send_message(
        QueueUrl=desk.world.aws.outputs[output],
        MessageBody=body,
        MessageAttributes={"reason": attribute},
    )


def spoil(desk: Newsdesk, *keys: str) -> None:
    """Overwrite pages behind the pipeline's back."""
    for key in keys:
        desk.world.aws.client("s3").put_object(
            Bucket=desk.world.aws.outputs["SiteBucket"], Key=key, Body=b"spoiled"
        )


def spoiled(desk: Newsdesk) -> set[str]:
    return {key for key, text in desk.world.site().items() if text == "spoiled"}


def test_an_entry_goes_back_and_is_published(desk: Newsdesk) -> None:
    arrival = Arrival(feed=FEED, seen=clock.now(), entry=entry(2))
    dead_letter(desk, "WireDeadLettersUrl", encode(arrival))
    desk.do("redrive")
    assert "wire\t1\t0" in desk.out
    assert "Story 2" in desk.world.page("/")
    assert desk.world.letters() == []


def test_an_editors_event_that_was_refused_is_applied_when_it_can_be(desk: Newsdesk) -> None:
    desk.world.edit("hold", article="ptn:2")
    assert len(desk.world.letters()) == 1
    desk.world.publish(entry(2))
    desk.do("redrive", "--queue", "edits")
    assert desk.world.article("2").state == "held"
    assert desk.world.letters() == []


def test_a_correction_whose_body_was_missing_is_applied_once_the_body_is_there(
    desk: Newsdesk,
) -> None:
    body = b"<p>Put right at length.</p>"
    key = f"edits/{sha256(body).hexdigest()}"
    desk.world.edit("correct", article="ptn:1", body_ref=key, correction="Told anew.", id="c1")
    assert desk.wireroom("status") == 1
    said = f"body_ref: event c1, correct of ptn:1: {key} is not in the content bucket"
    assert "correct of ptn:1, by asha" in desk.out
    assert said in desk.out
    desk.world.aws.client("s3").put_object(
        Bucket=desk.world.aws.outputs["ContentBucket"], Key=key, Body=body
    )
    desk.do("redrive", "--queue", "edits")
    assert body.decode() in desk.world.page(desk.world.article().path)
    assert desk.world.letters() == []


def test_what_fails_again_is_one_dead_letter_again(desk: Newsdesk) -> None:
    desk.world.send_raw("nonsense")
    desk.world.aws.drain()
    (before,) = desk.world.letters()
    desk.do("redrive")
    assert "wire\t1\t0" in desk.out
    assert desk.world.letters() == [before]


def test_a_dry_run_lists_reasons_and_moves_nothing(desk: Newsdesk) -> None:
    dead_letter(desk, "EditDeadLettersUrl", "{}", "field: bad")
    dead_letter(desk, "WireDeadLettersUrl", "{}", "feed ptn-top, entry 9: bad")
    desk.do("redrive", "--dry-run", "--queue", "wire")
    assert "feed ptn-top, entry 9: bad" in desk.out
    assert "field: bad" not in desk.out
    assert "1 dead letter would be processed again" in desk.out
    assert len(desk.world.letters()) == 2
    desk.do("redrive", "--dry-run")
    assert "2 dead letters would be" in desk.out


def test_more_letters_than_one_call_carries_all_go_round(desk: Newsdesk) -> None:
    for number in range(2, 27):
        arrival = Arrival(feed=FEED, seen=clock.now(), entry=entry(number))
        dead_letter(desk, "WireDeadLettersUrl", encode(arrival))
    desk.do("redrive", "--queue", "wire")
    assert "wire\t25\t0" in desk.out
    assert len(desk.world.table.listings.newest("home", 60).entries) == 26
    assert desk.world.letters() == []


# --- what ingest rejected -----------------------------------------------------------------------


def test_a_feed_whose_entry_was_rejected_is_fetched_and_read_again(desk: Newsdesk) -> None:
    asked = []

    def respond(request: Request) -> Answer:
        asked.append(request)
        kind = {"Content-Type": "application/rss+xml"}
        return Answer(body=RSS.encode(), headers=kind, etag='"e"')

    with serving(respond) as address:
        host = address.removeprefix("http://")
        site = replace(SETTINGS.site, internal_hosts=(host,))
        feed = replace(FEED, url=f"{address}/top.xml")
        desk.world.apply(replace(SETTINGS, site=site), (feed,))

        def pull() -> None:
            desk.world.aws.clock.advance(600)
            desk.world.aws.invoke("IngestFunction", {})
            desk.world.aws.drain()

        pull()
        (reason,) = desk.world.letters()
        assert "neither a title nor a text" in reason
        pull()
        assert asked[-1].headers["If-None-Match"] == '"e"'
        assert len(desk.world.letters()) == 1
        desk.do("redrive")
        assert "feed ptn-top is fetched again for 1 of its entries" in desk.out
        assert desk.world.letters() == []
        desk.world.aws.invoke("IngestFunction", {})  # due at once: no time has passed
        desk.world.aws.drain()
        assert "If-None-Match" not in asked[-1].headers
        assert desk.world.letters() == [reason]
        assert len(desk.world.table.articles.history(desk.world.article("good").id)) == 1


@given(st.lists(st.sampled_from("abcdef"), max_size=12), st.sets(st.sampled_from("abcdefg")))
def test_what_is_forgotten_is_new_again_and_nothing_else_is(ids, forgotten) -> None:
    entries = [Entry(id=name, title=str(place)) for place, name in enumerate(ids)]
    seen = changed(entries, b"").seen
    again = changed(entries, without(seen, forgotten)).new
    assert [each.id for each, _ in again] == [name for name in ids if name in forgotten]
    assert not any(known for _, known in again)


def test_a_run_of_ingest_that_holds_the_feed_can_not_undo_the_forgetting(desk: Newsdesk) -> None:
    desk.world.apply(feeds=(FEED,))
    feeds, now = desk.world.feeds, clock.now()
    row = feeds.take(FEED.id, now, now + timedelta(minutes=2))
    assert list(feeds.due(now, 9)) == []
    assert feeds.forget(FEED.id, ["bad"], now)
    with pytest.raises(Conflict):
        feeds.save(row, replace(row.state, etag='"old"'), ())
    assert feeds.all()[0].state.etag == ""
    assert list(feeds.due(now, 9)) == [FEED.id]


def test_a_rejected_entry_of_a_feed_that_is_gone_stays_a_dead_letter(desk: Newsdesk) -> None:
    dead_letter(
        desk, "WireDeadLettersUrl", json.dumps({"rejected": {"feed": "gone", "entry": "1"}})
    )
    assert desk.wireroom("redrive") == 1
    assert "feed gone no longer exists: once bad" in desk.err
    assert len(desk.world.letters()) == 1
    assert desk.wireroom("redrive", "--dry-run") == 0
    assert "once bad" in desk.out


# --- pages --------------------------------------------------------------------------------------


def test_a_page_that_could_not_be_made_is_made(desk: Newsdesk) -> None:
    article = desk.world.article()
    spoil(desk, "index.html", f"{article.path[1:]}index.html")
    for page in (pages.front("home"), pages.article(article.id, article.path)):
        dead_letter(desk, "RenderDeadLettersUrl", msgspec.json.encode({"page": page}).decode())
    desk.do("redrive")
    assert "render\t2\t0" in desk.out
    assert not spoiled(desk)
    assert desk.world.letters() == []


def test_what_is_no_letter_of_render_stays(desk: Newsdesk) -> None:
    dead_letter(desk, "RenderDeadLettersUrl", "{}")
    assert desk.wireroom("redrive") == 1
    assert len(desk.world.letters()) == 1


def batch(desk: Newsdesk, start: str, end: str, shard: str = "") -> str:
    """Lambda's record of a batch of the stream that it has given up."""
    streams = desk.world.aws.client("dynamodbstreams")
    arn = desk.world.aws.streams[0].arn
    shards = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    return json.dumps(
        {
            "requestContext": {"condition": "RetryAttemptsExhausted"},
            "version": "1.0",
            "DDBStreamBatchInfo": {
                "shardId": shard or shards[0]["ShardId"],
                "startSequenceNumber": start,
                "endSequenceNumber": end,
                "batchSize": 1,
                "streamArn": arn,
            },
        }
    )


def numbers(desk: Newsdesk) -> list[str]:
    """The sequence numbers that the stream has, oldest first."""
    streams = desk.world.aws.client("dynamodbstreams")
    arn = desk.world.aws.streams[0].arn
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = streams.get_shard_iterator(
        StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    records = streams.get_records(ShardIterator=iterator)["Records"]
    return [record["dynamodb"]["SequenceNumber"] for record in records]


def edit_unseen_by_render(desk: Newsdesk, action: str, **detail: Any) -> tuple[str, str]:
    """Apply an edit whose changes the stream passes over; their first and last numbers."""
    before = len(numbers(desk))
    desk.world.say(action, **detail)
    aws = desk.world.aws
    edits = next(queue for queue in aws.queues if queue.function.logical_id == "EditFunction")
    while edits.poll():
        pass
    aws.streams[0].skip()
    after = numbers(desk)[before:]
    return after[0], after[-1]


def test_letters_are_discarded_one_by_one_or_all(
    desk: Newsdesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        desk.world.edit("hold", article=f"ptn:{name}")
    assert desk.wireroom("redrive", "--discard") == 2  # nobody can be asked
    assert len(desk.world.letters()) == 2
    monkeypatch.setattr("wireroom_infra.cli.redriving.interactive", lambda: True)
    answers = iter([True, False])
    monkeypatch.setattr("typer.confirm", lambda _: next(answers))
    desk.do("redrive", "--discard", "--queue", "edits")
    assert "hold of ptn:a, by asha" in desk.out
    assert "edits: 1 discarded" in desk.out
    assert len(desk.world.letters()) == 1
    desk.do("redrive", "--discard", "--yes")
    assert desk.world.letters() == []
    assert desk.wireroom("status") == 0


def test_a_job_that_was_given_up_goes_on_from_where_it_was(desk: Newsdesk) -> None:
    job = Job(id="all", requested=clock.now(), phase="lists", lists=("home", "india"), place=1)
    desk.world.table.jobs.put(None, replace(job, phase="done"))
    dead_letter(desk, "RenderDeadLettersUrl", msgspec.json.encode({"job": job}).decode())
    spoil(desk, "index.html")
    spoil(desk, "india/index.html")
    desk.do("redrive")
    done = desk.world.table.jobs.get("all")
    assert done.phase == "done"
    assert done.done > 0
    assert spoiled(desk) == {"index.html"}, "the first list had been done before"
    assert desk.world.letters() == []


def test_a_batch_of_the_stream_becomes_the_pages_that_its_changes_affect(desk: Newsdesk) -> None:
    day = clock.now() - timedelta(days=1)
    desk.world.publish(entry(2, published=day))
    path = desk.world.article().path
    first, last = edit_unseen_by_render(desk, "kill", article="ptn:1", reason="legal")
    assert "Story 1" in desk.world.page("/india/")
    assert "Story 1" in desk.world.page(desk.world.article("2").path)  # in its Latest Posts
    spoil(desk, "sport/index.html")
    dead_letter(desk, "RenderDeadLettersUrl", batch(desk, first, last), "RetryAttemptsExhausted")
    desk.do("redrive")
    assert "render\t1\t0" in desk.out
    site = desk.world.site()
    assert not [key for key, text in site.items() if "Story 1" in text]
    assert 'content="noindex' in desk.world.page(path)
    # The day before no longer leads to the day that became empty; no other page was made.
    assert "/2026/02/11/" not in desk.world.page("/2026/02/10/")
    assert spoiled(desk) == {"sport/index.html"}
    assert desk.world.letters() == []


def test_a_headline_whose_change_was_given_up_is_changed_on_other_pages_too(desk: Newsdesk) -> None:
    desk.world.publish(entry(2))
    other = desk.world.article("2").path
    assert "Story 1" in desk.world.page(other)
    first, last = edit_unseen_by_render(desk, "headline", article="ptn:1", headline="Ours")
    dead_letter(desk, "RenderDeadLettersUrl", batch(desk, first, last), "RetryAttemptsExhausted")
    desk.do("redrive")
    assert "Story 1" not in desk.world.page(other)
    assert "Ours" in desk.world.page(other)


def test_a_republish_whose_chunk_was_given_up_goes_on(desk: Newsdesk) -> None:
    spoil(desk, "404.html")
    first, last = edit_unseen_by_render(desk, "republish", everything=True, id="all")
    desk.world.aws.drain()
    assert desk.world.table.jobs.get("all").phase != "done"
    dead_letter(desk, "RenderDeadLettersUrl", batch(desk, first, last))
    desk.do("redrive")
    assert desk.world.table.jobs.get("all").phase == "done"
    assert not spoiled(desk)


def test_when_the_stream_has_forgotten_a_batch_every_page_is_made_and_that_is_said(desk) -> None:
    desk.world.publish(entry(2))
    spoil(desk, "404.html", f"{desk.world.article().path[1:]}index.html")
    old = str(int(numbers(desk)[0]) - 1)
    dead_letter(desk, "RenderDeadLettersUrl", batch(desk, old, old))
    dead_letter(
        desk,
        "RenderDeadLettersUrl",
        batch(desk, old, old, shard="shardId-00000000000000000000-gone"),
    )
    desk.world.table.jobs.put(None, Job(id="stuck", requested=clock.now()))
    desk.world.aws.streams[0].skip()
    desk.do("redrive")
    assert (
        "no longer has the changes of 2 dead letters, so every page is rendered again" in desk.out
    )
    assert "render\t2\t0" in desk.out
    assert not spoiled(desk)
    assert desk.world.table.jobs.get("stuck").phase == "done"
    assert desk.world.letters() == []


def test_a_letter_that_is_there_twice_orders_its_page_once(desk: Newsdesk) -> None:
    page = Page(path="/", kind="front", list="home")
    dead_letter(desk, "RenderDeadLettersUrl", msgspec.json.encode({"page": page}).decode())
    with answering(desk, "DeleteMessageBatch"):
        result = redrive_of(desk.world.aws).run(Queue.RENDER)
    assert result.sent == 1
    assert len(result.left) == 1
    assert len(desk.world.letters()) == 1
    desk.world.aws.drain()
    desk.world.aws.clock.advance(3600)
    desk.do("redrive")
    assert "render\t1\t0" in desk.out
    assert len(desk.world.table.jobs.running()) == 0
    assert desk.world.letters() == []


# --- per-entry results --------------------------------------------------------------------------


def test_a_letter_that_the_queue_did_not_take_stays(desk: Newsdesk) -> None:
    for number in (2, 3):
        arrival = Arrival(feed=FEED, seen=clock.now(), entry=entry(number))
        dead_letter(desk, "WireDeadLettersUrl", encode(arrival), f"reason {number}")
    with answering(desk, "SendMessageBatch"):
        result = redrive_of(desk.world.aws).run(Queue.WIRE)
    assert result.sent == 1
    assert result.left == ["SQS did not accept it (no): reason 2"]
    assert desk.world.letters() == ["reason 2"]
    desk.do("redrive")
    assert desk.world.letters() == []


@contextmanager
def answering(desk: Newsdesk, operation: str) -> Iterator[None]:
    """Have SQS do nothing for the first message of each batch, and say so in its answer."""
    events = desk.world.aws.client("sqs").meta.events

    def leave_out(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        context["left_out"] = params["Entries"].pop(0)["Id"]
        # SQS takes no empty batch: one whose only message is left out asks for what is not there.
        if not params["Entries"]:
            params["Entries"] = [{"Id": "none", "ReceiptHandle": "none"}]

    def say_so(parsed: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        failed = {"Id": context["left_out"], "Code": "no", "SenderFault": False}
        parsed["Failed"] = [failed]

    before, after = f"before-parameter-build.sqs.{operation}", f"after-call.sqs.{operation}"
    events.register(before, leave_out)
    events.register(after, say_so)
    try:
        yield
    finally:
        events.unregister(before, leave_out)
        events.unregister(after, say_so)
