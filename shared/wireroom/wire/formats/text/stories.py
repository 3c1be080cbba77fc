"""Messages of a document → its entries: the messages of one story become one entry.

The latest lead is the entry; the takes are in it, each by its number, and a kill contains the
story. A message that can't be read stops no other. Two first versions with the same slug and
different headlines are two stories, as agencies use a slug again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from html import escape

from msgspec import Struct
from msgspec.structs import replace

from wireroom.errors import EntryRejected
from wireroom.model import Editorial, Entry, Take
from wireroom.unforeseen import reason_of
from wireroom.wire.document.rejection import MAX_ENTRIES, Rejection, surplus
from wireroom.wire.formats.document import Document, Source
from wireroom.wire.formats.entries import entries_of
from wireroom.wire.formats.text.sequel import Sequel

MAX_MESSAGE = 1 << 20  # characters


class Message(Struct, frozen=True, kw_only=True):
    """One message, as text. `guid`: of its story. `body`: HTML. `notes`: for editors. `dates`: as
    sent."""

    guid: str
    sequel: Sequel
    headline: str
    body: str
    slug: str = ""
    byline: str = ""
    dateline: str = ""
    source: str = ""
    at: datetime | None = None
    dates: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    urgency: int = 0
    notes: tuple[str, ...] = ()
    embargoed: bool = False


def document(
    parts: Sequence[str],
    read: Callable[[str], Message],
    named: Callable[[str], str],
    source: Source,
) -> Document:
    """The entries of a document whose messages are `parts`. `read`: one of them → Message; what it
    raises is that message's rejection. `named`: one of them → what a rejection calls it."""
    rejected: list[Rejection] = []
    if len(parts) > MAX_ENTRIES:
        rejected.append(surplus(len(parts) - MAX_ENTRIES))
    messages: list[Message] = []
    for part in parts[-MAX_ENTRIES:]:
        try:
            if len(part) > MAX_MESSAGE:
                raise EntryRejected("body", f"longer than {MAX_MESSAGE:,} characters")
            messages.append(read(part))
        except Exception as error:  # noqa: BLE001 (whatever it is, it is this message's)
            own = isinstance(error, EntryRejected)
            reason = reason_of(error) if own else f"entry: {reason_of(error)}"
            rejected.append(Rejection(named(part)[:200] or "message", "", reason))
    found = entries_of(
        _stories(messages, source),
        lambda story: story,
        lambda story: (story[0], story[1].title),
        source,
        source.url,
    )
    return Document(
        entries=found.entries, rejected=(*rejected, *found.rejected), shared=found.shared
    )


def _stories(messages: Sequence[Message], source: Source) -> list[tuple[str, Entry]]:
    groups: dict[str, list[Message]] = {}
    for message in messages:
        groups.setdefault(message.guid, []).append(message)
    return [
        (guid, entry) for guid, group in groups.items() for entry in _entries(group, source.url)
    ]


def _entries(group: Sequence[Message], url: str) -> list[Entry]:
    """The entries of the messages with one guid: one, unless they are of several stories, or of a
    story and its kill."""
    whole = [each for each in group if each.sequel.kind not in ("take", "kill")]
    takes = [_take(each) for each in group if each.sequel.kind == "take"]
    kills = [_entry(each, url) for each in group if each.sequel.kind == "kill"]
    headlines = {each.headline for each in whole if each.sequel.kind == ""}
    if len(headlines) > 1:
        stories = [_entry(each, url) for each in whole]
        stories = [replace(entry, version=0) if entry.version == 1 else entry for entry in stories]
    else:
        latest: Message | None = None
        for each in whole:
            if latest is None or not 0 < _version(each) < _version(latest):
                latest = each
        stories = [_entry(latest, url)] if latest else []
    if takes:
        if stories:
            stories[-1] = replace(stories[-1], takes=_each_once(takes))
        elif not kills:
            first = next(each for each in group if each.sequel.kind == "take")
            stories = [replace(_entry(first, url), body="", dateline="", takes=_each_once(takes))]
    return [*stories, *kills]


def _each_once(takes: Sequence[Take]) -> tuple[Take, ...]:
    last = {take.number: take for take in takes}
    return tuple(last[number] for number in sorted(last))


def _take(message: Message) -> Take:
    return Take(number=max(message.sequel.number, 1), body=message.body, at=message.at)


def _version(message: Message) -> int:
    """The number of a story's version: the first has 1. Without a number its date counts."""
    match message.sequel.kind:
        case "":
            return 1
        case "lead" if message.sequel.number:
            return message.sequel.number + 1
    return 0


def _entry(message: Message, url: str) -> Entry:
    sequel = message.sequel
    status = {"kill": "canceled", "hold": "withheld"}.get(sequel.kind, "")
    return Entry(
        id="",
        # A slug is no headline: normalise takes the first words of the body.
        title=_text(message.headline or ("" if message.body else message.slug)),
        body=message.body,
        full=True,
        byline=_text(message.byline),
        source=_text(message.source),
        published=message.at,
        dates=message.dates,
        pubstatus=status or ("embargoed" if message.embargoed else ""),
        categories=tuple(_text(each) for each in message.categories),
        base=url,
        version=_version(message),
        dateline=_text(message.dateline),
        through=sequel.through,
        editorial=Editorial(
            note="\n".join(message.notes), slug=message.slug, urgency=message.urgency
        ),
    )


def _text(words: str) -> str:
    return escape(words, quote=False)
