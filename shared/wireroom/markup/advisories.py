"""Recognises kill notices, and stories that an agency wants to wait (holds and embargoes).

They are recognised by the story's status, by the labels at the start of a title that agencies use,
or by those in the feed's settings. Agencies' labels count in capitals only, as a headline with the
same words is news. Three count in any case: `kill notice` and `mandatory kill` before a colon, a
dash and the like, and `embargoed until`.
"""

from __future__ import annotations

import re

from msgspec import Struct

from wireroom.errors import EntryRejected
from wireroom.markup.characters import one_line
from wireroom.markup.plain import plain
from wireroom.model import Entry

_TITLE = 4000  # characters of a title that are read

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
_KILLED = frozenset({"canceled", "cancelled", "killed", "withdrawn", "retracted"})
# `withheld` is "until further notice": https://cv.iptc.org/newscodes/pubstatusg2/
_HELD = frozenset({"withheld"})
_EMBARGO = re.compile(r"\W*(?:EMBARGOED\b|EMBARGO\s*:|(?i:embargoed)\s*(?::|(?i:until|till)\b))")
# What may stand between a label and the headline: a time, and punctuation.
_UNTIL = re.compile(r"\s*(?i:until|till)\b[^:]{0,80}:")
_FOR = re.compile(r"\s[^:]{0,80}:")
_BETWEEN = re.compile(r"[\s:—–\])*\-]*")


class Advisory(Struct, frozen=True):
    """`withdrawn`: a kill notice. `held`: the story must wait for an editor. `headline`: the title
    as sent, without the label; "" if there is only the label."""

    withdrawn: bool
    held: bool
    headline: str


def advisory(
    entry: Entry, kill_titles: tuple[str, ...] = (), hold_titles: tuple[str, ...] = ()
) -> Advisory:
    """Whether `entry` is a kill notice, or must wait. `kill_titles`, `hold_titles`: as in the
    feed's settings."""
    title = _title(entry)
    status = _status(entry)
    kill = _label(title, _KILL, kill_titles)
    hold = _label(title, None, hold_titles)
    embargo = _label(title, _EMBARGO, ())
    embargoed = bool(embargo) or status == "embargoed"
    label = kill or hold or embargo
    withheld = status in _HELD
    return Advisory(
        # An item that is withheld without its text takes the story back as a kill notice does.
        withdrawn=bool(kill) or status in _KILLED or (withheld and not entry.body),
        held=bool(hold) or withheld or (embargoed and entry.embargo is None),
        # From the title as sent, with its markup, unless the markup hides the label.
        headline=_without(
            label,
            entry.title if entry.title.startswith(label) else title,
            _UNTIL if kill or not hold else _FOR,
        ),
    )


def _label(title: str, written: re.Pattern[str] | None, named: tuple[str, ...]) -> str:
    """The label at the start of `title`: one of `named`, or a match of `written`; or ""."""
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
    """The entry's publishing status: `stat:canceled`, or the address of that concept, is
    `canceled`."""
    return entry.pubstatus.strip().casefold().rpartition(":")[2].rpartition("/")[2]


def _title(entry: Entry) -> str:
    title = entry.title[:_TITLE]
    try:
        return plain(title, "title")
    except EntryRejected:
        return one_line(title)
