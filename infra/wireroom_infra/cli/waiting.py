"""Waiting until an editor's event is applied and its pages are written."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from wireroom_infra.cli.newsroom import Newsroom
from wireroom_infra.cli.outcome import differences
from wireroom_infra.cli.output import Failed, Say, say, working

if TYPE_CHECKING:
    from datetime import datetime

    from wireroom.model import Article, Job, Page, Purge
    from wireroom.newsroom.events import ArticleEvent
    from wireroom.store.letters import Letter

PAUSE = 0.3  # seconds between two looks
PURGED = 300  # seconds that CloudFront has at least: it mostly takes less than one or two minutes
DEAD_LETTERS_READ = 1_000  # dead letters looked through for the one that is ours
WIDTH = 8  # pages looked at side by side, fewer than a client keeps connections


class Watch:
    """Watches one edit. It is made before the edit is sent, to know the pages as they were.

    `before`: the article now; `expected`: as the edit will probably make it. `timeout`: seconds.
    """

    def __init__(
        self,
        room: Newsroom,
        event: ArticleEvent,
        before: Article,
        expected: Article,
        timeout: float,
    ) -> None:
        self._room = room
        self._event = event
        self._before = before
        self._expected = expected
        self._timeout = timeout
        self._etags = self._look(self._affected(expected))
        self._started = time.monotonic()

    def wait(self) -> None:
        """Until the edit is applied and each page that it affects has been written.

        Of a story that leaves the site also until other stories' pages no longer name it, its
        pictures are gone, and CloudFront has forgotten all of these pages. Raises Failed when the
        edit is refused or nothing of it holds, or when that takes too long.
        """
        with working(f"waiting for {type(self._event).__name__.lower()}") as progress:
            article = self._applied()
            progress(f"applied as revision {article.revision}")
            pages = self._written(self._affected(article))
            left = self._left(article)
            others = self._unlisted(left, progress) if left else 0
            self._dropped(article)
        purged = bool(left) and self._purged(left)
        for page in pages:
            say(self._room.address(page.path))
        number = len(pages) + others
        count = f"{number} page{'s' * (number != 1)} written" if number else "no page changes"
        if others:
            count += f", {others} of them pages of other stories that named it"
        if purged:
            count += "; CloudFront has forgotten the old ones"
        say(
            f"{count}; the article is {article.state} (revision {article.revision}), {self._took()}"
        )
        report(self._room, self._event, self._before, self._expected, article)

    def _applied(self) -> Article:
        table, identity = self._room.table, self._before.id
        looks = 0
        while True:
            # Looked at before the table is: what was there then knows nothing of the edit yet,
            # even if other news has rewritten the page since we started.
            etags = self._look(self._etags)
            if table.articles.applied(identity, self._event.id):
                article = table.articles.get(identity)
                if article is None:
                    raise Failed(f"article {identity} is gone")
                return article
            self._etags = etags
            looks += 1
            late = self._late()
            if late or looks & (looks - 1) == 0:  # the letters, ever more seldom
                raise_refused(self._room, self._event.id)
            if late:
                raise Failed(
                    f"neither applied nor refused after {self._timeout:.0f} s: event"
                    f" {self._event.id} may still be on its way"
                )
            time.sleep(PAUSE)

    def _written(self, affected: Iterable[Page]) -> list[Page]:
        # A page beyond those expected is of another change, which came between.
        pages = sorted(page for page in affected if page in self._etags)
        waiting = pages
        while True:
            now = self._look(waiting)
            waiting = [page for page in waiting if now[page] == self._etags[page]]
            if not waiting:
                return pages
            if self._late():
                raise Failed(
                    f"applied, but after {self._timeout:.0f} s"
                    f" {len(waiting)} of {len(pages)} pages are not written yet:",
                    *(f"  {self._room.address(page.path)}" for page in waiting),
                )
            time.sleep(PAUSE)

    def _left(self, article: Article) -> str:
        """Names the change by which the article left the site: its id and revision. "" if the edit
        was not one that took it off the site."""
        from wireroom.newsroom.history import left_site  # noqa: PLC0415
        from wireroom.site.affected import change_id  # noqa: PLC0415

        rows = reversed(self._room.table.articles.history(article.id))
        row = next((each for each in rows if each.event == self._event.id), None)
        return change_id(article.id, row.revision) if row and left_site(row) else ""

    def _unlisted(self, left: str, progress: Say) -> int:
        """How many pages of other stories named the article and were rendered again."""
        from wireroom.site.affected import unlisting_id  # noqa: PLC0415

        return finished(self._room, unlisting_id(left), self._timeout, progress).done

    def _purged(self, left: str) -> bool:
        """Wait until CloudFront has forgotten the pages; False if it is never asked to."""
        if self._room.reached.outputs.get("CdnPurges") != "on":
            return False
        from wireroom import clock  # noqa: PLC0415

        purges, started = self._room.table.purges, time.monotonic()
        bound = max(PURGED, self._timeout)
        what = f"waiting until CloudFront has forgotten the old pages, {bound:.0f} s at most"
        with working(what) as progress:
            while True:
                found = purges.of_withdrawal(left)
                waiting = [purge for purge in found if purge.state != "done"]
                if found and not waiting:
                    return True
                spent = time.monotonic() - started
                progress(f"{what}: {spent:.0f} s so far")
                if spent >= bound:
                    raise Failed(
                        "the story has left the site, but readers may still get copies of it:"
                        f" after {bound:.0f} s CloudFront has not said that it has forgotten them;"
                        " Wireroom asks it again every minute",
                        *(f"  {described(purge, clock.now())}" for purge in waiting),
                    )
                time.sleep(PAUSE)

    def _dropped(self, article: Article) -> None:
        """Waits until the pictures that the story no longer shows are gone, but for those that
        another story shows."""
        from wireroom.newsroom.pictures import names  # noqa: PLC0415

        left = set(names(self._before) - names(article))
        while left := {name for name in left if self._stays(name)}:
            if self._late():
                raise Failed(
                    f"the pages are written, but after {self._timeout:.0f} s"
                    f" {len(left)} of the story's pictures are still there"
                )
            time.sleep(PAUSE)

    def _stays(self, picture: str) -> bool:
        there = self._room.renditions.keys(picture)
        return bool(there) and not self._room.table.orders.shown_by(picture, 1)

    def _affected(self, after: Article) -> frozenset[Page]:
        from wireroom.site.affected import affected  # noqa: PLC0415
        from wireroom.site.dates import day_of  # noqa: PLC0415

        day = partial(day_of, timezone=self._room.settings.site.timezone)
        before = self._before if self._before.revision else None
        return affected(before, after, day).pages

    def _look(self, pages: Iterable[Page]) -> dict[Page, str]:
        """Each page's version now."""
        several = list(pages)
        if not several:
            return {}
        etag = self._room.pages.etag
        with ThreadPoolExecutor(WIDTH) as threads:
            return dict(zip(several, threads.map(etag, several), strict=True))

    def _took(self) -> str:
        return f"{time.monotonic() - self._started:.1f} s"

    def _late(self) -> bool:
        return time.monotonic() - self._started >= self._timeout


def described(purge: Purge, now: datetime) -> str:
    """A line about a purge that is not done."""
    seconds = (now - purge.requested).total_seconds()
    more = f" and {len(purge.paths) - 1} more" if len(purge.paths) > 1 else ""
    doing = "is in progress" if purge.state == "sent" else "is not sent yet"
    why = f": {purge.refused}" if purge.refused else ""
    return f"purge of {purge.paths[0]}{more} {doing}, {seconds:.0f} s after it was ordered{why}"


def wait_for_job(room: Newsroom, identity: str, timeout: float) -> None:
    """Until the republish `identity` is done, however long that takes, as `finished` says."""
    started = time.monotonic()
    with working("waiting for republish") as progress:
        done = finished(room, identity, timeout, progress).done
    plural = "s" * (done != 1)
    say(f"{done} page{plural} written (job {identity}), {time.monotonic() - started:.1f} s")


def finished(room: Newsroom, identity: str, timeout: float, progress: Say) -> Job:
    """The job `identity`, once it is done.

    Raises Failed when it is refused, or has made no progress for `timeout` seconds.
    """
    moved = time.monotonic()
    done, looks = -1, 0
    while True:
        job = room.table.jobs.get(identity)
        if job is None:
            looks += 1
            if looks & (looks - 1) == 0:
                raise_refused(room, identity)
        elif job.phase == "done":
            progress(f"{job.done} pages")
            return job
        elif job.done != done:
            done, moved = job.done, time.monotonic()
            of = f" of about {job.total}" if job.total > done else ""  # it counts stories
            progress(f"{done}{of} pages")
        if time.monotonic() - moved >= timeout:
            raise_refused(room, identity)
            raise Failed(
                f"job {identity} made no progress for {timeout:.0f} s"
                f" ({max(done, 0)} pages so far); it continues by itself"
            )
        time.sleep(PAUSE)


def report(
    room: Newsroom, event: ArticleEvent, before: Article, expected: Article, article: Article
) -> None:
    """Print what is not as the edit asked. Raises Failed if none of the edit took effect."""
    lines, nothing = differences(room, event, before, expected, article)
    if nothing:
        raise Failed(*lines)
    for line in lines:
        say(line)


def raise_refused(room: Newsroom, event: str) -> None:
    """Raises Failed with the reason when the event of that id is among the dead letters."""
    from wireroom.store.letters import said_in  # noqa: PLC0415

    for letter in room.refused.peek(DEAD_LETTERS_READ, partial(_is_of, event)):
        event = said_in(letter, room.time)
        raise Failed(f"refused: {letter.reason}", *([f"  {event}"] if event else []))


def _is_of(event: str, letter: Letter) -> bool:
    try:
        return bool(json.loads(letter.body)["detail"]["id"] == event)
    except (ValueError, LookupError, TypeError):
        return False
