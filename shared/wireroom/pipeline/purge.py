"""purge: makes the CDN forget pages that have been replaced.

    a row, put when the pages are written ─► CreateInvalidation ─► sent ─► Completed ─► done

Render sends a purge as soon as the table's stream brings its row. Every minute `functions/purge`
sends what could not be sent, and asks for what was. A row says all that is needed to go on: its
reference makes a repeat of CreateInvalidation the same invalidation, so nothing is lost or done
twice wherever this stops.

CloudFront has 15 wildcards under way at a time. Of several purges that it refuses for that, one of
everything is made, which needs one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from aws_lambda_powertools import Logger
from msgspec.structs import replace

from wireroom import clock
from wireroom.errors import Conflict, Retryable, TooManyPurges
from wireroom.model import Purge
from wireroom.site.purging import EVERYTHING
from wireroom.store.cdn import Cdn
from wireroom.store.purges import Purges
from wireroom.unforeseen import reason_of

logger = Logger(child=True)

MOST = 100  # purges in one run; what is left waits for the next minute's
LATE = timedelta(minutes=5)  # CloudFront mostly takes less than one


def ordered(records: Iterable[Mapping[str, Any]]) -> list[str]:
    """The ids of the purges whose rows were put by `records` of the table's stream."""
    keys = (record["dynamodb"]["Keys"] for record in records)
    return [key["pk"]["S"].removeprefix("purge#") for key in keys if key["sk"]["S"] == "purge"]


class Purging:
    """What purge needs, kept for the container's life."""

    def __init__(self, purges: Purges, cdn: Cdn) -> None:
        self._purges = purges
        self._cdn = cdn

    def run(self) -> Counter[str]:
        """Send what waits, and ask for what was sent; gives what happened → purges.

        Raises Retryable if the rows can't be read or written. Why one was not sent is written into
        its row.
        """
        counts: Counter[str] = Counter()
        if not self._cdn.distribution:
            return counts
        found = self._purges.open(MOST)
        done = self._ask([purge for purge in found if purge.state == "sent"])
        self._send([purge for purge in found if purge.state == "waiting"], counts)
        counts["done"] = len(done)
        now = clock.now()
        counts["late"] = sum(late(purge, now) for purge in found if purge.id not in done)
        return counts

    def send(self, ids: Sequence[str]) -> Counter[str]:
        """Send the purges `ids` at once. What fails is left to `run`, which tells of it."""
        counts: Counter[str] = Counter()
        if ids and self._cdn.distribution:
            try:
                found = self._purges.read(list(ids[:MOST]))
                self._send([each for each in found if each.state == "waiting"], counts)
            except Retryable as error:
                logger.warning("purges are left to the next minute", reason=str(error))
        return counts

    def _send(self, waiting: Sequence[Purge], counts: Counter[str]) -> None:
        made: dict[str, str] = {}  # reference → the invalidation
        for place, purge in enumerate(waiting):
            try:
                if purge.reference not in made:
                    made[purge.reference] = self._cdn.purge(purge.reference, purge.paths)
            except TooManyPurges as error:
                self._refused(waiting[place:], str(error), counts)
                return
            except Conflict as error:  # CloudFront knows the reference with other paths
                self._again(purge, str(error))
            except Exception as error:  # noqa: BLE001 (whatever it is, it is this one's)
                counts["refused"] += 1
                self._write(purge, replace(purge, refused=_reason(error)))
            else:
                invalidation = made[purge.reference]
                sent = replace(purge, state="sent", invalidation=invalidation, refused="")
                counts["sent"] += self._write(purge, sent) is not None

    def _refused(self, refused: Sequence[Purge], reason: str, counts: Counter[str]) -> None:
        """Send one purge of everything instead of the purges `refused`, if they are several."""
        references = sorted({purge.reference for purge in refused})
        if len(references) == 1:
            counts["refused"] += len(refused)
            for purge in refused:
                self._write(purge, replace(purge, refused=reason))
            return
        reference = f"all-{_digest(*references)}"
        merged = [
            self._write(
                purge, replace(purge, reference=reference, paths=EVERYTHING, refused=reason)
            )
            for purge in refused
        ]
        self._send([purge for purge in merged if purge], counts)

    def _ask(self, sent: Sequence[Purge]) -> set[str]:
        """The ids of those that are done now."""
        done = set()
        answers: dict[str, bool] = {}
        for purge in sent:
            name = purge.invalidation
            try:
                if name not in answers:
                    answers[name] = self._cdn.purged(name)
            except Conflict as error:  # of a distribution that was replaced
                self._again(purge, str(error))
            except Exception as error:  # noqa: BLE001 (whatever it is, it is this one's)
                logger.warning("it is asked for again", purge=purge.id, reason=_reason(error))
            else:
                if answers[name] and self._write(purge, replace(purge, state="done")):
                    done.add(purge.id)
        return done

    def _again(self, purge: Purge, reason: str) -> None:
        """Let the purge wait again, under a reference that CloudFront has not seen."""
        reference = f"again-{_digest(purge.reference, purge.invalidation)}"
        new = replace(purge, state="waiting", reference=reference, invalidation="", refused=reason)
        self._write(purge, new)

    def _write(self, old: Purge, new: Purge) -> Purge | None:
        """The row as written; None if another run has moved it on."""
        new = replace(new, changed=clock.now())
        try:
            self._purges.put(old, new)
        except Conflict:
            return None
        logger.info("purge", purge=new.id, state=new.state, reason=new.refused or None)
        return new


def late(purge: Purge, now: datetime) -> bool:
    """Whether a purge that is not done should be by `now`."""
    return now - purge.requested > LATE


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, Retryable) else reason_of(error)


def _digest(*texts: str) -> str:
    return sha256("\n".join(texts).encode()).hexdigest()[:32]
