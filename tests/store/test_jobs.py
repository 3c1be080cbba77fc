"""Jobs: which are told to an operator, and who may move one on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.newsroom.stories import NOON
from wireroom.errors import Conflict
from wireroom.model import Job
from wireroom.store.table import Table

JOB = Job(id="all", requested=NOON)


def test_the_jobs_that_are_not_done_are_found_the_oldest_first(table: Table) -> None:
    for name, hours in (("a", 2), ("b", 1), ("done", 3)):
        table.jobs.put(None, replace(JOB, id=name, requested=NOON + timedelta(hours=hours)))
    job = table.jobs.get("done")
    assert job
    table.jobs.put(job, replace(job, phase="done"))
    assert [job.id for job in table.jobs.running()] == ["b", "a"]


@pytest.mark.parametrize(
    "moved", [{"phase": "lists"}, {"after": "k"}, {"place": 1}, {"before": "2026-02-11"}]
)
def test_a_job_that_another_has_moved_on_is_not_moved_back(
    table: Table, moved: dict[str, object]
) -> None:
    ahead = replace(JOB, **moved)
    table.jobs.put(None, JOB)
    table.jobs.put(JOB, ahead)
    with pytest.raises(Conflict):
        table.jobs.put(JOB, replace(JOB, phase="done"))
    with pytest.raises(Conflict):
        table.jobs.put(None, JOB)
    assert table.jobs.get("all") == ahead
