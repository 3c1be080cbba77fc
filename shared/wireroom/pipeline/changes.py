"""Records of the table's stream → changes of articles, and jobs with a chunk to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from wireroom.model import Article, Job
from wireroom.store.items import struct


class Change(Struct, frozen=True):
    """One article's row before and after. `id`: the sequence number of the stream record."""

    id: str
    old: Article | None
    new: Article | None


def records(found: Iterable[Mapping[str, Any]]) -> tuple[list[Change], list[tuple[str, Job]]]:
    """The changes of articles, and (sequence number of the record, job as written) for each job.

    `found`: the records of the event with which Lambda reads a DynamoDB stream.
    """
    changes: list[Change] = []
    jobs: list[tuple[str, Job]] = []
    for record in found:
        row = record["dynamodb"]
        number, old, new = row["SequenceNumber"], row.get("OldImage"), row.get("NewImage")
        kind = row["Keys"]["sk"]["S"]
        if kind == "article":
            before, after = (struct(image, Article) if image else None for image in (old, new))
            changes.append(Change(number, before, after))
        elif kind == "job" and new:
            jobs.append((number, struct(new, Job)))
    return changes, jobs
