"""Which pages a change of an article affects, from the article before and after it.

A day page links to the neighbouring days that have stories. So the first story of a day, and the
last one to leave it, change the pages of the neighbouring days, too. Only the table knows which
days those are. So `affected` says which days gained or lost a story, and `neighbours` decides when
the day has been read.

The pages of a month grow with it, so a new story waits for the hourly job that makes them again
(`pipeline.republish`). A story that leaves the site, or its address, leaves them at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from wireroom.model import HOME, Article, Job, ListingEntry, Page
from wireroom.newsroom.listing import for_lists, listings
from wireroom.newsroom.shown import shown
from wireroom.site import kinds, pages


class Affected(Struct, frozen=True):
    """`pages` to write; `added`: (list, day, article id); `removed`: (list, day). `later`: pages to
    write when those are written."""

    pages: frozenset[Page] = frozenset()
    added: frozenset[tuple[str, str, str]] = frozenset()
    removed: frozenset[tuple[str, str]] = frozenset()
    later: frozenset[Page] = frozenset()

    def __or__(self, other: Affected) -> Affected:
        return Affected(
            self.pages | other.pages,
            self.added | other.added,
            self.removed | other.removed,
            self.later | other.later,
        )


def affected(
    old: Article | None, new: Article | None, day_of: Callable[[datetime], str]
) -> Affected:
    """The pages that the change from `old` to `new` affects. `day_of`: a time → its ISO date in the
    site's time zone."""
    found: set[Page] = set()
    for article in (old, new):
        if article and visible(old) != visible(new):
            found |= pages.of_article(article)
    before, after = listings(old), listings(new)
    if visible(old) != visible(new):
        for name, _ in before.keys() & after.keys():
            found |= kinds.of_list(name, whole=True)
    added: set[tuple[str, str, str]] = set()
    removed: set[tuple[str, str]] = set()
    later: set[Page] = set()
    for row in before.keys() | after.keys():
        was, now = before.get(row), after.get(row)
        if for_lists(was) == for_lists(now):
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
        if name == HOME and was and (now is None or now.path != was.path):
            later |= kinds.of_month(day_of(was.published)[:7])
    return Affected(frozenset(found), frozenset(added), frozenset(removed), frozenset(later))


def neighbours(
    change: Affected, page: Page, entries: Sequence[ListingEntry], previous: str, following: str
) -> Iterable[Page]:
    """The pages of the days next to the day `page`, if `change` may have filled or emptied that
    day.

    `entries` are the day's, newest first; `previous` and `following` its neighbours (ISO dates), or
    "". The change that added the oldest entry counts as the one that filled the day. When several
    stories come into an empty day and are rendered in any order, one of them is the oldest at its
    turn. Any removal counts as one that may have emptied the day.
    """
    filled = bool(entries) and (page.list, page.day, entries[-1].id) in change.added
    if filled or (page.list, page.day) in change.removed:
        for day in (previous, following):
            if day:
                yield kinds.page(page.kind, page.list, day)


def unlist(old: Article | None, new: Article | None, requested: datetime, by: str) -> Job | None:
    """If the change takes a story off the site, the job that removes it from the Latest Posts in
    other stories' pages. The job's id is the same however often the change is seen."""
    if old is None or old.state != "live" or new is None or new.state == "live":
        return None
    return Job(
        id=f"unlist-{new.id}-{new.revision}",
        requested=requested,
        scope="unlist",
        target=new.id,
        since=old.published,
        by=by,
    )


def visible(article: Article | None) -> object:
    """All that an article's own pages show, to compare. Its former addresses are not part of it, as
    they change only when its path does."""
    if article is None:
        return None
    if article.state == "live":
        return article.path, shown(article)
    kill = article.desk.kill
    return article.path, article.state, kill.value if kill else ""
