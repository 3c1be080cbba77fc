"""Checks what must hold of pictures when all work is done."""

from __future__ import annotations

from collections.abc import Iterator

from tests.simulation.newsroom import Newsroom
from tests.simulation.stage import copies_of
from wireroom.model import Article
from wireroom.newsroom.pictures import names, wanted
from wireroom.site import pages


def wrong(newsroom: Newsroom, articles: dict[str, Article]) -> Iterator[str]:
    """Every live story shows the copies of its own pictures, and nothing else is there."""
    simulation = newsroom.simulation
    site = simulation.cloud.objects[simulation.stage.site]
    shown: set[tuple[str, str]] = set()
    for article in articles.values():
        addresses = wanted(article)
        if sorted(article.pictures) != sorted(addresses):
            yield f"10: {article.id} knows of {sorted(article.pictures)}, not of {addresses}"
            continue
        shown |= {(name, article.id) for name in names(article)}
        page = site.get(f"{article.path[1:]}index.html")
        for address in addresses:
            made = copies_of(simulation.pictures[address])
            if article.pictures[address].name != made.name:
                yield f"10: {article.id} shows {article.pictures[address]} for {address}"
            if article.state == "live" and (not page or made.name.encode() not in page.body):
                yield f"10: {article.path} does not show {address}"
    for name, identity in sorted(shown):
        for path in (pages.rendition(name, 8), pages.share_picture(name)):
            if path[1:] not in site:
                yield f"10: {path} is gone, and {identity} shows it"
    there = {key.split("/")[1][:32] for key in site if key.startswith(pages.PICTURES)}
    for name in sorted(there - {name for name, _ in shown}):
        yield f"10: picture {name} is there, and no story shows it"
    rows = {key for key, _ in simulation.cloud.rows()}
    said = {
        (pk.removeprefix("picture#"), sk.removeprefix("article#"))
        for pk, sk in rows
        if pk.startswith("picture#")
    }
    if said != shown:
        yield f"10: the table says that {said} are shown, not {shown}"
    for pk, sk in sorted(rows):
        if sk.startswith("pictures#"):
            yield f"10: work on pictures is left: {pk} {sk}"
