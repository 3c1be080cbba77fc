"""Each kind of page in each direction, at each width, by day and by night, for every reader."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

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
# Statuses are logged as errors by the browser itself.
EXPECTED = {"killed": "410", "missing": "404"}


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


@pytest.mark.parametrize(("locale", "width"), [("en", 360), ("ar", 768), ("en", 1280)])
def test_nothing_moves_while_a_page_is_loaded(
    sites: Mapping[str, Published], painter: browsing.Chromium, locale: str, width: int
) -> None:
    site = sites[locale]
    look = browsing.Look(width=width, ask="wireroomShifts", tabs=1)
    did = browsing.visit(painter, site.origin, [*site.kinds().values()], look)
    assert {path: one.found for path, one in did.items() if one.found} == {}


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


@pytest.mark.parametrize(
    ("locale", "looks"),
    [
        ("en", ((360, "light"), (1280, "dark"))),
        ("hi", ((360, "dark"),)),
        ("ar", ((1280, "light"),)),
    ],
)
def test_axe_finds_nothing(
    sites: Mapping[str, Published],
    chromium: browsing.Chromium,
    locale: str,
    looks: tuple[tuple[int, str], ...],
) -> None:
    axe = needed(AXE).read_text("utf-8")
    site = sites[locale]
    found = site.kinds()
    ask = f"async () => {{ if (!window.axe) {{ {axe} }} return ({ASK_AXE})(); }}"
    look = browsing.Look(width=360, also=tuple((width, scheme, ask) for width, scheme in looks))
    did = browsing.visit(chromium, site.origin, [*found.values()], look)
    assert {kind: did[path].found for kind, path in found.items() if did[path].found} == {}


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


@pytest.mark.parametrize("kind", ["front of the site", "article in en"])
def test_lighthouse_gives_all_four_hundred(
    sites: Mapping[str, Published], kind: str, tmp_path: Path
) -> None:
    """In one of three runs, as its marks for speed depend on what else the machine does."""
    lighthouse = needed(LIGHTHOUSE)
    address = sites["en"].origin + sites["en"].kinds()[kind]
    for _ in range(3):
        report = lighthouse_of(lighthouse, address, tmp_path / "report.json")
        marks = {name: each["score"] for name, each in report["categories"].items()}
        if set(marks.values()) == {1}:
            return
    lost = [
        f"{each['id']}: {each.get('displayValue') or each['title']}"
        for each in report["audits"].values()
        if each["score"] is not None and each["score"] < 1
    ]
    pytest.fail(f"{marks}: {lost}")


def lighthouse_of(lighthouse: Path, address: str, report: Path) -> dict[str, Any]:
    flags = "--headless=new --no-sandbox --disable-gpu --disable-background-networking"
    # Lighthouse slows a machine down four times, to be like a phone. Its documents ask to choose
    # less for a machine that is slow itself, as here, where other tests run beside it.
    slowed = "--throttling.cpuSlowdownMultiplier=2"
    command = [
        *("node", str(lighthouse), address, "--quiet", "--no-enable-error-reporting", slowed),
        *("--output=json", f"--output-path={report}", f"--chrome-flags={flags}"),
    ]
    place = {**os.environ, "CHROME_PATH": shutil.which("chromium") or ""}
    subprocess.run(command, env=place, check=True, capture_output=True, timeout=120)
    return dict(json.loads(report.read_text("utf-8")))
