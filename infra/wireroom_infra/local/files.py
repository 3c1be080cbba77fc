"""Local feed files, served to the pipeline over loopback, so that they take the way of any feed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import msgspec

from wireroom.model import Feed
from wireroom.settings.toml_values import is_path, local_path
from wireroom_infra.local.loopback import Answer, Request, serving


@contextmanager
def reachable(feeds: Iterable[Feed], folder: Path) -> Iterator[tuple[tuple[Feed, ...], str]]:
    """`feeds` with the local files among them at addresses of a loopback server, and its host.

    `folder`: what relative paths are relative to. The host (`127.0.0.1:<port>`, or "" when no
    feed is a file) belongs in the site's internal hosts. Raises FileNotFoundError, naming the
    file, before anything is served.
    """
    feeds = tuple(feeds)
    files = {
        f"/{feed.id}/{quote(path.name)}": path
        for feed in feeds
        if feed.url and is_path(feed.url) and (path := local_path(feed.url, folder))
    }
    for path in files.values():
        if not path.is_file():
            raise FileNotFoundError(f"there is no file {path}")
    if not files:
        yield feeds, ""
        return

    def respond(request: Request) -> Answer:
        path = files.get(request.path)
        if path is None:
            return Answer(404)
        content = path.read_bytes()
        tag = hashlib.sha256(content).hexdigest()[:16]
        return Answer(body=content, headers={"Content-Type": "application/xml"}, etag=f'"{tag}"')

    with serving(respond) as address:
        places = {path.partition("/")[2].partition("/")[0]: path for path in files}
        yield (
            tuple(
                msgspec.structs.replace(feed, url=address + places[feed.id])
                if feed.url and is_path(feed.url)
                else feed
                for feed in feeds
            ),
            address.removeprefix("http://"),
        )
