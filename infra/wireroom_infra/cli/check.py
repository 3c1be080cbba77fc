"""`feeds check`: inspect a feed before subscribing to it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wireroom_infra.cli import config_file
from wireroom_infra.cli.output import ENDED_BADLY, USAGE, Failed, say, table, working

if TYPE_CHECKING:
    from wireroom.model import Feed
    from wireroom.pipeline.feed_check import Check
    from wireroom.wire.formats.document import Document
    from wireroom.wire.http.fetch import Response

AGENT = "wireroom feeds check"
Internal = Annotated[
    list[str] | None,
    typer.Option(
        "--internal",
        metavar="HOST",
        help="A host, or host:port, that may be on a private network; can be repeated.",
        show_default=False,
    ),
]


def check(
    place: Annotated[
        str, typer.Argument(metavar="URL_OR_FILE", help="A feed, or a web page that names feeds.")
    ],
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            metavar="FILE",
            help="A site.toml, to show which categories the stories would get.",
            show_default=False,
        ),
    ] = None,
    feed: Annotated[
        str,
        typer.Option(
            "--feed",
            metavar="ID",
            help="The feed of --config whose settings count, such as one that comes as files.",
            show_default=False,
        ),
    ] = "",
    internal: Internal = None,
    limit: Annotated[int, typer.Option("--limit", min=0, help="How many entries to show.")] = 10,
) -> None:
    """Look at a feed before subscribing to it.

    Fetches it as ingest would, and stores nothing. Shows how it was fetched (time, redirects,
    validators), its entries with ids, dates and lengths, what looks wrong, and what would be
    published. Ends with 1 when it is not a feed, or when an entry could not be published.

    [bold]Examples[/bold]

      wireroom feeds check https://wire.example/top.rss --config site.toml

      wireroom feeds check saved.rss

      wireroom feeds check story.xml --config site.toml --feed ptn-files

      wireroom feeds check http://127.0.0.1:8081/ptn/top.xml --internal 127.0.0.1:8081
    """
    import wireroom.clock  # noqa: PLC0415
    from wireroom.model import Feed  # noqa: PLC0415
    from wireroom.pipeline.feed_check import check as look  # noqa: PLC0415
    from wireroom.pipeline.feed_check import unmapped  # noqa: PLC0415

    configuration = config_file.read(config, files=True) if config else None
    hosts = (
        *(internal or ()),
        *(configuration.settings.site.internal_hosts if configuration else ()),
    )
    named = configuration.feeds if configuration else ()
    known = next((each for each in named if each.id == feed or (place == each.url)), None)
    if feed and (known is None or known.id != feed):
        raise Failed(f"--feed: there is no feed {feed} in --config", code=USAGE)
    document, response = looked_into(place, hosts, known)
    url = response.url if response else Path(place).absolute().as_uri()
    meant = known or Feed(id="check", url=url, provider="check")
    categories = configuration.settings.categories if configuration else ()
    say(f"title      {document.title or '-'}")
    say(f"language   {document.language or '-'}")
    found = look(meant, response, document, categories, wireroom.clock.now())
    say(f"entries    {len(found.lines)}")
    if document.hub:
        say(f"hub        {document.hub}")
    if document.ttl:
        say(f"ttl        poll every {document.ttl} s at most")
    _entries(found, limit, bool(categories))
    if categories:
        terms = unmapped(found.lines, categories)
        if terms:
            words = ", ".join(f"{term} ({count})" for term, count in terms[:20])
            say(f"\nterms that no category has: {words}")
    say()
    for warning in found.warnings:
        say(f"! {warning}")
    if not found.warnings:
        say("nothing looks wrong")
    if document.rejected or any(line.reason for line in found.lines) or not found.lines:
        raise typer.Exit(ENDED_BADLY)


def looked_into(
    place: str, hosts: Sequence[str], known: Feed | None = None
) -> tuple[Document, Response | None]:
    """The feed at `place` and, unless it is a file, the response that it came in. Prints how the
    fetch went. `known`: the feed in the settings, if it is there.

    Raises Failed where there is no feed, naming those that a web page there links to.
    """
    from wireroom.errors import NotAFeed  # noqa: PLC0415
    from wireroom.pipeline.feed_check import document_of  # noqa: PLC0415

    body, response = _got(place, hosts)
    url = response.url if response else Path(place).absolute().as_uri()
    try:
        document = document_of(body, url, response, known)
    except NotAFeed as error:
        raise Failed(f"{place}: {error}", *_found_in(body, url)) from error
    return document, response


def _got(place: str, hosts: Sequence[str]) -> tuple[bytes, Response | None]:
    """The document at `place` and, unless it is a file, its response. Prints how the fetch went."""
    from wireroom.errors import FetchError  # noqa: PLC0415
    from wireroom.settings.toml_values import is_path, local_path  # noqa: PLC0415
    from wireroom.wire.http.fetch import Fetcher  # noqa: PLC0415

    if is_path(place):
        try:
            body = local_path(place, Path()).read_bytes()
        except OSError as error:
            raise Failed(f"{place}: {error.strerror}") from error
        say(f"file       {place}, {len(body)} bytes")
        return body, None
    try:
        with working(f"fetching {place}"):
            response = Fetcher(agent=AGENT, internal_hosts=frozenset(hosts)).get(place)
    except FetchError as error:
        hint = (
            ["--internal HOST lets a host on a private network through"]
            if "internal_hosts" in str(error)
            else []
        )
        raise Failed(f"{place}: {error}", *hint) from error
    say(f"address    {response.url}")
    for status, url in response.redirects:
        say(f"redirect   {status} to {url}")
    say(f"answer     {response.status} in {response.elapsed:.2f} s, {len(response.body)} bytes")
    say(f"type       {response.content_type or '-'} {response.charset}".rstrip())
    say(f"validators ETag {response.etag or '-'}, Last-Modified {response.last_modified or '-'}")
    if response.max_age is not None:
        say(f"fresh for  {response.max_age} s")
    return response.body, response


def _entries(found: Check, limit: int, mapped: bool) -> None:
    rows = []
    for line in found.lines[:limit]:
        entry, story = line.entry, line.story
        date = entry.updated or entry.published
        published = story.headline if story else f"rejected: {line.reason}"
        if story and story.withdrawn:
            published = f"(withdrawn) {published}"
        if story and story.embargo:
            published = f"(embargo {story.embargo:%Y-%m-%d %H:%M}) {published}"
        row = [
            entry.id,
            f"{date:%Y-%m-%d %H:%M}" if date else "-",
            f"{line.length}{'' if entry.full else ' (summary)'}",
            published,
        ]
        if mapped:
            row.append(", ".join(story.categories) if story else "")
        rows.append(row)
    if rows:
        say()
        table(("id", "date (UTC)", "characters", "headline", "categories")[: 4 + mapped], rows)
    if len(found.lines) > limit:
        say(f"… and {len(found.lines) - limit} more (--limit)")


def _found_in(page: bytes, url: str) -> list[str]:
    """The feeds that a web page names, for a person who gave a site's address."""
    from wireroom.wire.discover import feeds_of  # noqa: PLC0415

    named = feeds_of(page, url)
    if not named:
        return []
    return [
        "the page names these feeds:",
        *(f"  {address}  {title}".rstrip() for address, title, _ in named),
    ]
