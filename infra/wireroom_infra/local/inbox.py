"""A folder of this machine whose files go into the inbox of the embedded AWS (`wireroom up`).

inbox/<feed>/<name>       put into the bucket when it no longer changes
done/<feed>/<name>        beside the folder: moved there when it was taken
failed/<feed>/<name>      moved there when it failed, with <name>.reason.txt beside it
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from wireroom.store.drops import DONE, FAILED, REASON, Dropped, Drops

Stamp = tuple[int, int]  # size, and time of the last change in nanoseconds


class _Sent(Struct, frozen=True):
    stamp: Stamp
    etag: str


class Folder:
    """`folder`: the inbox. Files and folders whose names begin with a dot are left alone."""

    def __init__(self, drops: Drops, folder: Path) -> None:
        self._drops = drops
        self._folder = folder
        self._seen: dict[Path, Stamp] = {}
        self._sent: dict[Path, _Sent] = {}

    def look(self) -> list[str]:
        """One look at the folder; gives a line for each file whose end has come. A file is put into
        the bucket when it is as it was at the look before."""
        told: list[str] = []
        seen: dict[Path, Stamp] = {}
        for path in self._files():
            stamp = _stamp(path)
            if stamp is None:
                continue
            seen[path] = stamp
            sent = self._sent.get(path)
            if sent and sent.stamp == stamp:
                told += self._ended(path, sent)
            elif self._seen.get(path) == stamp:
                data = path.read_bytes()
                if _stamp(path) == stamp:  # else it is being written
                    self._sent[path] = _Sent(stamp, self._drops.put(self._dropped(path), data))
        self._seen = seen
        self._sent = {path: sent for path, sent in self._sent.items() if path in seen}
        return told

    def _files(self) -> Iterator[Path]:
        for path in sorted(self._folder.rglob("*")):
            inside = path.relative_to(self._folder).parts
            if path.is_file() and not any(part.startswith(".") for part in inside):
                yield path

    def _dropped(self, path: Path) -> Dropped:
        # A name that is no UTF-8 can't be a key.
        parts = [os.fsencode(part).decode("utf-8", "replace") for part in self._inside(path).parts]
        return Dropped(parts[0], "/".join(parts[1:])) if parts[1:] else Dropped("", parts[0])

    def _inside(self, path: Path) -> Path:
        return path.relative_to(self._folder)

    def _ended(self, path: Path, sent: _Sent) -> list[str]:
        file = self._dropped(path)
        fate = self._drops.fate(file, sent.etag)
        if fate == "waits":
            return []
        del self._sent[path]
        if fate == "gone":  # somebody else has put another there; what is here is put again
            return []
        aim = self._folder.parent / (DONE if fate == "done" else FAILED) / self._inside(path)
        aim.parent.mkdir(parents=True, exist_ok=True)
        path.replace(aim)
        name = "/".join(filter(None, (file.feed, file.name)))
        if fate == "done":
            return [f"{name}: taken"]
        reason = self._drops.reason(file)
        (aim.parent / (aim.name + REASON)).write_text(f"{reason}\n", "utf-8")
        return [f"{name}: failed: {reason}"]


def _stamp(path: Path) -> Stamp | None:
    """None if it is gone."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_size, found.st_mtime_ns
