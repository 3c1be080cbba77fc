"""`show`, `history` and `waiting`: print articles and their revisions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from wireroom_infra.cli.newsroom import Newsroom
from wireroom_infra.cli.output import say, table
from wireroom_infra.cli.reach import Local, Stack
from wireroom_infra.cli.sending import Named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wireroom.model import Article, Desk, Revision, Wire

NOTICES = {
    "unedited": "not edited by staff, from a syndicated feed",
    "edited": "from a syndicated feed, its body edited by staff",
    "": "none: the site's own copy",
}


def show(
    article: Named,
    body: Annotated[
        bool, typer.Option("--body", help="Print only the body that readers see, as HTML.")
    ] = False,
    stack: Stack = "",
    local: Local = False,
) -> None:
    """What readers see of an article, and both layers that it comes from.

    [bold]Examples[/bold]

      wireroom show /2026/02/11/gates-opened/ --local

      wireroom show ptn:story-4711 --body --stack harbour-post > body.html
    """
    from wireroom.newsroom.shown import newer_waits  # noqa: PLC0415

    room = Newsroom(stack, local)
    found = room.find(article)
    if body:
        say(room.body(found))
        return
    for name, value in _facts(room, found):
        say(f"{name:<12}{value}")
    if found.wire:
        say()
        say(f"the wire: what {found.provider} sent")
        for name, value in _wire(room, found.wire):
            say(f"  {name:<14}{value}")
    decided = list(_desk(room, found.desk))
    if decided:
        say()
        say("the desk: what editors decided")
        for line in decided:
            say(f"  {line}")
    if newer_waits(found):
        say()
        say(
            "! the edited body hides a newer version from the agency:"
            f" `wireroom correct {found.id} --take-wire` shows it to readers"
        )


def waiting(stack: Stack = "", local: Local = False) -> None:
    """What is not published yet: held and scheduled stories, and kills of stories to come.

    [bold]Examples[/bold]

      wireroom waiting --local
    """
    from wireroom.newsroom.shown import headline_of  # noqa: PLC0415

    room = Newsroom(stack, local)
    rows = [
        (
            each.state,
            room.time(each.first_seen),
            room.time(each.due),
            headline_of(each) or "(has not come)",
            ", ".join(each.categories),
            each.id if each.wire else f"{each.provider}:{each.entry_id}",
        )
        for each in room.waiting()
    ]
    table(("state", "came", "due", "headline", "categories", "article"), rows)


def _facts(room: Newsroom, article: Article) -> Iterator[tuple[str, str]]:
    from wireroom.newsroom.listing import pins  # noqa: PLC0415
    from wireroom.newsroom.shown import headline_of, shown, value_of  # noqa: PLC0415

    wire, desk = article.wire, article.desk
    reason = value_of(desk.kill)
    if article.state != "live":
        yield "readers see", _instead(article)
    elif wire:
        yield "headline", headline_of(article)
        if value_of(desk.standfirst):
            yield "standfirst", value_of(desk.standfirst) or ""
    yield "state", article.state + (f": {reason}" if reason else "")
    yield "address", room.address(article.path) if article.path else "none yet"
    for path in reversed(article.former):
        yield "formerly", f"{room.address(path)} (redirects)"
    yield "categories", ", ".join(article.categories) or "none"
    if article.published:
        yield "published", room.time(article.published)
    if article.due:
        yield "due", f"{room.time(article.due)}: its state changes"
    if article.state == "live" and wire:
        view = shown(article)
        yield "notice", NOTICES[view.notice]
        for correction in view.corrections:
            yield "correction", f"{correction.text} ({room.time(correction.at)})"
    for name, order in sorted(pins(article).items()):
        yield "pinned", f"{name}, place {order}"
    yield "article", f"{article.id} ({article.provider}:{article.entry_id})"
    yield "revision", f"{article.revision}, {room.time(article.changed)}"


def _instead(article: Article) -> str:
    """What stands at the address of an article that is not live."""
    from wireroom.site import notices  # noqa: PLC0415

    if not article.path:
        return "nothing: it was never published"
    return ": ".join(notices.WITHDRAWN[notices.reason(article)])


def _wire(room: Newsroom, wire: Wire) -> Iterator[tuple[str, str]]:
    from wireroom.newsroom.decided import said  # noqa: PLC0415
    from wireroom.newsroom.filing import sent_terms  # noqa: PLC0415

    yield "headline", wire.headline
    for name, value in (
        ("byline", wire.byline),
        ("source", wire.source),
        ("link", wire.link),
        ("picture", wire.picture.url if wire.picture else ""),
        ("embargo", room.time(wire.embargo) if wire.embargo else ""),
    ):
        if value:
            yield name, value
    yield "version of", room.time(wire.at or wire.arrived)
    yield "body", f"{wire.body}{'' if wire.full else ' (a summary only)'}"
    if wire.version:
        yield "number", str(wire.version)
    for name, value in said(wire):
        yield name, value.replace("\n", "\n" + " " * 16)
    for feed, filed in sorted(wire.feeds.items()):
        yield "feed", f"{feed}: {', '.join(sent_terms(filed)) or 'no term'}"


def _desk(room: Newsroom, desk: Desk) -> Iterator[str]:
    from wireroom.newsroom.decided import decided  # noqa: PLC0415

    for name, word in decided(desk):
        yield f"{name:<14}{_value(room, word.value)}  ({word.by}, {room.time(word.at)})"


def _value(room: Newsroom, value: object) -> str:
    from wireroom.newsroom.decided import in_words  # noqa: PLC0415

    return room.time(value) if isinstance(value, datetime) else str(in_words(value))


def history(article: Named, stack: Stack = "", local: Local = False) -> None:
    """Every revision of an article: who, what, when, why, and the differences.

    Bodies are compared paragraph by paragraph.

    [bold]Examples[/bold]

      wireroom history ptn:story-4711 --stack harbour-post
    """
    room = Newsroom(stack, local)
    found = room.find(article)
    wire = ""
    for row in room.table.articles.history(found.id):
        why = f": {row.why}" if row.why else ""
        decided = f" (decided {room.time(row.decided)})" if row.decided else ""
        when = f"{room.time(row.at)}{decided}"
        say(f"revision {row.revision}  {when}  {row.who}  {row.what}{why}")
        for field, values in row.changes.items():
            before, after = values
            if field in ("wire body", "desk body"):
                continue
            if field in ("wire version", "wire embargo", "publish at", "expire at"):
                before, after = (
                    room.time(datetime.fromisoformat(text)) if text else "" for text in values
                )
            for line in _difference(field, before, after):
                say(f"  {line}")
        for line in _bodies(room, row, wire):
            say(f"  {line}")
        wire = row.changes.get("wire body", ("", wire))[1]


def _difference(field: str, before: str, after: str) -> Iterator[str]:
    if not before or not after:
        yield f"{field}: {after}" if after else f"{field}: no longer {before}"
    elif len(before) + len(after) > 60:
        yield f"{field}:"
        yield f"  - {before}"
        yield f"  + {after}"
    else:
        yield f"{field}: {before} → {after}"


def _bodies(room: Newsroom, row: Revision, wire: str) -> Iterator[str]:
    """What `row` changed in the bodies. `wire`: the key of the agency's body before it."""
    now = row.changes.get("wire body", ("", wire))[1]
    for field, missing in (("wire body", ""), ("desk body", now)):
        if field not in row.changes:
            continue
        before, after = (key or missing for key in row.changes[field])
        label = "wire body" if field == "wire body" else "desk body, compared with the agency's"
        if field == "desk body" and row.changes[field][0]:
            reverted = not row.changes[field][1]
            label = "desk body, back to the agency's" if reverted else "desk body"
        yield f"{label}:"
        yield from (f"  {line}" for line in _text_difference(room, before, after))


def _text_difference(room: Newsroom, before: str, after: str) -> Iterator[str]:
    from difflib import unified_diff  # noqa: PLC0415

    texts: Mapping[str, list[str] | None] = {key: _paragraphs(room, key) for key in {before, after}}
    old, new = texts[before], texts[after]
    if old is None or new is None:
        yield f"no longer kept: {before if old is None else after}"
    elif not old:
        words = sum(len(each.split()) for each in new)
        yield f"{words} word{'s' * (words != 1)}, {len(new)} paragraph{'s' * (len(new) != 1)}"
    elif old == new:
        yield "the same words; markup, links or pictures differ"
    else:
        lines = list(unified_diff(old, new, lineterm="", n=1))
        yield from lines[2:]  # without the names of files


def _paragraphs(room: Newsroom, key: str) -> list[str] | None:
    """The text of a body, a paragraph a line; None when it is no longer kept."""
    from wireroom.errors import Conflict  # noqa: PLC0415
    from wireroom.markup.plain import blocks  # noqa: PLC0415

    if not key:
        return []
    try:
        return blocks(room.bodies.get(key))
    except Conflict:
        return None
