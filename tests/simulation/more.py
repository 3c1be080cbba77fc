"""Checks what stories' pages say of other stories, when both sweeps have run after all else (number
12 in docs/simulation.md).

That no page names a story that has gone is checked at all times, by `verdict` and `watch`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tests.simulation.newsroom import Newsroom
from wireroom.model import Article
from wireroom.site.more import RELATED

_MORE = re.compile(r'<aside class="more".*?</aside>', re.DOTALL)
_TURN = re.compile(r'<nav class="turn".*?</nav>', re.DOTALL)
_LINK = re.compile(r'rel="(prev|next)" href="([^"]*)"')
_RELATED = re.compile(r'<h3[^>]*><a href="([^"]*)"')


def late(newsroom: Newsroom, articles: Mapping[str, Article]) -> Iterator[str]:
    simulation = newsroom.simulation
    site = simulation.cloud.objects[simulation.stage.site]
    live = [article for article in articles.values() if article.state == "live"]
    live.sort(key=lambda each: (each.published, each.first_seen, each.id))
    for article in live:
        near = [
            each
            for each in live
            if not article.categories or article.categories[0] in each.categories
        ]
        place = near.index(article)
        beside = {"prev": near[place - 1 : place] if place else [], "next": near[place + 1 :][:1]}
        wanted = {name: each.path for name, found in beside.items() for each in found}
        page = site[f"{article.path[1:]}index.html"].body.decode("utf-8", "replace")
        found = _MORE.search(page)
        more = found[0] if found else ""
        turn = _TURN.search(more)
        if (links := dict(_LINK.findall(turn[0] if turn else ""))) != wanted:
            yield f"12: {article.path} leads to {links}, not to {wanted}"
        related = _RELATED.findall(more)
        others = {each.path for each in near} - {article.path}
        if len(related) > RELATED or set(related) - others or len(set(related)) < len(related):
            yield f"12: {article.path} names {related} as related to it"
