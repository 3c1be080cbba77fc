"""The screen "Trouble": alarms; dead letters, sent again or discarded; and the jobs that run."""

from __future__ import annotations

from functools import partial

from msgspec import Struct

from desk import alarms, screens
from desk.guard import Refused
from desk.screen import Ask, Done
from wireroom.newsroom.jobs import told
from wireroom.pipeline.dead_letters import Subject, subject_of
from wireroom.store import pool
from wireroom.store.letters import BATCH, Letter, said_in

QUEUES = {
    "wire": "Entries",
    "inbox": "Files",
    "edits": "Editors' events",
    "render": "Pages",
    "pictures": "Pictures",
}
# Queues that hardly ever have any: asked for their number only when their alarm rings, or when they
# are chosen, as each number is a call.
QUIET = {"pictures": "PicturesDeadLettersAlarm"}
MORE = 50  # letters that are shown on demand
MOST = 500  # letters of a queue that are looked through for one
AT_ONCE = 100  # sent again with one press
JOBS = 30
REASON = 1000  # characters


class Shown(Struct, frozen=True, kw_only=True):
    """A dead letter, and what it is about. `event`: an editor's, in words."""

    id: str
    reason: str
    about: Subject
    event: str
    job: str


def show(ask: Ask) -> str:
    """At most ten calls, counting what told who asks."""
    done = {name: ask.number(name) for name in ("again", "discard")}
    return _page(ask, [], done)


def act(ask: Ask) -> Done:
    """Sends a dead letter of a queue again, or all (`again`), or discards one (`discard`)."""
    queue, action, letter = ask.field("queue"), ask.field("action"), ask.field("letter")
    if queue not in QUEUES or action not in ("again", "discard"):
        raise Refused(404, "no such action", "There is no such action.")
    if action == "discard" and not letter:
        raise Refused(400, "no letter", "Say which one is to be discarded.")
    seen: list[Letter] = []
    redrive, wanted = ask.stack.redrive, partial(_wanted, letter, seen)
    if action == "again":
        result = redrive.run(queue, wanted, MOST if letter else AT_ONCE)
    else:
        result = redrive.discard(queue, wanted, MOST)
    about = {
        "queue": queue,
        "letter": letter or "all",
        "letters": result.sent,
        "reasons": [each.reason[:200] for each in seen[:20]],
        "notes": result.notes[:20],
    }
    name = "redrive" if action == "again" else "discard"
    problems = result.left or ([] if seen else [GONE])
    if problems:
        page = _page(ask, problems[:20], {action: result.sent})
        return Done(action=name, refused="; ".join(problems)[:1000], page=page, about=about)
    return Done(action=name, to=f"/trouble?queue={queue}&{action}={result.sent}", about=about)


GONE = "It is not there: somebody else may have dealt with it, or be looking at it just now."


def _wanted(letter: str, seen: list[Letter], each: Letter) -> bool:
    if letter and each.id != letter:
        return False
    seen.append(each)
    return True


def _page(ask: Ask, problems: list[str], done: dict[str, int]) -> str:
    """`problems`: why letters are left; `done`: action → how many it was done with."""
    letters = ask.stack.letters
    asked = ask.field("queue")
    ringing = alarms.told(ask.stack.alarms)
    raised = {alarm.name for alarm, _ in ringing.raised}
    counted = [
        name
        for name in QUEUES
        if name not in QUIET or name == asked or ringing.problem or QUIET[name] in raised
    ]
    counts = dict(zip(counted, pool.each(lambda name: letters[name].count(), counted), strict=True))
    queue = asked if asked in QUEUES else next((name for name in counted if counts[name]), "")
    more = bool(ask.field("more"))
    found: list[Letter] = []
    if queue and more:
        found = letters[queue].peek(MORE, calls=MORE // BATCH)
    elif queue and (counts[queue] or asked):
        found = letters[queue].peek(BATCH, calls=1)
    jobs, unreadable = ask.stack.table.jobs.all_running()
    return screens.page(
        "trouble.html",
        ask.visit,
        sent=ask.sent,
        alarms=ringing,
        queues=QUEUES,
        counts=counts,
        queue=queue,
        letters=[_shown(ask, each) for each in found],
        again=done.get("again", 0),
        discarded=done.get("discard", 0),
        more=more,
        problems=problems,
        jobs=[(job, told(job)) for job in jobs[:JOBS]],
        unreadable=unreadable,
    )


def _shown(ask: Ask, letter: Letter) -> Shown:
    about = subject_of(letter.body)
    return Shown(
        id=letter.id,
        reason=letter.reason[:REASON],
        about=about,
        event=said_in(letter, partial(screens.in_zone, ask.visit.settings)),
        job=told(about.job) if about.job else "",
    )
