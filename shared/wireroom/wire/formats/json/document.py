"""JSON → entries: ninjs, JSON Feed, or WordPress' posts.

bytes ─► text (charset.py) ─► values, at most so deep ─► the first of KINDS that they look like
                                                     └► none of them ─► NotAFeed

https://www.rfc-editor.org/rfc/rfc8259. What that forbids and publishers write is read: line breaks
in texts, a name that is there twice (its last value counts). A document that is not whole is not
read, as nobody can tell where its last entry ends.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple, Protocol

from wireroom.errors import NotAFeed
from wireroom.wire.document.charset import decoded
from wireroom.wire.formats.document import Document, Format, Source
from wireroom.wire.formats.json import feed, ninjs, posts

MAX_DEPTH = 100  # objects and lists within each other
MAX_VALUES = 1_000_000
NAMES = "ninjs, JSON Feed or WordPress' posts"
_BLANK = b" \t\r\n\0\xef\xbb\xbf\xfe\xff"  # also the zeros and marks of UTF-16 and UTF-32
_TEXTS = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_VALUES = re.compile(r"[\[{,]")
_BRACKET = re.compile(r"[\[{\]}]")
_SHOWN = 8  # names of members that an error tells


class Reader(Protocol):
    def __call__(self, value: Any, source: Source) -> Document: ...


class Kind(NamedTuple):
    """`looks_like`: whether a value is a document of this kind."""

    looks_like: Any
    read: Reader


KINDS = (
    Kind(feed.looks_like, feed.read),
    Kind(posts.looks_like, posts.read),
    Kind(ninjs.looks_like, ninjs.read),
)


def looks_like(document: bytes, source: Source) -> bool:
    """Whether `document` begins as JSON that is not a bare text or number."""
    del source
    return document[:1000].lstrip(_BLANK)[:1] in (b"{", b"[")


def read(document: bytes, source: Source) -> Document:
    """The entries of `document`, in its order.

    Raises NotAFeed: `json` for JSON of another kind and for what is not quite JSON, `truncated` for
    a document that is not whole, `too-deep`, `too-many-elements`, and those of `charset.decoded`.
    """
    value = loaded(document, source.charset)
    for kind in KINDS:
        if kind.looks_like(value):
            return kind.read(value, source)
    raise NotAFeed("json", f"the document is {_described(value)}, not {NAMES}")


def loaded(document: bytes, charset: str = "") -> Any:
    """The values in `document`. Raises NotAFeed, as `read` does."""
    # JSON has an encoding of its own: HTTP's counts only where the bytes are no Unicode.
    encoding = json.detect_encoding(document)
    try:
        text = document.decode(encoding)
    except UnicodeDecodeError:
        text = decoded(document, charset)
    text = text.lstrip("\ufeff").strip("\0 \t\r\n")
    outside = _TEXTS.sub("", text)
    if len(_VALUES.findall(outside)) > MAX_VALUES:
        raise NotAFeed("too-many-elements", f"more than {MAX_VALUES} values")
    if _depth(outside) > MAX_DEPTH:
        raise NotAFeed("too-deep", f"more than {MAX_DEPTH} objects and lists within each other")
    try:
        return json.loads(text, strict=False, parse_constant=lambda _: None)
    except json.JSONDecodeError as error:
        if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
            raise NotAFeed("truncated", f"the JSON ends early: {error.msg}") from error
        raise NotAFeed("json", f"it is not JSON: {error.msg} at line {error.lineno}") from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits
        raise NotAFeed("json", f"the JSON can't be read: {error}") from error


def _depth(outside: str) -> int:
    """How deep the JSON goes, of which `outside` is all that is no text."""
    deepest = depth = 0
    for bracket in _BRACKET.findall(outside):
        depth += 1 if bracket in "{[" else -1
        deepest = max(deepest, depth)
    return deepest


def _described(value: Any) -> str:
    if isinstance(value, list):
        return f"a list of JSON, of {_described(value[0])}" if value else "an empty list of JSON"
    if isinstance(value, dict):
        names = ", ".join(sorted(map(str, value))[:_SHOWN])
        return f"JSON with {names[:200]}" if names else "an empty object of JSON"
    return "a single JSON value"


FORMAT = Format(NAMES, looks_like, read)
