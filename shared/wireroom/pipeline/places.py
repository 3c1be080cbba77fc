"""Few requests at a time to one host: the places that a run's feeds hold at hosts.

A feed starts once it has a place at each host that its last fetch led to, and takes one more at
each host that is new to it. Nobody waits for a place while holding others, so nothing can lock up,
and no thread stands idle while a slow host answers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from threading import Lock

from wireroom.errors import Busy


class Places:
    """`most`: places at each host."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: Counter[str] = Counter()
        self._lock = Lock()

    def take(self, hosts: Collection[str]) -> bool:
        """A place at each of `hosts`, or at none of them."""
        with self._lock:
            if any(self._taken[host] >= self._most for host in hosts):
                return False
            self._taken.update(hosts)
            return True

    def free(self, hosts: Collection[str]) -> None:
        with self._lock:
            self._taken.subtract(hosts)


class Turn:
    """What one feed does with its places; it begins with those at `known`, which were taken.

    `hosts`: those that this turn has led to, or `known` as long as there are none.
    """

    def __init__(self, places: Places, known: frozenset[str]) -> None:
        self._places = places
        self._held = set(known)
        self._visited: set[str] = set()

    @property
    def hosts(self) -> frozenset[str]:
        return frozenset(self._visited or self._held)

    def visit(self, host: str) -> None:
        """Before `host` is asked. Raises Busy when it has no place left."""
        self._visited.add(host)
        if host in self._held:
            return
        if not self._places.take([host]):
            raise Busy(f"the limit of requests at a time to the host {host} is reached")
        self._held.add(host)

    def end(self) -> None:
        self._places.free(self._held)
