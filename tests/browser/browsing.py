"""Pages loaded in Chromium, several side by side, and what each of them did."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

from playwright.async_api import Browser, ConsoleMessage, Dialog, Error, Page, async_playwright

from wireroom.site.assets import SCRIPT

HERE = Path(__file__).parent
LISTEN = "".join((HERE / name).read_text("utf-8") for name in ("watch.js", "readers.js"))
# Nothing leaves this machine: a request elsewhere is seen as such, and then finds no host.
ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--num-raster-threads=1",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
# Where nobody looks at the pictures of the pages: what makes them costs a quarter of a load.
UNPAINTED = "--disable-threaded-compositing"
TABS = 4
HEIGHT = 844  # of the window
Result = TypeVar("Result")
SLOW = 25  # seconds for one page, on a machine that is busy


class Did:
    """What one address of a site did in the browser. `requests`: (kind, address)."""

    def __init__(self) -> None:
        self.ran: list[str] = []  # scripts, dialogs, windows, navigations
        self.requests: list[tuple[str, str]] = []
        self.complaints: list[str] = []  # errors in the console, violations of the policy
        self.found: list[str] = []  # what may not stand in a page, or was asked for
        self.status = 0

    def elsewhere(self, origin: str) -> list[tuple[str, str]]:
        """The requests that went to another origin than the site's."""
        return [found for found in self.requests if not found[1].startswith(f"{origin}/")]


class Look(NamedTuple):
    """How pages are looked at. `ask`: a function in JavaScript that gives a list of findings.

    `also`: (width, scheme, function) of further looks at each page, once it is there. `keys`: go
    through the page with the Tab key before those. `tabs`: pages side by side, all but one of which
    the browser paints for nobody.
    """

    policy: bool = True
    provoke: bool = False
    examine: bool = False
    width: int = 1280
    scheme: str = "light"
    ask: str = ""
    also: tuple[tuple[int, str, str], ...] = ()
    keys: bool = False
    tabs: int = TABS


class Chromium:
    """The Chromium at `path`, headless, to do one thing after another until it is closed. With
    `paints` it draws the page in front, and knows when something in it moves.

    A start takes a second and more, so all tests of a process share one; each visit has a context
    of its own, with no cookie, cache or page of another.
    """

    def __init__(self, path: str, *, paints: bool = False) -> None:
        self._path = path
        self._arguments = ARGUMENTS if paints else (*ARGUMENTS, UNPAINTED)
        self._loop = asyncio.new_event_loop()
        self._playwright = self._loop.run_until_complete(async_playwright().start())
        self._browser: Browser | None = None

    def run(self, work: Callable[[Browser], Coroutine[Any, Any, Result]]) -> Result:
        """What `work` gives. It gets a new browser if the one before it has died."""

        async def working() -> Result:
            if self._browser is None or not self._browser.is_connected():
                self._browser = await self._playwright.chromium.launch(
                    executable_path=self._path, args=list(self._arguments)
                )
            return await work(self._browser)

        return self._loop.run_until_complete(working())

    def close(self) -> None:
        async def closing() -> None:
            if self._browser is not None:
                await self._browser.close()
            await self._playwright.stop()

        self._loop.run_until_complete(closing())
        self._loop.close()


def visit(chromium: Chromium, origin: str, addresses: Sequence[str], look: Look) -> dict[str, Did]:
    """What each of `addresses` (paths) of the site at `origin` did when it was loaded."""
    return chromium.run(lambda found: visited(found, origin, addresses, look))


def as_requested(chromium: Chromium, urls: Sequence[str]) -> list[str]:
    """Each of `urls` as the browser spells it when it asks for it."""

    async def spelled(found: Browser) -> list[str]:
        page = await found.new_page()
        spell = "urls => urls.map(url => new URL(url).href.split('#')[0])"
        spelled: list[str] = await page.evaluate(spell, list(urls))
        await page.close()
        return spelled

    return chromium.run(spelled)


async def visited(
    found: Browser, origin: str, addresses: Sequence[str], look: Look
) -> dict[str, Did]:
    context = await found.new_context(
        bypass_csp=not look.policy,
        viewport={"width": look.width, "height": HEIGHT},
        color_scheme=look.scheme,
        accept_downloads=False,
    )
    await context.add_init_script(LISTEN)
    waiting = list(reversed(addresses))
    done: dict[str, Did] = {}

    async def tab() -> None:
        watched = None
        while waiting:
            address = waiting.pop()
            # One that went elsewhere may still be on its way: the next page gets a tab of its own.
            if watched is None or watched.did.ran:
                watched = Tab(await context.new_page(), origin)
            done[address] = await watched.load(address, look)

    await asyncio.gather(*(tab() for _ in range(min(look.tabs, len(addresses)))))
    await context.close()
    return {address: done[address] for address in addresses}


class Tab:
    """One tab, and what the page in it has been doing since it was asked for."""

    def __init__(self, page: Page, origin: str) -> None:
        self.page, self.origin, self.did = page, origin, Did()
        self.expected = ""
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.did.ran.append(f"error {error}"))
        page.on("request", lambda asked: self.did.requests.append((asked.resource_type, asked.url)))
        page.on("websocket", lambda socket: self.did.requests.append(("websocket", socket.url)))
        page.on("popup", lambda popup: self.did.ran.append(f"window {popup.url}"))
        page.on("download", lambda file: self.did.ran.append(f"download {file.url}"))
        page.on("framenavigated", lambda frame: self._moved(frame is page.main_frame, frame.url))
        page.on("dialog", self._dialog)

    async def load(self, address: str, look: Look) -> Did:
        self.did, self.expected = Did(), f"{self.origin}{address}"
        try:
            async with asyncio.timeout(SLOW):
                await self._look(look)
        except Error as error:  # such as the page having gone elsewhere meanwhile
            self.did.ran.append(f"interrupted: {error.message.splitlines()[0]}")
        except TimeoutError:
            self.did.ran.append(f"not done after {SLOW} seconds")
        return self.did

    async def _look(self, look: Look) -> None:
        answer = await self.page.goto(self.expected, wait_until="load")
        self.did.status = answer.status if answer else 0
        if look.provoke:
            await self.page.evaluate("wireroomProvoke()")
        if look.examine:
            self.did.found += await self.page.evaluate("wireroomExamine", SCRIPT)
        if look.ask:
            self.did.found += await self.page.evaluate(look.ask)
        if look.keys:
            for _ in range(await self.page.evaluate("wireroomReachable().length")):
                await self.page.keyboard.press("Tab")
            self.did.found += await self.page.evaluate("wireroomUnreached()")
        for width, scheme, ask in look.also:
            await self.page.set_viewport_size({"width": width, "height": HEIGHT})
            await self.page.emulate_media(color_scheme=scheme)
            found = await self.page.evaluate(ask)
            self.did.found += [f"{each} ({width} px, {scheme})" for each in found]
        # The next page is loaded as the first one was.
        if look.also:
            await self.page.set_viewport_size({"width": look.width, "height": HEIGHT})
            await self.page.emulate_media(color_scheme=look.scheme)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.text.startswith("wireroom ran"):
            self.did.ran.append(message.text)
        elif message.text.startswith("wireroom policy") or message.type in ("error", "warning"):
            self.did.complaints.append(f"{message.text} ({message.location.get('url', '')})")

    def _moved(self, main: bool, url: str) -> None:
        if not main or urlsplit(url)._replace(fragment="").geturl() != self.expected:
            self.did.ran.append(f"navigation to {url}")

    async def _dialog(self, dialog: Dialog) -> None:
        self.did.ran.append(f"dialog {dialog.message}")
        await dialog.dismiss()
