"""Attacks on every route, every screen and every form that the desk has, also on later ones."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache
from itertools import cycle

import pytest
from msgspec.structs import replace

from tests.desk.browser import Browser, Page, settings
from tests.desk.crawl import POLICY, Form, filled, forms, leads_to, pages, routes
from tests.desk.issuer import Issuer
from tests.desk.test_stories import Element, packed, parsed
from tests.pipeline.world import FEED, SETTINGS, World, entry, prepared
from tests.xss.payloads import PAYLOADS
from wireroom import clock
from wireroom.newsroom.identity import article_id
from wireroom.newsroom.own import own_feed
from wireroom_infra.embedded import EmbeddedAWS

STORY = article_id("ptn", "1")
NAMES = {"identity": STORY, "action": "hold", "queue": "wire", "number": "1", "name": "desk.css"}
LOOKS = {"BatchGetItem", "GetItem", "GetSecretValue", "Query"}
SHOWING = ("/settings/show",)
OPEN = ("/sign-in", "/signed-in", "/assets/<name>")  # for everybody
MALLORY = "mallory@evil.example"
CHIEF = "chief@harbour.example"


@cache
def furnish(issuer: Issuer) -> Callable[[World], None]:
    """Something on every screen."""

    def work(world: World) -> None:
        world.apply(settings(issuer), (FEED,))
        world.publish(*(entry(number, categories=("Sport",)) for number in (1, 2, 4)))
        world.publish(entry(3, title="Held"), feed=replace(FEED, hold=True))
        world.publish(entry(5, language="en", embargo=clock.now() + timedelta(days=300)))
        world.publish(entry("d" * 32), feed=own_feed(SETTINGS, ["india"], draft=True))
        world.edit("kill", article="ptn:2", reason="legal")
        world.edit("kill", article="ptn:9", reason="legal")  # it has not come
        world.edit("correct", article="ptn:1", body="<p>Ours.</p>", correction="It was wrong.")
        world.edit("pin", article="ptn:1", list="home")
        world.edit("schedule", article="ptn:1", expire_at="2027-01-01T06:00:00Z")
        world.publish(entry(1, 2, title="Newer", body="<p>Another body.</p>"), known=True)

    return work


@pytest.fixture
def world(aws: EmbeddedAWS, issuer: Issuer) -> World:
    found = prepared(aws, furnish(issuer))
    found.publish(entry("bad", title="", body=""))  # a dead letter each
    found.edit("hold", article="ptn:8")
    return found


@pytest.fixture
def chief(browser: Browser) -> Browser:
    assert browser.sign_in(CHIEF).status == 303
    return browser


def every_form(chief: Browser) -> list[Form]:
    """What a chief can send by the forms of all pages, each once; and by those of the answers that
    first show what a form would change."""
    every = [each for at, page in pages(chief).items() for each in forms(at, page)]
    for each in [each for each in every if each.action in SHOWING]:
        every += forms(each.action, chief.post(each.action, **each.fields))
    return list({(each.action, *own(each)): each for each in every}.values())


def own(form: Form) -> Iterator[tuple[str, str]]:
    """The fields that are not another each time."""
    passing = ("token", "revision", "id", "guid", "back")
    return (field for field in form.fields.items() if field[0] not in passing)


def every_post(chief: Browser) -> list[tuple[str, dict[str, str]]]:
    """(address, fields) for each of those, and for each route that none of them leads to."""
    found = [(each.action, each.fields) for each in every_form(chief)]
    for route in routes("POST"):
        if not any(leads_to(route, address) for address, _ in found):
            found.append((filled(route, **NAMES), {}))
    chief.world.aws.calls.reset()
    return found


def operations(world: World) -> set[str]:
    """The AWS calls since this was last asked."""
    found = {call.operation for call in world.aws.calls}
    world.aws.calls.reset()
    return found


def test_the_forms_of_all_screens_lead_to_every_route(chief: Browser) -> None:
    """Else the tests below would try less than they say."""
    actions = [each.action for each in every_form(chief)]
    assert [r for r in routes("POST") if not any(leads_to(r, each) for each in actions)] == []
    seen = pages(chief)
    shown = [route for route in routes("GET") if route not in OPEN]
    assert [r for r in shown if not any(leads_to(r, each) for each in seen)] == []


def test_a_reader_can_send_nothing(chief: Browser, world: World, issuer: Issuer) -> None:
    reader = Browser(world, issuer)
    reader.sign_in("rani@harbour.example")
    token = reader.token
    for address, fields in every_post(chief):
        if address != "/sign-out":
            page = reader.post(address, **(fields | {"token": token}))
            assert page.status == 403, address
            assert operations(world) <= LOOKS, address
    shown = [each.action for at, page in pages(reader).items() for each in forms(at, page)]
    assert set(shown) == {"/sign-out"}


def test_no_form_of_another_site_or_another_sign_in_is_taken(
    chief: Browser, world: World, issuer: Issuer
) -> None:
    other = Browser(world, issuer, "203.0.113.8")
    other.sign_in("asha@harbour.example")
    token, others = chief.token, other.token
    for address, fields in every_post(chief):
        for origin in ("", "null", "https://evil.example"):
            assert chief.post(address, origin=origin, **(fields | {"token": token})).status == 403
        for wrong in ("", others):
            assert chief.post(address, **(fields | {"token": wrong})).status == 403, address
        assert operations(world) <= LOOKS, address
    assert chief.get("/").status == 200  # nor is anybody signed out


def test_whoever_is_not_signed_in_gets_nothing(chief: Browser, world: World) -> None:
    token, posts = chief.token, every_post(chief)
    seen = [filled(route, **NAMES) for route in routes("GET") if route not in OPEN]
    chief.cookies.clear()
    operations(world)
    for address, fields in posts:
        assert chief.post(address, **(fields | {"token": token})).status == 401, address
    for address in seen:
        page = chief.get(address)
        assert page.status in (303, 401), address
        assert page.status == 401 or page.location.startswith("/sign-in?to=%2F")
    assert operations(world) == set()


def test_no_route_takes_more_than_it_has_room_for(chief: Browser, world: World) -> None:
    token, posts = chief.token, every_post(chief)
    one = {route: each for route in routes("POST") for each in posts if leads_to(route, each[0])}
    for address, fields in one.values():
        full = fields | {"token": token, "more": "x" * 4_700_000}  # all that Lambda takes
        assert chief.post(address, **full).status == 413, address
        many = fields | {"token": token} | {f"more-{number}": "x" for number in range(600)}
        assert chief.post(address, **many).status == 400, address
        assert operations(world) <= LOOKS, address


def test_no_page_can_be_framed_by_another_site_or_runs_what_is_not_the_desks(
    chief: Browser,
) -> None:
    for address, page in pages(chief).items():
        policy = page.headers[POLICY]
        assert policy.partition("; ")[0] in ("default-src 'none'", "sandbox"), address
        framed = policy.startswith("sandbox; default-src 'none'; ")
        assert f"frame-ancestors '{'self' if framed else 'none'}'" in policy, address
        assert page.headers["x-frame-options"] == ("SAMEORIGIN" if framed else "DENY"), address
        assert "unsafe" not in policy
        assert page.headers["cache-control"] == "no-store", address
        if not framed:
            assert "style=" not in page.text, address
            assert "<script" not in page.text.replace('<script src="/assets/', ""), address


def test_no_form_puts_anothers_name_anywhere(chief: Browser, world: World) -> None:
    names = dict.fromkeys(("by", "who", "email", "editor", "author", "session", "sub"), MALLORY)
    for form in every_form(chief):
        if form.action != "/sign-out":
            typed = {name: form.fields[name] or "words" for name in form.words}
            query = f"{form.action}?by={MALLORY}"
            assert chief.post(query, **(form.fields | typed | names)).status in (200, 303, 409)
            world.aws.clock.advance(1)
            world.aws.drain()
    assert MALLORY not in json.dumps(everything(world), default=str)
    acted = {each.what for each in history(world) if each.who == CHIEF}
    assert {"hold", "headline", "correct", "kill", "pin", "note"} <= acted


def everything(world: World) -> list[object]:
    """All rows of the table, and all dead letters."""
    scan = world.aws.client("dynamodb").get_paginator("scan")
    rows = [page["Items"] for page in scan.paginate(TableName=world.aws.outputs["TableName"])]
    return [*rows, *world.aws.dead_letters()]


def history(world: World) -> Iterator[object]:
    for name in ("1", "2", "3", "4", "9"):
        yield from world.table.articles.history(article_id("ptn", name))


def test_what_anybody_types_anywhere_is_shown_as_words(chief: Browser) -> None:
    """Into the forms of all screens. The pages that follow have no other elements and attributes
    than after harmless words."""
    harmless = typed_everywhere(chief, cycle(["harmless words"]))
    several = [each.encode("utf-8", "replace").decode() for each in packed(PAYLOADS, 480)]
    found = typed_everywhere(chief, cycle(several), at_least=len(several))
    assert found <= harmless


def typed_everywhere(chief: Browser, words: Iterator[str], at_least: int = 1) -> set[Element]:
    """What is on the pages when the next of the `words` are in each field, again until `at_least`
    so many are. Only kills are left out: they leave no form for the next round."""
    found: set[Element] = set()
    typed = 0
    while typed < at_least:
        several = [each for each in every_form(chief) if each.words]
        for form in several:
            if not form.action.endswith("/kill"):
                page = chief.post(
                    form.action, **(form.fields | dict(zip(form.words, words, strict=False)))
                )
                assert page.status in (200, 303, 409), form.action
                found |= shown({form.action: page}) if page.text else set()
                typed += len(form.words)
                chief.world.aws.clock.advance(1)
                chief.world.aws.drain()
    return found | shown(pages(chief))


def shown(seen: dict[str, Page]) -> set[Element]:
    texts = [page.text for page in seen.values() if not page.headers[POLICY].startswith("sandbox")]
    return set().union(*map(parsed, texts))
