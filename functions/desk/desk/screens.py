"""Values → pages. Everything that is printed is escaped; nothing here is a script or a style."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from msgspec import Struct

from desk.following import Sent
from desk.roles import GROUP, Role, may_edit, may_run
from desk.session import Session
from desk.stories import Wanted
from wireroom.model import Settings
from wireroom.newsroom.own import FEED as OWN
from wireroom.newsroom.shown import headline_of
from wireroom.store.desk import Found

HERE = Path(__file__).parent
ASSETS = {
    "desk.css": "text/css; charset=utf-8",
    "story.css": "text/css; charset=utf-8",
    "desk.js": "text/javascript; charset=utf-8",
    "story.js": "text/javascript; charset=utf-8",
    "editor.js": "text/javascript; charset=utf-8",
    "fronts.js": "text/javascript; charset=utf-8",
    "desk.svg": "image/svg+xml",
    "republish.js": "text/javascript; charset=utf-8",
    "write.js": "text/javascript; charset=utf-8",
}
SCREENS = (
    ("/", "Now"),
    ("/fronts", "Fronts"),
    ("/waiting", "Waiting"),
    ("/feeds", "Feeds"),
    ("/republish", "Republish"),
    ("/trouble", "Trouble"),
)
EDITORS = (("/write", "Write"),)
CHIEFS = (("/settings", "Settings"),)
STATES = {
    "live": "Live",
    "held": "Held",
    "scheduled": "Scheduled",
    "expired": "Expired",
    "killed": "Killed",
}


class Visit(Struct, frozen=True, kw_only=True):
    """Who looks, and when. `path`: of the request, with its query."""

    session: Session
    role: Role
    settings: Settings
    now: datetime
    path: str = "/"

    @property
    def may_edit(self) -> bool:
        return may_edit(self.role)

    @property
    def may_run(self) -> bool:
        return may_run(self.role)


def page(template: str, visit: Visit | None, **values: Any) -> str:
    """The page of `template`. `visit` None: nobody is signed in."""
    environment = _environment()
    return environment.get_template(template).render(
        visit=visit,
        time=partial(_told, visit.settings) if visit else None,
        asset=asset_address,
        screens=_screens(visit.role) if visit else (),
        states=STATES,
        headline_of=headline_of,
        names={each.slug: each.name for each in visit.settings.categories} if visit else {},
        **values,
    )


def now(visit: Visit, asked: Wanted, found: Found, *, sent: list[Sent]) -> str:
    """All stories, newest change first, as they were asked for."""
    listed = rows(visit, asked, found)
    return page(
        "now.html",
        visit,
        wanted=asked,
        feeds=[(name, name) for name in (OWN, *sorted(visit.settings.feeds))],
        editors=_editors(visit, found),
        sent=sent,
        rows=Markup(listed),  # a template's own  # noqa: S704
        live="" if asked.after else asked.address(part="1"),
        tag=tag_of(listed),
    )


def _editors(visit: Visit, found: Found) -> list[str]:
    """Names to choose from: whoever looks, who may edit by an address, and who has, in what is
    shown. Those of a group nobody knows."""
    staff = visit.settings.desk
    listed = [name for name in (*staff.editors, *staff.chiefs) if not name.startswith(GROUP)]
    active = [name for entry in found.entries for name in entry.editors]
    return list(dict.fromkeys([visit.session.email, *sorted({*listed, *active})]))


def _screens(role: Role) -> tuple[tuple[str, str], ...]:
    own = EDITORS if may_edit(role) else ()
    return (*SCREENS, *own, *(CHIEFS if may_run(role) else ()))


def rows(visit: Visit, asked: Wanted, found: Found) -> str:
    """The rows of that page alone."""
    reasons = {"editor": "by an editor", "wire": "asked for by the agency or site.toml"}
    here = asked.address()
    return page("rows.html", visit, wanted=asked, found=found, here=here, reasons=reasons)


def tag_of(text: str) -> str:
    """The ETag of `text`."""
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def in_zone(settings: Settings, moment: datetime) -> str:
    """A time in the site's zone, to the minute; as it is where that zone has no such time."""
    with suppress(OverflowError):
        moment = moment.astimezone(ZoneInfo(settings.site.timezone))
    return f"{moment:%Y-%m-%d %H:%M %Z}"


def _told(settings: Settings, moment: datetime | None) -> str:
    if moment is None:
        return "–"
    shown = in_zone(settings, moment)
    return Markup('<time datetime="{}">{}</time>').format(moment.isoformat(), shown)


@cache
def asset(name: str) -> bytes:
    return (HERE / "assets" / name).read_bytes()


@cache
def asset_address(name: str) -> str:
    """With the file's hash, so that a browser may keep it."""
    return f"/assets/{name}?v={hashlib.sha256(asset(name)).hexdigest()[:12]}"


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
