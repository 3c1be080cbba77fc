"""The screen "Fronts" in Chromium: moved by keys, by drag, and without a script."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.browser.test_desk import WAIT, At, press, settle, signed_in
from tests.desk.browser import Browser as Client
from tests.desk.browser import settings
from tests.pipeline.world import World, entry
from wireroom import clock
from wireroom_infra.local.desk import local_desk

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

    from tests.browser.browsing import Chromium
    from tests.conftest import SharedStack

pytestmark = pytest.mark.slow

FOCUS = "document.activeElement.name + ' ' + document.activeElement.closest('li')?.innerText"


@pytest.fixture
def at(shared_stack: SharedStack) -> Iterator[At]:
    """Four stories, the newest first: Delta, بوابات, Beta, Alpha; Alpha is pinned to home."""
    aws = shared_stack.start()
    aws.reset()
    shared_stack.issuer.reset()
    world = World(aws)
    world.apply(settings(shared_stack.issuer))
    titles = ("Alpha", "Beta", "بوابات السد", "Delta")
    world.publish(
        *(
            entry(
                number,
                title=title,
                language="en" if title.isascii() else "ar",
                published=clock.now() - timedelta(hours=1) + timedelta(minutes=number),
            )
            for number, title in enumerate(titles, 1)
        )
    )
    world.edit("pin", article="ptn:1")
    client = Client(world, shared_stack.issuer)
    client.sign_in()
    with local_desk(aws) as address:
        yield At(world, address, client.session_at(address))


async def stories(page: Page, section: str = "pinned") -> list[str]:
    rows = page.locator(f"section[aria-labelledby={section}] li h3")
    return [text.strip() for text in await rows.all_inner_texts()]


async def until(page: Page, expected: list[str], section: str = "pinned") -> None:
    """Wait until the section has these stories."""
    await page.wait_for_function(
        """([section, expected]) => expected === [...document.querySelectorAll(
          `section[aria-labelledby=${section}] li h3`)].map((each) => each.innerText).join()""",
        arg=[section, ",".join(expected)],
        timeout=WAIT,
    )


def test_stories_are_pinned_moved_and_sent_by_keys_alone(painter: Chromium, at: At) -> None:
    async def work(browser: Browser) -> list[str]:
        context = await signed_in(browser, at)
        page = await context.new_page()
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(f"{at.address}/")
        for key in ("j", "j", "p"):  # the second row, whichever that is
            await page.keyboard.press(key)
        await page.wait_for_url("**/fronts?pin=*")
        assert await page.evaluate("document.activeElement.id") == "send"
        await page.goto(f"{at.address}/fronts")
        for key in ("j", "j", "j", "p"):
            await page.keyboard.press(key)
        await until(page, ["بوابات السد", "Alpha"])
        assert (await page.evaluate(FOCUS)).startswith("down 1")
        for key in ("j", "j", "p"):
            await page.keyboard.press(key)
        await until(page, ["Delta", "بوابات السد", "Alpha"])
        await page.keyboard.press("J")  # as fast as fingers are
        await page.keyboard.press("J")
        await page.keyboard.press("J")
        await until(page, ["بوابات السد", "Alpha", "Delta"])
        assert "Delta" in await page.evaluate(FOCUS)
        assert "in place 3 of 3" in await page.inner_text("#said")
        assert (
            await page.evaluate("getComputedStyle(document.querySelector('#rows li h3')).direction")
            == "rtl"
        )
        frame = page.frame_locator("iframe.page")
        await frame.locator("text=Delta").first.wait_for(timeout=WAIT)
        at.world.aws.clock.advance(1)
        await page.keyboard.press("s")
        assert await page.evaluate("document.activeElement.id") == "send"
        await page.keyboard.press("Enter")
        await page.wait_for_selector("text=Sent, not applied yet", timeout=WAIT)
        assert await page.evaluate("document.activeElement.textContent") == "Look again"
        settle(at)
        await page.wait_for_selector("#proposal", state="detached", timeout=WAIT)
        assert page.url == f"{at.address}/fronts"
        assert await page.evaluate("document.activeElement.id") == "rows"
        await page.wait_for_selector("#sent .written", timeout=WAIT)
        await context.close()
        return complaints

    assert painter.run(work) == []
    front = at.world.page("/")
    places = [front.index(f">{each}</a>") for each in ("بوابات السد", "Alpha", "Delta", "Beta")]
    assert places == sorted(places)


def test_stories_are_pinned_moved_and_unpinned_by_drag(painter: Chromium, at: At) -> None:
    async def work(browser: Browser) -> None:
        context = await signed_in(browser, at, viewport={"width": 1280, "height": 1600})
        page = await context.new_page()
        await page.goto(f"{at.address}/fronts")

        async def drag(title: str, onto: str, *, below: bool = False) -> None:
            target = page.locator(f"#rows li[data-id]:has-text('{onto}')")
            box = await target.bounding_box()
            assert box
            await page.drag_and_drop(
                f"#rows li[data-id]:has-text('{title}') .facts",
                f"#rows li[data-id]:has-text('{onto}')",
                target_position={"x": 20, "y": box["height"] - 3 if below else 3},
            )

        await drag("Delta", "Alpha", below=True)
        await until(page, ["Alpha", "Delta"])
        await drag("Beta", "Delta")
        await until(page, ["Alpha", "Beta", "Delta"])
        await drag("Delta", "Alpha")
        await until(page, ["Delta", "Alpha", "Beta"])
        await drag("Alpha", "بوابات")
        await until(page, ["Delta", "Beta"])
        await until(page, ["بوابات السد", "Alpha"], "rest")
        await press(page, "text=Leave it as it is")
        assert await stories(page) == ["Alpha"]
        await drag("Alpha", "Beta")
        await until(page, [])
        await page.drag_and_drop("#rows li[data-id]:has-text('Beta') .facts", "#pinned")
        await until(page, ["Beta"])
        await context.close()

    painter.run(work)
    assert at.world.article("1").pins == {"home": 1}  # nothing was sent


def test_a_front_is_arranged_without_a_script(painter: Chromium, at: At) -> None:
    async def work(browser: Browser) -> None:
        context = await signed_in(browser, at, java_script_enabled=False)
        page = await context.new_page()
        await page.goto(f"{at.address}/fronts")
        await page.fill("#pin", "ptn:2")
        await page.fill("#place", "2")
        await press(page, "text=Put it there")
        assert await stories(page) == ["Alpha", "Beta"]
        await press(page, "li:has-text('Beta') button:text-is('Up')")
        assert await stories(page) == ["Beta", "Alpha"]
        await press(page, "li:has-text('Alpha') button:text-is('Unpin')")
        at.world.aws.clock.advance(1)
        await press(page, "button:text-is('Send')")
        assert "Sent, not applied yet" in await page.inner_text("#proposal")
        settle(at)
        await press(page, "text=Look again")
        assert await page.query_selector("#proposal") is None
        assert await stories(page) == ["Beta"]
        await context.close()

    painter.run(work)
    assert at.world.article("2").pins == {"home": 1}
