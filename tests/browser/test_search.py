"""A reader searches the deployed site in Chromium: with the page, its script and its policy."""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from tests.pipeline.test_sitemaps import sweep
from tests.pipeline.world import SETTINGS, empty_site, entry, prepared
from wireroom import clock
from wireroom.model import ListingEntry
from wireroom.site import assets, build, search
from wireroom_infra.embedded import EmbeddedAWS
from wireroom_infra.local.loopback import Answer, Request, serving
from wireroom_infra.local.site import answer

browsing = pytest.importorskip("tests.browser.browsing", exc_type=ImportError)

HINDI, ARABIC = "हिन्दी में बाढ़ की ख़बर", "فيضان في الحُكُومَة"
MINUTE = timedelta(minutes=1)
HOSTILE = "Scripts <img src=x onerror=alert(1)> & <script>alert(2)</script> of the delta"


@pytest.fixture
def origin(aws: EmbeddedAWS) -> Iterator[str]:
    """A site with stories of today and of last week, one of which has been killed."""
    world = prepared(aws, empty_site)
    hour = clock.now() - 60 * MINUTE
    old = {"published": hour - timedelta(days=9)}
    world.publish(
        entry(1, title="Flood in the delta", body="<p>Dykes broke. Asha fled.</p>", **old),
        entry(2, title=HINDI, language="hi", **old),
        entry(3, title=ARABIC, language="ar"),
        entry(4, title="Secret flood of the minister", **old),
        entry(5, **old),
        *(
            entry(
                f"tide-{number}", title=f"Tide {number} is high", published=hour - number * MINUTE
            )
            for number in range(12)
        ),
    )
    world.edit("headline", article="ptn:5", headline=HOSTILE)
    sweep(world)
    sweep(world)  # the file of recent stories tells which shards there are
    world.edit("kill", article="ptn:4", reason="legal")
    assert world.letters() == []
    paths = [f"/{key.removesuffix('index.html')}" for key in world.site()]
    client, bucket = aws.client("s3"), aws.outputs["SiteBucket"]
    files = {path: answer(client, bucket, path) for path in paths}

    def respond(request: Request) -> Answer:
        return files.get(request.path) or Answer(404)

    with serving(respond) as found:
        yield found


def test_a_reader_finds_stories_in_each_language_and_none_that_was_killed(
    origin: str, chromium: browsing.Chromium
) -> None:
    said: list[str] = []

    async def read(browser: Any) -> None:
        page = await browser.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: said.append(dialog.message))
        status, links = page.locator("#search-status"), page.locator("#search-found h2 a")

        async def search(typed: str) -> list[str]:
            await page.locator("[type=search]:enabled").fill(typed)
            await page.keyboard.press("Enter")
            await page.locator("#search-status:has-text('tor'):not(:has-text('…'))").wait_for()
            return await links.all_inner_texts()

        await page.goto(f"{origin}/")
        await page.get_by_role("link", name="Search").press("Enter")
        assert await search("delta FLOOD") == ["Flood in the delta"]
        assert await page.locator("mark").all_inner_texts() == ["Flood", "delta"]
        assert await search("asha dykes") == ["Flood in the delta"]
        assert await search("हिंदी खबर") == [HINDI]
        assert await page.locator("#search-found .words").get_attribute("dir") == "ltr"
        assert await search("الحكومة") == [ARABIC]
        assert await page.locator("#search-found .words").get_attribute("dir") == "rtl"
        assert await search("secret") == []
        assert await status.inner_text() == "No story has all of these words."
        assert await search("flood") == ["Flood in the delta"]
        assert await search("delt floo") == [], "only the last word may be a beginning"
        assert await search("flood delt") == ["Flood in the delta"]
        assert await search("scripts delta") == [HOSTILE]
        assert await search("tide high") == [f"Tide {number} is high" for number in range(10)]
        assert await status.inner_text() == "Stories found: 12. Shown: 10."
        more = page.get_by_role("button", name="More stories")
        await more.focus()
        await page.keyboard.press("Enter")
        await page.locator("#search-status:has-text('Shown: 12.')").wait_for()
        focused = await page.evaluate("document.activeElement.textContent")
        assert focused == "Tide 10 is high"
        assert not await more.is_visible()
        await page.go_back()
        await page.locator("#search-status:has-text('found: 1.')").wait_for()
        assert await links.all_inner_texts() == [HOSTILE]
        await links.first.press("Enter")
        await page.locator("h1").wait_for()
        assert HOSTILE in await page.locator("h1").inner_text()
        await page.close()

    chromium.run(read)
    assert said == []


STORIES, DAILY, MOST = 100_000, 100, 300_000
NOON = datetime(2026, 2, 11, 12, tzinfo=UTC)
# Each in a shard of its own, and in as many stories as a word may be that shards tell.
OFTEN = ("government", "elections", "police", "harbour", "weather", "budget")


def archive(chance: random.Random) -> list[ListingEntry]:
    """Stories that have only the words that are in the shards of OFTEN: each of these in one of
    eight, and as many others as a shard has (bench/search.py): 90 postings for 1,000 stories."""
    texts: list[list[str]] = [[] for _ in range(STORIES)]
    for word in OFTEN:
        for first in range(0, STORIES, 1000):
            for number in chance.sample(range(first, first + 1000), 1000 // search.COMMON - 12):
                texts[number].append(word)
            for number in chance.sample(range(first, first + 1000), 90):
                texts[number].append(f"{word[: search.PREFIX]}q{int(120 ** chance.random())}")
    return [
        ListingEntry(
            id=str(number),
            headline=" ".join(words),
            path=f"/2026/02/11/a-story-of-the-day-{number}/",
            published=NOON - timedelta(days=number // DAILY, minutes=number % DAILY),
        )
        for number, words in enumerate(texts)
    ]


def whole(entries: Sequence[ListingEntry], chance: random.Random) -> list[ListingEntry]:
    """With summaries as long as the search shows them."""
    vocabulary = [chance.randbytes(3).hex() for _ in range(5000)]
    return [
        replace(each, summary=" ".join(chance.choices(vocabulary, k=search.EXCERPT // 7)))
        for each in entries
    ]


@pytest.mark.slow
def test_a_query_of_a_hundred_thousand_stories_moves_at_most_300_kilobytes(
    chromium: browsing.Chromium, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of it: the page, its files, the recent stories, and what was asked for while typing."""
    monkeypatch.setattr(search, "SHARDS", 512)
    chance = random.Random(1)
    entries = archive(chance)
    shards = search.lines(SETTINGS, entries[DAILY:])
    assert len(shards) == len(OFTEN)
    recent = whole(entries[: 3 * DAILY], chance)
    texts = {
        f"/search/words/{number:03x}.txt": search.replaced("", months, "0", "")
        for number, months in shards.items()
    }
    texts |= {
        "/search/": build.search(SETTINGS),
        "/search/recent.json": search.recent(recent, range(search.SHARDS)),
    }
    files = {path: text.encode() for path, text in texts.items()}
    files |= {path: content for path, (content, _) in assets.assets().items()}
    moved: list[tuple[str, int]] = []

    def day(path: str) -> bytes:
        date, part = path.removeprefix("/search/").removesuffix(".json").rsplit("/", 1)
        ago = (NOON.date() - datetime.strptime(date, "%Y/%m/%d").date()).days  # noqa: DTZ007
        of_day = whole(entries[ago * DAILY : (ago + 1) * DAILY], chance)
        return search.documents(of_day, int(part)).encode()

    def respond(request: Request) -> Answer:
        path = request.path.partition("?")[0]
        known = path in files or (path.startswith("/search/2") and path.endswith(".json"))
        if not known:
            return Answer(404)
        packed = gzip.compress(files.get(path) or day(path), 6)
        moved.append((path, len(packed)))
        kind = "text/html; charset=utf-8" if path.endswith("/") else ""
        for end, name in ((".js", "text/javascript"), (".css", "text/css"), (".png", "image/png")):
            kind = name if path.endswith(end) else kind
        headers = {"Content-Type": kind or "text/plain", "Content-Encoding": "gzip"}
        return Answer(body=packed, headers=headers)

    async def ask(browser: Any, origin: str, typed: str) -> list[str]:
        moved.clear()
        context = await browser.new_context()
        page = await context.new_page()
        await page.goto(f"{origin}/search/")
        await page.locator("[type=search]:enabled").press_sequentially(typed)
        await page.keyboard.press("Enter")
        await page.locator("#search-status:has-text('tor'):not(:has-text('…'))").wait_for()
        found: list[str] = await page.locator("#search-found h2 a").all_inner_texts()
        await context.close()
        return found

    with serving(respond) as origin:
        found = chromium.run(lambda browser: ask(browser, origin, " ".join(OFTEN[:3])))
        assert len(found) == 10
        assert all(set(OFTEN[:3]) <= set(each.split()) for each in found)
        assert sum(size for _, size in moved) <= MOST, moved
        chromium.run(lambda browser: ask(browser, origin, " ".join(OFTEN)))
        assert sum("/words/" in path for path, _ in moved) == 3, "not of every word"
        assert sum(size for _, size in moved) <= MOST, moved
