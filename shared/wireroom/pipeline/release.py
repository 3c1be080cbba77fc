"""release: settles and writes the articles whose embargo, schedule or expiry is due.

    due articles ─► read ─► settle ─► row

Rendering never asks the clock, so time changes the site only through these writes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from aws_lambda_powertools import Logger
from msgspec.structs import replace

from wireroom import clock
from wireroom.errors import Conflict, PathTaken, ReleaseFailed, Retryable
from wireroom.model import Article, Settings
from wireroom.newsroom.history import revision
from wireroom.newsroom.settle import settle
from wireroom.store.table import Reading, Table
from wireroom.unforeseen import reason_of

logger = Logger(child=True)

ARTICLES = 90  # read in one round
ROUNDS = 10  # in one run; what is left waits for the next minute's


class Release:
    """What release needs, kept for the container's life."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def run(self) -> Counter[str]:
        """Settle and write what is due; gives outcome (the new state, for example) → articles.

        An article with an unforeseen error does not stop the others. When they are done,
        ReleaseFailed names it. It stays due, so the next minute's run tries it again. Raises
        Retryable.
        """
        counts: Counter[str] = Counter()
        looked: set[str] = set()
        failed: list[str] = []
        for _ in range(ROUNDS):
            # An article of an earlier round is still due if the index lags behind, or if it failed.
            due = self._table.articles.due(clock.now(), ARTICLES, looked)
            if not due:
                break
            looked.update(due)
            for reading in self._read(due, failed):
                for article in reading.articles.values():
                    try:
                        counts[self._settle(article, reading.settings)] += 1
                    except Retryable:
                        raise
                    except Exception as error:  # noqa: BLE001 (whatever it is, it is this one's)
                        failed.append(f"article {article.id}: {reason_of(error)}")
        if failed:
            raise ReleaseFailed("; ".join(failed))
        return counts

    def _read(self, due: Sequence[str], failed: list[str]) -> Iterator[Reading]:
        """All of `due` in one read; if one row can't be read, each in a read of its own."""
        try:
            yield self._table.read(due)
        except Retryable:
            raise
        except Exception as error:  # noqa: BLE001 (whatever it is, it is of one of them)
            reason = reason_of(error)
            if len(due) == 1:
                failed.append(f"article {due[0]}: {reason}")
                return
            for identity in due:
                yield from self._read([identity], failed)

    def _settle(self, article: Article, settings: Settings) -> str:
        now = clock.now()
        if article.due is None or article.due > now:
            return "not_due"
        for taken in (False, True):
            new = settle(
                replace(article, revision=article.revision + 1),
                now=now,
                settings=settings,
                taken=taken,
            )
            what = "expire" if new.state == "expired" else "release"
            row = revision(article, new, who="schedule", what=what)
            try:
                self._table.articles.save(article, new, row)
            except PathTaken:
                continue
            except Conflict:
                break  # it was written meanwhile, and so settled
            logger.info("article released", article=article.id, state=new.state)
            return new.state
        return "conflict"
