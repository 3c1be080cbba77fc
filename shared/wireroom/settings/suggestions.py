"""Names for a feed that is new to a site.toml, from its address and its title."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from slugify import slugify

from wireroom.settings.toml_values import is_path

NAME = 64  # characters of a feed's or a provider's name
_SUBDOMAINS = ("www.", "feeds.", "feed.", "rss.")  # no part of a publisher's name


def provider_of(place: str) -> str:
    """A name for the publisher of the feed at `place`: its host, or its file's name."""
    words = place.rpartition("/")[2].partition(".")[0] if is_path(place) else _host(place)
    name = slugify(words, regex_pattern=r"[^a-z0-9._-]+", max_length=NAME)
    return name.strip(".-_") or "agency"


def id_of(title: str, provider: str, taken: Collection[str]) -> str:
    """An id that is not yet `taken`, for a feed of that title."""
    words = slugify(title, max_length=40, word_boundary=True) or provider
    name, number = words, 2
    while name in taken:
        name, number = f"{words}-{number}", number + 1
    return name


def _host(url: str) -> str:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:  # an address that no feed can have
        return ""
    for subdomain in _SUBDOMAINS:
        host = host.removeprefix(subdomain)
    return host
