"""Where `wireroom up` says that it runs, for commands with --local."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct


class Up(Struct, frozen=True):
    """A running `wireroom up`: its AWS's endpoint, its stack's name, its site, its process."""

    endpoint: str
    region: str
    stack: str
    site: str
    pid: int


def state_file() -> Path:
    """`up.json` in the user's cache folder, or in WIREROOM_STATE."""
    folder = os.environ.get("WIREROOM_STATE")
    if folder:
        return Path(folder) / "up.json"
    cache = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(cache) if cache else Path.home() / ".cache") / "wireroom" / "up.json"


@contextmanager
def known(up: Up) -> Iterator[None]:
    """Let other commands find `up` until the block ends. The one that started last is found."""
    path = state_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.encode(up))
    try:
        yield
    finally:
        if found() == up:
            path.unlink(missing_ok=True)


def found() -> Up | None:
    """The `wireroom up` that started last and has not ended, as far as its file says."""
    try:
        return msgspec.json.decode(state_file().read_bytes(), type=Up)
    except (OSError, msgspec.MsgspecError):
        return None
