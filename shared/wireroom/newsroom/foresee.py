"""An article as an editor's event will probably make it.

The pipeline decides later, by the same rules. Clients ask them first, so that a mistake shows at
once.
"""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from wireroom.model import Article, Settings
from wireroom.newsroom import edits
from wireroom.newsroom.edited import Edited
from wireroom.newsroom.events import ArticleEvent
from wireroom.newsroom.filing import nameable
from wireroom.newsroom.settle import settle


def foreseen(
    article: Article,
    event: ArticleEvent,
    settings: Settings,
    now: datetime,
    text: Edited = Edited(),  # noqa: B008 (frozen)
) -> Article:
    """`article` after `event`. The key of an edited body is not known yet; `text`: that body, where
    its pictures and first words matter. Raises EditRefused, or Overfiled."""
    changed = edits.apply(
        article,
        event,
        body="edited",
        summary=text.summary,
        picture=text.picture,
        pictures=text.pictures,
        lists=nameable(settings),
        timezone=settings.site.timezone,
    )
    changed = replace(changed, revision=article.revision + 1)
    return settle(changed, now=now, settings=settings)
