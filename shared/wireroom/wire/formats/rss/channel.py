"""The metadata of a feed: title, site, language, authors, ttl and links."""

from __future__ import annotations

import re

from lxml import etree

from wireroom.wire.document.tree import XML, is_for_readers, joined, language, local, text
from wireroom.wire.formats.rss.byline import authors
from wireroom.wire.formats.rss.names import ENTRIES

_PERIOD_HOURS = {"hourly": 1, "daily": 24, "weekly": 168, "monthly": 720, "yearly": 8760}


class Channel:
    """Read once for each document. `url`: where it was found. `site`: the address of the site that
    the feed is of.

    `home`: what relative addresses without `xml:base` are relative to. This is the site, as a feed
    may be on another host; "" for a local file that names no site.
    """

    def __init__(self, root: etree._Element, url: str) -> None:
        heads = [root, *(child for child in root if local(child)[1] == "channel")]
        self._head = [child for head in heads for child in head if local(child)[1] not in ENTRIES]
        self.root = root
        self.url = url
        self.title = self._text("title")[:300]
        self.language = language(heads[-1]) or self._text("language")[:35]
        site = self._text("link") or self.link("alternate")
        self.base = joined(url, root.get(f"{XML}base") or "") or url
        self.site = joined(self.base, site)
        self.home = next(filter(is_for_readers, (self.site, url)), "")
        # Only in Atom the feed's authors are those of each entry.
        self.authors = authors(self._head) if local(root)[1] == "feed" else []
        self.publisher = self._text("publisher")[:300]

    def _text(self, name: str) -> str:
        for child in self._head:
            if local(child)[1] == name and (value := text(child)):
                return value
        return ""

    def link(self, rel: str) -> str:
        """The absolute address of the first link of that `rel` (`hub`, `self`), or ""."""
        for child in self._head:
            if local(child)[1] == "link" and child.get("rel", "alternate").lower() == rel:
                return joined(self.url, child.get("href") or "")
        return ""

    @property
    def ttl(self) -> int | None:
        """Seconds from `<ttl>` (minutes) or from the syndication module (period / frequency); None
        without either."""
        if re.fullmatch(r"[0-9]{1,6}", minutes := self._text("ttl")):
            return int(minutes) * 60
        hours = _PERIOD_HOURS.get(self._text("updateperiod").lower())
        if hours is None:
            return None
        frequency = self._text("updatefrequency")
        times = int(frequency) if re.fullmatch(r"[1-9][0-9]{0,4}", frequency) else 1
        return hours * 3600 // times
