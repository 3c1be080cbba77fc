"""Stories for tests, as `newsroom.normalise` would make them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from wireroom.model import Article, Category, Settings, Site, Story
from wireroom.newsroom.merge import merge
from wireroom.newsroom.settle import settle
from wireroom.store.bodies import body_key

NOON = datetime(2026, 2, 11, 12, tzinfo=UTC)
SETTINGS = Settings(
    site=Site(name="The Harbour Post", url="https://harbour.example", timezone="Asia/Kolkata"),
    categories=tuple(
        Category(name=slug.title(), slug=slug) for slug in ("india", "politics", "sport")
    ),
)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def story(version: int = 1, /, **more: object) -> Story:
    fields: dict[str, object] = {
        "entry_id": "tag:ptn,1",
        "provider": "ptn",
        "feed": "ptn-top",
        "headline": f"Reservoir opens {version}",
        "body": f"<p>Body {version}</p>",
        "full": True,
        "hash": f"v1:{version}",
        "published": NOON,
        "at": at(version),
        "terms": ("india",),
    }
    return Story(**(fields | more))  # type: ignore[arg-type]


def arrive(article: Article | None, what: Story, minutes: float = 60) -> Article | None:
    """`article` after `what` arrived `minutes` past noon."""
    _, merged = merge(article, what, body=body_key(what.body), arrived=at(minutes))
    return settled(merged, minutes) if merged else article


def settled(article: Article, minutes: float = 60) -> Article:
    from msgspec.structs import replace

    return settle(
        replace(article, revision=article.revision + 1), now=at(minutes), settings=SETTINGS
    )
