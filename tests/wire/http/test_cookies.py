"""Cookies live as long as their fetch, and go back to the host that set them alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.http.hostile import Behaviour, Exchange, Server, serving
from wireroom.errors import FetchError
from wireroom.wire.http import address
from wireroom.wire.http.cookies import PER_ANSWER, SENT, SIZE, Cookies
from wireroom.wire.http.credentials import Credentials
from wireroom.wire.http.fetch import Fetcher, Response

BODY = b"<rss><channel/></rss>"


def get(server: Server, path: str, secret: Credentials | None = None, *more: Server) -> Response:
    internal = frozenset().union(*(each.internal for each in (server, *more)))
    fetcher = Fetcher(agent="Wireroom", internal_hosts=internal)
    return fetcher.get(server.url(path), secret=secret or Credentials())


def sent(set_by: str, *texts: str, to: str) -> str:
    """The Cookie header for the address `to` after the answer of `set_by`."""
    cookies = Cookies()
    cookies.take(address.target(set_by), texts)
    return cookies.header(address.target(to))


def wall(back: str = "/feed", status: int = 302) -> Behaviour:
    """A feed for those who bring the cookie of /check, where all others are sent."""

    def behave(exchange: Exchange) -> None:
        if exchange.path == "/check":
            exchange.answer(status, Location=back, Set_Cookie="seen=1; Path=/; HttpOnly")
        elif "seen=1" in exchange.header("Cookie"):
            exchange.answer(body=BODY)
        else:
            exchange.answer(status, Location="/check")

    return behave


@pytest.mark.parametrize("status", [301, 302])
def test_a_feed_that_sets_a_cookie_redirects_and_comes_back_is_read(status: int) -> None:
    with serving(wall(status=status)) as server:
        response = get(server, "/feed")
    assert response.body == BODY
    assert response.url == server.url("/feed")


def test_a_feed_that_sets_a_cookie_and_leads_to_itself_is_read() -> None:
    def behave(exchange: Exchange) -> None:
        if exchange.header("Cookie") == "a=b":
            exchange.answer(body=BODY)
        else:
            exchange.answer(302, Location="/feed", Set_Cookie="a=b")

    with serving(behave) as server:
        assert get(server, "/feed").body == BODY


def test_no_cookie_outlives_its_fetch() -> None:
    with serving(wall()) as server:
        get(server, "/feed")
        get(server, "/feed")
        cookies = [exchange.header("Cookie") for exchange in server.requests]
    assert cookies == ["", "", "seen=1"] * 2


@pytest.mark.parametrize(
    ("changes", "state"), [(False, "redirect-loop"), (True, "redirects")], ids=["same", "new"]
)
def test_a_circle_is_a_circle_with_cookies_too(changes: bool, state: str) -> None:
    def behave(exchange: Exchange) -> None:
        value = len(server.requests) if changes else 1
        exchange.answer(302, Location="/feed", Set_Cookie=f"n={value}")

    with serving(behave) as server, pytest.raises(FetchError) as error:
        get(server, "/feed")
    assert error.value.state == state
    assert len(server.requests) <= 6


def test_no_cookie_goes_to_another_host_or_port() -> None:
    def leading(exchange: Exchange) -> None:
        exchange.answer(302, Location=other.url("/x"), Set_Cookie="a=b; Domain=127.0.0.1; Path=/")

    with serving(lambda exchange: exchange.answer(body=BODY)) as other, serving(leading) as server:
        assert get(server, "/", None, other).body == BODY
    assert "cookie" not in other.requests[0].request.lower()


def test_an_operators_own_cookie_is_sent_beside_the_servers() -> None:
    with serving(wall()) as server:
        get(server, "/feed", Credentials({"cookie": "subscriber=7"}))
        assert server.requests[-1].header("Cookie") == "subscriber=7; seen=1"
        assert server.requests[-1].request.lower().count("\r\ncookie:") == 1


@pytest.mark.parametrize(
    ("set_by", "to"),
    [
        ("https://wire.example/", "https://other.example/"),
        ("https://wire.example/", "https://www.wire.example/"),
        ("https://www.wire.example/", "https://wire.example/"),
        ("https://wire.example/", "http://wire.example/"),
    ],
)
@pytest.mark.parametrize("domain", ["", "; Domain=wire.example", "; Domain=.example"])
def test_a_cookie_goes_to_its_own_host_only_and_never_from_https_to_http(
    set_by: str, to: str, domain: str
) -> None:
    assert sent(set_by, f"a=b{domain}; Path=/", to=to) == ""
    assert sent(set_by, f"a=b{domain}; Path=/", to=set_by) == "a=b"


@pytest.mark.parametrize(
    ("text", "to", "header"),
    [
        ("a=b", "http://wire.example/x", "a=b"),
        ("a=b", "https://wire.example/x", "a=b"),
        ("a=b; Secure", "http://wire.example/x", ""),
        ("a=b; Secure", "https://wire.example/x", "a=b"),
        ("a=b; Path=/x", "http://wire.example/x/y", "a=b"),
        ("a=b; Path=/x", "http://wire.example/y", ""),
        ("a=b; Max-Age=0", "http://wire.example/x", ""),
        ("a=b; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "http://wire.example/x", ""),
        ("a=b\r\n X-Evil: 1", "http://wire.example/x", ""),
        ("a=\xff", "http://wire.example/x", ""),
        ("", "http://wire.example/x", ""),
    ],
)
def test_a_cookie_says_where_and_how_long_it_is_good(text: str, to: str, header: str) -> None:
    assert sent("http://wire.example/x", text, to=to) == header


def test_there_is_a_bound_on_what_a_server_can_have_us_carry() -> None:
    home = "http://wire.example/"
    assert sent(home, "a=" + "x" * SIZE, to=home) == ""
    many = [f"n{n}={n}" for n in range(1000)]
    assert len(sent(home, *many, to=home).split("; ")) == PER_ANSWER
    large = [f"n{n}={'x' * (SIZE - 10)}" for n in range(SENT // SIZE + 1)]
    assert sent(home, *large, to=home) == ""


@given(st.lists(st.text(max_size=60), max_size=5))
def test_whatever_a_server_sets_is_a_header_that_can_be_sent(texts: list[str]) -> None:
    header = sent("http://wire.example/", *texts, to="http://wire.example/")
    assert header == "" or (header.isascii() and header.isprintable())
