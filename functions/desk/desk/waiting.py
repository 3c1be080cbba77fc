"""The screen "Waiting": what is not published yet, and what it waits for."""

from __future__ import annotations

from msgspec import Struct

from desk import screens
from desk.screen import Ask
from wireroom.model import Article
from wireroom.newsroom.own import FEED as OWN
from wireroom.newsroom.own import is_draft
from wireroom.newsroom.settle import awaited
from wireroom.newsroom.waiting import waits

ROWS = 50  # on a page
READ = 99  # articles in one call, beside the settings
READS = 5  # calls, at most: stories with a time to be taken down may come between

KINDS = {
    "held": "Held",
    "embargoed": "Embargoed by their agency",
    "scheduled": "Scheduled",
    "killed": "Killed before they came",
}


class Waiting(Struct, frozen=True, kw_only=True):
    """`articles` of a page, by kind. `following`: where the next page begins, or 0."""

    articles: dict[str, list[Article]]
    following: int


def show(ask: Ask) -> str:
    found = _found(ask, ask.number("from"))
    return screens.page(
        "waiting.html",
        ask.visit,
        sent=ask.sent,
        kinds=KINDS,
        is_draft=is_draft,
        waiting=found,
        count=sum(map(len, found.articles.values())),
        here=ask.visit.path,
    )


def _found(ask: Ask, start: int) -> Waiting:
    """What waits from the place `start` on: three calls, and one for each READ that are looked
    at."""
    ids = ask.stack.table.articles.all_waiting()
    found: dict[str, list[Article]] = {kind: [] for kind in KINDS}
    place, left = start, ROWS
    for _ in range(READS):
        read = ids[place : place + READ]
        articles = ask.stack.table.articles.read(read) if read else {}
        for identity in read:
            place += 1
            article = articles.get(identity)
            if article and waits(article, ask.visit.now):
                found[_kind(article)].append(article)
                left -= 1
                if not left:
                    break
        if not left or place >= len(ids):
            break
    return Waiting(articles=found, following=place if place < len(ids) else 0)


def _kind(article: Article) -> str:
    if awaited(article):
        return "killed"
    if article.state == "held":
        return "held"
    wire = article.wire
    embargoed = wire and wire.embargo == article.due and article.provider != OWN
    return "embargoed" if embargoed else "scheduled"
