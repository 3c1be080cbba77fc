"""The table's rows of jobs: republishes, unlistings and sweeps, each with its cursor.

job    job#<id>    job
"""

from __future__ import annotations

from typing import Any

from wireroom.model import Job
from wireroom.newsroom.listing import stamp
from wireroom.store.aws import translated
from wireroom.store.items import Item, batch_get, item, struct, unchanged
from wireroom.store.queries import due, due_key
from wireroom.unforeseen import reason_of

CURSOR = ("requested", "phase", "after", "place", "before")  # which run of a job, and how far


class Jobs:
    """`client`: a boto3 DynamoDB client; `name`: the table's."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

    def get(self, identity: str) -> Job | None:
        with translated(f"read job {identity}"):
            answer = self._client.get_item(
                TableName=self._name, Key=_job_key(identity), ConsistentRead=True
            )
        row = answer.get("Item")
        return struct(row, Job) if row else None

    def put(self, old: Job | None, new: Job) -> None:
        """Write `new` over `old` (None: there is none yet). Raises Conflict if the job's cursor in
        the table is no longer that of `old`."""
        condition = unchanged(job_item(old) if old else None, CURSOR)
        with translated(f"move job {new.id}"):
            self._client.put_item(TableName=self._name, Item=job_item(new), **condition)

    def running(self) -> list[Job]:
        """Every job that is not done and whose row can be read, the oldest first. An index read, so
        it may lag behind the table, and one more call for each 100 jobs."""
        return self.all_running()[0]

    def all_running(self) -> tuple[list[Job], dict[str, str]]:
        """As `running`, with the ids of the other jobs and why their rows can't be read."""
        found = due(self._client, self._name, "job", "look for running jobs")
        keys = [_job_key(pk.removeprefix("job#")) for pk in dict.fromkeys(found)]
        running: list[Job] = []
        unreadable: dict[str, str] = {}
        for row in batch_get(self._client, self._name, keys, "read jobs"):
            try:
                job = struct(row, Job)
            except Exception as error:  # noqa: BLE001 (whatever it is, it is this row's)
                unreadable[row["pk"]["S"].removeprefix("job#")] = reason_of(error)
            else:
                running += [job] if job.phase != "done" else []
        running.sort(key=lambda job: (job.requested, job.id))
        return running, dict(sorted(unreadable.items()))


def job_item(job: Job) -> Item:
    """The row of a job. While the job runs, the row is in the index `due`, so that `running` finds
    it without a scan."""
    keys = {"pk": f"job#{job.id}", "sk": "job"}
    if job.phase != "done":
        keys |= {"due_pk": due_key("job"), "due_sk": stamp(job.requested)}
    return item(job, **keys)


def cursor(job: Job) -> tuple[object, ...]:
    """Which run of the job, and how far it has come."""
    return tuple(getattr(job, name) for name in CURSOR)


def _job_key(identity: str) -> Item:
    return {"pk": {"S": f"job#{identity}"}, "sk": {"S": "job"}}
