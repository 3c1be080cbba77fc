"""Small input on which slow code takes minutes or for ever; here each takes a second or two.

Nothing is measured: twenty seconds of this process's own processor time end the work, whatever
else the machine does, and only code that is slow by its kind comes near them.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from wireroom.errors import EntryRejected, NotAFeed
from wireroom.markup.sanitise import sanitise
from wireroom.wire.diff import changed
from wireroom.wire.formats.feeds import parse

SECONDS = 20


class TooLong(BaseException):
    """Not an Exception: nothing may take it for a failure of one entry."""


@contextmanager
def watched() -> Iterator[None]:
    """Fails after SECONDS of processor time."""

    def stop(*_args: object) -> None:
        raise TooLong

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS, 1)  # again, should a callback swallow it
    try:
        yield
    except TooLong:
        pytest.fail(f"more than {SECONDS} seconds of processor time")
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def rss(body: str, attributes: str = "") -> str:
    return f"<rss version='2.0' {attributes}><channel>{body}</channel></rss>"


ITEM = "<item><title>T</title><guid>g</guid></item>"
BROKEN = "<item><title>T</title><b></c></item>"
TERMS = ",".join(map(str, range(1900)))
PODCAST = "xmlns:i='http://example.com/DTDs/PodCast-1.0.dtd'"
PICTURE = "https://a.example/c.png"

DOCUMENTS = {
    "comments before the root": "<!---->" * 40 + rss(ITEM),
    "instructions before the root": "<??>" * 60 + "<!" + rss(ITEM),
    "comments after a broken end": rss(ITEM + BROKEN) + "<!---->" * 40 + "x",
    "a megabyte at the root of broken entries": rss(BROKEN * 1000, f"a='{'&amp;' * 1_000_000}'"),
    "a megabyte of base around the entries": rss(ITEM * 1000, f"xml:base='{'a/' * 500_000}'"),
    "keywords without end": rss(f"<item><i:keywords>{TERMS}</i:keywords></item>" * 400, PODCAST),
}
BODIES = {
    "numbers with spaces": f'<img src="{PICTURE}" width="1{" " * 15_900}x">' * 30 + "x",
    "no-break spaces in many elements": f"x{f'<b>{chr(160) * 42}</b>' * 9900}y",
}


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_no_document_takes_a_run_of_ingest(document: str) -> None:
    with watched():
        outcome(lambda: changed(parse(document.encode(), url="https://a.example/").entries, b""))


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_no_body_takes_a_run_of_process(body: str) -> None:
    with watched():
        outcome(lambda: sanitise(f"<p>{body}</p>"))


def outcome(work: Callable[[], object]) -> None:
    """Entries, a story or a refusal: which it is, other tests say."""
    with suppress(NotAFeed, EntryRejected):
        work()
