"""Pictures of each screen of the desk for docs/pictures/desk: `make pictures`, then look at them.

Of the sample site, in the middle of an editor's morning; on a phone or at a desk, by day.
"""

from __future__ import annotations

import asyncio
import io
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace
from PIL import Image
from playwright.async_api import async_playwright

from tests.browser.browsing import ARGUMENTS
from tests.browser.pictures import DESK, PHONE
from tests.conftest import ROOT, SharedStack
from tests.desk.browser import Browser as Client
from tests.pipeline.world import World
from wireroom.newsroom.jobs import everything
from wireroom.settings.site_toml import read
from wireroom_infra.embedded.clock import VirtualClock
from wireroom_infra.local.desk import local_desk
from wireroom_infra.local.site import answer
from wireroom_infra.local.stack import feeds_of, one_pass
from wireroom_infra.project import SAMPLE
from wireroom_infra.sample.server import sample_wire
from wireroom_infra.sample.wire import EVERY

if TYPE_CHECKING:
    from playwright.async_api import Page, Route

FOLDER = ROOT / "docs/pictures/desk"
COLOURS = 128  # a screen has few, and then takes half as much as a photograph of it
CHIEF = "meera@harbourpost.example"


class Shown(NamedTuple):
    """`place`: of the screen; `{...}` stands for a story of `Morning`. `at`: where it is looked at,
    a selector."""

    name: str
    place: str
    size: tuple[int, int] = PHONE
    at: str = ""


PICTURES = (
    Shown("now", "/", DESK),
    Shown("now-phone", "/"),
    Shown("story", "/story/{edited}", DESK),
    Shown("story-phone", "/story/{edited}", at="#wording"),
    Shown("kill-phone", "/story/{hindi}#killing", at="#kill"),
    Shown("body", "/story/{corrected}/body", DESK),
    Shown("body-hindi-phone", "/story/{hindi}/body"),
    Shown("fronts", "/fronts", DESK),
    Shown("waiting-phone", "/waiting"),
    Shown("feeds", "/feeds", DESK),
    Shown("republish-phone", "/republish"),
    Shown("trouble-phone", "/trouble"),
    Shown("settings", "/settings", DESK),
    Shown("write-phone", "/write/{draft}"),
)


class Morning(Struct, frozen=True):
    """The desk at `address`, the cookie of who is signed in, and the ids of some stories."""

    world: World
    address: str
    cookie: dict[str, str]
    stories: dict[str, str]


@contextmanager
def morning() -> Iterator[Morning]:
    """The sample site after its first editions, with decisions of editors."""
    shared = SharedStack()
    aws = shared.start()
    assert isinstance(aws.clock, VirtualClock)
    with sample_wire(8081, aws.clock.now()):
        found = read((SAMPLE / "site.toml").read_text("utf-8"))
        hosts = (*found.settings.site.internal_hosts, shared.issuer.host)
        site = replace(found.settings.site, internal_hosts=hosts)
        settings = replace(found.settings, site=site)
        feeds_of(aws).apply(settings, found.feeds, everything("apply", aws.clock.now()))
        one_pass(aws, str)
        world = World(aws)
        newest = world.table.listings.newest("home", 100).entries
        named = {each.language or "en": each.id for each in reversed(newest)}
        english = [each.id for each in newest if each.language in {"", "en"}]
        edited, corrected, held, later, killed, pinned = english[:6]
        body = "<p>The council will vote on the plan on Friday, its office said.</p>"
        by = {"by": "asha@harbourpost.example"}
        world.edit("correct", article=corrected, body=body, correction="The day was wrong.", **by)
        world.edit("hold", article=held, why="The court sits at noon", **by)
        world.edit("schedule", article=later, publish_at="2026-02-12T06:00:00+05:30", **by)
        world.edit("kill", article=killed, reason="legal", **by)
        world.edit("pin", article=pinned, list="home", order=1, **by)
        world.edit("kill", article="ptn:ptn-0001", reason="withdrawn-by-agency", **by)
        world.edit("hold", article="ptn:no-such-story", **by)
        aws.clock.advance(EVERY / timedelta(seconds=1))
        one_pass(aws, str)
        with local_desk(aws) as address:
            client = Client(world, shared.issuer)
            client.sign_in(CHIEF)
            cookie = client.session_at(address)
            stories = {"edited": edited, "corrected": corrected, "hindi": named["hi"]}
            yield Morning(world, address, cookie, stories)
    shared.stop()


async def taken(at: Morning, chromium: str, folder: Path, scheme: str = "light") -> None:
    aws, site = at.world.aws, at.world.table.settings().site

    async def readers(route: Route) -> None:
        """What the site answers, where a page in a frame asks it for a picture."""
        parts = urlsplit(route.request.url)
        found = answer(aws.client("s3"), aws.outputs["SiteBucket"], parts.path)
        await route.fulfill(status=found.status, body=found.body, headers=dict(found.headers))

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        for work in (_write_a_draft, _change_a_headline):
            context = await browser.new_context()
            await context.add_cookies([at.cookie])  # type: ignore[list-item]
            await work(await context.new_page(), at)
        kept = await context.storage_state()
        for each in PICTURES:
            width, height = each.size
            page = await browser.new_page(
                storage_state=kept,
                viewport={"width": width, "height": height},
                color_scheme=scheme,  # type: ignore[arg-type]
                device_scale_factor=1.5 if each.size == PHONE else 1,
            )
            await page.route(f"{site.url}/**", readers)
            await page.goto(at.address + each.place.format(**at.stories), wait_until="networkidle")
            if each.at:
                await page.locator(each.at).evaluate("found => found.scrollIntoView()")
            written(folder / f"{each.name}.webp", await page.screenshot())
            await page.close()
        await browser.close()


async def _write_a_draft(page: Page, at: Morning) -> None:
    await page.goto(f"{at.address}/write")
    await page.fill("#headline", "Ferry fares to rise in March")
    await page.fill("#byline", "Asha Rao")
    await page.click(".editor")
    await page.keyboard.type("A single to the lighthouse will cost ₹40, the port said.")
    await page.check("[name=in-business]")
    async with page.expect_navigation():
        await page.click("text=Save as draft")
    at.stories["draft"] = urlsplit(page.url).path.rpartition("/")[2]
    at.world.aws.drain()


async def _change_a_headline(page: Page, at: Morning) -> None:
    """As an editor does, so that a line follows it, to its end."""
    await page.goto(f"{at.address}/story/{at.stories['edited']}")
    headline = await page.get_attribute("#headline", "placeholder")
    await page.fill("#headline", f"{headline}, says the port")
    async with page.expect_navigation():
        await page.click("button:text-is('Save')")
    aws = at.world.aws
    assert isinstance(aws.clock, VirtualClock)
    aws.clock.advance(1)
    aws.drain()
    await page.wait_for_selector("#sent .written")
    aws.clock.advance(40)
    aws.invoke("PurgeFunction", {})
    await page.wait_for_selector("#sent >> text=purged within")


def written(path: Path, png: bytes) -> None:
    """The picture `png` as WebP without loss, but for all but its commonest colours."""
    found = Image.open(io.BytesIO(png)).convert("RGB")
    found = found.quantize(COLOURS, dither=Image.Dither.NONE).convert("RGB")
    found.save(path, "WEBP", lossless=True, quality=100, method=6)
    sys.stdout.write(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1000} kB\n")


def main() -> None:
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("there is no chromium (on Debian: apt-get install chromium)")
    FOLDER.mkdir(exist_ok=True)
    with morning() as at:
        asyncio.run(taken(at, chromium, FOLDER))


if __name__ == "__main__":
    main()
