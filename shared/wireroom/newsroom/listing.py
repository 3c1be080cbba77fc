"""An article's rows in listings, and the sort keys that put them in order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec.structs import replace

from wireroom.model import HOME, Article, ListingEntry
from wireroom.newsroom.authors import list_of, spelled
from wireroom.newsroom.shown import shown

PIN = "pin#"  # begins the keys of pinned rows, and sorts after every date


def listings(article: Article | None) -> Mapping[tuple[str, str], ListingEntry]:
    """(list, sort key) → entry, for each listing row of `article`; none unless it is live.

    Where an article is pinned it has a second row in the list, whose key sorts after every date. So
    one query from the newest end reads the pins and the newest entries together.
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
        updated=view.updated,
        author=view.byline or view.source,
        unlisted=view.noindex or bool(view.canonical),
        out=view.link if view.excerpt == "out" else "",
    )
    rows: dict[tuple[str, str], ListingEntry] = {}
    orders = pins(article)
    for name in (HOME, *entry.categories):
        rows[name, sort_key(entry)] = entry
        if name in orders:
            rows[name, f"{PIN}{article.id}"] = replace(entry, pin=orders[name])
    for name in view.authors:
        rows[list_of(name), sort_key(entry)] = replace(entry, name=spelled(name))
    return rows


def row(article: Article, name: str) -> tuple[ListingEntry, str]:
    """The ordinary row of a live `article` in the list `name`: (entry, sort key)."""
    return next(
        (entry, key)
        for (listed, key), entry in listings(article).items()
        if listed == name and entry.pin is None
    )


def for_lists(entry: ListingEntry | None) -> ListingEntry | None:
    """What pages of lists show of `entry`, to compare: all but what is for feeds only."""
    return replace(entry, updated=None, author="") if entry else None


def pins(article: Article) -> Mapping[str, int]:
    """List → the article's order among those that are pinned there."""
    if article.pins is not None:
        return article.pins
    orders = {name: pin.value for name, pin in article.desk.pins.items()}
    return {name: order for name, order in orders.items() if order is not None}


def sort_key(entry: ListingEntry) -> str:
    """The entry's key in a list, which is read from its highest key. Of stories with the same date
    (many feeds date by the day), the one that was first seen later comes first."""
    return f"{stamp(entry.published)}#{stamp(entry.first_seen or entry.published)}#{entry.id}"


def stamp(moment: datetime) -> str:
    """A UTC time as it is written in the table's keys: to the millisecond, and of a fixed width, so
    that the order of the texts is that of the times."""
    return f"{moment.isoformat(timespec='milliseconds')[:23]}Z"
