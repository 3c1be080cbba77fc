"""Reads values out of JSON that a stranger wrote: nothing has to be there, or of the right type.

Names of members are compared without case and underscores, as ninjs 1 writes `body_html` and
ninjs 3 `bodyHtml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import Any

from wireroom.errors import EntryRejected
from wireroom.markup.addresses import is_web
from wireroom.markup.characters import scrub, with_line_feeds
from wireroom.wire import dates

Value = Any  # a value of JSON
Members = dict[str, Value]  # an object, by the folded names of its members

MAX_BODY = 1 << 20  # characters
MAX_TITLE = 2000
MAX_ID = 1024
MAX_LINE = 10_000  # of any other field, which is left out if it is longer
MAX_ALIKE = 50  # terms, authors or pictures of an item

_WHOLE = re.compile(r"\d{1,15}")
_BLANK_LINES = re.compile(r"\n[^\S\n]*\n\s*")


def members(value: Value) -> Members:
    """The members of an object by their folded names, the first of equals; {} for anything else."""
    found: Members = {}
    if isinstance(value, dict):
        for name, each in value.items():
            found.setdefault(name.replace("_", "").lower(), each)
    return found


def listed(value: Value) -> list[Value]:
    """The values of a list, or of an object that stands in for one; [] for anything else."""
    if isinstance(value, dict):
        value = list(value.values())
    return value[:MAX_ALIKE] if isinstance(value, list) else []


def text(value: Value, most: int = MAX_LINE) -> str:
    """A text or number as text; "" for anything else, and for what is longer than `most`."""
    if isinstance(value, str):
        found = scrub(value).strip()
        return found if len(found) <= most else ""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def must_fit(value: Value, field: str, most: int) -> str:
    """As `text`, for a field that an entry needs. Raises EntryRejected if it is too long."""
    if isinstance(value, str) and len(value) > most:
        raise EntryRejected(field, f"{len(value)} characters, at most {most}")
    return text(value, most)


def plain(value: Value, most: int = MAX_LINE) -> str:
    """Plain text as markup of the same words."""
    return escape(text(value, most), quote=False)


def paragraphs(words: str) -> str:
    """Plain text as HTML: paragraphs where lines are blank, or if none is, where they end."""
    words = with_line_feeds(words).strip()
    blank = _BLANK_LINES.search(words) is not None
    parts = _BLANK_LINES.split(words) if blank else words.split("\n")
    return "".join(f"<p>{escape(part, quote=False)}</p>" for part in parts if part.strip())


def moment(value: Value) -> Any:
    """A date as `dates.of_publication` reads it."""
    return dates.of_publication(text(value, 100))


def whole(value: Value) -> int:
    """A number that counts something, also as text; 0 if it is none."""
    found = text(value, 20)
    return int(found) if _WHOLE.fullmatch(found) else 0


def web_address(value: Value) -> str:
    """An absolute address of the web, or ""."""
    found = text(value, 2048)
    return found if is_web(found) else ""


def names(value: Value) -> Iterator[str]:
    """The names in a list of texts, or of objects with a name, as ninjs has subjects."""
    for each in listed(value) if not isinstance(value, str) else [value]:
        if name := text(each, 1000):
            yield name
        elif isinstance(each, dict):
            known = members(each)
            if name := text(known.get("name"), 1000) or text(known.get("literal"), 1000):
                yield name
