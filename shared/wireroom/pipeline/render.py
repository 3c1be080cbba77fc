"""render: changes of articles → pages in the site bucket.

    rows before and after ─► affected pages, once each ─► rounds of:
        1 read the ETag of every page
        2 read the table and the bodies, strongly consistent, each row once
        3 build, and put with If-Match: article pages first, so that no listing links to nothing
    until no page is left that somebody else wrote meanwhile.

The order of 1 and 2 is what makes it safe: whoever puts a page has read the rows after the version
that it replaces was written. See `store.pages`.

Article pages bake Latest Posts in, and no change of another story makes them again, so a story that
is withdrawn must be taken out of them. Once all the pages of a change are written, a job (`purge`,
in `pipeline.republish`) looks for those that still name it. And no article page is written without
the fragment as its witness: when another changed the fragment meanwhile, the page is made again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from functools import partial

from aws_lambda_powertools import Logger
from msgspec import Struct

from wireroom import clock
from wireroom.errors import Conflict, PageFailed, Retryable, Unavailable
from wireroom.model import Page, Settings
from wireroom.newsroom.filing import leads_to
from wireroom.pipeline.changes import Change
from wireroom.pipeline.dead_letters import FailedChange, FailedPage, send_dead_letter
from wireroom.pipeline.reads import Reads
from wireroom.pipeline.refile import refile
from wireroom.site import assets, kinds, pages
from wireroom.site.affected import Affected, affected, neighbours, purge
from wireroom.site.dates import day_of
from wireroom.site.kinds import KINDS
from wireroom.store import pool
from wireroom.store.bodies import Bodies
from wireroom.store.pages import Pages
from wireroom.store.queues import Queue, encode
from wireroom.store.table import Table
from wireroom.unforeseen import reason_of

logger = Logger(child=True)

ROUNDS = 12  # of reading and writing again after conflicts; then the stream tries again


class Result(Struct):
    """`failed`: ids of changes for the stream to bring again. `late`: for each article page that
    was written of a change, the seconds from when ingest first saw the change."""

    failed: set[str]
    counts: Counter[str]
    late: list[float]


_Held = tuple[str, str, str]  # as `Pages.read` gives it


class _Built(Struct, frozen=True):
    """A page as it is to be, and the ETag of the version that it replaces ("": none)."""

    page: Page
    content: str
    redirect: str
    etag: str


class Render:
    """What render needs, kept for the container's life."""

    def __init__(self, table: Table, bodies: Bodies, site: Pages, dead_letters: Queue) -> None:
        self._table = table
        self._bodies = bodies
        self._site = site
        self._dead_letters = dead_letters
        self._assets_written = False
        self._settings: Settings | None = None  # as the last reading said

    def run(self, changes: Sequence[Change]) -> Result:
        """Write all pages that `changes` affect, each once however many changes want it.

        After an error that nobody foresaw, each change is tried again, alone: one that fails then
        goes to the dead letters, and the stream goes on.
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
        """Raises Retryable when it is to be done again."""
        settings = self._settings or self._table.settings()
        zone = settings.site.timezone
        wanted: dict[Page, set[str]] = {}
        sum_of = Affected()
        for change in changes:
            found = affected(change.old, change.new, partial(day_of, timezone=zone))
            sum_of |= found
            for page in found.pages:
                wanted.setdefault(page, set()).add(change.id)
        fresh = {
            pages.article(change.new.id, change.new.path)
            for change in changes
            if change.new and change.new.path and not (change.old and change.old.path)
        }
        written = self.write(wanted, sum_of, fresh=fresh)
        for change in changes:
            self._order_purge(change)
        if not wanted or self._settings is None:
            self._settings = self._table.settings()
        settings = self._settings  # read after each of `changes` was written
        for article in {each.new.id: each.new for each in changes if each.new}.values():
            refile(self._table, article, settings, self._dead_letters)
        if settings.site.timezone != zone:
            self._run(changes, result)  # the site has moved: its days are other days
            return
        result.counts["pages_written"] += written
        now = clock.now()
        for change in changes:
            wire = change.new.wire if change.new else None
            seen_before = change.old.wire.arrived if change.old and change.old.wire else None
            if wire and wire.arrived and wire.arrived != seen_before and change.new:
                result.late.append((now - wire.arrived).total_seconds())

    def _order_purge(self, change: Change) -> None:
        """Have a story that has left the site taken out of other stories' baked lists."""
        job = purge(change.old, change.new, clock.now(), "render")
        if job:
            with suppress(Conflict):  # ordered already, when this record came before
                self._table.jobs.put(None, job)

    def write(
        self,
        wanted: Iterable[Page],
        change: Affected = Affected(),  # noqa: B008 (frozen)
        *,
        fresh: Collection[Page] = (),
        differs: Callable[[Page, str, str], bool] | None = None,
    ) -> int:
        """Make the pages `wanted`, and the neighbours that `change` brings with it.

        `fresh`: pages that very probably have never been written. `differs`: write only a page for
        which this says so of what the bucket holds and what the table says (a sweep: no change
        waits for its put, so here it may be left out).

        Gives the number of pages written. Raises Retryable when not all of them could be; a page
        that can't be built goes to the dead letters with its reason and stays as it was.
        """
        self._write_assets()
        pending, written = set(wanted), 0
        if any(page.kind == "article" for page in pending):
            pending.add(pages.LATEST)  # the witness
        known = set(pending)
        for attempt in range(ROUNDS):
            if not pending:
                return written
            new = frozenset(fresh) if attempt == 0 else frozenset()
            done, more, puts = self._round(pending, new, change, known, differs)
            written += puts
            pending = (pending - done) | more
            known |= more
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
        """One round: the pages that are done, the neighbours that have come to light, and the
        number of pages written."""
        order = sorted(pending)
        look = self._site.read if differs else partial(self._etag, fresh)
        held = dict(zip(order, pool.each(partial(self._look, look), order), strict=True))
        reads = Reads(self._table, self._bodies, order)
        self._settings = reads.settings
        more: set[Page] = set()
        built: list[_Built] = []
        done: set[Page] = set()
        for page in order:
            before = held[page]
            if before is None:
                done.add(page)
                continue
            etag, present, sent_to = before
            target = _target(page, reads.settings)
            if target and target not in known:
                more.add(target)  # first, so that no page leads to one that is not there
                continue
            try:
                content, redirect = self._build(page, reads)
            except Conflict:
                continue  # a body was withdrawn under our hands: read again
            except Retryable:
                raise
            except Exception as error:  # noqa: BLE001 (whatever it is, it is this page's)
                self._page_failed(page, error)
                done.add(page)
                continue
            witness = page == pages.LATEST and any(_bakes(each) for each in built)
            same = differs and sent_to == redirect and not differs(page, present, content)
            if same and etag and not witness:
                done.add(page)
                continue
            built.append(_Built(page, content, redirect, etag))
            if page.day:
                day = reads.day(page)
                more.update(neighbours(change, page, day.entries, day.previous, day.following))
        puts = 0
        for rank in range(_RANKS):
            batch = [each for each in built if _rank(each) == rank]
            swapped = pool.each(self._swap, batch)
            puts += sum(swapped)
            done.update(each.page for each, ok in zip(batch, swapped, strict=True) if ok)
            if not all(swapped):
                break  # what may lead to those pages waits for the next round
        if pages.LATEST in pending - done:
            done.difference_update(each.page for each in built if _bakes(each))
        return done, more - known, puts

    def _look(self, look: Callable[[Page], _Held], page: Page) -> _Held | None:
        """What the bucket holds of the page; None when it went to the dead-letter queue."""
        try:
            return look(page)
        except Retryable:
            raise
        except Exception as error:  # noqa: BLE001 (whatever it is, it is this page's)
            self._page_failed(page, error)
            return None

    def _etag(self, fresh: frozenset[Page], page: Page) -> _Held:
        return ("" if page in fresh else self._site.etag(page)), "", ""

    def _swap(self, built: _Built) -> bool:
        page = built.page
        try:
            self._site.put(page, built.content, built.etag, redirect=built.redirect)
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

    def _build(self, page: Page, reads: Reads) -> tuple[str, str]:
        """The page's content, and the path that it redirects to ("": it does not)."""
        settings, kind = reads.settings, KINDS[page.kind]
        target = _target(page, settings)
        if target:
            return kind.moved(settings, target), target.path
        if page.list and not leads_to(page.list, settings):
            return kind.closed(settings, page), ""
        return kind.builder(settings, page, reads)

    def _write_assets(self) -> None:
        """Once a container: the stylesheet that its pages name."""
        if not self._assets_written:
            for path, (data, kind) in assets.assets().items():
                self._site.put_asset(path, data, kind)
            self._assets_written = True

    def _page_failed(self, page: Page, error: Exception) -> None:
        """Raises Unavailable when its dead letter was not taken, and it must be tried again."""
        reason = reason_of(error)
        if not isinstance(error, PageFailed):
            reason = f"page {page.path}: {reason}"
        if not send_dead_letter(self._dead_letters, encode(FailedPage(page)), reason):
            raise Unavailable(f"page {page.path} failed, and its dead letter could not be sent")


_RANKS = 4


def _rank(built: _Built) -> int:
    """No page may lead to one that is not there yet: stories first, then lists, and the redirects
    to each after it."""
    return (0 if built.page.kind == "article" else 2) + bool(built.redirect)


def _target(page: Page, settings: Settings) -> Page | None:
    """The page to which that of a list has moved, where its list has another name now."""
    name = leads_to(page.list, settings) if page.list else ""
    return kinds.page(page.kind, name, page.day) if name not in {"", page.list} else None


def _bakes(built: _Built) -> bool:
    """Whether the page carries Latest Posts."""
    return built.page.kind == "article" and not built.redirect
