"""republish: long jobs (republishes, sweeps, unlistings), done by render in chunks.

A job is a row of the table. Each change of the row appears in the table's stream, and makes render
do one chunk of pages and move the row's cursor. That is the change which starts the next chunk. If
render stops anywhere, the stream's retry does the chunk again. Chunks are short, and render does
them after the news of its batch, so news never waits for a republish. A job that can't be done ends
in the dead-letter queue.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from functools import partial

from aws_lambda_powertools import Logger
from msgspec.structs import replace

from wireroom import clock
from wireroom.errors import Conflict, Retryable
from wireroom.model import HOME, Article, Job, Page, Phase, PictureOrder, Settings
from wireroom.newsroom.authors import is_authors
from wireroom.newsroom.filing import file, former_lists, leads_to
from wireroom.newsroom.pictures import names
from wireroom.pipeline import indexing
from wireroom.pipeline.dead_letters import FailedJob, send_dead_letter
from wireroom.pipeline.refile import misfiled, refile
from wireroom.pipeline.render import Render, Result
from wireroom.site import kinds, pages, purging
from wireroom.site.build import without_others
from wireroom.site.dates import bounds, day_of, month_bounds
from wireroom.site.kinds import KINDS
from wireroom.store import pool
from wireroom.store.jobs import cursor
from wireroom.store.pages import Pages
from wireroom.store.queues import Queue, encode
from wireroom.store.table import Table
from wireroom.unforeseen import reason_of

logger = Logger(child=True)

# In one chunk:
ROWS = 150  # rows of the table scanned for articles
FILED = 20  # articles moved to other lists
LOOKS = 16  # pages of lists, counting lists without a further day
OBJECTS = 500  # objects of the site bucket listed
LEFT_OVER = 60  # pages in the phase `bucket`
SKEW = timedelta(minutes=10)  # by which S3's clock and ours may differ


class Republish:
    """What the jobs need, kept for the container's life."""

    def __init__(self, table: Table, site: Pages, render: Render, dead_letters: Queue) -> None:
        self._table = table
        self._site = site
        self._render = render
        self._dead_letters = dead_letters
        self._indexing = indexing.Indexing(table, site)

    def run(self, jobs: Iterable[tuple[str, Job]], result: Result) -> None:
        """Do a chunk of each of `jobs`: (sequence number of the stream record, job). Adds to
        `result`."""
        for record, job in jobs:
            try:
                kind = "pages_repaired" if job.verify else "pages_written"
                result.counts[kind] += self.step(job)
            except Retryable as error:
                logger.warning("republish goes back to the stream", job=job.id, reason=str(error))
                result.failed.add(record)
            except Exception as error:  # noqa: BLE001 (whatever it is, it would be so for ever)
                if not self._give_up(job, error):
                    result.failed.add(record)

    def _give_up(self, seen: Job, error: Exception) -> bool:
        """Send a job that can't be done to the dead-letter queue, and end it. Otherwise the stream
        would retry it again and again, and the news of its batch with it. False if that failed."""
        reason = f"job {seen.id}: {reason_of(error)}"
        if not send_dead_letter(self._dead_letters, encode(FailedJob(seen)), reason):
            return False
        try:
            self._table.jobs.put(seen, replace(seen, phase="done", changed=clock.now()))
        except Conflict:
            pass  # it has moved on since
        except Retryable as failure:
            logger.warning("job is not ended yet", job=seen.id, reason=str(failure))
            return False
        return True

    def step(self, seen: Job) -> int:
        """Do the chunk that is next in `seen`, the job's row in a stream record.

        Gives the number of pages written. Does nothing if the row has moved on since, as the next
        chunk then belongs to another record.
        """
        job = self._table.jobs.get(seen.id)
        if job is None or job.phase in {"done", "waiting"} or cursor(job) != cursor(seen):
            return 0
        settings = self._table.settings()
        if job.phase == "index":
            return self._index(job, settings)
        if job.phase == "file":
            return self._move(job, self._filed(job, settings))
        if job.scope in {"article", "page"}:
            wanted, after = self._one(job, settings), replace(job, phase="done")
        elif job.phase == "found":
            wanted, after = self._found(job)
        elif job.scope in {"unlist", "purge"}:
            return self._move(job, self._unlist(job))
        elif job.phase == "articles":
            wanted, after = self._articles(job, settings)
        elif job.phase == "bucket":
            wanted, after = self._left_over(job, settings)
        else:
            wanted, after = self._lists(job, settings)
        looking = job.verify or job.phase == "bucket"
        differs = partial(_differs, job.freshen) if looking else None
        # What is made each hour differs because of the time: that is no repair.
        hourly = {page for page in wanted if KINDS[page.kind].hourly}
        written = self._render.write(wanted - hourly, differs=differs)
        made = self._render.write(hourly, differs=differs) if hourly else 0
        if wanted and (job.phase == "found" or job.scope in {"article", "page"}):
            self._render.order(purging.of_pages(_purge_id(job), wanted, clock.now()))
        done = job.done + len(wanted)
        total = max(done, self._total(job))
        moved = replace(
            after,
            done=done,
            total=done if after.phase == "done" else total,
            repaired=after.repaired + (written if job.verify else 0),
        )
        return self._move(job, moved, written + (0 if job.verify else made))

    def _move(self, job: Job, moved: Job, written: int = 0) -> int:
        with suppress(Conflict):  # another did the same chunk and has moved it on
            self._table.jobs.put(job, replace(moved, changed=clock.now()))
            logger.info("republish", job=job.id, phase=moved.phase, done=moved.done)
        return written

    def _index(self, job: Job, settings: Settings) -> int:
        moved = self._indexing.step(job, settings)
        if moved.phase == "done":
            self._render.order(indexing.purge_of(job, clock.now()))
            moved = replace(moved, total=moved.done)
        return self._move(job, moved)

    def _total(self, job: Job) -> int:
        if not job.total and job.scope == "everything":
            return self._table.listings.count(HOME)
        return job.total

    def _filed(self, job: Job, settings: Settings) -> Job:
        """File the articles of a chunk by the newest settings. Like every change of an article,
        this makes render write its pages. So a chunk ends when FILED articles have moved, lest the
        news behind them in the stream wait."""
        scanned = self._table.articles.scan(job.after, ROWS)
        found, following = scanned.articles, scanned.following
        wrong = [article for article in found if misfiled(article, settings)]
        if len(wrong) > FILED:
            wrong = wrong[:FILED]
            found = found[: found.index(wrong[-1]) + 1]
            following = self._table.articles.place(wrong[-1])
        filed = job.filed + self._refile(wrong, settings)
        if not following:
            return replace(job, phase="articles", after="", done=0, total=0, filed=filed)
        done = job.done + len(found)
        return replace(
            job, after=following, done=done, total=max(done, self._total(job)), filed=filed
        )

    def _refile(self, articles: Iterable[Article], settings: Settings) -> int:
        """File `articles` by the newest settings; gives how many that changed."""

        def one(article: Article) -> bool:
            return refile(self._table, article, settings, self._dead_letters)

        return sum(pool.each(one, list(articles)))

    def _articles(self, job: Job, settings: Settings) -> tuple[set[Page], Job]:
        scanned = self._table.articles.scan(job.after, ROWS)
        found, following = scanned.articles, scanned.following
        if late := scanned.late():  # from a release with another desk's list, or with none
            pool.each(self._table.articles.enter, late)
            logger.info("entered in the desk's list", articles=len(late))
        if job.verify:
            job = replace(job, repaired=job.repaired + self._refile(found, settings))
        else:
            looks = [_look(job, article) for article in found if names(article)]
            pool.each(self._table.orders.put, looks)
        wanted = {page for article in found for page in pages.of_article(article)}
        for article in found:
            if article.state == "live":
                wanted |= pages.of_authors(file(article, settings))
        lists = {*former_lists(settings), *(category.slug for category in settings.categories)}
        ordered = (HOME, *sorted(lists - {HOME}))
        phase = job.phase if following else "lists"
        return wanted, replace(job, after=following, lists=ordered, phase=phase)

    def _lists(self, job: Job, settings: Settings) -> tuple[set[Page], Job]:
        """The front of each list, then its days, newest first, with their months. In the scope
        `days`, the articles of each day as well."""
        zone = settings.site.timezone
        wanted: set[Page] = set()
        looks = 0
        while job.place < len(job.lists) and looks < LOOKS:
            name = job.lists[job.place]
            start = clock.now() + timedelta(days=2)
            if job.before:
                start, _ = bounds(job.before, zone)
            elif job.scope == "days":
                _, start = bounds(job.last, zone)
            else:
                front = kinds.of_list(name)
                if name == HOME:
                    front |= kinds.of_site() | kinds.of_theme(settings)
                wanted |= front
                looks += len(front)
            if name == HOME and not job.before:
                wanted |= kinds.of_hour()
            entry = self._table.listings.before(name, start)
            day = day_of(entry.published, zone) if entry else ""
            if entry is None or day < job.first:
                if name == HOME:
                    wanted |= kinds.of_months()
                job = replace(job, place=job.place + 1, before="")
                looks += 1
                continue
            if day[:7] != job.before[:7]:
                wanted |= kinds.of_calendar(name, day[:7])
                looks += 1
            if name == HOME and day[:7] != job.before[:7]:
                wanted |= kinds.of_month(day[:7])
                looks += 1
            job = replace(job, before=day)
            wanted |= kinds.of_day(name, day)
            looks += 1
            if name == HOME:
                wanted |= kinds.of_date(day)
                looks += 1
            if job.scope == "days" and name == HOME:
                for each in self._table.listings.between(HOME, *bounds(day, zone)):
                    wanted.add(pages.article(each.id, each.path))
        if job.place < len(job.lists):
            return wanted, job
        ended: Phase = "bucket" if job.scope == "everything" else "done"
        return wanted, replace(job, phase=ended, place=0, before="")

    def _left_over(self, job: Job, settings: Settings) -> tuple[set[Page], Job]:
        """Pages in the bucket that no list leads to any more: of a day that has become empty or
        that another time zone had, of a list that was renamed or closed, of an author who has no
        story any more, or of a former theme."""
        rows, following = self._site.objects(job.after, OBJECTS)
        wanted: set[Page] = set()
        for key, _ in rows:
            page = kinds.at(f"/{key.removesuffix('index.html')}", settings)
            if page and self._may_be_left_over(page, settings):
                wanted.add(page)
                if len(wanted) == LEFT_OVER:
                    return wanted, replace(job, after=key)
        return wanted, replace(job, after=following, phase=job.phase if following else "index")

    def _may_be_left_over(self, page: Page, settings: Settings) -> bool:
        if page.list and leads_to(page.list, settings) != page.list:
            return True
        if page.month:
            start, end = month_bounds(page.month, settings.site.timezone)
            entry = self._table.listings.before(page.list or HOME, end)
            return entry is None or entry.published < start
        if is_authors(page.list):
            return not self._table.listings.newest(page.list, 1).entries
        gone = page.kind == "page" and page not in kinds.of_theme(settings)
        return bool(page.day or gone)

    def _unlist(self, job: Job) -> Job:
        """Find the pages of other articles that still name a withdrawn article.

        They are written in a step of their own. When they have been written nothing tells any more
        that they named it, and the CDN must be told to forget them even if that step is repeated.
        """
        gone = self._table.articles.get(job.target)
        if gone is None or gone.state == "live" or job.since is None:
            return replace(job, phase="done")
        own = (gone.path, *gone.former)
        since = job.since - SKEW
        rows, following = self._site.objects(job.after, OBJECTS)
        paths = [pages.article_path(key) for key, written in rows if written >= since]
        others = [path for path in paths if path and path not in own]
        named = pool.each(partial(self._site.names, others=own), others)
        found = tuple(path for path, names in zip(others, named, strict=True) if names)
        phase: Phase = "found" if found else job.phase if following else "done"
        return replace(job, after=following, phase=phase, found=found)

    def _found(self, job: Job) -> tuple[set[Page], Job]:
        """The pages that the last step found."""
        wanted: set[Page] = set()
        for path in job.found:
            article = self._table.articles.at(path)
            if article:
                wanted.add(pages.article(article.id, path))
        return wanted, replace(job, phase="articles" if job.after else "done", found=())

    def _one(self, job: Job, settings: Settings) -> set[Page]:
        """The pages of one article, which is first filed by the newest settings; or the page at one
        address."""
        if job.scope == "page":
            page = kinds.at(job.target, settings)
            if page:
                return {page}
            article = self._table.articles.at(job.target)
            return {pages.article(article.id, job.target)} if article else set()
        article = self._table.articles.get(job.target)
        if article is None:
            return set()
        self._refile([article], settings)
        return pages.of_article(article)


def _purge_id(job: Job) -> str:
    """The same for a repeat of the step, and another for each further one."""
    return f"{job.id}-{job.requested:%Y%m%dT%H%M%S%f}-{job.after}"


def _look(job: Job, article: Article) -> PictureOrder:
    """The order to look for the pictures that the article shows, and to copy those again that are
    gone from the bucket."""
    return PictureOrder(
        article=article.id, id=f"look-{job.id}", copies=tuple(sorted(names(article)))
    )


def _differs(freshen: bool, page: Page, present: str, wanted: str) -> bool:
    """Whether a page in the bucket differs from what the table says. What an article page says of
    other stories counts only with `freshen`, as it changes without the article."""
    if page.kind == "article" and not freshen:
        present, wanted = (without_others(content) for content in (present, wanted))
    return present.rstrip() != wanted.rstrip()
