"""What readers see of an article, computed from its two layers and never stored.

An editor's decision about a field overrides the wire's value until an editor takes it back.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from wireroom.markup.addresses import is_web
from wireroom.model import Article, Correction, Decision, Desk, Excerpt, Picture, Stored

T = TypeVar("T")

Notice = Literal["unedited", "edited", ""]


class Shown(Struct, frozen=True, kw_only=True):
    """`authors`: those of the byline who have pages. `body`: a key in the content bucket.
    `updated`: when the wire or an editor last changed the story, None if that is not after
    `published`. `summary`: the editor's standfirst, else that of the body which is shown.
    `dateline`: that of the wire's body, "" over an edited body.

    `picture`: with its renditions, if the story's pictures are copied to the site; None until they
    are there. `pictures`: the renditions of those in the body, by their addresses; None if the
    story's pictures are not copied.

    `link`: where the agency has the story, "" for the newsroom's own copy. `canonical`: the same,
    where search engines are told that the story is at home there, else ""; `noindex`: they may not
    show it, wherever it is at home. Both for an excerpt.

    `excerpt`: only the story's beginning came. `link`: its page leads on to the agency's; `out`:
    its headline does.

    `notice`: which notice the page shows. `unedited`: syndicated copy with the agency's body;
    `edited`: syndicated copy whose body an editor corrected; "": none, as it is the newsroom's own
    copy.
    """

    headline: str
    standfirst: str
    summary: str
    body: str
    byline: str
    authors: tuple[str, ...]
    dateline: str
    source: str
    language: str
    picture: Picture | None
    pictures: dict[str, Stored] | None
    categories: tuple[str, ...]
    published: datetime
    updated: datetime | None
    link: str
    canonical: str
    noindex: bool
    excerpt: Excerpt
    notice: Notice
    corrections: tuple[Correction, ...]


def value_of(field: Decision[T | None] | None) -> T | None:
    """What an editor decided about a field; None where the wire's value counts."""
    return field.value if field else None


def headline_of(article: Article) -> str:
    """The headline that readers see or would see; "" if the story has not come."""
    return value_of(article.desk.headline) or (article.wire.headline if article.wire else "")


def body_of(article: Article) -> str:
    """The key of the body that readers see or would see; "" if the story has not come."""
    return value_of(article.desk.body) or (article.wire.body if article.wire else "")


def summary_of(article: Article) -> str:
    """The editor's standfirst, else the first words of the body that readers see or would see; ""
    if the story has not come."""
    wire, desk = article.wire, article.desk
    if wire is None:
        return ""
    edited = body_of(article) != wire.body
    return value_of(desk.standfirst) or (desk.body_summary if edited else wire.summary)


def newer_waits(article: Article) -> bool:
    """Whether the agency has sent another body since an editor replaced it."""
    desk, wire = article.desk, article.wire
    edited = bool(value_of(desk.body)) and bool(desk.body_over)
    return edited and wire is not None and wire.body not in (desk.body_over, value_of(desk.body))


def picture_of(article: Article) -> Picture | None:
    """The picture that readers see, or would see, with the story, as the wire or an editor gave
    it."""
    wire, desk = article.wire, article.desk
    if wire is None:
        return None
    own, edited = wire.picture, body_of(article) != wire.body
    return desk.body_picture if edited and (not own or own.of_body) else own


def _stored(picture: Picture | None, stored: dict[str, Stored]) -> Picture | None:
    found = stored.get(picture.url) if picture else None
    if picture is None or found is None:
        return None
    return replace(
        picture,
        credit=picture.credit or found.credit,
        width=found.width,
        height=found.height,
        stored=found,
    )


def shown(article: Article) -> Shown:
    """What readers see of `article`. Raises ValueError for one that has never been published."""
    wire, desk = article.wire, article.desk
    if wire is None or article.published is None:
        raise ValueError(f"article {article.id} has never been published")
    body = body_of(article)
    edited = body != wire.body
    standfirst = value_of(desk.standfirst) or ""
    stored = {address: each for address, each in article.pictures.items() if each.name}
    changed = max(filter(None, (wire.updated, _edited_at(desk))), default=article.published)
    at_source = article.at_source and not article.noindex and is_web(wire.link)
    notice: Notice = ""  # the newsroom's own copy, whoever edited it
    if wire.syndicated:
        notice = "edited" if edited else "unedited"
    return Shown(
        headline=headline_of(article),
        standfirst=standfirst,
        summary=summary_of(article),
        body=body,
        byline=wire.byline,
        authors=article.authors,
        dateline="" if edited else wire.dateline,
        source=wire.source,
        language=wire.language,
        picture=_stored(picture_of(article), stored) if wire.origin else picture_of(article),
        pictures=stored if wire.origin else None,
        categories=article.categories,
        published=article.published,
        updated=changed if changed > article.published else None,
        link=wire.link if wire.syndicated else "",
        canonical=wire.link if at_source or article.excerpt else "",
        noindex=article.noindex or bool(article.excerpt),
        excerpt=article.excerpt,
        notice=notice,
        corrections=desk.corrections if edited else (),
    )


def _edited_at(desk: Desk) -> datetime | None:
    """When an editor last replaced the wire's body, or went back to it after that."""
    return desk.body.at if desk.body and desk.body_over else None
