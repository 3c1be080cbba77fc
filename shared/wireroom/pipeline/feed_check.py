"""A feed looked into before it is subscribed to: what was fetched → what would be published.

For `wireroom feeds check` and the desk. Nothing is stored.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from wireroom.errors import EntryRejected
from wireroom.markup.plain import plain
from wireroom.model import Category, Entry, Feed, Story
from wireroom.newsroom.normalise import normalise
from wireroom.wire.formats.document import Document
from wireroom.wire.formats.feeds import parse
from wireroom.wire.http.fetch import Response

STALE = timedelta(days=30)
SHORT = 400  # characters of text below which most stories are only teasers


class Line(Struct, frozen=True):
    """One entry: as sent, and what would be published of it. `story` is None when rejected."""

    entry: Entry
    story: Story | None
    reason: str
    length: int


class Check(Struct, frozen=True):
    """`lines` in the feed's order; `warnings`: what looks wrong, the worst first."""

    lines: tuple[Line, ...]
    warnings: tuple[str, ...]


def document_of(body: bytes, url: str, response: Response | None, known: Feed | None) -> Document:
    """The feed in `body`. `response`: what it came in, or None for a local file. `known`: the feed
    in the settings, if it is there. Raises NotAFeed."""
    return parse(
        body,
        url=url,
        content_type=response.content_type if response else "",
        charset=response.charset if response else "",
        identity=known.identity if known else "guid",
        kill_titles=known.kill_titles if known else (),
        hold_titles=known.hold_titles if known else (),
    )


def check(
    feed: Feed,
    response: Response | None,
    document: Document,
    categories: Sequence[Category],
    now: datetime,
) -> Check:
    """Look at a feed. `response`: how it was fetched, or None for a local file."""
    lines = tuple(_line(entry, feed, categories) for entry in document.entries)
    return Check(lines, tuple(_warnings(response, document, lines, categories, now)))


def _line(entry: Entry, feed: Feed, categories: Sequence[Category]) -> Line:
    try:
        story = normalise(entry, feed, categories)
    except EntryRejected as error:
        return Line(entry, None, str(error), 0)
    return Line(entry, story, "", len(plain(story.body, "body")))


def _warnings(
    response: Response | None,
    document: Document,
    lines: tuple[Line, ...],
    categories: Sequence[Category],
    now: datetime,
) -> list[str]:
    entries = document.entries
    found = [
        f"entry {each.entry_id or '?'} is rejected: {each.reason}" for each in document.rejected
    ]
    found += [f"entry {line.entry.id} is rejected: {line.reason}" for line in lines if line.reason]
    found += [
        f"item {each.entry_id or '?'} is left out: {each.reason}" for each in document.left_out
    ]
    if document.truncated:
        found.append("the document ends early; entries after that point are missing")
    if not entries:
        found.append("there are no entries")
    if response:
        found += _of_response(response)
    undated = sum(entry.published is None and entry.updated is None for entry in entries)
    if undated:
        found.append(f"{_of(undated, len(entries))} without a date: dated by when first seen")
    ahead = sum(bool(entry.published and entry.published > now) for entry in entries)
    if ahead:
        found.append(f"{_of(ahead, len(entries))} dated in the future: listed by when first seen")
    dated = [moment for entry in entries if (moment := entry.updated or entry.published)]
    if dated and now - max(dated) > STALE:
        found.append(f"nothing new since {max(dated):%Y-%m-%d}")
    if document.shared:
        shared = len(document.shared)
        found.append(
            f"{shared} ids are used for several stories; links and headlines tell them apart"
        )
    found += _of_stories([line for line in lines if line.story], categories)
    return found


def _of_response(response: Response) -> list[str]:
    found = []
    if response.moved_to:
        found.append(
            f"it has moved permanently to {response.moved_to}: put that address into site.toml"
        )
    if not response.etag and not response.last_modified:
        found.append("no ETag and no Last-Modified: each fetch transfers the whole document")
    if response.url.startswith("http://"):
        found.append("it is not encrypted (http)")
    if response.content_type in {"text/html", "text/plain", ""}:
        found.append(
            f"its Content-Type is {response.content_type or 'missing'}, not that of a feed"
        )
    return found


def _of_stories(lines: list[Line], categories: Sequence[Category]) -> list[str]:
    found = []
    cut = sum(line.story is not None and line.story.part == "beginning" for line in lines)
    if cut:
        found.append(
            f"{_of(cut, len(lines))} with only the beginning of the story: `excerpts` says what"
            " becomes of them"
        )
    summaries = sum(
        line.story is not None and not line.story.full and not line.story.part for line in lines
    )
    if summaries and sum(line.length for line in lines) / len(lines) < SHORT:
        found.append(
            f"{_of(summaries, len(lines))} with only a summary, published as whole stories:"
            ' if the agency has more, say `content = "excerpt"`'
        )
    bare = sum(not line.length for line in lines)
    if bare:
        found.append(f"{_of(bare, len(lines))} without any text: a headline that leads to its link")
    if categories:
        lost = sum(line.story is not None and not line.story.categories for line in lines)
        if lost:
            found.append(f"{_of(lost, len(lines))} in no category of the site")
    return found


def unmapped(lines: Sequence[Line], categories: Sequence[Category]) -> list[tuple[str, int]]:
    """The feed's own terms that no category of the site has, with how often, most used first."""
    known = {
        term.strip().casefold()
        for each in categories
        for term in (*each.terms, each.name, each.slug)
    }
    return Counter(
        term
        for line in lines
        for term in line.entry.categories
        if term.strip().casefold() not in known
    ).most_common()


def _of(some: int, total: int) -> str:
    return f"{some} of {total} entries"
