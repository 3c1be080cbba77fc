"""Checks that a run without faults does nothing twice."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from tests.simulation.trace import Trace

_SHOWN = re.compile(r"ptn-\w+ now shows ")
_SENT = re.compile(r"ingest#\d+ +SendMessageBatch WireQueue x(\d+)")
_PUT = re.compile(r"(render#\d+) +PutObject (\S+)")


def wasted(trace: Trace) -> Iterator[str]:
    """No change of a feed makes more than one message, and no invocation puts one page twice."""
    text = str(trace)
    shown, sent = len(_SHOWN.findall(text)), sum(map(int, _SENT.findall(text)))
    if sent > shown:
        yield f"7: feeds changed {shown} entries, and ingest sent {sent}"
    for (who, key), times in Counter(_PUT.findall(text)).items():
        if times > 1 and key != "fragments/latest.html":  # each job of a batch needs its witness
            yield f"7: {who} wrote {key} {times} times"
