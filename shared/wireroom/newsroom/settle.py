"""Settling: computes an article's state, categories, date and address from its two layers.

Every article is settled before it is written. Where time alone changes an article,
`functions/release` settles and writes it again when it is `due`. So rendering never asks the clock.
"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from msgspec.structs import replace
from slugify import slugify

from wireroom.errors import Overfiled
from wireroom.model import Article, Settings, State, Wire
from wireroom.newsroom.filing import file
from wireroom.newsroom.pictures import kept
from wireroom.newsroom.shown import value_of

CATEGORIES = 20  # the most that a story can be in; see `bounded`
SLUG = 80  # characters; longer addresses are cut at a word
SUFFIX = 6  # characters of the article's id that tell two equal slugs of one day apart


def settle(article: Article, *, now: datetime, settings: Settings, taken: bool = False) -> Article:
    """`article` with everything computed from its layers and `settings`, at the time `now`.

    `taken`: another article has the address that this one would get; see `address`. Raises
    Overfiled; see `bounded`.
    """
    state, due = _state(article, now)
    due = due.astimezone(UTC) if due else None  # an editor's has a zone, a key none
    article = replace(file(article, settings), state=state, due=due, changed=now, news=None)
    article = bounded(kept(article))
    wire = article.wire
    if state != "live" or wire is None:
        return article
    if article.published is None:
        article = replace(article, published=_published(article, wire, now))
    if not article.path:
        slug = value_of(article.desk.slug) or value_of(article.desk.headline) or wire.headline
        article = replace(
            article, path=address(article, slug, timezone=settings.site.timezone, taken=taken)
        )
    return article


def bounded(article: Article) -> Article:
    """`article` itself, unless it is in more categories than one write can change.

    A transaction has at most 100 changes. A pinned story that moves to other categories deletes two
    rows of each old category and puts two rows into each new one; its authors may be other ones,
    too (`newsroom.authors.AUTHORS`). Raises Overfiled if a live or
    scheduled article is in more than CATEGORIES. What takes a story off the site is never refused.
    """
    if article.state in {"live", "scheduled"} and len(article.categories) > CATEGORIES:
        raise Overfiled(len(article.categories), CATEGORIES)
    return article


def awaited(article: Article) -> bool:
    """Whether an editor or the agency's kill notice killed a story that has not come yet."""
    wire = article.wire
    return wire is None or (article.state == "killed" and wire.withdrawn)


def address(article: Article, slug: str, *, timezone: str, taken: bool = False) -> str:
    """`/{yyyy}/{mm}/{dd}/{slug}/`, with the date in the site's time zone; `slug` may be a headline.

    `taken`: another article has this address; part of the article's id is added to the slug. Raises
    ValueError for an article that has never been live.
    """
    if article.published is None:
        raise ValueError(f"article {article.id} has no date yet")
    day = article.published.astimezone(ZoneInfo(timezone))
    words = slugify(slug, max_length=SLUG, word_boundary=True)
    if taken or not words:
        words = f"{words}-{article.id[:SUFFIX]}".lstrip("-")
    return f"/{day:%Y/%m/%d}/{words}/"


def _state(article: Article, now: datetime) -> tuple[State, datetime | None]:
    desk, wire = article.desk, article.wire
    if value_of(desk.kill):
        return "killed", None
    if wire is None:
        return "held", None
    expire = value_of(desk.expire_at)
    if expire and expire <= now:
        return "expired", None
    held = value_of(desk.hold)
    # A reinstated kill notice waits for an editor's release: its title may only look like a kill.
    if wire.hold or wire.withdrawn if held is None else held:
        return "held", expire
    start = _start(article, wire)
    if start and start > now:
        return "scheduled", min(start, expire) if expire else start
    return "live", expire


def _start(article: Article, wire: Wire) -> datetime | None:
    """When the story may appear; None: at once.

    An editor's schedule overrides an embargo that the agency had sent by then. Of an embargo that
    was sent later and the schedule, the later time counts, so that no schedule breaks an embargo
    which its editor had not seen.
    """
    asked, sent = article.desk.publish_at, wire.at or wire.arrived
    if asked is None or asked.value is None:
        return wire.embargo
    if wire.embargo and sent and asked.at < sent:
        return max(asked.value, wire.embargo)
    return asked.value


def _published(article: Article, wire: Wire, now: datetime) -> datetime:
    """The date that orders listings: the agency's, but not after the story was first seen. Where an
    embargo, a schedule or a hold ended later, the time at which it ended. Never after `now`."""
    seen = article.first_seen or now
    moment = min(wire.published or seen, seen)
    start = _start(article, wire)
    if start:
        moment = max(moment, start)
    hold = article.desk.hold
    if hold is not None and hold.value is False:
        moment = max(moment, hold.at)
    return min(moment, now).astimezone(UTC)
