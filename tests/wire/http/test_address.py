"""The guard in front of every connection."""

from __future__ import annotations

import ipaddress
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wireroom.errors import FetchError
from wireroom.wire.http.address import addresses, is_public, redirected, target


@pytest.mark.parametrize(
    "address",
    [
        *("8.8.8.8", "93.184.215.14", "1.0.0.1", "100.63.255.255", "172.15.0.1", "192.0.0.9"),
        *("2606:4700::1111", "2a00:1450:4001::200e", "2001:4860:4860::8888"),
    ],
)
def test_the_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254"),
        *("169.254.169.254", "169.254.170.2", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
        *("192.0.0.1", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.1", "203.0.113.1"),
        *("224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "168.63.129.16"),
        *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1"),
        *("64:ff9b::8.8.8.8", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::"),
        *("2002:808:808::1", "3fff::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0"),
        *("fec0::1", "ff02::1", "5f00::1", "2001:10::1", "2001:20::1"),
        *("", "localhost", "8.8.8", "0x8.8.8.8", "8.8.8.8 ", "010.8.8.8"),
    ],
)
def test_what_is_not_the_internet_is_not_public(address: str) -> None:
    assert not is_public(address)


@given(st.ip_addresses())
def test_whatever_is_public_is_global_unicast(ip: ipaddress.IPv4Address) -> None:
    if is_public(str(ip)):
        assert ip.is_global
        assert not any((ip.is_multicast, ip.is_loopback, ip.is_link_local, ip.is_reserved))


@given(st.ip_addresses(v=4))
def test_no_ipv4_address_gets_in_dressed_as_ipv6(ip: ipaddress.IPv4Address) -> None:
    number = int(ip)
    for disguise in (
        number,
        0xFFFF << 32 | number,
        0x64FF9B << 96 | number,
        0x2002 << 112 | number << 80,
        0x20010000 << 96 | (number ^ 0xFFFFFFFF),
    ):
        assert not is_public(str(ipaddress.IPv6Address(disguise)))


@pytest.mark.parametrize(
    "url",
    [
        *("", "/feed", "feed", "//x.example/", "http:///x", "http://", "http:x", "javascript:1"),
        *("ftp://x.example/", "file:///etc/passwd", "gopher://x.example/", "data:text/xml,x"),
        *("http://user@x.example/", "http://user:pw@x.example/", "http://@x.example/"),
        *("http://127.0.0.1:80\\@example.com/", "http://x.example\\", "http:\\\\x.example/"),
        *("http://x.example/a b", "http://x.example/\n", "http://x.exa\tmple/", "http://x\0/"),
        *("http://x.example:22/", "http://x.example:8080/", "http://x.example:0/"),
        *("http://x.example:99999/", "http://x.example:-1/", "http://x.example:x/"),
        *("http://0x7f.1/", "http://0x7f000001/", "http://2130706433/", "http://017700000001/"),
        *("http://127.1/", "http://127.0.1/", "http://0177.0.0.1/", "http://①②⑦.0.0.1.x.1/"),
        *("http://1.2.3.4.5/", "http://256.1.1.1/", "http://1.2.3.4./", "http://x.0x1/"),
        *("http://[::1/", "http://[::1%25eth0]/", "http://[x]/", "http://[::ffff:1.2.3.4.5]/"),
        *("http://x..example/", "http://-x.example/", "http://x example/", "http://x%2eexample/"),
        *(
            "http://x.example,y.example/",
            "http://x.example;/",
            "http://x*y/",
            f"http://{'a' * 64}/",
        ),
        f"http://{'a.' * 127}example/",
        f"http://x.example/{'a' * 5000}",
        "http://x.example/\ud800",
    ],
)
def test_a_url_that_two_parsers_could_read_differently_is_refused(url: str) -> None:
    with pytest.raises(FetchError) as refused:
        target(url)
    assert refused.value.state == "forbidden-url"


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("http://x.example", "http://x.example/"),
        ("HTTP://X.Example:80/A", "http://x.example/A"),
        ("https://x.example:443?q=1#frag", "https://x.example/?q=1"),
        ("https://münchen.example/ü?q=ä%20", "https://xn--mnchen-3ya.example/%C3%BC?q=%C3%A4%20"),
        ("https://[2606:4700:0::1111]/", "https://[2606:4700::1111]/"),
        ("http://8.8.8.8/a;b=c?d[]=e", "http://8.8.8.8/a;b=c?d[]=e"),
        ("http://①②⑦.0.0.1/", "http://127.0.0.1/"),
        ("http://x.example:443/", "http://x.example:443/"),
    ],
)
def test_a_url_has_one_reading(url: str, clean: str) -> None:
    assert target(url).url == clean
    assert target(clean).url == clean


@pytest.mark.parametrize(
    ("internal", "url", "allowed"),
    [
        ("wire.local", "http://wire.local:8080/", True),
        ("wire.local:8080", "http://wire.local:8080/", True),
        ("wire.local:8080", "http://wire.local:8081/", False),
        ("wire.local", "http://evil.wire.local:8080/", False),
        ("[::1]:99", "http://[0::1]:99/", True),
        ("127.0.0.1", "http://127.0.0.1:9/", True),
    ],
)
def test_an_internal_host_is_let_through_by_name(internal: str, url: str, allowed: bool) -> None:
    if allowed:
        assert target(url, frozenset({internal})).internal
    else:
        with pytest.raises(FetchError):
            target(url, frozenset({internal}))


def test_a_redirect_is_read_relative_to_where_it_was_sent_from() -> None:
    here = target("https://x.example/a/b?c")
    assert redirected(here, "d").url == "https://x.example/a/d"
    assert redirected(here, "//y.example/d").url == "https://y.example/d"
    with pytest.raises(FetchError):
        redirected(here, "http://[")


def test_addresses_of_other_families_do_not_count() -> None:
    with pytest.raises(FetchError) as refused:
        addresses(
            target("http://x.example/"),
            lambda *_host, **_kind: [(socket.AF_UNIX, socket.SOCK_STREAM, 0, "", ("/run/x",))],
        )
    assert refused.value.state == "dns"


@given(st.text(max_size=40), st.sampled_from(["http://", "https://", "http:", ""]))
def test_any_text_is_a_target_or_a_forbidden_url(rest: str, scheme: str) -> None:
    try:
        found = target(scheme + rest)
    except FetchError as error:
        state = error.state
    else:
        state = "forbidden-url"
        assert found.port in (80, 443)
        assert found.url.isascii()
        assert target(found.url) == found
    assert state == "forbidden-url"


def test_only_an_internal_host_leads_to_internal_hosts() -> None:
    internal = frozenset({"in.example", "b.example:8081"})
    for led in ("http://in.example/x", "//in.example/x"):
        assert redirected(target("http://in.example/", internal), led, internal).internal
        assert not redirected(target("http://out.example/", internal), led, internal).internal
    with pytest.raises(FetchError):
        redirected(target("http://out.example/", internal), "http://b.example:8081/", internal)


def test_an_address_that_names_a_network_interface_is_not_public() -> None:
    assert is_public("2606:4700:4700::1111")
    assert not is_public("2606:4700:4700::1111%eth0")
