"""Applies an editor's event to an article: changes the desk layer, never the wire layer.

For each field the decision with the latest `at` counts, so the order in which events arrive does
not matter.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TypeVar, assert_never

from msgspec import UNSET
from msgspec.structs import replace
from slugify import slugify

from wireroom.errors import EditRefused
from wireroom.model import HOME, Article, Correction, Decision, Desk, Picture
from wireroom.newsroom import events, settle
from wireroom.newsroom.events import ArticleEvent, OfArticle

T = TypeVar("T")


def apply(
    article: Article,
    event: ArticleEvent,
    *,
    body: str = "",
    summary: str = "",
    picture: Picture | None = None,
    pictures: tuple[str, ...] = (),
    lists: Collection[str],
    timezone: str,
    taken: bool = False,
) -> Article:
    """`article` after `event`, not settled yet.

    `body`: in a `correct`, the key of the edited body; `summary`, `picture`, `pictures`: its first
    words, its first picture and the addresses of its pictures. `lists`: the slugs of categories
    that an event may name. `timezone`, `taken`: for a new address; see `settle.address`. Raises
    EditRefused.
    """
    at, by, desk = _at(event), event.by, article.desk
    match event:
        case events.Headline():
            return _headline(article, event, timezone=timezone, taken=taken)
        case events.Correct():
            desk = _correct(article, event, body, summary, picture, pictures)
        case events.Categorise():
            desk = _categories(article, event, lists)
        case events.Hold():
            desk = replace(desk, hold=_latest(desk.hold, Decision(True, at, by)))
        case events.Release():
            desk = replace(desk, hold=_latest(desk.hold, Decision(False, at, by)))
        case events.Schedule():
            if event.publish_at is UNSET and event.expire_at is UNSET:
                raise EditRefused("publish_at", "neither publish_at nor expire_at is given")
            for field in ("publish_at", "expire_at"):
                moment = getattr(event, field)
                if moment and not 1970 <= moment.year < 2200:  # as for dates of feeds
                    raise EditRefused(field, "is not between 1970 and 2200")
            if event.publish_at and event.expire_at and event.expire_at <= event.publish_at:
                raise EditRefused("expire_at", "is not after publish_at")
            if event.publish_at is not UNSET:
                decision = Decision(event.publish_at, at, by)
                desk = replace(desk, publish_at=_latest(desk.publish_at, decision))
            if event.expire_at is not UNSET:
                decision = Decision(event.expire_at, at, by)
                desk = replace(desk, expire_at=_latest(desk.expire_at, decision))
        case events.Kill():
            desk = replace(desk, kill=_latest(desk.kill, Decision(event.reason, at, by)))
        case events.Reinstate():
            desk = replace(desk, kill=_latest(desk.kill, Decision(None, at, by)))
        case events.Pin():
            desk = _pin(desk, _known(event.list, lists, "list"), Decision(event.order, at, by))
        case events.Unpin():
            desk = _pin(desk, event.list, Decision(None, at, by))
        case events.Note():
            pass
        case _:
            assert_never(event)
    return replace(article, desk=desk)


def _headline(article: Article, event: events.Headline, *, timezone: str, taken: bool) -> Article:
    at, by, desk = _at(event), event.by, article.desk
    if event.headline is UNSET and event.standfirst is UNSET and event.slug is UNSET:
        raise EditRefused("headline", "none of headline, standfirst and slug is given")
    if event.headline is not UNSET:
        headline = " ".join(event.headline.split()) if event.headline is not None else None
        if headline == "":
            raise EditRefused("headline", "has no words; null means the agency's headline")
        desk = replace(desk, headline=_latest(desk.headline, Decision(headline, at, by)))
    if event.standfirst is not UNSET:
        desk = replace(
            desk, standfirst=_latest(desk.standfirst, Decision(event.standfirst, at, by))
        )
    if event.slug is UNSET:
        return replace(article, desk=desk)
    if event.slug is not None and not slugify(event.slug):
        raise EditRefused(
            "slug", f"{event.slug!r} has no letter or digit that an address can contain"
        )
    decision = Decision(event.slug, at, by)
    latest = _latest(desk.slug, decision)
    article = replace(article, desk=replace(desk, slug=latest))
    if latest is not decision or event.slug is None or not article.path:
        return article  # a later decision counts, or there is no address yet
    path = settle.address(article, event.slug, timezone=timezone, taken=taken)
    if path == article.path:
        return article
    former = tuple(old for old in (*article.former, article.path) if old != path)
    return replace(article, path=path, former=former)


def _correct(  # noqa: PLR0917
    article: Article,
    event: events.Correct,
    body: str,
    summary: str,
    picture: Picture | None,
    pictures: tuple[str, ...],
) -> Desk:
    at, by, desk = _at(event), event.by, article.desk
    if event.revert:
        if event.body is not UNSET or event.correction:
            raise EditRefused("revert", "can't be given together with a body or a correction")
        reverted = max(desk.reverted or at, at)
        return replace(
            desk,
            body=_latest(desk.body, Decision(None, at, by)),
            reverted=reverted,
            corrections=tuple(each for each in desk.corrections if each.at > reverted),
        )
    if event.body is UNSET:
        raise EditRefused("body", "neither a body nor revert is given")
    if not event.correction.strip():
        raise EditRefused("correction", "an edited body needs a correction that readers are told")
    decision: Decision[str | None] = Decision(body, at, by)
    latest = _latest(desk.body, decision)
    over, words, shown = desk.body_over, desk.body_summary, desk.body_picture
    addresses = desk.body_pictures
    if latest is decision:
        over, words, shown = article.wire.body if article.wire else "", summary, picture
        addresses = pictures
    corrections = {each.event: each for each in desk.corrections}
    if desk.reverted is None or at > desk.reverted:
        corrections[event.id] = Correction(event=event.id, text=event.correction.strip(), at=at)
    ordered = sorted(corrections.values(), key=lambda each: (each.at, each.event))
    return replace(
        desk,
        body=latest,
        body_over=over,
        body_summary=words,
        body_picture=shown,
        body_pictures=addresses,
        corrections=tuple(ordered),
    )


def _categories(article: Article, event: events.Categorise, lists: Collection[str]) -> Desk:
    at, by, desk = _at(event), event.by, article.desk
    if event.auto + (event.set is not UNSET) + bool(event.add or event.remove) != 1:
        raise EditRefused("set", "give one of set, auto, or add and remove")
    if event.add or event.remove:
        choices = {_known(slug, lists, "add"): True for slug in event.add}
        there = {*lists, *article.categories}  # also a category that site.toml no longer has
        choices |= {_known(slug, there, "remove"): False for slug in event.remove}
        filed = {
            slug: _latest(desk.filed.get(slug), Decision(included, at, by))
            for slug, included in choices.items()
        }
        return replace(desk, filed=desk.filed | filed)
    decided: tuple[str, ...] | None = None
    if event.set is not UNSET:
        decided = tuple(sorted({_known(slug, lists, "set") for slug in event.set}))
    later = {slug: one for slug, one in desk.filed.items() if one.at > at}
    return replace(
        desk, categories=_latest(desk.categories, Decision(decided, at, by)), filed=later
    )


def _pin(desk: Desk, name: str, decision: Decision[int | None]) -> Desk:
    return replace(desk, pins=desk.pins | {name: _latest(desk.pins.get(name), decision)})


def _known(name: str, lists: Collection[str], field: str) -> str:
    if name != HOME and name not in lists:
        expected = ", ".join(sorted(lists))
        raise EditRefused(field, f"{name!r} is not a category; expected one of {expected}")
    if name == HOME and field != "list":
        raise EditRefused(field, f"{HOME} is the home page, which shows every article")
    return name


def _latest(before: Decision[T] | None, decision: Decision[T]) -> Decision[T]:
    return decision if before is None or decision.at >= before.at else before


def _at(event: OfArticle) -> datetime:
    if event.at is None:
        raise ValueError("an event has its time before it is applied")
    return event.at
