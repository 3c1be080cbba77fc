"""The screen "Republish": pages rendered again, and how far that is.

It sends the event that `wireroom republish` sends, after asking the rule that the pipeline asks.
"""

from __future__ import annotations

import hashlib
import json
import re
from functools import partial
from typing import Any, cast
from uuid import uuid4

from desk import screens
from desk.following import LETTERS, PATIENCE, event_of
from desk.guard import Refused
from desk.screen import Ask, Done
from wireroom.errors import EditRefused
from wireroom.model import HOME, Article, Settings
from wireroom.newsroom import events
from wireroom.newsroom.jobs import told
from wireroom.newsroom.references import path_of, reference, unseen
from wireroom.pipeline.ordering import job_of
from wireroom.store.table import Table

KINDS = ("article", "page", "list", "days", "everything")
JOBS = 30
_ID = re.compile(r"[0-9a-f]{32}")


def show(ask: Ask) -> str:
    """At most four calls, counting what told who asks; more for an event that is not begun."""
    if ask.field("part"):
        return screens.page("republishing.html", ask.visit, **_progress(ask))
    return _page(ask)


def act(ask: Ask) -> Done:
    kind, visit = ask.field("kind"), ask.visit
    if kind not in KINDS:
        raise Refused(404, "no such action", "There is no such action.")
    if kind == "everything" and not visit.may_run:
        raise Refused(403, f"a {visit.role} may not", "Only chiefs republish everything.")
    detail: dict[str, Any] = {"by": visit.session.email, "at": visit.now.isoformat()}
    about = {"what": kind}
    try:
        wish = _detail(kind, ask)
        # A form that is sent twice is one event; another one of the same page is another.
        content = json.dumps([ask.field("id", 32), visit.session.token, wish], sort_keys=True)
        identity = hashlib.sha256(content.encode()).hexdigest()[:32]
        about["event"] = identity
        detail |= wish | {"id": identity}
        event = cast("events.Republish", events.read("republish", detail))
        find = partial(_found, ask.stack.table, visit.settings)
        job = job_of(event, visit.settings, visit.now, find)
    except EditRefused as error:
        page = _page(ask, kind=kind, problem=str(error))
        return Done(action="republish", refused=str(error), page=page, about=about)
    about |= {"target": job.target or job.first or " ".join(job.lists)}
    ask.stack.bus.put("republish", detail)
    to = f"/republish?job={identity}&at={visit.now.timestamp():.0f}"
    return Done(action="republish", to=to, about=about)


def _detail(kind: str, ask: Ask) -> dict[str, Any]:
    """The event's own fields. Raises EditRefused."""
    if kind == "everything":
        return {"everything": True}
    if kind == "days":
        given = {name: ask.field(name) for name in ("first", "last") if ask.field(name)}
        if not given:
            raise EditRefused("first", "say which day")
        return given
    what = ask.field("what")
    if not what:
        raise EditRefused(kind, "say which one")
    if kind == "page":
        return {"page": path_of(what, (ask.visit.settings.site.url,)) or what}
    return {kind: what}


def _found(table: Table, settings: Settings, name: str) -> Article:
    """As `pipeline.edit` finds it. Raises EditRefused."""
    named = reference(name, (settings.site.url,))
    return table.articles.find(named) or unseen(named, settings.providers, "republish")


def _page(ask: Ask, kind: str = "", problem: str = "") -> str:
    settings = ask.visit.settings
    typed = {name: ask.field(name) for name in ("what", "first", "last")} if problem else {}
    return screens.page(
        "republish.html",
        ask.visit,
        sent=ask.sent,
        lists=[(HOME, "Home"), *((each.slug, each.name) for each in settings.categories)],
        kind=kind,
        problem=problem,
        typed=typed,
        id=uuid4().hex,
        here=ask.visit.path,
        **_progress(ask),
    )


def _progress(ask: Ask) -> dict[str, Any]:
    """The job that this browser has ordered, and the others that run."""
    identity = ask.field("job", 32)
    table = ask.stack.table
    jobs, unreadable = table.jobs.all_running()
    own = None
    if _ID.fullmatch(identity) and identity not in unreadable:
        own = table.jobs.get(identity)
    running = [job for job in jobs if job.id != identity][:JOBS]
    missing = bool(identity) and own is None and identity not in unreadable
    waited = ask.visit.now.timestamp() - float(ask.number("at", 12))
    return {
        "own": own,
        "own_told": told(own) if own else "",
        "missing": missing,
        "refused": _refused(ask, identity) if missing and waited >= PATIENCE else "",
        "moving": missing
        or (own is not None and own.phase != "done")
        or any(job.phase != "waiting" for job in running),
        "jobs": [(job, told(job)) for job in running],
        "unreadable": unreadable,
    }


def _refused(ask: Ask, identity: str) -> str:
    """Why the event was refused, or ""."""
    found = ask.stack.refused.peek(LETTERS, lambda each: event_of(each) == identity)
    return found[0].reason if found else ""
