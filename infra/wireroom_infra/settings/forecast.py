"""What an `apply` will move, before anybody says yes to it: counts and a sample, no whole table."""

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
                f"section {category.slug} is {now} from now on: {stories} to move, and its pages"
                " lead there"
            )
        else:
            yield f"section {category.slug} closes: {stories} to leave it, and its pages say so"
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
            for number, verb in ((comes[slug], "to come in"), (goes[slug], "to leave"))
            if number
        ]
        yield f"section {slug}: {', '.join(parts)}"
    if old.site.timezone != new.site.timezone:
        yield f"days are those of {new.site.timezone}: day pages are made anew, the others emptied"
    yield f"every page is made again: those of about {_stories(total)}, and all lists"


def _count(table: Table, name: str) -> int:
    """The stories of a list: its rows without those of pins, which are its newest."""
    return table.listings.count(name) - len(table.listings.newest(name, SAMPLE).pins)


def _stories(number: int) -> str:
    return "1 story" if number == 1 else f"{number} stories"


def feed_warnings(old: Iterable[Feed], new: Sequence[Feed]) -> Iterator[str]:
    """What would be read anew, and needs a word in site.toml if that is not meant."""
    by_url = {feed.url: feed for feed in old}
    by_id = {feed.id: feed for feed in by_url.values()}
    ids = {feed.id for feed in new}
    for feed in new:
        before = by_url.get(feed.url)
        if before and before.id not in {feed.id, *feed.was, *ids} and feed.id not in by_id:
            yield (
                f"! feed {feed.id} has the address of {before.id}, which goes: all its stories are"
                f' looked at again. was = ["{before.id}"] keeps what {before.id} knew'
            )
        same = by_id.get(feed.id)
        if same and same.identity != feed.identity:
            yield (
                f"! feed {feed.id}: identity is {feed.identity} instead of {same.identity}: stories"
                " that come again are new ones, beside those of before"
            )
