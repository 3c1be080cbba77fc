"""Corrections for which an event has no room: their bodies go through the content bucket."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest
from botocore.exceptions import ClientError

from tests.pipeline.world import World, entry, prepared
from wireroom.newsroom.events import BODY
from wireroom.store.bodies import EDIT_BYTES, Bodies
from wireroom.store.bus import ROOM, Bus
from wireroom_infra.embedded import EmbeddedAWS

CORRECTION = {"article": "ptn:1", "by": "asha", "id": "c1", "correction": "Told anew."}


def long_body(letters: int) -> str:
    """A body of so many Devanagari letters, three bytes each, in paragraphs."""
    words = ["समाचार"] * (letters // 6 + 1)
    return "".join(f"<p>{' '.join(words[n : n + 60])}</p>" for n in range(0, len(words), 60))


@pytest.fixture
def live(aws: EmbeddedAWS) -> World:
    return prepared(aws, one_story)


def one_story(world: World) -> None:
    world.apply()
    world.publish(entry(1))


def put(world: World, key: str, data: bytes) -> str:
    """Another client's put, as docs/events.md asks for it."""
    world.aws.client("s3").put_object(Bucket=world.aws.outputs["ContentBucket"], Key=key, Body=data)
    return key


def key_of(data: bytes) -> str:
    return f"edits/{sha256(data).hexdigest()}"


def kept(world: World) -> list[str]:
    answer = world.aws.client("s3").list_objects_v2(
        Bucket=world.aws.outputs["ContentBucket"], Prefix="edits/"
    )
    return [each["Key"] for each in answer.get("Contents", [])]


def send(world: World, body: str) -> None:
    """As the desk and the command line send a correction."""
    aws = world.aws
    bodies = Bodies(aws.client("s3"), aws.outputs["ContentBucket"])
    aws.clock.advance(1)
    bus = Bus(aws.client("events"), aws.outputs["EditorBus"], bodies)
    bus.put("correct", CORRECTION | {"body": body})
    aws.drain()


def test_a_body_larger_than_an_event_reaches_the_page_whole(live: World) -> None:
    body = long_body(200_000)
    send(live, body)
    assert body in live.page(live.article().path)
    assert kept(live) == [key_of(body.encode())]
    assert live.letters() == []


def test_a_body_for_which_an_event_has_room_goes_with_it(live: World) -> None:
    rest = json.dumps(CORRECTION | {"body": ""}, ensure_ascii=False)
    room = ROOM - len(rest.encode())
    body = f"<p>{'word ' * (room // 5 - 2)}</p>".ljust(room, "x")
    send(live, body)
    assert "word word" in live.page(live.article().path)
    assert kept(live) == []
    send(live, body + "x")
    assert len(kept(live)) == 1


def test_the_largest_event_is_kept_whole_when_it_is_refused(live: World) -> None:
    body = "<script>" + "अ" * (ROOM // 6 - 40)
    send(live, body)
    assert kept(live) == []
    (letter,) = live.aws.dead_letters()
    assert "body: " in letter.reason
    assert json.loads(letter.body)["detail"]["body"] == body
    assert len(letter.body.encode()) + 1000 < 256 << 10


def test_eventbridge_takes_no_event_with_such_a_body(live: World) -> None:
    with pytest.raises(ClientError, match="over the limit"):
        live.say("correct", **CORRECTION | {"body": long_body(200_000)})


def test_any_client_may_send_a_body_by_reference(live: World) -> None:
    body = "<p>Put right by the CMS, for 4,200 ₹.</p>".encode()
    live.edit("correct", **CORRECTION | {"body_ref": put(live, key_of(body), body)})
    assert body.decode() in live.page(live.article().path)


def test_a_body_by_reference_is_cleaned_like_any_other(live: World) -> None:
    body = b"<p>Right.</p><script>stolen()</script>"
    live.edit("correct", **CORRECTION | {"body_ref": put(live, key_of(body), body)})
    page = live.page(live.article().path)
    assert "<p>Right.</p>" in page
    assert "stolen" not in page


NOT_TEXT = b"<p>\xff\xfe</p>"
TOO_LARGE = "<p>😀</p>".encode() * (EDIT_BYTES // 11 + 1)
TOO_LONG = b"x" * (BODY + 1)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (None, "is not in the content bucket"),
        (b"<p>Somebody else's.</p>", "has another hash"),
        (NOT_TEXT, "is not text in UTF-8"),
        (TOO_LARGE, f"has more than {EDIT_BYTES:,} bytes"),
        (TOO_LONG, f"has more than {BODY:,} characters"),
    ],
)
def test_a_body_that_is_not_what_the_event_says_is_refused_by_name(
    live: World, data: bytes | None, reason: str
) -> None:
    before = live.article()
    named = data if data in {NOT_TEXT, TOO_LARGE, TOO_LONG} else b"<p>What was meant.</p>"
    key = key_of(named)
    if data is not None:
        put(live, key, data)
    live.edit("correct", **CORRECTION | {"body_ref": key})
    assert live.article() == before
    (letter,) = live.letters()
    assert letter.startswith("body_ref: event c1, correct of ptn:1: ")
    assert key in letter
    assert reason in letter


@pytest.mark.parametrize(
    ("detail", "reason"),
    [
        ({"body_ref": "bodies/" + "0" * 64}, "body_ref: is not what is expected: a key, for"),
        ({"body_ref": "edits/../bodies/" + "0" * 64}, "body_ref: is not what is expected"),
        ({"body_ref": "edits/" + "A" * 64}, "body_ref: is not what is expected"),
        ({"body_ref": ""}, "body_ref: is not what is expected"),
        (
            {"body_ref": "edits/" + "0" * 64, "body": "<p>Both.</p>"},
            "body_ref: can't be given together with a body",
        ),
        ({"body_ref": "KEPT", "revert": True, "correction": ""}, "revert: can't be given"),
        ({"body_ref": "KEPT", "correction": ""}, "correction: an edited body needs"),
    ],
)
def test_an_event_that_names_a_body_wrongly_is_refused(live: World, detail: dict, reason) -> None:
    data = b"<p>Kept.</p>"
    if detail["body_ref"] == "KEPT":
        detail = detail | {"body_ref": put(live, key_of(data), data)}
    before = live.article()
    live.edit("correct", **CORRECTION | detail)
    assert live.article() == before
    (letter,) = live.letters()
    assert reason in letter


def test_the_same_event_twice_is_applied_once(live: World) -> None:
    for _ in range(2):
        send(live, long_body(100_000))
    assert live.article().revision == 2
    assert len(live.article().desk.corrections) == 1
    assert live.letters() == []
