"""All that decides how a run goes on and what the verdict on it says, as one short value.

Crash points end alike: whichever call of an invocation fails, its retry mends the same. Two runs
that have come to the same state between two invocations go on in the same way, so the rest of the
second needs no look (`prepared.py`).

Whatever the world, the watch, the cloud and the newsroom hold belongs to the state, but for what
LEFT_OUT names, which has no effect, and the render ids of pages, by which an invocation recognises
the pages that it wrote itself. Warm containers keep only clients and secrets: they are counted.
"""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from tests.simulation.cloud import Cloud, Message, Object, Record
from tests.simulation.memory import written
from tests.simulation.newsroom import Newsroom
from tests.simulation.simulation import Simulation
from tests.simulation.truth import Truth
from tests.simulation.watch import RENDER_ID, Watch
from tests.simulation.wire import Publisher
from wireroom.site.pages import article_path

LEFT_OUT: dict[type, set[str]] = {
    Simulation: {
        # what is compared by itself, below
        "cloud", "truth", "watch", "publishers", "shards", "picture_shards", "_idle", "measured",
        # the same for all runs of a scenario
        "stage", "seed", "sizes", "overlap", "stale", "skewed", "duplicates", "running",
        # an invocation's luck depends on the time; the number of calls is compared apart
        "random", "calls",
        # what has been: the verdict looks at `problems`, and a state is asked for without any
        "trace", "begun", "problems", "_routed", "moment",
        # what the harness has planned
        "faults", "meanwhile", "between",
        # which sleeps come to the same
        "changed", "slept", "asked",
    },
    # Stale reads and what a page was before are asked for by other runs, or before this one.
    Cloud: {
        "table", "objects", "queues", "records", "replaced", "messages_sent", "_undo", "copies",
        "purges",
    },
    Truth: set(),
    Watch: {"pages", "versions", "changes", "problems", "stories", "tokens", "_truth"},
    Newsroom: {"simulation"},
    Publisher: {"feed"},
}  # fmt: skip
ALARMED = "entries_unmatched"  # the only metric that a scenario's `check` looks at
MOST = 10_000  # values whose digests are held, with them


class States:
    """Gives the states of the runs of one scenario."""

    def __init__(self) -> None:
        self._pages: dict[str, bytes] = {}  # ETag → digest of the page without its render id
        self._values: dict[int, tuple[Any, bytes]] = {}  # id → the value, and its digest

    def forget(self) -> None:
        """Let go of the values of runs that are over, once they are many: most values of a run are
        those with which all runs of the scenario begin."""
        if len(self._values) > MOST:
            self._values.clear()

    def of(self, newsroom: Newsroom) -> bytes:
        """The state of a sequential run between two invocations."""
        simulation = newsroom.simulation
        cloud, watch = simulation.cloud, simulation.watch
        simulation.route()
        seen = [
            simulation.clock.now(),
            *map(self._rest, (newsroom, simulation, cloud, simulation.truth, watch)),
            {name: self._rest(each) for name, each in simulation.publishers.items()},
            [
                (pk, sk, self._value(row))
                for pk, held in sorted(cloud.table.items())
                for sk, row in sorted(held.items())
            ],
            {
                bucket: self._objects(held)
                for bucket, held in cloud.objects.items()
                if bucket != "rebuilt"
            },
            {
                name: [self._message(cloud, each) for each in held]
                for name, held in cloud.queues.items()
            },
            [
                (
                    [(each.attempts, self._records(each.records)) for each in shard.pending],
                    self._records(shard.waiting),
                )
                for shard in (*simulation.shards, *simulation.picture_shards)
            ],
            {name: len(idle) for name, idle in sorted(simulation._idle.items()) if idle},
            bool(simulation.measured[ALARMED]),
            {
                name: [
                    (before and self._value(before), self._value(after)) for before, after in log
                ]
                for name, log in sorted(watch.changes.items())
            },
            self._objects(watch.versions),
            self._held(cloud.held()),
            # When one was made that is over has no effect on what the edges may hold later.
            [
                (each.reference, each.paths, None if each.over(simulation.clock.now()) else each.at)
                for each in cloud.purges
            ],
        ]
        return _digest(seen)

    def _rest(self, owner: Any) -> Any:
        """What an object holds, without its functions and what is LEFT_OUT."""
        return [
            (name, self._held(value))
            for name, value in sorted(vars(owner).items())
            if name not in LEFT_OUT[type(owner)] and not callable(value)
        ]

    def _held(self, value: Any) -> Any:
        if isinstance(value, Struct):
            return self._value(value)
        if isinstance(value, dict):
            return [(key, self._held(each)) for key, each in value.items()]
        if isinstance(value, list | tuple):
            return [self._held(each) for each in value]
        return sorted(value) if isinstance(value, set) else value

    def _objects(self, held: dict[str, Object]) -> Any:
        return [(key, self._object(key, each)) for key, each in sorted(held.items())]

    def _object(self, key: str, held: Object) -> bytes:
        if id(held) not in self._values:
            if held.etag not in self._pages:
                self._pages[held.etag] = _digest(RENDER_ID.sub(b"", held.body))
            plain = asdict(held) | {"body": self._pages[held.etag], "etag": ""}
            # Only `unlist` asks when an object was written, and the inbox when a file was.
            if not article_path(key) and not key.startswith(("inbox/", "failed/")):
                del plain["at"]
            self._values[id(held)] = held, _digest(plain)
        return self._values[id(held)][1]

    def _records(self, records: list[Record]) -> Any:
        return [
            (each.at, each.key, *(image and self._value(image) for image in (each.old, each.new)))
            for each in records
        ]

    def _message(self, cloud: Cloud, message: Message) -> Any:
        plain = asdict(message) | {"id": ""}
        if '"DDBStreamBatchInfo"' in message.body:  # which names records by their numbers
            told = json.loads(message.body)
            batch = told.pop("DDBStreamBatchInfo")
            first, last = int(batch["startSequenceNumber"]), int(batch["endSequenceNumber"])
            named = [
                record
                for record in cloud.records[first - 1 : last]
                if str(cloud.shard(record)) == batch["shardId"]
            ]
            plain["body"] = told, batch["shardId"], self._records(named)
        return plain

    def _value(self, value: Any) -> bytes:
        if id(value) not in self._values:
            self._values[id(value)] = value, _digest(value)
        return self._values[id(value)][1]


def _digest(value: Any) -> bytes:
    return blake2b(written(value), digest_size=16).digest()
