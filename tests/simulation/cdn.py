"""What the edges of the CDN hold, at worst.

Readers ask somewhere at any time. So each version of a page is taken to be in some edge, which
asked for it just before it was replaced. It stays there until its time is over, or until an
invalidation is completed that was made when it had been replaced. An article's own page is taken to
be kept for ever, as it is for a day once it is old.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache

from msgspec import Struct

COMPLETED = timedelta(seconds=20)  # an invalidation's, after it was made
LATEST = timedelta(seconds=330)  # for which an edge keeps a page that was just written
_TOKEN = re.compile(r"omen\d+x")
_LATEST = re.compile(r'<aside class="(?:latest|more)".*?</aside>', re.DOTALL)
_ARTICLE = re.compile(r"\d{4}/\d{2}/\d{2}/[^/]+/index\.html")
_MARK = "render 0123456789abcdef0123456789abcdef -->\n"  # at the end of each page, of this length
_SECONDS = re.compile(r"(s-maxage|max-age|stale-while-revalidate)=(\d+)")


class Gone(Struct, frozen=True):
    """A story that left the site: when that was rendered, and the `sections` that it was in."""

    at: datetime
    sections: tuple[str, ...]


class Copy(Struct, frozen=True):
    """A version of the page `key`, replaced `at`, kept until `end`, or for ever if it is an
    article's `own`. `names`: the stories in it; `latest`: those in its Latest Posts alone."""

    key: str
    at: datetime
    end: datetime
    own: bool
    names: tuple[str, ...]
    latest: tuple[str, ...]

    def shows(self, token: str, gone: Gone, now: datetime) -> bool:
        """Whether it still shows a story `now` that it must not show, as that is `gone`.

        Pages that were written while the story was withdrawn may have had it in their Latest Posts
        until then, and sections may have lost it shortly before. Nothing purges those, but they are
        kept for no longer than what was just written.
        """
        section = self.key.partition("/")[0]
        left = (
            section.isalpha()
            and "/" in self.key
            and section not in (*gone.sections, "fragments", "search")
        )
        if token in self.names and not (left and not self.own):
            return True
        return token in self.latest and now < self.end and now - gone.at > LATEST


class Invalidation(Struct, frozen=True):
    """`at`: when it was made."""

    reference: str
    paths: tuple[str, ...]
    at: datetime

    def over(self, now: datetime) -> bool:
        return now - self.at >= COMPLETED


def replaced(key: str, body: bytes, cache: str, now: datetime) -> Copy | None:
    """The copy of a version that is replaced now; None if no edge keeps it."""
    kept = {name: int(seconds) for name, seconds in _SECONDS.findall(cache)}
    if not kept:
        return None
    own = _ARTICLE.fullmatch(key) is not None
    names, latest = _names(body[: -len(_MARK)], own)
    seconds = kept.get("s-maxage", kept["max-age"]) + kept["stale-while-revalidate"]
    return Copy(
        key=key,
        at=now,
        end=now + timedelta(seconds=seconds),
        own=own,
        names=names,
        latest=latest,
    )


@lru_cache(maxsize=10_000)
def _names(page: bytes, own: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The stories in a page, and those in an article's `own` Latest Posts alone."""
    text = page.decode("utf-8", "replace").casefold()
    names = set(_TOKEN.findall(_LATEST.sub("", text) if own else text))
    return tuple(sorted(names)), tuple(sorted(set(_TOKEN.findall(text)) - names))


def matches(paths: Iterable[str], key: str) -> bool:
    """Whether one of the `paths` of an invalidation means the object `key`. CloudFront knows an
    object by the address that its function made of the reader's."""
    exact, prefixes = _meant(tuple(paths))
    return (address := f"/{key}") in exact or address.startswith(prefixes)


@lru_cache(maxsize=10_000)
def _meant(paths: tuple[str, ...]) -> tuple[frozenset[str], tuple[str, ...]]:
    """The addresses that the paths of an invalidation name, and how others begin that they mean."""
    prefixes = tuple(path[:-1] for path in paths if path.endswith("*"))
    return frozenset(path for path in paths if not path.endswith("*")), prefixes


def held(
    copies: Iterable[Copy], invalidations: Iterable[Invalidation], now: datetime
) -> tuple[Copy, ...]:
    """Those of `copies`, in the order of their times, that are still in some edge."""
    copies = tuple([copy for copy in copies if copy.own or now < copy.end])
    first = copies[0].at if copies else now
    over = [each for each in invalidations if each.at >= first and each.over(now)]
    if not over:
        return copies
    return tuple(
        copy
        for copy in copies
        if not any(each.at >= copy.at and matches(each.paths, copy.key) for each in over)
    )
