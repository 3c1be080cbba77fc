"""One run: a world, the deployed functions, and a seed that decides everything.

    step:   the world changes ─ or an invocation begins ─ or one that is under way moves a little
    settle: faults stop; queues, stream and schedules go on until nothing is left to do

An invocation stops before and after each of its calls. In a *sequential* run, for crash points and
fixed scenarios, each invocation runs to its end when it begins.
"""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from copy import copy
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from botocore.exceptions import BotoCoreError, ClientError
from msgspec import Struct, ValidationError

from tests.simulation import cdn, faults
from tests.simulation.cloud import Item, Key, Message, Object, Record, stream_event
from tests.simulation.fiber import Fiber, Killed
from tests.simulation.stage import Source, Stage, StreamSource, allowed
from tests.simulation.trace import Trace, queue
from tests.simulation.truth import Truth
from tests.simulation.watch import SKEW, Watch
from tests.simulation.wire import Publisher
from wireroom.errors import FetchError, Retryable, Unavailable
from wireroom.model import Article
from wireroom.store.items import struct
from wireroom.wire.http.fetch import Response
from wireroom_infra.embedded.errors import TimedOut
from wireroom_infra.embedded.functions import Function
from wireroom_infra.embedded.queues import failures

_invocation: ContextVar[Invocation | None] = ContextVar("invocation", default=None)
MOST_CALLS = 250  # of one invocation: more is a loop
JOB_CALLS = 10  # allowed beyond that for each job of a batch, as a redrive makes one for each page
MINUTES = 6  # after which all purges are done, and no edge shows a story that is not to be seen
MOST_CONFLICTS = 4  # of one invocation about one row or page: more is a loop, too
MISTAKE = "planted by the simulation"  # in the message of an error that a scenario raises
# The next minute's run retries.
SCHEDULED = {
    "IngestFunction", "ReleaseFunction", "SweepFunction", "PurgeFunction", "PicturesFunction",
}  # fmt: skip


class Invocation(Struct, kw_only=True, eq=False):
    """One invocation of a function. `settled`: called with it at its end. `refused`: one of its
    calls had a fault. `unheard`: one that sends messages had, so a dead letter may lack its
    reason."""

    name: str
    function: str
    event: Any
    container: Function | None
    started: datetime
    skew: timedelta
    settled: Callable[[Invocation], None]
    own: list[Article] = []
    fiber: Fiber | None = None
    response: Any = None
    error: BaseException | None = None
    refused: bool = False
    unheard: bool = False
    calls: int = 0
    most: int = MOST_CALLS
    at: str = ""  # the operation before which it is suspended
    last: str = ""  # the one that it called last
    conflicts: dict[str, int] = {}  # row or page → how often writing it conflicted
    urgency: float = 0.0


class Batch(Struct):
    records: list[Record]
    attempts: int = 0


class Shard(Struct, eq=False):
    """One shard of the stream. Its records go to one invocation at a time, in order."""

    waiting: list[Record] = []
    pending: list[Batch] = []
    busy: bool = False
    of_pictures: bool = False


class Simulation:
    """`overlap`: whether invocations overlap. `faults`: may be changed at any time. `sizes`: values
    for some of the stage's SIZES, so that small worlds have several chunks, too."""

    def __init__(
        self, stage: Stage, seed: int | str, sizes: Mapping[str, int] | None = None
    ) -> None:
        self.stage = stage
        self.seed = seed
        self.random = random.Random(f"wireroom {seed}")
        self.overlap = False
        self.sizes = sizes or {}
        self.faults: faults.Faults = faults.Calm()
        self.cloud = stage.cloud()
        self.truth = Truth()
        self.watch = Watch(stage.site, self.truth, stage.aws.clock.now)
        self.trace = Trace()
        self.publishers: dict[str, Publisher] = {}
        self.shards = [Shard(), Shard()]
        # The same shards, as PicturesFunction reads them. `pictures`: address → what is there.
        self.picture_shards = [Shard(of_pictures=True), Shard(of_pictures=True)]
        self.pictures: dict[str, bytes] = {}
        self.pictures_down = False
        self.running: list[Invocation] = []
        self.calls = 0
        self.events = 0
        self.settling: tuple[int, datetime] | None = None  # (pulls, horizon) of `settle`
        self.between: Callable[[], None] = lambda: None  # called when no invocation runs
        self.begun: dict[str, int] = defaultdict(int)
        self.problems: list[str] = []
        self.measured: Counter[str] = Counter()
        self.skewed = self.duplicates = 0.0
        self._routed = 0
        self._places: dict[str, int] = {}
        self.meanwhile: Callable[[str], None] = lambda _: None
        self.changed: set[faults.Thing] | None = None  # while an invocation sleeps
        self.slept: set[faults.Thing] = set()  # what changed while one slept
        self.asked = 0  # how often the functions asked for the time and for chance
        self._idle: dict[str, list[Function]] = defaultdict(list)
        self.stale = 0.0
        stage.aws.clock.reset()
        self._wire()

    def _wire(self) -> None:
        self.stage.play = self
        self.stage.resize(self.sizes)
        cloud = self.cloud
        cloud.now, cloud.wrote, cloud.put = self.clock.now, self._wrote, self._put
        cloud.gone = self._gone
        cloud.wildcards = 2 if "wildcards of a purge" in self.sizes else 15
        cloud.lag = self._lag
        cloud.cut = self._cut
        cloud.place = self._order
        cloud.shard = lambda record: self._places.get(
            record.key[0], crc32(record.key[0].encode()) % len(self.shards)
        )

    def snapshot(self) -> Simulation:
        """A copy from which the run can be continued, any number of times. Make it between
        steps."""
        kept = copy(self)
        kept.random = random.Random()
        kept.random.setstate(self.random.getstate())
        kept.cloud, kept.truth, kept.trace = (
            self.cloud.snapshot(), self.truth.snapshot(), self.trace.snapshot(),
        )  # fmt: skip
        kept.watch = self.watch.snapshot(kept.truth)
        kept.publishers = {}
        for name, publisher in self.publishers.items():
            kept.publishers[name] = copy(publisher)
            kept.publishers[name].shown = dict(publisher.shown)
            kept.publishers[name]._served = kept.truth.serve
        kept.shards = [Shard(list(s.waiting), list(s.pending)) for s in self.shards]
        kept.picture_shards = [
            Shard(list(s.waiting), list(s.pending), of_pictures=True) for s in self.picture_shards
        ]
        kept.pictures = dict(self.pictures)
        kept.begun, kept.problems = defaultdict(int, self.begun), list(self.problems)
        kept.measured = Counter(self.measured)
        kept._places = dict(self._places)
        kept.running, kept.between = [], lambda: None
        kept._idle = defaultdict(list, {name: list(idle) for name, idle in self._idle.items()})
        kept.moment = self.clock.now()
        return kept

    def resume(self) -> None:
        """Make the stage use this copy, at the time at which it was made."""
        for name, idle in self._idle.items():
            idle[:] = [self.stage.container(name) for _ in idle]  # cold ones
        self.clock.reset()
        self.clock.advance_to(self.moment)
        self._wire()

    def _put(self, bucket: str, key: str, written: Object) -> None:
        self.watch.put(bucket, key, written)
        if self.changed is not None:
            self.changed |= {bucket, (bucket, key)}

    def _gone(self, bucket: str, key: str) -> None:
        self.watch.gone(bucket, key)
        if self.changed is not None:
            self.changed |= {bucket, (bucket, key)}

    def _wrote(self, key: Key, old: Item | None, new: Item | None) -> None:
        self.watch.wrote(key, old, new)
        if self.changed is not None:
            self.changed |= faults.changed(key, old, new)
        if key[1] != "purge" or new is None or new["state"]["S"] != "done":
            return
        paths = [path["S"] for path in new["paths"]["L"]]
        ordered = datetime.fromisoformat(new["requested"]["S"]) - SKEW
        for held in self.cloud.held():
            if held.at <= ordered and cdn.matches(paths, held.key):
                self.problems.append(f"11: purge {key[0]} is done, but an edge has {held.key}")

    # --- what the stage asks --------------------------------------------------------------------

    @property
    def clock(self) -> Any:
        return self.stage.aws.clock

    def chance(self) -> random.Random:
        self.asked += 1
        return self.random

    def now(self) -> datetime:
        self.asked += 1
        invocation: Invocation | None = _invocation.get()
        moment: datetime = self.clock.now()
        if invocation:
            moment += invocation.skew
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    def fetch(self, url: str, etag: str, last_modified: str) -> Response:
        invocation = _invocation.get()
        assert invocation
        publisher = next(p for p in self.publishers.values() if url in (p.feed.url, p.moved_to))
        answer: Response = self._do(
            invocation, "http", "GET", {"Url": url}, lambda _: publisher.answer(url, etag)
        )
        return answer

    def fetch_picture(self, url: str) -> Response:
        invocation = _invocation.get()
        assert invocation

        def answer(_: Any) -> Response:
            if self.pictures_down:
                raise FetchError("server-error", "503 from the agency")
            return Response(status=200, url=url, body=self.pictures[url])

        found: Response = self._do(invocation, "http", "GET", {"Url": url}, answer)
        return found

    def unforeseen(self, error: Exception, reason: str) -> None:
        """Called for each unforeseen error that Wireroom catches: a problem, unless a scenario
        raised it."""
        self.trace.say(self.clock.now(), f"unforeseen: {reason}")
        if MISTAKE not in str(error):
            self.problems.append(f"nobody foresaw: {error!r}")

    def measure(self, counts: Mapping[str, int], prefix: str) -> None:
        self.measured.update({f"{prefix}{name}": count for name, count in counts.items()})

    def call(self, service: str, operation: str, params: Mapping[str, Any]) -> Any:
        invocation: Invocation | None = _invocation.get()
        if invocation is None:
            return self.cloud.answer(service, operation, params)
        return self._do(
            invocation, service, operation, params,
            lambda asked: self.cloud.answer(service, operation, asked),
        )  # fmt: skip

    def _do(
        self, invocation: Invocation, service: str, operation: str, params: Mapping[str, Any],
        answer: Callable[[Mapping[str, Any]], Any],
    ) -> Any:  # fmt: skip
        invocation.at = operation
        self._stop(invocation)
        invocation.at = ""
        number, self.calls = self.calls, self.calls + 1
        invocation.calls += 1
        if invocation.calls > invocation.most:
            self.problems.append(f"{invocation.name} has made {invocation.most} calls and goes on")
            raise Killed
        fault = self.faults.plan(
            faults.Call(
                number, invocation.name, service, operation, params, invocation.last, self.asked
            )
        )
        invocation.last = operation
        end_line = self.trace.call(self.clock.now(), invocation.name, service, operation, params)
        if fault and not fault.startswith("sleep"):
            invocation.refused = True
            invocation.unheard |= operation == "SendMessageBatch"
        if fault.startswith("sleep"):
            self._sleep(invocation, fault)
        if fault == "die-before":
            end_line("dies before it")
            raise Killed
        if fault in {"refused", "conflict"}:
            refused = faults.refusal(self.random, service, operation)
            if fault == "conflict" and service != "http":
                refused = faults.conflict(operation)
            end_line(f"refused: {refused}")
            raise refused
        if service != "http":
            self._check_allowed(invocation, service, operation, params)
        result, error = self._effect(answer, params, operation, fault)
        if service == "s3" and operation == "PutObject" and error is None:
            self._look_at_links(invocation, params)
        self._count_conflict(invocation, params, error)
        end_line(f", {fault}" if fault else "", result if error is None else error)
        self._stop(invocation)
        if fault == "die-after":
            raise Killed
        if fault == "lost" and service != "http":
            raise faults.lost(service)
        if error is not None:
            raise error
        return result

    def _sleep(self, invocation: Invocation, fault: str) -> None:
        self.trace.say(self.clock.now(), f"{invocation.name} sleeps")
        self.changed = self.slept = set()
        self.meanwhile(fault)
        self.deliver_all()
        self.changed = None
        self.trace.say(self.clock.now(), f"{invocation.name} wakes up")

    def _effect(
        self, answer: Callable[[Mapping[str, Any]], Any], params: Mapping[str, Any],
        operation: str, fault: faults.Fault,
    ) -> tuple[Any, Exception | None]:  # fmt: skip
        rest: dict[str, Any] = {}
        if fault == "partly":
            params, rest = faults.partial(self.random, operation, params)
            if not params:
                return {"Responses": {}, "Successful": []} | rest, None
        try:
            result = answer(params)
            # The SDK gives a transaction a token, so that its retry gets the first answer.
            if fault == "again" and operation != "TransactWriteItems":
                result = answer(params)
        except NotImplementedError as error:
            self.problems.append(f"the cloud can't: {error}")  # noted, as ingest would catch it
            raise
        except Exception as error:  # noqa: BLE001 (whatever the call is answered with)
            return None, error
        return result | rest if rest else result, None

    def _check_allowed(
        self, invocation: Invocation, service: str, operation: str, params: Any
    ) -> None:
        try:
            allowed(service, operation, params)
        except ClientError as error:
            self.problems.append(f"{invocation.name} may not {error.response['Denied']}")
            raise

    def _look_at_links(self, invocation: Invocation, params: Mapping[str, Any]) -> None:
        if params["Bucket"] == self.stage.site and invocation.own and not self.watch.given_up:
            own = {article.path for article in invocation.own if article.state == "live"}
            text = params["Body"].decode("utf-8", "replace")
            if 'class="full"' not in text:  # articles of one batch may link to each other
                self.watch.linked(text, own)

    def _count_conflict(
        self, invocation: Invocation, params: Mapping[str, Any], error: Exception | None
    ) -> None:
        """Count a conflict about a row or page that another writer has changed. In a transaction
        only the first row counts, the article's: the others show that the event was applied before,
        or that the address is taken."""
        if not isinstance(error, ClientError):
            return
        why = error.response["Error"]["Code"]
        if "TransactItems" in params:
            why = error.response["CancellationReasons"][0]["Code"]
            (params,) = params["TransactItems"][0].values()
        if not why.startswith(("ConditionalCheckFailed", "PreconditionFailed")):
            return
        what = str(params.get("Key") or [params["Item"][name] for name in ("pk", "sk")])
        times = invocation.conflicts[what] = invocation.conflicts.get(what, 0) + 1
        if times == MOST_CONFLICTS + 1:
            self.problems.append(f"7: {invocation.name} wrote {what} {times} times in vain")

    def _stop(self, invocation: Invocation) -> None:
        if invocation.fiber:
            self.clock.advance(self.random.randrange(1, 30) / 1000)
            invocation.fiber.stop()

    def _lag(self) -> int:
        return self.random.randrange(1, 6) if self.random.random() < self.stale else 0

    def _cut(self) -> int:
        return self.random.randrange(1, 6) if self.stale and self.random.random() < 0.5 else 0

    def _order(self, key: Key) -> Any:
        """The order, decided by the seed, of keys for which DynamoDB promises none."""
        return crc32(f"{self.seed} {key[0]}".encode()), key

    # --- invocations ----------------------------------------------------------------------------

    def begin(
        self,
        function: str,
        event: Any,
        settled: Callable[[Invocation], None],
        own: list[Article] = [],  # noqa: B006
        most: int = MOST_CALLS,
    ) -> Invocation:
        """Invoke a function. In a sequential run it has ended when this returns.

        In such a run it begins with the next second, which decides its luck, and takes no time. So
        two runs that have come to the same go on alike, whatever calls were made before.
        """
        if not self.overlap:
            self.clock.advance_to(self.clock.now().replace(microsecond=0) + timedelta(seconds=1))
            self.random.seed(f"{self.seed} {self.clock.now()}")
        self.begun[function] += 1
        idle = self._idle[function]
        container = (
            idle.pop(self.random.randrange(len(idle))) if idle else self.stage.container(function)
        )
        skew = (
            timedelta(seconds=round(self.random.uniform(-3, 3), 3)) if self.skewed else timedelta()
        )
        name = f"{function.removesuffix('Function').lower()}#{self.begun[function]}"
        invocation = Invocation(
            name=name, function=function, event=event, container=container, settled=settled,
            started=self.clock.now(), skew=skew, own=own, most=most,
        )  # fmt: skip
        self.trace.say(self.clock.now(), f"{name} begins")
        if self.overlap:
            invocation.urgency = self.random.random()
            invocation.fiber = Fiber(lambda: self._run(invocation))
            self.running.append(invocation)
        else:
            self._run(invocation)
            self._end(invocation)
        return invocation

    def _run(self, invocation: Invocation) -> None:
        token = _invocation.set(invocation)
        request = f"{self.random.getrandbits(64):016x}"
        try:
            if invocation.container:
                invocation.response = invocation.container.invoke(invocation.event, request)
            else:
                invocation.event()
        except BaseException as error:  # noqa: BLE001 (its end, whatever it is)
            invocation.error = error
        finally:
            _invocation.reset(token)

    def _end(self, invocation: Invocation) -> None:
        error = invocation.error
        now = self.clock.now()
        if error is None:
            if invocation.container:
                self._idle[invocation.function].append(invocation.container)
            self.trace.say(now, f"{invocation.name} ends: {json.dumps(invocation.response)}")
        elif isinstance(error, Killed) or (invocation.fiber and isinstance(error, TimedOut)):
            self.trace.say(now, f"{invocation.name} is dead")
        else:
            self.trace.say(now, f"{invocation.name} failed: {error!r}")
            if not self._may_fail(invocation, error):
                self.problems.append(f"{invocation.name} failed by itself: {error!r}")
        invocation.settled(invocation)

    def _may_fail(self, invocation: Invocation, error: BaseException) -> bool:
        """Whether an invocation that had a fault may fail with `error`. A function with messages or
        records must not: it reports which of them failed. A scheduled one may raise Unavailable."""
        if not invocation.refused:
            return False
        if invocation.container is None:  # an operator's command: the operator repeats it
            return isinstance(error, (Retryable, ClientError, BotoCoreError))
        return invocation.function in SCHEDULED and isinstance(error, Unavailable)

    def operate(self, name: str, work: Callable[[], None]) -> bool:
        """Do an operator's command, whose calls may have faults. Gives whether it succeeded."""
        invocation = Invocation(
            name=name, function="", event=work, container=None, settled=lambda _: None,
            started=self.clock.now(), skew=timedelta(),
        )  # fmt: skip
        self.trace.say(self.clock.now(), f"{name} begins")
        self._run(invocation)
        self._end(invocation)
        return invocation.error is None

    def beside(self, work: Callable[[], object]) -> None:
        """Do an operator's command without faults, also while an invocation is suspended."""
        asleep = _invocation.set(None)
        try:
            work()
        finally:
            _invocation.reset(asleep)

    def move(self, invocation: Invocation, steps: int) -> None:
        if not invocation.fiber or invocation not in self.running:
            return
        invocation.fiber.move(steps)
        if invocation.fiber.over:
            self.running.remove(invocation)
            self._end(invocation)

    def move_to(self, invocation: Invocation, operation: str) -> None:
        """Let `invocation` run until it is about to call `operation`, or ends."""
        while invocation in self.running and invocation.at != operation:
            self.move(invocation, 1)

    def kill(self, invocation: Invocation) -> None:
        """End `invocation` where it is suspended, as Lambda does at its timeout."""
        if invocation.fiber:
            invocation.fiber.kill()
            invocation.error = invocation.error or Killed()
            self.running.remove(invocation)
            self._end(invocation)

    def pass_time(self, seconds: float) -> None:
        """Let time pass. Invocations that exceed their timeout are killed."""
        self.clock.advance(seconds)
        self.trace.say(self.clock.now(), f"{seconds:.0f} seconds pass")
        for invocation in list(self.running):
            spent = self.clock.now() - invocation.started
            if invocation.container and spent.total_seconds() > invocation.container.timeout:
                self.kill(invocation)

    def deploy(self) -> None:
        """New code: every container that starts from now on is cold."""
        self._idle.clear()
        self.trace.say(self.clock.now(), "a deployment")

    def close(self) -> None:
        """End all invocations that still run."""
        for invocation in list(self.running):
            if invocation.fiber:
                invocation.fiber.kill()
        self.running.clear()

    # --- schedules ------------------------------------------------------------------------------

    def fire(self, function: str) -> None:
        """Invoke a scheduled function. If it fails it is not retried; the next minute's run is."""
        self.begin(function, {"source": "aws.scheduler", "detail": "{}"}, lambda _: None)

    # --- queues ---------------------------------------------------------------------------------

    def visible(self, source: Source) -> list[Message]:
        now = self.clock.now()
        return [m for m in self.cloud.queues[source.queue] if m.visible <= now]

    def receive(self, source: Source, most: int, shuffle: bool = False) -> bool:
        """Deliver a batch of a queue. False if the queue had no visible message."""
        messages = self.visible(source)
        if shuffle:
            self.random.shuffle(messages)
        batch = []
        for message in messages:
            if message.receives >= source.receives:
                self.cloud.queues[source.queue].remove(message)
                self.cloud.queues[source.dead_letters].append(message)
                self.trace.say(
                    self.clock.now(), f"{message.id} goes to {queue(source.dead_letters)}"
                )
            elif len(batch) < most:
                batch.append(message)
        if not batch:
            return bool(messages)
        for message in batch:
            message.receives += 1
            message.visible = self.clock.now() + timedelta(seconds=source.visibility)
        records = [self._message(source, message) for message in batch]
        self.begin(
            source.function, {"Records": records},
            lambda invocation: self._received(source, batch, invocation),
        )  # fmt: skip
        return True

    def _message(self, source: Source, message: Message) -> dict[str, Any]:
        return {
            "messageId": message.id,
            "receiptHandle": f"{message.id}-{message.receives}",
            "body": message.body,
            "attributes": {"ApproximateReceiveCount": str(message.receives)},
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": f"arn:aws:sqs:eu-west-1:123456789012:{source.queue}",
            "awsRegion": "eu-west-1",
        }

    def _received(self, source: Source, batch: list[Message], invocation: Invocation) -> None:
        ids = {message.id for message in batch}
        failed = ids if invocation.error else failures(invocation.response, ids)
        lost_word = isinstance(invocation.error, Killed) or invocation.unheard
        for message in batch:
            message.excuse = "its last receiver was not heard" if lost_word else ""
        if failed is None:
            self.problems.append(f"{invocation.name} named messages that it never got")
            failed = ids
        held = self.cloud.queues[source.queue]
        for message in batch:
            if message.id in failed or message not in held:
                continue
            if self.duplicates and self.random.random() < self.duplicates:
                message.excuse = "it was not deleted"
                self.trace.say(self.clock.now(), f"{message.id} was not deleted")
                continue
            held.remove(message)

    # --- the stream -----------------------------------------------------------------------------

    def route(self) -> None:
        """Put new records of the stream that pass the filter into their shards."""
        for record in self.cloud.records[self._routed :]:
            event = stream_event(record)
            if self.stage.stream.passes(event):
                place = self._places.setdefault(record.key[0], self._place(record))
                self.shards[place].waiting.append(record)
            if self.stage.pictures.passes(event):
                place = self._places.setdefault(record.key[0], self._place(record))
                self.picture_shards[place % 2].waiting.append(record)
        self._routed = len(self.cloud.records)

    def _place(self, record: Record) -> int:
        """The shard of a new key. In a fixed scenario articles alternate between the shards, and a
        job or a purge goes to a shard that is not busy, so that it runs at once."""
        if self.overlap:
            return self.random.randrange(len(self.shards))
        if record.key[1] in {"job", "purge"}:
            return next((at for at, shard in enumerate(self.shards) if not shard.busy), 0)
        return sum(key.startswith("article#") for key in self._places) % len(self.shards)

    def _reader(self, shard: Shard) -> StreamSource:
        return self.stage.pictures if shard.of_pictures else self.stage.stream

    def deliver(self, shard: Shard, most: int) -> bool:
        """Deliver a batch of a shard. False if there is none, or another is being processed."""
        self.route()
        if shard.busy or not (shard.pending or shard.waiting):
            return False
        if not shard.pending:
            shard.pending = [Batch(shard.waiting[:most])]
            shard.waiting = shard.waiting[most:]
        batch = shard.pending[0]
        batch.attempts += 1
        shard.busy = True
        articles = [article for r in batch.records if (article := _article(r))]
        self.begin(
            self._reader(shard).function,
            {"Records": [stream_event(record) for record in batch.records]},
            lambda invocation: self._delivered(shard, batch, invocation),
            # A republish in the same batch may list an article whose own change comes later.
            own=articles if len(articles) == len(batch.records) else [],
            most=MOST_CALLS + JOB_CALLS * sum(r.key[1] == "job" for r in batch.records),
        )
        return True

    def _delivered(self, shard: Shard, batch: Batch, invocation: Invocation) -> None:
        shard.busy = False
        stream = self._reader(shard)
        numbers = [str(record.number) for record in batch.records]
        at: int | None = 0
        if not invocation.error:
            failed = failures(invocation.response, set(numbers))
            if failed is None:
                self.problems.append(f"{invocation.name} named records that it never got")
            else:
                at = min(map(numbers.index, failed)) if failed else None
        for record in batch.records[:at]:
            if article := _article(record):
                self.watch.rendered(article)
        shard.pending.pop(0)
        if at is None:
            return
        if at > 0:
            shard.pending.insert(0, Batch(batch.records[at:]))
        elif stream.bisect and len(batch.records) > 1:
            middle = len(batch.records) // 2
            shard.pending[:0] = [
                Batch(batch.records[:middle], batch.attempts - 1),
                Batch(batch.records[middle:]),
            ]
        elif batch.attempts > stream.retries:
            self._give_up(shard, batch)
        else:
            shard.pending.insert(0, batch)

    def _give_up(self, shard: Shard, batch: Batch) -> None:
        """Send what Lambda writes about a batch that it gives up to the dead-letter queue."""
        first, last = batch.records[0].number, batch.records[-1].number
        info = {
            "streamArn": "the table's",
            "shardId": str([*self.shards, *self.picture_shards].index(shard)),
            "startSequenceNumber": str(first),
            "endSequenceNumber": str(last),
        }
        condition = "RetryAttemptsExhausted"
        body = {"requestContext": {"condition": condition}, "DDBStreamBatchInfo": info}
        self.cloud.send(self._reader(shard).destination, json.dumps(body), condition)
        self.trace.say(self.clock.now(), f"records {first} to {last} are given up")
        for record in batch.records:
            if article := _article(record):
                self.watch.lost(article)

    def give_up(self) -> None:
        """Give up all that waits for render, as if it had failed after the last retry."""
        self.route()
        for shard in self.shards:
            waiting = [*shard.pending, *([Batch(shard.waiting)] if shard.waiting else [])]
            shard.pending, shard.waiting = [], []
            for batch in waiting:
                self._give_up(shard, batch)

    # --- to the end -----------------------------------------------------------------------------

    def drain(self, fault: faults.Faults | None = None) -> None:
        """Finish all work that has begun, without overlap, and without faults except `fault`."""
        self.faults = fault or faults.Calm()
        while self.running:
            self.move(self.running[0], 10_000)
        self.overlap, self.skewed, self.duplicates, self.stale = False, 0.0, 0.0, 0.0
        for _ in range(100):
            self.deliver_all()
            hidden = [m.visible for s in self.stage.sources for m in self.cloud.queues[s]]
            if not hidden:
                return
            self.clock.advance_to(min(hidden))
        self.problems.append("its work never ends")

    def deliver_all(self) -> None:
        """Deliver all that can be delivered now, one batch after the other."""
        for _ in range(1_000):
            if _invocation.get() is None:
                self.between()
            moved = [self.receive(source, source.batch) for source in self.stage.sources.values()]
            moved += [self.deliver(shard, self.stage.stream.batch) for shard in self.shards]
            most = self.stage.pictures.batch
            moved += [self.deliver(shard, most) for shard in self.picture_shards]
            if not any(moved):
                return
        self.problems.append("its work never ends")

    def settle(
        self, fault: faults.Faults | None = None, horizon: timedelta = timedelta(days=2)
    ) -> None:
        """Drain, and run ingest and release until nothing is due within `horizon`. Each feed is
        polled at least twice."""
        self.settling = None
        self.drain(fault)
        self._purge(fault, 0)
        end = self.clock.now().replace(minute=0, second=0, microsecond=0) + horizon
        feeds = [publisher.feed.id for publisher in self.publishers.values()]
        for publisher in self.publishers.values():
            publisher.trouble = ""
        self.pictures_down = False
        pulls = 0
        for _ in range(50):
            self.settling = pulls, end
            pictures = self._due_rows("due#picture")
            due = [*self._due_rows("due#release"), *pictures]
            due = [moment for moment in due if moment <= end]
            polls = [self._due(feed) for feed in feeds] if pulls < 2 else []
            if not due and not polls:
                self._purge(fault, pulls + 1)
                return
            if polls:
                pulls += 1
            self.clock.advance_to(max(polls) if polls else min(due))
            if polls:
                self.fire("IngestFunction")
                self.drain(fault)
            self.fire("ReleaseFunction")
            self.drain(fault)
            if pictures:
                self.fire("PicturesFunction")
                self.drain(fault)
        self.problems.append("something stays due for ever")

    def _due_rows(self, kind: str) -> list[datetime]:
        """When the rows of one kind in the index are due; now, if that is at once."""
        stamps = (
            row["due_sk"]["S"]
            for _, row in self.cloud.rows()
            if row.get("due_pk", {}).get("S") == kind
        )
        return [
            self.clock.now() if stamp == "0" else datetime.fromisoformat(stamp) for stamp in stamps
        ]

    def _purge(self, fault: faults.Faults | None, when: int) -> None:
        """Let minutes pass until all purges are done. Then no edge of the CDN shows a story that is
        not to be seen."""
        for minute in range(MINUTES):
            self.settling = -when, self.clock.now()
            if not any(row.get("due_pk") == {"S": "due#purge"} for _, row in self.cloud.rows()):
                break
            if minute:
                self.clock.advance(60)
            self.fire("PurgeFunction")
            self.drain(fault)
        else:
            self.problems.append(f"11: a purge is not done after {MINUTES} minutes")
        now = self.clock.now()
        for held in self.cloud.held():
            for name, gone in self.watch.left.items():
                if name in self.watch.hidden and held.shows(self.watch.tokens[name], gone, now):
                    self.problems.append(f"11: an edge has {held.key} that shows {name}")

    def _due(self, feed: str) -> datetime:
        row = self.cloud.item((f"feed#{feed}", "feed"))
        moment: datetime = self.clock.now()
        if row is None or row["due_sk"]["S"] == "0":
            return moment
        return max(moment, datetime.fromisoformat(row["due_sk"]["S"]))


def _article(record: Record) -> Article | None:
    """The article as a record has it; None if it is of another row, or can't be read."""
    if record.key[1] != "article" or not record.new:
        return None
    try:
        return struct(record.new, Article)
    except ValidationError:
        return None
