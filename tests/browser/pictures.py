"""Pictures of each kind of page for docs/pictures/pages: `make pictures`, then look at them.

Of the sample site, on a phone first, by day; some by night, in other languages, and on a desk.
"""

from __future__ import annotations

import asyncio
import io
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from playwright.async_api import async_playwright

from tests.browser.browsing import ARGUMENTS
from tests.browser.published import Published, sample_sites
from tests.conftest import ROOT, START
from wireroom_infra.embedded import EmbeddedAWS, VirtualClock

FOLDER = ROOT / "docs/pictures/pages"
MOST = 100_000  # bytes of one picture
PHONE, DESK = (390, 1500), (1280, 1100)  # what is shown of a page, in CSS pixels


class Shown(NamedTuple):
    """`kind`: as `Published.kinds` names it. `query`: what readers' search is asked."""

    name: str
    kind: str
    locale: str = "en"
    size: tuple[int, int] = PHONE
    scheme: str = "light"
    query: str = ""


PICTURES = (
    Shown("phone-front", "front of the site"),
    Shown("phone-front-night", "front of the site", scheme="dark"),
    Shown("phone-front-arabic", "front of the site", "ar"),
    Shown("phone-section", "front of a list"),
    Shown("phone-section-hindi", "front of a list", "hi"),
    Shown("phone-article", "article in en"),
    Shown("phone-article-hindi-night", "article in hi", "hi", scheme="dark"),
    Shown("phone-article-arabic", "article in ar", "ar"),
    Shown("phone-day", "day of the site"),
    Shown("phone-month", "calendar of the site"),
    Shown("phone-author", "author of a list"),
    Shown("phone-search", "search of the site", query="?q=ferry+jetty"),
    Shown("phone-search-arabic-night", "search of the site", "ar", scheme="dark", query="?q=xyzzy"),
    Shown("phone-withdrawn", "killed"),
    Shown("phone-closed-arabic", "closed", "ar"),
    Shown("phone-missing", "missing"),
    Shown("desk-front", "front of the site", size=DESK),
    Shown("desk-article", "article in en", size=DESK),
    Shown("desk-article-arabic", "article in ar", "ar", size=DESK),
)


async def taken(sites: dict[str, Published], chromium: str) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        for each in PICTURES:
            site = sites[each.locale]
            width, height = each.size
            page = await browser.new_page(
                viewport={"width": width, "height": height},
                color_scheme=each.scheme,
                device_scale_factor=1.5 if each.size == PHONE else 1,
            )
            await page.goto(
                site.origin + site.kinds()[each.kind] + each.query, wait_until="networkidle"
            )
            _write(FOLDER / f"{each.name}.webp", await page.screenshot())
            await page.close()
        await browser.close()


def _write(path: Path, png: bytes) -> None:
    """As WebP, in the best quality that is small enough."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    for quality in (85, 75, 65, 50, 35):
        image.save(path, "WEBP", quality=quality, method=6)
        if path.stat().st_size <= MOST:
            break
    sys.stdout.write(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1000} kB\n")


def main() -> None:
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("there is no chromium (on Debian: apt-get install chromium)")
    FOLDER.mkdir(exist_ok=True)
    stack = EmbeddedAWS(ROOT / "template.yaml", clock=VirtualClock(START))
    with stack as aws, sample_sites(aws) as sites:
        asyncio.run(taken(dict(sites), chromium))


if __name__ == "__main__":
    main()
