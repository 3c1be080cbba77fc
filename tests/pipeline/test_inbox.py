"""Files in the inbox bucket, through the deployed stack."""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.pipeline.newsroom import item, rss
from tests.pipeline.world import FEED, SETTINGS, World
from wireroom import clock
from wireroom.model import Job
from wireroom.store.drops import Dropped, Drops, dropped_at, key_of
from wireroom.wire import polling
from wireroom.wire.document.document import MAX_DOCUMENT
from wireroom_infra.embedded.calls import running
from wireroom_infra.operate.redriving import redrive_of

DROP = replace(FEED, id="ptn-files", url="", drop=True)
POLLED = replace(FEED, id="ptn-polled")
DATE = "<pubDate>Wed, 11 Feb 2026 0{}:00:00 GMT</pubDate>"


class Inbox:
    """The inbox of a world with one feed that takes files."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.apply(feeds=(DROP, POLLED), pages=False)
        self.client, self.bucket = world.aws.client("s3"), world.aws.outputs["InboxBucket"]
        self.drops = Drops(self.client, self.bucket)
        world.aws.calls.reset()

    def put(self, name: str, data: bytes, feed: str = DROP.id, *, wait: bool = True) -> None:
        self.client.put_object(Bucket=self.bucket, Key=f"inbox/{feed}/{name}", Body=data)
        if wait:
            self.settle()

    def settle(self) -> None:
        self.world.aws.drain()
        self.world.aws.clock.advance(60)

    def files(self) -> list[str]:
        return sorted(self.world.aws.contents(self.bucket))

    def reason(self, name: str, feed: str = DROP.id) -> str:
        return self.drops.reason(Dropped(feed, name))

    def redrive(self) -> list[str]:
        """Why dead letters are left."""
        again = redrive_of(self.world.aws)
        left = [why for queue in ("wire", "inbox") for why in again.run(queue).left]
        self.settle()
        return left


@pytest.fixture
def inbox(world: World) -> Inbox:
    return Inbox(world)


def headline(world: World, entry: str = "1") -> str:
    article = world.article(entry)
    return article.wire.headline if article and article.wire else ""


def test_a_file_becomes_stories_and_is_done(inbox: Inbox) -> None:
    inbox.put("morning.xml", rss(item(1), item(2)))
    assert inbox.files() == ["done/ptn-files/morning.xml"]
    assert "Story 1" in inbox.world.page("/")
    assert inbox.world.letters() == []
    (row,) = (each for each in inbox.world.feeds.all() if each.config.id == DROP.id)
    assert (row.state.state, row.state.entries_total, row.state.due) == ("ok", 2, None)


def test_the_same_file_again_changes_nothing(inbox: Inbox) -> None:
    inbox.put("a.xml", rss(item(1), item(2, title="", body="")))
    before, letters = inbox.world.site(), inbox.world.letters()
    assert len(letters) == 1
    inbox.world.aws.calls.reset()
    inbox.put("a.xml", rss(item(1), item(2, title="", body="")))
    inbox.put("copy of a.xml", rss(item(1), item(2, title="", body="")))
    assert inbox.world.site() == before
    assert inbox.world.letters() == letters
    assert not inbox.world.aws.calls.count("ProcessFunction")
    assert inbox.files() == ["done/ptn-files/a.xml", "done/ptn-files/copy of a.xml"]


def test_a_message_that_comes_twice_finds_its_file_gone(inbox: Inbox) -> None:
    inbox.put("a.xml", rss(item(1)), wait=False)
    (message,) = _messages(inbox.world)
    inbox.settle()
    inbox.world.aws.client("sqs").send_message(
        QueueUrl=inbox.world.aws.outputs["InboxQueueUrl"], MessageBody=message
    )
    inbox.settle()
    assert inbox.files() == ["done/ptn-files/a.xml"]
    assert inbox.world.letters() == []


def _messages(world: World) -> list[str]:
    sqs, url = world.aws.client("sqs"), world.aws.outputs["InboxQueueUrl"]
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
    return [each["Body"] for each in found["Messages"]]


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations([1, 2, 3, 4]), st.booleans())
def test_files_that_come_in_any_order_end_in_the_newest_version(
    inbox: Inbox, order: list[int], dated: bool
) -> None:
    name = f"{''.join(map(str, order))}{dated}"  # a story of its own for each example
    for number in order:
        date = DATE.format(number) if dated else ""
        data = rss(item(name, title=f"Version {number}", date=date))
        inbox.put(f"{name}-{number}.xml", data)
    assert headline(inbox.world, name) == f"Version {4 if dated else order[-1]}"
    assert [key for key in inbox.files() if not key.startswith("done/")] == []


def test_of_versions_without_dates_the_one_that_was_put_last_wins_whenever_it_is_taken(
    inbox: Inbox,
) -> None:
    for number in (1, 2):
        inbox.put(f"{number}.xml", rss(item(1, title=f"Version {number}", date="")), wait=False)
        inbox.world.aws.clock.advance(2)
    first, second = _messages(inbox.world)
    assert "1.xml" in first
    empty(inbox.world)
    for message in (second, first):
        _invoke(inbox.world, message)
    inbox.settle()
    assert headline(inbox.world) == "Version 2"


def empty(world: World) -> None:
    sqs, url = world.aws.client("sqs"), world.aws.outputs["InboxQueueUrl"]
    for each in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])


def _invoke(world: World, *bodies: str, receives: int = 1) -> Any:
    records = [
        {
            "messageId": str(number),
            "body": body,
            "attributes": {"ApproximateReceiveCount": str(receives)},
        }
        for number, body in enumerate(bodies)
    ]
    return world.aws.invoke("InboxFunction", {"Records": records})


HALF = rss(item(1), item(2))[:-200]


def test_a_file_that_is_not_whole_fails_and_a_whole_one_of_its_name_mends_that(
    inbox: Inbox,
) -> None:
    inbox.put("a.xml", HALF)
    assert inbox.files() == ["failed/ptn-files/a.xml", "failed/ptn-files/a.xml.reason.txt"]
    assert "truncated: the document ends early" in inbox.reason("a.xml")
    assert headline(inbox.world, "1") == headline(inbox.world, "2") == ""
    (reason,) = inbox.world.letters()
    assert reason.startswith("feed ptn-files, file a.xml: truncated: ")
    inbox.put("a.xml", rss(item(1), item(2)))
    assert inbox.files() == ["done/ptn-files/a.xml"]
    assert headline(inbox.world, "2") == "Story 2"
    assert inbox.redrive() == []
    assert inbox.files() == ["done/ptn-files/a.xml"]
    assert not [each for each in inbox.world.aws.dead_letters() if each.queue.startswith("Inbox")]


def test_a_file_that_is_replaced_while_it_is_read_is_not_lost_and_has_not_failed(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Drops.read

    def read(self: Drops, *arguments: Any) -> Any:
        found = real(self, *arguments)
        monkeypatch.undo()
        ours = running.set(None)  # it is the agency that puts
        inbox.put("a.xml", rss(item(1), item(2)), wait=False)
        running.reset(ours)
        return found

    inbox.put("a.xml", HALF, wait=False)
    monkeypatch.setattr(Drops, "read", read)
    inbox.settle()
    assert inbox.files() == ["done/ptn-files/a.xml"]
    assert headline(inbox.world, "2") == "Story 2"
    assert inbox.world.letters() == []


ODD = [
    "a b.xml", "a+b.xml", "100%.xml", "%2F.xml", "नमस्ते.xml", "a\nb.xml", "..", "../../etc/passwd",
    "a/b/c.xml", "a//b", "é.xml", "\u202egnp.xml", "'\"<>&.xml", "🗞", ".", "a\\b", "x" * 900,
]  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_a_name_may_be_anything(inbox: Inbox, name: str) -> None:
    inbox.drops.put(Dropped(DROP.id, name), rss(item(1)))
    inbox.settle()
    assert headline(inbox.world) == "Story 1"
    assert inbox.files() == [f"done/ptn-files/{name}"]
    inbox.drops.put(Dropped("nobody", name), b"")
    inbox.settle()
    assert inbox.reason(name, "nobody") == "site.toml has no feed nobody"
    assert len(inbox.world.letters()) == 1


_TEXT = st.characters(exclude_categories=["Cs"])  # keys are UTF-8


@given(st.text(_TEXT, min_size=1, max_size=40), st.text(_TEXT, max_size=1100))
def test_each_key_has_one_file_and_no_place_is_too_long(feed: str, name: str) -> None:
    file = Dropped(feed.replace("/", "-"), name)
    assert dropped_at(key_of("inbox", file)) == file
    for folder in ("done", "failed"):
        assert len(f"{key_of(folder, file)}.reason.txt".encode()) <= 1024


def test_names_that_are_cut_stay_different(inbox: Inbox) -> None:
    for end in ("a", "b"):
        inbox.put("x" * 1000 + end, b"nothing")
    assert len(inbox.files()) == 4
    assert inbox.redrive() == []
    assert len(inbox.files()) == 4, "each failed again, under its own name"


def archived() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.xml", rss(item(1)))
    return packed.getvalue()


REFUSED = {
    "empty": (b"", "empty: the document is empty"),
    "zip": (archived(), "archive: the document is a ZIP archive: send what is in it, unpacked"),
    "gzip": (b"\x1f\x8b\x08\x00", "archive: the document is a gzip archive"),
    "text": (b"nothing", "not-xml"),
    "page": (b"<html><body>x</body></html>", "html"),
    "large": (b" " * (MAX_DOCUMENT + 1), f"too-large: {MAX_DOCUMENT + 1} bytes"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_file_that_is_no_document_fails_with_its_reason(inbox: Inbox, kind: str) -> None:
    data, reason = REFUSED[kind]
    inbox.put("a", data)
    assert inbox.files() == ["failed/ptn-files/a", "failed/ptn-files/a.reason.txt"]
    assert inbox.reason("a").startswith(reason)
    (letter,) = inbox.world.aws.dead_letters()
    assert letter.queue == "InboxDeadLetters"
    assert letter.reason.startswith(f"feed ptn-files, file a: {reason}")


def test_a_file_of_the_largest_size_is_taken(inbox: Inbox) -> None:
    document = rss(item(1))
    inbox.put("a.xml", document + b" " * (MAX_DOCUMENT - len(document)))
    assert inbox.files() == ["done/ptn-files/a.xml"]


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("nobody/a.xml", "site.toml has no feed nobody"),
        ("ptn-polled/a.xml", "ptn-polled takes no files: it has no drop = true in site.toml"),
        ("a.xml", "it is in no folder; expected inbox/<feed id>/"),
    ],
)
def test_a_file_for_no_feed_fails_and_raises_the_alarm(inbox: Inbox, key: str, reason: str) -> None:
    inbox.client.put_object(Bucket=inbox.bucket, Key=f"inbox/{key}", Body=rss(item(1)))
    inbox.settle()
    assert inbox.files() == [f"failed/{key}", f"failed/{key}.reason.txt"]
    told = inbox.world.aws.contents(inbox.bucket)[f"failed/{key}.reason.txt"].decode()
    assert f"file: inbox/{key}\n" in told
    assert f"reason: {reason}\n" in told
    (letter,) = inbox.world.aws.dead_letters()
    assert letter.queue == "InboxDeadLetters"
    assert headline(inbox.world) == ""


def test_a_folder_and_a_reason_that_comes_back_are_no_files(inbox: Inbox) -> None:
    inbox.put("", b"")
    inbox.put("pictures/", b"")
    inbox.put("a.xml", b"nothing")
    for name in ("a.xml", "a.xml.reason.txt"):  # as somebody moves all that failed
        inbox.client.copy_object(
            Bucket=inbox.bucket,
            Key=f"inbox/ptn-files/{name}",
            CopySource=f"{inbox.bucket}/failed/ptn-files/{name}",
        )
    inbox.settle()
    assert inbox.files() == [
        "failed/ptn-files/a.xml", "failed/ptn-files/a.xml.reason.txt",
        "inbox/ptn-files/", "inbox/ptn-files/pictures/",
    ]  # fmt: skip


def test_a_failed_file_goes_round_again_once_its_cause_is_gone(inbox: Inbox) -> None:
    inbox.put("a.xml", rss(item(1)), feed="new")
    inbox.put("b.xml", b"nothing")
    inbox.world.apply(feeds=(DROP, replace(DROP, id="new")), pages=False)
    assert inbox.redrive() == []
    assert inbox.files() == [
        "done/new/a.xml", "failed/ptn-files/b.xml", "failed/ptn-files/b.xml.reason.txt",
    ]  # fmt: skip
    assert headline(inbox.world) == "Story 1"
    assert len(inbox.world.letters()) == 1


def test_a_redrive_replaces_no_file_that_waits(inbox: Inbox) -> None:
    inbox.put("a.xml", b"nothing")
    inbox.put("a.xml", rss(item(1)), wait=False)
    inbox.world.aws.clock.advance(1)
    left = redrive_of(inbox.world.aws).run("inbox").left
    assert [why.partition(":")[0] for why in left] == [
        "inbox/ptn-files/a.xml has not been taken yet"
    ]
    inbox.settle()
    assert headline(inbox.world) == "Story 1"
    assert inbox.files() == ["done/ptn-files/a.xml"]


def test_an_entry_that_was_rejected_is_read_again_from_its_file(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox.put("a.xml", rss(item(1), item(2, title="", body="")))
    (letter,) = inbox.world.aws.dead_letters()
    assert (letter.queue, json.loads(letter.body)["rejected"]["file"]) == (
        "WireDeadLetters", "a.xml",
    )  # fmt: skip
    assert inbox.redrive() == []
    assert len(inbox.world.letters()) == 1, "it was rejected again"
    inbox.client.delete_object(Bucket=inbox.bucket, Key="done/ptn-files/a.xml")
    (left,) = inbox.redrive()
    assert left.startswith("no longer there: done/ptn-files/a.xml: ")


def test_one_bad_message_holds_up_no_other_of_its_batch(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2, 3):
        inbox.put(f"{number}.xml", rss(item(number)), wait=False)
    bodies = _messages(inbox.world)
    real = Drops.finish

    def finish(self: Drops, file: Dropped, *rest: Any) -> bool:
        if file.name == "2.xml":
            raise RuntimeError("a mistake of ours")
        return real(self, file, *rest)

    monkeypatch.setattr(Drops, "finish", finish)
    answer = _invoke(inbox.world, "nonsense", *bodies)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "2"}]}
    assert inbox.files() == [
        "done/ptn-files/1.xml", "done/ptn-files/3.xml", "inbox/ptn-files/2.xml",
    ]  # fmt: skip
    monkeypatch.undo()
    inbox.settle()
    assert [headline(inbox.world, str(number)) for number in (1, 2, 3)] == [
        "Story 1", "Story 2", "Story 3",
    ]  # fmt: skip
    (reason,) = inbox.world.letters()
    assert reason.startswith("not a message of S3")


def test_a_run_begins_no_file_when_its_time_is_over(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2):
        inbox.put(f"{number}.xml", rss(item(number)), wait=False)
    bodies = _messages(inbox.world)
    real = Drops.read

    def slow(self: Drops, *arguments: Any) -> Any:
        inbox.world.aws.clock.advance(30)
        return real(self, *arguments)

    monkeypatch.setattr(Drops, "read", slow)
    answer = _invoke(inbox.world, *bodies)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    answer = _invoke(inbox.world, *bodies, receives=5)
    assert answer == {"batchItemFailures": []}, "the first is gone, so there was time"


def test_many_files_at_once_are_all_taken(inbox: Inbox) -> None:
    for number in range(200):
        inbox.put(f"{number}.xml", rss(item(number % 20, title=f"Story {number}")), wait=False)
    inbox.settle()
    assert len(inbox.files()) == 200
    assert {key.partition("/")[0] for key in inbox.files()} == {"done"}
    assert inbox.world.letters() == []
    assert all(inbox.world.article(str(number)) for number in range(20))
    (row,) = (each for each in inbox.world.feeds.all() if each.config.id == DROP.id)
    assert row.state.entries_total == 200


def test_two_runs_that_meet_lose_nothing_of_what_the_feed_remembers(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2):
        inbox.put(f"{number}.xml", rss(item(number)), wait=False)
    first, second = _messages(inbox.world)
    empty(inbox.world)
    real, met = inbox.world.feeds.remember.__func__, []

    def remember(self: Any, *arguments: Any) -> None:
        if not met:
            met.append(True)
            _invoke(inbox.world, second)
        real(self, *arguments)

    monkeypatch.setattr("wireroom.store.feeds.Feeds.remember", remember)
    _invoke(inbox.world, first)
    inbox.settle()
    monkeypatch.undo()
    inbox.world.aws.calls.reset()
    for number in (1, 2):
        inbox.put(f"{number}.xml", rss(item(number)))
    assert not inbox.world.aws.calls.count("ProcessFunction")


def test_what_one_file_costs(inbox: Inbox) -> None:
    inbox.put("a.xml", rss(item(1)))
    made = Counter(
        f"{service}:{operation}"
        for (service, operation), count in inbox.world.aws.calls.count("InboxFunction").items()
        for _ in range(count)
    )
    assert made == {
        "s3:GetObject": 1,
        "dynamodb:GetItem": 1,
        "s3:PutObject": 1,
        "sqs:SendMessageBatch": 1,
        "s3:CopyObject": 1,
        "s3:HeadObject": 1,
        "s3:DeleteObject": 1,
        "dynamodb:UpdateItem": 1,
    }


def test_a_feed_that_is_never_polled_is_quiet_by_its_own_measure(inbox: Inbox) -> None:
    def quiet(hours: float) -> bool:
        (row,) = (each for each in inbox.world.feeds.all() if each.config.id == DROP.id)
        return polling.quiet(row.config, row.state, clock.now() + timedelta(hours=hours))

    inbox.put("1.xml", rss(item(1)))
    assert (quiet(23), quiet(25)) == (False, True)
    inbox.world.aws.clock.advance(10 * 3600)
    inbox.put("2.xml", rss(item(2)))
    assert (quiet(49), quiet(51)) == (False, True)


def test_a_file_has_an_archived_document_and_its_time_is_when_it_was_put(inbox: Inbox) -> None:
    inbox.put("a.xml", rss(item(1, date="")), wait=False)
    put = clock.now()
    inbox.world.aws.clock.advance(300)
    inbox.settle()
    article = inbox.world.article("1")
    assert article.first_seen == put
    assert [
        key
        for key in inbox.world.aws.contents(inbox.world.aws.outputs["ContentBucket"])
        if key.startswith("raw/ptn-files/2026/02/11/0900")
    ]


def test_a_renamed_feed_keeps_what_its_files_brought(inbox: Inbox) -> None:
    inbox.put("a.xml", rss(item(1)))
    job = Job(id="renamed", requested=clock.now())
    renamed = replace(DROP, id="ptn-new", was=(DROP.id,))
    inbox.world.feeds.apply(SETTINGS, (renamed,), job)
    inbox.settle()
    inbox.world.aws.calls.reset()
    inbox.put("a.xml", rss(item(1)), feed="ptn-new")
    assert not inbox.world.aws.calls.count("ProcessFunction")
