"""Checks the sitemaps of a run against its articles (number 9 in docs/simulation.md).

What the hourly job makes may lack what has come since then. It never names what has gone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import timedelta

from tests.simulation.newsroom import Newsroom
from tests.simulation.truth import identity
from tests.simulation.wire import CUT_OFF
from tests.site import sitemap_schema
from wireroom.model import Article, Page
from wireroom.site import kinds, pages
from wireroom.site.dates import day_of
from wireroom.site.kinds import KINDS

NEWS = timedelta(hours=47)  # by the next hour none is older than two days
SECTIONS = "/sitemaps/sections.xml"
STORIES = 3  # of an author whose page search engines are shown


def hourly(key: str) -> bool:
    """Whether the page under `key` is one that is made again each hour."""
    page = _page(key)
    return page is not None and KINDS[page.kind].hourly


def wrong(newsroom: Newsroom, articles: Mapping[str, Article]) -> Iterator[str]:
    """What is wrong with a sitemap at any time."""
    months, recent = _wanted(newsroom, articles)
    signed = _signed(newsroom, articles)
    live = {path for paths in months.values() for path in paths}
    named, broken = _named(newsroom)
    yield from broken
    for page, paths in named.items():
        if page.kind == "sitemaps":
            known = {SECTIONS, *(other.path for other in named if other.month)}
        else:
            known = {*months.get(page.month, ()), *signed[page.month]} if page.month else live
        if paths != ["/"] and (more := set(paths) - known):
            yield f"9: {page.path} names {sorted(more)}"
        if page.kind == "news" and (less := recent - set(paths)):
            yield f"9: {page.path} does not name {sorted(less)}"


def late(
    newsroom: Newsroom, articles: Mapping[str, Article], *, exact: bool = True
) -> Iterator[str]:
    """What is wrong with a sitemap when both sweeps have run after all else. `exact`: they have;
    otherwise a story may have left while they ran, and the index may name a part until the next
    hour that has become empty since it was made."""
    months, recent = _wanted(newsroom, articles)
    named, broken = _named(newsroom)
    if broken:
        return
    found: dict[str, list[str]] = defaultdict(list)
    for page in sorted(named, key=lambda page: page.part):
        if page.month and named[page] != ["/"]:
            found[page.month] += named[page]
    for month, several in _signed(newsroom, articles).items():
        months[month] += sorted(path for path, recurs in several.items() if recurs)
    if found != months:
        yield f"9: the sitemaps of months name {dict(found)}, not {dict(months)}"
    (index,) = kinds.of_months()
    filled = {page.path for page in named if page.month in months and named[page] != ["/"]}
    there = {page.path for page in named if page.month}
    known = {SECTIONS, *filled}
    if not known <= set(named[index]) <= (known if exact else known | there):
        yield f"9: {index.path} names {named[index]}, not {filled}"
    for page in kinds.of_hour() & named.keys():
        if set(named[page]) != (recent or {"/"}):
            yield f"9: {page.path} names {named[page]}, not {recent}"


def _wanted(
    newsroom: Newsroom, articles: Mapping[str, Article]
) -> tuple[dict[str, list[str]], set[str]]:
    """Month → the addresses of its stories, the oldest first; and those of the news sitemap."""
    months: dict[str, list[str]] = defaultdict(list)
    recent = set()
    since = newsroom.simulation.now() - NEWS
    truth, now = newsroom.simulation.truth, newsroom.simulation.now()
    excerpts = {
        identity(story)
        for story in truth.stories()
        if truth.expected(story, now).body.endswith(CUT_OFF)
    }
    live = [each for each in articles.values() if each.state == "live" and each.id not in excerpts]
    for article in sorted(live, key=lambda each: (each.published, each.first_seen, each.id)):
        assert article.published
        months[day_of(article.published, newsroom.settings.site.timezone)[:7]].append(article.path)
        if article.published >= since:
            recent.add(article.path)
    return months, recent


def _signed(newsroom: Newsroom, articles: Mapping[str, Article]) -> dict[str, dict[str, bool]]:
    """Month → each author who has a story of it → whether they have STORIES by its end."""
    written: dict[str, list[str]] = defaultdict(list)
    for article in articles.values():
        for page in pages.of_authors(article) if article.state == "live" else ():
            assert article.published
            day = day_of(article.published, newsroom.settings.site.timezone)
            written[page.path].append(day[:7])
    found: dict[str, dict[str, bool]] = defaultdict(dict)
    for path, months in written.items():
        for month in months:
            found[month][path] = sum(each <= month for each in months) >= STORIES
    return found


def _named(newsroom: Newsroom) -> tuple[dict[Page, list[str]], list[str]]:
    """The sitemaps in the bucket that are made each hour → the paths that each names; and what
    breaks the schema."""
    simulation = newsroom.simulation
    url = newsroom.settings.site.url
    named, broken = {}, []
    for key, held in simulation.cloud.objects[simulation.stage.site].items():
        page = _page(key)
        if page and KINDS[page.kind].hourly and "sitemap" in page.path:
            text = held.body.decode()
            if problems := sitemap_schema.problems(text, f"{url}/"):
                broken.append(f"9: {page.path}: {problems}")
                continue
            named[page] = [path.removeprefix(url) for path in sitemap_schema.locations(text)]
    return named, broken


def _page(key: str) -> Page | None:
    return kinds.at(f"/{key.removesuffix('index.html')}")
