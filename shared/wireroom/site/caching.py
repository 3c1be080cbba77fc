"""How long pages are kept: Cache-Control by kind and age.

    max-age                  readers' browsers, which nothing can purge: a minute, whatever the page
    s-maxage                 the CDN, which a purge empties at once (`site.purging`)
    stale-while-revalidate   after that, readers get the old page while the CDN asks for the new one
    stale-if-error           as long as the bucket does not answer

An article is read most, and changes most, on its first day. Its pages stay in the CDN for five
minutes then, and longer as it ages. The object of a page is written when something changes, so it
is written with the shortest time. The sweep writes it again when its article has become older.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html
"""

from __future__ import annotations

from datetime import datetime, timedelta

from wireroom.model import Article

_STALE = "stale-while-revalidate=30, stale-if-error=86400"
SHORT = f"public, max-age=60, {_STALE}"
FOREVER = "public, max-age=31536000, immutable"  # a file whose name contains its content's hash
FRESH = 300  # seconds
_STEPS = ((timedelta(days=7), 86400), (timedelta(days=1), 3600))  # age → seconds


def lifetime(article: Article | None, now: datetime) -> int:
    """Seconds for which the CDN may keep a page of `article`, by the time since its last change."""
    changed = article.changed if article else None
    age = now - changed if changed else timedelta()
    return next((seconds for least, seconds in _STEPS if age >= least), FRESH)


def of_article(article: Article | None, now: datetime) -> str:
    """The header of a page of `article`."""
    return f"public, max-age=60, s-maxage={lifetime(article, now)}, {_STALE}"
