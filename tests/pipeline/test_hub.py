"""WebSub: stories that a hub delivers, and hubs that are not what they say."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from msgspec.structs import replace

import wireroom.pipeline.dispatch
from tests.conftest import ROOT
from tests.pipeline.newsroom import Newsroom, Wire, item, rss
from tests.pipeline.world import World
from wireroom import clock
from wireroom.errors import Unavailable
from wireroom.pipeline.ingest import fetcher
from wireroom.pipeline.subscribe import Subscriber
from wireroom_infra.embedded import EmbeddedAWS
from wireroom_infra.local.loopback import Answer, Request, serving

DAY = 24 * 60  # minutes
LINKS = """<atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='hub' href='{hub}'/>
<atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='self' href='{topic}'/>"""


def event(method: str, url: str, headers: dict[str, str], body: bytes, base64d: bool) -> Any:
    """What Lambda makes of a request to a function URL (payload format 2.0)."""
    parts = urlsplit(url)
    made = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": parts.path or "/",
        "rawQueryString": parts.query,
        "headers": {
            "host": parts.netloc,
            "x-forwarded-for": "203.0.113.7",
            "x-forwarded-proto": "https",
            "content-length": str(len(body)),
        }
        | headers,
        "requestContext": {
            "accountId": "anonymous",
            "apiId": parts.netloc.split(".")[0],
            "domainName": parts.netloc,
            "http": {
                "method": method,
                "path": parts.path or "/",
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.7",
                "userAgent": "hub/1.0",
            },
            "requestId": "6a4a24c3-7f6d-4d9c-b5f5-3a8f2b1c0d9e",
            "routeKey": "$default",
            "stage": "$default",
            "time": "11/Feb/2026:09:00:00 +0000",
            "timeEpoch": 1770800400000,
        },
        "isBase64Encoded": base64d,
    }
    if parts.query:
        made["queryStringParameters"] = dict(parse_qsl(parts.query, keep_blank_values=True))
    if body:
        made["body"] = base64.b64encode(body).decode() if base64d else body.decode()
    return made


class Hub:
    """A hub that verifies while it is being asked, as many do, and delivers when it is told to."""

    def __init__(self, aws: EmbeddedAWS) -> None:
        self.aws = aws
        self.lease = 5 * 86400
        self.status = 202
        self.asked: list[dict[str, str]] = []
        self.verified: list[Any] = []
        self.address = ""

    def respond(self, request: Request) -> Answer:
        form = dict(parse_qsl(request.body.decode()))
        self.asked.append(form)
        if self.status == 202 and self.lease:
            self.verified.append(self.verify(form["hub.callback"], form["hub.topic"]))
        return Answer(self.status)

    def call(
        self,
        method: str,
        url: str,
        headers: dict[str, str] | None = None,
        body: bytes = b"",
        base64d: bool = False,
    ) -> Any:
        made = event(method, url, headers or {}, body, base64d)
        return self.aws.invoke("HubFunction", made)

    def verify(self, callback: str, topic: str, mode: str = "subscribe", **more: str) -> Any:
        query = {
            "hub.mode": mode,
            "hub.topic": topic,
            "hub.challenge": "<b>chall3nge</b>",
            "hub.lease_seconds": str(self.lease),
        }
        return self.call("GET", f"{callback}?{urlencode(query | more)}")

    def deliver(
        self, body: bytes, *, secret: str = "", base64d: bool = False, **headers: str
    ) -> int:
        form = self.asked[-1]
        key = (secret or form["hub.secret"]).encode()
        signature = f"sha256={hmac.new(key, body, hashlib.sha256).hexdigest()}"
        sent = {"content-type": "application/rss+xml", "x-hub-signature": signature}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.call("POST", form["hub.callback"], sent, body, base64d)
        self.aws.drain()
        return int(answer["statusCode"])


class Subscribed(Newsroom):
    hub: Hub

    def document(self, *items: str, hub: str = "", topic: str = "") -> bytes:
        links = LINKS.format(
            hub=hub or f"{self.hub.address}/", topic=topic or f"{self.wire.address}/top.xml"
        )
        return rss(links, *items)

    def serve(self, *items: str, **links: str) -> None:
        self.wire.documents["/top.xml"] = self.document(*items, **links)

    def subscription(self) -> Any:
        (row,) = self.feeds.all()
        return row.subscription

    def due_in(self) -> float:
        (row,) = self.feeds.all()
        return (row.state.due - clock.now()).total_seconds()


@pytest.fixture
def newsroom(world: World) -> Iterator[Subscribed]:
    """A wire whose feed `top` shows story 1 and names a hub."""
    wire, hub = Wire(), Hub(world.aws)
    with serving(wire.respond) as address, serving(hub.respond) as hub_address:
        wire.address, hub.address = address, hub_address
        newsroom = Subscribed(world, wire)
        newsroom.hub = hub
        newsroom.serve(item(1))
        yield newsroom


def subscribe(newsroom: Subscribed) -> None:
    newsroom.subscribe("top", hosts=(urlsplit(newsroom.hub.address).netloc,))
    newsroom.pull()


# --- deliveries ---------------------------------------------------------------------------------


@pytest.mark.parametrize("base64d", [False, True])
def test_a_story_arrives_without_a_poll(newsroom: Subscribed, base64d: bool) -> None:
    subscribe(newsroom)
    asked = len(newsroom.wire.asked)
    body = newsroom.document(item(2, title="Café {}"))
    assert newsroom.hub.deliver(body, base64d=base64d) == 202
    assert sorted(newsroom.headlines()) == ["Café 2", "Story 1"]
    assert len(newsroom.wire.asked) == asked


def test_a_delivery_that_meets_a_mistake_of_ours_is_answered_500_and_the_next_poll_brings_it(
    newsroom: Subscribed, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(newsroom)
    with monkeypatch.context() as broken:
        broken.setattr(wireroom.pipeline.dispatch, "parse", lambda *_, **__: 1 / 0)
        assert newsroom.hub.deliver(newsroom.document(item(2))) == 500
    assert not newsroom.aws.failures
    assert newsroom.headlines() == ["Story 1"]
    newsroom.serve(item(1), item(2))
    newsroom.pull(60)
    assert sorted(newsroom.headlines()) == ["Story 1", "Story 2"]
    assert newsroom.hub.deliver(newsroom.document(item(3))) == 202
    assert "Story 3" in newsroom.headlines()


def test_a_delivery_that_aws_did_not_take_is_answered_503_so_that_the_hub_sends_it_again(
    newsroom: Subscribed, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(newsroom)
    with monkeypatch.context() as broken:
        broken.setattr(wireroom.pipeline.dispatch, "parse", _throttled)
        assert newsroom.hub.deliver(newsroom.document(item(2))) == 503
    assert newsroom.hub.deliver(newsroom.document(item(2))) == 202
    assert "Story 2" in newsroom.headlines()


def _throttled(*_: object, **__: object) -> None:
    raise Unavailable("put object: SlowDown")


def test_what_was_delivered_is_kept_for_replay(newsroom: Subscribed) -> None:
    subscribe(newsroom)
    newsroom.hub.deliver(newsroom.document(item(2)))
    s3, bucket = newsroom.aws.client("s3"), newsroom.aws.outputs["ContentBucket"]
    assert s3.list_objects_v2(Bucket=bucket, Prefix="raw/top/")["KeyCount"] == 2


def test_the_next_poll_finds_what_was_delivered_unchanged(newsroom: Subscribed) -> None:
    subscribe(newsroom)
    newsroom.hub.deliver(newsroom.document(item(2)))
    newsroom.serve(item(1), item(2))
    before = newsroom.site()
    newsroom.pull(30)
    assert len(newsroom.wire.asked) == 2
    assert newsroom.article("2").revision == 1
    assert newsroom.site() == before


def test_a_delivery_that_comes_twice_changes_nothing_the_second_time(newsroom: Subscribed) -> None:
    subscribe(newsroom)
    newsroom.hub.deliver(newsroom.document(item(2)))
    before = newsroom.site()
    assert newsroom.hub.deliver(newsroom.document(item(2))) == 202
    assert newsroom.site() == before


def test_a_delivery_needs_the_secret_of_its_own_feed(newsroom: Subscribed) -> None:
    subscribe(newsroom)
    body = newsroom.document(item(2))
    before, state = newsroom.site(), newsroom.feeds.all()
    assert newsroom.hub.deliver(body, secret="guessed") == 202
    assert newsroom.hub.deliver(body, x_hub_signature="") == 202
    assert newsroom.hub.deliver(body, x_hub_signature="sha256=") == 202
    signed = hmac.new(newsroom.hub.asked[-1]["hub.secret"].encode(), b"other", "sha256")
    assert newsroom.hub.deliver(body, x_hub_signature=f"sha256={signed.hexdigest()}") == 202
    assert newsroom.site() == before
    assert newsroom.feeds.all() == state


def test_a_delivery_that_is_no_feed_breaks_nothing(newsroom: Subscribed) -> None:
    subscribe(newsroom)
    before = newsroom.feeds.all()
    for body in (b"not xml", b"<html><body>Hi</body></html>", b"\xff\xfe\x00"):
        assert newsroom.hub.deliver(body, base64d=True) == 202
    assert newsroom.hub.deliver(b"zipped?", content_encoding="gzip") == 202
    assert newsroom.headlines() == ["Story 1"]
    assert newsroom.feeds.all() == before
    assert newsroom.letters() == []


def test_a_delivery_that_is_too_large_is_refused(newsroom: Subscribed) -> None:
    subscribe(newsroom)
    assert newsroom.hub.deliver(b" " * ((6 << 20) + 1)) == 413


def test_a_hub_is_told_to_stop_delivering_for_a_feed_that_is_gone(newsroom: Subscribed) -> None:
    subscribe(newsroom)
    newsroom.apply(newsroom.table.read([]).settings, ())
    assert newsroom.hub.deliver(newsroom.document(item(2))) == 410
    assert newsroom.headlines() == ["Story 1"]


def test_a_hub_is_told_to_stop_once_its_lease_is_over(newsroom: Subscribed) -> None:
    newsroom.hub.lease = 3600
    subscribe(newsroom)
    newsroom.aws.clock.advance(3601)
    assert newsroom.hub.deliver(newsroom.document(item(2))) == 410
    assert newsroom.headlines() == ["Story 1"]


def test_a_hub_that_never_verified_delivers_nothing(newsroom: Subscribed) -> None:
    newsroom.hub.lease = 0
    subscribe(newsroom)
    assert newsroom.hub.deliver(newsroom.document(item(2))) == 410
    assert newsroom.headlines() == ["Story 1"]


def make_private(newsroom: Subscribed) -> None:
    """The feed gets a secret; the hub stays on an internal host."""
    newsroom.aws.client("secretsmanager").create_secret(
        Name="wireroom/ptn", SecretString=json.dumps({"type": "bearer", "token": "t"})
    )
    hosts = (urlsplit(newsroom.hub.address).netloc,)
    newsroom.subscribe("top", hosts=hosts, secret="wireroom/ptn")


@pytest.mark.parametrize("names", ["no hub", "another hub", "another topic"])
def test_a_hub_that_the_feed_no_longer_names_is_not_believed(
    newsroom: Subscribed, names: str
) -> None:
    subscribe(newsroom)
    newsroom.hub.status = 500
    if names == "no hub":
        newsroom.wire.documents["/top.xml"] = rss(item(1))
    else:
        links = {"hub": "/new"} if names == "another hub" else {"topic": "/new.xml"}
        newsroom.serve(item(1), **{k: f"{newsroom.hub.address}{v}" for k, v in links.items()})
    newsroom.pull(30)
    (form,) = newsroom.hub.asked
    assert newsroom.hub.deliver(newsroom.document(item(2))) == 410
    assert newsroom.hub.verify(form["hub.callback"], form["hub.topic"])["statusCode"] == 404
    assert newsroom.headlines() == ["Story 1"]
    assert newsroom.subscription().until is None


def test_a_feed_that_names_its_hub_again_is_subscribed_to_again(newsroom: Subscribed) -> None:
    subscribe(newsroom)
    named = newsroom.wire.documents["/top.xml"]
    newsroom.wire.documents["/top.xml"] = rss(item(1))
    newsroom.pull(61)
    newsroom.wire.documents["/top.xml"] = named
    newsroom.pull(61)
    assert len(newsroom.hub.asked) == 2
    assert newsroom.hub.deliver(newsroom.document(item(2))) == 202
    assert sorted(newsroom.headlines()) == ["Story 1", "Story 2"]


def test_the_hub_of_a_feed_that_became_private_is_not_believed_or_asked_again(
    newsroom: Subscribed,
) -> None:
    subscribe(newsroom)
    make_private(newsroom)
    for _ in range(7):
        assert newsroom.hub.deliver(newsroom.document(item(2))) == 410
        newsroom.pull(DAY)  # and the publisher answers "unchanged"
    assert newsroom.states() == {"top": "ok"}
    assert len(newsroom.hub.asked) == 1
    assert newsroom.headlines() == ["Story 1"]


def test_deliveries_go_on_while_the_table_holds_no_secret(newsroom: Subscribed) -> None:
    subscribe(newsroom)
    aws = newsroom.aws
    held = repr(aws.client("dynamodb").scan(TableName=aws.outputs["TableName"])["Items"])
    secret = newsroom.hub.asked[-1]["hub.secret"]
    assert len(secret) == 64
    assert secret not in held
    token = newsroom.hub.asked[-1]["hub.callback"].rpartition("/")[2]
    assert len(token) == 32
    assert token not in held


# --- verification -------------------------------------------------------------------------------


def test_a_subscription_that_was_asked_for_is_confirmed_word_for_word(newsroom: Subscribed) -> None:
    subscribe(newsroom)
    (answer,) = newsroom.hub.verified
    assert answer["statusCode"] == 200
    assert answer["body"] == "<b>chall3nge</b>"
    assert answer["headers"]["content-type"].startswith("text/plain")
    assert answer["headers"]["x-content-type-options"] == "nosniff"
    (form,) = newsroom.hub.asked
    assert form["hub.mode"] == "subscribe"
    assert form["hub.topic"] == f"{newsroom.wire.address}/top.xml"
    assert form["hub.callback"].startswith("https://")
    assert "/top/" in form["hub.callback"]
    known = newsroom.subscription()
    assert known.until == clock.now() + timedelta(days=5)
    assert not known.pending


def test_only_what_we_asked_for_is_confirmed(newsroom: Subscribed) -> None:
    newsroom.hub.lease = 0  # asked, and not verified yet
    subscribe(newsroom)
    newsroom.hub.lease = 86400
    (form,) = newsroom.hub.asked
    callback, topic = form["hub.callback"], form["hub.topic"]
    verify = newsroom.hub.verify
    refused = [
        verify(callback, "https://other.example/feed"),
        verify(callback, topic, "unsubscribe"),
        verify(callback, topic, **{"hub.challenge": ""}),
        verify(callback.replace("/top/", "/other/"), topic),
        verify(callback[:-1] + ("0" if callback[-1] != "0" else "1"), topic),
        verify(callback.rpartition("/")[0], topic),
        newsroom.hub.call("GET", callback),
        newsroom.hub.call("GET", form["hub.callback"].split("/top/")[0] + "/"),
    ]
    assert [(answer["statusCode"], answer["body"]) for answer in refused] == [(404, "")] * 8
    assert newsroom.subscription().pending
    assert newsroom.hub.call("PUT", callback)["statusCode"] == 405
    assert verify(callback, topic)["body"] == "<b>chall3nge</b>"
    assert not newsroom.subscription().pending


def test_an_address_that_nobody_was_told_asks_the_table_nothing(newsroom: Subscribed) -> None:
    subscribe(newsroom)
    base = newsroom.hub.asked[0]["hub.callback"].split("/top/")[0]
    newsroom.aws.calls.reset()
    for path in ("/", "/top", "/top/", "/top/x", "/top/é", "/%00/x", f"/top/{'0' * 32}/more"):
        assert newsroom.hub.call("POST", base + path, {}, b"x")["statusCode"] == 404
    assert not [call for call in newsroom.aws.calls if call.service == "dynamodb"]


def test_a_hub_that_denies_is_asked_again_later(newsroom: Subscribed) -> None:
    newsroom.hub.lease = 0
    subscribe(newsroom)
    (form,) = newsroom.hub.asked
    reason = {"hub.reason": "not here"}
    answer = newsroom.hub.verify(form["hub.callback"], form["hub.topic"], "denied", **reason)
    assert answer["statusCode"] == 200
    assert newsroom.subscription().refused == "denied: not here"
    newsroom.pull(30)
    assert len(newsroom.hub.asked) == 1
    newsroom.pull(31)
    assert len(newsroom.hub.asked) == 2


# --- subscribing --------------------------------------------------------------------------------


def test_a_subscription_is_renewed_before_it_ends_and_not_much_earlier(
    newsroom: Subscribed,
) -> None:
    subscribe(newsroom)
    for _ in range(3):
        newsroom.pull(DAY)
    assert len(newsroom.hub.asked) == 1
    newsroom.pull(DAY + 1)
    assert len(newsroom.hub.asked) == 2
    assert newsroom.hub.asked[0] == newsroom.hub.asked[1]
    assert newsroom.subscription().until == clock.now() + timedelta(days=5)


def test_a_hub_that_fails_is_asked_once_an_hour_and_the_feed_is_polled_as_ever(
    newsroom: Subscribed,
) -> None:
    newsroom.hub.status = 500
    subscribe(newsroom)
    assert newsroom.subscription().refused == "server-error: the server answered 500"
    for _ in range(11):
        newsroom.pull(6)
    assert len(newsroom.hub.asked) == 2
    assert len(newsroom.wire.asked) == 12
    assert newsroom.states() == {"top": "ok"}


@pytest.mark.parametrize(
    ("hub", "state"),
    [
        ("http://169.254.169.254/latest/meta-data/", "forbidden-address"),
        ("https://169.254.169.254/", "forbidden-address"),
        ("https://[fd00:ec2::254]/", "forbidden-address"),
        ("https://0x7f.1/", "forbidden-url"),
        ("https://user:password@hub.example/", "forbidden-url"),
        ("file:///etc/passwd", "forbidden-url"),
    ],
)
def test_a_hub_inside_is_not_asked(newsroom: Subscribed, hub: str, state: str) -> None:
    newsroom.serve(item(1), hub=hub)
    subscribe(newsroom)
    assert newsroom.subscription().refused.startswith(f"{state}: ")
    assert newsroom.states() == {"top": "ok"}
    assert newsroom.headlines() == ["Story 1"]


def test_a_hub_that_leads_inside_is_not_followed(newsroom: Subscribed) -> None:
    inside = Answer(307, headers={"Location": "http://169.254.169.254/"})
    newsroom.wire.documents["/hub"] = inside
    newsroom.serve(item(1), hub=f"{newsroom.wire.address}/hub")
    subscribe(newsroom)
    assert newsroom.subscription().refused.startswith("forbidden-address: ")


@pytest.mark.parametrize("moved", [False, True])
def test_a_hub_inside_is_asked_for_feeds_from_inside_only(
    newsroom: Subscribed, moved: bool
) -> None:
    subscribe(newsroom)
    row, kept = newsroom.feeds.get("top"), []
    outside = "https://ptn.example/top.xml"
    if moved:
        row = replace(row, state=replace(row.state, url=outside))
    else:
        row = replace(row, config=replace(row.config, url=outside))
    feeds = SimpleNamespace(subscribe=lambda row, known: kept.append(known) or row)
    subscriber = Subscriber(
        feeds, SimpleNamespace(bytes_of=str.encode), url="https://hub.example/", master="m"
    )
    counts = subscriber.subscribe(
        replace(row, subscription=None),
        row.state,
        fetcher(newsroom.table.settings().site),
        clock.now(),
        visit=lambda host: None,
    )
    assert counts == {"hubs_refused": 1}
    assert kept[-1].refused.startswith("forbidden-")
    assert len(newsroom.hub.asked) == 1


def test_a_feed_that_names_another_hub_each_time_makes_us_knock_once_an_hour(
    newsroom: Subscribed,
) -> None:
    subscribe(newsroom)
    for number in range(9):
        newsroom.serve(item(1), hub=f"{newsroom.hub.address}/{number}")
        newsroom.pull(6)
    assert len(newsroom.hub.asked) == 1


def test_a_hub_that_was_left_can_no_longer_sign(newsroom: Subscribed) -> None:
    subscribe(newsroom)
    left = newsroom.hub.asked[-1]["hub.secret"]
    newsroom.serve(item(1), hub=f"{newsroom.hub.address}/new")
    newsroom.pull(61)
    assert newsroom.hub.asked[-1]["hub.secret"] != left
    newsroom.hub.deliver(newsroom.document(item(2)), secret=left)
    assert newsroom.headlines() == ["Story 1"]
    newsroom.hub.deliver(newsroom.document(item(2)))
    assert sorted(newsroom.headlines()) == ["Story 1", "Story 2"]


def test_a_private_feed_is_not_told_to_any_hub(newsroom: Subscribed) -> None:
    make_private(newsroom)
    newsroom.pull()
    assert newsroom.headlines() == ["Story 1"]
    assert newsroom.hub.asked == []
    assert newsroom.subscription() is None


# --- polling meanwhile --------------------------------------------------------------------------


def test_a_feed_whose_hub_delivers_is_polled_four_times_slower(newsroom: Subscribed) -> None:
    subscribe(newsroom)
    assert 300 <= newsroom.due_in() <= 330  # not yet: no hub had promised anything
    newsroom.pull()
    newsroom.pull()
    assert newsroom.due_in() == 1200
    newsroom.aws.clock.advance(600)
    newsroom.hub.deliver(newsroom.document(item(2)))
    newsroom.serve(item(1), item(2))
    newsroom.pull(10)
    assert newsroom.due_in() == 1200


def test_a_hub_that_does_not_deliver_slows_nothing_down(newsroom: Subscribed) -> None:
    subscribe(newsroom)
    newsroom.pull()
    newsroom.serve(item(1), item(2))
    newsroom.pull(20)
    assert "Story 2" in newsroom.headlines()
    assert newsroom.due_in() <= 330


def test_polling_is_as_fast_as_before_once_a_subscription_has_ended(newsroom: Subscribed) -> None:
    newsroom.hub.lease = 3600
    subscribe(newsroom)
    newsroom.hub.status = 500
    newsroom.pull(59)
    newsroom.pull(60)
    assert newsroom.due_in() <= 330


def test_a_stack_without_websub_has_no_public_address_and_asks_no_hub(no_aws: None) -> None:
    with EmbeddedAWS(ROOT / "template.yaml", parameters={"WebSub": "off"}) as aws:
        assert aws.functions["IngestFunction"].environment["HUB_URL"] == ""
        assert "HubUrl" not in aws.stack.ids
        assert "HubUrlPermission" not in aws.stack.ids
