"""How long ago stories came, and the button that shares one, where the page's script runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from tests.site.test_build import BODY, SETTINGS, an_article, an_entry
from wireroom.site import build
from wireroom.site.assets import assets
from wireroom_infra.local.loopback import Answer, Request, serving

browsing = pytest.importorskip("tests.browser.browsing", exc_type=ImportError)

ASK = """async () => {
    const copied = [];
    navigator.clipboard.writeText = async (text) => copied.push(text);
    const button = document.querySelector(".share button");
    const shown = !button.hidden;
    button.click();
    await new Promise((done) => setTimeout(done));
    const times = [...document.querySelectorAll("main time")].map((each) => each.textContent);
    return [...times.map((each) => each.split(" · ").slice(0, -1).join()), shown, ...copied];
}"""
SAID = {
    "en": ["2 hours ago", "12 minutes ago", "1 hour ago", "", ""],
    "hi": ["2 घंटे पहले", "12 मिनट पहले", "1 घंटे पहले", "", ""],
    "ar": ["قبل ساعتين", "قبل 12 دقيقة", "قبل ساعة واحدة", "", ""],
    "ar-EG": ["قبل ساعتين", "قبل 12 دقيقة", "قبل ساعة واحدة", "", ""],
}


def test_the_browser_says_how_long_ago_stories_came_in_the_language_of_the_page(
    chromium: browsing.Chromium,
) -> None:
    now = datetime.now(UTC)  # the browser's clock
    came = [now - timedelta(minutes=minutes) for minutes in (90, 60 * 30, -60)]
    entries = [an_entry(number, published=moment) for number, moment in enumerate(came)]
    story = replace(
        an_article(updated=now - timedelta(minutes=12, seconds=30)),
        published=now - timedelta(hours=2, minutes=30),
    )
    pages = {}
    for locale in SAID:
        site = replace(SETTINGS.site, locale=locale)
        text = build.article(replace(SETTINGS, site=site), story, BODY, entries)
        pages[f"/{locale}/"] = text.encode()

    def respond(request: Request) -> Answer:
        content, kind = assets().get(request.path, (pages.get(request.path, b""), "text/html"))
        return Answer(200 if content else 404, content, {"Content-Type": kind})

    with serving(respond) as origin:
        did = browsing.visit(chromium, origin, [*pages], browsing.Look(ask=ASK))
    address = "https://courier.example/2026/02/11/votes-and-rolls/"
    for locale, said in SAID.items():
        assert did[f"/{locale}/"].found == [*said, True, address], locale
        assert did[f"/{locale}/"].ran == []
