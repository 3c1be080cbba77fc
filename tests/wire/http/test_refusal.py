"""A page that wants a browser is named as such, and nothing else is."""

from __future__ import annotations

import gzip

import pytest

from tests.wire.http.hostile import Exchange, serving
from wireroom.errors import FetchError
from wireroom.wire.http.exchange import Limits, Network
from wireroom.wire.http.fetch import Fetcher

MOMENT = b"<!doctype html><html><head><title>Just a moment...</title></head><body>"


def refusal(status: int, body: bytes = b"", **headers: str) -> FetchError:
    with (
        serving(lambda exchange: exchange.answer(status, body, **headers)) as server,
        pytest.raises(FetchError) as error,
    ):
        Fetcher(agent="Wireroom", internal_hosts=server.internal).get(server.url())
    return error.value


@pytest.mark.parametrize(
    ("status", "maker", "body", "headers"),
    [
        (403, "Cloudflare", b"", {"cf_mitigated": "challenge"}),
        (429, "Cloudflare", b"", {"CF_Mitigated": "Challenge"}),
        (200, "Cloudflare", MOMENT, {"cf_mitigated": "challenge"}),
        (403, "Cloudflare", MOMENT, {}),
        (503, "Cloudflare", b"<script src='/cdn-cgi/challenge-platform/h/b/x'>", {}),
        (202, "AWS WAF", b"", {"x_amzn_waf_action": "challenge"}),
        (405, "AWS WAF", b"", {"x_amzn_waf_action": "captcha"}),
        (428, "Akamai", b'{"sec-cp-challenge": "true"}', {}),
        (403, "Akamai", b'<iframe src="/_sec/cp_challenge/crypto_message-4-3.htm">', {}),
        (403, "DataDome", b'<script src="https://ct.captcha-delivery.com/c.js">', {}),
        (403, "Imperva", b'<iframe src="/_Incapsula_Resource?CWUDNSAI=9">', {}),
    ],
)
def test_a_bot_challenge_is_named_with_its_maker(
    status: int, maker: str, body: bytes, headers: dict[str, str]
) -> None:
    error = refusal(status, body, **headers)
    assert error.state == "bot-challenge"
    assert f"the server answered {status} with a bot challenge of {maker}" in str(error)
    assert "User-Agent" in str(error)


def test_a_challenge_that_is_packed_is_named_and_its_retry_after_kept() -> None:
    error = refusal(503, gzip.compress(MOMENT), Content_Encoding="gzip", Retry_After="7")
    assert (error.state, error.retry_after) == ("bot-challenge", 7)


@pytest.mark.parametrize(
    ("status", "state", "body", "headers"),
    [
        (403, "forbidden", b"<h1>Access Denied</h1>", {"Server": "AkamaiGHost"}),
        (403, "forbidden", b"<p>Just a moment...</p>", {"Server": "cloudflare"}),
        (403, "forbidden", b"", {"cf_mitigated": "block"}),
        (403, "forbidden", b"", {"X_DataDome": "protected"}),
        (403, "forbidden", MOMENT, {"Content_Encoding": "gzip"}),
        (403, "forbidden", gzip.compress(b"\0" * (50 << 20)), {"Content_Encoding": "gzip"}),
        (404, "not-found", MOMENT, {}),
        (429, "too-many", b"slow down", {}),
    ],
)
def test_a_plain_refusal_is_no_challenge(
    status: int, state: str, body: bytes, headers: dict[str, str]
) -> None:
    assert refusal(status, body, **headers).state == state


def test_a_refusal_whose_page_does_not_come_is_still_that_refusal() -> None:
    def drip(exchange: Exchange) -> None:
        exchange.send(b"HTTP/1.1 403 No\r\nContent-Length: 500\r\n\r\n")
        exchange.drip(b"x", 500)

    network = Network(limits=Limits(total=3))
    with serving(drip) as server, pytest.raises(FetchError) as error:
        Fetcher(agent="Wireroom", internal_hosts=server.internal, network=network).get(server.url())
    assert error.value.state == "forbidden"


def test_a_story_about_challenges_is_read() -> None:
    body = b"<rss><channel><title>Just a moment...</title></channel></rss>"
    with serving(lambda exchange: exchange.answer(body=body)) as server:
        found = Fetcher(agent="Wireroom", internal_hosts=server.internal).get(server.url())
    assert found.body == body
