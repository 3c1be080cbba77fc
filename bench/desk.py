"""How much processor time each screen of the desk takes in its function.

    make bench

Each screen is looked at again and again by a chief, warm, in a stack with a few hundred stories.
Counted is the processor time of the whole process while the function runs, less that of its threads
while the embedded AWS checks a permission or answers a call. Left are the session, the requests to
AWS and the reading of their answers, and the page: all that a deployed function does, but for TLS.
"""

from __future__ import annotations

import logging
import re
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from moto.core.botocore_stubber import BotocoreStubber
from msgspec.structs import replace

from bench.click import Editor
from bench.publish import FEED, NOW, ROOT, SETTINGS, arrival
from wireroom import clock
from wireroom.model import Job, Staff
from wireroom.store.queues import encode
from wireroom_infra.cli.output import quiet_handlers
from wireroom_infra.embedded import EmbeddedAWS, VirtualClock, permissions
from wireroom_infra.local.desk import local_desk
from wireroom_infra.local.issuer import CLIENT, SECRET, YOU, local_issuer
from wireroom_infra.local.stack import feeds_of, table_of

STORIES = 300
FEEDS = 60
ROUNDS = 40
STAFF = Staff(chiefs=(YOU,))


class Meter:
    """Seconds of processor time. `simulated`: of the embedded AWS; `taken`: of the function that
    ran last, without those."""

    simulated = 0.0
    taken = 0.0

    def apart(self, work: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*given: Any, **named: Any) -> Any:
            started = time.thread_time()
            try:
                return work(*given, **named)
            finally:
                self.simulated += time.thread_time() - started

        return counted

    def own(self, work: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*given: Any, **named: Any) -> Any:
            self.simulated, started = 0.0, time.process_time()
            try:
                return work(*given, **named)
            finally:
                self.taken = time.process_time() - started - self.simulated

        return counted


def main() -> None:
    quiet_handlers(verbose=False)
    logging.disable(logging.CRITICAL)
    meter = Meter()
    with newsroom() as (aws, editor):
        paths = screens(editor)
        answer, allows = meter.apart(BotocoreStubber.__call__), meter.apart(permissions.Role.allows)
        with (
            patch.object(BotocoreStubber, "__call__", answer),
            patch.object(permissions.Role, "allows", allows),
            patch.object(aws, "invoke", meter.own(aws.invoke)),
        ):
            what = f"the desk's function, {STORIES} stories, processor time"
            print(f"{what:56} median   9 of 10 are within")
            for path in paths:
                told(path, [(editor.page(path), meter.taken)[1] for _ in range(ROUNDS + 1)][1:])


def told(path: str, times: list[float]) -> None:
    middle, spread = statistics.median(times), statistics.quantiles(times, n=20)
    low, high = spread[0] * 1000, spread[-1] * 1000
    print(f"{path:50} {middle * 1000:8.1f} ms   {low:.1f} to {high:.1f} ms")


def screens(editor: Editor) -> list[str]:
    """The screens that the desk leads to, and those of one story."""
    front = editor.page("/")
    bar = re.search(r'<nav class="bar".*?</nav>', front, re.DOTALL)
    story = re.search(r'href="(/story/\w+)"', front)
    if bar is None or story is None:
        raise RuntimeError("the desk shows no story, or no way to its screens")
    own = [f"{story[1]}{more}" for more in ("", "/page", "/body")]
    return [*re.findall(r'href="([^"]+)"', bar[0]), "/?find=reservoir", *own]


@contextmanager
def newsroom() -> Iterator[tuple[EmbeddedAWS, Editor]]:
    """A stack with stories, feeds, dead letters and jobs, and a chief who is signed in."""
    with local_issuer(STAFF) as issuer:
        parameters = {"DeskIssuer": issuer, "DeskClientId": CLIENT, "DeskClientSecret": SECRET}
        with EmbeddedAWS(
            ROOT / "template.yaml", clock=VirtualClock(NOW), parameters=parameters
        ) as aws:
            site = replace(SETTINGS.site, internal_hosts=(issuer.removeprefix("http://"),))
            feeds = [replace(FEED, id=f"bench-{number}") for number in range(FEEDS)]
            feeds_of(aws).apply(
                replace(SETTINGS, site=site, desk=STAFF),
                tuple(feeds),
                Job(id="apply", requested=clock.now()),
            )
            fill(aws)
            with local_desk(aws) as desk:
                yield aws, Editor(desk, YOU)


def fill(aws: EmbeddedAWS) -> None:
    sqs = aws.client("sqs")
    for number in range(STORIES):
        held = replace(FEED, hold=number % 3 == 0)
        message = encode(arrival(number, held))
        sqs.send_message(QueueUrl=aws.outputs["WireQueueUrl"], MessageBody=message)
    aws.drain()
    for number in range(30):
        sqs.send_message(QueueUrl=aws.outputs["WireDeadLettersUrl"], MessageBody="{}")
        job = Job(id=f"job-{number}", requested=clock.now(), phase="waiting", total=9)
        table_of(aws).jobs.put(None, job)


if __name__ == "__main__":
    main()
