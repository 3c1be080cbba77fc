"""What an agency says of its own copy: that it takes a story back, or that it must wait.

By the story's status, by its title as wires write them, or by what the feed's settings name. The
defaults read titles in capitals, so that headlines with the same words are news.
"""

from __future__ import annotations

import re

from wireroom.errors import EntryRejected
from wireroom.markup.characters import one_line
from wireroom.markup.plain import plain
from wireroom.model import Entry, Feed

_TITLE = 4000  # characters of a title that are looked at

_KILL = re.compile(
    r"\W*(?:(?:[A-Z0-9]+-)+-)?"  # marks, and a slug such as BC-PTN--
    r"(?:"
    r"(?:(?:STORY|URGENT|ADVISORY)[\s:]\s*)*"
    r"(?:KILL(?:ED)?|WITHDRAW(?:N|AL)?|RETRACT(?:ED|ION)|(?i:kill notice|mandatory kill))"
    r"\s*(?:[:—–(\])*]|-{1,2}\s|$)"
    r"|(?:KILL NOTICE|MANDATORY KILL)\b"
    r"|ADVISORY: KILL\b(?! [A-Z]{2})"  # ADVISORY: KILL MOSQUITOES is news, in capitals
    r")"
)
_KILLED = frozenset({"canceled", "cancelled", "withheld", "killed", "withdrawn", "retracted"})
_EMBARGO = re.compile(r"\W*(?:EMBARGOED\b|EMBARGO\s*:|(?i:embargoed)\s*(?::|(?i:until|till)\b))")


def is_withdrawn(entry: Entry, feed: Feed) -> bool:
    """Whether the agency takes the story back."""
    title = _title(entry)
    return (
        _status(entry) in _KILLED
        or _KILL.match(title) is not None
        or _begins(title, feed.kill_titles)
    )


def is_held(entry: Entry, feed: Feed) -> bool:
    """Whether the story waits for an editor: the feed's settings say so of its title, or it is
    embargoed and does not say until when."""
    title = _title(entry)
    if _begins(title, feed.hold_titles):
        return True
    embargoed = _status(entry) == "embargoed" or _EMBARGO.match(title) is not None
    return embargoed and entry.embargo is None


def _begins(title: str, prefixes: tuple[str, ...]) -> bool:
    return title.casefold().startswith(tuple(prefix.casefold() for prefix in prefixes))


def _status(entry: Entry) -> str:
    """`stat:canceled`, or the address of that concept, is `canceled`."""
    return entry.pubstatus.strip().casefold().rpartition(":")[2].rpartition("/")[2]


def _title(entry: Entry) -> str:
    title = entry.title[:_TITLE]
    try:
        return plain(title, "title")
    except EntryRejected:
        return one_line(title)
