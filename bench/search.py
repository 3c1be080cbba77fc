"""How much readers' search moves and how long it takes, with archives of several sizes; and the
same with Pagefind, if it is installed.

    python -m bench.search [STORIES ...] [--pagefind]

The stories have made-up words, of a vocabulary as uneven as that of a language (Zipf), a hundred a
day. A query is typed, by eight keys a second, or pasted. The browser is Chromium on a phone's
connection as Lighthouse has it ("slow 4G": 150 ms, 1.6 Mbit/s) and on an ordinary one (4G: 60 ms, 9
Mbit/s). Pagefind: `pip install pagefind pagefind-bin` in an environment of its own, named by
PAGEFIND_PYTHON.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import os
import random
import resource
import shutil
import subprocess
import time
from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from wireroom.model import Category, ListingEntry, Settings, Site
from wireroom.site import assets, build, search
from wireroom.site.dates import day_of
from wireroom_infra.local.loopback import Answer, Request, serving

NOW = datetime(2026, 2, 11, 18, tzinfo=UTC)
SETTINGS = Settings(
    site=Site(name="Bench", url="https://bench.example", timezone="Asia/Kolkata"),
    categories=(Category(name="India", slug="india"),),
)
DAILY = 100
CONNECTIONS = {"slow 4G": (150, 1.6), "4G": (60, 9.0)}  # name → milliseconds, Mbit/s
SYLLABLES = [
    c + v + e for c in "bcdfghjklmnprstvw" for v in "aeiou" for e in ("", "", "n", "r", "s")
]


def vocabulary(size: int = 60_000) -> list[str]:
    chance, found = random.Random(7), {}
    while len(found) < size:
        found[
            "".join(chance.choice(SYLLABLES) for _ in range(chance.choice((1, 2, 2, 3, 3, 4))))
        ] = None
    return list(found)


WORDS = vocabulary()
WEIGHTS = list(itertools.accumulate(1 / (rank + 2.7) ** 1.05 for rank in range(len(WORDS))))


def stories(count: int) -> Iterator[ListingEntry]:
    chance = random.Random(count)

    def some(number: int) -> str:
        return " ".join(
            WORDS[bisect(WEIGHTS, chance.random() * WEIGHTS[-1])] for _ in range(number)
        )

    for number in range(count):
        yield ListingEntry(
            id=f"{chance.getrandbits(128):032x}",
            headline=some(9).capitalize(),
            summary=some(38),
            author=some(2).title(),
            path=f"/2026/02/11/{some(5).replace(' ', '-')}-{number}/",
            published=NOW - timedelta(days=number // DAILY, minutes=number % DAILY * 9),
            categories=("india",),
            language="en",
        )


def built(entries: list[ListingEntry]) -> dict[str, bytes]:
    """Path → content of all files of the search, and of its page."""
    zone = SETTINGS.site.timezone
    today = day_of(NOW, zone)
    days: dict[str, list[ListingEntry]] = {}
    for entry in entries:
        days.setdefault(day_of(entry.published, zone), []).append(entry)
    found = {}
    started = time.perf_counter()
    lines = search.lines(
        SETTINGS, [each for each in entries if day_of(each.published, zone) < today]
    )
    for number, months in lines.items():
        found[f"/search/words/{number:03x}.txt"] = search.replaced("", months, "0", "")
    print(f"  words filed in {time.perf_counter() - started:.1f} s")
    for day, of_day in days.items():
        for part in range(1, search.PARTS + 1):
            path = f"/search/{day.replace('-', '/')}/{part}.json"
            found[path] = search.documents(of_day, part)
    oldest = day_of(NOW - timedelta(days=search.RECENT_DAYS), zone)
    recent = [entry for day, of_day in days.items() if day >= oldest for entry in of_day]
    found["/search/recent.json"] = search.recent(recent[: search.RECENT], lines)
    texts = {path: text.encode() for path, text in found.items()}
    return texts | {"/search/": build.search(SETTINGS).encode()}


def queries(entries: Sequence[ListingEntry]) -> Mapping[str, str]:
    """What is asked: words that many stories have, three words of an old story, one word."""
    rank = {word: place for place, word in enumerate(WORDS)}
    old = entries[len(entries) * 2 // 3]
    own = sorted({word for word in old.summary.split() if 80 < rank[word] < 6000}, key=rank.get)
    return {
        "common": " ".join(WORDS[place] for place in (40, 60, 80)),
        "an old story": " ".join(own[:3]),
        "one word": WORDS[250],
    }


def report(files: Mapping[str, bytes]) -> None:
    shards = sorted(len(gzip.compress(files[p])) for p in files if "/words/" in p)
    print(
        f"  {len(files)} files, {sum(map(len, files.values())) / 1e6:.1f} MB;"
        f" shards {len(shards)}, gzipped {shards[len(shards) // 2] / 1e3:.1f} KB in the middle,"
        f" {shards[-1] / 1e3:.1f} KB at most;"
        f" recent {len(gzip.compress(files['/search/recent.json'])) / 1e3:.1f} KB"
    )


def answering(files: Mapping[str, bytes]) -> object:
    kinds = {
        ".json": "application/json",
        ".txt": "text/plain",
        ".js": "text/javascript",
        ".css": "text/css",
        ".png": "image/png",
    }
    packed = {path: gzip.compress(content) for path, content in files.items()}

    def respond(request: Request) -> Answer:
        path = request.path.partition("?")[0]
        if path not in packed:
            return Answer(404, b"no")
        kind = next((kinds[end] for end in kinds if path.endswith(end)), "text/html; charset=utf-8")
        headers = {"Content-Type": kind, "Content-Encoding": "gzip"}
        return Answer(body=packed[path], headers=headers)

    return respond


def measure(files: Mapping[str, bytes], asked: Mapping[str, str], chromium: str) -> None:
    more = {path: content for path, (content, _) in assets.assets().items()}
    with serving(answering({**files, **more})) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for connection, (latency, speed) in CONNECTIONS.items():
            for (name, typed), way in itertools.product(asked.items(), ("typed", "pasted")):
                page = browser.new_context().new_page()
                session = page.context.new_cdp_session(page)
                session.send("Network.enable")
                rate = speed * 1e6 / 8
                session.send(
                    "Network.emulateNetworkConditions",
                    {
                        "offline": False,
                        "latency": latency,
                        "downloadThroughput": rate,
                        "uploadThroughput": rate,
                    },
                )
                moved: list[tuple[str, float]] = []
                session.on(
                    "Network.loadingFinished",
                    lambda e, moved=moved: moved.append((e["requestId"], e["encodedDataLength"])),
                )
                page.goto(f"{address}/search/", wait_until="networkidle")
                before = sum(size for _, size in moved)
                count = len(moved)
                if way == "typed":
                    page.locator("[type=search]").press_sequentially(typed, delay=125)
                else:
                    page.fill("[type=search]", typed)
                started = time.perf_counter()
                page.press("[type=search]", "Enter")
                page.locator(
                    "#search-found li, #search-status:has-text('No story')"
                ).first.wait_for()
                took = time.perf_counter() - started
                page.wait_for_timeout(200)
                after = sum(size for _, size in moved) - before
                said = page.inner_text("#search-status")
                print(
                    f"  {connection:8} {name:13} {way:6} {took:5.2f} s, {after / 1e3:6.1f} KB in"
                    f" {len(moved) - count} files; the page and recent stories"
                    f" {before / 1e3:.1f} KB; {said}"
                )
                page.context.close()
        browser.close()


def pagefind(entries: list[ListingEntry]) -> None:
    python = os.environ.get("PAGEFIND_PYTHON")
    if not python:
        raise SystemExit("PAGEFIND_PYTHON does not name a Python that has pagefind")
    with TemporaryDirectory() as folder:
        for entry in entries:
            place = Path(folder, entry.path.strip("/"))
            place.mkdir(parents=True)
            place.joinpath("index.html").write_text(
                f'<html lang="en"><title>{entry.headline}</title><main data-pagefind-body>'
                f"<h1>{entry.headline}</h1><p>{entry.author}</p><p>{entry.summary}</p></main></html>"
            )
        started = time.perf_counter()
        subprocess.run(
            [python, "-m", "pagefind", "--site", folder], check=True, capture_output=True
        )
        took = time.perf_counter() - started
        made = [path for path in Path(folder, "pagefind").rglob("*") if path.is_file()]
        size = sum(path.stat().st_size for path in made)
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        print(f"  Pagefind: {took:.1f} s, {memory / 1e3:.0f} MB of memory,", end=" ")
        print(f"{len(made)} files, {size / 1e6:.1f} MB")


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("stories", type=int, nargs="*", default=[1_000, 20_000, 100_000])
    asked.add_argument("--pagefind", action="store_true")
    wanted = asked.parse_args()
    chromium = shutil.which("chromium")
    for count in wanted.stories:
        print(f"{count:,} stories")
        entries = list(stories(count))
        files = built(entries)
        report(files)
        if chromium:
            measure(files, queries(entries), chromium)
        if wanted.pagefind:
            pagefind(entries)


if __name__ == "__main__":
    main()
