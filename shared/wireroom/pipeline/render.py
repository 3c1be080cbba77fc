"""render: changes of articles → pages in the site bucket.

    rows before and after ─► affected pages, each once ─► rounds of:
        1 read the ETag of every page
        2 read the table and the bodies, strongly consistent, each row once
        3 build the pages, and put them with If-Match: article pages first, so that no listing
          links to a page that is not there yet
    until no page is left that somebody else has written meanwhile.

The order of 1 and 2 makes this safe: whoever puts a page has read the table after the version that
the page replaces was written. See `store.pages`.

Article pages name other stories, and a change of those does not render them again. So a withdrawn
story has to be removed from them. When all pages of its change are written, a job
(`unlist`, in `pipeline.republish`) looks for pages that still name it. A page that is being built
at that moment could add its name once more. So an article page is only done when the Latest Posts
fragment has been put in the same round; if that fails, both are built again.

What the CDN must not keep it is told to forget (`site.purging`, `pipeline.purge`), by a row that is
put when the pages have been written. If render stops before, the stream's retry writes the pages
once more, and then the row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from functools import partial, reduce
from operator import or_

from aws_lambda_powertools import Logger
from msgspec import Struct
from msgspec.structs import replace

from wireroom import clock
from wireroom.errors import Conflict, PageFailed, Retryable, ThemeFailed, Unavailable
from wireroom.model import Page, Purge, Settings
from wireroom.newsroom.filing import leads_to
from wireroom.pipeline import indexing
from wireroom.pipeline.changes import Change, Unread
from wireroom.pipeline.dead_letters import (
    FailedChange,
    FailedPage,
    FailedRecord,
    send_dead_letter,
)
from wireroom.pipeline.reads import Reads, naming_pages
from wireroom.pipeline.refile import refile
from wireroom.site import build, caching, kinds, looks, notices, pages, purging
from wireroom.site.affected import Affected, affected, neighbours, reindexed, unlist
from wireroom.site.dates import day_of
from wireroom.site.kinds import KINDS
from wireroom.store import pool
from wireroom.store.bodies import Bodies
from wireroom.store.pages import Held, Pages
from wireroom.store.queues import Queue, encode
from wireroom.store.table import Table
from wireroom.unforeseen import reason_of

logger = Logger(child=True)

FILES = 1000  # of the site, looked through for those of a theme
ROUNDS = 12  # in which pages with conflicts are built again; then the stream retries


class Result(Struct):
    """`failed`: ids of the changes that the stream must retry. `counts`: metric → how often.
    `late`: for each new version of a story, seconds from when ingest first saw it to now."""

    failed: set[str]
    counts: Counter[str]
    late: list[float]


class _Built(Struct, frozen=True):
    """A page as it is to be put. `redirect`: the path that it leads to, or "". `cache`: its
    Cache-Control. `status`: that of HTTP. `etag`: of the version that it replaces, or "".
    `differs`: whether readers would see a difference between the two, where that was looked at."""

    page: Page
    content: str
    redirect: str
    cache: str
    status: int
    etag: str
    differs: bool


class Render:
    """What render needs, kept for the container's life. `cdn`: whether the site has a CDN that is
    purged, so that it may keep articles for longer than a minute."""

    def __init__(
        self,
        table: Table,
        bodies: Bodies,
        site: Pages,
        dead_letters: Queue,
        *,
        cdn: bool = False,
    ) -> None:
        self._table = table
        self._bodies = bodies
        self._site = site
        self._dead_letters = dead_letters
        self._cdn = cdn
        self._dressed: set[str] = set()  # themes whose files are on the site
        self._theme_failures = 0
        self._settings: Settings | None = None  # as last read

    def run(self, changes: Sequence[Change]) -> Result:
        """Write all pages that `changes` affect, each page once.

        After an unforeseen error each change is tried again by itself. One that fails then goes to
        the dead-letter queue, and the stream goes on.
        """
        result = Result(set(), Counter(), [])
        if not changes:
            return result
        try:
            self._run(changes, result)
        except Retryable as error:
            logger.warning("changes go back to the stream", reason=str(error))
            result.failed = {change.id for change in changes}
        except Exception as error:  # noqa: BLE001 (whichever change it is of, it is one's)
            logger.warning("changes are tried one by one", reason=reason_of(error))
            for change in changes:
                self._run_alone(change, result)
        return result

    def give_up(self, unread: Iterable[Unread], result: Result) -> None:
        """Send records whose rows can't be read to the dead-letter queue, so that they don't hold
        up those behind them."""
        for each in unread:
            body = encode(FailedRecord(dict(each.record)))
            if not send_dead_letter(self._dead_letters, body, each.reason):
                result.failed.add(each.id)

    def _run_alone(self, change: Change, result: Result) -> None:
        try:
            self._run([change], result)
        except Retryable as error:
            logger.warning("change goes back to the stream", reason=str(error))
            result.failed.add(change.id)
        except Exception as error:  # noqa: BLE001 (it would hold up all that follow it)
            article = change.new or change.old
            reason = f"article {article.id if article else '?'}: {reason_of(error)}"
            if not send_dead_letter(self._dead_letters, encode(FailedChange(change)), reason):
                result.failed.add(change.id)

    def _run(self, changes: Sequence[Change], result: Result) -> None:
        """Raises Retryable if all of it must be done again."""
        settings = self._settings or self._table.settings()
        zone = settings.site.timezone
        found = [self._affected(change, zone) for change in changes]
        sum_of = reduce(or_, found)
        wanted = sum_of.pages
        fresh = {
            pages.article(change.new.id, change.new.path)
            for change in changes
            if change.new and change.new.path and not (change.old and change.old.path)
        }
        written = self.write(wanted, sum_of, fresh=fresh)
        for change, each in zip(changes, found, strict=True):
            self._order_unlisting(change)
            self._order_purge(change, each)
        self._order_indexing(changes, zone)
        if not wanted or self._settings is None:
            self._settings = self._table.settings()
        settings = self._settings  # read after each of `changes` was written
        for article in {each.new.id: each.new for each in changes if each.new}.values():
            refile(self._table, article, settings, self._dead_letters)
        if settings.site.timezone != zone:
            self._run(changes, result)  # in another time zone other day pages are affected
            return
        result.counts["pages_written"] += written
        now = clock.now()
        for change in changes:
            wire = change.new.wire if change.new else None
            seen_before = change.old.wire.arrived if change.old and change.old.wire else None
            if wire and wire.arrived and wire.arrived != seen_before and change.new:
                result.late.append((now - wire.arrived).total_seconds())

    def _affected(self, change: Change, zone: str) -> Affected:
        """What the change affects, with the pages of other stories that name a renamed one."""
        found = affected(change.old, change.new, partial(day_of, timezone=zone))
        return replace(found, later=found.later | naming_pages(self._table, found.renamed))

    def _order_unlisting(self, change: Change) -> None:
        """If the change withdrew a story, start the job that removes it from other stories'
        pages."""
        job = unlist(change.old, change.new, clock.now(), "render")
        if job:
            with suppress(Conflict):  # started already, when this record came before
                self._table.jobs.put(None, job)

    def _order_purge(self, change: Change, found: Affected) -> None:
        """If the CDN must not keep what the change replaced, order a purge of it. Its pages have
        been written by now: an earlier purge would let the CDN fetch the old ones once more."""
        changed = found.pages | found.later
        self.order(purging.of_change(change.old, change.new, changed, clock.now()))

    def _order_indexing(self, changes: Sequence[Change], zone: str) -> None:
        """Have the months filed anew in readers' search of which a story has left the site, or has
        changed when the search had left its day behind."""
        now = clock.now()
        urgent: dict[str, bool] = {}
        for change in changes:
            found = reindexed(change.old, change.new)
            if found is None:
                continue
            published, gone = found
            if (gone and indexing.filed(published, now, zone)) or indexing.left_behind(
                published, now, zone
            ):
                month = day_of(published, zone)[:7]
                urgent[month] = urgent.get(month, False) or gone
        for month in sorted(urgent):
            indexing.order(self._table.jobs, month, now, urgent=urgent[month])

    def order(self, purge: Purge | None) -> None:
        """Put the row of a purge, if the site has a CDN."""
        if purge and self._cdn:
            with suppress(Conflict):  # ordered already, when this record came before
                self._table.purges.put(None, purge)

    def write(
        self,
        wanted: Iterable[Page],
        change: Affected = Affected(),  # noqa: B008 (frozen)
        *,
        fresh: Collection[Page] = (),
        differs: Callable[[Page, str, str], bool] | None = None,
    ) -> int:
        """Build and put the pages `wanted`, then those that `change` affects besides: of
        neighbouring days and of months.

        `fresh`: pages that have very probably never been written, whose ETag is not looked up.
        `differs`: (page, content in the bucket, content by the table) → whether to put the page. A
        sweep may leave out a put, as no change waits for it. It also puts pages whose Cache-Control
        has become another, as their articles are older now, and those that lead to other stories
        now; as the Latest Posts change all the time, they don't count.

        Gives the number of pages written; with `differs`, of those that differed. Raises Retryable
        if some could not be written. A page that can't be built goes to the dead-letter queue with
        its reason, and stays as it was.
        """
        self._dress("")
        pending, later, written = _with_next(wanted), _with_next(change.later), 0
        known = {*pending, *later, pages.LATEST}
        for attempt in range(ROUNDS):
            if not pending:
                return written
            if any(page.kind == "article" for page in pending):
                pending.add(pages.LATEST)  # the witness
            new = frozenset(fresh) if attempt == 0 else frozenset()
            done, more, puts = self._round(pending, new, change, known, differs)
            written += puts
            pending = (pending - done) | more | later
            known |= more
            later.clear()
        if pending:
            raise Conflict(
                f"{len(pending)} pages were changed by others in each of {ROUNDS} rounds,"
                f" {min(pending).path} among them"
            )
        return written

    def _round(
        self,
        pending: set[Page],
        fresh: frozenset[Page],
        change: Affected,
        known: set[Page],
        differs: Callable[[Page, str, str], bool] | None,
    ) -> tuple[set[Page], set[Page], int]:
        """One round: the pages that are done, the further pages that were found to be needed, and
        the number of pages written."""
        order = sorted(pending)
        look = self._site.held if differs else partial(self._etag, fresh)
        held = dict(zip(order, pool.each(partial(self._look, look), order), strict=True))
        reads = self._read(order)
        built: list[_Built] = []
        targets = {_target(page, reads.settings) for page in order}
        done = {page for page in order if _needless(page, held[page], reads)} - targets
        more = _with_next(pending - done) - pending
        for page in order:
            if page in done or _waits(page, pending):
                continue
            before = held[page]
            if before is None:
                done.add(page)
                continue
            target = _target(page, reads.settings)
            if target and target not in known:
                more.add(target)  # first, so that no page redirects to one that is not there
                continue
            try:
                content, redirect = self._build(page, reads)
            except Conflict:
                continue  # a body was withdrawn after its row was read: read again
            except Retryable:
                raise
            except Exception as error:  # noqa: BLE001 (whatever it is, it is this page's)
                self._page_failed(page, error)
                done.add(page)
                continue
            witness = page == pages.LATEST and any(_bakes(each) for each in built)
            cache, status = self._cache(page, reads), _status(page, reads)
            same = bool(
                differs
                and before.etag
                and (before.redirect, before.status) == (redirect, status)
                and not differs(page, before.content, content)
            )
            if (
                same
                and before.cache == cache
                and not witness
                and not _aged(before.content, content)
            ):
                done.add(page)
                continue
            built.append(_Built(page, content, redirect, cache, status, before.etag, not same))
            if page.list and page.day:
                day = reads.day(page)
                more.update(neighbours(change, page, day.entries, day.previous, day.following))
        built = self._open(built, order, reads)
        puts = 0
        for rank in range(_RANKS):
            batch = [each for each in built if _rank(each) == rank]
            swapped = pool.each(self._swap, batch)
            puts += sum(ok and each.differs for each, ok in zip(batch, swapped, strict=True))
            done.update(each.page for each, ok in zip(batch, swapped, strict=True) if ok)
            if not all(swapped):
                break  # what may lead to those pages waits for the next round
        if pages.LATEST in pending - done:
            done.difference_update(each.page for each in built if _bakes(each))
        return done, more - known, puts

    def _read(self, order: Sequence[Page]) -> Reads:
        """All rows that the pages need, with the theme that is among them."""
        reads = Reads(self._table, self._bodies, self._site, order)
        self._settings = reads.settings
        self._dress(reads.settings.theme)
        return reads

    def _look(self, look: Callable[[Page], Held], page: Page) -> Held | None:
        """What the bucket holds of the page; None if that failed, with the page in the dead-letter
        queue."""
        try:
            return look(page)
        except Retryable:
            raise
        except Exception as error:  # noqa: BLE001 (whatever it is, it is this page's)
            self._page_failed(page, error)
            return None

    def _etag(self, fresh: frozenset[Page], page: Page) -> Held:
        return Held("" if page in fresh else self._site.etag(page))

    def _open(self, built: Sequence[_Built], order: Sequence[Page], reads: Reads) -> list[_Built]:
        """Put each author's page without stories that is not there yet: those to write, and those
        to which stories' pages lead, as these are put before lists. Gives `built` with the ETags,
        or nothing if somebody else puts one at the same time: all wait for the next round.

        The page with stories replaces this version, which is newer than `reads`, and no other: if
        somebody else has put the page meanwhile, one of the two puts fails.
        """
        empty = {each.page for each in built if _is_authors(each.page) and not each.etag}
        bylines = [reads.articles[each.page.article] for each in built if _bakes(each)]
        live = (article for article in bylines if article.state == "live")
        linked = sorted({page for article in live for page in pages.of_authors(article)} - {*order})
        found = zip(linked, pool.each(self._site.etag, linked), strict=True)
        absent = sorted(empty | {page for page, etag in found if not etag})
        opened = pool.each(partial(self._put_empty, reads.settings), absent)
        if None in opened:
            return []
        etags = dict(zip(absent, opened, strict=True))
        return [replace(each, etag=etags.get(each.page) or each.etag) for each in built]

    def _put_empty(self, settings: Settings, page: Page) -> str | None:
        """The ETag of an author's page that was put without stories, or "" if it can't be; None
        after a conflict."""
        plain = replace(settings, theme=looks.plain(settings.theme))
        try:
            return self._site.put(page, notices.without_stories(plain), "")
        except Conflict:
            return None
        except Retryable:
            raise
        except Exception as error:  # noqa: BLE001 (it is told when the page itself is put)
            logger.warning("page not opened", page=page.path, reason=reason_of(error))
            return ""

    def _swap(self, built: _Built) -> bool:
        page = built.page
        try:
            self._site.put(
                page,
                built.content,
                built.etag,
                redirect=built.redirect,
                cache=built.cache,
                status=built.status,
            )
        except Conflict:
            logger.info("page was written by another", page=page.path)
            return False
        except Retryable:
            raise
        except Exception as error:  # noqa: BLE001 (whatever it is, it is this page's)
            self._page_failed(page, error)
            return True
        logger.info("page written", page=page.path, article=page.article or None)
        return True

    def _cache(self, page: Page, reads: Reads) -> str:
        """The page's Cache-Control."""
        kind = KINDS[page.kind]
        if kind.of != "article" or not self._cdn:
            return kind.cache
        return caching.of_article(reads.articles.get(page.article), clock.now())

    def _build(self, page: Page, reads: Reads) -> tuple[str, str]:
        """The page's content, and the path that it redirects to ("": it does not). Where the theme
        fails, the page is made with the built-in templates: no story is lost by a theme."""
        try:
            return self._built(page, reads, reads.settings)
        except ThemeFailed as error:
            self._theme_failures += 1
            logger.error("theme failed", page=page.path, reason=str(error))
            plain = looks.plain(reads.settings.theme)
            return self._built(page, reads, replace(reads.settings, theme=plain))

    def _built(self, page: Page, reads: Reads, settings: Settings) -> tuple[str, str]:
        kind = KINDS[page.kind]
        target = _target(page, settings)
        if target:
            return kind.moved(settings, target), target.path
        if page.list and not leads_to(page.list, settings):
            return kind.closed(settings, page), ""
        return kind.builder(settings, page, reads)

    def theme_failures(self) -> Counter[str]:
        """The metric `theme_failures`: how many pages the theme could not print since this was last
        asked."""
        found, self._theme_failures = self._theme_failures, 0
        return Counter({"theme_failures": found} if found else {})

    def _dress(self, identity: str) -> None:
        """Read the theme that the settings name, and put the files that its pages name, once in
        each container. A theme that can't be read fails each page that would wear it."""
        if identity in self._dressed and looks.known(identity):
            return
        if identity:
            try:
                looks.add(identity, self._bodies.theme(identity))
            except Unavailable:
                raise
            except Exception as error:  # noqa: BLE001 (whatever it is, stories go on without)
                logger.error("theme can't be read", theme=identity, reason=reason_of(error))
                return
        look = looks.of(identity)
        there = (
            {f"/{key}" for key, _ in self._site.objects("assets/", FILES)[0]} if identity else ()
        )
        for path, (data, kind) in look.files.items():
            if path not in there:
                self._site.put_asset(path, data, kind)
        self._dressed.add(identity)

    def _page_failed(self, page: Page, error: Exception) -> None:
        """Send the page to the dead-letter queue. Raises Unavailable if that failed: retry it."""
        reason = reason_of(error)
        if not isinstance(error, PageFailed):
            reason = f"page {page.path}: {reason}"
        if not send_dead_letter(self._dead_letters, encode(FailedPage(page)), reason):
            raise Unavailable(f"page {page.path} failed, and its dead letter could not be sent")


def _status(page: Page, reads: Reads) -> int:
    """The HTTP status with which the page is answered, where it does not redirect."""
    if page.article:
        return notices.status(reads.articles.get(page.article))
    if kinds.has_parts(page) and page.part > 1 and not reads.month(page):
        return kinds.EMPTY
    return kinds.status(page, reads.settings)


def _with_next(wanted: Iterable[Page]) -> set[Page]:
    """`wanted`, and of each part of a month the next one: it is needed, or it may hold what has
    moved to the part before it."""
    found = set(wanted)
    return found | {kinds.part_after(page) for page in found if kinds.has_parts(page)}


def _needless(page: Page, held: Held | None, reads: Reads) -> bool:
    """Whether `page` is not there and not needed: the calendar of a month with less than two days,
    if its section has not moved, or a further part of a month that does not reach it. Where the
    part before is full, this one is put although it is empty: another writer, who has read more
    stories, may be about to put it.
    """
    if held is None or held.etag:
        return False
    if KINDS[page.kind].of == "calendar":
        present = leads_to(page.list, reads.settings) == page.list
        return present and len(reads.calendar(page).days) < build.DAYS
    return kinds.has_parts(page) and page.part > 1 and not reads.reaches(page)


def _waits(page: Page, pending: Collection[Page]) -> bool:
    """Whether `page` names pages of months that are in the bucket, and such pages are still to be
    written."""
    return KINDS[page.kind].of == "months" and any(map(kinds.has_parts, pending))


def _aged(present: str, wanted: str) -> bool:
    """Whether a page leads to other stories now, other than in its Latest Posts."""
    before, after = (build.without_latest(content).rstrip() for content in (present, wanted))
    return before != after


_RANKS = 4


def _rank(built: _Built) -> int:
    """The order in which pages are put, so that none leads to one that is not there yet: articles,
    redirects to them, listings, redirects to those."""
    return (0 if built.page.kind == "article" else 2) + bool(built.redirect)


def _is_authors(page: Page) -> bool:
    return KINDS[page.kind].of == "author"


def _target(page: Page, settings: Settings) -> Page | None:
    """The page that a list's page redirects to, if the list has another name now."""
    name = leads_to(page.list, settings) if page.list else ""
    return kinds.in_list(page, name) if name not in {"", page.list} else None


def _bakes(built: _Built) -> bool:
    """Whether the page contains the Latest Posts."""
    return built.page.kind == "article" and not built.redirect
