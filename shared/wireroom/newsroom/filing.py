"""Where an article is filed: what its feeds sent, what editors decided, what site.toml says now.

    file     an article → the same article, filed as the settings say
    succeed  the settings before and after an `apply` → what must be remembered of the earlier ones

`file` is part of every write of an article (`newsroom.settle`), and the job that follows an `apply`
does the same to the articles that are there already. It is safe to do twice, and its result depends
on the newest settings alone: neither layer of the article is changed by a rename, only read anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from msgspec.structs import replace

from wireroom.errors import SettingsError
from wireroom.model import (
    HOME,
    Article,
    Category,
    Decision,
    Desk,
    Feed,
    Filed,
    Former,
    Settings,
    Wire,
)
from wireroom.newsroom.shown import value_of

T = TypeVar("T")

_EVER = datetime.min.replace(tzinfo=UTC)


def file(article: Article, settings: Settings) -> Article:
    """`article` with its categories and pins as `settings` have them: equal if nothing changes.

    A decision of the desk about a category that was renamed since is one about its new name. A
    category that `settings` do not have is no category of the article, whoever named it.
    """
    there = _there(settings)
    decided = value_of(article.desk.categories)
    if decided is None:
        slugs = _sent(article.wire, settings)
    else:
        slugs = {_now_called(slug, settings) for slug in decided}
    for slug, decision in _latest(article.desk.filed, settings).items():
        if article.desk.categories is None or decision.at >= article.desk.categories.at:
            slugs = slugs | {slug} if decision.value else slugs - {slug}
    return replace(
        article, categories=tuple(sorted(slugs & there)), pins=_pins(article.desk, settings)
    )


def matching(
    terms: Iterable[str], categories: Sequence[Category], former: Mapping[str, Former]
) -> set[str]:
    """The slugs of the `categories` that `terms`, folded, name: by a category's terms, its name or
    its slug, or by a name or slug that it had before and that no other has now."""
    slugs: dict[str, set[str]] = {}
    for category in categories:
        for term in (category.name, category.slug, *category.terms):
            slugs.setdefault(folded(term), set()).add(category.slug)
    there = {category.slug for category in categories}
    earlier: dict[str, set[str]] = {}
    for slug, one in former.items():
        now = slug if slug in there else one.to
        if now in there:
            for term in (slug, *one.names):
                earlier.setdefault(folded(term), set()).add(now)
    return {slug for term in terms for slug in slugs.get(term) or earlier.get(term, set())}


def folded(term: str) -> str:
    """A term as terms are compared: without case or outer space."""
    return term.strip().casefold()


def leads_to(name: str, settings: Settings) -> str:
    """The list that has the pages of the list `name`: itself, that to which it moved, or "" when
    it is closed."""
    now = name if name == HOME else _now_called(name, settings)
    return now if now in {HOME, *_there(settings)} else ""


def nameable(settings: Settings) -> set[str]:
    """The slugs that an editor may name: those of categories, by their present or former names."""
    return _there(settings) | {slug for slug in settings.former if leads_to(slug, settings)}


def former_lists(settings: Settings) -> set[str]:
    """The slugs that were categories' and are not now: their pages lead on, or say so."""
    return settings.former.keys() - _there(settings)


def succeed(old: Settings | None, new: Settings, feeds: Iterable[Feed]) -> Settings:
    """`new`, the settings that site.toml gives, with what must be remembered of `old` in it:
    which categories and feeds were renamed or removed, and what they were called.

    Raises SettingsError where a slug that leads elsewhere for good is to be another category.
    """
    feeds = tuple(feeds)
    there = _there(new)
    former = dict(old.former) if old else {}
    for category in old.categories if old else ():
        names = former[category.slug].names if category.slug in former else ()
        names = tuple(dict.fromkeys((*names, category.name)))
        former[category.slug] = Former(names=names)
    for category in new.categories:
        for slug in category.was:
            moved = {
                name: replace(one, to=category.slug)
                for name, one in former.items()
                if one.to == slug
            }
            was = former.get(slug, Former())
            former |= moved | {slug: replace(was, to=category.slug)}
    _refuse(former, new)
    kept = {
        slug: replace(one, to="") if slug in there else one
        for slug, one in former.items()
        if slug not in there or _other_names(slug, one, new)
    }
    present = {feed.id: feed.categories for feed in feeds}
    renamed = dict(old.renamed_feeds) if old else {}
    for feed in feeds:
        for name in feed.was:
            renamed = {key: feed.id if to == name else to for key, to in renamed.items()}
            renamed[name] = feed.id
    return replace(
        new,
        former=kept,
        feeds=present,
        renamed_feeds={name: to for name, to in renamed.items() if name not in present},
    )


def _refuse(former: Mapping[str, Former], new: Settings) -> None:
    there = _there(new)
    problems = [
        f"categories: {category.slug!r} was renamed {to!r}, and its pages redirect there for good;"
        f" expected another slug, or was = [{to!r}] to take the name back"
        for category in new.categories
        if (to := former[category.slug].to if category.slug in former else "")
        and to in there - {category.slug}
    ]
    if problems:
        raise SettingsError(problems)


def _other_names(slug: str, one: Former, new: Settings) -> bool:
    """Whether a category that is there was once called otherwise."""
    name = next(category.name for category in new.categories if category.slug == slug)
    return any(folded(each) != folded(name) for each in one.names)


def _there(settings: Settings) -> set[str]:
    return {category.slug for category in settings.categories}


def _now_called(slug: str, settings: Settings) -> str:
    """The present slug of the category that is or was `slug`; its last one when it is closed."""
    one = settings.former.get(slug)
    if one is None or not one.to or slug in _there(settings):
        return slug
    return one.to


def _sent(wire: Wire | None, settings: Settings) -> set[str]:
    """What the feeds filed it under: by the terms that each sent, and for being that feed."""
    found: set[str] = set()
    for name, filed in _feeds(wire, settings).items():
        terms = filed.categories if filed.terms is None else filed.terms
        found |= matching(terms, settings.categories, settings.former)
        own = settings.feeds.get(name)
        if own is None and filed.terms is not None:  # a feed that site.toml no longer has
            own = tuple(_now_called(slug, settings) for slug in filed.categories)
        found |= set(own or ())
    return found


def _feeds(wire: Wire | None, settings: Settings) -> dict[str, Filed]:
    """What each feed sent, by its present id."""
    found: dict[str, Filed] = {}
    for name, filed in wire.feeds.items() if wire else ():
        now = settings.renamed_feeds.get(name, name)
        found[now] = max(filed, found.get(now, filed), key=_newest)
    return found


def _newest(filed: Filed) -> tuple[datetime, datetime]:
    return filed.at or _EVER, filed.arrived or _EVER


def _pins(desk: Desk, settings: Settings) -> dict[str, int]:
    there = {HOME, *_there(settings)}
    return {
        name: decision.value
        for name, decision in _latest(desk.pins, settings).items()
        if decision.value is not None and name in there
    }


def _latest(decisions: Mapping[str, Decision[T]], settings: Settings) -> dict[str, Decision[T]]:
    """`decisions` by the present slugs of their categories; where two slugs are one category now,
    the later decision counts."""
    found: dict[str, Decision[T]] = {}
    for slug in sorted(decisions):
        now = _now_called(slug, settings)
        if now not in found or decisions[slug].at >= found[now].at:
            found[now] = decisions[slug]
    return found
