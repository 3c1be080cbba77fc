"""An article's entry in the desk's list, and the texts by which it is found there."""

from __future__ import annotations

from collections.abc import Iterator

from wireroom.markup.spelling import canonical
from wireroom.model import Article, DeskEntry
from wireroom.newsroom.decided import decided
from wireroom.newsroom.own import is_draft
from wireroom.newsroom.settle import awaited
from wireroom.newsroom.shown import headline_of, newer_waits, summary_of, value_of


def desk_entry(article: Article) -> DeskEntry:
    """Raises ValueError for an article that is not settled."""
    changed, wire, desk = article.news or article.changed, article.wire, article.desk
    if changed is None:
        raise ValueError(f"article {article.id} is not settled")
    return DeskEntry(
        id=article.id,
        changed=changed.replace(microsecond=changed.microsecond // 1000 * 1000),
        provider=article.provider,
        revision=article.revision,
        state=article.state,
        headline=headline_of(article),
        path=article.path,
        categories=article.categories,
        pins=article.pins,
        due=article.due,
        language=wire.language if wire else "",
        source=wire.source if wire else "",
        feeds=tuple(sorted(wire.feeds)) if wire else (),
        link=canonical(wire.link) if wire else "",
        editors=_editors(article),
        corrected=bool(value_of(desk.body)),
        newer=newer_waits(article),
        reason=_reason(article),
        embargo=wire.embargo if wire else None,
        awaited=awaited(article),
    )


def texts(article: Article) -> Iterator[str]:
    """What the words of a search are looked for in, the most telling first: the headline, also the
    agency's, byline, slug and summary."""
    wire = article.wire
    yield headline_of(article)
    if wire:
        yield from (wire.headline, wire.byline)
    yield value_of(article.desk.slug) or ""
    yield article.path.rstrip("/").rpartition("/")[2]
    yield summary_of(article)


def _editors(article: Article) -> tuple[str, ...]:
    """Who made the decisions that count now, the latest last. The agency is no editor."""
    made = sorted((each for _, each in decided(article.desk)), key=lambda each: each.at)[::-1]
    names = dict.fromkeys(each.by for each in made if each.by not in ("", article.provider))
    return tuple(names)[::-1]


def _reason(article: Article) -> str:
    """Why a story is killed or held, or ""."""
    if article.state == "killed":
        return value_of(article.desk.kill) or ""
    if article.state == "held":
        if value_of(article.desk.hold):
            return "editor"
        return "draft" if is_draft(article) else "wire"
    return ""
