"""The desk in Chromium: with a script and without, on a phone and on a desk, by keys alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import Struct
from msgspec.structs import replace

from tests.browser.test_every_kind import ASK_AXE, browsing
from tests.browser.tools import AXE, needed
from tests.desk.browser import Browser as Client
from tests.desk.browser import settings
from tests.desk.crawl import leads_to, routes
from tests.pipeline.newsroom import Wire, fed, item, rss
from tests.pipeline.world import FEED, SETTINGS, World, entry
from wireroom.newsroom.identity import article_id
from wireroom.newsroom.own import FEED as OWN
from wireroom.newsroom.own import own_feed
from wireroom_infra.local.desk import local_desk
from wireroom_infra.local.loopback import Answer

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Page

    from tests.browser.browsing import Chromium
    from tests.conftest import SharedStack

pytestmark = pytest.mark.slow

NAMING = (
    b'<!doctype html><html lang="en"><head><title>Sport</title>'
    b'<link rel="alternate" type="application/rss+xml" title="Sport" href="/sport.xml"></head>'
    b"</html>"
)
SHAPES = [(390, "light"), (390, "dark"), (1280, "light"), (1280, "dark")]
STORY = f"/story/{article_id('ptn', '1')}"
DRAFT = "d" * 32  # the guid of a story of the newsroom's own
WAIT = 20_000  # milliseconds, on a machine that is busy


class At(Struct):
    """The desk at `address`, and the cookies of an editor and, in some tests, of a chief who are
    signed in."""

    world: World
    address: str
    cookie: dict[str, str]
    chief: dict[str, str] = {}


@pytest.fixture
def at(shared_stack: SharedStack) -> Iterator[At]:
    aws = shared_stack.start()
    aws.reset()
    shared_stack.issuer.reset()
    world = World(aws)
    world.apply(settings(shared_stack.issuer), (FEED,))
    world.publish(entry(1, title="Gates opened"), entry(2, title="بوابات السد", language="ar"))
    world.publish(entry(3, title="पानी छोड़ा गया", language="hi"), feed=replace(FEED, hold=True))
    world.publish(entry(DRAFT, title="Ours"), feed=own_feed(SETTINGS, ["india"], draft=True))
    world.edit("kill", article="ptn:2", reason="legal")
    world.edit("kill", article="ptn:4", reason="legal")
    world.edit("hold", article="ptn:5")  # refused: there is no such story
    clients = []
    for person in ("asha", "chief"):
        clients.append(Client(world, shared_stack.issuer))
        clients[-1].sign_in(f"{person}@harbour.example")
    with local_desk(aws) as address:
        editor, chief = (client.session_at(address) for client in clients)
        yield At(world, address, editor, chief)


async def signed_in(
    browser: Browser, at: At, *, chief: bool = False, **more: Any
) -> BrowserContext:
    context = await browser.new_context(**more)
    await context.add_cookies([at.chief if chief else at.cookie])  # type: ignore[list-item]
    return context


def settle(at: At) -> None:
    """Do all that waits for its turn."""
    at.world.aws.clock.advance(1)
    at.world.aws.drain()


async def press(page: Page, what: str) -> None:
    """Click on something that leads to another page, and wait for that."""
    async with page.expect_navigation():
        await page.click(what)


def test_a_headline_is_changed_and_seen_to_be_written(painter: Chromium, at: At) -> None:
    async def work(browser: Browser) -> list[str]:
        context = await signed_in(browser, at)
        page = await context.new_page()
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(f"{at.address}/")
        await page.keyboard.press("/")
        await page.keyboard.type("gates opened")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**find=gates*")
        await page.keyboard.press("j")
        await page.keyboard.press("h")
        await page.wait_for_url(f"{at.address}{STORY}#wording")
        await page.fill("#headline", "Gates <b>opened</b>")
        await press(page, "text=Save")
        await page.wait_for_selector("text=sent, not applied yet", timeout=WAIT)
        settle(at)
        await page.wait_for_selector("#sent .written", timeout=WAIT)
        assert "applied as revision 2" in await page.inner_text("#sent")
        await page.goto(f"{at.address}/")
        await page.wait_for_selector("#sent .written", timeout=WAIT)
        assert await page.inner_text(".rows h2 >> nth=0") == "Gates <b>opened</b>"
        await context.close()
        return complaints

    assert painter.run(work) == []


def test_the_list_renews_itself_but_not_under_whoever_reads(painter: Chromium, at: At) -> None:
    async def work(browser: Browser) -> None:
        context = await signed_in(browser, at)
        page = await context.new_page()
        await page.goto(f"{at.address}/")
        at.world.publish(entry(4, title="Just in"))
        await page.wait_for_selector("text=Just in", timeout=WAIT)
        await page.focus(".rows h2 a")
        at.world.publish(entry(5, title="And then"))
        await page.wait_for_selector(".news", timeout=WAIT)
        assert await page.query_selector("text=And then") is None
        await page.click(".news")
        assert await page.inner_text(".rows h2 >> nth=0") == "And then"
        focused = await page.evaluate("document.activeElement.textContent")
        assert focused == "And then"
        await context.close()

    painter.run(work)


def test_every_form_works_without_a_script(painter: Chromium, at: At) -> None:
    async def work(browser: Browser) -> None:
        context = await signed_in(browser, at, java_script_enabled=False)
        page = await context.new_page()
        await page.goto(f"{at.address}/")
        await page.fill("#find", "gates opened")
        await press(page, "form.find button")
        await press(page, "text=Gates opened")
        await page.fill("#headline", "Ours")
        await press(page, "text=Save")
        settle(at)
        await press(page, "text=What became of it")
        assert "applied as revision 2" in await page.inner_text("main")
        for action in ("Hold", "Release"):
            await page.goto(f"{at.address}{STORY}")
            await press(page, f"button:text-is('{action}')")
            settle(at)
        await page.click("#kill summary")
        await page.check("[value=legal]")
        await press(page, "text=Kill the story")
        settle(at)
        assert at.world.article().state == "killed"
        await page.goto(f"{at.address}{STORY}")
        await press(page, "text=Put the story back")
        settle(at)
        assert at.world.article().state == "live"
        await press(page, "text=Sign out")
        assert "You are signed out" in await page.inner_text("main")
        await context.close()

    painter.run(work)


PATHS = [
    "/",
    STORY,
    f"/story/{article_id('ptn', '2')}",
    "/sent",
    "/nothing",
    "/?find=nothing",
    "/fronts",
    "/fronts/india",
    "/waiting",
    "/feeds",
    "/feeds/ptn-top",
    "/settings",
    "/settings/text",
    "/settings/feed?which=ptn-top",
    "/settings/category?which=india",
    "/republish",
    "/trouble",
    "/write",
    f"/write/{article_id(OWN, DRAFT)}",
]
# Pages of the site in frames, what is no page, and what is looked at with stories of its own.
OTHERWISE = {
    "/story/<identity>/page",
    "/fronts/<name>/page",
    "/sign-in",
    "/signed-in",
    "/assets/<name>",
    "/story/<identity>/body",
    "/story/<identity>/revision/<number>",
}


def test_axe_finds_nothing_at_the_desk(chromium: Chromium, at: At) -> None:
    axe = needed(AXE).read_text("utf-8")
    ask = f"async () => {{ if (!window.axe) {{ {axe} }} return ({ASK_AXE})(); }}"
    left = [each for each in routes("GET") if not any(leads_to(each, path) for path in PATHS)]
    assert set(left) == OTHERWISE

    async def looked_at(page: Page, shape: str) -> list[str]:
        found = [f"{page.url} {shape}: {each}" for each in await page.evaluate(ask)]
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        if await page.evaluate(wide) > 0:
            found.append(f"{page.url} {shape}: wider than the window")
        return found

    async def sent(page: Page, field: str) -> None:
        """Send the form of a field: what is not painted can't be clicked."""
        async with page.expect_navigation():
            await page.eval_on_selector(field, "each => each.form.requestSubmit()")

    async def work(browser: Browser) -> list[str]:
        found = []
        for width, scheme in SHAPES:
            shape = f"{width} {scheme}"
            context = await signed_in(
                browser, at, chief=True, viewport={"width": width, "height": 844},
                color_scheme=scheme, bypass_csp=True,
            )  # fmt: skip
            page = await context.new_page()
            for path in PATHS:
                await page.goto(f"{at.address}{path}")
                found += await looked_at(page, shape)
            for url in (f"{wire}/page", f"{wire}/sport.xml"):
                await page.goto(f"{at.address}/feeds")
                await page.fill("#url", url)
                await sent(page, "#url")
                found += await looked_at(page, shape)
            for interval in ("soon", "10m"):
                await page.fill("#interval", interval)
                await sent(page, "#interval")
                found += await looked_at(page, shape)
            await sent(page, ".out [name=token]")
            assert "Signed out" in await page.title()
            found += await looked_at(page, shape)
            await context.close()
        return found

    with wire_of(at) as wire:
        assert chromium.run(work) == []


def test_the_tab_key_reaches_every_control_of_every_screen(painter: Chromium, at: At) -> None:
    """And what it reaches is in sight, with an outline."""

    async def work(browser: Browser) -> list[str]:
        context = await signed_in(browser, at, chief=True)
        await context.add_init_script(browsing.LISTEN)
        page = await context.new_page()
        found = []
        for path in [*PATHS, f"{STORY}/body"]:
            await page.goto(f"{at.address}{path}")
            await page.evaluate("document.querySelectorAll('details').forEach(e => e.open = true)")
            for _ in range(400):
                await page.keyboard.press("Tab")
                if await page.evaluate(ROUND):
                    break
            found += [f"{path}: {each}" for each in await page.evaluate("wireroomUnreached()")]
        await context.close()
        return found

    assert painter.run(work) == []


# Whether the focus is where it was first.
ROUND = """() => {
  const at = document.activeElement;
  if (at === document.body) return false;
  window.wireroomFirst ??= at;
  window.wireroomSteps = (window.wireroomSteps ?? 0) + 1;
  return window.wireroomSteps > 1 && at === window.wireroomFirst;
}"""


@contextmanager
def wire_of(at: At) -> Iterator[str]:
    """A publisher's address, where a feed and a page that names it can be looked into."""
    with fed(at.world, Wire()) as found:
        stories = rss(
            item(1), item(2, date="<category>Moon</category>"), item(3, title="", body="")
        )
        found.wire.documents |= {
            "/sport.xml": stories.replace(b">PTN<", b">PTN Sport<"),
            "/page": Answer(body=NAMING, headers={"Content-Type": "text/html"}),
        }
        now = at.world.table.settings()
        host = found.wire.address.removeprefix("http://")
        site = replace(now.site, internal_hosts=(*now.site.internal_hosts, host))
        at.world.apply(replace(now, site=site), (FEED,), pages=False)
        yield found.wire.address


def test_a_chief_adds_a_feed_and_renames_a_category_without_a_script(
    painter: Chromium, at: At
) -> None:
    async def work(browser: Browser) -> None:
        context = await signed_in(browser, at, chief=True, java_script_enabled=False)
        page = await context.new_page()
        await page.goto(f"{at.address}/feeds")
        await page.fill("#url", f"{wire}/page")
        await press(page, "text=Look into it")
        await press(page, ".rows >> text=Look into it")
        assert "entry 3 is rejected" in await page.inner_text("main")
        await page.fill("#provider", "sport")
        await page.fill("#interval", "never")
        await press(page, "text=Show what changes")
        assert "is not a length of time" in await page.inner_text("[role=alert]")
        assert await page.is_checked("[name=in-sport]")
        await page.fill("#interval", "10m")
        await press(page, "text=Show what changes")
        assert "+ feed ptn-sport: " in await page.inner_text("main")
        await press(page, "text='Apply'")
        assert "now files every story again" in await page.inner_text("main")
        at.world.aws.drain()
        assert at.world.feeds.get("ptn-sport").config.categories == ("sport",)
        await press(page, "main >> text=Sport")
        await page.fill("#name", "Sports")
        await page.fill("#slug", "sports")
        await press(page, "text=Show what changes")
        await press(page, "text='Apply'")
        at.world.aws.drain()
        assert at.world.feeds.get("ptn-sport").config.categories == ("sports",)
        await context.close()

    with wire_of(at) as wire:
        painter.run(work)


def test_a_chief_republishes_and_redrives_without_a_script(painter: Chromium, at: At) -> None:
    async def work(browser: Browser) -> None:
        context = await signed_in(browser, at, chief=True, java_script_enabled=False)
        page = await context.new_page()
        at.world.aws.clock.advance(1)
        await page.goto(f"{at.address}/republish")
        await page.fill("#page", "/feed.xml")
        await press(page, "text=Republish the page")
        at.world.aws.drain()
        await press(page, "text=Look again")
        assert "republish of page /feed.xml: 1 pages so far" in await page.inner_text("main")
        assert ": done." in await page.inner_text("main")
        at.world.publish(entry(5))
        await press(page, "nav >> text=Trouble")
        await press(page, "text=Send again")
        at.world.aws.drain()
        assert at.world.article("5").state == "held"
        await page.goto(f"{at.address}/waiting")
        await press(page, "text=Release >> nth=0")
        settle(at)
        await context.close()

    painter.run(work)
