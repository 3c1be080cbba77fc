"""A theme's folder → a Theme, with all that is wrong told at once.

theme.toml         colours, fonts, logo, links, hosts
theme.css          rules that follow the site's own
templates/*.html   replace blocks of the built-in templates
head.html          snippets: the end of <head>, and the named slots
slots/*.html
pages/*.md         pages of the newsroom's own
locale/*.po        the site's own words in other languages
assets/**          files for all of these
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from hashlib import sha256
from itertools import chain

from msgspec import Struct

from wireroom.settings.toml_table import Problems, Table
from wireroom.settings.toml_values import quoted, wrong_url
from wireroom.site.theme import KEPT, SLOTS, File, Link, Logo, Text, Theme
from wireroom_infra import catalogues
from wireroom_infra.theme import colours, fonts, markup
from wireroom_infra.theme.pictures import size_of, wrong_svg
from wireroom_infra.theme.problems import Problem, line_of
from wireroom_infra.theme.texts import text_page

LARGEST = 2_000_000  # bytes of one file
MOST = 5_000_000  # bytes of all
SNIPPET = 50_000  # characters
TYPES: Mapping[str, str] = {
    "avif": "image/avif",
    "css": "text/css; charset=utf-8",
    "gif": "image/gif",
    "ico": "image/x-icon",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "pdf": "application/pdf",
    "png": "image/png",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
    "webp": "image/webp",
    "woff2": "font/woff2",
}
# Name in the folder, and what it is for. A file of any other name is a mistake.
_KNOWN = re.compile(
    r"theme\.toml|theme\.css|head\.html|slots/[^/]+|templates/[^/]+|pages/[^/]+|assets/.+"
    r"|locale/[^/]+|(?:README|LICENSE)[^/]*"
)
_SOURCE = re.compile(r"https://(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d{1,5})?")
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*")
_WEIGHT = re.compile(r"[1-9]\d{0,2}(?: [1-9]\d{0,2})?")


class Reading(Struct, frozen=True):
    """`theme`: as far as it could be read, so that other problems can be looked for."""

    theme: Theme
    problems: tuple[Problem, ...]


class _Declared(Struct, frozen=True, kw_only=True):
    """What theme.toml says."""

    schemes: dict[str, dict[str, str]]
    layout: str
    text: str
    headings: str
    interface: str
    fonts: tuple[fonts.Font, ...]
    logo: str
    logo_dark: str
    navigation: tuple[Link, ...]
    footer: tuple[Link, ...] | None
    hosts: dict[str, tuple[str, ...]]


def read(files: Mapping[str, bytes]) -> Reading:
    """The theme in `files`: path in its folder, with slashes → content."""
    problems: list[Problem] = []
    texts: dict[str, str] = {}
    for name, data in sorted(files.items()):
        if not _KNOWN.fullmatch(name):
            problems.append(Problem(name, 0, "is no part of a theme; see docs/theming.md"))
        elif not name.startswith("assets/"):
            try:
                text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
                texts[name] = text if text.endswith("\n") else text + "\n"
            except UnicodeDecodeError as error:
                problems.append(Problem(name, data.count(b"\n", 0, error.start) + 1, "not UTF-8"))
    if (size := sum(map(len, files.values()))) > MOST:
        problems.append(Problem("", 0, f"has {size:,} bytes; at most {MOST:,}"))
    declared, wrong = _declared(texts.get("theme.toml", ""))
    assets, bad = _assets(files)
    problems += [*wrong, *bad, *_missing_files(declared, assets)]
    paths = {name: file.path for name, file in assets.items()}
    parts = _Parts(declared, paths, problems)
    snippets = dict(chain(parts.snippet("head", "head.html", texts), parts.slots(texts)))
    pages = dict(parts.pages(texts))
    templates = dict(parts.templates(texts))
    css = parts.stylesheet(texts.get("theme.css", ""))
    sources = parts.sources
    for key, hosts in declared.hosts.items():
        sources.setdefault(markup.DIRECTIVES[key], []).extend(hosts)
    if declared.fonts or any(file.type == "font/woff2" for file in assets.values()):
        sources.setdefault("font-src", []).insert(0, "'self'")
    theme = Theme(
        css=css,
        logo=_logo(declared, assets, problems),
        navigation=declared.navigation,
        footer=declared.footer,
        templates=templates,
        snippets=snippets,
        files=assets,
        texts=pages,
        catalogues=dict(parts.catalogues(texts)),
        sources={name: tuple(dict.fromkeys(found)) for name, found in sorted(sources.items())},
    )
    return Reading(theme, tuple(sorted(set(problems))))


# --- theme.toml ---------------------------------------------------------------------------------


def _declared(text: str) -> tuple[_Declared, list[Problem]]:
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        place = re.search(r"\(at line (\d+)", str(error))
        reason = f"not TOML: {str(error).split(' (at ')[0]}"
        wrong = [Problem("theme.toml", int(place[1]) if place else 0, reason)]
        return _declared("")[0], wrong
    notes = Problems(text)
    top = Table("", values, notes)
    schemes = {name: _colours(name, top.optional(name), notes) for name in ("light", "dark")}
    own = tuple(_font(table) for table in top.tables("font"))
    chosen = top.optional("fonts")
    names = (*fonts.STACKS, *(font.name for font in own))
    stacks = {key: _stack(chosen, key, names) for key in ("text", "headings", "interface")}
    chosen.nothing_else()
    hosts = top.optional("hosts")
    declared = _Declared(
        schemes=schemes,
        layout=top.one_of("layout", ("wide", "narrow")),
        fonts=own,
        logo=top.text("logo"),
        logo_dark=top.text("logo_dark"),
        navigation=tuple(map(_link, top.tables("navigation"))),
        footer=tuple(map(_link, top.tables("footer"))) if "footer" in values else None,
        hosts={key: found for key in markup.DIRECTIVES if (found := _hosts(hosts, key))},
        **stacks,
    )
    hosts.nothing_else()
    top.nothing_else()
    return declared, [_placed(line) for line in notes.lines]


def _placed(line: str) -> Problem:
    """A problem of theme.toml from how `Problems` words it."""
    found = re.match(r"(\S+) \(line (\d+)\): ", line)
    if not found:
        return Problem("theme.toml", 0, line)
    return Problem("theme.toml", int(found[2]), f"{found[1]}: {line[found.end() :]}")


def _colours(scheme: str, table: Table, notes: Problems) -> dict[str, str]:
    given = {name: table.text(name) for name in colours.COLOURS}
    table.nothing_else()
    for name, value in given.items():
        if value and not colours.FORM.fullmatch(value):
            table.wrong(name, f"is {quoted(value)}", 'a colour such as "#96231b"')
    good = {name: value for name, value in given.items() if colours.FORM.fullmatch(value)}
    for name, reason in colours.low_contrast(scheme, good):
        notes.add(f"{scheme}.{name}", reason)
    return good


def _font(table: Table) -> fonts.Font:
    name = table.text("name", required=True, longest=60)
    if name in fonts.STACKS or re.search(r'["\\;{}<>]', name):
        table.wrong("name", f"is {quoted(name)}", "a name that no stack has, of plain characters")
    file = table.text("file", required=True)
    weight = table.text("weight") or "400"
    if not _WEIGHT.fullmatch(weight):
        table.wrong("weight", f"is {quoted(weight)}", 'such as "400", or "200 800" for a range')
        weight = "400"
    font = fonts.Font(
        name=name, file=file, weight=weight, style=table.one_of("style", ("normal", "italic"))
    )
    table.nothing_else()
    return font


def _stack(table: Table, key: str, names: tuple[str, ...]) -> str:
    value = table.text(key)
    if value and value not in names:
        table.wrong(key, f"there is no font {quoted(value)}", f"one of {', '.join(names)}")
        return ""
    return value


def _link(table: Table) -> Link:
    link = Link(table.text("title", required=True, longest=80), table.text("url", required=True))
    ours = re.fullmatch(r"/(?![/\\])[^\s\\]*|mailto:[^\s@]+@[^\s@]+", link.url)
    if link.url and not ours and (problem := wrong_url(link.url)):
        table.wrong("url", f"{quoted(link.url)} {problem}", "such as /about/ or https://…")
    table.nothing_else()
    return link


def _hosts(table: Table, key: str) -> tuple[str, ...]:
    found = table.texts(key)
    for source in found:
        if not _SOURCE.fullmatch(source):
            table.wrong(
                key,
                f"has {quoted(source)}",
                "hosts with https:// and no path, such as"
                ' "https://plausible.example" or "https://*.ads.example"',
            )
            return ()
    return found


# --- files --------------------------------------------------------------------------------------


def _assets(files: Mapping[str, bytes]) -> tuple[dict[str, File], list[Problem]]:
    found: dict[str, File] = {}
    problems: list[Problem] = []
    names = [name for name in sorted(files) if name.startswith("assets/")]
    # Stylesheets last, as they may name other files.
    for full in sorted(names, key=lambda name: name.endswith(".css")):
        name, data = full.removeprefix("assets/"), files[full]
        ending = name.rpartition(".")[2].lower()
        problem = ""
        if not _FILE.fullmatch(name):
            problem = "a file's name has only letters of a to z, digits, dots, hyphens and _"
        elif ending not in TYPES:
            problem = f"files of this kind are not served; expected one of {', '.join(TYPES)}"
        elif len(data) > LARGEST:
            problem = f"has {len(data):,} bytes; at most {LARGEST:,}"
        elif ending == "woff2" and not data.startswith(b"wOF2"):
            problem = "is not a WOFF2 font"
        elif ending == "svg":
            problem = wrong_svg(data)
        if problem:
            problems.append(Problem(full, 0, problem))
            continue
        if ending == "css":
            text = data.decode("utf-8", "replace")
            paths = {each: file.path for each, file in found.items()}
            problems += _wrong_css(full, text)
            data = _linked(full, text, paths, problems).encode()
        stem = name.rpartition(".")[0].replace("/", "-")
        path = f"/assets/{stem}-{sha256(data).hexdigest()[:12]}.{ending}"
        found[name] = File(path=path, type=TYPES[ending], data=data)
    return found, problems


def _missing_files(declared: _Declared, assets: Mapping[str, File]) -> Iterator[Problem]:
    for key, name in (
        ("logo", declared.logo),
        ("logo_dark", declared.logo_dark),
        *(("font.file", font.file) for font in declared.fonts),
    ):
        if name and name not in assets:
            yield Problem("theme.toml", 0, f"{key}: there is no file assets/{name}")
    if declared.logo_dark and not declared.logo:
        yield Problem("theme.toml", 0, "logo_dark: there is no logo")


def _logo(declared: _Declared, assets: Mapping[str, File], problems: list[Problem]) -> Logo | None:
    file, dark = assets.get(declared.logo), assets.get(declared.logo_dark)
    if file is None:
        return None
    size = size_of(file.data, file.type)
    if size is None:
        problems.append(
            Problem(
                f"assets/{declared.logo}",
                0,
                "the size of the logo can't be read from it;"
                " expected a PNG, or an SVG with width and height or a viewBox",
            )
        )
        return None
    width, height = size
    return Logo(path=file.path, width=width, height=height, dark=dark.path if dark else "")


def _linked(file: str, text: str, paths: Mapping[str, str], problems: list[Problem]) -> str:
    """`text` with the addresses on the site of the files in assets/ that it names."""
    for name, line in markup.references(text):
        if name not in paths:
            problems.append(Problem(file, line, f"there is no file assets/{name}"))
    return markup.ASSET.sub(lambda found: paths.get(found[1], found[0]), text)


def _wrong_css(file: str, text: str) -> Iterator[Problem]:
    for found in re.finditer(r"@import|url\(\s*['\"]?\s*(https?:)?//", text, re.IGNORECASE):
        line = line_of(text, found.start())
        yield Problem(file, line, "loads from elsewhere; put the file into assets/")


# --- what pages print ---------------------------------------------------------------------------


class _Parts:
    """Reads the parts of a theme that pages print; notes problems, and what the policy needs."""

    def __init__(
        self, declared: _Declared, paths: Mapping[str, str], problems: list[Problem]
    ) -> None:
        self._declared, self._paths, self._problems = declared, paths, problems
        self.sources: dict[str, list[str]] = {}

    def snippet(self, slot: str, file: str, texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        text = texts.get(file, "")
        if not text.strip():
            return
        if len(text) > SNIPPET:
            self._problems.append(
                Problem(file, 0, f"has {len(text):,} characters; at most {SNIPPET:,}")
            )
        html = _linked(file, text, self._paths, self._problems)
        self._look(markup.look(file, html, self._declared.hosts, head=slot == "head"))
        yield slot, html

    def slots(self, texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        for file in texts:
            if not file.startswith("slots/"):
                continue
            slot = file.removeprefix("slots/").removesuffix(".html")
            if file != f"slots/{slot}.html" or slot not in SLOTS or slot == "head":
                names = ", ".join(f"{each}.html" for each in SLOTS if each != "head")
                self._problems.append(Problem(file, 0, f"there is no such slot; expected {names}"))
                continue
            yield from self.snippet(slot, file, texts)

    def pages(self, texts: Mapping[str, str]) -> Iterator[tuple[str, Text]]:
        for file, text in texts.items():
            if not file.startswith("pages/"):
                continue
            slug, page, problems = text_page(file, text)
            self._problems += problems
            if page:
                html = _linked(file, page.html, self._paths, self._problems)
                yield slug, Text(title=page.title, html=html, description=page.description)

    def templates(self, texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        for file, text in texts.items():
            if not file.startswith("templates/"):
                continue
            name = file.removeprefix("templates/")
            if not re.fullmatch(r"[a-z0-9_-]+\.html", name) or name in KEPT:
                reason = "no template of a theme has this name"
                self._problems.append(Problem(file, 0, reason))
                continue
            self._look(markup.look(file, text, self._declared.hosts, template=True))
            yield name, text

    def catalogues(self, texts: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
        for file, text in texts.items():
            if not file.startswith("locale/"):
                continue
            language = file.removeprefix("locale/").removesuffix(".po")
            try:
                found = catalogues.parsed(language, text.encode())
            except catalogues.WrongCatalogue as error:
                self._problems.append(Problem(file, error.line, str(error)))
                continue
            wrong = [Problem(file, line, reason) for line, reason in catalogues.problems(found)]
            self._problems += wrong
            if not wrong:
                yield language.replace("-", "_"), catalogues.mo(found)

    def stylesheet(self, own: str) -> str:
        declared = self._declared
        css = fonts.faces(declared.fonts, self._paths)
        css += colours.stylesheet(declared.schemes)
        css += fonts.stylesheet(
            declared.text, declared.headings, declared.interface, declared.fonts
        )
        if declared.layout == "narrow":
            css += "body { max-width: 62rem; }\n"
        if declared.logo:
            css += ".logo { width: auto; max-height: 6rem; background: none; }\n"
            css += ".colophon .logo { max-height: 2rem; }\n"
        self._problems += _wrong_css("theme.css", own)
        return css + _linked("theme.css", own, self._paths, self._problems)

    def _look(self, found: markup.Found) -> None:
        self._problems += found.problems
        for name, sources in found.sources.items():
            self.sources.setdefault(name, []).extend(sources)
