"""What follows from an article's two layers: its state, categories, date and address.

Every write of an article is settled first, and every change of an article by time alone is a
write by `functions/release` at `due`. So rendering never asks the clock.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec.structs import replace
from slugify import slugify

from wireroom.model import Article, State, Wire
from wireroom.newsroom.shown import said

SLUG = 80  # characters; longer addresses are cut at a word
SUFFIX = 6  # characters of the article's id that tell two equal slugs of one day apart


def settle(article: Article, *, now: datetime, timezone: str, taken: bool = False) -> Article:
    """`article` with everything computed from its layers, at the time `now`.

    `timezone`: the site's, for the date in the address. `taken`: another article has the address
    that this one would get; use one that no other can have.
    """
    state, due = _state(article, now)
    article = replace(article, state=state, due=due, categories=_categories(article), changed=now)
    wire = article.wire
    if state != "live" or wire is None:
        return article
    if article.published is None:
        article = replace(article, published=_published(article, wire, now))
    if not article.path:
        slug = said(article.desk.slug) or said(article.desk.headline) or wire.headline
        article = replace(article, path=address(article, slug, timezone=timezone, taken=taken))
    return article


def address(article: Article, slug: str, *, timezone: str, taken: bool = False) -> str:
    """`/{yyyy}/{mm}/{dd}/{slug}/`, dated in the site's time zone; `slug` may be a headline."""
    if article.published is None:
        raise ValueError(f"article {article.id} has no date yet")
    day = article.published.astimezone(ZoneInfo(timezone))
    words = slugify(slug, max_length=SLUG, word_boundary=True)
    if taken or not words:
        words = f"{words}-{article.id[:SUFFIX]}".lstrip("-")
    return f"/{day:%Y/%m/%d}/{words}/"


def _state(article: Article, now: datetime) -> tuple[State, datetime | None]:
    desk, wire = article.desk, article.wire
    if said(desk.kill):
        return "killed", None
    if wire is None:
        return "held", None
    expire = said(desk.expire_at)
    if expire and expire <= now:
        return "expired", None
    held = said(desk.hold)
    if wire.hold if held is None else held:
        return "held", expire
    start = said(desk.publish_at) or wire.embargo
    if start and start > now:
        return "scheduled", min(start, expire) if expire else start
    return "live", expire


def _categories(article: Article) -> tuple[str, ...]:
    decided = said(article.desk.categories)
    if decided is not None:
        return tuple(sorted(set(decided)))
    filed = article.wire.feeds.values() if article.wire else ()
    return tuple(sorted({slug for feed in filed for slug in feed.categories}))


def _published(article: Article, wire: Wire, now: datetime) -> datetime:
    """The date that orders listings: the agency's, clamped to when we first saw the story, or the
    time at which an embargo, a schedule or a hold let it out, when that is later."""
    seen = article.first_seen or now
    moment = min(wire.published or seen, seen)
    start = said(article.desk.publish_at) or wire.embargo
    if start:
        moment = max(moment, start)
    hold = article.desk.hold
    if hold is not None and hold.value is False:
        moment = max(moment, hold.at)
    return min(moment, now)
