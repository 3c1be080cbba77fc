"""Finding feeds: autodiscovery, OPML, and WebSub's forms."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wireroom.errors import NotAFeed
from wireroom.wire import opml, websub
from wireroom.wire.discover import feeds_of
from wireroom.wire.opml import Outline


def test_a_page_names_its_feeds() -> None:
    page = """<!doctype html><base href="/site/"><title>x</title>
    <link rel="alternate" type="application/rss+xml" title=" Latest  ₹ news "
      href="rss?a=1&amp;b=2">
    <LINK REL="Alternate home" TYPE="application/atom+xml; charset=utf-8" HREF="//y.example/atom">
    <link rel=alternate type=application/rss+xml href="rss?a=1&b=2">
    <link rel="alternate" hreflang="fr" type="text/html" href="/fr">
    <link rel="alternate stylesheet" type="text/xml" href="/x.css">
    <link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">
    <link rel="alternate" type="application/rss+xml" href="http://[">
    <link rel="alternate" type="application/rss+xml">"""
    assert feeds_of(page.encode(), "https://x.example/home") == (
        ("https://x.example/site/rss?a=1&b=2", "Latest ₹ news", "application/rss+xml"),
        ("https://y.example/atom", "", "application/atom+xml"),
    )


@given(st.binary(max_size=500))
@example(b"Lo\xa7\x94")  # how XML begins in EBCDIC
@example(b"+ADw-link>")
def test_any_bytes_are_a_page_without_feeds_at_worst(page: bytes) -> None:
    assert isinstance(feeds_of(page, "https://x.example/"), tuple)
    assert isinstance(feeds_of(page, "https://x.example/", "utf-7"), tuple)


def test_opml_is_read_with_its_folders() -> None:
    document = """<?xml version="1.0" encoding="utf-8"?><opml version="1.0"><head/><body>
    <outline text="World"><outline text="Asia">
    <outline type="rss" text="A &amp; B" xmlUrl="https://a.example/rss" htmlUrl="https://a.example/"/>
    </outline></outline>
    <outline title="C" xmlUrl="https://c.example/rss"/><outline title="again" xmlUrl="https://c.example/rss"/>
    <outline text="no feed"/><outline text="bad" xmlUrl="javascript:x"/></body></opml>"""
    assert opml.read(document.encode()) == (
        Outline("https://a.example/rss", "A & B", "https://a.example/", "World/Asia"),
        Outline("https://c.example/rss", "C"),
    )


@pytest.mark.parametrize(
    ("document", "state"),
    [
        (b"", "not-opml"),
        (b"<opml", "not-opml"),
        (b"<rss/>", "not-opml"),
        (b'<!DOCTYPE opml [<!ENTITY a "b">]><opml><outline text="&a;"/></opml>', "entities"),
        ('<!DOCTYPE o [<!ENTITY a "b">]><opml/>'.encode("utf-16"), "entities"),
        (b"<opml>" + b"<outline>" * 100_000, "not-opml"),
        (b"<opml>" + b"<outline/>" * 30_000 + b"</opml>", "too-large"),
        (b"x" * (6 << 20), "too-large"),
    ],
)
def test_what_is_no_opml_is_refused_by_name(document: bytes, state: str) -> None:
    with pytest.raises(NotAFeed) as refused:
        opml.read(document)
    assert refused.value.state == state


names = st.text(st.characters(codec="utf-8", exclude_characters="/"), max_size=10).map(
    lambda name: " ".join("".join(c for c in name if c.isprintable()).split())
)


@given(
    st.lists(
        st.builds(
            Outline,
            url=st.integers(0, 10**6).map(lambda n: f"https://x.example/{n}?a=1&b=<é>"),
            title=names.filter(bool),
            folder=st.lists(names.filter(bool), max_size=3).map("/".join),
        ),
        unique_by=lambda outline: outline.url,
    )
)
def test_what_is_written_is_read_again(outlines: list[Outline]) -> None:
    again = opml.read(opml.write(outlines, "My feeds"))
    assert sorted(again, key=lambda one: one.url) == sorted(outlines, key=lambda one: one.url)


def test_a_hub_is_asked_for_a_topic_with_a_secret() -> None:
    form = websub.subscription("https://x.example/feed", "https://cb.example/1", "s3")
    assert form == {
        "hub.mode": "subscribe",
        "hub.topic": "https://x.example/feed",
        "hub.callback": "https://cb.example/1",
        "hub.lease_seconds": str(websub.LEASE),
        "hub.secret": "s3",
    }


def test_only_what_was_asked_for_is_verified() -> None:
    pending = "https://x.example/feed"
    query = {
        "hub.mode": "subscribe",
        "hub.topic": "https://x.example/feed",
        "hub.challenge": "c",
        "hub.lease_seconds": "864000",
    }
    assert websub.verified(query, pending) == ("c", 864000)
    assert websub.verified(query | {"hub.lease_seconds": "9" * 30}, pending) == ("c", websub.LEASE)
    for change in (
        {"hub.mode": "unsubscribe"},
        {"hub.mode": "denied"},
        {"hub.topic": "https://y.example/feed"},
        {"hub.challenge": ""},
    ):
        assert websub.verified(query | change, pending) is None


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha512"])
def test_a_delivery_is_believed_only_with_its_signature(method: str) -> None:
    body, secret = b"<feed/>", "s3cret"
    right = hmac.new(secret.encode(), body, getattr(hashlib, method)).hexdigest()
    assert websub.signed(body, f"{method}={right}", secret)
    assert websub.signed(body, f"{method.upper()}={right.upper()}", secret)
    for signature in ("", right, f"{method}=", f"md5={right}", f"{method}={right[:-1]}x", "sha1=é"):
        assert not websub.signed(body, signature, secret)
    assert not websub.signed(body + b" ", f"{method}={right}", secret)
    empty = hmac.new(b"", body, getattr(hashlib, method)).hexdigest()
    assert not websub.signed(body, f"{method}={empty}", "")
