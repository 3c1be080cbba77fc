"""The addresses of the site's pages, and the keys of their objects in the site bucket."""

from __future__ import annotations

import re

from wireroom.model import HOME, Article, Page
from wireroom.newsroom import authors

# Addresses of the pages that others link to, as rows of `site.kinds` use them.
FRONT, DAY, CALENDAR = "{root}", "{root}{day}/", "{root}{calendar}/"
AUTHOR = "/authors/{author}/"
FEED, ATOM, JSON_FEED = "{root}feed.xml", "{root}atom.xml", "{root}feed.json"
SITEMAPS, SITEMAP = "/sitemap.xml", "/sitemaps/{month}.xml"
SECTIONS, NEWS = "/sitemaps/sections.xml", "/news-sitemap.xml"
SEARCH, RECENT = "/search/", "/search/recent.json"
DOCUMENTS, SHARDS = "/search/{day}/{part}.json", "/search/words/"
LATEST = Page(path="/fragments/latest.html", kind="latest", list=HOME)
MISSING = Page(path="/404.html", kind="missing")
_SHARD_KEY = re.compile(r"search/words/([0-9a-f]{3})\.txt")
_ARTICLE_KEY = re.compile(r"(\d{4}/\d{2}/\d{2}/[^/]+/)index\.html")


PICTURES = "pictures/"  # begins the keys of all renditions


def rendition(name: str, width: int) -> str:
    """The path of a picture's rendition. `name`, `width`: as in `model.Stored`."""
    return f"/{PICTURES}{name}-{width}.webp"


def share_picture(name: str) -> str:
    """The path of a picture's rendition for cards."""
    return f"/{PICTURES}{name}-share.jpg"


def article(identity: str, path: str) -> Page:
    """The page of an article at `path`: its present address, or one that it had before."""
    return Page(path=path, kind="article", article=identity)


def of_article(article: Article) -> set[Page]:
    """The pages at each address that `article` has or had."""
    paths = (article.path, *article.former) if article.path else ()
    return {Page(path=path, kind="article", article=article.id) for path in paths}


def front(name: str) -> Page:
    return listing("front", FRONT, name)


def author(name: str) -> Page:
    """`name`: the author's list."""
    return listing("author", AUTHOR, name)


def of_authors(article: Article) -> set[Page]:
    """The pages to which the byline of a live `article` leads."""
    return {author(authors.list_of(each)) for each in article.authors}


def feed(name: str) -> Page:
    return listing("feed", FEED, name)


def feeds(name: str) -> list[tuple[str, str, str]]:
    """(path, media type, what readers call it) of each feed of the list `name`."""
    kinds = (
        (FEED, "application/rss+xml", "RSS"),
        (ATOM, "application/atom+xml", "Atom"),
        (JSON_FEED, "application/feed+json", "JSON Feed"),
    )
    return [(listing("", address, name).path, media, title) for address, media, title in kinds]


def day(name: str, date: str) -> Page:
    """`date`: ISO, in the site's time zone."""
    return listing("day", DAY, name, date)


def calendar(name: str, of: str) -> Page:
    """`of`: the month, as in `Page.month`."""
    return listing("calendar", CALENDAR, name, month=of)


def listing(kind: str, address: str, name: str, date: str = "", month: str = "") -> Page:
    """The page of a kind with the `address` of its row in `site.kinds`. `name`: the list; `date`:
    ISO, of a day page; `month`: of a calendar, as in `Page.month`."""
    root = "/" if name == HOME else f"/{name}/"
    path = address.format(
        root=root,
        day=date.replace("-", "/"),
        calendar=month.replace("-", "/"),
        author=name.removeprefix(authors.LISTS),
    )
    return Page(path=path, kind=kind, list=name, day=date, month=month)


def month(kind: str, address: str, of: str, part: int = 1) -> Page:
    """The page of the site with the `address` of its row in `site.kinds`. `of`: the month, as in
    `Page.month`."""
    path = address.format(month=of if part == 1 else f"{of}-{part}")
    return Page(path=path, kind=kind, month=of, part=part)


def documents(kind: str, address: str, day: str, part: int) -> Page:
    """The page of a part of a `day` (ISO date) of the site, as `month` has it of a month."""
    path = address.format(day=day.replace("-", "/"), part=part)
    return Page(path=path, kind=kind, day=day, part=part)


def shard(number: int) -> Page:
    """A file of the words that readers' search finds, counted from 0."""
    return Page(path=f"{SHARDS}{number:03x}.txt", kind="words")


def shard_of(name: str) -> int | None:
    """The number of a shard from its object's key; None for the key of any other object."""
    found = _SHARD_KEY.fullmatch(name)
    return int(found[1], 16) if found else None


def article_path(name: str) -> str:
    """The path of an article's page from its object's key; "" for the key of any other object."""
    found = _ARTICLE_KEY.fullmatch(name)
    return f"/{found[1]}" if found else ""


def key(page: Page) -> str:
    """The key of the object that holds `page`."""
    name = page.path.removeprefix("/")
    return f"{name}index.html" if not name or name.endswith("/") else name
