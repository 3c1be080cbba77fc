"""The screen "Write" in Chromium: what is typed is not lost, with a picture, and without a
script."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.test_desk import WAIT, At, at, press, settle, signed_in
from tests.pictures.drawing import drawn, written

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

    from tests.browser.browsing import Chromium

pytestmark = pytest.mark.slow
__all__ = ["at"]

PICTURE = {"name": "ferry.jpg", "mimeType": "image/jpeg", "buffer": written(drawn(400, 300))}
LARGE = PICTURE | {"buffer": b"\xff" * 4_000_001}


async def told(page: Page, field: str) -> str:
    return str(await page.eval_on_selector(field, "each => each.validationMessage"))


def test_what_is_typed_stays_in_the_browser_until_it_has_arrived(painter: Chromium, at: At) -> None:
    async def work(browser: Browser) -> list[str]:
        context = await signed_in(browser, at)
        page = await context.new_page()
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(f"{at.address}/write")
        await page.fill("#headline", "Ferry fares to rise")
        await page.click(".editor")
        await page.keyboard.type("Fares rise in March.")
        await page.check("[name=in-sport]")
        await page.click("text=Show its page below")
        frame = page.frame_locator("iframe[name=preview]")
        await frame.locator("text=Fares rise in March.").first.wait_for(timeout=WAIT)
        await page.goto(f"{at.address}/write")
        assert await page.input_value("#headline") == ""
        await page.click("text=Put it back")
        assert await page.input_value("#headline") == "Ferry fares to rise"
        assert await page.inner_text(".editor") == "Fares rise in March."
        assert await page.is_checked("[name=in-sport]")
        await page.set_input_files("#picture", LARGE)  # type: ignore[arg-type]
        assert "larger than 4 MB" in await told(page, "#picture")
        await page.set_input_files("#picture", PICTURE)  # type: ignore[arg-type]
        assert await told(page, "#picture") == ""
        await page.fill("#alt", "The ferry")
        await press(page, "text=Save as draft")
        settle(at)
        await page.wait_for_selector("text=There is a picture", timeout=WAIT)
        assert await page.evaluate("localStorage.length") == 0
        await press(page, "button:text-is('Publish')")
        settle(at)
        await page.wait_for_selector("text=was published", timeout=WAIT)
        await page.goto(f"{at.address}/write")
        assert await page.query_selector(".draft") is None
        await context.close()
        return complaints

    assert painter.run(work) == []
    front = at.world.page("/sport/")
    assert "Ferry fares to rise" in front
    assert 'alt="The ferry"' in front


def test_a_story_is_written_without_a_script(painter: Chromium, at: At) -> None:
    async def work(browser: Browser) -> None:
        context = await signed_in(browser, at, java_script_enabled=False)
        page = await context.new_page()
        await page.goto(f"{at.address}/")
        await press(page, "text=Write")
        await page.fill("#headline", "Ferry fares to rise")
        await page.fill("#body", "Fares rise in March.\n\nThe port says so.")
        await page.set_input_files("#picture", PICTURE)  # type: ignore[arg-type]
        await press(page, "button:text-is('Publish')")
        assert "say what the picture shows" in await page.inner_text("#wrong-alt")
        assert "There is a picture" in await page.inner_text("main")
        await page.fill("#alt", "The ferry")
        await press(page, "button:text-is('Publish')")
        settle(at)
        await press(page, "text=To the story")
        assert "Live" in await page.inner_text(".state")
        await context.close()

    painter.run(work)
    front = at.world.page("/")
    assert 'alt="The ferry"' in front
    assert "Ferry fares to rise" in front
