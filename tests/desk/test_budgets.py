"""What the first view of each screen may take, also of a screen that is added later."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache

import pytest
from msgspec.structs import replace

from tests.desk.browser import Browser, Page, settings
from tests.desk.crawl import pages
from tests.desk.issuer import Issuer
from tests.pipeline.world import FEED, World, entry, prepared
from wireroom import clock
from wireroom.model import Job
from wireroom.newsroom.identity import article_id
from wireroom_infra.embedded import EmbeddedAWS

CALLS = 10  # to AWS
BYTES = 60 << 10  # of the page with its style sheets and scripts
STORIES = 60  # more than any screen shows at once
HINDI = "बाँध के द्वार रात में खोले गए और पानी छोड़ा गया "
DEAD = ("WireDeadLettersUrl", "EditDeadLettersUrl", "RenderDeadLettersUrl")


@cache
def full(issuer: Issuer) -> Callable[[World], None]:
    """As much on every screen as it shows, and then some."""

    def work(world: World) -> None:
        feeds = [replace(FEED, id=f"feed-{number:03}") for number in range(STORIES)]
        world.apply(settings(issuer), tuple(feeds))
        held = replace(FEED, hold=True)
        for number in range(STORIES):
            text = f"{number} {HINDI * 2}"
            world.send(entry(number, title=text, byline="आशा राव"), feed=held)
        world.aws.drain()
        for number in range(20):
            world.edit("headline", article="ptn:1", headline=f"{number} {HINDI}", why=HINDI)
        world.edit("release", article="ptn:1")

    return work


@pytest.fixture
def world(aws: EmbeddedAWS, issuer: Issuer) -> World:
    found = prepared(aws, full(issuer))
    for number in range(40):
        job = Job(id=f"job-{number}", requested=clock.now(), phase="waiting", total=99, done=1)
        found.table.jobs.put(None, job)
        for name in DEAD:
            aws.client("sqs").send_message(
                QueueUrl=aws.outputs[name],
                MessageBody=json.dumps({"rejected": {"feed": "feed-001", "title": HINDI * 4}}),
                MessageAttributes={"reason": {"DataType": "String", "StringValue": HINDI * 9}},
            )
    return found


def test_no_first_view_takes_more_than_ten_calls_and_sixty_kilobytes(browser: Browser) -> None:
    browser.sign_in("chief@harbour.example")
    browser.act(article_id("ptn", "1"), "note", note="words")  # what became of it is a screen
    too_much = {}
    for address in pages(browser, one_each=True):
        browser.world.aws.cold_start()
        browser.world.aws.calls.reset()
        page = browser.get(address)
        calls, size = len(browser.world.aws.calls), len(page.text.encode()) + loaded(browser, page)
        if calls > CALLS or size > BYTES:
            too_much[address] = calls, size
    assert too_much == {}


def loaded(browser: Browser, page: Page) -> int:
    """The bytes of the desk's files that a page loads."""
    addresses = re.findall(r'(?:src|href)="(/assets/[^"]+)"', page.text)
    return sum(len(browser.get(each).text.encode()) for each in addresses)
