"""The names of a format's XML elements that are needed to check and repair its documents."""

from __future__ import annotations

from msgspec import Struct


class Vocabulary(Struct, frozen=True, kw_only=True):
    """Names of elements, without prefixes. Only those in `texts` may have one.

    `roots`: the root element. `holders`: (root, the element in it that contains the entries), for
    roots that do not contain them directly. `entries`: an entry. In an entry: `texts` may contain
    HTML that is not XML; `ids` (the best first) and `title` name a broken entry to an operator;
    `dates` decide which entries are the newest.
    """

    name: str  # of the format, as messages write it
    roots: tuple[str, ...]
    holders: tuple[tuple[str, str], ...] = ()
    entries: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    title: str = "title"
    dates: tuple[str, ...] = ()
