"""An answer that is not the feed → a FetchError that says why.

    unauthorized (401), forbidden (403), not-found (404), gone (410), too-many (429),
    server-error (5xx), http (any other status),
    bot-challenge: a page that only a browser can pass, whatever its status

A challenge is recognised by a header that its maker documents, or by something that only challenge
pages contain, such as the address of their script. A plain refusal by the same service is none, as
a browser would be refused, too.
"""

from __future__ import annotations

import re

from wireroom.errors import FetchError
from wireroom.wire.http import headers as headers_of
from wireroom.wire.http.exchange import CHALLENGING, Answer

_STATES = {
    401: "unauthorized",
    403: "forbidden",
    404: "not-found",
    410: "gone",
    429: "too-many",
}
# (maker, header, value).
# https://developers.cloudflare.com/cloudflare-challenges/challenge-types/challenge-pages/detect-response/
# https://docs.aws.amazon.com/waf/latest/APIReference/API_ChallengeAction.html
_HEADERS = (
    ("Cloudflare", "cf-mitigated", "challenge"),
    ("AWS WAF", "x-amzn-waf-action", "challenge"),
    ("AWS WAF", "x-amzn-waf-action", "captcha"),
)
# What only challenge pages contain. Cloudflare's: pages from before it had the header.
_PAGES = (
    ("Cloudflare", re.compile(rb"/cdn-cgi/challenge-platform/|<title>Just a moment\.\.\.</title>")),
    ("Akamai", re.compile(rb"/_sec/cp_challenge/|sec-cp-challenge")),
    (
        "DataDome",
        re.compile(rb"https?://(?:geo|ct|i)\.captcha-delivery\.com/|captcha-delivery\.com/c\.js"),
    ),
    ("Imperva", re.compile(rb"/_Incapsula_Resource\?")),
)


def refused(answer: Answer) -> FetchError:
    """The error for `answer`, which is not the feed. `retry_after` is set on 429 and 503."""
    status = answer.status
    wait = headers_of.retry_after(answer.headers) if status in (429, 503) else None
    if maker := challenger(answer):
        reason = (
            f"the server answered {status} with a bot challenge of {maker}, which only a browser"
            " can pass: ask the publisher to let Wireroom's User-Agent through to the feed"
        )
        return FetchError("bot-challenge", reason, retry_after=wait)
    state = _STATES.get(status) or ("server-error" if 500 <= status <= 599 else "http")
    return FetchError(state, f"the server answered {status}", retry_after=wait)


def challenger(answer: Answer) -> str:
    """The maker of the bot challenge that `answer` is; "" if it is none."""
    for maker, name, value in _HEADERS:
        if answer.headers.get(name, "").strip().lower() == value:
            return maker
    if answer.status in CHALLENGING:
        for maker, page in _PAGES:
            if page.search(answer.body):
                return maker
    return ""
