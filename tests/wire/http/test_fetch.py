"""Fetching from servers that mean harm, and being polite to those that do not."""

from __future__ import annotations

import gzip
import socket
import ssl
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import brotli
import pytest
import zstandard

from tests.wire.http.hostile import Behaviour, Exchange, Server, certificate, serving
from wireroom import clock
from wireroom.errors import FetchError
from wireroom.wire.http import connection
from wireroom.wire.http.credentials import Credentials
from wireroom.wire.http.exchange import Limits, Network
from wireroom.wire.http.fetch import Fetcher, Response

AGENT = "Wireroom/0.1 (+https://paper.example; desk@paper.example)"
BODY = b"<rss><channel/></rss>"
# What answers is waited for, however busy the machine is; what does not is given up soon.
PATIENT = Limits(connect=60, idle=60, total=120, wire=100_000, decoded=200_000)
SHORT = Limits(connect=2, idle=0.2, total=0.4)


def fetch(
    url: str,
    *,
    agent: str,
    internal_hosts: frozenset[str] = frozenset(),
    headers: dict[str, str] | None = None,
    query: dict[str, str] | None = None,
    limits: Limits = PATIENT,
    resolver: Callable[..., Any] = socket.getaddrinfo,
    context: ssl.SSLContext | None = None,
    **more: Any,
) -> Response:
    network = Network(limits=limits, resolver=resolver, context=context)
    fetcher = Fetcher(agent=agent, internal_hosts=internal_hosts, network=network)
    return fetcher.get(url, secret=Credentials(headers or {}, query or {}), **more)


def get(server: Server, path: str = "/", **more: Any) -> Response:
    options = {"agent": AGENT, "internal_hosts": server.internal, "limits": PATIENT} | more
    return fetch(server.url(path), **options)


def refused(behave: Behaviour, **more: Any) -> FetchError:
    with serving(behave) as server, pytest.raises(FetchError) as error:
        get(server, **more)
    return error.value


def named(addresses: dict[str, str]) -> Callable[..., list[tuple[Any, ...]]]:
    """A resolver that knows `addresses`, and counts in `asked` what it is asked."""

    def resolver(host: str, port: int, **_kind: Any) -> list[tuple[Any, ...]]:
        asked.append(host)
        if host not in addresses:
            raise socket.gaierror
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (addresses[host], port))]

    asked: list[str] = []
    resolver.asked = asked  # type: ignore[attr-defined]
    return resolver


# --- polite -------------------------------------------------------------------------------------


def test_a_feed_is_fetched_with_its_validators_and_freshness() -> None:
    def behave(exchange: Exchange) -> None:
        exchange.answer(
            body=BODY,
            Content_Type="Application/RSS+XML; charset=UTF-8",
            ETag='W/"1"',
            Last_Modified="Tue, 10 Feb 2026 10:00:00 GMT",
            Cache_Control="public, max-age=900",
            Age="100",
            Link='<https://hub.example/>; rel="hub", </self>; rel=self, <x>; rel=next',
        )

    with serving(behave) as server:
        response = get(server)
    assert response.status == 200
    assert response.body == BODY
    assert (response.etag, response.last_modified) == ('W/"1"', "Tue, 10 Feb 2026 10:00:00 GMT")
    assert (response.content_type, response.charset) == ("application/rss+xml", "utf-8")
    assert response.max_age == 800
    assert response.links == (("hub", "https://hub.example/"), ("self", server.url("/self")))
    assert response.elapsed > 0
    assert (response.url, response.moved_to, response.redirects) == (server.url(), "", ())


def test_a_request_says_who_asks_and_what_it_has() -> None:
    with serving(lambda exchange: exchange.answer(304)) as server:
        response = get(server, "/f?a=1&b=ü", etag='"x"', last_modified="then")
        (seen,) = server.requests
    assert (response.status, response.body) == (304, b"")
    assert seen.path == "/f?a=1&b=%C3%BC"
    assert seen.header("User-Agent") == AGENT
    assert seen.header("Accept-Encoding") == "gzip, deflate, br, zstd"
    assert (seen.header("If-None-Match"), seen.header("If-Modified-Since")) == ('"x"', "then")
    assert seen.header("Host") == f"127.0.0.1:{server.port}"


def test_a_304_that_was_not_asked_for_is_an_error() -> None:
    assert refused(lambda exchange: exchange.answer(304)).state == "http"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Cache_Control": "max-age=60"}, 60),
        ({"Cache_Control": 'max-age="60"'}, 60),
        ({"Cache_Control": "no-cache, max-age=60"}, None),
        ({"Cache_Control": "max-age=-1"}, None),
        ({"Cache_Control": "max-age=60", "Age": "90"}, 0),
        (
            {"Date": "Tue, 10 Feb 2026 10:00:00 GMT", "Expires": "Tue, 10 Feb 2026 10:05:00 GMT"},
            300,
        ),
        ({"Expires": "0"}, None),
        ({"Expires": "Tue, 10 Feb 1999 10:00:00 GMT"}, 0),
        ({}, None),
    ],
)
def test_freshness_is_read_from_either_header(headers: dict[str, str], seconds: int | None) -> None:
    with serving(lambda exchange: exchange.answer(body=BODY, **headers)) as server:
        assert get(server).max_age == seconds


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (401, "unauthorized"),
        (403, "forbidden"),
        (404, "not-found"),
        (410, "gone"),
        (429, "too-many"),
        (500, "server-error"),
        (503, "server-error"),
        (204, "http"),
        (206, "http"),
        (418, "http"),
        (302, "http"),
    ],
)
def test_each_refusal_has_its_state(status: int, state: str) -> None:
    error = refused(lambda exchange: exchange.answer(status, Retry_After="7"))
    assert error.state == state
    assert error.retry_after == (7 if status in (429, 503) else None)


def test_retry_after_may_be_a_date(monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime(2026, 2, 10, 10, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: now)
    later = format_datetime(now + timedelta(minutes=5), usegmt=True)
    assert refused(lambda exchange: exchange.answer(429, Retry_After=later)).retry_after == 300
    earlier = format_datetime(now - timedelta(minutes=5), usegmt=True)
    assert refused(lambda exchange: exchange.answer(503, Retry_After=earlier)).retry_after == 0
    assert refused(lambda exchange: exchange.answer(503, Retry_After="soon")).retry_after is None


# --- packings -----------------------------------------------------------------------------------


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": lambda data: brotli.compress(data, quality=4),
    "zstd": zstandard.compress,
}
TEXT = b"".join(b"<item>%d</item>" % n for n in range(5000))


@pytest.mark.parametrize("name", PACKERS)
def test_what_is_packed_is_unpacked(name: str) -> None:
    packed = PACKERS[name](TEXT)
    with serving(lambda exchange: exchange.answer(body=packed, Content_Encoding=name)) as server:
        assert get(server).body == TEXT


@pytest.mark.parametrize(
    ("names", "packed"),
    ids=["raw-deflate", "two-layers", "x-gzip", "two-members", "padding", "two-frames"],
    argvalues=[
        ("deflate", raw_deflate(TEXT)),
        ("gzip, br", brotli.compress(gzip.compress(TEXT))),
        ("x-gzip, identity", gzip.compress(TEXT)),
        ("gzip", gzip.compress(TEXT[:1000]) + gzip.compress(TEXT[1000:])),
        ("gzip", gzip.compress(TEXT) + b"\0\0\0"),
        ("zstd", zstandard.compress(TEXT[:1000]) + zstandard.compress(TEXT[1000:])),
    ],
)
def test_the_odd_packings_of_real_servers_are_understood(names: str, packed: bytes) -> None:
    with serving(lambda exchange: exchange.answer(body=packed, Content_Encoding=names)) as server:
        assert get(server).body == TEXT


@pytest.mark.parametrize("names", ["aws-chunked", "UTF-8", "none", "binary", "8bit, x y", '""'])
def test_a_name_that_is_no_coding_says_nothing_of_the_answer(names: str) -> None:
    plain = serving(lambda exchange: exchange.answer(body=TEXT, Content_Encoding=names))
    with plain as server:
        assert get(server).body == TEXT


@pytest.mark.parametrize(
    "names", ["gzip, aws-chunked", "aws-chunked,gzip", "UTF-8, GZIP, none", 'gzip;q=1, "binary"']
)
def test_what_is_packed_is_unpacked_whatever_stands_beside_its_coding(names: str) -> None:
    packed = gzip.compress(TEXT)
    with serving(lambda exchange: exchange.answer(body=packed, Content_Encoding=names)) as server:
        assert get(server).body == TEXT


@pytest.mark.parametrize("name", PACKERS)
@pytest.mark.parametrize("keep", [0.3, 0.9, -1])
def test_packed_data_that_ends_early_is_never_a_whole_answer(name: str, keep: float) -> None:
    packed = PACKERS[name](TEXT)
    cut = packed[: int(len(packed) * keep) if keep > 0 else int(keep)]
    error = refused(lambda exchange: exchange.answer(body=cut, Content_Encoding=name))
    assert error.state == "truncated"


@pytest.mark.parametrize("name", PACKERS)
def test_a_bomb_is_stopped(name: str) -> None:
    bomb = PACKERS[name](b"\0" * (50 << 20))
    error = refused(
        lambda exchange: exchange.answer(body=bomb, Content_Encoding=name),
        limits=Limits(idle=60, total=120, wire=1 << 20, decoded=20 << 20),
    )
    assert error.state == "bomb"


@pytest.mark.parametrize("names", ["gzip, gzip", "gzip, aws-chunked, gzip, none"])
def test_a_bomb_within_a_bomb_is_stopped(names: str) -> None:
    bomb = gzip.compress(gzip.compress(b"\0" * (50 << 20)))
    assert (
        refused(
            lambda exchange: exchange.answer(body=bomb, Content_Encoding=names),
            limits=Limits(idle=60, total=120, decoded=20 << 20),
        ).state
        == "bomb"
    )


def test_packed_text_that_is_only_too_much_is_too_large() -> None:
    packed = zlib.compress(TEXT * 10)
    error = refused(lambda exchange: exchange.answer(body=packed, Content_Encoding="deflate"))
    assert error.state == "too-large"


@pytest.mark.parametrize(
    ("names", "body"),
    ids=[
        "gzip",
        "deflate",
        "br",
        "zstd",
        "not-undone",
        "noise",
        "three-layers",
        "members",
        "frames",
    ],
    argvalues=[
        ("gzip", BODY),
        ("deflate", BODY),
        ("br", BODY),
        ("zstd", BODY),
        ("compress", BODY),
        ("UTF-8, gzip, aws-chunked", BODY),
        ("gzip, gzip, gzip", gzip.compress(gzip.compress(gzip.compress(BODY)))),
        ("gzip", gzip.compress(b"") * 2000),
        ("zstd", zstandard.compress(b"") * 2000),
    ],
)
def test_a_packing_that_is_a_lie_is_named(names: str, body: bytes) -> None:
    error = refused(lambda exchange: exchange.answer(body=body, Content_Encoding=names))
    assert error.state == "encoding"


# --- hostile ------------------------------------------------------------------------------------


def headers_without_end(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 200 OK\r\n")
    exchange.drip(b"X: y\r\n", 500)


def a_header_byte_by_byte(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 200 OK\r\nX: ")
    exchange.drip(b"x", 500)


def a_body_byte_by_byte(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")
    exchange.drip(b"x", 500)


def chunks_byte_by_byte(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    exchange.drip(b"1\r\nx\r\n", 500)


def hints_without_end(exchange: Exchange) -> None:
    exchange.drip(b"HTTP/1.1 100 Continue\r\n\r\n", 500)


def silence(exchange: Exchange) -> None:
    exchange.stopped.wait(10)


def silence_after_the_headers(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
    exchange.stopped.wait(10)


@pytest.mark.parametrize(
    "behave",
    [
        a_header_byte_by_byte,
        a_body_byte_by_byte,
        chunks_byte_by_byte,
        hints_without_end,
        silence,
        silence_after_the_headers,
    ],
)
def test_a_server_that_takes_its_time_is_left(behave: Behaviour) -> None:
    assert refused(behave, limits=SHORT).state == "timeout"


def test_headers_without_end_are_refused() -> None:
    error = refused(headers_without_end)
    assert error.state == "protocol"


def endless(start: bytes, piece: bytes) -> Behaviour:
    def behave(exchange: Exchange) -> None:
        exchange.send(start)
        while not exchange.stopped.is_set():
            exchange.send(piece)

    return behave


@pytest.mark.parametrize(
    "behave",
    [
        endless(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536),
        endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"5\r\nabcde\r\n" * 9000),
        endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n" * 9000),
        endless(b"", b"HTTP/1.1 100 Wait\r\n\r\n" * 3000),
        endless(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", b"x" * 100),
        endless(b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 500 + b"\r\n\r\n", b"x" * 100),
    ],
)
def test_an_answer_without_end_is_too_large(behave: Behaviour) -> None:
    assert refused(behave).state == "too-large"


def saying(data: bytes) -> Behaviour:
    return lambda exchange: exchange.send(data)


@pytest.mark.parametrize(
    ("data", "state"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n<rss>", "truncated"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<rs", "truncated"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\n", "truncated"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n<rss>", "truncated"),
        (b"", "connect"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "protocol"),
        (b"HTTP/1.1 999999 OK\r\n\r\n", "protocol"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n", "protocol"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n", "protocol"),
    ],
)
def test_an_answer_that_is_not_whole_or_not_http_is_named(data: bytes, state: str) -> None:
    assert refused(saying(data)).state == state


def test_a_length_that_is_too_small_cuts_the_answer_and_nothing_else() -> None:
    with serving(lambda exchange: exchange.answer(body=BODY + BODY, Content_Length="21")) as server:
        assert get(server).body == BODY


def test_a_port_where_nobody_listens_is_named() -> None:
    with serving(silence) as server:
        pass
    with pytest.raises(FetchError) as error:
        get(server)
    assert error.value.state == "connect"


# --- redirects ----------------------------------------------------------------------------------


def redirecting(*answers: tuple[int, str]) -> Behaviour:
    """/0 → the first answer's location, /1 → the second's …; whatever else is the feed."""

    def behave(exchange: Exchange) -> None:
        name = exchange.path[1:].partition("?")[0]
        if name.isdecimal() and int(name) < len(answers):
            status, location = answers[int(name)]
            exchange.answer(status, Location=location)
        else:
            exchange.answer(body=BODY)

    return behave


@pytest.mark.parametrize(
    ("statuses", "moved"),
    [
        ((301,), "/1"),
        ((308, 301), "/2"),
        ((302,), ""),
        ((303, 301), ""),
        ((301, 307), "/1"),
    ],
)
def test_only_permanent_redirects_move_a_feed(statuses: tuple[int, ...], moved: str) -> None:
    answers = [(status, f"/{n + 1}") for n, status in enumerate(statuses)]
    with serving(redirecting(*answers)) as server:
        response = get(server, "/0")
        assert response.body == BODY
        assert response.moved_to == (server.url(moved) if moved else "")
        assert response.redirects == tuple((status, server.url(to)) for status, to in answers)


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        ([(302, "/0")], "redirect-loop"),
        ([(302, "/1"), (301, "/2"), (307, "/0")], "redirect-loop"),
        ([(302, f"/{n + 1}") for n in range(6)], "redirects"),
        ([(302, "ftp://x.example/")], "forbidden-url"),
        ([(302, "file:///etc/passwd")], "forbidden-url"),
        ([(302, "http://x.example\\@y.example/")], "forbidden-url"),
        ([(302, "http://user:pw@x.example/")], "forbidden-url"),
        ([(302, "http://x.example:22/")], "forbidden-url"),
        ([(302, "http://0x7f.1/")], "forbidden-url"),
        ([(302, "http://169.254.169.254/latest/meta-data/")], "forbidden-address"),
        ([(302, "http://[fd00:ec2::254]/")], "forbidden-address"),
        ([(302, "http://[::ffff:127.0.0.1]/")], "forbidden-address"),
        ([(302, "http://127.0.0.1/")], "forbidden-address"),
        ([(302, "http://localhost/")], "forbidden-address"),
    ],
)
def test_a_redirect_that_leads_nowhere_good_is_refused(
    answers: list[tuple[int, str]], state: str
) -> None:
    with serving(redirecting(*answers)) as server, pytest.raises(FetchError) as error:
        get(server, "/0")
    assert error.value.state == state


def test_five_redirects_are_followed() -> None:
    with serving(redirecting(*[(302, f"/{n + 1}") for n in range(5)])) as server:
        assert get(server, "/0").url == server.url("/5")


def test_a_redirect_in_utf_8_with_a_space_is_followed() -> None:
    location = "/हिन्दी feed".encode().decode("latin-1")
    with serving(redirecting((302, location))) as server:
        get(server, "/0")
        assert server.requests[-1].path == (
            "/%E0%A4%B9%E0%A4%BF%E0%A4%A8%E0%A5%8D%E0%A4%A6%E0%A5%80%20feed"
        )


# --- addresses ----------------------------------------------------------------------------------


def test_a_host_is_resolved_once_and_connected_to_by_that_address() -> None:
    answers = ["127.0.0.1", "127.0.0.2"]

    def rebinding(_host: str, port: int, **_kind: Any) -> list[tuple[Any, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answers.pop(0), port))]

    with serving(lambda exchange: exchange.answer(body=BODY)) as server:
        url = server.url("/feed", "wire.example")
        response = fetch(
            url,
            agent=AGENT,
            internal_hosts=frozenset({"wire.example"}),
            resolver=rebinding,
        )
        assert server.requests[0].header("Host") == f"wire.example:{server.port}"
    assert (response.url, answers) == (url, ["127.0.0.2"])


def test_one_address_that_is_not_public_is_enough_to_refuse() -> None:
    def resolver(_host: str, port: int, **_kind: Any) -> list[tuple[Any, ...]]:
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in ("93.184.215.14", "127.0.0.1")
        ]

    with pytest.raises(FetchError) as error:
        fetch("http://rebind.example/", agent=AGENT, resolver=resolver)
    assert error.value.state == "forbidden-address"


def test_an_internal_host_does_not_vouch_for_where_it_redirects() -> None:
    resolver = named({"in.example": "127.0.0.1", "out.example": "127.0.0.1"})
    with serving(redirecting((302, "http://out.example/"))) as server:
        with pytest.raises(FetchError) as error:
            fetch(
                server.url("/0", "in.example"),
                agent=AGENT,
                internal_hosts=frozenset({f"in.example:{server.port}"}),
                resolver=resolver,
            )
        assert len(server.requests) == 1
    assert error.value.state == "forbidden-address"


@pytest.mark.parametrize("origin", ["", "http://out.example/feed"])
def test_internal_hosts_are_open_to_feeds_of_such_a_host_only(
    origin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    public = "93.184.215.14"
    resolver = named({"out.example": public, "127.0.0.1": "127.0.0.1"})

    def connected(addresses: connection.Addresses, budget: connection.Budget) -> socket.socket:
        here = [
            (family, outside if address[0] == public else address) for family, address in addresses
        ]
        return original(here, budget)

    original = connection.connected
    monkeypatch.setattr(connection, "connected", connected)
    with serving(lambda exchange: exchange.answer(body=BODY)) as inside:
        links = f"<{inside.url('/hub')}>; rel=hub, <http://127.0.0.1/>; rel=self"
        answers = [(302, {"Location": inside.url()}), (200, {"Link": links})]
        with serving(lambda seen: seen.answer(answers[0][0], **answers.pop(0)[1])) as server:
            outside = ("127.0.0.1", server.port)
            for url in ("http://out.example/feed", *([inside.url()] if origin else [])):
                with pytest.raises(FetchError) as error:
                    fetch(
                        url,
                        agent=AGENT,
                        origin=origin,
                        internal_hosts=inside.internal,
                        resolver=resolver,
                    )
                assert error.value.state in {"forbidden-url", "forbidden-address"}
            found = fetch(
                "http://out.example/feed",
                agent=AGENT,
                internal_hosts=inside.internal,
                resolver=resolver,
            )
        assert inside.requests == []
    assert found.links == (("self", "http://127.0.0.1/"),)


def test_a_host_that_is_not_found_is_named() -> None:
    with pytest.raises(FetchError) as error:
        fetch("https://nowhere.example/", agent=AGENT, resolver=named({}))
    assert error.value.state == "dns"


def test_a_resolver_that_does_not_answer_is_left() -> None:
    import threading

    end = threading.Event()

    def silent(*_host: Any, **_kind: Any) -> list[tuple[Any, ...]]:
        end.wait(10)
        return []

    with pytest.raises(FetchError) as error:
        fetch("https://slow.example/", agent=AGENT, resolver=silent, limits=SHORT)
    end.set()
    assert error.value.state == "dns"


# --- TLS ----------------------------------------------------------------------------------------


@pytest.fixture
def contexts(tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    return certificate(tmp_path, "wire.example")


def secure(server: Server, host: str, **more: Any) -> Response:
    options = {
        "agent": AGENT,
        "internal_hosts": frozenset({host}),
        "resolver": named({host: "127.0.0.1"}),
        "limits": PATIENT,
    } | more
    return fetch(f"https://{host}:{server.port}/", **options)


def test_a_certificate_is_checked_against_the_name_that_was_asked_for(
    contexts: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    with serving(lambda exchange: exchange.answer(body=BODY), tls=contexts[0]) as server:
        assert secure(server, "wire.example", context=contexts[1]).body == BODY
        assert server.names == ["wire.example"]
        assert server.requests[0].header("Host") == f"wire.example:{server.port}"
        with pytest.raises(FetchError) as wrong_name:
            secure(server, "other.example", context=contexts[1])
        with pytest.raises(FetchError) as not_trusted:
            secure(server, "wire.example")
    assert (wrong_name.value.state, not_trusted.value.state) == ("tls", "tls")
    assert "certificate" in str(wrong_name.value)


def test_a_server_that_does_not_speak_tls_is_named() -> None:
    class Plain:
        def wrap_socket(self, sock: socket.socket, server_side: bool) -> socket.socket:
            sock.recv(1)
            sock.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            return sock

    with serving(silence, tls=Plain()) as server, pytest.raises(FetchError) as error:  # type: ignore[arg-type]
        secure(server, "wire.example")
    assert error.value.state == "tls"


def test_a_handshake_that_does_not_end_is_left() -> None:
    class Silent:
        def wrap_socket(self, sock: socket.socket, server_side: bool) -> socket.socket:
            return sock

    with serving(silence, tls=Silent()) as server, pytest.raises(FetchError) as error:  # type: ignore[arg-type]
        secure(server, "wire.example", limits=SHORT)
    assert error.value.state == "timeout"


def test_a_drip_through_tls_is_left(contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    with serving(a_body_byte_by_byte, tls=contexts[0]) as server:
        with pytest.raises(FetchError) as error:
            secure(server, "wire.example", context=contexts[1], limits=Limits(total=3))
        assert server.requests
    assert error.value.state == "timeout"


# --- secrets ------------------------------------------------------------------------------------

SECRET = "s3cr3t-token"
HEADERS = {"Authorization": f"Bearer {SECRET}", "X-Key": SECRET}


def test_a_secret_goes_to_the_feeds_own_host_and_along_its_own_redirects() -> None:
    with serving(redirecting((302, "/1"))) as server:
        response = get(server, "/0", headers=HEADERS, query={"key": SECRET})
        for seen in server.requests:
            assert seen.header("Authorization") == f"Bearer {SECRET}"
            assert seen.path.endswith(f"?key={SECRET}")
    assert len(server.requests) == 2
    assert SECRET not in repr(response)


def test_a_secret_does_not_go_to_another_host_or_port() -> None:
    def leaking(exchange: Exchange) -> None:
        exchange.answer(302, Location=f"{other.url()}x?key={SECRET}&a=1")

    with serving(lambda exchange: exchange.answer(body=BODY)) as other, serving(leaking) as server:
        response = get(
            server,
            headers=HEADERS,
            query={"key": SECRET},
            internal_hosts=server.internal | other.internal,
        )
        (seen,) = other.requests
    assert SECRET not in seen.request
    assert seen.path == "/x?a=1"
    assert SECRET not in repr(response)


def test_a_step_to_https_at_another_port_is_not_the_feeds_own_host(
    contexts: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    def leading(exchange: Exchange) -> None:
        exchange.answer(302, Location=f"https://wire.example:{other.port}/x")

    with (
        serving(lambda exchange: exchange.answer(body=BODY), tls=contexts[0]) as other,
        serving(leading) as server,
    ):
        fetch(
            server.url("/", "wire.example"),
            agent=AGENT,
            headers=HEADERS,
            internal_hosts=frozenset({"wire.example"}),
            resolver=named({"wire.example": "127.0.0.1"}),
            context=contexts[1],
        )
    assert SECRET in server.requests[0].request
    assert SECRET not in other.requests[0].request


@pytest.mark.parametrize("more", [{"headers": HEADERS}, {"query": {"key": SECRET}}])
def test_a_secret_does_not_go_to_where_its_feed_has_moved_for_good(more: dict[str, Any]) -> None:
    with (
        serving(lambda exchange: exchange.answer(body=BODY)) as other,
        serving(redirecting((308, "/1"), (301, other.url()))) as server,
    ):
        more |= {"internal_hosts": server.internal | other.internal}
        for url, asked in ((server.url("/0"), 2), (other.url(), 2)):
            with pytest.raises(FetchError) as error:
                fetch(url, origin=server.url("/0"), agent=AGENT, **more)
            assert error.value.state == "moved"
            assert (len(server.requests), other.requests) == (asked, [])


@pytest.mark.parametrize("written", ["s%2fe%3D+%c3%A9", "s%2Fe%3d%20%C3%a9", "s/e= é"])
def test_a_parameter_of_a_redirect_is_a_secret_however_it_is_written(written: str) -> None:
    with serving(redirecting((302, f"/1?a=1&key={written}&k%65y=2&b={written}&c=3"))) as server:
        response = get(server, "/0", query={"key": "s/e= é"})
    assert response.url == server.url("/1?a=1&c=3")


@pytest.mark.parametrize(
    "behave",
    [
        lambda exchange: exchange.answer(401),
        lambda exchange: exchange.send(b""),
        lambda exchange: exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"),
        lambda exchange: exchange.answer(302, Location=f"http://x\\y/{SECRET}"),
        lambda exchange: exchange.answer(302, Location=f"http://127.0.0.1/{SECRET}"),
        silence,
    ],
)
def test_no_error_tells_a_secret(behave: Behaviour) -> None:
    limits = SHORT if behave is silence else PATIENT
    error = refused(behave, headers=HEADERS, query={"key": SECRET}, limits=limits)
    chain: BaseException | None = error
    while chain is not None:
        assert SECRET not in str(chain)
        chain = None if chain.__suppress_context__ else chain.__cause__ or chain.__context__


def test_no_log_tells_a_secret(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    odd = b"HTTP/1.1 200 OK\r\nA: b\r\nno colon here\r\nContent-Length: 0\r\n\r\n"
    with serving(saying(odd)) as server:
        assert get(server, headers=HEADERS, query={"key": SECRET}).status == 200
        assert SECRET in server.requests[0].request
    assert SECRET not in caplog.text


def test_a_secret_with_a_line_break_is_refused_without_being_told() -> None:
    error = refused(silence, headers={"X-Key": f"{SECRET}\r\nX-Evil: 1"})
    assert error.state == "protocol"
    assert SECRET not in str(error)
