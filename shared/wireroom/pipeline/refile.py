"""refile: files an existing article by the newest settings, and writes it if that changes it.

After an `apply` a job does this for every article (`pipeline.republish`). A container that read the
settings before the `apply` may still write an article after the job has passed it. So render does
it for each changed article, too, with settings that it read after the row was written.
"""

from __future__ import annotations

from aws_lambda_powertools import Logger
from msgspec.structs import replace

from wireroom import clock
from wireroom.errors import Conflict, Permanent
from wireroom.model import Article, Job, Settings
from wireroom.newsroom.filing import file
from wireroom.newsroom.history import revision
from wireroom.newsroom.listing import pins
from wireroom.newsroom.settle import bounded
from wireroom.pipeline.dead_letters import FailedJob, must_send_dead_letter
from wireroom.store.queues import Queue, encode
from wireroom.store.table import Table

logger = Logger(child=True)


def misfiled(article: Article, settings: Settings) -> bool:
    """Whether `settings` give the article other categories, pins or authors than its row has, or
    let search engines or readers have something else of it."""
    return _computed(file(article, settings)) != _computed(article)


def _computed(article: Article) -> object:
    """What `file` computes."""
    return (
        article.categories,
        pins(article),
        article.at_source,
        article.noindex,
        article.authors,
        article.excerpt,
    )


def refile(table: Table, article: Article, settings: Settings, dead_letters: Queue) -> bool:
    """File `article` by `settings`, and write it if that changes it. Gives whether it was written.

    If somebody else has written the article meanwhile nothing is written, as render then sees that
    change. An article that can't be filed stays as it is, and a dead letter has the reason. Raises
    Retryable.
    """
    if not misfiled(article, settings):
        return False
    filed = replace(
        file(article, settings),
        revision=article.revision + 1,
        changed=clock.now(),
        news=article.news or article.changed,
    )
    row = revision(article, filed, who="settings", what="refiled")
    try:
        table.articles.save(article, bounded(filed), row)
    except Conflict:
        present = table.articles.get(article.id)
        if present and present.revision == article.revision:
            raise  # nobody wrote it: another transaction was in the way
        return False
    except Permanent as error:
        reason = f"article {article.id} can't be filed by the new settings: {error}"
        _not_filed(article, reason, dead_letters)
        return False
    logger.info("article refiled", article=article.id, categories=filed.categories)
    return True


def _not_filed(article: Article, reason: str, dead_letters: Queue) -> None:
    """Send a job to the dead-letter queue that tries again, once the cause is repaired."""
    again = Job(
        id=f"file-{article.id}-{article.revision}",
        requested=clock.now(),
        scope="article",
        target=article.id,
        by="settings",
    )
    must_send_dead_letter(dead_letters, encode(FailedJob(again)), reason)
