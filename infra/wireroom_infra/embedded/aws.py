"""The embedded AWS: what tests, `wireroom up` and `wireroom build` start."""

from __future__ import annotations

import functools
import json
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Self
from unittest.mock import patch

import boto3
from botocore.config import Config
from moto import mock_aws
from msgspec import Struct

from wireroom_infra.embedded import moto_gaps
from wireroom_infra.embedded.calls import Calls
from wireroom_infra.embedded.clock import Clock, RealClock, VirtualClock
from wireroom_infra.embedded.deploy import Stack, create_stack, translate
from wireroom_infra.embedded.errors import DeployError, EmbeddedError, StillMoving
from wireroom_infra.embedded.invoker import Failure, Invoker
from wireroom_infra.embedded.moto_gaps.core import REGION, serve
from wireroom_infra.embedded.moto_gaps.sqs import messages, next_visible
from wireroom_infra.embedded.permissions import Role, read_roles
from wireroom_infra.embedded.queues import QueueSource
from wireroom_infra.embedded.stream import StreamSource
from wireroom_infra.embedded.wiring import read_wiring

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "embedded",
    "AWS_SECRET_ACCESS_KEY": "embedded",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
    # No profile, endpoint or instance role of the machine's owner may come into play.
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    # An account in the host name makes moto answer DescribeStream with 404.
    "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
}
_UNSET = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL")


class DeadLetter(Struct, frozen=True):
    """A message of a dead-letter queue. `queue`: logical id. `attributes`: name → string value."""

    queue: str
    body: str
    attributes: Mapping[str, str]
    reason: str


class Snapshot(Struct, frozen=True):
    """What `EmbeddedAWS.snapshot` saw: the time, and moto's items and objects."""

    now: datetime
    stored: Any


class EmbeddedAWS:
    """The stack of a template, deployed and driven in this process; a context manager.

    `clock`: real by default. `port`: serves the same AWS on 127.0.0.1 as well (0: any free port;
    see `endpoint`). `seed`: makes request ids repeatable. One at a time in a process, as moto's
    state is one. Entering raises DeployError or NotAllowed when the template is wrong.
    """

    def __init__(
        self,
        template: Path,
        *,
        clock: Clock | None = None,
        port: int | None = None,
        stack_name: str = "wireroom",
        parameters: Mapping[str, str] | None = None,
        seed: int | None = None,
    ) -> None:
        self.clock: Clock = clock or RealClock()
        self.calls = Calls()
        self.endpoint = ""
        self.region = REGION
        self.stack_name = stack_name
        self._template = template.resolve()
        self._port = port
        self._parameters = parameters or {}
        self._invoker = Invoker(seed)
        self._exit = ExitStack()

    # --- starting and stopping ------------------------------------------------------------------

    def __enter__(self) -> Self:
        moto_gaps.apply()
        with ExitStack() as stack:
            stack.enter_context(_only_one())
            stack.enter_context(_environment(ENVIRONMENT))
            stack.enter_context(mock_aws())
            self.clock.install()
            stack.callback(self.clock.uninstall)
            self._deploy()
            shared = {k: v for f in self.functions.values() for k, v in f.environment.items()}
            self._refuse_differing(shared)
            stack.enter_context(_environment(shared))
            if self._port is not None:
                stack.enter_context(self._serving(self._port))
            self._exit = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._exit.close()

    @contextmanager
    def _serving(self, port: int) -> Iterator[None]:
        server = serve(port)
        host, bound = server.get_host_and_port()
        self.endpoint = f"http://{host}:{bound}"
        try:
            yield
        finally:
            server.stop()

    def _deploy(self) -> None:
        translated = translate(self._template)
        for layer in translated.layers:
            if str(layer) not in sys.path:
                sys.path.append(str(layer))
        self.stack: Stack = create_stack(
            self.client("cloudformation"),
            self.client("s3"),
            translated,
            name=self.stack_name,
            region=self.region,
            parameters=self._parameters,
        )
        self.roles = read_roles(self.client("iam"))
        wiring = read_wiring(
            self.stack,
            translated.code,
            self.client,
            roles=self.roles,
            invoker=self._invoker,
            clock=self.clock,
            calls=self.calls,
        )
        self.functions = wiring.functions
        self.queues = wiring.queues
        self.streams = wiring.streams
        self.schedules = wiring.schedules
        self._dead_letter_queues = wiring.dead_letter_queues

    def _refuse_differing(self, shared: Mapping[str, str]) -> None:
        # Functions share this process's environment, so one name can't have two values in it.
        for function in self.functions.values():
            for key, value in function.environment.items():
                if shared[key] != value:
                    raise DeployError(f"{key} differs between functions ({function.logical_id})")

    @property
    def sources(self) -> list[QueueSource | StreamSource]:
        """Every event source, each of which can be polled by itself."""
        return [*self.queues, *self.streams]

    # --- driving --------------------------------------------------------------------------------

    def tick(self) -> bool:
        """Fire the schedules that are due; True when any was."""
        fired = [schedule.tick() for schedule in self.schedules]
        return any(fired)

    def poll(self) -> bool:
        """One batch from every event source; True when anything moved."""
        moved = [source.poll() for source in self.sources]
        return any(moved)

    def drain(self, limit: int = 2_000) -> None:
        """Poll until nothing moves. A virtual clock moves on to when invisible messages return.

        Raises StillMoving, naming the sources, when `limit` rounds were not enough.
        """
        for _ in range(limit):
            if not self.poll() and not self._wait_for_messages():
                return
        moving = [source.function.logical_id for source in self.sources if source.poll()]
        raise StillMoving(f"after {limit} rounds there is still work for {', '.join(moving)}")

    def _wait_for_messages(self) -> bool:
        if not isinstance(self.clock, VirtualClock):
            return False
        times = [t for q in self.queues if (t := next_visible(q.arn)) is not None]
        if times:
            self.clock.advance_to(min(times))
        return bool(times)

    def run_forever(self, stop: threading.Event, interval: float = 0.5) -> None:
        """Schedules and event sources on the real clock, until `stop` is set. `interval`: seconds.

        Schedules have a thread of their own, so that a slow fetch holds up no page. An error of
        the embedded AWS itself in either of them sets `stop` and is raised here.
        """
        broken: list[Exception] = []

        def run(step: Callable[[], bool], busy: bool) -> None:
            try:
                while not stop.is_set():
                    if not (step() and busy):
                        stop.wait(interval)
            except Exception as error:  # noqa: BLE001 (raised again below)
                broken.append(error)
                stop.set()

        clockwork = threading.Thread(target=run, args=(self.tick, False), daemon=True)
        clockwork.start()
        run(self.poll, True)
        clockwork.join()
        if broken:
            raise broken[0]

    def invoke(self, function: str, event: Any) -> Any:
        """The response of a function, by its logical id; raises what the handler raises."""
        return self.functions[function].invoke(event, self._invoker.request_id())

    def cold_start(self) -> None:
        """New containers for all functions: their modules are loaded again."""
        for function in self.functions.values():
            function.cold_start()

    def reset(self) -> None:
        """As after deployment: empty table, buckets, queues and stream, clock at its start."""
        moto_gaps.empty()
        if isinstance(self.clock, VirtualClock):
            self.clock.reset()
        self.cold_start()
        for stream in self.streams:
            stream.reset()
        for schedule in self.schedules:
            schedule.reset()
        self.calls.reset()
        self.failures.clear()
        for role in self.roles.values():
            role.used.clear()

    def snapshot(self) -> Snapshot:
        """Items, objects and the time of a stack at rest, to go back to with `restore`.

        Raises StillMoving when a queue or a stream has something left; the stack must not have
        ticked. Parameters and secrets are not in it.
        """
        if self.poll() or any(messages(queue.arn) for queue in self.queues) or self.dead_letters():
            raise StillMoving("a snapshot is of a stack with nothing under way")
        return Snapshot(self.clock.now(), moto_gaps.stored())

    def restore(self, snapshot: Snapshot) -> None:
        """As after `reset`, with what the snapshot holds, at its time; on a virtual clock only."""
        self.reset()
        moto_gaps.put_back(snapshot.stored)
        if isinstance(self.clock, VirtualClock):
            self.clock.advance_to(snapshot.now)

    # --- looking --------------------------------------------------------------------------------

    def contents(self, bucket: str) -> dict[str, bytes]:
        """Key → content of every object of a bucket; no call is made for it."""
        return moto_gaps.s3.contents(bucket)

    @property
    def outputs(self) -> Mapping[str, str]:
        """The stack's outputs."""
        return self.stack.outputs

    @property
    def failures(self) -> list[Failure]:
        """Invocations by AWS itself that ended in an exception, since the last reset."""
        return self._invoker.failures

    def client(self, service: str) -> Any:
        """A boto3 client for this AWS; one per service, kept."""
        return _client(service)

    def dead_letters(self) -> list[DeadLetter]:
        """Everything in the dead-letter queues, without receiving it."""
        return [
            self._dead_letter(arn, message)
            for arn in self._dead_letter_queues
            for message in messages(arn)
        ]

    def _dead_letter(self, arn: str, message: Any) -> DeadLetter:
        name = arn.rsplit(":", 1)[-1]
        logical = next((k for k, v in self.stack.ids.items() if v.endswith(f"/{name}")), name)
        attributes = {
            key: str(value.get("StringValue", ""))
            for key, value in message.message_attributes.items()
        }
        return DeadLetter(logical, message.body, attributes, _reason(message, attributes))

    def role_of(self, function: str) -> Role:
        return self.functions[function].role

    def used_actions(self, function: str) -> set[str]:
        """The granted action patterns that something needed since the last reset."""
        return {action for action, _ in self.role_of(function).used}

    def unused_grants(self, function: str) -> set[tuple[str, str]]:
        """(action, resource) patterns that the role grants and nothing needed so far."""
        role = self.role_of(function)
        return set(role.granted) - role.used


def _reason(message: Any, attributes: Mapping[str, str]) -> str:
    """Why a message is here: what its sender said, else what can be seen."""
    if "reason" in attributes:
        return attributes["reason"]
    try:
        condition: str = json.loads(message.body)["requestContext"]["condition"]
    except (ValueError, LookupError, TypeError):
        return f"received {message.approximate_receive_count} times without success"
    return condition


@functools.cache
def _client(service: str) -> Any:
    """Kept for the process: making one takes longer than most tests' calls."""
    # Retries would only hide what moto answers.
    return _session().client(service, config=Config(retries={"total_max_attempts": 1}))


@functools.cache
def _session() -> boto3.Session:
    """One for all clients: each session reads botocore's list of addresses anew."""
    return boto3.Session(region_name=REGION)


_one = threading.Lock()


@contextmanager
def _only_one() -> Iterator[None]:
    if not _one.acquire(blocking=False):
        raise EmbeddedError("an embedded AWS is already running in this process")
    try:
        yield
    finally:
        _one.release()


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    with patch.dict(os.environ, values):
        for name in _UNSET:
            os.environ.pop(name, None)
        yield
