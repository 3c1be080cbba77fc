"""Pages loaded in Chromium, several side by side, and what each of them did."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from playwright.async_api import Browser, ConsoleMessage, Dialog, Error, Page, async_playwright

from wireroom.site.assets import SCRIPT

LISTEN = (Path(__file__).parent / "watch.js").read_text("utf-8")
# Nothing leaves this machine: a request elsewhere is seen as such, and then finds no host.
ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
TABS = 4
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
    """How pages are looked at. `ask`: a function in JavaScript that gives a list of findings."""

    policy: bool = True
    provoke: bool = False
    examine: bool = False
    width: int = 1280
    scheme: str = "light"
    ask: str = ""


@asynccontextmanager
async def browser(path: str) -> AsyncIterator[Browser]:
    """The Chromium at `path`, headless."""
    async with async_playwright() as playwright:
        found = await playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield found
        await found.close()


def visit(path: str, origin: str, addresses: Sequence[str], look: Look) -> dict[str, Did]:
    """What each of `addresses` (paths) of the site at `origin` did when it was loaded."""

    async def run() -> dict[str, Did]:
        async with browser(path) as found:
            return await visited(found, origin, addresses, look)

    return asyncio.run(run())


def as_requested(path: str, urls: Sequence[str]) -> list[str]:
    """Each of `urls` as the browser spells it when it asks for it."""

    async def run() -> list[str]:
        async with browser(path) as found:
            page = await found.new_page()
            spelled = "urls => urls.map(url => new URL(url).href.split('#')[0])"
            return await page.evaluate(spelled, list(urls))

    return asyncio.run(run())


async def visited(
    found: Browser, origin: str, addresses: Sequence[str], look: Look
) -> dict[str, Did]:
    context = await found.new_context(
        bypass_csp=not look.policy,
        viewport={"width": look.width, "height": 844},
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

    await asyncio.gather(*(tab() for _ in range(min(TABS, len(addresses)))))
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
