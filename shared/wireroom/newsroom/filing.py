"""Filing: computes an article's categories, pins and authors, what search engines may do with it,
and what readers get if only its beginning came, from what its feeds sent, what editors decided and
the settings.

    file     an article → the same article, with all that by the settings
    succeed  the settings before and after an `apply` → the new ones, with the former names of
             categories and feeds in them

`file` is part of every write of an article (`newsroom.settle`). After an `apply` a job does it for
the articles that are there already. Renaming a category or feed changes neither layer of an
article, so filing twice is safe, and the result depends on the newest settings only.
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
from wireroom.newsroom.authors import authors, is_authors
from wireroom.newsroom.excerpts import excerpt
from wireroom.newsroom.shown import value_of

T = TypeVar("T")

_EVER = datetime.min.replace(tzinfo=UTC)


def file(article: Article, settings: Settings) -> Article:
    """`article` with its categories, pins, authors, excerpt and what search engines may do with it
    by `settings`; an equal article if nothing changes.

    An editor's decision about a category that has been renamed since applies to the category under
    its new name. Categories that `settings` do not have are left out, whoever named them. Of feeds
    that sent the story, the one that allows search engines the least counts.
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
    sent = _feeds(article.wire, settings).keys()
    return replace(
        article,
        categories=tuple(sorted(slugs & there)),
        pins=_pins(article.desk, settings),
        at_source=not sent.isdisjoint(settings.at_source),
        noindex=not sent.isdisjoint(settings.unindexed),
        authors=_authors(article.wire, settings),
        excerpt=excerpt(article.wire, article.desk, settings),
    )


def matching(
    terms: Iterable[str], categories: Sequence[Category], former: Mapping[str, Former]
) -> set[str]:
    """The slugs of the `categories` that `terms` (folded) name.

    A term names a category that has it as a term, name or slug; if none does, the category that had
    it as a name or slug before.
    """
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
    """A term in the form in which terms are compared: without case or outer space."""
    return term.strip().casefold()


def sent_terms(filed: Filed) -> tuple[str, ...]:
    """The terms that the feed sent; the slugs of them, in a row of an older release."""
    return filed.categories if filed.terms is None else filed.terms


def leads_to(name: str, settings: Settings) -> str:
    """The list that the list `name` is now: `name` itself, the slug to which it was renamed, or ""
    if it has closed."""
    if is_authors(name):
        return name
    now = name if name == HOME else _now_called(name, settings)
    return now if now in {HOME, *_there(settings)} else ""


def nameable(settings: Settings) -> set[str]:
    """The slugs that an editor may name: the present and former ones of all categories."""
    return _there(settings) | {slug for slug in settings.former if leads_to(slug, settings)}


def former_lists(settings: Settings) -> set[str]:
    """The slugs that categories had and none has now. Their pages redirect, or say that the section
    has closed."""
    return settings.former.keys() - _there(settings)


def succeed(old: Settings | None, new: Settings, feeds: Iterable[Feed]) -> Settings:
    """`new`, the settings in site.toml, with what must be remembered of `old`: which categories and
    feeds were renamed or removed, and their former names.

    Raises SettingsError if a category takes a slug whose pages redirect to another category.
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
        at_source=tuple(sorted(feed.id for feed in feeds if feed.canonical == "source")),
        unindexed=tuple(sorted(feed.id for feed in feeds if not feed.index)),
        excerpts={feed.id: feed.excerpts for feed in feeds if feed.excerpts},
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
    """Whether the present category `slug` once had another name."""
    name = next(category.name for category in new.categories if category.slug == slug)
    return any(folded(each) != folded(name) for each in one.names)


def _there(settings: Settings) -> set[str]:
    return {category.slug for category in settings.categories}


def _now_called(slug: str, settings: Settings) -> str:
    """The present slug of the category that has or had `slug`; of a closed one, its last slug."""
    one = settings.former.get(slug)
    if one is None or not one.to or slug in _there(settings):
        return slug
    return one.to


def _sent(wire: Wire | None, settings: Settings) -> set[str]:
    """The slugs that follow from the terms that each feed sent, and from each feed's own
    categories."""
    found: set[str] = set()
    for name, filed in _feeds(wire, settings).items():
        found |= matching(sent_terms(filed), settings.categories, settings.former)
        own = settings.feeds.get(name)
        if own is None and filed.terms is not None:  # a feed that site.toml no longer has
            own = tuple(_now_called(slug, settings) for slug in filed.categories)
        found |= set(own or ())
    return found


def _feeds(wire: Wire | None, settings: Settings) -> dict[str, Filed]:
    """Present feed id → what that feed sent."""
    found: dict[str, Filed] = {}
    for name, filed in wire.feeds.items() if wire else ():
        now = settings.renamed_feeds.get(name, name)
        found[now] = max(filed, found.get(now, filed), key=_newest)
    return found


def _newest(filed: Filed) -> tuple[datetime, datetime]:
    return filed.at or _EVER, filed.arrived or _EVER


def _authors(wire: Wire | None, settings: Settings) -> tuple[str, ...]:
    if wire is None:
        return ()
    city = wire.dateline.partition(",")[0]
    return authors(wire.byline, (wire.source, city, settings.site.name))


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
