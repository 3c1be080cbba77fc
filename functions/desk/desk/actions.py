"""What a form asks for → the editor's event, checked as the pipeline will check it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from msgspec import Struct

from desk.body import gathered
from desk.session import Session
from wireroom.errors import EditRefused
from wireroom.model import Article, Decision, Page, Revision, Settings
from wireroom.newsroom import events
from wireroom.newsroom.edited import Edited, edited
from wireroom.newsroom.events import ArticleEvent, Correct
from wireroom.newsroom.foresee import foreseen
from wireroom.newsroom.shown import newer_waits, value_of
from wireroom.site import purging
from wireroom.site.affected import affected
from wireroom.site.dates import day_of, moment_of

ACTIONS = tuple(name for name in events.ACTIONS if name != "republish")  # those of a story
AT_ONCE = ("hold", "kill")  # taking a story down has no preconditions
TIMES = ("publish_at", "expire_at")
TEXTS = ("headline", "standfirst", "slug")  # fields that an editor sets, or clears by emptying them


class Order(Struct, frozen=True, kw_only=True):
    """An event that may be sent, the pages that it will probably change, and whether the CDN then
    has to forget the old ones."""

    action: str
    detail: dict[str, Any]
    pages: tuple[Page, ...]
    purges: bool


def ordered(
    action: str,
    form: dict[str, str],
    article: Article,
    session: Session,
    *,
    settings: Settings,
    now: datetime,
    history: Callable[[], list[Revision]],
) -> Order:
    """The event of `action` for `article`, from the fields of its form. Raises EditRefused, or
    Overfiled.

    `history`: gives the article's, which is asked only if the form is of an earlier revision. `by`
    is whoever the session is of; no field of the form can name anybody else.
    """
    asked: dict[str, Any] = {"article": article.id, **_own(action, form, article, settings)}
    if form.get("why"):
        asked["why"] = form["why"]
    seen = str(article.revision)
    if action not in AT_ONCE:
        seen = form.get("revision", "")
        refuse_unseen(seen, article, session.email, history)
    identity = identity_of(action, asked, seen, session)
    if action not in AT_ONCE:
        asked["expected_revision"] = article.revision
    detail = asked | {"by": session.email, "at": now.isoformat(), "id": identity}
    event = cast("ArticleEvent", events.read(action, detail))
    expected = foreseen(article, event, settings, now, _text(event, settings))
    changed = affected(article, expected, lambda moment: day_of(moment, settings.site.timezone))
    purge = purging.of_change(article, expected, changed.pages, now)
    pages = looked_at(changed.pages)
    return Order(action=action, detail=detail, pages=pages, purges=purge is not None)


def _text(event: ArticleEvent, settings: Settings) -> Edited:
    """The body that readers would get."""
    if isinstance(event, Correct) and isinstance(event.body, str):
        return edited(event.body, settings.site.url)
    return Edited()


def decided_text(article: Article, field: str) -> str:
    """What editors have decided about one of TEXTS; "" where the agency's counts."""
    decision: Decision[str | None] | None = getattr(article.desk, field)
    return value_of(decision) or ""


def refuse_unseen(
    seen: str, article: Article, by: str, history: Callable[[], list[Revision]]
) -> None:
    """Raises EditRefused if anybody but `by` has changed the article since the revision `seen`, the
    one that the form was made for. That copies of its pictures came is no change of that kind."""
    if seen == str(article.revision):
        return
    since = int(seen) if seen.isdecimal() and len(seen) < 10 else 0
    for row in reversed(history()):
        if row.revision > since and row.who != by and row.changes.keys() != {"pictures"}:
            raise EditRefused(
                "expected_revision",
                f"{row.who} has changed the story since you loaded it ({row.what}, revision"
                f" {row.revision}): look at it, and send yours again",
            )


def decided_time(article: Article, field: str, timezone: str) -> str:
    """What editors have decided about one of TIMES, as a form shows it; "" for none."""
    decision: Decision[datetime | None] | None = getattr(article.desk, field)
    return local_time(value_of(decision), timezone)


def local_time(moment: datetime | None, timezone: str) -> str:
    """A time as a form shows it: on the site's clocks, to the minute; "" for none."""
    return f"{moment.astimezone(ZoneInfo(timezone)):%Y-%m-%dT%H:%M}" if moment else ""


def filing(slug: str) -> str:
    """The name of the field that says whether a story is in a category."""
    return f"in-{slug}"


def _own(action: str, form: dict[str, str], article: Article, settings: Settings) -> dict[str, Any]:
    """The fields of the event that are its action's own.

    What was not touched is no decision: else it would override somebody's who decides meanwhile.
    """
    match action:
        case "headline":
            return {
                field: form[field] or None
                for field in TEXTS
                if field in form and form[field] != decided_text(article, field)
            }
        case "correct":
            if form.get("revert"):
                newer = {"why": "took the agency's newer version"} if newer_waits(article) else {}
                return {"revert": True, **newer}
            body = gathered(form.get("body", ""))
            return {"body": body, "correction": form.get("correction", "")}
        case "categorise":
            return {"auto": True} if form.get("auto") else _filed(form, article, settings)
        case "schedule":
            zone = settings.site.timezone
            return {
                field: moment_in(field, form[field], zone)
                for field in TIMES
                if field in form and form[field] != decided_time(article, field, zone)
            }
        case "kill":
            return {"reason": form.get("reason", "")}
        case "pin":
            return {"list": form.get("list", ""), "order": _order(form.get("order", ""))}
        case "unpin":
            return {"list": form.get("list", "")}
        case "note":
            return {"note": form.get("note", "")}
    return {}


def _filed(form: dict[str, str], article: Article, settings: Settings) -> dict[str, Any]:
    """The categories that were ticked, and those that no longer are."""
    ticked = {each.slug for each in settings.categories if form.get(filing(each.slug))}
    was = set(article.categories)
    if ticked == was:
        raise EditRefused("categories", "are as they were")
    return {"add": sorted(ticked - was), "remove": sorted(was - ticked)}


def moment_in(field: str, text: str, timezone: str) -> str | None:
    """A time as a form sends it, on the site's clocks; None for an emptied one."""
    if not text:
        return None
    try:
        given = datetime.fromisoformat(text)
        return (given if given.tzinfo else moment_of(given, timezone)).isoformat()
    except (ValueError, OverflowError) as error:
        raise EditRefused(field, str(error)) from error


def _order(text: str) -> int | str:
    """A whole number, where it is one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else text


def taken_back(name: str, value: object) -> tuple[str, dict[str, str]] | None:
    """The action, and the fields of its form, that take back a decision (`newsroom.decided`); None
    where there is nothing to take back."""
    if value is None:
        return None
    kind, _, rest = name.partition(" ")
    match kind:
        case "headline" | "standfirst" | "slug":
            return "headline", {kind: ""}
        case "body":
            return "correct", {"revert": "yes"}
        case "categories" | "category":
            return "categorise", {"auto": "yes"}
        case "publish" | "expire":
            return "schedule", {f"{kind}_at": ""}
        case "hold":
            return ("release", {}) if value else None
        case "kill":
            return "reinstate", {}
        case "pin":
            return "unpin", {"list": rest}
    return None


def identity_of(action: str, asked: dict[str, Any], seen: str, session: Session) -> str:
    """The event's id. A form that is sent twice is one event: the same wish of the same session,
    made when it had `seen` the same revision, has the same id."""
    content = json.dumps([session.token, action, seen, asked], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:32]


def looked_at(pages: frozenset[Page]) -> tuple[Page, ...]:
    """The pages to follow, the story's own first: a dozen tell when the rest is there, too."""
    return tuple(
        sorted(pages, key=lambda page: (page.kind != "article", len(page.path), page))[:12]
    )
