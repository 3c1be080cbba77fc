"""What readers see of an article, computed from its two layers and never stored.

A field that an editor decided wins over the wire's, as long as the editor has not cleared it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypeVar

from msgspec import Struct

from wireroom.model import Article, Correction, Decision, Desk, Picture

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


def value_of(field: Decision[T | None] | None) -> T | None:
    return field.value if field else None


def shown(article: Article) -> Shown:
    """What readers see of `article`, which must have been published (it has a wire and a time)."""
    wire, desk = article.wire, article.desk
    if wire is None or article.published is None:
        raise ValueError(f"article {article.id} has never been published")
    body = value_of(desk.body) or wire.body
    edited = body != wire.body
    standfirst = value_of(desk.standfirst) or ""
    changed = max(filter(None, (wire.updated, _edited_at(desk))), default=article.published)
    notice: Notice = ""  # the newsroom's own copy, whoever edited it
    if wire.syndicated:
        notice = "edited" if edited else "unedited"
    return Shown(
        headline=value_of(desk.headline) or wire.headline,
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
