"""What an `apply` will move, shown before it is confirmed: from counts and a sample of stories."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from wireroom.model import HOME, Feed, Settings
from wireroom.newsroom.filing import file, leads_to
from wireroom.store.table import Table

SAMPLE = 90  # newest stories that are filed on trial


def forecast(table: Table, old: Settings, new: Settings) -> Iterator[str]:
    """A line for each category that gains, loses or moves stories. `new`: as `Feeds.plan` gives
    it. Numbers of a renamed or closed category are counted; the others are estimated from the
    newest stories, which "about" says."""
    there = {category.slug for category in new.categories}
    for category in old.categories:
        if category.slug in there:
            continue
        stories = _stories(_count(table, category.slug))
        now = leads_to(category.slug, new)
        if now:
            yield (
                f"section {category.slug} becomes {now}: {stories} will move, and its pages will"
                " redirect"
            )
        else:
            yield (
                f"section {category.slug} closes: {stories} will leave it, and its pages will say"
                " that it has closed"
            )
    total = _count(table, HOME)
    newest = table.listings.newest(HOME, SAMPLE)
    ids = {entry.id for entry in (*newest.entries, *newest.pins)}
    articles = list(table.read(ids).articles.values())
    comes, goes = Counter[str](), Counter[str]()
    for article in articles:
        before = {leads_to(slug, new) for slug in article.categories}
        after = set(file(article, new).categories)
        comes.update(after - before)
        goes.update(before - after - {""})
    for slug in sorted(comes.keys() | goes.keys()):
        parts = [
            f"about {_stories(round(number * total / len(articles)))} {verb}"
            for number, verb in ((comes[slug], "will join"), (goes[slug], "will leave"))
            if number
        ]
        yield f"section {slug}: {', '.join(parts)}"
    if old.site.timezone != new.site.timezone:
        yield (
            f"the time zone becomes {new.site.timezone}: day pages are rendered for its days, and"
            " those of other days become empty"
        )
    yield f"every page is rendered again: those of about {_stories(total)}, and all lists"


def _count(table: Table, name: str) -> int:
    """The stories of a list: its rows without those of pins, which are its newest."""
    return table.listings.count(name) - len(table.listings.newest(name, SAMPLE).pins)


def _stories(number: int) -> str:
    return "1 story" if number == 1 else f"{number} stories"


def feed_warnings(old: Iterable[Feed], new: Sequence[Feed]) -> Iterator[str]:
    """Warnings of feeds whose entries would be read again, and how site.toml can prevent it."""
    by_id = {feed.id: feed for feed in old}
    by_url = {feed.url: feed for feed in by_id.values() if feed.url}
    ids = {feed.id for feed in new}
    for feed in new:
        before = by_url.get(feed.url)
        if before and before.id not in {feed.id, *feed.was, *ids} and feed.id not in by_id:
            yield (
                f"! feed {feed.id} has the address of feed {before.id}, which is removed: all its"
                f' entries are read again. was = ["{before.id}"] in {feed.id} keeps the state of'
                f" {before.id}"
            )
        same = by_id.get(feed.id)
        if same and same.identity != feed.identity:
            yield (
                f"! feed {feed.id}: identity is {feed.identity} instead of {same.identity}: stories"
                " that the feed sends again become new articles beside the old ones"
            )
