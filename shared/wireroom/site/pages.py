"""The addresses of the site's pages, and the keys of their objects in the site bucket."""

from __future__ import annotations

import re

from wireroom.model import HOME, Page

LATEST = Page(path="/fragments/latest.html", kind="latest", list=HOME)
MISSING = Page(path="/404.html", kind="missing")
# Categories are never called like a year, so an article's address is none of these.
_LISTING = re.compile(
    r"/(?:(?P<list>(?!\d{4}/)[a-z0-9-]+)/)?(?:(?P<day>\d{4}/\d{2}/\d{2})/|(?P<feed>feed\.xml))?"
)
_ARTICLE_KEY = re.compile(r"(\d{4}/\d{2}/\d{2}/[^/]+/)index\.html")


def article(identity: str, path: str) -> Page:
    """The page of an article at `path`: its present address, or one that it had before."""
    return Page(path=path, kind="article", article=identity)


def front(name: str) -> Page:
    return Page(path=_root(name), kind="front", list=name)


def feed(name: str) -> Page:
    return Page(path=f"{_root(name)}feed.xml", kind="feed", list=name)


def day(name: str, date: str) -> Page:
    """`date`: ISO, in the site's time zone."""
    return Page(path=f"{_root(name)}{date.replace('-', '/')}/", kind="day", list=name, day=date)


def of_list(page: Page, name: str) -> Page:
    """The page of the list `name` that answers to `page`, a front, feed or day page of another."""
    if page.day:
        return day(name, page.day)
    return feed(name) if page.kind == "feed" else front(name)


def listing_page(path: str) -> Page | None:
    """The page at `path`, whether it is there or not; None for what can only be an article's."""
    for page in (LATEST, MISSING):
        if path == page.path:
            return page
    found = _LISTING.fullmatch(path)
    if found is None:
        return None
    name = found["list"] or HOME
    if found["day"]:
        return day(name, found["day"].replace("/", "-"))
    return feed(name) if found["feed"] else front(name)


def article_path(name: str) -> str:
    """The path of an article's page from its object's key; "" for the key of any other object."""
    found = _ARTICLE_KEY.fullmatch(name)
    return f"/{found[1]}" if found else ""


def key(page: Page) -> str:
    """The object that holds `page`."""
    name = page.path.removeprefix("/")
    return f"{name}index.html" if not name or name.endswith("/") else name


def _root(name: str) -> str:
    return "/" if name == HOME else f"/{name}/"
