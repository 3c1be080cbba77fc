"""sweep: orders the jobs that compare the site with the table and repair what differs.

    freshen    each hour: the articles of the last `freshen_hours`, with what they say of others
    sweep      each day: every page, and readers' search

It also starts the jobs that file stories in readers' search and have waited for this.

Render does these jobs in chunks, like a republish, and writes only the pages that differ. Without
them a page would stay wrong if an event were ever lost. A metric counts the repairs; an operator
should look into any.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from aws_lambda_powertools import Logger

from wireroom import clock
from wireroom.errors import Conflict
from wireroom.model import HOME, Job, Settings
from wireroom.pipeline.indexing import start_waiting
from wireroom.site.dates import day_of
from wireroom.store.table import Table

logger = Logger(child=True)

STUCK = timedelta(hours=1)  # a job that has not moved for this time is started again
EVERY = timedelta(hours=23)  # the first hourly run after this time starts a sweep of all pages


class Sweep:
    """What sweep needs, kept for the container's life."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def run(self) -> list[str]:
        """Start the jobs whose time has come; gives their ids."""
        settings = self._table.settings()
        now = clock.now()
        started = start_waiting(self._table.jobs, now)
        jobs = (_freshen(settings, now), _sweep(now))
        return [*started, *(job.id for job in jobs if self._order(job, now))]

    def _order(self, job: Job, now: datetime) -> bool:
        before = self._table.jobs.get(job.id)
        if before:
            moving = before.phase != "done" and now - (before.changed or before.requested) < STUCK
            if moving or (job.id == "sweep" and now - before.requested < EVERY):
                return False
            logger.info("last sweep", job=job.id, looked=before.done, repaired=before.repaired)
        try:
            self._table.jobs.put(before, job)
        except Conflict:
            return False
        return True


def _freshen(settings: Settings, now: datetime) -> Job:
    zone = settings.site.timezone
    since = now - timedelta(hours=settings.site.freshen_hours)
    return Job(
        id="freshen",
        requested=now,
        verify=True,
        freshen=True,
        scope="days",
        phase="lists",
        first=day_of(since, zone),
        last=day_of(now, zone),
        lists=(HOME,),
    )


def _sweep(now: datetime) -> Job:
    return Job(id="sweep", requested=now, verify=True)
