"""The site's own feed: the stories that the newsroom writes at the desk.

No row of the table and no line of site.toml describes it, so nothing polls it, and no `apply`
changes it. Each version of a story brings the feed along, as those of every other feed do. It says
itself whether the story waits (a draft), and when it is published (its embargo).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from wireroom.model import Article, Feed, Settings
from wireroom.newsroom.shown import value_of

FEED = "the desk"  # its id and its provider; with a space, which no name in site.toml has
# Where its pictures are, as a story names them. There is no such host (RFC 6761), so whoever does
# not know better fetches nothing.
_UPLOADS = re.compile(r"https://uploads\.invalid/(?:([a-z0-9._-]{1,64})/)?([0-9a-f]{40})")


def own_feed(settings: Settings, categories: Iterable[str], *, draft: bool) -> Feed:
    """The feed, as it brings a version of a story in `categories` (slugs). `draft`: the story waits
    until another version of it does not."""
    return Feed(
        id=FEED,
        url=f"{settings.site.url}/",
        provider=FEED,
        categories=tuple(sorted(categories)),
        syndicated=False,
        hold=draft,
    )


def upload_address(name: str) -> str:
    """The address, in a story, of the picture that the content bucket has under `name`: of an own
    story `<hash>`, of one that the sender of a feed has pushed `<feed>/<hash>`."""
    return f"https://uploads.invalid/{name}"


def upload_at(address: str) -> str:
    """The name of the own picture at `address`; "" for any other address."""
    found = _UPLOADS.fullmatch(address)
    return found[2] if found and not found[1] else ""


def uploaded_for(article: Article, address: str) -> str:
    """The name of the picture at `address`, if it was uploaded for this article: at the desk for an
    own story, by the sender of one of its feeds for another. "" otherwise, so that no feed can show
    what came for another."""
    if article.provider == FEED:
        return upload_at(address)
    found = _UPLOADS.fullmatch(address)
    mine = bool(found and article.wire and found[1] in article.wire.feeds)
    return f"{found[1]}/{found[2]}" if found and mine else ""


def is_draft(article: Article) -> bool:
    """Whether `article` is the newsroom's own and waits until it is published from the desk."""
    wire = article.wire
    return article.provider == FEED and wire is not None and wire.hold and not article.published


def still_written(article: Article) -> bool:
    """Whether another version of an own story may still come from the desk: it was never published,
    and no editor's decision about what it says or where it is filed would hide that version."""
    desk = article.desk
    decided = (desk.headline, desk.body, desk.categories, *desk.filed.values(), desk.kill)
    return (
        article.provider == FEED
        and article.wire is not None
        and article.published is None
        and all(value_of(each) is None for each in decided)
    )
