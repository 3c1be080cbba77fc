"""What follows from an article's two layers: its state, categories, date and address.

Every write of an article is settled first, and every change of an article by time alone is a
write by `functions/release` at `due`. So rendering never asks the clock.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec.structs import replace
from slugify import slugify

from wireroom.errors import Overfiled
from wireroom.model import Article, Settings, State, Wire
from wireroom.newsroom.filing import file
from wireroom.newsroom.shown import value_of

CATEGORIES = 20  # that a story can be in
SLUG = 80  # characters; longer addresses are cut at a word
SUFFIX = 6  # characters of the article's id that tell two equal slugs of one day apart


def settle(article: Article, *, now: datetime, settings: Settings, taken: bool = False) -> Article:
    """`article` with everything computed from its layers and `settings`, at the time `now`.

    `taken`: another article has the address that this one would get; use one that no other has.
    Raises Overfiled: see `bounded`.
    """
    state, due = _state(article, now)
    article = bounded(replace(file(article, settings), state=state, due=due, changed=now))
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
    """`article`, which one write can list: a transaction has 100 changes, and a story that moves
    from some categories to others takes two rows out of each and puts two into each, if pinned.

    Raises Overfiled. What takes a story off the site is never refused.
    """
    if article.state in {"live", "scheduled"} and len(article.categories) > CATEGORIES:
        raise Overfiled(len(article.categories), CATEGORIES)
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
    if value_of(desk.kill):
        return "killed", None
    if wire is None:
        return "held", None
    expire = value_of(desk.expire_at)
    if expire and expire <= now:
        return "expired", None
    held = value_of(desk.hold)
    # A kill notice is not published unless an editor releases it: its title may only look like one.
    if wire.hold or wire.withdrawn if held is None else held:
        return "held", expire
    start = _start(article, wire)
    if start and start > now:
        return "scheduled", min(start, expire) if expire else start
    return "live", expire


def _start(article: Article, wire: Wire) -> datetime | None:
    """When the story may appear. An editor's word holds over an embargo that the agency had sent by
    then; of one that it sent after that, the later of the two: no schedule breaks it unseen."""
    asked, sent = article.desk.publish_at, wire.at or wire.arrived
    if asked is None or asked.value is None:
        return wire.embargo
    if wire.embargo and sent and asked.at < sent:
        return max(asked.value, wire.embargo)
    return asked.value


def _published(article: Article, wire: Wire, now: datetime) -> datetime:
    """The date that orders listings: the agency's, clamped to when we first saw the story, or the
    time at which an embargo, a schedule or a hold let it out, when that is later."""
    seen = article.first_seen or now
    moment = min(wire.published or seen, seen)
    start = _start(article, wire)
    if start:
        moment = max(moment, start)
    hold = article.desk.hold
    if hold is not None and hold.value is False:
        moment = max(moment, hold.at)
    return min(moment, now)
