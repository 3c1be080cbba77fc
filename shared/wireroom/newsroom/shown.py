"""What readers see of an article, computed from its two layers and never stored.

A field that an editor decided wins over the wire's, as long as the editor has not cleared it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from wireroom.model import HOME, Article, Correction, Desk, ListingEntry, Picture, Said

T = TypeVar("T")

Notice = Literal["unedited", "edited", ""]


class Shown(Struct, frozen=True, kw_only=True):
    """`body` is a key in the content bucket. `updated`, by the wire or by an editor's hand on the
    body, is None unless it says something new. `summary`: the editor's standfirst, else what the
    wire says of its story, else the body's first words. `dateline`: what the wire's own body opens
    with.

    `notice`: `unedited` (the exact sentence for syndicated copy), `edited` (a body that an editor
    corrected), or "" (the site's own copy).
    """

    headline: str
    standfirst: str
    summary: str
    body: str
    byline: str
    dateline: str
    source: str
    language: str
    picture: Picture | None
    categories: tuple[str, ...]
    published: datetime
    updated: datetime | None
    notice: Notice
    corrections: tuple[Correction, ...]


def said(field: Said[T | None] | None) -> T | None:
    return field.value if field else None


def shown(article: Article) -> Shown:
    """What readers see of `article`, which must have been published (it has a wire and a time)."""
    wire, desk = article.wire, article.desk
    if wire is None or article.published is None:
        raise ValueError(f"article {article.id} has never been published")
    body = said(desk.body) or wire.body
    edited = body != wire.body
    standfirst = said(desk.standfirst) or ""
    changed = max(filter(None, (wire.updated, _edited_at(desk))), default=article.published)
    notice: Notice = ""  # the newsroom's own copy, whoever edited it
    if wire.syndicated:
        notice = "edited" if edited else "unedited"
    return Shown(
        headline=said(desk.headline) or wire.headline,
        standfirst=standfirst,
        summary=standfirst or (desk.body_summary if edited else wire.summary),
        body=body,
        byline=wire.byline,
        dateline="" if edited else wire.dateline,
        source=wire.source,
        language=wire.language,
        picture=None if edited and wire.picture and wire.picture.of_body else wire.picture,
        categories=article.categories,
        published=article.published,
        updated=changed if changed > article.published else None,
        notice=notice,
        corrections=desk.corrections if edited else (),
    )


def _edited_at(desk: Desk) -> datetime | None:
    """When an editor last replaced the wire's body, or took it back after that."""
    return desk.body.at if desk.body and desk.body_over else None


def listings(article: Article | None) -> Mapping[tuple[str, str], ListingEntry]:
    """(list, sort key) → the entry, for each row that listings hold of `article`.

    A pinned article has a second row per list whose key sorts after every date, so one query from
    the newest end reads the pins and the newest entries together.
    """
    if article is None or article.wire is None or article.state != "live":
        return {}
    view = shown(article)
    entry = ListingEntry(
        id=article.id,
        headline=view.headline,
        path=article.path,
        published=view.published,
        first_seen=article.first_seen,
        categories=tuple(sorted(view.categories)),
        summary=view.summary,
        picture=view.picture,
        language=view.language,
    )
    rows: dict[tuple[str, str], ListingEntry] = {}
    orders = pins(article)
    for name in (HOME, *entry.categories):
        rows[name, sort_key(entry)] = entry
        if name in orders:
            rows[name, f"pin#{article.id}"] = replace(entry, pin=orders[name])
    return rows


def pins(article: Article) -> Mapping[str, int]:
    """List → the order in which the article is pinned there."""
    if article.pins is not None:
        return article.pins
    orders = {name: pin.value for name, pin in article.desk.pins.items()}
    return {name: order for name, order in orders.items() if order is not None}


def sort_key(entry: ListingEntry) -> str:
    """Its place in a list. Of one moment (many feeds date by the day), the later seen is first."""
    return f"{stamp(entry.published)}#{stamp(entry.first_seen or entry.published)}#{entry.id}"


def stamp(moment: datetime) -> str:
    """A time as the table's keys carry it: UTC, fixed width, so that text order is time order."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
