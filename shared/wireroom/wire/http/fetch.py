"""The HTTP client: an address → a Response, or a FetchError that names the state.

    url ─► target ─► exchange ─► answer ─┬─► Response
            ▲ address.py │ exchange.py   └─► FetchError      refusal.py
            │            │   (connection.py, unpack.py)
            └─ redirect ◄┘ cookies.py

States of FetchError that start here or below, beside those of a status (refusal.py):
    forbidden-url, forbidden-address, dns, connect, tls, timeout, protocol,
    too-large, bomb, truncated, encoding, redirect-loop, redirects,
    moved (a private feed, for good, to a host that may not see its secret)
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlencode

from msgspec import Struct

from wireroom.errors import FetchError
from wireroom.wire.http import address, unpack
from wireroom.wire.http import headers as headers_of
from wireroom.wire.http.address import Target
from wireroom.wire.http.cookies import Cookies
from wireroom.wire.http.credentials import NONE, Credentials
from wireroom.wire.http.exchange import Limits, Network, asked
from wireroom.wire.http.refusal import challenger, refused

ACCEPT = "application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.5"
REDIRECTS = (301, 302, 303, 307, 308)
PERMANENT = (301, 308)
_NO_HEADERS: Mapping[str, str] = {}


class Response(Struct, frozen=True, kw_only=True):
    """An answer: `status` is 200, or 304 with an empty body.

    `url`: the address that answered. `moved_to`: the address to which the permanent redirects (301,
    308) before any other led, or "". `body`: decompressed. `content_type`: without parameters.
    `charset`: the one in Content-Type, or "". `max_age`: seconds for which the answer is fresh,
    from Cache-Control or Expires. `elapsed`: seconds for the whole fetch. `redirects`: (status, URL
    to which it led). `links`: (rel, absolute URL) of the Link headers, for WebSub.
    """

    status: int
    url: str
    moved_to: str = ""
    body: bytes = b""
    etag: str = ""
    last_modified: str = ""
    content_type: str = ""
    charset: str = ""
    max_age: int | None = None
    elapsed: float = 0.0
    redirects: tuple[tuple[int, str], ...] = ()
    links: tuple[tuple[str, str], ...] = ()


class Fetcher(Struct, frozen=True, kw_only=True):
    """The client's settings.

    `agent`: the User-Agent, with a contact address. `internal_hosts`: each a `host` or `host:port`
    whose address may be private. Only a feed on such a host may lead to them.
    """

    agent: str
    internal_hosts: frozenset[str] = frozenset()
    network: Network = Network()

    def get(
        self,
        url: str,
        *,
        origin: str = "",
        etag: str = "",
        last_modified: str = "",
        secret: Credentials = NONE,
        accept: str = ACCEPT,
        visit: Callable[[str], None] = lambda host: None,
    ) -> Response:
        """GET `url`, following redirects. Raises FetchError with the states above (`retry_after` on
        429 and 503), and what `visit` raises.

        `origin`: the feed's address in the settings, if `url` is the address to which it has moved
        since, or one that the feed names. `accept`: the header. `secret` is sent to that origin
        only, and not along a redirect to another. `visit` is called with each host before it is
        asked.
        """
        started = time.monotonic()
        budget = self.network.budget()
        ask = {"User-Agent": self.agent, "Accept": accept, "Accept-Encoding": unpack.ACCEPTED}
        if etag:
            ask["If-None-Match"] = etag
        if last_modified:
            ask["If-Modified-Since"] = last_modified
        first = address.target(origin or url, self.internal_hosts)
        here = address.redirected(first, url, self.internal_hosts) if origin else first
        redirects: list[tuple[int, str]] = []
        cookies, seen = Cookies(), set()
        while True:
            own = _same_publisher(first, here)
            for_good = all(status in PERMANENT for status, _ in redirects)
            if for_good and not own and (secret.headers or secret.query):
                raise FetchError(
                    "moved", f"permanently to {here.netloc}, which must not see the secret"
                )
            hop = secret.shown_to(here) if own else secret.hidden_from(here)
            cookie = cookies.header(hop)
            # The same address is requested again only if a cookie has been set since.
            if (asking := (secret.hidden_from(here).url, cookie)) in seen:
                raise FetchError("redirect-loop", "the server redirects in a circle")
            if len(redirects) > self.network.limits.redirects:
                raise _too_far(self.network.limits)
            seen.add(asking)
            visit(here.host)
            headers = _with_cookie({**ask, **secret.headers} if own else ask, cookie)
            answer = asked(hop, self.network, budget, headers=headers)
            cookies.take(hop, answer.cookies)
            if answer.status not in REDIRECTS:
                break
            if not answer.location:
                raise FetchError("http", f"the server answered {answer.status} without a Location")
            here = address.redirected(hop, answer.location, self.internal_hosts)
            redirects.append((answer.status, secret.hidden_from(here).url))
        conditional = bool(etag or last_modified)
        good = answer.status == 200 or (answer.status == 304 and conditional)
        if not good or challenger(answer):
            raise refused(answer)
        got = answer.headers
        media, _, parameters = got.get("Content-Type", "").partition(";")
        return Response(
            status=answer.status,
            url=secret.hidden_from(here).url,
            moved_to=_permanent(redirects),
            body=answer.body,
            etag=got.get("ETag", "")[:1024],
            last_modified=got.get("Last-Modified", "")[:128],
            content_type=media.strip().lower()[:128],
            charset=headers_of.charset(parameters),
            max_age=headers_of.max_age(got),
            elapsed=time.monotonic() - started,
            redirects=tuple(redirects),
            links=headers_of.links(got, here, self.internal_hosts),
        )

    def post(self, url: str, form: Mapping[str, str | Sequence[str]]) -> int:
        """POST `form`, whose fields may have several values, to `url`; gives the status, a 2xx.
        Raises FetchError as `get` does.

        The form may contain a secret, so it is sent over plain http to internal hosts only: any
        other `http` address is asked over https. 307 and 308 are followed, with the same checks at
        each hop.
        """
        budget = self.network.budget()
        headers = self._form_headers("*/*")
        body = urlencode(form, doseq=True).encode()
        here = _encrypted(address.target(url, self.internal_hosts), self.internal_hosts)
        for _ in range(self.network.limits.redirects + 1):
            answer = asked(here, self.network, budget, method="POST", body=body, headers=headers)
            if answer.status not in (307, 308) or not answer.location:
                if 200 <= answer.status <= 299:
                    return answer.status
                raise refused(answer)
            led = address.redirected(here, answer.location, self.internal_hosts)
            here = _encrypted(led, self.internal_hosts)
        raise _too_far(self.network.limits)

    def call(
        self, url: str, form: Mapping[str, str], *, headers: Mapping[str, str] = _NO_HEADERS
    ) -> tuple[int, bytes]:
        """(status, body) of the answer to `form`, POSTed to `url` as `post` does, but without
        following a redirect: what is sent may be seen by `url` alone. The body of any status but
        200 is empty. Raises FetchError."""
        here = _encrypted(address.target(url, self.internal_hosts), self.internal_hosts)
        answer = asked(
            here,
            self.network,
            self.network.budget(),
            method="POST",
            body=urlencode(form).encode(),
            headers={**self._form_headers("application/json"), **headers},
        )
        return answer.status, answer.body if answer.status == 200 else b""

    def _form_headers(self, accept: str) -> dict[str, str]:
        return {
            "User-Agent": self.agent,
            "Accept": accept,
            "Content-Type": "application/x-www-form-urlencoded",
        }


def _with_cookie(headers: Mapping[str, str], cookie: str) -> Mapping[str, str]:
    """`headers` with `cookie`. The feed's own secret may be a Cookie header, too: then both are in
    one."""
    if not cookie:
        return headers
    own = [value for name, value in headers.items() if name.lower() == "cookie"]
    rest = {name: value for name, value in headers.items() if name.lower() != "cookie"}
    return {**rest, "Cookie": "; ".join([*own, cookie])}


def _too_far(limits: Limits) -> FetchError:
    return FetchError("redirects", f"more than {limits.redirects} redirects")


def _encrypted(found: Target, internal_hosts: frozenset[str]) -> Target:
    if found.scheme == "https" or found.internal:
        return found
    return address.target(f"https{found.url.removeprefix('http')}", internal_hosts)


def _same_publisher(first: Target, here: Target) -> bool:
    """Whether `here` may see the secret: the same origin, or the same host by https instead of
    http."""
    if here.origin == first.origin:
        return True
    upgraded = (first.scheme, first.port, here.scheme, here.port) == ("http", 80, "https", 443)
    return upgraded and first.host == here.host


def _permanent(redirects: list[tuple[int, str]]) -> str:
    led = ""
    for status, url in redirects:
        if status not in PERMANENT:
            break
        led = url
    return led
