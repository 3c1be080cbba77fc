"""Rebuilds a document that can't be repaired from those of its entries that are well-formed.

text ─► where each entry begins and ends ─► head + the whole ones + the closing tags
                                         └► Rejection: truncated, malformed, too-deep …
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from itertools import islice

from msgspec import Struct

from wireroom.errors import NotAFeed
from wireroom.wire import dates
from wireroom.wire.document.rejection import MAX_ENTRIES, Rejection, surplus
from wireroom.wire.document.repair import ENDS, balanced
from wireroom.wire.document.survey import left_open, surveyed
from wireroom.wire.document.vocabulary import Vocabulary

MAX_SPANS = 20_000  # entries of which the newest are read
_NEAR = 20_000  # characters of an entry that are searched for its date

# The last tag of a document, which only comments may follow.
_LAST = re.compile(r"</([\w.:-]++)\s*+>\s*+(?:<!--(?:(?!-->).)*+-->\s*+)*+$", re.S)
_PREFIX = r"(?:[A-Za-z_][\w.-]{0,30}:)?"


class WellFormed(Struct, frozen=True):
    """A document that is safe to parse: well-formed UTF-8 from the root element on.

    `broken`: the entries that had to be left out. `truncated`: the document ends early, so it may
    have had more entries.
    """

    xml: bytes
    broken: tuple[Rejection, ...] = ()
    truncated: bool = False


def salvaged(text: str, problem: NotAFeed | None, names: Vocabulary) -> WellFormed:
    """A document of the head of `text` and its well-formed entries. `problem`: what is wrong with
    `text` as a whole, if it exceeds a limit. Raises NotAFeed if no entry is left."""
    found = list(islice(_spans(text, names), MAX_SPANS))
    spans = _newest(text, found, names)
    root = re.search(r"<(?![!?])", text)
    head_end = found[0][0] if found else len(text)
    head, opened, opening = _head(text[root.start() if root else 0 : head_end], names)
    end = _LAST.search(text, max(0, len(text) - 4000))
    truncated = end is None or bool(opened and end[1] != opened[0])
    if not opened:
        if problem is not None:
            raise _refusal(problem)
        if truncated:
            raise NotAFeed("truncated", "the document ends before its first entry is whole")
        raise NotAFeed("not-xml", "the document is not well-formed XML")
    foot = "".join(f"</{name}>" for name in reversed(opened))
    if any(closed for _, _, closed in spans):
        _root(head + foot, names)  # checked before the entries are read under it
    kept: list[str] = []
    broken: list[Rejection] = []
    left = problem
    for number, (start, stop, closed) in enumerate(spans):
        chunk = text[start:stop]
        if not closed:
            last = number == len(spans) - 1
            cut_off = last and truncated
            broken.append(_broken(chunk, names, "truncated" if cut_off else "malformed"))
            continue
        whole, problem = _whole(chunk, opening, names)
        if whole is None:
            left = problem or left
            reason = f"{problem.state}: {problem}" if problem else "malformed"
            broken.append(_broken(chunk, names, reason))
        else:
            kept.append(whole)
    if left_out := len(found) - len(spans):
        broken.append(surplus(left_out))
    if not kept and left is not None:
        raise _refusal(left)
    if not kept and truncated:
        raise NotAFeed("truncated", "the document ends before its first entry is whole")
    return WellFormed(_root(head + "".join(kept) + foot, names), tuple(broken), truncated)


def _newest(
    text: str, spans: list[tuple[int, int, bool]], names: Vocabulary
) -> list[tuple[int, int, bool]]:
    """At most MAX_ENTRIES of `spans`, in their order: the newest by the first date in each; those
    without a date count as older, in their order. The last span is always there, as it shows
    whether the document was cut off."""
    if len(spans) <= MAX_ENTRIES:
        return spans
    *others, last = range(len(spans))
    date = _date_in(names)
    by_date = sorted(others, key=lambda number: _date(text, spans[number], date), reverse=True)
    return [spans[number] for number in sorted((*by_date[: MAX_ENTRIES - 1], last))]


def _date_in(names: Vocabulary) -> re.Pattern[str]:
    return re.compile(
        rf"<{_PREFIX}(?:{_any(names.dates)})(?:\s[^<>]{{0,100}})?>\s*+([^<\s][^<]{{3,60}}+)<"
    )


def _any(names: tuple[str, ...]) -> str:
    """A pattern that matches any of `names`, or nothing if there are none."""
    return "|".join(map(re.escape, names)) or "(?!)"


def _date(text: str, span: tuple[int, int, bool], date: re.Pattern[str]) -> float:
    found = date.search(text, span[0], min(span[1], span[0] + _NEAR))
    when = dates.of_publication(found[1]) if found else None
    return when.timestamp() if when else 0.0


def _root(document: str, names: Vocabulary) -> bytes:
    survey = surveyed(document, names)
    if not survey.whole:
        malformed = NotAFeed("malformed", "the document is not well-formed XML")
        raise _refusal(survey.problem or malformed)
    return survey.root(document)


def _refusal(problem: NotAFeed) -> NotAFeed:
    """`problem`, an error of a part, as the error of the whole document."""
    return NotAFeed(problem.state, str(problem).partition(": ")[2])


def _spans(text: str, names: Vocabulary) -> Iterator[tuple[int, int, bool]]:
    """(start, end, closed) of each entry. `closed` is False if another entry begins, or the text
    ends, before its end tag."""
    boundary = re.compile(
        rf"<!\[CDATA\[|<!--|<\?|<(/?)({_PREFIX}(?:{_any(names.entries)}))(?=[\s/>])"
    )
    at, start = 0, -1
    while found := boundary.search(text, at):
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


def _head(head: str, names: Vocabulary) -> tuple[str, list[str], str]:
    """The text before the first entry, the elements that it leaves open, and a short start tag of
    the root (see `left_open`). The root's own tag may have a megabyte of attributes, which must not
    be read again with each entry."""
    opened, tag = left_open(head)
    if opened:
        return head, opened, tag
    # Something before the first entry is broken: keep only the tags of root and holder.
    bare = re.match(r"<([\w.:-]+)[^<>]*>", head)
    if not bare:
        return head, [], ""
    holder = dict(names.holders).get(bare[1].lower())
    head = bare[0] + (f"<{holder}>" if holder else "")
    return head, *left_open(head)


def _whole(chunk: str, opening: str, names: Vocabulary) -> tuple[str | None, NotAFeed | None]:
    """(`chunk`, repaired where needed; None), or (None; the problem, if a limit was exceeded).

    `opening`: a start tag with the namespaces of its document's root.
    """
    problem = None
    closing = f"</{opening[1:-1].partition(' ')[0]}>"
    for attempt in _attempts(chunk, names):
        survey = surveyed(opening + attempt + closing, names)
        if survey.whole:
            return attempt, None
        problem = survey.problem or problem
    return None, problem


def _attempts(chunk: str, names: Vocabulary) -> Iterator[str]:
    """`chunk`, then its possible repairs, the likeliest first."""
    yield chunk
    yield (quoted := _as_html(chunk, names.texts))
    yield balanced(chunk)
    yield balanced(quoted)


def _as_html(chunk: str, texts: tuple[str, ...]) -> str:
    """`chunk` with texts that contain HTML which is not XML (`<br>`) put into CDATA sections."""
    for name in texts:
        opening = re.search(rf"<{name}(?:\s[^<>]*)?>", chunk)
        close = chunk.rfind(f"</{name}>")
        if opening is None or close < opening.end() or opening[0].endswith("/>"):
            continue
        inner = chunk[opening.end() : close]
        if "<" in inner and "<![CDATA[" not in inner and f"<{name}" not in inner:
            quoted = inner.replace("]]>", "]]&gt;")
            chunk = f"{chunk[: opening.end()]}<![CDATA[{quoted}]]>{chunk[close:]}"
    return chunk


def _broken(chunk: str, names: Vocabulary, reason: str) -> Rejection:
    """`reason`, with the id and the title as far as the chunk shows them."""

    def read(*elements: str) -> str:
        for name in elements:
            if found := re.search(
                rf"<{name}[^<>]{{0,200}}>([^<]{{0,300}}|<!\[CDATA\[.{{0,300}}?\]\]>)<", chunk[:5000]
            ):
                return found[1].removeprefix("<![CDATA[").removesuffix("]]>").strip()
        return ""

    name = read(*names.ids) or f"hash:{hashlib.blake2b(chunk.encode()).hexdigest()[:32]}"
    return Rejection(name, read(names.title), reason)
