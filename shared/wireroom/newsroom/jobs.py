"""A job that renders everything; and a job in words: what it makes, and how far it is."""

from __future__ import annotations

from datetime import datetime

from wireroom.model import Job


def everything(why: str, now: datetime, by: str = "wireroom") -> Job:
    """A job that renders every page again."""
    return Job(id=f"{why}-{now:%Y%m%dT%H%M%S%f}"[:-3], requested=now, by=by)


def told(job: Job) -> str:
    of = f" of about {job.total}" if job.total > job.done else ""
    by = f"(job {job.id}, by {job.by or '-'})"
    if job.scope == "index":
        what = "waits for the hourly run" if job.phase == "waiting" else f"at shard {job.place}"
        return f"readers' search: the stories of {job.target} are filed anew; {what}"
    if job.phase == "file":
        return (
            f"filing stories again: {job.done}{of} checked, {job.filed} moved; then every page is"
            f" rendered {by}"
        )
    target = job.lists[0] if job.scope == "list" else job.target
    about = " ".join(part for part in (job.scope, target, job.first, job.last) if part)
    kind = "sweep" if job.verify else "republish"
    return f"{kind} of {about}: {job.done}{of} pages so far {by}"
