"""The sample wire, served: feeds, pictures, and a page and an OPML that name the feeds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from xml.sax.saxutils import escape, quoteattr

from wireroom import clock
from wireroom_infra.local.loopback import Answer, Request, serving
from wireroom_infra.sample import pictures as sample_pictures
from wireroom_infra.sample.wire import CHANNELS, EVERY, documents

PORT = 8081


@contextmanager
def sample_wire(port: int = PORT, start: datetime | None = None) -> Iterator[str]:
    """Serve the wire from `start` (now) until the block ends; gives its address.

    A new edition appears each `EVERY`. Raises OSError when the port is taken.
    """
    since = start or clock.now()

    def respond(request: Request) -> Answer:
        edition = max(0, (clock.now() - since) // EVERY)
        return answer(request.path, since, edition, address)

    with serving(respond, port) as address:
        yield address


def answer(path: str, now: datetime, edition: int, base: str) -> Answer:
    """What the wire that started at `now` answers at `edition` for `path`."""
    if path == "/":
        return Answer(body=_front(base).encode(), headers=_typed("text/html; charset=utf-8"))
    if path == "/feeds.opml":
        return Answer(body=_opml(base).encode(), headers=_typed("text/x-opml; charset=utf-8"))
    name = path.removeprefix("/pictures/").removesuffix(".png")
    if path == f"/pictures/{name}.png" and name in sample_pictures.SCENES:
        return Answer(
            body=sample_pictures.png(name),
            headers=_typed("image/png") | {"Cache-Control": "max-age=3600"},
        )
    document = _documents(now, edition, base).get(path.removeprefix("/"))
    if document is None:
        return Answer(404, b"There is no such feed.\n", _typed("text/plain; charset=utf-8"))
    return Answer(
        body=document.content,
        headers=_typed(document.media_type),
        etag=f'"{hashlib.sha256(document.content).hexdigest()[:16]}"',
        changed=document.changed.timestamp(),
    )


_documents = lru_cache(maxsize=4)(documents)


def _typed(media_type: str) -> dict[str, str]:
    return {"Content-Type": media_type}


def _front(base: str) -> str:
    types = {"atom": "application/atom+xml", "xml": "application/rss+xml", "txt": "text/plain"}
    links = "\n".join(
        f'<link rel="alternate" type="{types[channel.path.rpartition(".")[2]]}"'
        f" title={quoteattr(channel.title)} href={quoteattr(f'{base}/{channel.path}')}>"
        for channel in CHANNELS
    )
    items = "\n".join(
        f"<li><a href={quoteattr(f'/{channel.path}')}>{escape(channel.title)}</a></li>"
        for channel in CHANNELS
    )
    return (
        f'<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>The sample wire</title>\n'
        f"{links}\n<h1>The sample wire</h1>\n<ul>\n{items}\n</ul>\n</html>\n"
    )


def _opml(base: str) -> str:
    outlines = "\n".join(
        f"<outline type={quoteattr('rss')} text={quoteattr(channel.title)}"
        f" xmlUrl={quoteattr(f'{base}/{channel.path}')} htmlUrl={quoteattr(f'{channel.site}/')}/>"
        for channel in CHANNELS
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n'
        f"<head><title>The sample wire</title></head>\n<body>\n{outlines}\n</body>\n</opml>\n"
    )
