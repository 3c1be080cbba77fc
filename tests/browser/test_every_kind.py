"""Each kind of page in each direction, at each width, by day and by night, for every reader."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.browser.published import Published
from tests.browser.tools import AXE, LIGHTHOUSE, VNU, needed
from wireroom.site.assets import css
from wireroom_infra.local.loopback import Answer, Request, serving

browsing = pytest.importorskip("tests.browser.browsing", exc_type=ImportError)

HERE = Path(__file__).parent
INSPECT, ASK_AXE = ((HERE / name).read_text("utf-8") for name in ("inspect.js", "axe.js"))
WIDTHS, SCHEMES = (360, 768, 1280), ("light", "dark")
LOCALES = ("en", "hi", "ar")
# Direction → the languages that have it.
DIRECTIONS = {"ltr": ("en", "hi"), "rtl": ("ar",)}
# Whether each page is looked at in each way (`make audit`), and not in some that cover all ways.
AUDIT = bool(os.environ.get("AUDIT"))
# Statuses are logged as errors by the browser itself.
EXPECTED = {"killed": "410", "missing": "404"}
KINDS = (
    "article in ar",
    "article in en",
    "article in hi",
    "article in its own",
    "author of a list",
    "calendar of a list",
    "calendar of the site",
    "closed",
    "day of a list",
    "day of the site",
    "front of a list",
    "front of the site",
    "killed",
    "missing",
    "search of the site",
)
NOINDEX = '<meta name="robots" content="noindex">'
# What Lighthouse takes from a page that is not for search engines, and from one with another status
# than 200.
HIDDEN = {"seo": {"is-crawlable"}}
STATUS = {"seo": {"is-crawlable", "http-status-code"}, "best-practices": {"errors-in-console"}}


class Way(NamedTuple):
    """One way to look at a page."""

    width: int
    scheme: str
    direction: str


WAYS = [Way(*each) for each in product(WIDTHS, SCHEMES, DIRECTIONS)]


def ways(number: int) -> list[Way]:
    """Those in which the page `number` is looked at: at each width, in both schemes and directions.
    Four pages with numbers that follow one another are looked at in all of WAYS."""
    directions = [*DIRECTIONS]
    return [
        Way(width, SCHEMES[(number + place) % 2], directions[(number // 2 + place) % 2])
        for place, width in enumerate(WIDTHS)
    ]


def looked_at(sites: Mapping[str, Published], locale: str) -> dict[tuple[int, str], dict[str, str]]:
    """(Width, scheme) → the kinds of page in the language `locale` that are looked at so → their
    paths. Where two languages have a direction, kinds take turns, four by four; a kind that is in
    no language of a direction is looked at in another."""
    own = sites[locale].kinds()
    if AUDIT:
        return dict.fromkeys(product(WIDTHS, SCHEMES), own)
    found: dict[tuple[int, str], dict[str, str]] = defaultdict(dict)
    for number, kind in enumerate(KINDS):
        there = [each for each in LOCALES if kind in sites[each].kinds()]
        for way in ways(number):
            having = [each for each in there if each in DIRECTIONS[way.direction]] or there
            if locale == having[number // 4 % len(having)]:
                found[way.width, way.scheme][kind] = own[kind]
    return found


def findings(did: browsing.Did, status: str) -> list[str]:
    own = [said for said in did.complaints if not status or status not in said]
    return [*did.ran, *own, *did.found]


@pytest.mark.parametrize("locale", LOCALES)
def test_every_kind_of_page_is_for_every_reader(
    sites: Mapping[str, Published], chromium: browsing.Chromium, locale: str
) -> None:
    site = sites[locale]
    found = site.kinds()
    also = [(width, scheme, INSPECT) for width in WIDTHS for scheme in SCHEMES]
    look = browsing.Look(width=360, keys=True, also=tuple(also))
    did = browsing.visit(chromium, site.origin, [*found.values()], look)
    wrong = {
        f"{kind} {path}": findings(did[path], EXPECTED.get(kind, ""))
        for kind, path in found.items()
    }
    assert {name: what for name, what in wrong.items() if what} == {}


def test_every_kind_is_looked_at_in_ways_that_cover_all(sites: Mapping[str, Published]) -> None:
    """Each kind at each width, by day and by night, and in each direction that it has; some kind in
    each of the twelve ways; and each language."""
    seen: dict[str, set[Way]] = defaultdict(set)
    for locale in LOCALES:
        (direction,) = (name for name, those in DIRECTIONS.items() if locale in those)
        met = looked_at(sites, locale)
        assert met, locale
        for (width, scheme), found in met.items():
            for kind in found:
                seen[kind].add(Way(width, scheme, direction))
    assert {kind for site in sites.values() for kind in site.kinds()} == set(KINDS)
    assert seen.keys() == set(KINDS)
    assert set().union(*seen.values()) == set(WAYS)
    for kind, met_by in seen.items():
        there = {name for name, those in DIRECTIONS.items() if _in_some(sites, kind, those)}
        assert {way.width for way in met_by} == set(WIDTHS), kind
        assert {way.scheme for way in met_by} == set(SCHEMES), kind
        assert {way.direction for way in met_by} == there, kind


def _in_some(sites: Mapping[str, Published], kind: str, locales: Iterable[str]) -> bool:
    return any(kind in sites[locale].kinds() for locale in locales)


@pytest.mark.parametrize("locale", LOCALES)
def test_nothing_moves_while_a_page_is_loaded(
    sites: Mapping[str, Published], painter: browsing.Chromium, locale: str
) -> None:
    """And nothing is wrong in the console."""
    wrong = {}
    for (width, scheme), found in looked_at(sites, locale).items():
        look = browsing.Look(width=width, scheme=scheme, ask="wireroomShifts", tabs=1)
        did = browsing.visit(painter, sites[locale].origin, [*found.values()], look)
        for kind, path in found.items():
            wrong[kind, width, scheme] = findings(did[path], EXPECTED.get(kind, ""))
    assert {way: what for way, what in wrong.items() if what} == {}


FLAWS = {
    "<style>hr { height: 200px }</style><script>requestAnimationFrame(() => requestAnimationFrame("
    "() => document.body.prepend(document.createElement('hr'))))</script>": "shifts by",
    '<a href="/x" style="outline: none">x</a>': "no outline",
    '<a href="/x" style="position: fixed; left: -99px">x</a>': "out of sight",
    '<a href="/x" tabindex="-1">x</a>': "no key reaches it",
}


def test_what_moves_and_what_no_key_reaches_would_be_noticed(painter: browsing.Chromium) -> None:
    plain = "<!doctype html><title>x</title><h1>Words</h1><p>More words.</p>"
    pages = {f"/{number}": f"{plain}{flaw}" for number, flaw in enumerate(["", *FLAWS])}

    def respond(request: Request) -> Answer:
        return Answer(body=pages[request.path].encode(), headers={"Content-Type": "text/html"})

    with serving(respond) as origin:
        also = ((360, "light", "wireroomShifts"),)
        look = browsing.Look(width=360, keys=True, also=also, tabs=1)
        did = browsing.visit(painter, origin, [*pages], look)
    assert did.pop("/0").found == []
    for one, noticed in zip(did.values(), FLAWS.values(), strict=True):
        assert any(found.startswith(noticed) for found in one.found), (noticed, one.found)


@pytest.mark.parametrize("locale", LOCALES)
def test_axe_finds_nothing(
    sites: Mapping[str, Published], chromium: browsing.Chromium, locale: str
) -> None:
    axe = needed(AXE).read_text("utf-8")
    ask = f"async () => {{ if (!window.axe) {{ {axe} }} return ({ASK_AXE})(); }}"
    wrong = {}
    for (width, scheme), found in looked_at(sites, locale).items():
        look = browsing.Look(width=width, scheme=scheme, ask=ask)
        did = browsing.visit(chromium, sites[locale].origin, [*found.values()], look)
        for kind, path in found.items():
            wrong[kind, width, scheme] = did[path].found
    assert {way: what for way, what in wrong.items() if what} == {}


def test_vnu_finds_no_error(sites: Mapping[str, Published], tmp_path: Path) -> None:
    vnu = needed(VNU)
    for locale, site in sites.items():
        for kind, path in site.kinds().items():
            file = tmp_path / f"{locale} {kind.replace('/', ' ')}.html"
            file.write_text(site.pages[path], "utf-8")
    (tmp_path / "wireroom.css").write_bytes(css())
    command = ["java", "-jar", str(vnu), "--also-check-css", "--format", "json", str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    said = json.loads(ran.stderr)["messages"]
    wrong = [each for each in said if each["type"] == "error"]
    assert [f"{Path(each['url']).name}: {each['message']}" for each in wrong] == []


@pytest.mark.parametrize("kind", KINDS if AUDIT else ["front of the site", "article in en"])
def test_lighthouse_gives_all_four_hundred(
    sites: Mapping[str, Published], kind: str, tmp_path: Path
) -> None:
    """In one of three runs, as its marks for speed depend on what else the machine does. Kinds take
    turns with the languages that they are in. A page that is not for search engines, or is answered
    with another status than 200, loses the marks for that and no other."""
    lighthouse = needed(LIGHTHOUSE)
    there = [site for site in sites.values() if kind in site.kinds()]
    site = there[KINDS.index(kind) // 2 % len(there)] if AUDIT else sites["en"]
    path = site.kinds()[kind]
    allowed = STATUS if kind in EXPECTED else HIDDEN if NOINDEX in site.pages[path] else {}
    lost: dict[str, list[str]] = {}
    for _ in range(3):
        report = lighthouse_of(lighthouse, site.origin + path, tmp_path / "report.json")
        lost = {
            name: [
                audit["id"]
                for each in category["auditRefs"]
                if (audit := report["audits"][each["id"]])["score"] not in (None, 1)
                and each["weight"]
                and audit["id"] not in allowed.get(name, ())
            ]
            for name, category in report["categories"].items()
            if category["score"] < 1
        }
        assert len(report["categories"]) == 4
        if not any(lost.values()):
            return
    pytest.fail(f"{kind}: {lost}")


def lighthouse_of(lighthouse: Path, address: str, report: Path) -> dict[str, Any]:
    flags = "--headless=new --no-sandbox --disable-gpu --disable-background-networking"
    # Lighthouse slows a machine down four times, to be like a phone. Its documents ask to choose
    # less for a machine that is slow itself, as here, where other tests run beside it.
    slowed = "--throttling.cpuSlowdownMultiplier=2"
    command = [
        *("node", str(lighthouse), address, "--quiet", "--no-enable-error-reporting", slowed),
        *("--only-categories=performance,accessibility,best-practices,seo", "--ignore-status-code"),
        *("--output=json", f"--output-path={report}", f"--chrome-flags={flags}"),
    ]
    place = {**os.environ, "CHROME_PATH": shutil.which("chromium") or ""}
    subprocess.run(command, env=place, check=True, capture_output=True, timeout=120)
    return dict(json.loads(report.read_text("utf-8")))
