"""A document that can't be put right: the entries that are whole by themselves are saved.

text ─► where each entry begins and ends ─► head + the whole ones + the closing tags
                                         └► Broken: truncated, malformed, too-deep …
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from itertools import islice

from msgspec import Struct

from wireroom.errors import NotAFeed
from wireroom.wire.repair import ENDS
from wireroom.wire.survey import left_open, surveyed

MAX_ENTRIES = 1000

_BOUNDARY = re.compile(
    r"<!\[CDATA\[|<!--|<\?|<(/?)((?:[A-Za-z_][\w.-]{0,30}:)?(?:item|entry))(?=[\s/>])"
)
_TEXT = ("title", "description", "content:encoded", "summary", "content")


class Broken(Struct, frozen=True):
    """An entry that is not whole: what it calls itself, as far as that can be read, and why."""

    id: str
    title: str
    reason: str


class Sound(Struct, frozen=True):
    """A document that is safe to parse: well-formed UTF-8 from the root element on.

    `broken`: the entries that had to be left out. `truncated`: the document ends early, so it may
    have had more entries than are seen.
    """

    xml: bytes
    broken: tuple[Broken, ...] = ()
    truncated: bool = False


def salvaged(text: str, problem: NotAFeed | None) -> Sound:
    """A document of the entries that are whole by themselves, under the head of `text`."""
    spans = list(islice(_spans(text), MAX_ENTRIES + 2))
    root = re.search(r"<(?![!?])", text)
    truncated = not re.search(r"</[\w.:-]+\s*>\s*(?:<!--.{0,2000}?-->\s*)*$", text[-4000:], re.S)
    head_end = spans[0][0] if spans else len(text)
    head, opened = _head(text[root.start() if root else 0 : head_end])
    if opened and not truncated:
        truncated = not re.search(rf"</{re.escape(opened[0])}\s*>\s*(?:<!--|$)", text[-4000:])
    kept: list[str] = []
    broken: list[Broken] = []
    left = problem
    opening = head[: head.find(">") + 1]
    closing = f"</{opened[0]}>" if opened else ""
    for number, (start, end, closed) in enumerate(spans):
        chunk = text[start:end]
        if len(kept) + len(broken) > MAX_ENTRIES:
            broken.append(
                Broken("surplus", "", f"entries: more than {MAX_ENTRIES} in one document")
            )
            break
        if not closed:
            last = number == len(spans) - 1
            broken.append(_broken(chunk, "truncated" if last and truncated else "malformed"))
            continue
        whole, problem = _whole(chunk, opening, closing)
        if whole is None:
            left = problem or left
            reason = f"{problem.state}: {problem}" if problem else "malformed"
            broken.append(_broken(chunk, reason))
        else:
            kept.append(whole)
    if not kept:
        if left is not None:
            raise NotAFeed(left.state, str(left).partition(": ")[2])
        if truncated:
            raise NotAFeed("truncated", "the document ends before its first entry is whole")
        if not opened:
            raise NotAFeed("not-xml", "the document is not well-formed XML")
    if not opened:
        raise NotAFeed("malformed", "the document's root element can't be read")
    rebuilt = head + "".join(kept) + "".join(f"</{name}>" for name in reversed(opened))
    checked = surveyed(rebuilt)
    if not checked.whole:
        problem = checked.problem or NotAFeed("malformed", "the document is not well-formed XML")
        raise NotAFeed(problem.state, str(problem).partition(": ")[2])
    return Sound(checked.root(rebuilt), tuple(broken), truncated)


def _spans(text: str) -> Iterator[tuple[int, int, bool]]:
    """(start, end, closed) of each entry; not closed where another begins, or the text ends."""
    at, start = 0, -1
    while found := _BOUNDARY.search(text, at):
        at = found.end()
        if found[2] is None:
            close = text.find(ENDS[found[0]], at)
            if close < 0:
                break
            at = close + len(ENDS[found[0]])
        elif found[1]:
            close = text.find(">", at)
            if close < 0:
                break
            if start >= 0:
                yield start, close + 1, True
            start = -1
        else:
            if start >= 0:
                yield start, found.start(), False
            start = found.start()
    if start >= 0:
        yield start, len(text), False


def _head(head: str) -> tuple[str, list[str]]:
    """What stands before the first entry, and the elements that it leaves open."""
    opened = left_open(head)
    if opened:
        return head, opened
    # Something before the first entry is broken: keep only the tags that hold the entries.
    bare = re.match(r"<([\w.:-]+)[^<>]*>", head)
    if not bare:
        return head, []
    channel = "<channel>" if bare[1].lower() == "rss" else ""
    opened = left_open(bare[0] + channel)
    return bare[0] + channel, opened


def _whole(chunk: str, opening: str, closing: str) -> tuple[str | None, NotAFeed | None]:
    """`chunk` if it is well-formed, or can be made so by reading its texts as HTML."""
    problem = None
    for attempt in (chunk, _as_html(chunk)):
        survey = surveyed(opening + attempt + closing)
        if survey.whole:
            return attempt, None
        problem = survey.problem or problem
    return None, problem


def _as_html(chunk: str) -> str:
    """Markup that is not XML (`<br>`) inside an entry's texts, quoted as the HTML that it is."""
    for name in _TEXT:
        opening = re.search(rf"<{name}(?:\s[^<>]*)?>", chunk)
        close = chunk.rfind(f"</{name}>")
        if opening is None or close < opening.end() or opening[0].endswith("/>"):
            continue
        inner = chunk[opening.end() : close]
        if "<" in inner and "<![CDATA[" not in inner and f"<{name}" not in inner:
            quoted = inner.replace("]]>", "]]&gt;")
            chunk = f"{chunk[: opening.end()]}<![CDATA[{quoted}]]>{chunk[close:]}"
    return chunk


def _broken(chunk: str, reason: str) -> Broken:
    """`reason`, with the id and the title as far as the chunk shows them."""

    def read(*names: str) -> str:
        for name in names:
            if found := re.search(
                rf"<{name}[^<>]{{0,200}}>([^<]{{0,300}}|<!\[CDATA\[.{{0,300}}?\]\]>)<", chunk[:5000]
            ):
                return found[1].removeprefix("<![CDATA[").removesuffix("]]>").strip()
        return ""

    name = read("guid", "id", "link") or f"hash:{hashlib.blake2b(chunk.encode()).hexdigest()[:32]}"
    return Broken(name, read("title"), reason)
