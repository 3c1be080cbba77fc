"""Which stories wait to be published."""

from __future__ import annotations

from datetime import datetime, timedelta

from wireroom.model import Article
from wireroom.newsroom.settle import awaited

UNMATCHED = timedelta(days=7)  # for which a kill notice is told of that matches no story


def waits(article: Article, now: datetime) -> bool:
    """Whether `article` is not published yet: held, scheduled, or killed before it came. An
    agency's kill notice whose story does not come counts for UNMATCHED."""
    if article.state in ("held", "scheduled"):
        return True
    since = article.first_seen or article.changed
    recent = since is not None and now - since < UNMATCHED
    return awaited(article) and (article.wire is None or recent)
