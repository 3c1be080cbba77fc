"""What a change makes the CDN forget.

Most changes are left to the CDN's own time: fronts and fragments are kept for a minute, and an
article that has changed lately for five. Purged is what must be gone at once, or would take longer:

    a story that leaves the site           every story's page, and every other page that listed it
    a story that an editor changed         its addresses, former ones among them, and those of the
                                           stories whose pages show another headline of it now
    an old story that its agency changed   the same, as the CDN keeps those for up to a day

Any story's page may have named the story that leaves, as a related or neighbouring one, in a
version that the CDN keeps for up to a day and that a sweep has replaced since: nothing tells which.

The purge is ordered when the pages are written: an earlier one would let the CDN fetch the old page
once more, and keep it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from wireroom.model import Article, Page, Purge
from wireroom.site import caching, pages
from wireroom.site.affected import change_id, visible

# One row asks for less than CloudFront has under way at a time: 15 wildcards and 3,000 paths.
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/InvalidationLimits.html
WILDCARDS = 10
PATHS = 60  # more cost more than they save: each counts, and `/*` counts as one
EVERYTHING = ("/*",)
STORIES = ("/2*",)  # an article's address begins with its year, as that of a day does


def of_change(
    old: Article | None, new: Article | None, changed: Collection[Page], now: datetime
) -> Purge | None:
    """The purge that the change from `old` to `new` needs; None for most. `changed`: the pages that
    it affects. The purge's id is the same however often the change is seen."""
    if old is None or new is None or not old.path or visible(old) == visible(new):
        return None
    own = pages.of_article(old) | pages.of_article(new)
    identity = change_id(new.id, new.revision)
    if old.state == "live" != new.state:
        listed = {page for page in changed if not page.path.startswith(STORIES[0].rstrip("*"))}
        return of_pages(identity, listed, now, also=STORIES)
    if old.desk != new.desk or caching.lifetime(old, now) > caching.FRESH:
        others = {page for page in changed if page.kind == "article"} - own
        also = {path for page in others for path in _both(page)}
        return of_pages(identity, own, now, also=also)
    return None


def of_pages(
    identity: str, wanted: Iterable[Page], now: datetime, *, also: Collection[str] = ()
) -> Purge:
    """A purge of the pages `wanted` and the paths `also`. `identity`: the purge's id."""
    paths = _paths(wanted, also)
    return Purge(id=identity, requested=now, paths=paths, reference=identity, changed=now)


def _paths(wanted: Iterable[Page], also: Collection[str]) -> tuple[str, ...]:
    """A story's addresses with a wildcard; any other page by both of its addresses."""
    found: set[str] = set(also)
    for page in wanted:
        if page.kind == "article":
            found.add(f"{page.path}*")
        else:
            found |= _both(page)
    wildcards = sum(path.endswith("*") for path in found)
    if wildcards > WILDCARDS or len(found) > PATHS:
        return EVERYTHING
    return tuple(sorted(found))


def _both(page: Page) -> set[str]:
    """The address that readers ask for, and the one that the CDN asks for: https://docs.aws.amazon.
    com/AmazonCloudFront/latest/DeveloperGuide/invalidation-specifying-objects.html"""
    return {page.path, f"/{pages.key(page)}"}
