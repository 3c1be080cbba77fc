"""What a change makes the CDN forget.

Most changes are left to the CDN's own time: fronts and fragments are kept for a minute, and an
article that has changed lately for five. Purged is what must be gone at once, or would take longer:

    a story that leaves the site           its addresses, and every page that listed it
    a story that an editor changed         its addresses, former ones among them
    an old story that its agency changed   its addresses, as the CDN keeps those for up to a day

The purge is ordered when the pages are written: an earlier one would let the CDN fetch the old page
once more, and keep it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from wireroom.model import Article, Page, Purge
from wireroom.site import caching, pages
from wireroom.site.affected import visible

# One row asks for less than CloudFront has under way at a time: 15 wildcards and 3,000 paths.
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/InvalidationLimits.html
WILDCARDS = 10
PATHS = 60  # more cost more than they save: each counts, and `/*` counts as one
EVERYTHING = ("/*",)


def of_change(
    old: Article | None, new: Article | None, changed: Collection[Page], now: datetime
) -> Purge | None:
    """The purge that the change from `old` to `new` needs; None for most. `changed`: the pages that
    it affects. The purge's id is the same however often the change is seen."""
    if old is None or new is None or not old.path or visible(old) == visible(new):
        return None
    own = pages.of_article(old) | pages.of_article(new)
    if old.state == "live" != new.state:
        wanted = own | set(changed)
    elif old.desk != new.desk or caching.lifetime(old, now) > caching.FRESH:
        wanted = own
    else:
        return None
    return of_pages(f"{new.id}-{new.revision}", wanted, now)


def of_pages(identity: str, wanted: Iterable[Page], now: datetime) -> Purge:
    """A purge of the pages `wanted`. `identity`: the purge's id."""
    paths = _paths(wanted)
    return Purge(id=identity, requested=now, paths=paths, reference=identity, changed=now)


def _paths(wanted: Iterable[Page]) -> tuple[str, ...]:
    """A story's addresses with a wildcard. Any other page by the address that readers ask for and
    by the one that the CDN asks for: https://docs.aws.amazon.com/AmazonCloudFront/latest/
    DeveloperGuide/invalidation-specifying-objects.html"""
    found: set[str] = set()
    for page in wanted:
        if page.kind == "article":
            found.add(f"{page.path}*")
        else:
            found |= {page.path, f"/{pages.key(page)}"}
    wildcards = sum(path.endswith("*") for path in found)
    if wildcards > WILDCARDS or len(found) > PATHS:
        return EVERYTHING
    return tuple(sorted(found))
