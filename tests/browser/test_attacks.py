"""Attacks in every field of a feed, published, and opened in a browser that is told no policy."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial
from html import escape

import pytest
from lxml import etree
from msgspec.structs import replace
from selectolax.lexbor import LexborHTMLParser

from tests.browser.hostile_feed import ATTACKS, documents
from tests.pipeline.newsroom import Newsroom, Wire, fed
from tests.pipeline.world import FEED, SETTINGS, World
from tests.xss.payloads import PAYLOADS
from wireroom.model import Category
from wireroom.site.assets import META_POLICY, POLICY, icon, stylesheet
from wireroom.site.pages import of_authors
from wireroom.store.bodies import Bodies
from wireroom_infra.embedded import EmbeddedAWS
from wireroom_infra.local.loopback import Answer, Request, serving
from wireroom_infra.local.site import local_site

browsing = pytest.importorskip("tests.browser.browsing", exc_type=ImportError)

PARTS = 4  # so that they can be divided between processes
LATEST = "/fragments/latest.html"
SIDEWAYS = "() => document.documentElement.scrollWidth > innerWidth ? ['scrolls sideways'] : []"
SEARCH = "/search/"  # it has a form and a script of its own, which the others must not have
FINDING = """async () => {
  const found = () => document.querySelector("#search-found li");
  while (!found()) await new Promise(done => setTimeout(done, 20));
  const made = [...document.querySelectorAll("#search-found *")];
  const names = made.flatMap(each => [each.localName, ...each.getAttributeNames()]);
  const ours = "li div h2 a p time span mark class dir lang href datetime".split(" ");
  return names.filter(name => !ours.includes(name));
}"""
UNPROTECTED = browsing.Look(policy=False, provoke=True, examine=True, width=390, ask=SIDEWAYS)


@pytest.fixture
def newsroom(aws: EmbeddedAWS) -> Iterator[Newsroom]:
    with fed(World(aws), Wire()) as found:
        yield found


def publish(newsroom: Newsroom, feeds: Iterable[bytes]) -> None:
    """Each document as a feed with a category, and so a front, of its own."""
    names = []
    for number, document in enumerate(feeds):
        names.append(f"feed-{number}")
        newsroom.wire.documents[f"/feed-{number}.xml"] = document
    address = newsroom.wire.address
    host = address.removeprefix("http://")
    settings = replace(
        SETTINGS,
        site=replace(SETTINGS.site, internal_hosts=(host,)),
        categories=tuple(Category(name=name.title(), slug=name) for name in names),
    )
    found = (
        replace(FEED, id=name, url=f"{address}/{name}.xml", categories=(name,)) for name in names
    )
    newsroom.apply(settings, tuple(found))
    newsroom.pull()
    assert set(newsroom.states().values()) == {"ok"}
    assert newsroom.letters() == []


def pictures(newsroom: Newsroom) -> dict[str, set[str]]:
    """Address → the pictures that its stories show, of each page that may ask for any."""
    aws = newsroom.aws
    bodies = Bodies(aws.client("s3"), aws.outputs["ContentBucket"])
    found: dict[str, set[str]] = {}
    for article in newsroom.table.articles.scan("", 1000).articles:
        wire = article.wire
        assert wire is not None
        own = {wire.picture.url} if wire.picture else set()
        inside = {
            candidate.split(" ")[0]
            for image in LexborHTMLParser(bodies.get(wire.body)).css("img")
            for candidate in (
                image.attributes.get("src") or "",
                *(image.attributes.get("srcset") or "").split(", "),
            )
        } - {""}
        found[article.path] = own | inside
        for page in of_authors(article):
            found.setdefault(page.path, set()).update(own)
        day = article.path[:12]
        for front in ("/", *(f"/{name}/" for name in article.categories)):
            for listing in (front, f"{front}{day[1:]}"):
                found.setdefault(listing, set()).update(own)
    return found


@pytest.mark.parametrize("part", range(PARTS))
def test_no_attack_runs_or_calls_home_from_any_page_without_a_policy(
    newsroom: Newsroom, chromium: browsing.Chromium, part: int
) -> None:
    attacks = ATTACKS[part::PARTS]
    publish(newsroom, documents(attacks, newsroom.aws.clock.now()))
    shown = pictures(newsroom)
    newsroom.aws.invoke("SweepFunction", {})  # which files stories for search
    newsroom.aws.drain()
    articles = [address for address in shown if re.fullmatch(r"/\d{4}/\d\d/\d\d/.+/", address)]
    assert len(articles) == len(attacks), "each of them is published"
    asked_for = pages_do_nothing(newsroom, chromium, shown)
    assert len(asked_for) > len(attacks) / 2, "pictures are asked for, so requests are seen"
    feeds_do_nothing(newsroom, chromium)


def pages_do_nothing(
    newsroom: Newsroom, chromium: browsing.Chromium, shown: dict[str, set[str]]
) -> set[str]:
    """Every page of the site is still, and asks for the pictures `shown` alone; gives those."""
    addresses = [
        f"/{key.removesuffix('index.html')}" for key in newsroom.site() if key.endswith("html")
    ]
    assert set(shown) | {"/404.html", LATEST} <= set(addresses)
    spelled = sorted(set().union(*shown.values()))
    asked_as = dict(zip(spelled, browsing.as_requested(chromium, spelled), strict=True))
    # Each attack has an author's page, and all are made alike: one in four is looked at.
    authors = sorted(each for each in addresses if each.startswith("/authors/"))
    left_out = {SEARCH, *authors} - {*authors[::4]}
    client, bucket = newsroom.aws.client("s3"), newsroom.aws.outputs["SiteBucket"]
    with local_site(client, bucket) as origin:
        did = browsing.visit(chromium, origin, [*set(addresses) - left_out], UNPROTECTED)
        look = browsing.Look(policy=False, ask=FINDING)
        (searched,) = browsing.visit(chromium, origin, [f"{SEARCH}?q=headline"], look).values()
    assert searched.ran + searched.found == []
    assert searched.elsewhere(origin) == []
    asked_for: set[str] = set()
    for address, one in did.items():
        assert one.ran == [], address
        if address != LATEST:  # a fragment has no head, and so no viewport
            assert one.found == [], address
        elsewhere = set(one.elsewhere(origin))
        allowed = {("image", asked_as[picture]) for picture in shown.get(address, ())}
        assert elsewhere <= allowed, address
        own = {asked for _, asked in set(one.requests) - elsewhere}
        ours = (address, stylesheet(), icon(), LATEST, "/favicon.ico")
        assert own <= {f"{origin}{path}" for path in ours}, address
        asked_for |= {asked for _, asked in elsewhere}
    return asked_for


def feeds_do_nothing(newsroom: Newsroom, chromium: browsing.Chromium) -> None:
    """The site's feeds are still as documents of their own, and shown by a trusting reader."""
    feeds = {f"/{key}": text for key, text in newsroom.site().items() if key.endswith(".xml")}
    readers = as_read(feeds)

    def respond(request: Request) -> Answer:
        kind = "application/xml" if request.path in feeds else "text/html; charset=utf-8"
        body = (feeds | readers).get(request.path, "")
        return Answer(body=body.encode(), headers={"Content-Type": kind})

    look = browsing.Look(policy=False, provoke=True)
    with serving(respond) as origin:
        did = browsing.visit(chromium, origin, [*feeds, *readers], look)
    assert len(did) > 10
    for address, one in did.items():
        assert one.ran == [], address
        assert one.elsewhere(origin) == [], address


def as_read(feeds: dict[str, str]) -> dict[str, str]:
    """Pages of a reader that takes titles and descriptions of feeds for HTML, as some do."""
    pages = {}
    for address, text in feeds.items():
        root = etree.fromstring(text.encode())
        parts = [root.findtext("channel/title") or ""]
        for item in root.iter("item"):
            parts += [escape(item.findtext("title") or ""), item.findtext("description") or ""]
        pages[f"/reader{address}"] = "<hr>".join(parts)
    return pages


# --- that all this would be noticed -------------------------------------------------------------

META = f'<meta http-equiv="Content-Security-Policy" content="{escape(META_POLICY)}">'
FOREIGN = "https://foreign.example"
# Markup, and where what it does is seen when there is no policy.
CONTROLS = {
    "a script": ("<script>alert(1)</script>", "ran"),
    "a handler of its own accord": ("<img src=/x onerror=alert(1)>", "ran"),
    "a handler that a reader sets off": ("<p onmouseover=alert(1)>x</p>", "ran"),
    "an address that is a script": ("<a href=javascript:alert(1)>x</a>", "ran"),
    "a frame's script": ('<iframe srcdoc="<script>alert(1)</script>"></iframe>', "ran"),
    "a window": ("<script>open('/x')</script>", "ran"),
    "a navigation": ("<script>location = '/x'</script>", "ran"),
    "a script that fails": ("<script>none()</script>", "ran"),
    "a foreign script": (f"<script src={FOREIGN}/x.js></script>", "requests"),
    "a foreign stylesheet": (f"<link rel=stylesheet href={FOREIGN}/x.css>", "requests"),
    "a foreign frame": (f"<iframe src={FOREIGN}/></iframe>", "requests"),
    "a form that is sent": ("<form action=/x><button>x</button></form>", "ran"),
}
UNHELD = {  # by the policy, so that nothing but the sanitiser stands between
    "a foreign picture": (f"<img src={FOREIGN}/x.png>", "requests"),
    "a refresh": ("<meta http-equiv=refresh content='0;url=/x'>", "ran"),
    "a ping": (f"<a href=/x ping={FOREIGN}/>x</a>", "found"),
}


def served(pages: dict[str, str], request: Request) -> Answer:
    """`pages` with the site's own policy, as header and in each page."""
    body = f"<!doctype html><head>{META}</head><body>{pages.get(request.path, '')}"
    headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": POLICY}
    return Answer(body=body.encode("utf-8", "replace"), headers=headers)


def test_whatever_a_page_does_is_noticed_and_the_policy_is_really_off(
    chromium: browsing.Chromium,
) -> None:
    controls = CONTROLS | UNHELD
    names = {f"/{number}.html": name for number, name in enumerate(controls)}
    pages = {address: controls[name][0] for address, name in names.items()}
    with serving(partial(served, pages)) as origin:
        off = browsing.visit(chromium, origin, [*names], UNPROTECTED)
        on = browsing.visit(chromium, origin, [*names], UNPROTECTED._replace(policy=True))
    for address, name in names.items():
        where = controls[name][1]
        seen = {
            "ran": off[address].ran,
            "requests": off[address].elsewhere(origin),
            "found": off[address].found,
        }
        assert seen[where], name
        assert not any("policy" in said.lower() for said in off[address].complaints), name
        if name in CONTROLS:
            assert not [said for said in on[address].ran if said.startswith("wireroom")], name
            assert any("wireroom policy" in said for said in on[address].complaints), name


def test_the_attacks_are_real(chromium: browsing.Chromium) -> None:
    """Put into a page as they are, most of them run or call home in this browser."""
    pages = {f"/{number}.html": one for number, one in enumerate(PAYLOADS[::7])}
    look = browsing.Look(policy=False, provoke=True)
    with serving(partial(served, pages)) as origin:
        did = browsing.visit(chromium, origin, [*pages], look)
    working = [one for one in did.values() if one.ran or one.elsewhere(origin)]
    assert len(working) > len(pages) / 2
