"""Checks that a run without faults does nothing twice."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from tests.simulation.trace import Trace

_SHOWN = re.compile(r"ptn-\w+ now shows ")
_SENT = re.compile(r"(?:ingest|push|inbox)#\d+ +SendMessageBatch WireQueue x(\d+)")
_PUT = re.compile(r"(render#\d+) +PutObject (\S+)( if \*)?")  # if it was absent


def wasted(trace: Trace) -> Iterator[str]:
    """No change of a feed makes more than one message, and no invocation puts one page twice."""
    text = str(trace)
    shown, sent = len(_SHOWN.findall(text)), sum(map(int, _SENT.findall(text)))
    if sent > shown:
        yield f"7: feeds changed {shown} entries, and {sent} were sent"
    puts: dict[tuple[str, str], list[str]] = defaultdict(list)
    for who, key, absent in _PUT.findall(text):
        puts[who, key].append(absent)
    for (who, key), several in puts.items():
        # Each job of a batch needs its witness, and an author's absent page is put empty before.
        opened = key.startswith("authors/") and bool(several[0])
        if len(several) > 1 + opened and key != "fragments/latest.html":
            yield f"7: {who} wrote {key} {len(several)} times"
