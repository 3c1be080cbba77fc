"""The sample site as its readers get it: with the policy, on a phone, by day and by night."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import Struct
from selectolax.lexbor import LexborHTMLParser

from tests.pipeline.world import World
from wireroom.site.assets import icon, stylesheet
from wireroom_infra.embedded import EmbeddedAWS, VirtualClock
from wireroom_infra.local.loopback import Answer, Request, serving
from wireroom_infra.local.site import answer
from wireroom_infra.local.stack import everything, feeds_of, one_pass
from wireroom_infra.project import SAMPLE
from wireroom_infra.sample.server import sample_wire
from wireroom_infra.sample.wire import EVERY
from wireroom_infra.settings.site_toml import read

browsing = pytest.importorskip("tests.browser.browsing", exc_type=ImportError)

INSPECT = (Path(__file__).parent / "inspect.js").read_text("utf-8")
ARTICLE = re.compile(r"/\d{4}/\d\d/\d\d/[^/]+/")
MISSING = "/2026/nothing/here/"
LATEST = "/fragments/latest.html"


class Published(Struct, frozen=True):
    """The sample site, served at `origin`.

    `pages`: each page's address → what it says. `old` is an article from before the newest
    stories; `killed` was published and then withdrawn.
    """

    origin: str
    pages: dict[str, str]
    old: str
    killed: str
    latest: list[str]


def headlines(html: str) -> list[str]:
    return [found.text() for found in LexborHTMLParser(html).css(".posts h3")]


def published(aws: EmbeddedAWS, wire: str) -> tuple[str, str]:
    """Publish the wire's first editions, and kill a story; gives an old article's and its path."""
    text = (SAMPLE / "site.toml").read_text("utf-8")
    found = read(text.replace("127.0.0.1:8081", wire.removeprefix("http://")))
    feeds_of(aws).apply(found.settings, found.feeds, everything("apply"))
    one_pass(aws, str)
    world = World(aws)
    newest = world.table.listings.newest("home", 100).entries
    old, killed = newest[-1].path, newest[3].path
    world.edit("kill", article=killed, reason="error")
    assert isinstance(aws.clock, VirtualClock)
    for _ in range(2):
        aws.clock.advance(EVERY / timedelta(seconds=1))
        one_pass(aws, str)
    return old, killed


@pytest.fixture(scope="module")
def site(shared_stack) -> Iterator[Published]:
    aws = shared_stack.start()
    aws.reset()
    with sample_wire(0, aws.clock.now()) as wire:
        old, killed = published(aws, wire)
        host = wire.removeprefix("http://")
        client, bucket = aws.client("s3"), aws.outputs["SiteBucket"]
        keys = [f"/{key.removesuffix('index.html')}" for key in World(aws).site()]
        answers = {path: answer(client, bucket, path, (host,)) for path in [*keys, MISSING]}

        def respond(request: Request) -> Answer:
            return answers.get(request.path) or Answer(404)

        pages = {
            path: found.body.decode()
            for path, found in answers.items()
            if path.endswith("/") or path == "/404.html"
        }
        latest = headlines(answers[LATEST].body.decode())
        with serving(respond) as origin:
            yield Published(origin, pages, old, killed, latest)


def test_no_ordinary_page_breaks_the_policy_or_asks_for_more_than_it_shows(
    site: Published, chromium: browsing.Chromium
) -> None:
    kinds = ("/", "/india/", MISSING, "/404.html", site.old, site.killed, f"{site.old[:12]}")
    assert set(kinds) <= set(site.pages)
    did = browsing.visit(chromium, site.origin, [*site.pages], browsing.Look(provoke=True))
    for path, one in did.items():
        expected = {MISSING: 404, "/404.html": 404, site.killed: 410}.get(path, 200)
        assert one.status == expected, path
        assert one.ran == [], path
        own = [said for said in one.complaints if expected == 200 or str(expected) not in said]
        assert own == [], path
        assert one.elsewhere(site.origin) == [], path
        ours = {path, stylesheet(), icon(), *([LATEST] if ARTICLE.fullmatch(path) else [])}
        others = {found for _, found in one.requests} - pictures(site, one)
        assert others <= {f"{site.origin}{address}" for address in ours}, path
    assert any(pictures(site, one) for one in did.values()), "there are pictures"


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


def test_every_page_can_be_read_by_anyone_on_a_phone(
    site: Published, chromium: browsing.Chromium
) -> None:
    look = browsing.Look(width=390, ask=INSPECT)
    did = browsing.visit(chromium, site.origin, [*site.pages], look)
    assert {path: one.found for path, one in did.items() if one.found} == {}


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (320, "light"), (1280, "dark")])
def test_every_kind_of_page_can_be_read_at_any_width_by_day_and_by_night(
    site: Published, chromium: browsing.Chromium, width: int, scheme: str
) -> None:
    look = browsing.Look(width=width, scheme=scheme, ask=INSPECT)
    paths = {"/", "/india/", "/404.html", site.old, site.killed, site.old[:12]}
    paths |= {path for path in [*site.pages][::5] if ARTICLE.fullmatch(path)}
    did = browsing.visit(chromium, site.origin, [*paths], look)
    assert {path: one.found for path, one in did.items() if one.found} == {}


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
