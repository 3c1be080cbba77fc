"""A newsroom on the deployed stack, its command line, and its pipeline running meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.pipeline.world import World, entry, prepared
from wireroom_infra.cli.app import run
from wireroom_infra.embedded import EmbeddedAWS


class Newsdesk:
    """`world`, and the commands of a person at its desk."""

    def __init__(self, world: World, capsys: pytest.CaptureFixture[str]) -> None:
        self.world = world
        self._capsys = capsys
        self.out = self.err = ""

    def wireroom(self, *words: str) -> int:
        """Run one command against the stack; gives its exit code, keeps what it said."""
        self._capsys.readouterr()
        code = run([*words, "--stack", self.world.aws.stack_name])
        self.out, self.err = self._capsys.readouterr()
        return code

    def do(self, *words: str) -> None:
        """Run a command that has to end well, and let the pipeline do the rest."""
        assert self.wireroom(*words) == 0, self.err
        self.world.aws.drain()


@pytest.fixture
def desk(
    aws: EmbeddedAWS, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Newsdesk:
    """A newsroom with one live story, `ptn:1`, filed under India; Asha sits at its desk."""
    monkeypatch.setenv("WIREROOM_EDITOR", "asha")
    monkeypatch.delenv("WIREROOM_STACK", raising=False)
    return Newsdesk(prepared(aws, one_story), capsys)


def one_story(world: World) -> None:
    world.apply()
    world.publish(entry(1))


@contextmanager
def moving(poll: Callable[[], object]) -> Iterator[None]:
    """Have `poll` called again and again until the block ends."""
    stop = threading.Event()

    def drive() -> None:
        while not stop.is_set():
            if not poll():
                stop.wait(0.01)

    thread = threading.Thread(target=drive)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
