"""`file`: put files into a feed's folder of the inbox."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wireroom_infra.cli.output import ENDED_BADLY, USAGE, Failed, complain, say, working
from wireroom_infra.cli.reach import Local, Stack, reach

if TYPE_CHECKING:
    from wireroom.store.drops import Dropped, Drops

PATIENCE = 300.0  # seconds for which --wait waits
PAUSE = 0.5  # seconds between two looks


def file(
    feed: Annotated[str, typer.Argument(metavar="FEED", help="The feed's id.")],
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="The files.")],
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait until they are taken, and say what became of each.")
    ] = False,
    stack: Stack = "",
    local: Local = False,
) -> None:
    """Put files into the folder that a feed with `drop = true` has in the inbox.

    A file of the same name that is still there is replaced. With --wait it ends with 1 when a file
    failed, or was not taken within five minutes.

    [bold]Examples[/bold]

      wireroom file ptn-files story.xml --wait --local

      wireroom file ptn-files archive/one.xml archive/two.xml --stack harbour-post
    """
    from wireroom.store.drops import Dropped, Drops  # noqa: PLC0415
    from wireroom_infra.local.stack import feeds_of  # noqa: PLC0415

    reached = reach(stack, local)
    row = feeds_of(reached).get(feed)
    if row is None:
        raise Failed(f"there is no feed {feed}")
    if not row.config.drop:
        raise Failed(f"{feed} takes no files: it needs drop = true in site.toml")
    read = _read(paths)
    drops = Drops(reached.client("s3"), reached.outputs["InboxBucket"])
    sent = {}
    for name, data in read.items():
        one = Dropped(feed, name)
        sent[one] = drops.put(one, data)
        if not wait:
            say(f"{name}: put into the inbox")
    if wait and not _all_taken(drops, sent):
        raise typer.Exit(ENDED_BADLY)


def _read(paths: list[Path]) -> dict[str, bytes]:
    """The files by their names. Raises Failed before any is put."""
    from wireroom.wire.document.document import MAX_DOCUMENT  # noqa: PLC0415

    found: dict[str, bytes] = {}
    for path in paths:
        if path.name in found:
            raise Failed(
                f"two files have the name {path.name}: put one after the other", code=USAGE
            )
        try:
            size = path.stat().st_size
            if size > MAX_DOCUMENT:
                raise Failed(f"{path} has {size:,} bytes; {MAX_DOCUMENT:,} are taken at most")
            found[path.name] = path.read_bytes()
        except OSError as error:
            raise Failed(f"{path}: {error.strerror}") from error
    return found


def _all_taken(drops: Drops, sent: dict[Dropped, str]) -> bool:
    """Say what becomes of each file that was put, with its ETag. Gives whether all is well."""
    well, end = True, time.monotonic() + PATIENCE
    left = dict(sent)
    with working(f"waiting for {len(sent)} file{'s' * (len(sent) != 1)} to be taken"):
        while left and time.monotonic() < end:
            for one, etag in list(left.items()):
                fate = drops.fate(one, etag)
                if fate == "waits":
                    continue
                del left[one]
                if fate == "failed":
                    complain(f"{one.name}: failed: {drops.reason(one)}")
                    well = False
                else:
                    say(f"{one.name}: {'taken' if fate == 'done' else 'replaced by another'}")
            if left:
                time.sleep(PAUSE)
    for one in left:
        complain(f"{one.name}: not taken yet; `wireroom status` shows the queue `inbox`")
    return well and not left
