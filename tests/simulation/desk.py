"""Checks the desk's list of a run against its articles (number 14 in docs/simulation.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tests.simulation.newsroom import Newsroom
from wireroom.model import Article, DeskEntry
from wireroom.newsroom.desk import desk_entry
from wireroom.site.tokens import words

PAGE = 3  # entries read at a time


def wrong(newsroom: Newsroom, articles: Mapping[str, Article]) -> Iterator[str]:
    """What is wrong with the list when all work is done."""
    entries = _read(newsroom)
    named = [entry.id for entry in entries]
    if sorted(named) != sorted(articles):
        yield f"14: the desk's list names {sorted(named)}, not {sorted(articles)}"
    if entries != sorted(entries, key=lambda each: (each.changed, each.id), reverse=True):
        yield f"14: the desk's list is in the order of {[str(each.changed) for each in entries]}"
    for entry in entries:
        article = articles.get(entry.id)
        if article is None:
            continue
        wanted = (article.state, article.revision, article.path, _headline(article))
        told = (entry.state, entry.revision, entry.path, entry.headline)
        if told != wanted or entry != desk_entry(article):
            yield f"14: the desk's list tells of {entry}, not {wanted}"
        row = newsroom.simulation.cloud.table[f"article#{entry.id}"]["article"]
        if missing := set(words(_headline(article))) - set(row["desk_words"]["S"].split()):
            yield f"14: {entry.id} is not found by {missing}"


def _read(newsroom: Newsroom) -> list[DeskEntry]:
    found = newsroom.table.desk.newest(PAGE)
    entries = list(found.entries)
    while found.after:
        found = newsroom.table.desk.newest(PAGE, after=found.after)
        entries += found.entries
    return entries


def _headline(article: Article) -> str:
    own = article.desk.headline.value if article.desk.headline else None
    return own or (article.wire.headline if article.wire else "")
