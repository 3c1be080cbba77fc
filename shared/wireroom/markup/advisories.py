"""What an agency says of its own copy: that it takes a story back, or that it must wait.

By the story's status, by its title as wires write them, or by what the feed's settings name. The
defaults read titles in capitals, and `kill notice`, `mandatory kill` and `embargoed until` before
a colon in any case, so that headlines with the same words are news.
"""

from __future__ import annotations

import re

from msgspec import Struct

from wireroom.errors import EntryRejected
from wireroom.markup.characters import one_line
from wireroom.markup.plain import plain
from wireroom.model import Entry

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
# What may stand between a label and the headline: until when, or for when, and marks.
_UNTIL = re.compile(r"\s*(?i:until|till)\b[^:]{0,80}:")
_FOR = re.compile(r"\s[^:]{0,80}:")
_BETWEEN = re.compile(r"[\s:—–\])*\-]*")


class Advisory(Struct, frozen=True):
    """`withdrawn`: the agency takes the story back. `held`: it has the story wait for an editor.
    `headline`: the title as sent without the label, "" where there is no more than that."""

    withdrawn: bool
    held: bool
    headline: str


def advisory(
    entry: Entry, kill_titles: tuple[str, ...] = (), hold_titles: tuple[str, ...] = ()
) -> Advisory:
    """What the agency says of `entry`. `kill_titles`, `hold_titles`: of the feed's settings."""
    title = _title(entry)
    status = _status(entry)
    kill = _label(title, _KILL, kill_titles)
    hold = _label(title, None, hold_titles)
    embargo = _label(title, _EMBARGO, ())
    embargoed = bool(embargo) or status == "embargoed"
    label = kill or hold or embargo
    return Advisory(
        withdrawn=bool(kill) or status in _KILLED,
        held=bool(hold) or (embargoed and entry.embargo is None),
        # Of the title as sent, markup and all, unless that hides the label.
        headline=_without(
            label,
            entry.title if entry.title.startswith(label) else title,
            _UNTIL if kill or not hold else _FOR,
        ),
    )


def _label(title: str, written: re.Pattern[str] | None, named: tuple[str, ...]) -> str:
    """What `title` begins with, of what is `named` or as it is `written`; or ""."""
    for name in sorted(named, key=len, reverse=True):
        if name and title.casefold().startswith(name.casefold()):
            return title[: len(name)]
    found = written.match(title) if written else None
    return found[0] if found else ""


def _without(label: str, title: str, between: re.Pattern[str]) -> str:
    rest = title[len(label) :]
    if not label:
        return rest
    if (found := between.match(rest)) or (found := _BETWEEN.match(rest)):
        rest = rest[found.end() :]
    return rest.strip()


def _status(entry: Entry) -> str:
    """`stat:canceled`, or the address of that concept, is `canceled`."""
    return entry.pubstatus.strip().casefold().rpartition(":")[2].rpartition("/")[2]


def _title(entry: Entry) -> str:
    title = entry.title[:_TITLE]
    try:
        return plain(title, "title")
    except EntryRejected:
        return one_line(title)
