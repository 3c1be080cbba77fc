"""Two renders of one listing page, through every interleaving of their AWS calls.

A story is published and at once killed: one render was started by each. Whatever the order of
their calls, the page must end without the story. Two sabotages show that the test bites.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.pipeline.world import World, entry
from wireroom.pipeline.render import Render
from wireroom.site import assets, pages
from wireroom.store.bodies import Bodies
from wireroom.store.pages import Pages
from wireroom.store.queues import Queue
from wireroom.store.table import Table
from wireroom_infra.embedded import EmbeddedAWS

pytestmark = pytest.mark.slow  # left out of `make check`

FRONT = pages.front("home")


class Gate:
    """Lets one of several threads make one AWS call at a time, as the schedule says."""

    def __init__(self) -> None:
        self.waiting: dict[str, threading.Event] = {}
        self.changed = threading.Condition()
        self.running: set[str] = set()

    def enter(self) -> None:
        name = threading.current_thread().name
        if name not in self.running:
            return  # the test's own calls
        turn = threading.Event()
        with self.changed:
            self.waiting[name] = turn
            self.changed.notify_all()
        turn.wait()

    def start(self, name: str, work: Callable[[], None]) -> None:
        def run() -> None:
            work()
            with self.changed:
                self.running.discard(name)
                self.changed.notify_all()

        self.running.add(name)
        threading.Thread(target=run, name=name, daemon=True).start()

    def ready(self) -> list[str]:
        """Who stands before a call, once nobody is between two calls."""
        with self.changed:
            self.changed.wait_for(lambda: self.waiting.keys() == self.running)
            return sorted(self.waiting)

    def let(self, name: str) -> None:
        with self.changed:
            self.waiting.pop(name).set()


class Gated:
    """A client whose calls stop at the gate first."""

    def __init__(self, client: Any, gate: Gate) -> None:
        self._client = client
        self._gate = gate

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)

        def call(**arguments: Any) -> Any:
            self._gate.enter()
            return method(**arguments)

        return call


def schedules(run: Callable[[list[int]], list[int]]) -> Iterator[list[int]]:
    """Every sequence of choices: `run` follows the one given, then always takes the first, and
    gives for each choice how many there were."""
    pending: list[list[int]] = [[]]
    while pending:
        start = pending.pop()
        widths = run(start)
        taken = start + [0] * (len(widths) - len(start))
        yield taken
        for place in range(len(start), len(widths)):
            for other in range(1, widths[place]):
                pending.append([*taken[:place], other])


def renderer(aws: EmbeddedAWS, gate: Gate) -> Render:
    s3, sqs = (Gated(aws.client(name), gate) for name in ("s3", "sqs"))
    render = Render(
        Table(Gated(aws.client("dynamodb"), gate), aws.outputs["TableName"]),
        Bodies(s3, aws.outputs["ContentBucket"]),
        Pages(s3, aws.outputs["SiteBucket"]),
        Queue(sqs, aws.outputs["RenderDeadLettersUrl"]),
    )
    render.write([])
    return render


def stale_endings(world: World, *, stop_at_first: bool = False) -> tuple[int, list[list[int]]]:
    """The number of interleavings, and those after which the page shows the killed story."""
    aws = world.aws
    world.publish(entry(1))
    live = world.article()
    world.edit("kill", article="ptn:1", reason="legal")
    assert live
    gate = Gate()
    first, second = renderer(aws, gate), renderer(aws, gate)
    endings: list[bool] = []

    def shown() -> bool:
        return "Story 1" in world.page("/")

    def run(choices: list[int]) -> list[int]:
        second.write([FRONT])  # the page as it was before: without the story
        put_listing(world, live)
        gate.start("publish", lambda: first.write([FRONT]) and None)
        widths: list[int] = []
        is_killed = False
        while True:
            names = gate.ready()
            options = names if is_killed else [*names, "the kill"]
            if not options:
                break
            choice = choices[len(widths)] if len(widths) < len(choices) else 0
            widths.append(len(options))
            name = options[choice]
            if name == "the kill":
                remove_listing(world, live)
                is_killed = True
                gate.start("kill", lambda: second.write([FRONT]) and None)
            else:
                gate.let(name)
        endings.append(shown())
        return widths

    stale = []
    for taken in schedules(run):
        if endings[-1]:
            stale.append(taken)
            if stop_at_first:
                break
    return len(endings), stale


def put_listing(world: World, article: Any) -> None:
    from wireroom.newsroom.listing import listings
    from wireroom.store.items import item

    for (name, key), row in listings(article).items():
        world.aws.client("dynamodb").put_item(
            TableName=world.aws.outputs["TableName"], Item=item(row, pk=f"list#{name}", sk=key)
        )


def remove_listing(world: World, article: Any) -> None:
    from wireroom.newsroom.listing import listings

    for name, key in listings(article):
        world.aws.client("dynamodb").delete_item(
            TableName=world.aws.outputs["TableName"],
            Key={"pk": {"S": f"list#{name}"}, "sk": {"S": key}},
        )


def test_every_interleaving_of_two_renders_ends_with_the_newer_state(world: World) -> None:
    count, stale = stale_endings(world)
    assert count > 100
    assert stale == []


def test_an_unconditional_put_is_caught(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def put(self: Pages, page: Any, content: str, etag: str, **more: str) -> None:
        self._client.put_object(
            Bucket=self._bucket, Key=pages.key(page), Body=f"{content} {threading.get_ident()}"
        )

    monkeypatch.setattr(Pages, "put", put)
    assert stale_endings(world, stop_at_first=True)[1] != []


def test_a_put_left_out_for_equal_content_is_caught(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = Pages.put

    def skipping(self: Pages, page: Any, content: str, etag: str, **more: str) -> None:
        if self.read(page)[1].strip() != content.strip():
            put(self, page, content, etag, **more)

    monkeypatch.setattr(Pages, "put", skipping)
    assert stale_endings(world, stop_at_first=True)[1] != []


def test_the_stylesheet_is_there_for_every_page_that_names_it(world: World) -> None:
    for path in assets.assets():
        assert path.removeprefix("/") in world.site()
