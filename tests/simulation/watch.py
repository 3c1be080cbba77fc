"""Checks what must hold at every moment of a run, at each write of the table and the site."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache

from slugify import slugify

from tests.simulation.cdn import Gone
from tests.simulation.cloud import Item, Key, Object
from tests.simulation.truth import Truth, identity
from tests.simulation.wire import token
from wireroom.model import Article
from wireroom.site import pages
from wireroom.store.items import struct

LATEST = re.compile(r'<aside class="(?:latest|more)".*?</aside>', re.DOTALL)
ARTICLE_LINK = re.compile(r'href="(/\d{4}/\d{2}/\d{2}/[^"/]+/)"')
AUTHOR_LINK = re.compile(r'href="/(authors/[^"]*)"')
LATER = (pages.PICTURES, pages.SHARDS.removeprefix("/"))  # a story leaves them by a job of its own
STORIES = 13  # numbered from 1: as many as any world has, and our own
TOKEN = re.compile(r"omen\d+x")
RENDER_ID = re.compile(rb"render [0-9a-f]{32}(?= -->\n\Z|\n\Z|\"\}\}\n\Z)")
END = 80  # bytes, which have a page's render id
SKEW = timedelta(seconds=3)  # by which the clock of an invocation may be wrong


def without_latest(text: str) -> str:
    """An article's page without its Latest Posts."""
    return LATEST.sub("", text) if 'class="full"' in text else text


@lru_cache(maxsize=10_000)
def _told(page: bytes) -> tuple[str, tuple[str, ...], frozenset[str], frozenset[str]]:
    """What a page says without its render id, in small letters: its text, the authors to whom it
    leads, the tokens in it, and those that are not only in its Latest Posts."""
    text = page.decode("utf-8", "replace").casefold()
    links = tuple(AUTHOR_LINK.findall(text))
    tokens, lasting = (TOKEN.findall(each) for each in (text, without_latest(text)))
    return text, links, frozenset(tokens), frozenset(lasting)


class Watch:
    """`problems`: what did not hold. A story is *hidden* until its row goes live, and again when a
    change that took it down has been rendered. No page may name a hidden story."""

    def __init__(self, site: str, truth: Truth, now: Callable[[], datetime]) -> None:
        self._site, self._truth, self._now = site, truth, now
        self.problems: list[str] = []
        self.changes: dict[str, list[tuple[Article | None, Article]]] = defaultdict(list)
        self.pages: dict[str, str] = {}  # key → what it says now
        self.versions: dict[str, Object] = {}  # key → the object that says it
        self.addresses: set[str] = set()
        self.stories = {identity(story): story for story in range(1, STORIES + 1)}
        self.tokens = {name: token(story) for name, story in self.stories.items()}
        self.hidden = set(self.tokens)
        self.unseen = set(self.tokens)  # those that have never been live
        self.given_up = False  # a change will be rendered only when its dead letter is sent again
        self.left: dict[str, Gone] = {}
        self._sections: dict[str, tuple[str, ...]] = {}  # id → those that it was in when it left
        self._leaving: dict[str, int] = {}  # id → the revision that took it down

    def snapshot(self, truth: Truth) -> Watch:
        kept = Watch(self._site, truth, self._now)
        kept.changes = defaultdict(list, {name: list(log) for name, log in self.changes.items()})
        kept.pages, kept.addresses = dict(self.pages), set(self.addresses)
        kept.versions = dict(self.versions)
        kept.unseen, kept.given_up = set(self.unseen), self.given_up
        kept.left, kept._sections = dict(self.left), dict(self._sections)
        kept.hidden, kept._leaving = set(self.hidden), dict(self._leaving)
        kept.problems = list(self.problems)
        return kept

    def wrote(self, key: Key, old: Item | None, new: Item | None) -> None:
        if key[1] != "article":
            return
        if new is None:
            self.problems.append(f"the row of {key[0]} was deleted")
            return
        before = struct(old, Article) if old else None
        after = struct(new, Article)
        self.changes[after.id].append((before, after))
        if after.revision != (before.revision if before else 0) + 1:
            self.problems.append(f"{after.id} went to revision {after.revision} from {before}")
        if before:
            if not {before.path, *before.former} - {""} <= {after.path, *after.former}:
                self.problems.append(f"{after.id} gave up an address of {before.path}")
            if before.published and after.published != before.published:
                self.problems.append(f"{after.id} changed its date")
        self._look_at_address(before, after)
        self._look_at_time(after)
        if after.state == "live":
            self.hidden.discard(after.id)
            self.unseen.discard(after.id)
            self._leaving.pop(after.id, None)
        elif after.id not in self.hidden and before and before.state == "live":
            self._leaving.setdefault(after.id, after.revision)
            self._sections[after.id] = before.categories

    def _look_at_address(self, before: Article | None, after: Article) -> None:
        """The first address comes from the headline at that time; later only a slug changes it."""
        if after.path == (before.path if before else ""):
            return
        wire, desk = after.wire, after.desk
        asked = desk.slug.value if desk.slug else None
        if before and before.path:
            name = asked if desk.slug != before.desk.slug else None
        else:
            headline = desk.headline.value if desk.headline else None
            name = asked or headline or (wire.headline if wire else None)
        if not name or not after.path.split("/")[4].startswith(slugify(name)):
            self.problems.append(f"{after.id} moved to {after.path}, and nobody asked for that")

    def _look_at_time(self, after: Article) -> None:
        """Nothing is live before the time in its own row, or before `Truth.earliest`."""
        if after.state != "live":
            return
        own = after.desk.publish_at.value if after.desk.publish_at else None
        start = own or (after.wire.embargo if after.wire else None)
        story = self.stories.get(after.id)
        for begins in (start, self._truth.earliest(story) if story else None):
            if begins and begins > self._now() + SKEW:
                self.problems.append(f"3: {after.id} is live, and not to be seen before {begins}")

    def rendered(self, article: Article) -> None:
        """An invocation with this change in its batch has succeeded."""
        left = self._leaving.get(article.id)
        if left is None or article.revision < left:
            return
        del self._leaving[article.id]
        self.hidden.add(article.id)
        if article.id in self.tokens:
            self.left[article.id] = Gone(self._now(), self._sections[article.id])
        for key, text in self.pages.items():
            if not key.startswith(LATER):
                self._look(key, frozenset(TOKEN.findall(without_latest(text))), {article.id})

    def lost(self, article: Article) -> None:
        """Lambda gave up this change: its pages stay as they were until its dead letter is
        redriven."""
        self.given_up = True
        self._leaving.pop(article.id, None)

    def put(self, bucket: str, key: str, written: Object) -> None:
        if bucket != self._site:
            return
        body = written.body
        text, links, tokens, lasting = _told(body[:-END] + RENDER_ID.sub(b"", body[-END:]))
        self.pages[key], self.versions[key] = text, written
        if re.match(r"\d{4}/\d{2}/\d{2}/[^/]+/index\.html", key):
            self.addresses.add(key)
        for path in links:
            if f"{path}index.html" not in self.pages:
                self.problems.append(f"{key} leads to {path} before that is there")
        if key.startswith(pages.PICTURES):
            return  # one may be put while its story is killed, until its writer notices that
        self._look(key, tokens, self.unseen)
        if not key.startswith(LATER):
            self._look(key, lasting, self.hidden)

    def gone(self, bucket: str, key: str) -> None:
        if bucket == self._site:
            self.pages.pop(key, None)
            self.versions.pop(key, None)

    def _look(self, key: str, tokens: frozenset[str], hidden: set[str]) -> None:
        if not tokens:
            return
        for name in hidden & self.tokens.keys():  # the verdict tells of articles of no story
            if self.tokens[name] in tokens:
                self.problems.append(f"{key} shows {self.tokens[name]}, which is not to be seen")

    def linked(self, text: str, own: set[str]) -> None:
        """A listing or redirect was written by an invocation whose own articles are at `own`."""
        for path in ARTICLE_LINK.findall(text):
            if path in own and f"{path[1:]}index.html" not in self.pages:
                self.problems.append(f"a page leads to {path} before that is there")
