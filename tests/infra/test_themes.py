"""Themes before a stack has them: what is read, what is refused and where, and the examples."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.infra.conftest import Newsdesk
from tests.pipeline.world import SETTINGS as WORLD
from wireroom.model import HOME
from wireroom.settings import site_toml
from wireroom.settings.site_toml import Configuration
from wireroom.site import assets, build, looks
from wireroom.site.theme import SLOTS
from wireroom.store.bodies import Bodies
from wireroom.store.pages import Pages
from wireroom_infra.cli.app import run
from wireroom_infra.local.loopback import Request
from wireroom_infra.local.site import answer
from wireroom_infra.theme import colours, starter
from wireroom_infra.theme.check import check, dressed
from wireroom_infra.theme.folder import files_of
from wireroom_infra.theme.fonts import STACKS
from wireroom_infra.theme.preview import STAMP, Preview, of_sample, of_stack
from wireroom_infra.theme.sample import SETTINGS, Sample

DOCS = Path(__file__).parents[2] / "docs" / "theming.md"


def examples() -> dict[str, dict[str, bytes]]:
    """Heading of an example in docs/theming.md → its files."""
    found: dict[str, dict[str, bytes]] = {}
    text = DOCS.read_text("utf-8").partition("\n## Examples\n")[2]
    for part in text.split("\n### ")[1:]:
        files = re.findall(r"^`theme/(\S+)`:\n\n```\w+\n(.*?)^```$", part, re.M | re.S)
        found[part.splitlines()[0]] = {name: content.encode() for name, content in files}
    return found


def front(files: dict[str, bytes]) -> str:
    settings = dressed(SETTINGS, check(files).theme)
    entries, older = Sample(settings).front(HOME)
    return build.front(settings, HOME, entries, older)


def told(files: dict[str, bytes]) -> list[str]:
    return [str(each) for each in check(files, SETTINGS).problems]


# --- the examples -------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "files"), examples().items())
def test_an_example_of_the_docs_passes_the_check(name: str, files: dict[str, bytes]) -> None:
    assert len(files) >= 2
    assert told(files) == []


def test_the_examples_of_the_docs_do_what_they_say() -> None:
    logo, own, banner = examples().values()
    page = front(logo)
    assert re.search(r'<img class="logo" src="/assets/logo-\w{12}\.svg" alt="The Sample"', page)
    assert 'width="240" height="60"' in page
    css = check(logo).theme.css
    assert "--accent: #00558c;" in css
    assert "font-family: Futura" in css
    page = front(own)
    assert len(re.findall(r"<article", page)) == 1
    assert page.count("<li dir=") == len(Sample(SETTINGS).newest(HOME)) - 1
    assert '<a href="/about/" dir="auto">About us</a>' in page
    about = check(own).theme.texts["about"]
    assert about.title == "About us"
    assert '<a href="mailto:desk@harbour.example">' in about.html
    page = front(banner)
    assert page.index('src="/assets/ferry-') < page.index("masthead")
    policy = looks.of(dressed(SETTINGS, check(banner).theme).theme).policy
    assert re.search(r"script-src 'sha256-\S+' 'sha256-\S+' https://plausible.example;", policy), (
        policy
    )
    assert "connect-src 'self' https://plausible.example;" in policy


def test_the_docs_name_every_stack_of_fonts_and_every_slot() -> None:
    text = DOCS.read_text("utf-8")
    stacks = re.search(r"The stacks are ([\w, ]+)\.", text)
    assert stacks
    assert re.split(r", | and ", stacks[1]) == list(STACKS)
    slots = re.findall(r"^\| `(?:slots/)?(\w+)\.html` \| [^|]+ \|$", text, re.M)
    assert slots == list(SLOTS)


def test_a_first_theme_passes_the_check_and_so_does_no_theme() -> None:
    assert told({name: text.encode() for name, text in starter.FILES.items()}) == []
    assert told({}) == []


# --- what is refused, and where -----------------------------------------------------------------

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4">{}</svg>'
ARTICLE = '{{% extends "wireroom/article.html" %}}\n{{% block {} %}}\n{}\n{{% endblock %}}\n'
BAD = [
    ("theme.toml", "layout =", "line 1: not TOML"),
    (
        "theme.toml",
        '\nlayuot = "wide"',
        'line 2: layuot: is not a known key; did you mean "layout"',
    ),
    ("theme.toml", 'layout = "tall"', 'line 1: layout: is "tall"; expected "wide" or "narrow"'),
    ("theme.toml", "[light]\nink = 3", "line 2: light.ink: 3 is a number"),
    ("theme.toml", '[light]\nink = "black"', 'light.ink: is "black"; expected a colour such as'),
    ("theme.toml", '[dark]\nink = "#333"', "ink #333 on paper #15140f has a contrast of 1.46 : 1"),
    (
        "theme.toml",
        '[light]\npaper = "#96231b"',
        "line 2: light.paper: ink #1a1814 on paper #96231b",
    ),
    (
        "theme.toml",
        '[light]\naccent = "#f09"',
        "line 2: light.accent: accent #f09 on paper #fffdf9",
    ),
    ("theme.toml", '[fonts]\ntext = "comic"', 'line 2: fonts.text: there is no font "comic"'),
    (
        "theme.toml",
        '[[font]]\nname = "A"\nfile = "a.woff2"',
        "font.file: there is no file assets/a",
    ),
    ("theme.toml", 'logo = "logo.svg"', "logo: there is no file assets/logo.svg"),
    ("theme.toml", '[[footer]]\ntitle = "A"\nurl = "javascript:x"', "line 3: footer[0].url"),
    ("theme.toml", '[[footer]]\ntitle = "A"\nurl = "//x.example"', "line 3: footer[0].url"),
    ("theme.toml", '[hosts]\nscript = ["*"]', 'line 2: hosts.script: has "*"'),
    ("theme.toml", "[hosts]\nscript = [\"'unsafe-inline'\"]", "line 2: hosts.script: has"),
    (
        "theme.toml",
        '[hosts]\nscript = ["https://a.example; img-src *"]',
        "line 2: hosts.script: has",
    ),
    ("theme.toml", '[hosts]\nscript = ["http://a.example"]', "line 2: hosts.script: has"),
    ("theme.css", "\n@import 'x.css';", "line 2: loads from elsewhere"),
    ("theme.css", "a { background: url(assets/x.png) }", "line 1: there is no file assets/x.png"),
    ("theme.css", "\xff".encode("latin-1"), "line 1: not UTF-8"),
    ("head.html", "<p>Hello</p>", "line 1: <p> may not stand in the head of a page"),
    ("head.html", '\n<meta http-equiv="refresh">', "line 2: <meta http-equiv>"),
    ("head.html", '<base href="/x/">', "line 1: <base>: the policy of all pages forbids it"),
    ("head.html", '<link rel=stylesheet href="https://c.example/x.css">', 'style = ["https://c.ex'),
    ("slots/banner.html", "<div>\n<p>", "line 1: <div> has no end in this file"),
    ("slots/banner.html", "\n</div>", "line 2: </div> ends nothing that begins in this file"),
    ("slots/banner.html", '\n<p onclick="x()"></p>', "line 2: <p onclick>: the policy of all"),
    ("slots/banner.html", '<p style="x"></p>', "line 1: <p style>: the policy of all pages"),
    ("slots/banner.html", '<a href="javascript:x()">x</a>', "line 1: <a href>: the policy"),
    ("slots/banner.html", '<iframe src="//ads.example/x"></iframe>', 'frame = ["https://ads.exam'),
    (
        "slots/banner.html",
        '<script src="https://a.example/x.js"></script>',
        "https://a.example is not",
    ),
    ("slots/banner.html", '<img src="http://a.example/x.png">', "neither an https address nor"),
    ("slots/banner.html", '<form action="/x"></form>', "line 1: <form>: the policy of all pages"),
    ("slots/banner.html", "<object></object>", "line 1: <object>: the policy of all pages"),
    ("slots/banner.html", "<script src='//[x'></script>", "//[x is not a well-formed address"),
    ("slots/banner.html", "<img src='https://[x'>", "https://[x is neither an https address nor"),
    ("templates/front.html", "{{ " + "(" * 500, "is nested too deeply to be compiled"),
    (
        "templates/front.html",
        "{% for a in 'b' %}" * 30 + "{% endfor %}" * 30,
        "is nested too deeply",
    ),
    ("slots/baner.html", "<p>x</p>", "there is no such slot; expected banner.html"),
    ("pages/about.md", "Hello", 'line 1: begins with its title, such as "# About us"'),
    ("pages/about.md", "# A\n\n# B\n", "line 3: only the title is a heading of level 1"),
    ("pages/Über.md", "# A", "a page's name is its address"),
    ("pages/feed.md", "# A", "/feed/ is reserved for the site's own pages"),
    ("pages/2026.md", "# A", "/2026/ is reserved for the site's own pages"),
    ("pages/world.md", "# A", "/world/ is the address of a section, or was"),
    ("pages/about.md", "# A\n\n![x](assets/x.png)", "there is no file assets/x.png"),
    ("assets/x.exe", "x", "files of this kind are not served"),
    ("assets/a b.png", "x", "a file's name has only"),
    ("assets/x.woff2", "x", "is not a WOFF2 font"),
    ("assets/x.svg", SVG.format("<script>x()</script>"), "a drawing may neither run nor load"),
    ("assets/x.svg", SVG.format("<s:script>x()</s:script>"), "a drawing may neither run nor load"),
    ("assets/x.svg", SVG.format('<a href="https://x.example">'), "a drawing may neither run nor"),
    ("assets/x.svg", SVG.format('<g onload="x()"/>'), "a drawing may neither run nor load"),
    ("assets/x.css", "a { background: url(https://x.example/x.png) }", "loads from elsewhere"),
    ("assets/x.txt", "x" * 2_000_001, "has 2,000,001 bytes; at most 2,000,000"),
    ("template/front.html", "x", "is no part of a theme"),
    ("templates/macros.html", "x", "no template of a theme has this name"),
    ("templates/feed.xml", "x", "no template of a theme has this name"),
    ("locale/xx-yy-zz.po", "", "there is no language"),
    (
        "locale/mr.po",
        'msgid ""\nmsgstr "Plural-Forms: nplurals=2; plural=(n/(n-1));\\n"\n',
        "the plural rule divides by zero",
    ),
    (
        "locale/mr.po",
        'msgid "Sections"\nmsgstr "%(x)s"\n',
        "line 1: '%(x)s': %(x)s is not in the En",
    ),
    ("templates/article.html", "\n{% if %}", "line 2: Expected an expression"),
    ("templates/article.html", ARTICLE.format("headlin", "x"), "has no block 'headlin'; it has"),
    ("templates/article.html", ARTICLE.format("body", "{{ no }}"), "line 3: 'no' is undefined"),
    (
        "templates/article.html",
        ARTICLE.format("body", "{{ body | safe }}"),
        "line 3: `safe` prints",
    ),
    (
        "templates/article.html",
        ARTICLE.format("body", "<p x={{ body }}>"),
        "line 3: <p>: what a tem",
    ),
    (
        "templates/article.html",
        ARTICLE.format("body", "<p style='x'>"),
        "line 3: <p style>: the pol",
    ),
    (
        "templates/article.html",
        ARTICLE.format("body", "<script>x()</script>"),
        "line 3: an inline scr",
    ),
    (
        "templates/article.html",
        ARTICLE.format("body", "<script>{{ path }}</script>"),
        "its policy does",
    ),
    ("templates/article.html", ARTICLE.format("body", "{{ long_date(1) }}"), "line 3: "),
    (
        "templates/article.html",
        ARTICLE.format("latest", "{% for e in entries %}{{ e.headline }}{% endfor %}"),
        "names another story without a link to it",
    ),
    ("templates/article.html", ARTICLE.format("head", ""), "warning: a story's page does not name"),
    (
        "templates/article.html",
        ARTICLE.format("head", '<link rel="canonical" href="{{ absolute(path) }}">'),
        "warning: a story's page does not name",
    ),
    (
        "templates/article.html",
        ARTICLE.format("head", ""),
        "warning: a story's page does not keep search engines out",
    ),
    (
        "templates/article.html",
        ARTICLE.format("more", "{% for each in related %}{{ each.nothing }}{% endfor %}"),
        "line 3: ",
    ),
    (
        "templates/article.html",
        ARTICLE.format("more", "{{ previous[0].nothing if previous }}"),
        "line 3: ",
    ),
    (
        "templates/article.html",
        ARTICLE.format("head", "{{ nothing if view.noindex }}"),
        "line 3: 'nothing' is undefined",
    ),
    (
        "templates/article.html",
        ARTICLE.format("head", "{{ nothing if view.canonical }}"),
        "line 3: 'nothing' is undefined",
    ),
    (
        "templates/article.html",
        ARTICLE.format("notes", ""),
        "warning: a story's page does not show",
    ),
    (
        "templates/base.html",
        "<p>{{ site.name }}</p>",
        "does not begin with its Content-Security-Policy",
    ),
    (
        "templates/article.html",
        '{% extends "wireroom/article.html" %}{% set policy = "/privacy/" %}',
        "does not begin with its Content-Security-Policy",
    ),
    (
        "templates/article.html",
        ARTICLE.format("standfirst", "<a href=/search/?q={{ view.headline }}>x</a>"),
        "prints text of a feed inside a tag",
    ),
    (
        "templates/front.html",
        "{% set ns = namespace(n=9) %}"
        "{% for i in range(30) %}{% set ns.n = ns.n * ns.n %}{% endfor %}",
        "line 1: a number above",
    ),
    ("templates/front.html", "{% include 'x.html' %}", "line 1: x.html"),
    (
        "templates/front.html",
        "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
        "line 1: the page takes too many steps",
    ),
]


@pytest.mark.parametrize(("file", "content", "reason"), BAD)
def test_what_is_wrong_is_said_with_its_file(file: str, content: str | bytes, reason: str) -> None:
    data = content if isinstance(content, bytes) else content.encode()
    found = told({file: data})
    assert any(reason in each for each in found), found
    if "warning" not in reason and "policy does" not in reason and "link" not in reason:
        named = [each for each in found if each.startswith(file)]
        assert named or "inside a tag" in reason, found


def test_colours_between_ink_and_paper_are_readable_whatever_the_theme() -> None:
    for paper, ink in (("#ffffff", "#000000"), ("#fff", "#767676"), ("#102030", "#e0e0e0")):
        for scheme in ("light", "dark"):
            found = colours.properties(scheme, {"paper": paper, "ink": ink})
            least = min(colours.LEAST, colours.contrast(ink, found["--tint"]))
            assert colours.contrast(found["--soft"], found["--tint"]) >= least
            assert colours.contrast(found["--rule"], paper) > 3 or ink == "#767676"
    assert colours.contrast("#000", "#ffffff") == pytest.approx(21)


def test_the_built_in_colours_are_those_of_the_stylesheet() -> None:
    light, dark = re.findall(r":root\{(.*?)\}", assets.css().decode(), re.S)[:2]
    for scheme, rules in (("light", light), ("dark", dark)):
        for name, colour in colours.BUILT_IN[scheme].items():
            assert f"--{name}:{colour}" in rules.split(";")
        assert list(colours.low_contrast(scheme, colours.BUILT_IN[scheme])) == []


# --- the folder, and looking at it --------------------------------------------------------------


def test_a_folder_gives_its_files_and_no_others(tmp_path: Path) -> None:
    theme = tmp_path / "theme"
    (theme / "slots").mkdir(parents=True)
    (theme / "slots" / "banner.html").write_text("<p>x</p>")
    (theme / ".git").mkdir()
    (theme / ".git" / "config").write_text("x")
    assert files_of(theme) == {"slots/banner.html": b"<p>x</p>"}
    (tmp_path / "secret").write_text("x")
    (theme / "theme.css").symlink_to(tmp_path / "secret")
    with pytest.raises(OSError, match="outside of the theme"):
        files_of(theme)


def test_a_preview_shows_pages_in_the_theme_as_it_is_now(tmp_path: Path) -> None:
    folder = tmp_path / "theme"
    preview = Preview(folder, of_sample())

    def get(path: str) -> tuple[int, str]:
        answer = preview.respond(Request(path, {}))
        return answer.status, answer.body.decode("utf-8", "replace")

    status, page = get("/")
    assert (status, "ferry of pier 0" in page, STAMP in page) == (200, True, True)
    _, before = get(STAMP)
    for name, data in examples()["A front of your own"].items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    assert get(STAMP)[1] != before
    _, page = get("/")
    assert 'class="headlines"' in page
    style = re.search(r'rel="stylesheet" href="([^"]+)"', page)
    assert style
    assert ".headlines" in get(style[1])[1]
    (script,) = re.findall(r"<script>(let s;.*?)</script>", page)
    policy = looks.of(dressed(SETTINGS, preview._watching()).theme).policy
    assert "sha256-" in policy.split("script-src")[1]
    assert script
    assert "harbour" in get("/about/")[1]
    assert get("/2026/02/11/ferry-1/")[0] == 200
    assert get("/nothing/")[0] == 404
    assert get("/../../etc/passwd")[0] == 404
    (folder / "templates" / "front.html").write_text("{{ <b> }}")
    status, page = get("/")
    assert status == 500
    assert "templates/front.html, line 1: " in page


# --- on a stack ---------------------------------------------------------------------------------


def test_apply_carries_a_theme_to_the_stack_and_a_broken_one_changes_nothing(
    desk: Newsdesk, tmp_path: Path
) -> None:
    config = tmp_path / "site.toml"
    config.write_text(site_toml.write(Configuration(settings=WORLD)), "utf-8")
    theme = tmp_path / "theme"
    for name, data in examples()["A front of your own"].items():
        (theme / name).parent.mkdir(parents=True, exist_ok=True)
        (theme / name).write_bytes(data)
    bucket = desk.world.aws.outputs["ContentBucket"]

    def themes() -> list[str]:
        return [key for key in desk.world.aws.contents(bucket) if key.startswith("themes/")]

    assert desk.wireroom("apply", str(config)) == 2  # it asks first
    assert "+ theme " in desk.out
    assert themes() == []
    desk.do("apply", str(config), "--yes")
    assert '<div class="top">' not in desk.world.page("/")
    assert 'href="/about/"' in desk.world.page("/")
    assert "How to reach us" in desk.world.page("/about/")
    assert desk.wireroom("apply", str(config), "--yes") == 0
    assert desk.out == "nothing changes\n"
    before, kept = desk.world.site(), themes()
    s3, outputs = desk.world.aws.client("s3"), desk.world.aws.outputs
    site = Pages(s3, outputs["SiteBucket"])
    source = of_stack(desk.world.table, Bodies(s3, outputs["ContentBucket"]), site)
    shown = Preview(tmp_path / "none", source, lambda path: answer(s3, outputs["SiteBucket"], path))
    for path, text in (
        ("/", "Story 1 version 1"),
        (desk.world.article("1").path, "Body of story 1"),
        ("/about/", "Page not found"),
        ("/robots.txt", "Sitemap"),
        ("/2026/nothing/", "Page not found"),
    ):
        assert text in shown.respond(Request(path, {})).body.decode(), path
    assert desk.world.site() == before
    (theme / "templates" / "front.html").write_text("\n{{ heading | safe }}")
    assert desk.wireroom("apply", str(config), "--yes") == 1
    assert "templates/front.html, line 2: `safe` prints unescaped text" in desk.err
    (theme / "templates" / "front.html").unlink()
    config.write_text(config.read_text() + '\n[[categories]]\nname = "About"\n')
    assert desk.wireroom("apply", str(config), "--yes") == 1
    assert "/about/ is the address of a section" in desk.err
    desk.world.aws.drain()
    assert (desk.world.site(), themes()) == (before, kept)
    assert run(["theme", "check", str(theme)]) == 1
