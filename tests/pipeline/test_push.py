"""Pushes: stories that senders post to a feed's own address, and callers who are no senders."""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from msgspec.structs import replace

import wireroom.pipeline.dispatch
from tests.pictures.drawing import drawn, written
from tests.pipeline.newsroom import Newsroom, Wire, fed, item, rss
from tests.pipeline.test_hub import event
from tests.pipeline.world import FEED, SETTINGS, World
from wireroom import clock
from wireroom.errors import Conflict, Unavailable
from wireroom.model import Feed
from wireroom.newsroom.own import upload_address
from wireroom.pipeline.redrive import HIDDEN
from wireroom.store.bodies import asset_name
from wireroom.store.feeds import Feeds
from wireroom.store.queues import Queue
from wireroom_infra.local.loopback import Answer, serving
from wireroom_infra.operate.redriving import redrive_of

TOKEN = "a token that nobody guesses"
ALTERED = b"changed on its way"
RSS = {"content-type": "application/rss+xml"}


def sha1(body: bytes, token: str = TOKEN) -> dict[str, str]:
    """How Superdesk signs."""
    digest = hmac.new(token.encode(), body, "sha1").hexdigest()
    return {"x-superdesk-signature": f"sha1={digest}"}


def sha256(body: bytes, token: str = TOKEN) -> dict[str, str]:
    digest = hmac.new(token.encode(), body, "sha256").hexdigest()
    return {"x-hub-signature-256": f"sha256={digest}"}


def bearer(body: bytes, token: str = TOKEN) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def webhook(body: bytes, token: str = TOKEN, minutes: float = 0) -> dict[str, str]:
    """https://www.standardwebhooks.com/"""
    told = str(int((clock.now() + timedelta(minutes=minutes)).timestamp()))
    mac = hmac.new(token.encode(), f"msg_1.{told}.".encode() + body, "sha256").digest()
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": told,
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }


PROOFS = [sha1, sha256, bearer, webhook]
PUSHED = Feed(
    id="desk-wire", provider="ptn", push=True, secret="wireroom/newsroom", pictures="link"
)


class Pushed(Newsroom):
    """A newsroom one of whose feeds is pushed."""

    def call(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        base64d: bool = False,
    ) -> Any:
        url = f"{self.aws.outputs['PushAddress'].removesuffix('/push/')}{path}"
        return self.aws.invoke("PushFunction", event(method, url, headers or {}, body, base64d))

    def push(
        self, body: bytes, feed: str = PUSHED.id, base64d: bool = False, **headers: str
    ) -> Any:
        """A push with the right proof, and all that follows from it."""
        sent = RSS | sha1(body) | {name.replace("_", "-"): v for name, v in headers.items()}
        answer = self.call("POST", f"/push/{feed}", body, sent, base64d)
        self.aws.drain()
        return answer

    def row(self, feed: str = PUSHED.id) -> Any:
        return self.feeds.get(feed)

    def raw(self) -> list[str]:
        return [key for key in self.content() if key.startswith("raw/")]

    def content(self) -> dict[str, bytes]:
        return self.aws.contents(self.aws.outputs["ContentBucket"])


def keep_secret(newsroom: World, **secret: str) -> None:
    kept = json.dumps({"type": "push", "token": TOKEN} | secret)
    client = newsroom.aws.client("secretsmanager")
    client.create_secret(Name="wireroom/newsroom", SecretString=kept)


@pytest.fixture
def newsroom(world: World) -> Pushed:
    found = Pushed(world, Wire())
    keep_secret(found)
    found.apply(SETTINGS, (PUSHED,), pages=False)
    return found


def status(answer: Any) -> int:
    return int(answer["statusCode"])


# --- what is taken ------------------------------------------------------------------------------


@pytest.mark.parametrize("base64d", [False, True])
@pytest.mark.parametrize("proof", PROOFS)
def test_a_story_is_published_when_its_sender_pushes_it(
    newsroom: Pushed, proof: Any, base64d: bool
) -> None:
    body = rss(item(1, title="Café {}"))
    answer = newsroom.call("POST", "/push/desk-wire", body, RSS | proof(body), base64d)
    assert status(answer) == 201
    assert json.loads(answer["body"]) == {
        "entries": 1, "new": 1, "rejected": [], "left_out": []
    }  # fmt: skip
    newsroom.aws.drain()
    assert newsroom.headlines() == ["Café 1"]


def test_a_push_takes_four_calls(newsroom: Pushed) -> None:
    body = rss(item(1))
    newsroom.push(body)
    newsroom.aws.calls.reset()
    body = rss(item(2))
    newsroom.call("POST", "/push/desk-wire", body, RSS | sha1(body))
    made = [f"{call.service}:{call.operation}" for call in newsroom.aws.calls]
    assert made == [
        "dynamodb:GetItem", "s3:PutObject", "sqs:SendMessageBatch", "dynamodb:UpdateItem"
    ]  # fmt: skip


def test_what_comes_twice_changes_nothing_the_second_time(newsroom: Pushed) -> None:
    body = rss(item(1))
    newsroom.push(body)
    before = newsroom.site()
    answer = newsroom.push(body)
    assert json.loads(answer["body"])["new"] == 0
    assert newsroom.article("1").revision == 1
    assert newsroom.site() == before


def test_an_older_push_that_is_sent_again_undoes_nothing(newsroom: Pushed) -> None:
    old, new = rss(item(1)), rss(item(1, title="Story {} as of now"))
    for body in (old, new, old, old):
        assert status(newsroom.push(body)) == 201
    assert newsroom.headlines() == ["Story 1 as of now"]


def test_a_kill_that_is_pushed_takes_the_story_down(newsroom: Pushed) -> None:
    newsroom.push(rss(item(1), item(2)))
    newsroom.push(rss(item(1, title="KILL: Story {}")))
    assert newsroom.article("1").state == "killed"
    assert newsroom.headlines() == ["Story 2"]


def test_the_feed_tells_when_its_last_push_came(newsroom: Pushed) -> None:
    assert newsroom.row().state.state == ""
    newsroom.push(rss(item(1)))
    newsroom.aws.clock.advance(60)
    newsroom.push(rss(item(2), item(3)))
    state = newsroom.row().state
    assert state.state == "ok"
    assert state.entries_total == 3
    assert state.last_new == state.last_fetch == state.state_last == clock.now()
    assert state.state_since == clock.now() - timedelta(seconds=60)


def test_what_was_pushed_is_kept_for_replay(newsroom: Pushed) -> None:
    body = rss(item(1))
    newsroom.push(body)
    (key,) = newsroom.raw()
    assert key.startswith("raw/desk-wire/")
    assert gzip.decompress(newsroom.content()[key]) == body


def test_a_feed_without_an_address_is_never_polled(newsroom: Pushed) -> None:
    newsroom.push(rss(item(1)))
    for _ in range(3):
        newsroom.pull(24 * 60)
    assert newsroom.row().state.state == "ok"
    assert newsroom.feeds.fetch_now(PUSHED.id, clock.now())
    assert newsroom.feeds.forget(PUSHED.id, {"1"}, clock.now())
    newsroom.pull()
    assert newsroom.row().state.state == "ok"
    assert newsroom.feeds.due(clock.now() + timedelta(days=365), 10) == {}


def test_a_feed_may_be_polled_and_pushed(world: World) -> None:
    wire = Wire()
    keep_secret(world)
    with fed(world, wire) as polled:
        pushed = Pushed(world, wire)
        wire.documents["/top.xml"] = rss(item(1))
        pushed.subscribe("top", push=True, secret="wireroom/newsroom")
        assert polled.states() == {"top": ""}
        pushed.pull()
        assert status(pushed.push(rss(item(2)), feed="top")) == 201
        assert sorted(pushed.headlines()) == ["Story 1", "Story 2"]
        due = pushed.row("top").state.due
        assert due is not None
        assert due > clock.now()
        wire.documents["/top.xml"] = rss(item(1), item(2))
        pushed.pull(10)
        assert pushed.article("2").revision == 1
        assert "authorization" not in {name.lower() for name in wire.asked[-1].headers}


def test_two_pushes_at_once_are_both_taken_and_remembered(
    newsroom: Pushed, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = rss(item(1)), rss(item(2))
    remember, within = Feeds.remember, [second]

    def beside(self: Feeds, *what: Any) -> None:
        if within:
            other = within.pop()
            newsroom.call("POST", "/push/desk-wire", other, RSS | sha1(other))
        remember(self, *what)

    monkeypatch.setattr(Feeds, "remember", beside)
    assert status(newsroom.push(first)) == 201
    assert sorted(newsroom.headlines()) == ["Story 1", "Story 2"]
    assert newsroom.row().state.entries_total == 2
    for body in (first, second):
        assert json.loads(newsroom.push(body)["body"])["new"] == 0


def test_a_poll_beside_a_push_loses_neither(
    newsroom: Pushed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Feeds, "remember", _conflict)
    assert status(newsroom.push(rss(item(1)))) == 201
    assert newsroom.headlines() == ["Story 1"]
    monkeypatch.undo()
    before = newsroom.site()
    assert json.loads(newsroom.push(rss(item(1)))["body"])["new"] == 1
    assert newsroom.site() == before


def _conflict(*_: object) -> None:
    raise Conflict("a run has leased it")


def test_a_push_that_is_safe_in_the_queue_is_taken_even_if_it_is_not_remembered(
    newsroom: Pushed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Feeds, "remember", _throttled)
    assert status(newsroom.push(rss(item(1)))) == 201
    assert newsroom.headlines() == ["Story 1"]


# --- what AWS does not take ---------------------------------------------------------------------


def _throttled(*_: object, **__: object) -> None:
    raise Unavailable("throttled")


@pytest.mark.parametrize("where", [(Queue, "send"), (Feeds, "get")])
def test_what_aws_does_not_take_is_answered_503_until_it_does(
    newsroom: Pushed, monkeypatch: pytest.MonkeyPatch, where: Any
) -> None:
    body = rss(item(1))
    with monkeypatch.context() as broken:
        broken.setattr(*where, _throttled)
        answer = newsroom.call("POST", "/push/desk-wire", body, RSS | sha1(body))
    assert status(answer) == 503
    assert answer["headers"]["retry-after"] == "30"
    assert status(newsroom.push(body)) == 201
    assert newsroom.headlines() == ["Story 1"]


def test_a_mistake_of_ours_is_answered_500_and_the_push_is_taken_when_it_comes_again(
    newsroom: Pushed, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = rss(item(1))
    with monkeypatch.context() as broken:
        broken.setattr(wireroom.pipeline.dispatch, "parse", lambda *_, **__: 1 / 0)
        assert status(newsroom.push(body)) == 500
    assert newsroom.aws.failures == []
    assert status(newsroom.push(body)) == 201
    assert newsroom.headlines() == ["Story 1"]


# --- what can't be read -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body", [b"not a document", b"<html><body>Hi</body></html>", b"\xff\xfe\x00", b"", b"{}"]
)
def test_what_is_no_document_is_answered_422_with_the_reason_and_is_a_dead_letter(
    newsroom: Pushed, body: bytes
) -> None:
    before = newsroom.row().state
    answer = newsroom.push(body, base64d=True)
    assert status(answer) == 422
    reason = json.loads(answer["body"])["error"]
    (letter,) = newsroom.letters()
    assert letter.startswith("feed desk-wire, a pushed document: ")
    assert reason in letter
    assert newsroom.row().state == before
    (key,) = newsroom.raw()
    assert key in newsroom.aws.dead_letters()[0].body


def test_an_entry_that_is_rejected_is_told_to_its_sender_and_stops_no_other(
    newsroom: Pushed,
) -> None:
    answer = newsroom.push(rss(item(1), item(2, title="", body="")))
    assert status(answer) == 201
    told = json.loads(answer["body"])
    assert (told["entries"], told["new"]) == (1, 1)
    (rejected,) = told["rejected"]
    assert rejected["entry"] == "2"
    assert rejected["reason"]
    assert newsroom.headlines() == ["Story 1"]
    (letter,) = newsroom.letters()
    assert letter.startswith("feed desk-wire, entry 2: ")


def test_a_push_of_nothing_but_what_is_rejected_is_answered_422(newsroom: Pushed) -> None:
    answer = newsroom.push(rss(item(2, title="", body="")))
    assert status(answer) == 422
    assert json.loads(answer["body"])["rejected"][0]["entry"] == "2"


def test_what_was_rejected_is_looked_at_again_when_it_comes_again(
    newsroom: Pushed, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = rss(item(1))
    with monkeypatch.context() as older:
        bad = rss(item(1, title="", body=""))
        found = wireroom.pipeline.dispatch.parse(bad, url="")
        rejected = replace(found.rejected[0], entry_id="1")
        document = replace(found, rejected=(rejected,))
        older.setattr(wireroom.pipeline.dispatch, "parse", lambda *_, **__: document)
        for _ in range(2):
            assert status(newsroom.push(body)) == 422
    assert len(newsroom.letters()) == 2
    assert status(newsroom.push(body)) == 201
    assert newsroom.headlines() == ["Story 1"]


def test_a_redrive_leaves_what_only_the_sender_can_send_again(newsroom: Pushed) -> None:
    newsroom.push(rss(item(2, title="", body="")))
    newsroom.push(b"not a document")
    before = newsroom.letters()
    redriven = redrive_of(newsroom.aws).run("wire")
    assert redriven.sent == 0
    assert [each.partition(": ")[0] for each in redriven.left] == [
        "feed desk-wire is not fetched; its sender has to send again"
    ] * 2
    newsroom.aws.clock.advance(HIDDEN)
    assert sorted(newsroom.letters()) == sorted(before)


# --- who is refused -----------------------------------------------------------------------------


def untouched(newsroom: Pushed, before: tuple[Any, ...]) -> bool:
    """Whether all that is kept anywhere is as it was."""
    newsroom.aws.drain()
    return state_of(newsroom) == before


def state_of(newsroom: Pushed) -> tuple[Any, ...]:
    table = newsroom.aws.client("dynamodb").scan(TableName=newsroom.aws.outputs["TableName"])
    return newsroom.content(), newsroom.site(), table["Items"], newsroom.letters()


WRONG = {
    "none": lambda body: {},
    "another token": lambda body: sha1(body, "another"),
    "of another body": lambda body: sha1(ALTERED),
    "sha256 of another body": lambda body: sha256(ALTERED),
    "empty": lambda body: {"x-superdesk-signature": ""},
    "only the method": lambda body: {"x-superdesk-signature": "sha1="},
    "a method that is weak": lambda body: {
        "x-superdesk-signature": f"md5={hmac.new(TOKEN.encode(), body, 'md5').hexdigest()}"
    },
    "sha1 where sha256 is asked for": lambda body: {
        "x-hub-signature-256": sha1(body)["x-superdesk-signature"]
    },
    "a hash without the token": lambda body: {
        "x-hub-signature-256": f"sha256={hashlib.sha256(body).hexdigest()}"
    },
    "with the empty token": lambda body: sha256(body, ""),
    "letters that no hash has": lambda body: {"x-superdesk-signature": "sha1=é"},
    "another bearer": lambda body: bearer(body, "another"),
    "a bearer of nothing": lambda body: {"authorization": "Bearer"},
    "the token as another scheme": lambda body: {"authorization": f"Basic {TOKEN}"},
    "a bearer beside a wrong signature": lambda body: bearer(body) | sha1(ALTERED),
    "an old time": lambda body: webhook(body, minutes=-6),
    "a time to come": lambda body: webhook(body, minutes=6),
    "another time than the signed": lambda body: webhook(body) | {"webhook-timestamp": "0"},
    "no time": lambda body: webhook(body) | {"webhook-timestamp": "now"},
    "another id than the signed": lambda body: webhook(body) | {"webhook-id": "msg_2"},
    "a webhook of another body": lambda body: webhook(ALTERED),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_whoever_lacks_the_proof_gets_401_and_leaves_nothing_behind(
    newsroom: Pushed, wrong: str, capsys: pytest.CaptureFixture[str]
) -> None:
    newsroom.push(rss(item(1)))
    before = state_of(newsroom)
    body = rss(item(2, title="Nobody may see this"))
    capsys.readouterr()
    for path in ("/push/desk-wire", "/push/desk-wire/assets"):
        answer = newsroom.call("POST", path, body, RSS | WRONG[wrong](body))
        assert status(answer) == 401
        assert json.loads(answer["body"]) == {"error": "Unauthorized"}
    assert untouched(newsroom, before)
    logged = capsys.readouterr()
    assert "Nobody may see this" not in logged.out + logged.err


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer x"}, None])
@pytest.mark.parametrize("beneath", ["", "/assets"])
def test_nobody_learns_which_feeds_there_are(
    newsroom: Pushed, headers: dict[str, str] | None, beneath: str
) -> None:
    newsroom.apply(SETTINGS, (PUSHED, replace(FEED, id="polled")), pages=False)
    body = rss(item(1))
    sent = sha1(body, "another") if headers is None else headers
    answers = [
        newsroom.call("POST", f"/push/{feed}{beneath}", body, sent)
        for feed in ("desk-wire", "polled", "no-such-feed")
    ]
    assert answers[0] == answers[1] == answers[2]
    assert status(answers[0]) == 401
    asked = [
        newsroom.call("GET", f"/push/{feed}/assets/5a4f") for feed in ("desk-wire", "no-such-feed")
    ]
    assert asked[0] == asked[1]
    assert status(asked[0]) == 404


def test_a_feed_that_is_not_pushed_takes_nothing_whatever_its_secret(newsroom: Pushed) -> None:
    newsroom.apply(SETTINGS, (replace(PUSHED, push=False, url="https://ptn.example/a"),))
    assert status(newsroom.push(rss(item(1)))) == 401


def test_without_a_proof_nothing_is_looked_up(newsroom: Pushed) -> None:
    newsroom.aws.calls.reset()
    newsroom.call("POST", "/push/desk-wire", b"x")
    assert list(newsroom.aws.calls) == []


@pytest.mark.parametrize(
    ("method", "path", "right"),
    [
        ("GET", "/push/desk-wire", 405),
        ("PUT", "/push/desk-wire", 405),
        ("DELETE", "/push/desk-wire", 405),
        ("GET", "/push/desk-wire/assets", 405),
        ("POST", "/push/desk-wire/assets/1", 405),
        ("DELETE", "/push/desk-wire/assets/1", 405),
        ("POST", "/", 404),
        ("POST", "/push/", 404),
        ("POST", "/push/..", 401),
        ("POST", "/push/Desk-Wire", 404),
        ("POST", "/push/desk-wire/other", 404),
        ("POST", "/push/desk%2dwire", 404),
        ("POST", "/push/desk-wire\n", 404),
        ("POST", f"/push/{'a' * 65}", 404),
        ("POST", "/push/é", 404),
        ("POST", "//push/desk-wire", 404),
    ],
)
def test_other_methods_and_paths_are_refused(
    newsroom: Pushed, method: str, path: str, right: int
) -> None:
    before = state_of(newsroom)
    made = event(method, "https://push.example/", RSS | sha1(b"x", "another"), b"x", False)
    made["rawPath"] = path
    assert status(newsroom.aws.invoke("PushFunction", made)) == right
    assert untouched(newsroom, before)


def test_what_is_too_large_for_lambda_is_refused(newsroom: Pushed) -> None:
    assert status(newsroom.push(b" " * ((6 << 20) + 1))) == 413
    assert newsroom.raw() == []


def test_a_compressed_body_is_refused(newsroom: Pushed) -> None:
    body = gzip.compress(rss(item(1)))
    answer = newsroom.push(body, base64d=True, content_encoding="gzip")
    assert status(answer) == 415
    assert newsroom.raw() == []


# --- the secret ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "secret",
    [
        "no JSON",
        '{"type": "push"}',
        '{"type": "push", "token": ""}',
        '{"type": "push", "token": "short"}',
        '{"type": "basic", "username": "a", "password": "a long enough password"}',
        "",
    ],
)
def test_while_the_secret_is_wrong_senders_try_again_and_the_feed_says_why(
    world: World, secret: str
) -> None:
    newsroom = Pushed(world, Wire())
    if secret:
        newsroom.aws.client("secretsmanager").create_secret(
            Name="wireroom/newsroom", SecretString=secret
        )
    newsroom.apply(SETTINGS, (PUSHED,), pages=False)
    for _ in range(2):
        assert status(newsroom.push(rss(item(1)))) == 503
    state = newsroom.row().state
    assert state.state == "secret"
    assert "wireroom/newsroom" in state.reason
    assert "long enough" not in state.reason
    assert newsroom.headlines() == []


def test_a_sender_may_change_to_another_token_while_both_count(world: World) -> None:
    newsroom = Pushed(world, Wire())
    keep_secret(newsroom, token="the token of next year", former=TOKEN)
    newsroom.apply(SETTINGS, (PUSHED,), pages=False)
    for number, token in enumerate((TOKEN, "the token of next year")):
        body = rss(item(number))
        assert status(newsroom.call("POST", "/push/desk-wire", body, sha1(body, token))) == 201


def test_no_row_object_or_answer_has_the_token(newsroom: Pushed) -> None:
    answer = newsroom.push(rss(item(1)))
    assert TOKEN not in repr((answer, state_of(newsroom)))


# --- pictures -----------------------------------------------------------------------------------


def form(media: str | None, data: bytes | None) -> bytes:
    """As Superdesk sends a picture."""
    parts = []
    if media is not None:
        parts.append(b'name="media_id"\r\n\r\n' + media.encode())
    if data is not None:
        parts.append(
            f'name="media"; filename="{media}"\r\nContent-Type: image/png\r\n\r\n'.encode() + data
        )
    lines = b"".join(
        b"--limit\r\nContent-Disposition: form-data; " + part + b"\r\n" for part in parts
    )
    return lines + b"--limit--\r\n"


def send_picture(
    newsroom: Pushed, media: str | None, data: bytes | None, feed: str = PUSHED.id, **more: str
) -> Any:
    body = form(media, data)
    headers = {"content-type": "multipart/form-data; boundary=limit"} | sha1(body) | more
    return newsroom.call("POST", f"/push/{feed}/assets", body, headers, base64d=True)


def is_there(newsroom: Pushed, media: str, feed: str = PUSHED.id) -> int:
    return status(newsroom.call("GET", f"/push/{feed}/assets/{media}"))


PICTURE = written(drawn(40, 30), "PNG")


@pytest.mark.parametrize("media", ["5a4f1c", "20260211/ab cd.jpg", "tag:é,2026:1"])
def test_a_picture_is_there_once_its_sender_has_pushed_it(newsroom: Pushed, media: str) -> None:
    assert is_there(newsroom, quote(media)) == 404
    answer = send_picture(newsroom, media, PICTURE)
    assert status(answer) == 201
    assert json.loads(answer["body"]) == {"media_id": media}
    assert is_there(newsroom, quote(media)) == 200
    assert is_there(newsroom, quote(media), feed="other") == 404
    assert PICTURE in newsroom.content().values()


@pytest.mark.parametrize(
    ("media", "data", "more"),
    [
        (None, PICTURE, {}),
        ("", PICTURE, {}),
        ("x" * 501, PICTURE, {}),
        ("1", None, {}),
        ("1", b"", {}),
        ("1", PICTURE, {"content-type": "application/json"}),
        ("1", PICTURE, {"content-type": "multipart/form-data"}),
        ("1", PICTURE, {"content-type": "multipart/form-data; boundary=other"}),
    ],
)
def test_what_is_no_picture_with_its_id_is_refused(
    newsroom: Pushed, media: str | None, data: bytes | None, more: dict[str, str]
) -> None:
    before = state_of(newsroom)
    assert status(send_picture(newsroom, media, data, **more)) == 400
    assert untouched(newsroom, before)


def test_no_name_of_a_picture_leads_out_of_its_feeds_folder(newsroom: Pushed) -> None:
    before = set(newsroom.content())
    for media in ("../../bodies/x", "/", "a/../../b", "..", "%2e%2e"):
        send_picture(newsroom, media, PICTURE)
    came = set(newsroom.content()) - before
    assert len(came) == 5
    assert all(key.startswith("uploads/desk-wire/") and key.count("/") == 2 for key in came)


def enclosed(number: int, feed: str, media: str) -> bytes:
    """A story that shows the picture which was pushed for `feed` as `media`."""
    place = upload_address(asset_name(feed, media))
    return rss(item(number, date=f'<enclosure url="{place}" type="image/png" length="1"/>'))


def show_pictures(newsroom: Pushed) -> None:
    other = replace(PUSHED, id="other", provider="other", pictures="store")
    newsroom.apply(SETTINGS, (replace(PUSHED, pictures="store"), other), pages=False)


def test_a_story_shows_copies_of_a_picture_that_was_pushed(newsroom: Pushed) -> None:
    show_pictures(newsroom)
    send_picture(newsroom, "5a", PICTURE)
    newsroom.push(enclosed(1, PUSHED.id, "5a"))
    (stored,) = newsroom.article("1").pictures.values()
    assert stored.name
    assert f"/pictures/{stored.name}" in newsroom.page(newsroom.article("1").path)
    assert "uploads.invalid" not in "".join(newsroom.site().values())


def test_no_feed_shows_what_was_pushed_for_another(newsroom: Pushed) -> None:
    show_pictures(newsroom)
    send_picture(newsroom, "5a", PICTURE)
    newsroom.push(enclosed(1, PUSHED.id, "5a"), feed="other")
    for _ in range(8):
        newsroom.aws.clock.advance(6 * 3600)
        newsroom.aws.invoke("PicturesFunction", {})
        newsroom.aws.drain()
    (stored,) = newsroom.article("1", "other").pictures.values()
    assert not stored.name
    assert not [key for key in newsroom.site() if key.startswith("pictures/")]


def test_pictures_of_a_feed_that_is_only_pushed_are_copied_from_the_web_alone(
    newsroom: Pushed,
) -> None:
    """It has no address, so it is on no internal host."""
    with serving(newsroom.wire.respond) as address:
        newsroom.wire.documents["/p.png"] = Answer(body=PICTURE)
        hosts = (address.removeprefix("http://"),)
        site = replace(SETTINGS.site, internal_hosts=hosts)
        newsroom.apply(
            replace(SETTINGS, site=site), (replace(PUSHED, pictures="store"),), pages=False
        )
        enclosure = f'<enclosure url="{address}/p.png" type="image/png" length="1"/>'
        newsroom.push(rss(item(1, date=enclosure)))
        assert newsroom.wire.asked == []
        (stored,) = newsroom.article("1").pictures.values()
        assert "forbidden" in stored.reason
