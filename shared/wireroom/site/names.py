"""The names of categories, as pages print them."""

from __future__ import annotations

from collections.abc import Iterable
from unicodedata import normalize

from wireroom.model import Settings


def name_of(settings: Settings, slug: str) -> str:
    """The category's name; its last one if it has closed."""
    before = settings.former[slug].names if slug in settings.former else ()
    return next((c.name for c in settings.categories if c.slug == slug), (slug, *before)[-1])


def names(settings: Settings, slugs: Iterable[str]) -> list[str]:
    """The names of several, in alphabetical order."""
    return sorted({name_of(settings, slug) for slug in slugs}, key=_alphabetical)


def _alphabetical(name: str) -> tuple[str, str]:
    return normalize("NFKD", name).casefold(), name
