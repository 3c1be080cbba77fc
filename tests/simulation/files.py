"""Checks that each file of the inbox is where it belongs."""

from __future__ import annotations

from collections.abc import Iterator

from tests.simulation.newsroom import DROPPED, Newsroom
from wireroom.store.drops import DONE, FAILED, INBOX, REASON


def wrong(newsroom: Newsroom) -> Iterator[str]:
    """15: problems of files, when all is done: nothing waits, and what was put last under each name
    is done, or has failed with its reason beside it."""
    simulation = newsroom.simulation
    objects = simulation.cloud.objects[simulation.stage.inbox]
    for key in sorted(objects):
        if key.startswith(f"{INBOX}/"):
            yield f"15: {key} was never taken"
        if key.startswith(f"{FAILED}/") and not key.endswith(REASON):
            reason = objects.get(key + REASON)
            if reason is None or b"reason: " not in reason.body:
                yield f"15: nothing says why {key} failed"
    for name, data in sorted(newsroom.files.items()):
        folder = FAILED if name in newsroom.broken else DONE
        found = objects.get(f"{folder}/{DROPPED.id}/{name}")
        if found is None or found.body != data:
            yield f"15: {name} was lost: in {folder}/ is {found and found.body!r}"
        done = objects.get(f"{DONE}/{DROPPED.id}/{name}")
        if folder == FAILED and done and done.body == data:
            yield f"15: {name} is said to be done, and is broken"
