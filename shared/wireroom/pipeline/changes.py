"""Records of the table's stream → changes of articles, and jobs with a chunk to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from wireroom.model import Article, Job
from wireroom.store.items import struct
from wireroom.unforeseen import reason_of


class Change(Struct, frozen=True):
    """One article's row before and after. `id`: the sequence number of the stream record."""

    id: str
    old: Article | None
    new: Article | None


class Unread(Struct, frozen=True):
    """A record whose row can't be read (one of another release, for example). `id`: its sequence
    number. `reason`: names the article or job, and what is wrong."""

    id: str
    record: Mapping[str, Any]
    reason: str


def records(
    found: Iterable[Mapping[str, Any]],
) -> tuple[list[Change], list[tuple[str, Job]], list[Unread]]:
    """The changes of articles, (sequence number of the record, job as written) for each job, and
    the records of articles and jobs that can't be read.

    `found`: the records of the event with which Lambda reads a DynamoDB stream.
    """
    changes: list[Change] = []
    jobs: list[tuple[str, Job]] = []
    unread: list[Unread] = []
    for record in found:
        row = record["dynamodb"]
        number, old, new = row["SequenceNumber"], row.get("OldImage"), row.get("NewImage")
        kind = row["Keys"]["sk"]["S"]
        try:
            if kind == "article":
                before, after = (struct(image, Article) if image else None for image in (old, new))
                changes.append(Change(number, before, after))
            elif kind == "job" and new:
                jobs.append((number, struct(new, Job)))
        except Exception as error:  # noqa: BLE001 (whatever it is, it is this row's)
            what = row["Keys"]["pk"]["S"].replace("#", " ", 1)
            reason = f"{what}: its row can't be read: {reason_of(error)}"
            unread.append(Unread(number, record, reason))
    return changes, jobs, unread
