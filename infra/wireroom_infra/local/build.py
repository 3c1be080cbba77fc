"""A site in a folder: one pass of the pipeline in the embedded AWS, and what it wrote."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct
from slugify import slugify

import wireroom.clock
from wireroom.model import Feed, Settings, Site
from wireroom.settings.site_toml import Configuration
from wireroom.settings.toml_values import is_path
from wireroom.site.pages import article_path
from wireroom.store.pages import ends_with_render_id
from wireroom.wire import polling
from wireroom_infra.embedded import EmbeddedAWS, VirtualClock
from wireroom_infra.local.stack import deployed, feeds_of, one_pass, republish, table_of

DEFAULT_SITE = Site(name="Wireroom", url="https://news.example")
ROWS = 500  # of the table, looked at in one call


class Built(Struct, frozen=True):
    """What a build made, in numbers, and a line for each thing that ended badly.

    `withdrawn`: the headlines of the stories that their agency has killed.
    """

    stories: int
    files: int
    withdrawn: tuple[str, ...]
    problems: tuple[str, ...]


def feeds_from(places: Iterable[str]) -> tuple[Feed, ...]:
    """Feeds for addresses or files given on a command line, each a provider of its own."""
    found: list[Feed] = []
    for place in places:
        words = Path(place).stem if is_path(place) else place.partition("://")[2]
        name = slugify(words, max_length=50) or "feed"
        taken = {feed.id for feed in found}
        identity = next(
            candidate
            for candidate in (name, *(f"{name}-{number}" for number in range(2, 10_000)))
            if candidate not in taken
        )
        found.append(Feed(id=identity, url=place, provider=identity))
    return tuple(found)


def default_configuration(feeds: tuple[Feed, ...]) -> Configuration:
    """A site without categories, for feeds that nobody has written a site.toml for."""
    return Configuration(settings=Settings(site=DEFAULT_SITE), feeds=feeds)


def build(
    configuration: Configuration, folder: Path, out: Path, progress: Callable[[str], None]
) -> Built:
    """Publish what the feeds say now into the folder `out`, replacing an earlier build there.

    `folder`: what paths of local feeds are relative to. The site is written even when some of it
    failed: one bad feed does not hold back the others. Raises FileNotFoundError for a feed's file
    that is not there, FileExistsError when `out` holds something else than a build.
    """
    must_be_replaceable(out)
    # A clock that can be moved on: what fails is tried again at once, not in minutes.
    clock = VirtualClock(wireroom.clock.now())
    with deployed(configuration, folder, clock=clock) as (aws, applied):
        one_pass(aws, progress)
        republish(aws, progress)
        progress("writing files")
        names = export(aws.client("s3"), aws.outputs["SiteBucket"], out)
        return Built(
            stories=sum(article_path(name) != "" for name in names),
            files=len(names),
            withdrawn=tuple(withdrawn(aws)),
            problems=tuple(problems(aws, applied.feeds)),
        )


def withdrawn(aws: EmbeddedAWS) -> Iterator[str]:
    """The headlines of the killed stories: a headline that only looks like a kill shows here."""
    after = ""
    while True:
        found = table_of(aws).articles.scan(after, ROWS)
        after = found.following
        for article in found.articles:
            if article.state == "killed" and article.wire:
                yield article.wire.headline
        if not after:
            return


def problems(aws: EmbeddedAWS, feeds: Iterable[Feed]) -> Iterator[str]:
    """A line for each of `feeds` that failed, each dead letter, and each kind of crash."""
    states = {row.config.id: row.state for row in feeds_of(aws).all()}
    for feed in feeds:
        state = states.get(feed.id, polling.FeedState())
        if not (feed.url or state.state):
            continue  # it is not polled: nobody has sent anything
        if state.state != polling.OK:
            yield f"feed {feed.id}: {state.reason or state.state or 'never fetched'}"
    for letter in aws.dead_letters():
        yield f"{letter.queue}: {letter.reason}"
    yield from dict.fromkeys(f"{each.function}: {each.error}" for each in aws.failures)


def must_be_replaceable(out: Path) -> None:
    """Raises FileExistsError when `out` holds anything but an earlier build."""
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    front = out / "index.html"
    if not front.is_file() or not ends_with_render_id(front.read_text("utf-8", "replace")):
        raise FileExistsError(f"{out} is not empty and is not a site built by wireroom")


def export(client: Any, bucket: str, out: Path) -> list[str]:
    """Write every object of `bucket` into the folder `out`, in place of what is there.

    `client`: a boto3 S3 client. Gives the objects' keys. The new folder is whole before it takes
    the old one's place.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    names: list[str] = []
    try:
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for item in page.get("Contents", []):
                target = made / item["Key"]
                if not target.resolve().is_relative_to(made.resolve()):
                    raise ValueError(f"object {item['Key']} is outside of the site")
                target.parent.mkdir(parents=True, exist_ok=True)
                body = client.get_object(Bucket=bucket, Key=item["Key"])["Body"]
                target.write_bytes(body.read())
                names.append(item["Key"])
        made.chmod(0o755)
        if out.exists():
            shutil.rmtree(out)
        made.rename(out)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return names
