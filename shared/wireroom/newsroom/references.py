"""How people name an article or a page: its id, its path, an address, or `provider:entry id`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import urlsplit

from msgspec import Struct

from wireroom.errors import EditRefused
from wireroom.markup.spelling import canonical
from wireroom.model import Article
from wireroom.newsroom.identity import article_ids

_WEB = re.compile(r"https?://", re.IGNORECASE)
_PATH_OR_ID = re.compile(r"/\S*|[a-z2-7]{16}")


class Reference(Struct, frozen=True):
    """Exactly one of `path` and `ids` is set. `ids`: those that the article may have, the likeliest
    first. `provider`, `entry_id`: set if it is named by them. `link`: set if it is named by an
    address at the agency, which is not always a part of its id; in its canonical spelling."""

    path: str = ""
    ids: tuple[str, ...] = ()
    provider: str = ""
    entry_id: str = ""
    link: str = ""


def reference(text: str, sites: Sequence[str]) -> Reference:
    """What `text` refers to. `sites`: the site's own address, then others where it is served.

    Raises EditRefused for the address of another site.
    """
    text = text.strip()
    path = path_of(text, sites)
    if path:
        return Reference(path=path if path.endswith("/") else f"{path}/")
    provider, colon, entry_id = (part.strip() for part in text.partition(":"))
    if not colon:
        return Reference(ids=(text,))
    return Reference(ids=article_ids(provider, entry_id), provider=provider, entry_id=entry_id)


def pasted(text: str, sites: Sequence[str], providers: Sequence[str]) -> Reference | None:
    """What `text` refers to where somebody may also type words: an article's id, its path or
    address, its address at the agency, or `provider:entry id`. None for words. A word of 16 letters
    may look like an id."""
    text = text.strip()
    if _WEB.match(text) and not any(map(str.isspace, text)):
        with suppress(EditRefused):  # not of this site
            return reference(text, sites)
        ids = (each for provider in providers for each in article_ids(provider, text))
        return Reference(ids=tuple(dict.fromkeys(ids)), link=canonical(text))
    provider, colon, entry_id = text.partition(":")
    known = colon and entry_id and provider.strip() in providers
    return reference(text, sites) if known or _PATH_OR_ID.fullmatch(text) else None


def path_of(text: str, sites: Sequence[str]) -> str:
    """The path in `text`, which is a path or an address of the site in any spelling; else "".

    Raises EditRefused for the address of another site.
    """
    text = text.strip()
    if text.startswith("/"):
        return text.partition("#")[0].partition("?")[0]
    if not _WEB.match(text):
        return ""
    try:
        path = urlsplit(text).path
    except ValueError as error:
        raise EditRefused("article", f"{text} is not an address: {error}") from error
    place = canonical(text.partition("#")[0].partition("?")[0])
    for site in filter(None, sites):
        root = canonical(site)
        if place == root:
            return "/"
        if place.startswith(f"{root}/"):
            return path[len(urlsplit(site).path.rstrip("/")) :]
    raise EditRefused("article", f"{text} is not an address of {sites[0]}")


def unseen(named: Reference, providers: Sequence[str], action: str) -> Article:
    """An empty article for `named`, which is not in the table: a kill may come before its story.

    Raises EditRefused for any other `action`, and if no feed has the provider.
    """
    if named.path:
        raise EditRefused("article", f"no article has, or had, the address {named.path}")
    if named.entry_id and providers and named.provider not in providers:
        expected = ", ".join(providers)
        raise EditRefused(
            "article", f"{named.provider!r} is not a provider; expected one of {expected}"
        )
    if named.entry_id and action == "kill":
        return Article(
            id=named.ids[0],
            provider=named.provider,
            entry_id=named.entry_id,
            revision=0,
            state="held",
        )
    what = f"{named.provider}:{named.entry_id}" if named.entry_id else named.ids[0]
    raise EditRefused("article", f"there is no article {what}")
