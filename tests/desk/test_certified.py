"""Signing in with a certified OpenID provider, over the deployed desk.

Skipped where node or the package is not there, but in CI.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.conftest import SharedStack
from tests.desk.browser import ORIGIN, Browser, settings
from tests.desk.certified import Certified, certified
from tests.pipeline.world import World, entry
from wireroom.newsroom.identity import article_id
from wireroom_infra.embedded import EmbeddedAWS, VirtualClock

TEMPLATE = Path(__file__).parents[2] / "template.yaml"
STORY = article_id("ptn", "1")
VERIFIED = {"email_verified": True}
ACCOUNTS = {
    "asha": {"email": "Asha@harbour.example", **VERIFIED},
    "grouped": {"email": "new@harbour.example", "groups": ["others", "readers"], **VERIFIED},
    "stranger": {"email": "stranger@elsewhere.example", "groups": ["others"], **VERIFIED},
    "unverified": {"email": "chief@harbour.example", "email_verified": False},
    "nameless": {"groups": ["editors"]},
}


@pytest.fixture(scope="module")
def deployed(shared_stack: SharedStack) -> Iterator[tuple[EmbeddedAWS, Certified]]:
    """One provider, and a stack whose desk signs in there; both in the present, as the provider's
    tokens are."""
    shared_stack.stop()  # there can be one at a time in a process
    with certified(ACCOUNTS, f"{ORIGIN}/signed-in") as provider:
        clock = VirtualClock(datetime.now(UTC))
        with EmbeddedAWS(TEMPLATE, clock=clock, parameters=provider.parameters) as aws:
            world = World(aws)
            world.apply(settings(provider))
            world.publish(entry(1))
            yield aws, provider


@pytest.fixture
def browser(deployed: tuple[EmbeddedAWS, Certified]) -> Browser:
    aws, provider = deployed
    provider.forget()
    aws.clock.advance(60)  # the sign-ins of the test before count no longer
    return Browser(World(aws), provider)


def test_an_editor_signs_in_acts_and_signs_out_here_and_there(browser: Browser) -> None:
    provider = browser.issuer
    assert isinstance(provider, Certified)
    page = browser.sign_in("asha", to=f"/story/{STORY}")
    assert (page.status, page.location) == (303, f"/story/{STORY}")
    assert provider.forms == ["login", "consent"]
    assert "asha@harbour.example, editor" in browser.get("/").text
    assert browser.act(STORY, "hold").status == 303
    browser.world.aws.drain()
    row = browser.world.table.articles.history(STORY)[-1]
    assert (row.what, row.who) == ("hold", "asha@harbour.example")
    page = browser.post("/sign-out", token=browser.token)
    assert browser.get("/").status == 303
    assert browser.sign_in("asha").status == 303  # the provider's session goes on
    assert provider.forms == []
    browser.post("/sign-out", token=browser.token)
    way_out = re.search(r'<a href="([^"]+)">Also sign out at', page.text)
    assert way_out
    assert "Sign-out Success" in provider.leave(html.unescape(way_out[1]))
    assert browser.sign_in("asha").status == 303
    assert provider.forms[0] == "login"


def test_a_group_of_the_provider_decides_the_role(browser: Browser) -> None:
    browser.sign_in("grouped")
    assert "new@harbour.example, reader" in browser.get("/").text


@pytest.mark.parametrize(
    ("account", "reason"),
    [
        ("unverified", "Your identity provider has not verified your address."),
        ("nameless", "Your account has no address."),
        ("stranger", "stranger@elsewhere.example may not use this desk"),
    ],
)
def test_who_is_not_verified_or_not_listed_stays_out(
    browser: Browser, account: str, reason: str
) -> None:
    page = browser.sign_in(account)
    assert page.status == 403
    assert reason in page.text
    assert browser.get("/").status == 303


def test_an_answer_of_the_provider_counts_once(browser: Browser) -> None:
    browser.issuer.email = "asha"
    answer = browser.begin()
    kept = dict(browser.cookies)
    assert browser.arrive(answer).status == 303
    browser.cookies = kept
    assert browser.arrive(answer).status == 403
    assert browser.get("/").status == 303


def test_the_provider_may_change_its_key(browser: Browser) -> None:
    provider = browser.issuer
    assert isinstance(provider, Certified)
    assert browser.sign_in("asha").status == 303
    provider.rotate()
    browser.cookies.clear()
    browser.world.aws.clock.advance(61)
    assert browser.sign_in("asha").status == 303
    assert browser.get("/").status == 200
