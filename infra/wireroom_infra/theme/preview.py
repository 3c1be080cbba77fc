"""The site in a theme that is being written, on this machine.

Each answer is built from the theme as it is now. A script that only the preview has asks whether
the folder has changed, and loads the page again. A theme with problems is shown as a list of them.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from html import escape
from pathlib import Path
from urllib.parse import unquote

from msgspec.structs import replace

from wireroom.errors import WireroomError
from wireroom.model import Page, Settings
from wireroom.pipeline.reads import Reads
from wireroom.site import kinds, looks, pages
from wireroom.site.kinds import KINDS, Rows
from wireroom.site.theme import Theme
from wireroom.store.bodies import Bodies
from wireroom.store.pages import Pages
from wireroom.store.table import Table
from wireroom_infra.local.loopback import Answer, Request
from wireroom_infra.local.site import HEADERS
from wireroom_infra.sample.pictures import png
from wireroom_infra.theme import markup
from wireroom_infra.theme.check import check, dressed, refused
from wireroom_infra.theme.folder import files_of, stamp
from wireroom_infra.theme.sample import COPY, SETTINGS, Sample

STAMP = "/wireroom-theme-stamp"
SCRIPT = (
    "let s;setInterval(()=>fetch(" + f'"{STAMP}",{{cache:"no-store"}}'
    ").then(r=>r.text()).then(t=>{if(s!==undefined&&s!==t)location.reload();s=t})"
    ".catch(()=>{}),1000)"
)

# A page → the settings and what render would have read for it, with the page as it is there; None
# for an address where the site has nothing.
Source = Callable[[str], tuple[Settings, Page, Rows] | None]


class Preview:
    """`folder`: the theme's. `source`: where pages come from. `others`: answers for what is neither
    a page nor a file of the theme."""

    def __init__(
        self, folder: Path, source: Source, others: Callable[[str], Answer] | None = None
    ) -> None:
        self._folder, self._source, self._others = folder, source, others
        self._stamp, self._theme, self._problems = "", Theme(), [""]

    def respond(self, request: Request) -> Answer:
        path = "/" + unquote(request.path, errors="replace").lstrip("/\\")
        now = stamp(self._folder)
        if path == STAMP:
            return _text(sha256(now.encode()).hexdigest())
        if self._problems or now != self._stamp:
            self._read(now)
        if self._problems:
            return _page(500, _document(self._problems))
        found = self._source(path)
        if found is None:
            return self._file(path)
        settings, page, rows = found
        try:
            settings = dressed(settings, self._watching())
            html, redirect = KINDS[page.kind].builder(settings, page, rows)
        except WireroomError as error:
            return _page(500, _document([str(error)]))
        if redirect:
            return Answer(302, headers={"Location": redirect, **HEADERS})
        return _page(kinds.status(page, settings), html, KINDS[page.kind].content_type)

    def _read(self, now: str) -> None:
        try:
            files = files_of(self._folder) if self._folder.is_dir() else {}
            found = check(files)
            self._theme = found.theme
            self._problems = [str(each) for each in refused(found.problems)]
        except OSError as error:
            self._problems = [str(error)]
        self._stamp = now

    def _watching(self) -> Theme:
        """The theme with the script that waits for its next version."""
        foot = self._theme.snippets.get("foot", "") + f"<script>{SCRIPT}</script>\n"
        script = (*self._theme.sources.get("script-src", ()), markup.digest(SCRIPT))
        return replace(
            self._theme,
            snippets={**self._theme.snippets, "foot": foot},
            sources={**self._theme.sources, "script-src": script},
        )

    def _file(self, path: str) -> Answer:
        files = looks.of(dressed(SETTINGS, self._watching()).theme).files
        if path in files:
            data, kind = files[path]
            return Answer(200, data, {"Content-Type": kind, **HEADERS})
        if self._others:
            return self._others(path)
        if path == pages.rendition(COPY.name, COPY.width):
            return Answer(200, png("harbour"), {"Content-Type": "image/png", **HEADERS})
        return _page(404, _document([f"There is nothing at {path}."]))


def of_sample() -> Source:
    """Made-up stories."""
    sample = Sample(SETTINGS)
    stories = {article.path: article for article in sample.articles.values()}

    def found(path: str) -> tuple[Settings, Page, Rows] | None:
        story = stories.get(path)
        page = pages.article(story.id, path) if story else kinds.at(path, SETTINGS)
        return (SETTINGS, page, sample) if page else None

    return found


def of_stack(table: Table, bodies: Bodies, site: Pages) -> Source:
    """The stories of a stack. It is only read."""

    def found(path: str) -> tuple[Settings, Page, Rows] | None:
        page = kinds.at(path, table.settings())
        if page is None:
            article = table.articles.at(path)
            page = pages.article(article.id, path) if article else None
        if page is None:
            return None
        rows = Reads(table, bodies, site, [page])
        return rows.settings, page, rows

    return found


def _document(lines: list[str]) -> str:
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Theme</title></head>'
        f"<body><h1>The theme can’t be shown</h1><ul>{items}</ul>"
        f"<script>{SCRIPT}</script></body></html>"
    )


def _page(status: int, html: str, kind: str = "text/html; charset=utf-8") -> Answer:
    headers = {"Content-Type": kind, "Cache-Control": "no-store", **HEADERS}
    return Answer(status, html.encode(), headers)


def _text(text: str) -> Answer:
    return Answer(200, text.encode(), {"Content-Type": "text/plain", "Cache-Control": "no-store"})
