"""Limits the requests of one run to each host: a feed holds a place at each host that it asks.

A feed starts once it has a place at each host that its last fetch led to. It takes a further one
at each host that is new to it. No feed waits for a place while it holds others, so there is no
deadlock, and no thread is idle while a slow host answers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from threading import Lock

from wireroom.errors import Busy


class Places:
    """`most`: places at each host, which is the number of requests at a time."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: Counter[str] = Counter()
        self._lock = Lock()

    def take(self, hosts: Collection[str]) -> bool:
        """Take a place at each of `hosts`, or at none of them if one host has none left."""
        with self._lock:
            if any(self._taken[host] >= self._most for host in hosts):
                return False
            self._taken.update(hosts)
            return True

    def free(self, hosts: Collection[str]) -> None:
        with self._lock:
            self._taken.subtract(hosts)


class Turn:
    """The places of one feed during its fetch. Those at `known` have been taken already.

    `hosts`: the hosts that the fetch has led to so far, or `known` if it has led to none.
    """

    def __init__(self, places: Places, known: frozenset[str]) -> None:
        self._places = places
        self._held = set(known)
        self._visited: set[str] = set()

    @property
    def hosts(self) -> frozenset[str]:
        return frozenset(self._visited or self._held)

    def visit(self, host: str) -> None:
        """To be called before `host` is asked. Raises Busy when the host has no place left."""
        self._visited.add(host)
        if host in self._held:
            return
        if not self._places.take([host]):
            raise Busy(f"the limit of requests at a time to the host {host} is reached")
        self._held.add(host)

    def end(self) -> None:
        self._places.free(self._held)
