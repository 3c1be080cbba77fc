"""indexing: files stories in the shards of readers' search (`site.search`), as a phase of jobs.

A shard has a line for each month. A step reads some shards, then the stories of some months, puts
the months' lines as the table has them now, and each shard with `If-Match` on the version that was
read (see `store.pages`). So a shard never goes back to older rows, whoever else writes it, and it
does not matter which steps are repeated.

    republish, sweep   all months, a few at a time; only shards that differ are put
    index              one month, when a story of it has left the site, or was dated long ago

Only stories of days that are over are filed: those of today are in the file of recent stories, and
the next sweep files them. So a story that is withdrawn on its first day is in no shard. When an
older one is withdrawn, every shard is put, even where nothing differs: a slower writer may have
read the story before, and its put must fail. Then the CDN is told to forget the shards.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from wireroom import clock
from wireroom.errors import Conflict
from wireroom.model import HOME, Job, ListingEntry, Purge, Settings
from wireroom.pipeline.reads import LAST, shards
from wireroom.site import pages, search
from wireroom.site.dates import bounds, day_of, month_bounds
from wireroom.store import pool
from wireroom.store.jobs import Jobs
from wireroom.store.pages import Held, Pages
from wireroom.store.table import Table

MONTHS = 3  # of which the stories are read in one step
GROUP = 128  # shards in one step
ROUNDS = 12  # in which shards with conflicts are made again; then the stream retries
FIRST = datetime(1970, 1, 1, tzinfo=UTC)
SKEW = timedelta(minutes=10)  # by which two clocks may differ


def filed(published: datetime, now: datetime, timezone: str) -> bool:
    """Whether a story dated `published` may be in a shard."""
    return day_of(published, timezone) < day_of(now + SKEW, timezone)


def left_behind(published: datetime, now: datetime, timezone: str) -> bool:
    """Whether a story dated `published` is too old for the file of recent ones."""
    oldest = now - timedelta(days=search.RECENT_DAYS)
    return day_of(published, timezone) < day_of(oldest, timezone)


def order(jobs: Jobs, month: str, now: datetime, *, urgent: bool) -> None:
    """Have the stories of a `month` (`yyyy-mm`) filed anew: at once, or by the next hourly run.

    One row is of one month, however many of its stories change. If its job runs, it begins anew, as
    it has read some of them. Raises Conflict if another is doing the same.
    """
    before = jobs.get(f"index-{month}")
    running = before is not None and before.phase == "index"
    if before and before.phase == "waiting" and not urgent:
        return
    jobs.put(
        before,
        Job(
            id=f"index-{month}",
            requested=_after(before, now),
            scope="index",
            target=month,
            phase="index" if urgent or running else "waiting",
            verify=not urgent and not (before and running and not before.verify),
            by="render",
        ),
    )


def start_waiting(jobs: Jobs, now: datetime) -> list[str]:
    """Start the jobs that wait for the hourly run; gives their ids."""
    waiting = [job for job in jobs.running() if job.phase == "waiting"]
    for job in waiting:
        with suppress(Conflict):  # it has been started meanwhile
            jobs.put(job, replace(job, phase="index", requested=_after(job, now), changed=now))
    return [job.id for job in waiting]


def purge_of(job: Job, now: datetime) -> Purge | None:
    """The purge that is due when `job` is done, as a story has left the shards."""
    if job.scope != "index" or job.verify:
        return None
    identity = f"{job.id}-{job.requested:%Y%m%dT%H%M%S%f}"
    paths = (f"{pages.SHARDS}*",)
    return Purge(id=identity, requested=now, paths=paths, reference=identity, changed=now)


def _after(before: Job | None, now: datetime) -> datetime:
    """A time of request that no run of the job had before, so that its steps can be told apart."""
    return max(now, before.requested + timedelta(milliseconds=1)) if before else now


class Indexing:
    """What the phase `index` needs, kept for the container's life."""

    def __init__(self, table: Table, site: Pages) -> None:
        self._table = table
        self._site = site

    def step(self, job: Job, settings: Settings) -> Job:
        """Make the shards that are next in `job`; gives the job as it goes on. Raises Retryable if
        some of them could not be put."""
        zone = settings.site.timezone
        if job.scope == "index":
            first, before = job.target, f"{job.target}~"
            start, end = month_bounds(job.target, zone)
        else:
            first, before = job.first or self._batch(job.before, zone), job.before
            start = month_bounds(first, zone)[0] if first != "0" else FIRST
            end = month_bounds(before, zone)[0] if before else LAST
        following = self._shards(job, settings, (first, before), (start, end))
        if following < search.SHARDS:
            return replace(job, first=first, place=following)
        if job.scope == "index" or first == "0":
            return replace(job, first="", before="", place=0, phase="done")
        return replace(job, first="", before=first, place=0)

    def _batch(self, before: str, zone: str) -> str:
        """The oldest of the next months that have stories; "0" if there are none before them, so
        that all lines are made anew that are older."""
        month = before
        for _ in range(MONTHS):
            moment = month_bounds(month, zone)[0] if month else LAST
            entry = self._table.listings.before(HOME, moment)
            if entry is None:
                return "0"
            month = day_of(entry.published, zone)[:7]
        older = self._table.listings.before(HOME, month_bounds(month, zone)[0])
        return month if older else "0"

    def _shards(
        self,
        job: Job,
        settings: Settings,
        months: tuple[str, str],
        times: tuple[datetime, datetime],
    ) -> int:
        """Put the lines of the `months` (from, until before) into up to GROUP shards from
        `job.place`; gives the number of the shard that is next. `times`: likewise, of the months'
        stories."""
        withdrawn = purge_of(job, job.requested) is not None
        last = search.SHARDS - 1
        if withdrawn:
            wanted: Sequence[int] = range(job.place, min(job.place + GROUP, search.SHARDS))
            there = set(shards(self._site))
        else:
            there = {number for number in shards(self._site) if number >= job.place}
            if len(there) > GROUP:
                there = set(sorted(there)[:GROUP])
                last = max(there)
            wanted = ()
        held = self._held(sorted(there.intersection(wanted) if withdrawn else there))
        lines = search.lines(settings, self._stories(*times, settings))
        if not withdrawn:
            found = there | {number for number in lines if job.place <= number <= last}
            wanted = sorted(found)[:GROUP]
        pending = list(wanted)
        for _ in range(ROUNDS):
            conflicts = self._put(pending, held, lines, months, always=withdrawn)
            if not conflicts:
                full = not withdrawn and len(wanted) < GROUP and last == search.SHARDS - 1
                return search.SHARDS if full else wanted[-1] + 1
            pending = conflicts
            held = self._held(pending)
            lines = search.lines(settings, self._stories(*times, settings))
        raise Conflict(f"{len(pending)} shards were changed by others in each of {ROUNDS} rounds")

    def _held(self, numbers: Sequence[int]) -> dict[int, Held]:
        found = pool.each(self._site.held, [pages.shard(number) for number in numbers])
        return dict(zip(numbers, found, strict=True))

    def _stories(self, start: datetime, end: datetime, settings: Settings) -> list[ListingEntry]:
        """The stories from `start` until before `end`, of days that are over."""
        zone = settings.site.timezone
        today, _ = bounds(day_of(clock.now(), zone), zone)
        return self._table.listings.between(HOME, start, min(end, today))

    def _put(
        self,
        numbers: Sequence[int],
        held: dict[int, Held],
        lines: search.Lines,
        months: tuple[str, str],
        *,
        always: bool,
    ) -> list[int]:
        """Put the shards `numbers` where they differ, or `always`; gives those that another has
        written meanwhile."""

        def put(number: int) -> bool:
            before = held.get(number, Held())
            content = search.replaced(before.content, lines.get(number, {}), *months)
            if content == before.content.rstrip() and not always:
                return True
            try:
                self._site.put(pages.shard(number), content, before.etag)
            except Conflict:
                return False
            return True

        done = pool.each(put, numbers)
        return [number for number, ok in zip(numbers, done, strict=True) if not ok]
