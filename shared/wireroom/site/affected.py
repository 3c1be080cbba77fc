"""Which pages a change of an article affects, from the article before and after it.

A day page links to the neighbouring days that have stories, so the first story of a day and the
last one to leave it change the neighbours too. Which days those are only the table knows, so
`affected` says which days gained or lost a story, and `neighbours` decides once the day is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from wireroom.model import Article, Job, ListingEntry, Page
from wireroom.newsroom.listing import listings
from wireroom.newsroom.shown import shown
from wireroom.site import kinds, pages


class Affected(Struct, frozen=True):
    """`pages` to write; `added`: (list, day, article id); `removed`: (list, day)."""

    pages: frozenset[Page] = frozenset()
    added: frozenset[tuple[str, str, str]] = frozenset()
    removed: frozenset[tuple[str, str]] = frozenset()

    def __or__(self, other: Affected) -> Affected:
        return Affected(
            self.pages | other.pages, self.added | other.added, self.removed | other.removed
        )


def affected(
    old: Article | None, new: Article | None, day_of: Callable[[datetime], str]
) -> Affected:
    """`day_of`: a time → its ISO date in the site's time zone."""
    found: set[Page] = set()
    for article in (old, new):
        if article and article.path and _visible(old) != _visible(new):
            for path in (article.path, *article.former):
                found.add(pages.article(article.id, path))
    before, after = listings(old), listings(new)
    added: set[tuple[str, str, str]] = set()
    removed: set[tuple[str, str]] = set()
    for row in before.keys() | after.keys():
        was, now = before.get(row), after.get(row)
        if was == now:
            continue
        name = row[0]
        found |= kinds.of_list(name)
        for entry in (was, now):
            if entry:
                found |= kinds.of_day(name, day_of(entry.published))
        if now and not was and now.pin is None:
            added.add((name, day_of(now.published), now.id))
        if was and not now and was.pin is None:
            removed.add((name, day_of(was.published)))
    return Affected(frozenset(found), frozenset(added), frozenset(removed))


def neighbours(
    change: Affected, page: Page, entries: Sequence[ListingEntry], previous: str, following: str
) -> Iterable[Page]:
    """The pages of the days next to the day `page`, when `change` may have filled or emptied it.

    `entries` are the day's, newest first. It was filled by the change that added the oldest of
    them. That is cheap and safe: among any stories that came into an empty day, one is the oldest
    whenever it is rendered, in whatever order they are; and each removal counts.
    """
    filled = bool(entries) and (page.list, page.day, entries[-1].id) in change.added
    if filled or (page.list, page.day) in change.removed:
        for day in (previous, following):
            if day:
                yield kinds.page(page.kind, page.list, day)


def purge(old: Article | None, new: Article | None, requested: datetime, by: str) -> Job | None:
    """The job that takes a story out of the Latest Posts which other stories' pages have baked in,
    when the change takes it off the site. It has one name however often the change is seen."""
    if old is None or old.state != "live" or new is None or new.state == "live":
        return None
    return Job(
        id=f"purge-{new.id}-{new.revision}",
        requested=requested,
        scope="purge",
        target=new.id,
        since=old.published,
        by=by,
    )


def _visible(article: Article | None) -> object:
    """All that an article's pages show of it. Its former addresses change with its path only."""
    if article is None:
        return None
    if article.state == "live":
        return article.path, shown(article)
    kill = article.desk.kill
    return article.path, article.state, kill.value if kill else ""
