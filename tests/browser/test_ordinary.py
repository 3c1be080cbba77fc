"""The sample site as its readers get it: with the policy, and on a phone."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.browser.published import MISSING, Published, headlines
from wireroom.site.assets import icon, search_script, stylesheet
from wireroom.site.pages import RECENT, SEARCH
from wireroom_infra.local.loopback import Answer, Request, serving

browsing = pytest.importorskip("tests.browser.browsing", exc_type=ImportError)

INSPECT = (Path(__file__).parent / "inspect.js").read_text("utf-8")
ARTICLE = re.compile(r"/\d{4}/\d\d/\d\d/[^/]+/")
LATEST = "/fragments/latest.html"


@pytest.fixture(scope="module")
def site(sites: Mapping[str, Published]) -> Published:
    return sites["en"]


def test_every_page_can_be_read_on_a_phone_and_asks_for_no_more_than_it_shows(
    site: Published, chromium: browsing.Chromium
) -> None:
    kinds = ("/", "/india/", MISSING, "/404.html", site.old, site.killed, f"{site.old[:12]}")
    assert set(kinds) <= set(site.pages)
    look = browsing.Look(provoke=True, width=390, ask=INSPECT)
    did = browsing.visit(chromium, site.origin, [*site.pages], look)
    for path, one in did.items():
        expected = {MISSING: 404, "/404.html": 404, site.killed: 410}.get(path, 200)
        assert one.status == expected, path
        assert one.ran == [], path
        own = [said for said in one.complaints if expected == 200 or str(expected) not in said]
        assert own == [], path
        assert one.elsewhere(site.origin) == [], path
        ours = {path, stylesheet(), icon(), *([LATEST] if ARTICLE.fullmatch(path) else [])}
        if path == SEARCH:
            ours |= {search_script(), RECENT}
        others = {found for _, found in one.requests} - pictures(site, one)
        assert others <= {f"{site.origin}{address}" for address in ours}, path
    assert any(pictures(site, one) for one in did.values()), "there are pictures"
    assert {path: one.found for path, one in did.items() if one.found} == {}


def pictures(site: Published, did: browsing.Did) -> set[str]:
    start = f"{site.origin}/pictures/"
    return {found for kind, found in did.requests if kind == "image" and found.startswith(start)}


def test_an_old_article_shows_the_newest_posts_once_its_script_has_run(
    site: Published, chromium: browsing.Chromium
) -> None:
    baked = headlines(site.pages[site.old])
    assert len(baked) == len(site.latest) == 10
    assert site.latest[0] not in baked
    ask = f"""() => new Promise((done) => {{
        const list = document.getElementById("latest-posts");
        const look = () => {{
            const found = [...list.querySelectorAll("h3")].map((each) => each.textContent);
            if (found[0] === {json.dumps(site.latest[0])}) done(found);
        }};
        new MutationObserver(look).observe(list, {{ childList: true }});
        look();
    }})"""
    did = browsing.visit(chromium, site.origin, [site.old], browsing.Look(ask=ask))
    assert did[site.old].found == site.latest
    assert did[site.old].complaints == []


PRINTED = """() => {
  const body = document.querySelector(".body");
  const screen = "nav, .find, .share, form, .latest, .more, .colophon, button";
  const shown = [...document.querySelectorAll(screen)].filter((each) => each.checkVisibility());
  const link = document.createElement("a");
  link.href = "https://ferry.example/plan";
  body.querySelector("p").append(link);
  const ink = (of, what) => getComputedStyle(document.querySelector(of))[what];
  return {
    shown: shown.map((each) => each.outerHTML.slice(0, 80)),
    text: [...body.querySelectorAll("p")].every((each) => each.checkVisibility()),
    headline: document.querySelector("h1").checkVisibility(),
    address: getComputedStyle(link, "::after").content,
    colours: [ink("body", "backgroundColor"), ink(".body", "color"), ink(".body a", "color")],
    width: document.documentElement.scrollWidth <= innerWidth,
  };
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_story_is_printed_as_ink_on_paper_and_without_what_only_a_screen_needs(
    site: Published, chromium: browsing.Chromium, scheme: str
) -> None:
    async def printed(browser: Any) -> dict[str, Any]:
        page = await browser.new_page(viewport={"width": 700, "height": 1000})
        await page.goto(site.origin + site.kinds()["article in en"])
        assert await page.locator("nav.sections").is_visible()
        await page.emulate_media(media="print", color_scheme=scheme)
        told: dict[str, Any] = await page.evaluate(PRINTED)
        await page.close()
        return told

    told = chromium.run(printed)
    assert told == {
        "shown": [],
        "text": True,
        "headline": True,
        "address": '" <https://ferry.example/plan>"',
        "colours": ["rgb(255, 255, 255)", "rgb(0, 0, 0)", "rgb(0, 0, 0)"],
        "width": True,
    }


FLAWS = {
    '<p style="width: 500px">wide</p>': "scrolls sideways: 5",
    '<p style="color: #777">faint</p>': "contrast 4.4",
    "<h1>another</h1>": "2 h1",
    "<img src=x.png>": "no alt",
    '<a href="/"></a>': "no words",
    "<nav>x</nav>": "nav without a name",
    '<p><a href="/">x</a></p>': "a small target",
    '<nav aria-label="x"><a href="/" style="position: fixed; left: -99px">News</a></nav>': "out of",
    '<pre style="overflow: auto">x</pre>': "no key scrolls it",
    '<p id="main">x</p>': "ids twice",
    "<main>x</main>": "2 of main",
    '<time datetime="yesterday">x</time>': "time yesterday",
}


def test_a_flaw_would_be_noticed(site: Published, chromium: browsing.Chromium) -> None:
    front = site.pages["/"].replace('href="/assets', f'href="{site.origin}/assets')
    front = re.sub("<meta http-equiv[^>]*>", "", front)
    pages = {
        f"/{number}.html": front.replace("</footer>", f"</footer>{flaw}")
        for number, flaw in enumerate(["", *FLAWS])
    }

    def respond(request: Request) -> Answer:
        body = pages.get(request.path, "").encode()
        return Answer(body=body, headers={"Content-Type": "text/html"})

    with serving(respond) as origin:
        look = browsing.Look(width=390, ask=INSPECT)
        did = browsing.visit(chromium, origin, [*pages], look)
    assert did.pop("/0.html").found == []
    for one, (flaw, noticed) in zip(did.values(), FLAWS.items(), strict=True):
        assert any(found.startswith(noticed) for found in one.found), (flaw, one.found)
