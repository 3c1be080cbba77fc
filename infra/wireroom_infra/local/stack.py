"""The whole pipeline in the embedded AWS: what `wireroom up`, `demo` and `build` run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

import wireroom.clock
from wireroom.errors import Conflict
from wireroom.newsroom.jobs import everything
from wireroom.settings.site_toml import Configuration
from wireroom.site.pages import PICTURES
from wireroom.store.bodies import Bodies
from wireroom.store.feeds import Feeds
from wireroom.store.table import Table
from wireroom_infra.embedded import EmbeddedAWS
from wireroom_infra.embedded.clock import Clock
from wireroom_infra.local.files import reachable
from wireroom_infra.local.issuer import CLIENT, SECRET, staff_here
from wireroom_infra.project import TEMPLATE

ROUNDS = 100_000  # of polling in one pass: far above what any feed needs


@contextmanager
def deployed(
    configuration: Configuration,
    folder: Path,
    *,
    clock: Clock | None = None,
    port: int | None = None,
    issuer: str = "",
) -> Iterator[tuple[EmbeddedAWS, Configuration]]:
    """The stack with `configuration` applied. Local files among the feeds are served to it.

    `folder`: what their paths are relative to. `port`: of the AWS, for other processes. Also
    gives the configuration as applied. `issuer`: the identity provider of the desk, on this
    machine; without one there is no desk. Raises FileNotFoundError for a feed's file that is
    missing.
    """
    with reachable(configuration.feeds, folder) as (feeds, host):
        settings = configuration.settings
        hosts = tuple(filter(None, (host, urlsplit(issuer).netloc)))
        site = msgspec.structs.replace(
            settings.site, internal_hosts=(*settings.site.internal_hosts, *hosts)
        )
        staff = staff_here(settings.desk) if issuer else settings.desk
        settings = msgspec.structs.replace(settings, site=site, desk=staff)
        configuration = msgspec.structs.replace(configuration, settings=settings, feeds=feeds)
        # No hub on the internet can call this machine, and no CDN stands before it.
        parameters = {"WebSub": "off", "CdnPurges": "off"}
        if issuer:
            parameters |= {"DeskIssuer": issuer, "DeskClientId": CLIENT, "DeskClientSecret": SECRET}
        with EmbeddedAWS(TEMPLATE, clock=clock, port=port, parameters=parameters) as aws:
            put_theme(aws, configuration)
            feeds_of(aws).apply(
                settings, feeds, everything("apply", wireroom.clock.now()), at_once=True
            )
            yield aws, configuration


def put_theme(reached: Any, configuration: Configuration) -> None:
    """Keep the theme in the content bucket, before settings name it. `reached`: as in
    `feeds_of`."""
    if configuration.theme:
        Bodies(reached.client("s3"), reached.outputs["ContentBucket"]).put_theme(
            configuration.theme
        )


def feeds_of(reached: Any) -> Feeds:
    """The feeds' rows of an EmbeddedAWS, or of anything with `client` and `outputs`."""
    return Feeds(reached.client("dynamodb"), reached.outputs["TableName"])


def table_of(reached: Any) -> Table:
    """The table of an EmbeddedAWS, or of anything with `client` and `outputs`."""
    return Table(reached.client("dynamodb"), reached.outputs["TableName"])


def one_pass(aws: EmbeddedAWS, progress: Callable[[str], None]) -> None:
    """Poll every feed that is due, and run the pipeline until nothing is left to do."""
    progress("fetching the feeds")
    aws.tick()
    feeds, now = feeds_of(aws), aws.clock.now()
    for _ in range(100):  # runs of ingest, each of which looks at up to 500 feeds
        if aws.failures or not feeds.due(now, 1):
            break
        aws.invoke("IngestFunction", {})
    settle(aws, progress)


def republish(aws: EmbeddedAWS, progress: Callable[[str], None]) -> None:
    """Render every page again, so that the Latest Posts in each are up to date without a script."""
    job = everything("build", wireroom.clock.now())
    try:
        table_of(aws).jobs.put(None, job)
    except Conflict:  # the same millisecond's: it makes the same pages
        return
    settle(aws, progress)


def settle(aws: EmbeddedAWS, progress: Callable[[str], None]) -> None:
    """Run the pipeline until nothing is left to do; `progress` gets the number of pages written."""
    written = pages_written(aws)
    for _ in range(ROUNDS):
        if not aws.poll():
            break
        progress(f"{pages_written(aws) - written} pages written")
    aws.drain()  # what is to be tried again, with a clock that can be moved on
    progress(f"{pages_written(aws) - written} pages written")


def pages_written(aws: EmbeddedAWS) -> int:
    """Puts of pages into the site bucket since the calls were last reset."""
    bucket = f"arn:aws:s3:::{aws.outputs['SiteBucket']}/"
    return sum(
        call.operation == "PutObject"
        and call.resource.startswith(bucket)
        and not call.resource.startswith(bucket + PICTURES)
        for call in aws.calls
    )
