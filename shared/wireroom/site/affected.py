"""Which pages a change of an article affects, from the article before and after it.

A day page links to the neighbouring days that have stories, and the calendar of a month to all of
its days. So the first story of a day, and the last one to leave it, change the pages of the
neighbouring days and the calendars, too. Only the table knows which days those are. So `affected`
says which days gained or lost a story, and `neighbours` decides when the day has been read.

Another story's page may name the story: as the one before or after it, as a related one, or in its
Latest Posts. A new story leaves those pages to the sweeps. One that has another headline now, or
another address, does not: `site.more.naming` says which pages those are.

The pages of a month grow with it, so a new story waits for the hourly job that makes them again
(`pipeline.republish`). A story that leaves the site, or its address, leaves them at once. So do the
pages that readers' search reads: of the newest stories, and of one day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from wireroom.model import HOME, Article, Job, ListingEntry, Page
from wireroom.newsroom.authors import is_authors
from wireroom.newsroom.listing import for_lists, listings
from wireroom.newsroom.shown import shown
from wireroom.site import kinds, pages

LATE = timedelta(hours=36)  # after its date, a change is not left to the hourly job


class Renamed(Struct, frozen=True):
    """A story with another headline or address in a `list`, at the same place: its row before and
    after."""

    list: str
    was: ListingEntry
    now: ListingEntry


class Affected(Struct, frozen=True):
    """`pages` to write; `added`: (list, day, article id); `removed`: (list, day). `later`: pages to
    write when those are written. `renamed`: in each section, and at home; other stories' pages may
    name the story."""

    pages: frozenset[Page] = frozenset()
    added: frozenset[tuple[str, str, str]] = frozenset()
    removed: frozenset[tuple[str, str]] = frozenset()
    later: frozenset[Page] = frozenset()
    renamed: frozenset[Renamed] = frozenset()

    def __or__(self, other: Affected) -> Affected:
        return Affected(
            self.pages | other.pages,
            self.added | other.added,
            self.removed | other.removed,
            self.later | other.later,
            self.renamed | other.renamed,
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
    renamed: set[Renamed] = set()
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
        if was and now and now.pin is None and not is_authors(name) and _renamed(was, now):
            renamed.add(Renamed(name, was, now))
        if name == HOME and was and (now is None or _left(was, now)):
            later |= kinds.of_month(day_of(was.published)[:7])
        if is_authors(name) and was and now is None:
            later |= kinds.of_month(day_of(was.published)[:7])
        entry = was or now
        if name == HOME and entry and entry.pin is None and _at_once(old, new, was, now):
            later |= kinds.of_search(day_of(entry.published), entry.id)
    return Affected(
        frozenset(found),
        frozenset(added),
        frozenset(removed),
        frozenset(later),
        frozenset(renamed),
    )


def _renamed(was: ListingEntry, now: ListingEntry) -> bool:
    return (was.headline, was.path, was.out) != (now.headline, now.path, now.out)


def _left(was: ListingEntry, now: ListingEntry) -> bool:
    """Whether a story that stays on the site leaves the sitemaps, at the address that it had."""
    return now.path != was.path or (now.unlisted and not was.unlisted)


def _at_once(
    old: Article | None, new: Article | None, was: ListingEntry | None, now: ListingEntry | None
) -> bool:
    """Whether what readers' search shows of a story can't wait for the hourly job: the story left
    the site or its address, an editor changed it, or the job has left its day behind."""
    if was and (now is None or now.path != was.path or (old and new and old.desk != new.desk)):
        return True
    changed = new.changed if new else None
    return bool(now and changed and changed - now.published > LATE)


def reindexed(old: Article | None, new: Article | None) -> tuple[datetime, bool] | None:
    """If the change alters what readers' search finds: the date of the story, and whether the
    story left the site."""
    was, now = (_at_home(each) for each in (old, new))
    if for_lists(was) == for_lists(now):
        return None
    entry = was or now
    return (entry.published, now is None) if entry else None


def _at_home(article: Article | None) -> ListingEntry | None:
    rows = listings(article)
    return next(
        (each for (name, _), each in rows.items() if name == HOME and each.pin is None), None
    )


def neighbours(
    change: Affected, page: Page, entries: Sequence[ListingEntry], previous: str, following: str
) -> Iterable[Page]:
    """The pages of the days next to the day `page`, and the calendars of their months, if `change`
    may have filled or emptied that day.

    A month has a calendar once it has two days (`site.build.DAYS`). So the calendar that the day is
    in, if any, is that of a neighbour. The calendar of a neighbour in another month leads to the
    nearest day outside of it, which may be this day. When the last two days of a month empty at the
    same time, neither has the other as its neighbour: so an empty day asks for its own calendar.

    `entries` are the day's, newest first; `previous` and `following` its neighbours (ISO dates), or
    "". The change that added the oldest entry counts as the one that filled the day. When several
    stories come into an empty day and are rendered in any order, one of them is the oldest at its
    turn. Any removal counts as one that may have emptied the day.
    """
    filled = bool(entries) and (page.list, page.day, entries[-1].id) in change.added
    if filled or (page.list, page.day) in change.removed:
        for day in filter(None, (previous, following)):
            yield kinds.page(page.kind, page.list, day)
            yield from kinds.of_calendar(page.list, day[:7])
        if not entries:
            yield from kinds.of_calendar(page.list, page.day[:7])


def unlist(old: Article | None, new: Article | None, requested: datetime, by: str) -> Job | None:
    """If the change takes a story off the site, the job that removes it from the pages of other
    stories. The job's id is the same however often the change is seen."""
    if old is None or old.state != "live" or new is None or new.state == "live":
        return None
    return Job(
        id=unlisting_id(change_id(new.id, new.revision)),
        requested=requested,
        scope="unlist",
        target=new.id,
        since=old.published,
        by=by,
    )


def change_id(article: str, revision: int) -> str:
    """Names the change that made a revision of an article. The purge that it needs has this id."""
    return f"{article}-{revision}"


def unlisting_id(change: str) -> str:
    """The id of the job that `unlist` gives for that change."""
    return f"unlist-{change}"


def visible(article: Article | None) -> object:
    """All that an article's own pages show, to compare. Its former addresses are not part of it, as
    they change only when its path does."""
    if article is None:
        return None
    if article.state == "live":
        return article.path, shown(article)
    kill = article.desk.kill
    return article.path, article.state, kill.value if kill else ""
