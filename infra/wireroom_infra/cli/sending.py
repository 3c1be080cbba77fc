"""Sending an editor's event: what all editors' commands share.

    the command's own options ─► detail ─► checked as the pipeline will ─► PutEvents ─► waited for

A command is a function from the newsroom and its own options to the event's `detail`; `event` adds
the options that all have.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Concatenate, ParamSpec
from uuid import uuid4

import typer

from wireroom_infra.cli.newsroom import Newsroom
from wireroom_infra.cli.output import USAGE, Failed, complain, say
from wireroom_infra.cli.reach import Local, Stack

if TYPE_CHECKING:
    from datetime import datetime

    from wireroom.model import Article
    from wireroom.newsroom.events import ArticleEvent, OfArticle, Republish

P = ParamSpec("P")
Detail = dict[str, Any]

Named = Annotated[
    str,
    typer.Argument(
        metavar="ARTICLE", help="Its id, its path, its full address, or provider:entry id."
    ),
]
By = Annotated[
    str,
    typer.Option(
        "--by",
        metavar="NAME",
        envvar="WIREROOM_EDITOR",
        help="Your name; by default your login name.",
        show_default=False,
    ),
]
_Why = Annotated[
    str,
    typer.Option(
        "--why", metavar="TEXT", help="A reason, kept in the history.", show_default=False
    ),
]
_Expect = Annotated[
    int | None,
    typer.Option(
        "--expect-revision",
        metavar="N",
        min=1,
        help="Refuse the event if the article is no longer at this revision.",
        show_default=False,
    ),
]
_Id = Annotated[
    str,
    typer.Option(
        "--id",
        metavar="ID",
        help="The event's id; by default a new one. An event is applied once, however often sent.",
        show_default=False,
    ),
]
_Wait = Annotated[
    bool,
    typer.Option("--wait", help="Wait until all affected pages are written, and print them."),
]
_Timeout = Annotated[
    float,
    typer.Option("--timeout", metavar="SECONDS", min=0, help="How long --wait waits for progress."),
]


def event(command: Callable[Concatenate[Newsroom, P], Detail]) -> Callable[..., None]:
    """The command that sends the event whose detail `command` gives, with the common options."""
    own = inspect.signature(command, eval_str=True)
    action = command.__name__

    def run(
        *,
        by: str,
        why: str,
        id: str,
        wait: bool,
        timeout: float,
        stack: str,
        local: bool,
        expect_revision: int | None = None,
        **given: Any,
    ) -> None:
        room = Newsroom(stack, local)
        detail: Detail = command(room, **given)  # type: ignore[call-arg]
        if why:
            detail["why"] = why
        if expect_revision is not None:
            detail["expected_revision"] = expect_revision
        detail |= {"by": by or login(), "id": id or uuid4().hex}
        try:
            send(room, action, detail, timeout=timeout if wait else None)
        except BaseException:
            if room.draft:
                complain(f"your text is in {room.draft}")
            raise
        if room.draft:
            room.draft.unlink()

    common: dict[str, tuple[Any, Any]] = {
        "by": (By, ""),
        "why": (_Why, ""),
        "expect_revision": (_Expect, None),
        "id": (_Id, ""),
        "wait": (_Wait, False),
        "timeout": (_Timeout, 60.0),
        "stack": (Stack, ""),
        "local": (Local, False),
    }
    if action == "republish":  # it speaks of pages
        del common["expect_revision"]
    parameters = [
        *(
            each.replace(kind=inspect.Parameter.KEYWORD_ONLY)
            for each in list(own.parameters.values())[1:]
        ),
        *(
            inspect.Parameter(
                name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind
            )
            for name, (kind, default) in common.items()
        ),
    ]
    run.__signature__ = own.replace(  # type: ignore[attr-defined]
        parameters=parameters, return_annotation=None
    )
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    run.__name__, run.__doc__ = action, command.__doc__
    return run


def send(room: Newsroom, action: str, detail: Detail, *, timeout: float | None) -> None:
    """Put the event on the bus; with a `timeout` (seconds), wait until all of it is done.

    Raises Failed when it is malformed, refused, or not done in time.
    """
    from msgspec.structs import replace  # noqa: PLC0415

    import wireroom.clock  # noqa: PLC0415
    from wireroom.newsroom import events  # noqa: PLC0415
    from wireroom_infra.cli.waiting import Watch, report, wait_for_job  # noqa: PLC0415

    detail["at"] = wireroom.clock.now().isoformat()
    event = checked(action, detail)
    watch = None
    if isinstance(event, events.Republish):
        _order(room, event)
    else:
        before, expected = foreseen(room, action, event)
        if not before.revision:
            say(f"{event.article} has not come yet: after this kill it will never appear")
        if room.table.articles.applied(before.id, event.id):
            say(f"event {event.id} was applied before; it is not sent again")
            report(room, replace(event, at=_when(room, before, event)), before, expected, before)
            return
        if timeout is not None:
            watch = Watch(room, event, before, expected, timeout)
    _put(room, action, detail)
    if watch:
        watch.wait()
    elif timeout is not None:
        wait_for_job(room, event.id, timeout)
    else:
        say(f"{action} was sent (event {event.id})")


def _when(room: Newsroom, article: Article, event: OfArticle) -> datetime | None:
    """When the event that `event` repeats was applied."""
    rows = room.table.articles.history(article.id)
    return next((row.at for row in rows if row.event == event.id), event.at)


def checked(action: str, detail: Detail) -> ArticleEvent | Republish:
    """The event, as the pipeline will read it. Raises Failed, naming the field that is wrong."""
    from wireroom.errors import EditRefused  # noqa: PLC0415
    from wireroom.newsroom import events  # noqa: PLC0415

    try:
        json.dumps(detail, ensure_ascii=False).encode()
        return events.read(action, detail)
    except UnicodeEncodeError as error:
        raise Failed(f"{action}: not valid text: {error}", code=USAGE) from error
    except EditRefused as error:
        raise Failed(f"{action}: {error}", code=USAGE) from error


def foreseen(room: Newsroom, action: str, event: ArticleEvent) -> tuple[Article, Article]:
    """The article now, and as the event will probably make it.

    The pipeline decides later, by the same rules. Asking them first shows mistakes
    at once. Raises Failed.
    """
    import wireroom.clock  # noqa: PLC0415
    from wireroom.errors import EditRefused, Overfiled  # noqa: PLC0415
    from wireroom.newsroom import foresee  # noqa: PLC0415

    try:
        article = _found(room, event.article, action)
        expected = foresee.foreseen(article, event, room.settings, wireroom.clock.now())
    except (EditRefused, Overfiled) as error:
        raise Failed(f"{action}: {error}") from error
    return article, expected


def _found(room: Newsroom, name: str, action: str) -> Article:
    """The article, as `pipeline.edit` finds it. Raises EditRefused."""
    from wireroom.newsroom.references import unseen  # noqa: PLC0415

    named = room.reference(name)
    return room.table.articles.find(named) or unseen(named, room.settings.providers, action)


def _order(room: Newsroom, event: Republish) -> None:
    """Refuse at once what the pipeline would refuse; say so when the job exists already."""
    import wireroom.clock  # noqa: PLC0415
    from wireroom.errors import EditRefused  # noqa: PLC0415
    from wireroom.pipeline.ordering import job_of  # noqa: PLC0415

    find = partial(_found, room, action="republish")
    try:
        job_of(event, room.settings, wireroom.clock.now(), find)
    except EditRefused as error:
        raise Failed(f"republish: {error}") from error
    before = room.table.jobs.get(event.id)
    if before:
        asked = room.time(before.requested)
        say(f"event {event.id} already started a republish, at {asked}; none is started now")


def _put(room: Newsroom, action: str, detail: Detail) -> None:
    """Raises Failed when AWS does not accept the event, or its body."""
    from wireroom.errors import Unavailable  # noqa: PLC0415
    from wireroom.store.bus import Bus  # noqa: PLC0415

    bus = Bus(room.reached.client("events"), room.reached.outputs["EditorBus"], room.bodies)
    try:
        bus.put(action, detail)
    except Unavailable as error:
        raise Failed(str(error)) from error


def login() -> str:
    """Raises Failed where nobody is known to have logged in."""
    import getpass  # noqa: PLC0415

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        raise Failed("say who you are: --by NAME, or WIREROOM_EDITOR", code=USAGE) from None
