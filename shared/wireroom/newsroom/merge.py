"""An article and a newly arrived story → the article's next version.

    new        no such article yet
    update     a newer version, or the first from another feed: its wire layer is replaced
    stale      an older version than the one stored, or one that was here before
    unchanged  what is stored already
    withdrawn  the agency's own kill

Merging changes the desk layer in one case only: the agency's own kill is stored there, as a kill
whose editor is the provider.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from msgspec.structs import replace

from wireroom.model import Article, Decision, Filed, Story, Wire
from wireroom.newsroom.identity import article_id
from wireroom.newsroom.own import FEED as OWN
from wireroom.newsroom.shown import shown, value_of
from wireroom.newsroom.takes import brings_no_lead, parts, with_takes, without_lead

Outcome = Literal["new", "update", "stale", "unchanged", "withdrawn"]

SEEN = 20  # versions remembered; a feed that alternates between more than this is broken
FUTURE = timedelta(days=1)  # a date further ahead would shut out every later correction
SAME_VERSION = timedelta(hours=1)  # by which two feeds may date the same version differently


def merge(
    article: Article | None,
    story: Story,
    *,
    body: str,
    arrived: datetime,
    takes: Sequence[str] = (),
) -> tuple[Outcome, Article | None]:
    """What became of `story`, and the article to write, or None if there is nothing to write.

    `article`: as it is in the table, None if it is not. `body`, `takes`: the keys of the story's
    body and of its takes' texts. `arrived`: when ingest first saw this version. The result is not
    settled yet: see `newsroom.settle`. If `newsroom.takes.parts` of its wire layer has any, the
    body is to be joined.
    """
    wire = article.wire if article else None
    waiting = wire is not None and without_lead(wire)
    if story.withdrawn:
        return _merge(article, story, body=body, arrived=arrived)
    if brings_no_lead(story):
        if article and wire and not wire.withdrawn:
            lead = wire.lead or ("" if waiting else wire.body)
            return _taken(article, wire, with_takes(wire, story, takes, arrived, lead), story.at)
        story, body_or_none = replace(story, waits=True), ""
    else:
        body_or_none = body
    before = replace(article, wire=None) if article and waiting else article
    outcome, merged = _merge(before, story, body=body, arrived=arrived)
    if not (story.takes or story.through or (wire and wire.takes)):
        return outcome, merged
    new = merged.wire if merged else wire
    if new is None:
        return outcome, merged
    if waiting and wire:
        feeds = {**wire.feeds, **new.feeds}
        new = replace(new, takes=wire.takes, through=wire.through, feeds=feeds)
        outcome = "update"
    fresh = merged is not None and merged.wire is not None and merged.wire.body == body
    lead = body_or_none if fresh else new.lead or new.body
    joined = with_takes(new, story, takes, arrived, lead)
    if merged:
        return outcome, replace(merged, wire=joined)
    assert article  # noqa: S101 (it has the wire layer that was not changed)
    return _taken(article, new, joined, story.at, outcome)


def _taken(
    article: Article,
    wire: Wire,
    joined: Wire,
    at: datetime | None,
    otherwise: Outcome = "unchanged",
) -> tuple[Outcome, Article | None]:
    """`article` with the takes of `joined`, if they are not those of `wire`."""
    if joined == wire:
        return otherwise, None
    if parts(joined) != parts(wire):
        new = [take.at or take.arrived for take in joined.takes if take not in wire.takes]
        joined = replace(joined, updated=max(filter(None, (at, wire.updated, *new)), default=None))
    return "update", replace(article, wire=joined)


def _merge(
    article: Article | None, story: Story, *, body: str, arrived: datetime
) -> tuple[Outcome, Article | None]:
    if article is None:
        article = Article(
            id=article_id(story.provider, story.entry_id),
            provider=story.provider,
            entry_id=story.entry_id,
            revision=0,
            state="held",
            first_seen=arrived,
        )
    if story.at and story.at > arrived + FUTURE:
        story = replace(story, at=None)
    wire = article.wire
    # Of those that have a number the agency says which is the newer: a date would only guess.
    older = wire is not None and 0 < story.version < wire.version and story.feed in wire.feeds
    if story.withdrawn:
        return _withdrawn(article, story, body, arrived)
    if wire is None:
        return "new", replace(
            article,
            wire=_wire(story, None, body, arrived),
            first_seen=article.first_seen or arrived,
        )
    if wire.withdrawn:  # the kill notice came before its story; it may come again
        new = _wire(story, None, body, arrived)
        return "update", replace(article, wire=replace(new, seen=(*wire.seen, story.hash)[-SEEN:]))
    same = story.hash == wire.hash
    if older:
        return "unchanged" if same else "stale", None
    if not same and _supersedes(story, wire, arrived):
        return "update", _updated(article, _wire(story, wire, body, arrived), wire.updated)
    at = story.at if same and _later(story.at, wire.at) else wire.at
    refiled = replace(wire, feeds=_feeds(wire, story, arrived), at=at)
    if same and _newer(story, wire, arrived):
        refiled = replace(refiled, version=story.version or wire.version, editorial=story.editorial)
    if refiled != wire:
        return "update", replace(article, wire=refiled)
    return "unchanged" if same else "stale", None


def _updated(article: Article, wire: Wire, before: datetime | None) -> Article:
    """`article` with a new version of its wire layer. Where readers see no difference, as an
    editor's body covers the agency's, it was not updated: `before` says when it last was."""
    new = replace(article, wire=wire)
    if article.published is None or not value_of(article.desk.body):
        return new
    seen = (replace(shown(each), updated=None) for each in (article, new))
    return replace(new, wire=replace(wire, updated=before)) if next(seen) == next(seen) else new


def _supersedes(story: Story, wire: Wire, arrived: datetime) -> bool:
    if _numbered(story, wire):
        return _newer(story, wire, arrived)
    ahead = _ahead(story.at, wire.at)
    # Two feeds of a provider may have the same story, and one of them only its summary.
    if wire.full and not story.full and ahead < SAME_VERSION:
        return False
    if not ahead and story.hash in wire.seen:
        return False
    return _newer(story, wire, arrived)


def _newer(story: Story, wire: Wire, arrived: datetime) -> bool:
    """Whether `story` is a newer version than `wire`: by the agency's numbers, else by date, else
    by when ingest first saw it."""
    if _numbered(story, wire):
        return story.version > wire.version
    return _dated_later(_ahead(story.at, wire.at), arrived, wire.arrived)


def _numbered(story: Story, wire: Wire) -> bool:
    return 0 < story.version != wire.version > 0


def _ahead(at: datetime | None, of: datetime | None) -> timedelta:
    """By how much a version is dated later than another; zero where one has no date."""
    return at - of if at and of else timedelta()


def _dated_later(ahead: timedelta, arrived: datetime, than: datetime | None) -> bool:
    """Whether a version is the newer one: by its date, else by when ingest first saw it."""
    return ahead > timedelta() if ahead else not _later(than, arrived)


def _withdrawn(
    article: Article, story: Story, body: str, arrived: datetime
) -> tuple[Outcome, Article | None]:
    # A kill notice is not a version of the story, so the story in the wire layer stays as it was.
    wire = article.wire
    if wire is None:
        wire = replace(_wire(story, None, body, arrived), feeds={})
    elif story.hash in wire.seen:
        return "unchanged", None
    else:
        wire = replace(wire, seen=(*wire.seen, story.hash)[-SEEN:])
    desk = article.desk
    if not value_of(desk.kill):  # an earlier kill keeps its reason, which its page shows
        desk = replace(desk, kill=Decision("withdrawn-by-agency", arrived, story.provider))
    return "withdrawn", replace(article, wire=wire, desk=desk)


def _later(a: datetime | None, b: datetime | None) -> bool:
    return a is not None and (b is None or a > b)


def _feeds(wire: Wire | None, story: Story, arrived: datetime) -> dict[str, Filed]:
    """What each feed last filed the article under, with `story` counted in."""
    feeds = dict(wire.feeds) if wire else {}
    filed = feeds.get(story.feed)
    if filed is None:
        feeds[story.feed] = Filed(
            terms=story.terms, categories=story.own, at=story.at, arrived=arrived
        )
        return feeds
    ahead = _ahead(story.at, filed.at)
    unchanged = not ahead and filed.terms == story.terms  # nothing to write
    if not unchanged and _dated_later(ahead, arrived, filed.arrived):
        feeds[story.feed] = Filed(
            terms=story.terms, categories=story.own, at=story.at or filed.at, arrived=arrived
        )
    return feeds


def _wire(story: Story, wire: Wire | None, body: str, arrived: datetime) -> Wire:
    seen = (*wire.seen, story.hash)[-SEEN:] if wire else (story.hash,)
    updated = story.at or (arrived if wire else None)
    if wire and story.look and story.look == wire.look:
        updated = wire.updated  # only spellings of addresses differ, which is no update to readers
    return Wire(
        headline=story.headline,
        body=body,
        hash=story.hash,
        look=story.look,
        full=story.full,
        summary=story.summary,
        byline=story.byline,
        dateline=story.dateline,
        source=story.source,
        language=story.language,
        link=story.link,
        picture=story.picture,
        published=story.published,
        at=story.at or (wire.at if wire else None),
        updated=updated,
        embargo=story.embargo,
        hold=story.waits or (story.hold if wire is None or story.feed == OWN else wire.hold),
        seen=seen,
        feeds=_feeds(wire, story, arrived),
        syndicated=story.syndicated,
        arrived=arrived,
        withdrawn=story.withdrawn,
        origin=story.origin,
        pictures=story.pictures,
        version=story.version or (wire.version if wire else 0),
        editorial=story.editorial,
        part=story.part,
        takes=wire.takes if wire else (),
        through=wire.through if wire else None,
    )
