"""An editor's whole day at the desk in Chromium, over the embedded AWS: after each action the
site's page is what it should be.

By keys alone, in a wide and a narrow window, by day and by night; and once on a phone, without a
script.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import Struct

from tests.browser.test_desk import WAIT, press
from tests.desk.browser import Browser as Client
from tests.desk.browser import settings
from tests.pipeline.world import FEED, World, entry, without_latest
from wireroom.newsroom.identity import article_id
from wireroom_infra.local.desk import local_desk

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Page

    from tests.browser.browsing import Chromium
    from tests.conftest import SharedStack

pytestmark = pytest.mark.slow

BODY = "<p>The depth is 14 m.</p><p>Nobody was hurt.</p>"
TABS = 300  # more than any screen has
# A frame that comes while the focus passes through it takes the focus along, in any page. So frames
# are there when the page is, also for whoever goes through it by keys at once.
EAGER = """new MutationObserver(() => {
  for (const frame of document.querySelectorAll("iframe[loading]")) frame.loading = "eager";
}).observe(document, { childList: true, subtree: true })"""


class Day(Struct):
    """The desk at `address`, and who is at it: `cookie` signs the chief in anew."""

    world: World
    address: str
    cookie: Callable[[], dict[str, str]]

    @property
    def path(self) -> str:
        return str(self.world.article().path)

    def page(self, path: str = "") -> str:
        """What the site has at `path`, or for the day's story."""
        return without_latest(self.world.page(path or self.path))

    def top(self) -> str:
        """The headline of the first story of the front page."""
        return self.page("/").partition("<h2")[2].partition("</h2>")[0]

    def settle(self) -> None:
        self.world.aws.clock.advance(1)
        self.world.aws.drain()
        self.world.aws.clock.advance(1)


@pytest.fixture
def day(shared_stack: SharedStack) -> Iterator[Day]:
    """Two stories about gates, one of which came later, and an event that was refused as its story
    had not come."""
    aws = shared_stack.start()
    aws.reset()
    shared_stack.issuer.reset()
    world = World(aws)
    world.apply(settings(shared_stack.issuer), (FEED,))
    world.edit("hold", article="ptn:5")
    world.publish(
        entry(1, title="Gates of the dam opened", body=BODY), entry(2, title="Gates shut")
    )
    world.publish(entry(5, title="It came later"))
    with local_desk(aws) as address:

        def cookie() -> dict[str, str]:
            client = Client(world, shared_stack.issuer)
            client.sign_in("chief@harbour.example")
            return client.session_at(address)

        yield Day(world, address, cookie)


class Hands(Struct):
    """Whoever taps on what they see. Selectors name what is used."""

    page: Page

    async def find(self, words: str) -> None:
        await self.page.fill("#find", words)
        await press(self.page, "form.find button")

    async def to_headline(self) -> None:
        await press(self.page, "#rows a:text-is('Headline')")

    async def to_kill(self) -> None:
        await press(self.page, "#rows a:text-is('Kill')")
        await self.page.click("#kill summary")

    async def fill(self, selector: str, text: str) -> None:
        await self.page.fill(selector, text)

    async def correct(self) -> None:
        """Change the first words of the body."""
        await self.page.fill("#body", BODY.replace("The depth", "Its depth"))

    async def write(self, paragraph: str) -> None:
        """A body of one paragraph."""
        await self.page.fill("#body", f"<p>{paragraph}</p>")

    async def tick(self, name: str) -> None:
        await self.page.check(f"[name={name}]")

    async def set_time(self, selector: str, day: str, time: str) -> None:
        """`day` as 2026-02-12 and `time` as 06:00."""
        await self.page.fill(selector, f"{day}T{time}")

    async def choose(self, name: str, value: str) -> None:
        """One of several, or a value of a list."""
        if await self.page.query_selector(f"select[name={name}]"):
            await self.page.select_option(f"select[name={name}]", value)
        else:
            await self.page.check(f"[name={name}][value={value}]")

    async def open(self, selector: str) -> None:
        await self.page.click(selector)

    async def go(self, selector: str) -> None:
        """Follow a link, or press the button of a form, and wait for the page to which it leads."""
        await press(self.page, selector)


class Keys(Hands):
    """Whoever has a keyboard only."""

    async def find(self, words: str) -> None:
        await self.page.keyboard.press("/")
        await self.page.keyboard.type(words)
        await self._enter()

    async def to_headline(self) -> None:
        await self.page.keyboard.press("j")
        async with self.page.expect_navigation():
            await self.page.keyboard.press("h")

    async def to_kill(self) -> None:
        await self.page.keyboard.press("j")
        async with self.page.expect_navigation():
            await self.page.keyboard.press("x")
        # The kill is open already, and has the focus.
        assert await self.page.evaluate("document.activeElement.matches('#kill[open] summary')")

    async def fill(self, selector: str, text: str) -> None:
        await self._reach(selector)
        await self.page.keyboard.press("Control+A")
        await self.page.keyboard.type(text)

    async def correct(self) -> None:
        await self._reach(".editor")
        await self.page.keyboard.press("Control+Home")
        await self.page.keyboard.press("Control+Shift+ArrowRight")
        await self.page.keyboard.type("Its ")

    async def write(self, paragraph: str) -> None:
        await self._reach(".editor")
        await self.page.keyboard.type(paragraph)

    async def tick(self, name: str) -> None:
        await self._reach(f"[name={name}]")
        await self.page.keyboard.press("Space")

    async def set_time(self, selector: str, day: str, time: str) -> None:
        year, month, date = day.split("-")
        await self._reach(selector)
        await self.page.keyboard.type(month + date + year)
        await self.page.keyboard.press("ArrowRight")
        await self.page.keyboard.type(f"{time.replace(':', '')}AM")

    async def choose(self, name: str, value: str) -> None:
        await self._reach(f"select[name={name}], [type=radio][name={name}]")
        chosen = f"document.activeElement.value === '{value}'"
        for _ in range(20):
            if await self.page.evaluate(chosen):
                break
            await self.page.keyboard.press("ArrowDown")
        # A list keeps what is reached; of several choices a first one is only looked at.
        await self.page.keyboard.press("Space" if "radio" in await self._kind() else "Shift")

    async def open(self, selector: str) -> None:
        await self._reach(selector)
        await self.page.keyboard.press("Enter")

    async def go(self, selector: str) -> None:
        await self._reach(selector)
        await self._enter()

    async def _kind(self) -> str:
        return str(await self.page.evaluate("document.activeElement.type"))

    async def _enter(self) -> None:
        async with self.page.expect_navigation():
            await self.page.keyboard.press("Enter")

    async def _reach(self, selector: str) -> None:
        """Go there with the Tab key; once more from the top if the page has put the control anew
        meanwhile."""
        look = "each => [each, document.body].indexOf(document.activeElement)"
        for _ in range(2):
            wanted = await self.page.wait_for_selector(selector, state="attached", timeout=WAIT)
            assert wanted
            for _ in range(TABS):
                await self.page.keyboard.press("Tab")
                found = await wanted.evaluate(look)
                if found == 0:
                    return
                if found == 1:
                    break
        pytest.fail(f"there is no way by keys to {selector} on {self.page.url}")


async def a_day(day: Day, context: BrowserContext, hands: type[Hands], *, script: bool) -> None:
    await context.add_init_script(EAGER)
    page = await context.new_page()
    hand = hands(page)
    story = f"{day.address}/story/{article_id('ptn', '1')}"

    async def begin(path: str = "") -> None:
        await page.goto("about:blank")  # what the last screen asks for is answered before
        day.settle()
        await page.goto(path if path.startswith("http") else f"{day.address}{path or '/'}")

    # Find a story by three words, and change its headline.
    await context.add_cookies([day.cookie()])  # type: ignore[list-item]
    await begin()
    await hand.find("gates opened dam")
    assert await page.inner_text("#rows h2") == "Gates of the dam opened"
    await hand.to_headline()
    await hand.fill("#headline", "Sluices open")
    await hand.go("button:text-is('Save')")
    day.settle()
    assert "Sluices open</h1>" in day.page()
    assert "Sluices open" in day.page("/india/")
    if script:
        await followed(page, day)

    # Correct a paragraph.
    await begin(f"{story}/body")
    await hand.correct()
    await hand.fill("#correction", "It is the dam's depth.")
    await hand.go("text=Publish the correction")
    day.settle()
    assert "<p>Its depth is 14 m.</p>" in day.page()
    assert "<p>Nobody was hurt.</p>" in day.page()
    assert "It is the dam&#39;s depth." in day.page()

    # Hold it, and let it go again.
    await begin(story)
    await hand.go("button:text-is('Hold')")
    day.settle()
    assert "Its depth" not in day.page()
    assert "Sluices open" not in day.page("/")
    await begin("/waiting")
    await hand.go("button:text-is('Release')")
    day.settle()
    assert "Its depth" in day.page()

    # Let it wait for tomorrow.
    await begin(story)
    await hand.open("summary:text-is('Times')")
    await hand.set_time("#publish_at", "2026-02-12", "06:00")
    await hand.go("text=Set the times")
    day.settle()
    assert "Its depth" not in day.page()
    assert "Sluices open" not in day.page("/")
    day.world.aws.clock.advance(16 * 3600)  # 06:30 in Kolkata
    day.world.aws.invoke("ReleaseFunction", {})
    day.settle()
    assert "Its depth" in day.page()

    # The next morning, pin it to the top, after another has come, and unpin it.
    await context.add_cookies([day.cookie()])  # type: ignore[list-item]
    day.world.publish(entry(3, title="Newer"))
    assert "Newer" in day.top()
    await begin(story)
    await hand.choose("list", "home")
    await hand.go("button:text-is('Pin')")
    day.settle()
    assert "Sluices open" in day.top()
    await begin(story)
    await hand.go("text=Unpin from")
    day.settle()
    assert "Newer" in day.top()

    # Kill it for legal reasons, and put it back.
    await begin("/?find=sluices+open")
    await hand.to_kill()
    await hand.choose("reason", "legal")
    await hand.go("text=Kill the story")
    day.settle()
    assert "removed for legal reasons" in day.page()
    assert "Its depth" not in day.page()
    assert "Sluices open" not in day.page("/")
    await begin(story)
    await hand.go("text=Put the story back")
    day.settle()
    assert "Its depth" in day.page()
    assert "Sluices open" in day.page("/")

    # Republish a category, whose page somebody has broken.
    bucket = day.world.aws.outputs["SiteBucket"]
    for key in ("india/index.html", "sport/index.html"):
        day.world.aws.client("s3").put_object(Bucket=bucket, Key=key, Body=b"broken")
    await begin("/republish")
    await hand.choose("what", "india")
    await hand.go("text=Republish the list")
    day.settle()
    assert "Sluices open" in day.page("/india/")
    assert day.page("/sport/") == "broken"

    # Send a dead letter again: its story has come meanwhile.
    assert "It came later" in day.page("/")
    await begin("/trouble")
    await hand.go("text=Send again")
    day.settle()
    assert "It came later" not in day.page("/")
    assert day.world.letters() == []

    # Write a story of the newsroom's own, and publish it.
    await begin("/write")
    await hand.fill("#headline", "Ferry fares to rise")
    await hand.write("Fares rise in March.")
    await hand.tick("in-business")
    await hand.go("button[value=publish]")
    day.settle()
    assert "Ferry fares to rise" in day.top()
    assert "Ferry fares to rise" in day.page("/business/")
    assert "<p>Fares rise in March.</p>" in day.page("/2026/02/12/ferry-fares-to-rise/")


async def followed(page: Page, day: Day) -> None:
    """What was sent is followed to its end, and whoever is at that line by keys stays there."""
    await page.wait_for_selector("#sent .written", timeout=WAIT)
    await Keys(page)._reach("#sent summary")
    await page.keyboard.press("Enter")
    assert await page.is_visible(f"#sent a:text-is('{day.path}')")
    day.world.aws.clock.advance(60)
    day.world.aws.invoke("PurgeFunction", {})
    await page.wait_for_selector("#sent >> text=purged within", timeout=WAIT)
    assert await page.is_visible(f"#sent a:text-is('{day.path}')")
    assert await page.evaluate("document.activeElement.matches('#sent summary')")


def at(width: int, scheme: str, *, script: bool = True) -> dict[str, Any]:
    viewport = {"width": width, "height": 844}
    return {"viewport": viewport, "color_scheme": scheme, "java_script_enabled": script}


@pytest.mark.parametrize(
    ("hands", "look"),
    [
        (Keys, at(1280, "light")),
        (Keys, at(1280, "dark")),
        (Keys, at(390, "light")),
        (Hands, at(390, "dark", script=False)),
    ],
    ids=["by keys", "by keys at night", "by keys in a narrow window", "without a script"],
)
def test_a_whole_day(painter: Chromium, day: Day, hands: type[Hands], look: dict[str, Any]) -> None:
    async def work(browser: Browser) -> None:
        context = await browser.new_context(locale="en-US", **look)
        context.set_default_timeout(WAIT)
        try:
            await a_day(day, context, hands, script=hands is Keys)
        finally:
            await context.close()

    painter.run(work)
