"""The names of a format's XML elements, as far as they are needed to put its documents right."""

from __future__ import annotations

from msgspec import Struct


class Vocabulary(Struct, frozen=True, kw_only=True):
    """Names as documents write them, without prefixes. Only `texts` may have one.

    `roots`: a document's first element. `holders`: pairs of a root and the element in it that holds
    the entries, where it is not the root itself. `entries`: one element for each entry.
    Within an entry: `texts` may be HTML that is not XML; `ids`, from the best on, and `title` name
    a broken entry to an operator; `dates` tell which entries are the newest.
    """

    name: str  # of the format, as messages write it
    roots: tuple[str, ...]
    holders: tuple[tuple[str, str], ...] = ()
    entries: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    title: str = "title"
    dates: tuple[str, ...] = ()
