"""The events that editors send: one type for each action, on the bus `wireroom.editor`.

The event's `detail-type` is the action, its `detail` one of the types below. JSON Schemas and
examples are generated from these types (`docs/events.md`, `infra/events/`).

Events of one article may arrive in any order: for each field, the one with the latest `at` counts.
An event is applied once, however often it is delivered; its `id` identifies it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar, Literal, get_args, get_origin

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from wireroom.errors import EditRefused
from wireroom.markup.scan import MAX_MARKUP
from wireroom.model import KillReason
from wireroom.newsroom.settle import CATEGORIES

AHEAD = timedelta(seconds=5)  # by which AWS's own clocks may differ
BODY = MAX_MARKUP  # characters: an editor can keep whatever an agency may send

Text = Annotated[str, Meta(max_length=1000)]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Body = Annotated[str, Meta(min_length=1, max_length=BODY)]
BodyRef = Annotated[
    str, Meta(title="key", pattern=r"^edits/[0-9a-f]{64}$", examples=["edits/" + "0123abcd" * 8])
]
Slugs = Annotated[tuple[Name, ...], Meta(max_length=CATEGORIES)]
Time = Annotated[datetime, Meta(tz=True)]
Date = Annotated[str, Meta(title="date", pattern=r"^\d{4}-\d{2}-\d{2}$", examples=["2026-02-11"])]


class Event(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`article`: an id, a path, a full address, or `provider:entry id`. `by`: the editor. `at`:
    when the editor decided (default: the event's own time; a time in the future counts as now).
    `id`: default the event's own. `expected_revision`: refuse the event if the article is at
    another revision. `why`: kept in the history."""

    example: ClassVar[dict[str, Any]]

    by: Name
    id: Annotated[str, Meta(max_length=200)] = ""
    at: Time | None = None
    why: Text = ""


class OfArticle(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    article: Annotated[str, Meta(min_length=1, max_length=2000)]
    expected_revision: Annotated[int, Meta(ge=1)] | None = None


class Headline(OfArticle, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Set the editor's headline, standfirst or slug, or clear them with null. Absent fields stay as
    they are. A new slug moves the article; every earlier address redirects to the newest."""

    example: ClassVar[dict[str, Any]] = {
        "article": "/2026/02/11/reservoir-gates-opened/",
        "headline": "Reservoir gates opened after record rain",
        "slug": "reservoir-gates-opened-after-record-rain",
    }

    headline: Annotated[str, Meta(min_length=1, max_length=500)] | UnsetType | None = UNSET
    standfirst: Text | UnsetType | None = UNSET
    slug: Annotated[str, Meta(min_length=1, max_length=200)] | UnsetType | None = UNSET


class Correct(OfArticle, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Replace the body with an edited one (HTML), and show `correction` with its date on the page.
    Or use the agency's latest body again (`revert`). A body that is too large for an event is in
    the content bucket, and `body_ref` is its key there."""

    example: ClassVar[dict[str, Any]] = {
        "article": "ptn:story-4711",
        "body": "<p>The reservoir holds 41 million litres.</p>",
        "correction": "An earlier version gave the reservoir's size as 14 million litres.",
    }

    body: Body | UnsetType = UNSET
    body_ref: BodyRef | UnsetType = UNSET
    correction: Text = ""
    revert: bool = False


class Categorise(OfArticle, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`set` all categories (slugs), `add` and `remove` some, or use those of the feeds again
    (`auto`)."""

    example: ClassVar[dict[str, Any]] = {
        "article": "ptn:story-4711",
        "add": ["business"],
        "remove": ["sport"],
    }

    set: Slugs | UnsetType = UNSET
    add: Slugs = ()
    remove: Slugs = ()
    auto: bool = False


class Hold(OfArticle, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Keep the article off every page until it is released."""

    example: ClassVar[dict[str, Any]] = {
        "article": "ptn:story-4711",
        "why": "waiting for the council's answer",
    }


class Release(OfArticle, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """End a hold: the article is published, unless it is scheduled or under an embargo."""

    example: ClassVar[dict[str, Any]] = {"article": "ptn:story-4711"}


class Schedule(OfArticle, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Publish the article at a time, or take it down at a time. null removes a time; an absent
    field stays as it is."""

    example: ClassVar[dict[str, Any]] = {
        "article": "ptn:story-4711",
        "publish_at": "2026-02-12T06:00:00+05:30",
        "expire_at": "2026-03-12T06:00:00+05:30",
    }

    publish_at: Time | UnsetType | None = UNSET
    expire_at: Time | UnsetType | None = UNSET


class Kill(OfArticle, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Withdraw the article, whatever its state. One that has not come yet, named by
    `provider:entry id`, never appears. The article's address shows a short notice, whose wording
    `reason` decides."""

    example: ClassVar[dict[str, Any]] = {
        "article": "ptn:story-4711",
        "reason": "legal",
        "why": "court order of 11 February",
    }

    reason: KillReason


class Reinstate(OfArticle, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Undo a kill: the article returns to its address."""

    example: ClassVar[dict[str, Any]] = {"article": "ptn:story-4711", "why": "the order was lifted"}


class Pin(OfArticle, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Put the article at the top of `list` (`home` or a category), lowest `order` first."""

    example: ClassVar[dict[str, Any]] = {"article": "ptn:story-4711", "list": "home", "order": 1}

    list: Name = "home"
    order: Annotated[int, Meta(ge=1, le=100)] = 1


class Unpin(OfArticle, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Remove the article from the top of `list`."""

    example: ClassVar[dict[str, Any]] = {"article": "ptn:story-4711", "list": "home"}

    list: Name = "home"


class Note(OfArticle, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Add a remark to the article's history. Readers don't see it."""

    example: ClassVar[dict[str, Any]] = {
        "article": "ptn:story-4711",
        "note": "Called the agency: an update comes at six.",
    }

    note: Annotated[str, Meta(min_length=1, max_length=1000)]


class Republish(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Render pages again. Give exactly one of: `article` (all its pages), `page` (one page, by its
    path), `list` (`home` or a category), `first` and `last` (days; one of the two alone means that
    day), or `everything`."""

    example: ClassVar[dict[str, Any]] = {"first": "2026-02-10", "last": "2026-02-11"}

    article: str = ""
    page: str = ""
    list: str = ""
    first: Date | Literal[""] = ""
    last: Date | Literal[""] = ""
    everything: bool = False


# All that `newsroom.edits.apply` must handle. mypy finds each `match` that lacks one.
ArticleEvent = (
    Headline
    | Correct
    | Categorise
    | Hold
    | Release
    | Schedule
    | Kill
    | Reinstate
    | Pin
    | Unpin
    | Note
)

ACTIONS: dict[str, type[ArticleEvent] | type[Republish]] = {
    "headline": Headline,
    "correct": Correct,
    "categorise": Categorise,
    "hold": Hold,
    "release": Release,
    "schedule": Schedule,
    "kill": Kill,
    "reinstate": Reinstate,
    "pin": Pin,
    "unpin": Unpin,
    "republish": Republish,
    "note": Note,
}


class _Envelope(Struct, rename={"detail_type": "detail-type"}):
    """What EventBridge delivers (EventBridge user guide, "Event structure")."""

    id: str
    time: Time
    detail_type: str
    detail: Any


def parse(message: str | bytes, now: datetime) -> tuple[str, ArticleEvent | Republish]:
    """(action, event) of a message of EditQueue; `id` and `at` of the event are always set,
    the latter to a time that does not lie ahead of `now`.

    Raises EditRefused naming the field that is wrong.
    """
    try:
        envelope = msgspec.json.decode(message, type=_Envelope)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise EditRefused("event", f"not an event of EventBridge: {error}") from error
    action = envelope.detail_type
    if action not in ACTIONS:
        expected = ", ".join(sorted(ACTIONS))
        raise EditRefused("detail-type", f"{action!r} is not an action; expected one of {expected}")
    event = read(action, envelope.detail)
    at = event.at
    if at is None or at > now + AHEAD:
        # An event from a fast clock must not override what is decided after it, least of all a
        # kill. EventBridge gives whole seconds: the event counts as decided at the end of its
        # second.
        at = max(envelope.time, min(now, envelope.time.replace(microsecond=999_999)))
    return action, msgspec.structs.replace(event, id=event.id or envelope.id, at=at)


def read(action: str, detail: Any) -> ArticleEvent | Republish:
    """The event of `action` in `detail`. Raises EditRefused with the field and a reason that people
    can read."""
    kind = ACTIONS[action]
    try:
        return msgspec.convert(detail, kind)
    except msgspec.ValidationError as error:
        raise EditRefused(*_in_words(kind, str(error))) from error


def _in_words(kind: type[Struct], problem: str) -> tuple[str, str]:
    """(field, reason) from msgspec's message about an invalid event of the type `kind`."""
    reason, _, place = problem.partition(" - at `$")
    field = place.strip("`.")
    for pattern, words in _IN_WORDS:
        if found := re.fullmatch(pattern, reason):
            reason = found.expand(words)
            if "should be" in words:
                reason = " ".join(_KINDS.get(word, word) for word in reason.split(" "))
            break
    if "{expected}" in reason:
        reason = reason.replace("{expected}", _expected(kind, field))
    if not field and (named := re.match(r"`(.+)` ", reason)):
        field, reason = named[1], reason[named.end() :]
    return field or "detail", reason


def _expected(kind: type[Struct], field: str) -> str:
    """What a field of `kind` takes, from its type: `one of …`, or `a date, for example …`."""
    name = re.match(r"\w*", field)
    types = {each.name: each.type for each in msgspec.structs.fields(kind)}
    found = list(_parts(types.get(name[0] if name else "")))
    words = [
        str(value) for part in found if get_origin(part) is Literal for value in get_args(part)
    ]
    for meta in (part for part in found if isinstance(part, Meta) and part.examples):
        return f"a {meta.title}, for example {meta.examples[0]}" if meta.examples else ""
    return f"one of {', '.join(filter(None, words))}"


def _parts(kind: Any) -> Iterator[Any]:
    """A type, and the types and annotations inside it."""
    yield kind
    if get_origin(kind) is not Literal:
        for part in (*get_args(kind), *getattr(kind, "__metadata__", ())):
            yield from _parts(part)


# msgspec's messages → ours. https://jcristharif.com/msgspec/constraints.html
_IN_WORDS = (
    (r"Expected `str` of length >= 1", "is empty"),
    (r"Expected `str` of length <= (\d+)", r"is longer than \1 characters"),
    (r"Expected `array` of length <= (\d+)", r"names more than \1"),
    (r"Expected `int` >= (\d+)", r"is less than \1"),
    (r"Expected `int` <= (\d+)", r"is more than \1"),
    (r"Expected `str` matching regex .*", "is not what is expected: {expected}"),
    (r"Invalid RFC3339 .*", "is not a time; expected, for example, 2026-02-12T06:00:00+05:30"),
    (r"Expected `datetime` with a timezone .*", "is a time without its zone, such as +05:30"),
    (r"Invalid enum value (.*)", r"\1 is not known; expected {expected}"),
    (r"Object missing required field (`\w+`)", r"\1 is missing"),
    (r"Object contains unknown field (`.+`)", r"\1 is not a field of this event"),
    (r"Expected `([\w |]+)`, got `(\w+)`", r"is \2 and should be \1"),
)
_KINDS = {
    "str": "text",
    "int": "a whole number",
    "bool": "true or false",
    "datetime": "a time",
    "array": "a list",
    "object": "an object",
    "|": "or",
}
