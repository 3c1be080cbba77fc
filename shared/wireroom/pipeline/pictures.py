"""pictures: copies the pictures of stories to the site, and takes them off it again.

    a revision of a story that has pictures to fetch, or that drops some
        ─► an order, written with it (`store.orders`) ─► this function, by the table's stream;
                                                         later tries by the index `due`
    for each order:  take ─► what the story no longer shows: take off the site
                          ─► what it lacks: fetch ─► renditions ─► remember their names in the order
                             ─► put them in the site bucket ─► the article's row (the stream then
                             renders its pages) ─► end the order, or put it off

Who may still need a picture's files is decided without a lock. An article's row and the rows that
say who shows a picture change in one transaction. A run that deletes files first deletes the row of
its own article, then looks who else shows the picture, deletes, and looks again: whoever has come
in the meantime is given an order to look for the files. A run that puts files looks for them once
more after it has saved the row. So either the one or the other sees that they are gone.

A run that dies leaves an order that is due when its lease expires. The names of all files that it
may have put are in that order. So no file stays that no story shows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from threading import Lock
from typing import Any

from aws_lambda_powertools import Logger
from msgspec import Struct
from msgspec.structs import replace

from wireroom import clock
from wireroom.errors import Conflict, FetchError, PictureRefused, PicturesFailed, Retryable
from wireroom.model import Article, PictureOrder, Renditions, Site, Stored
from wireroom.newsroom.history import revision
from wireroom.newsroom.own import uploaded_for
from wireroom.newsroom.pictures import found, missing, names
from wireroom.pipeline.ingest import fetcher
from wireroom.pipeline.places import Places
from wireroom.store import pool
from wireroom.store.bodies import Bodies
from wireroom.store.orders import Orders, Place, place_of
from wireroom.store.renditions import RenditionsBucket, stored, whole
from wireroom.store.table import Table
from wireroom.unforeseen import reason_of
from wireroom.wire.http.address import host_of
from wireroom.wire.http.exchange import Limits
from wireroom.wire.http.fetch import Fetcher

logger = Logger(child=True)

ORDERS = 50  # taken by one scheduled run
TRIES = 6  # to write one article in one run
OTHERS = 25  # of the articles that show a picture, told that its files may be gone
PER_HOST = 2  # requests at a time to one host
LEASE = timedelta(minutes=5)  # longer than a run may last
# After these times, counted from its start, a run …
FETCHING = timedelta(seconds=20)  # … starts no further fetch
MAKING = timedelta(seconds=45)  # … makes no further renditions
LIMITS = Limits(connect=5, idle=8, total=15, wire=(20 << 20) + 1, decoded=(20 << 20) + 1)
ACCEPT = "image/webp, image/avif, image/jpeg, image/png, image/gif;q=0.8, */*;q=0.1"
# A picture that can't be had is asked for again after these times, and then left out.
BACKOFF = tuple(timedelta(minutes=each) for each in (1, 5, 30, 120, 360))
LONGEST = BACKOFF[-1]
_FINAL = {"forbidden-url", "forbidden-address", "gone", "too-large", "bomb"}
_MAKING = Lock()  # one picture at a time: it takes all the memory and processor that there are


class _Later(Struct, frozen=True):
    """A picture that could not be had this time. `left`: it was not asked for, as this run has no
    time left. `wait`: seconds that its server asks to wait."""

    reason: str
    left: bool = False
    wait: int = 0


_Outcome = Renditions | Stored | _Later


class _Task(Struct):
    """An order in work. `article`: its row as last read. `addresses`: pictures to fetch."""

    order: PictureOrder
    article: Article | None
    addresses: tuple[str, ...] = ()


class Pictures:
    """What the function needs, kept for the container's life. `bodies`: has the pictures of the
    newsroom's own. `make`: a picture's bytes → its renditions, or PictureRefused."""

    def __init__(
        self,
        table: Table,
        bodies: Bodies,
        bucket: RenditionsBucket,
        make: Callable[[bytes], Renditions],
    ) -> None:
        self._bodies = bodies
        self._table = table
        self._orders: Orders = table.orders
        self._bucket = bucket
        self._make = make
        self._site: Site | None = None  # as last read

    def due(self) -> list[Place]:
        return self._orders.due(clock.now(), ORDERS)

    def run(self, places: Iterable[Place]) -> Counter[str]:
        """Work on the orders at `places`; gives outcome → pictures.

        An order that fails does not stop the others. It is due again later, and PicturesFailed
        names it in the end.
        """
        started = clock.now()
        counts: Counter[str] = Counter()
        failed: list[str] = []
        tasks: list[_Task] = []
        for place in places:
            with _alone(place, failed):
                tasks += self._begin(place, counts)
        outcomes = self._fetched(tasks, started)
        for task in tasks:
            with _alone((task.order.article, task.order.id), failed):
                self._finish(task, outcomes, counts)
        if failed:
            raise PicturesFailed("; ".join(failed))
        return counts

    # --- what leaves the site ---

    def _begin(self, place: Place, counts: Counter[str]) -> list[_Task]:
        """Take the order, and do what it says about files that may have to go. Gives a task, or
        none if another run has the order."""
        now = clock.now()
        order = self._orders.take(place, now, now + LEASE)
        if order is None:
            return []
        reading = self._table.read([order.article])
        self._site = reading.settings.site
        article = reading.articles.get(order.article)
        for name in order.copies:
            article = self._look_after(name, order.article, article, counts)
        return [_Task(order, article, missing(article) if article else ())]

    def _look_after(
        self, name: str, identity: str, article: Article | None, counts: Counter[str]
    ) -> Article | None:
        """Take the files `name` off the site if no story shows them. If `article` itself does, and
        they are not there, forget the picture, which orders it anew. Gives the article as it is
        then."""
        for _ in range(TRIES):
            if article and name in names(article):
                if not self._lacks(name, article, self._bucket.keys(name)):
                    return article
                # To put the files again might be too late: the story may have been killed since.
                left = {each: one for each, one in article.pictures.items() if one.name != name}
                if saved := self._save(article, replace(article, pictures=left), "lost"):
                    return saved  # which ordered the picture anew
            else:
                try:
                    if article:
                        self._orders.drop(name, identity, article.revision)
                    self._take_off(name, counts)
                    return article
                except Conflict:
                    pass  # somebody else has written the article
            article = self._table.articles.get(identity)
        raise Conflict(f"article {identity} was changed by others in each of {TRIES} tries")

    def _take_off(self, name: str, counts: Counter[str]) -> None:
        keys = self._bucket.keys(name)
        if keys and not self._orders.shown_by(name, 1):
            self._bucket.delete(keys)
            counts["removed"] += 1
            logger.info("picture taken off the site", picture=name)
            keys = []
        for identity in self._orders.shown_by(name, OTHERS):
            other = self._table.articles.get(identity)
            if other and self._lacks(name, other, keys):
                self._orders.put(PictureOrder(article=identity, id=f"look-{name}", copies=(name,)))

    def _lacks(self, name: str, article: Article, keys: Sequence[str]) -> bool:
        return any(
            each.name == name and not whole(each, keys) for each in article.pictures.values()
        )

    # --- what comes to it ---

    def _fetched(
        self, tasks: Sequence[_Task], started: datetime
    ) -> Mapping[tuple[str, str], _Outcome]:
        """(article, address) → what became of each picture to fetch."""
        if self._site is None:
            return {}
        client = fetcher(self._site)
        client = replace(client, network=replace(client.network, limits=LIMITS))
        places = Places(PER_HOST)
        wanted = {
            (task.order.article, address): task for task in tasks for address in task.addresses
        }

        def fetch(key: tuple[str, str]) -> _Outcome:
            address, task = key[1], wanted[key]
            get = partial(self._got, client, address, task.article)
            try:
                return self._one(get, started, task.order)
            finally:
                places.free([host_of(address)])

        outcomes = pool.each(fetch, wanted, ready=lambda key: places.take([host_of(key[1])]))
        return dict(zip(wanted, outcomes, strict=True))

    def _got(self, client: Fetcher, address: str, article: Article | None) -> bytes:
        """The bytes of a picture of `article`. Raises FetchError."""
        name = uploaded_for(article, address) if article else ""
        if name:
            try:
                return self._bodies.upload(name)
            except Conflict as error:
                raise FetchError("gone", str(error)) from error
        origin = article.wire.origin if article and article.wire else ""
        return client.get(address, origin=origin, accept=ACCEPT).body

    def _one(self, get: Callable[[], bytes], started: datetime, order: PictureOrder) -> _Outcome:
        if clock.now() - started > FETCHING:
            return _Later("no time left in this run to fetch it", left=True)
        try:
            data = get()
            with _MAKING:
                if clock.now() - started > MAKING:
                    return _Later("no time left in this run to make its renditions", left=True)
                return self._make(data)
        except PictureRefused as error:
            return Stored(reason=str(error))
        except FetchError as error:
            if error.state in _FINAL or order.tries >= len(BACKOFF):
                return Stored(reason=str(error))
            return _Later(str(error), wait=error.retry_after or 0)
        except Exception as error:  # noqa: BLE001 (whatever it is, it is this picture's)
            reason = f"unforeseen: {reason_of(error)}"
            return Stored(reason=reason) if order.tries >= len(BACKOFF) else _Later(reason)

    def _finish(
        self,
        task: _Task,
        outcomes: Mapping[tuple[str, str], _Outcome],
        counts: Counter[str],
    ) -> None:
        """Store what was fetched for an order, and end it or put it off."""
        of_task = {each: outcomes[task.order.article, each] for each in task.addresses}
        made = {each: one for each, one in of_task.items() if isinstance(one, Renditions)}
        known = {each: one for each, one in of_task.items() if isinstance(one, Stored)}
        later = {each: one for each, one in of_task.items() if isinstance(one, _Later)}
        order, article = task.order, task.article
        if made:
            fresh = {one.name for one in made.values()}
            order = replace(order, copies=tuple(sorted({*order.copies, *fresh})))
            self._orders.remember(order)
            for one in made.values():
                self._bucket.put(one)
        if article and (made or known):
            news = known | {each: stored(one) for each, one in made.items()}
            article = self._save_found(article, news)
            for name in sorted({one.name for one in made.values()}):
                article = self._look_after(name, order.article, article, counts)
        counts["stored"] += len(made)
        counts["refused"] += len(known)
        for address, refused in known.items():
            logger.error("picture left out", article=order.article, picture=address,
                         reason=refused.reason)  # fmt: skip
        self._end(order, article, later, counts)

    def _end(
        self,
        order: PictureOrder,
        article: Article | None,
        later: Mapping[str, _Later],
        counts: Counter[str],
    ) -> None:
        still = set(missing(article)) & later.keys() if article else set()
        for address in still:
            logger.warning("picture is asked for again later", article=order.article,
                           picture=address, reason=later[address].reason)  # fmt: skip
        if not still:
            self._orders.end(order)
            return
        tried = [one for address, one in later.items() if address in still and not one.left]
        if not tried:
            self._orders.put_off(order, None)
            return
        counts["retried"] += len(tried)
        asked = timedelta(seconds=max(one.wait for one in tried))
        wait = max(BACKOFF[min(order.tries, len(BACKOFF) - 1)], min(asked, LONGEST))
        self._orders.put_off(replace(order, tries=order.tries + 1), clock.now() + wait)

    def _save_found(self, article: Article, news: Mapping[str, Stored]) -> Article | None:
        """Write what became of pictures into the article, if it still lacks them; gives the article
        as it is then."""
        present: Article | None = article
        for _ in range(TRIES):
            if present is None:
                return None
            new = found(present, dict(news))
            if new is present:
                return present
            why = "; ".join(
                f"{each}: {one.reason}" for each, one in new.pictures.items() if one.reason
            )
            saved = self._save(present, new, "pictures", why)
            if saved:
                return saved
            present = self._table.articles.get(article.id)
        raise Conflict(f"article {article.id} was changed by others in each of {TRIES} tries")

    def _save(self, old: Article, new: Article, what: str, why: str = "") -> Article | None:
        """`new` as written over `old`; None if somebody else has written the article meanwhile."""
        new = replace(new, revision=old.revision + 1, changed=clock.now(), news=None)
        row = revision(old, new, who="pictures", what=what, why=why)
        try:
            self._table.articles.save(old, new, row)
        except Conflict:
            return None
        return new


@contextmanager
def _alone(place: Place, failed: list[str]) -> Iterator[None]:
    """Keeps an error in the work on one order from the others. Its lease expires, and it is due
    again."""
    try:
        yield
    except Conflict as error:
        logger.info("work on pictures is another run's", article=place[0], reason=str(error))
    except Retryable as error:
        logger.warning("work on pictures is left", article=place[0], reason=str(error))
    except Exception as error:  # noqa: BLE001 (whatever it is, it is this order's)
        failed.append(f"article {place[0]}: {reason_of(error)}")


def ordered(event: Mapping[str, Any]) -> list[Place]:
    """The orders in an event with which Lambda reads the table's stream."""
    return [place_of(record["dynamodb"]["Keys"]) for record in event["Records"]]
