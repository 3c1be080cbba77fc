"""Which of a story's pictures the site has to copy, which of them it has, and which it drops.

Where `wire.origin` is set, readers see only copies. `Article.pictures` has an entry for each
address of which it is known what became of it. It is computed anew at every write: what the story
no longer shows leaves it, and so does everything when the story leaves the site. The pictures that
left are then taken off the site, unless another story shows them (`pipeline.pictures`).
"""

from __future__ import annotations

from msgspec.structs import replace

from wireroom.markup.attributes import attribute, pictures
from wireroom.model import Article, PictureOrder, Stored
from wireroom.newsroom.shown import body_of, picture_of

MOST = 20  # pictures of a body; the others are not shown
LONGEST = 2000  # characters of an address


def of_body(body: str) -> tuple[str, ...]:
    """The addresses of the first MOST pictures in a sanitised `body`."""
    found = dict.fromkeys(attribute(tag, "src") for tag in pictures(body))
    return tuple(address for address in found if 0 < len(address) <= LONGEST)[:MOST]


def wanted(article: Article) -> tuple[str, ...]:
    """The addresses of the pictures that the site has to have for `article`, the main one first.
    None unless readers see the story, or will at a time that is set."""
    wire, desk = article.wire, article.desk
    if wire is None or not wire.origin or article.state not in {"live", "scheduled"}:
        return ()
    main = picture_of(article)
    edited = body_of(article) != wire.body
    addresses = (main.url if main else "", *(desk.body_pictures if edited else wire.pictures))
    return tuple(dict.fromkeys(each for each in addresses if 0 < len(each) <= LONGEST))


def missing(article: Article) -> tuple[str, ...]:
    """Those of which it is not known yet what became of them."""
    return tuple(each for each in wanted(article) if each not in article.pictures)


def kept(article: Article) -> Article:
    """`article` without the pictures that it no longer shows."""
    addresses = wanted(article)
    left = {each: article.pictures[each] for each in addresses if each in article.pictures}
    return article if left == article.pictures else replace(article, pictures=left)


def found(article: Article, more: dict[str, Stored]) -> Article:
    """`article` with what became of pictures, as far as it still lacks them."""
    news = {each: more[each] for each in missing(article) if each in more}
    return replace(article, pictures=article.pictures | news) if news else article


def names(article: Article | None) -> frozenset[str]:
    """The names of the renditions that `article` shows."""
    return (
        frozenset(each.name for each in article.pictures.values() if each.name)
        if article
        else frozenset()
    )


def order_of(old: Article | None, new: Article) -> PictureOrder | None:
    """The work that the change from `old` to `new` brings, if it brings any: pictures to fetch, or
    renditions that may have to leave the site."""
    gone = names(old) - names(new)
    before = missing(old) if old else ()
    if gone or set(missing(new)).difference(before):
        copies = tuple(sorted(gone))
        return PictureOrder(article=new.id, id=f"{new.revision:06}", copies=copies)
    return None
