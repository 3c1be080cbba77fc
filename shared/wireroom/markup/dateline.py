"""Recognising where and when a story was filed: `NEW DELHI, Feb 11 (PTI) — `."""

from __future__ import annotations

import re

MAX_DATELINE = 100  # characters

_UPPER = r"[A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ.'’]*"
_CITY = rf"{_UPPER}(?:[ \-/]{_UPPER}){{0,5}}"
_WORD = r"[^\W\d_][^\s\d,:;()\[\]—–!?\"“”]*"  # with the vowel signs that \w leaves out
_REGION = rf"(?:, ?{_WORD}(?: {_WORD}){{0,3}})"
_COUNTRY = rf"(?: ?\[{_WORD}(?: {_WORD}){{0,3}}\])"
_DAY = rf"(?:,? ?(?:{_WORD} \d{{1,2}}|\d{{1,2}} {_WORD})(?:,? \d{{4}})?)"
_AGENCY = r"(?: ?\([^()\d]{2,40}\))"
_DASH = r" ?(?:[—–]|--| - |:)"

_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        # A city in capitals, with an agency or a day or both, before a dash or a colon.
        rf"(?P<line>{_CITY}{_COUNTRY}?{_REGION}?{_DAY}?{_AGENCY}){_DASH}",
        rf"(?P<line>{_CITY}{_COUNTRY}?{_REGION}?{_DAY}){_DASH}",
        # A city in capitals alone: only before a long dash.
        rf"(?P<line>{_CITY}{_REGION}?) ?(?:[—–]|--) ?",
        # A city as it is written elsewhere, in any script: with both day and agency.
        rf"(?P<line>{_WORD}(?: {_WORD}){{0,3}}{_COUNTRY}?{_REGION}?{_DAY}{_AGENCY})(?:{_DASH}| )",
        rf"(?P<line>{_WORD}(?: {_WORD}){{0,3}}{_COUNTRY}?{_REGION}?{_AGENCY}) ?(?:[—–]|--)",
    )
)
_LABELS = re.compile(
    r"(BREAKING|URGENT|UPDATED?|WATCH|VIDEO|PHOTOS?|EXCLUSIVE|ANALYSIS|OPINION|EXPLAINER|LIVE|"
    r"CORRECTION|CORRECTED|EDITOR|NOTE|FACTBOX|TIMELINE|REVIEW|QUOTES?|KILL|WITHDRAWN|ADVISORY|"
    r"REFILE|REPEAT|RPT|WRAPUP|FEATURE|FLASH|ALERT|BRIEF|COLUMN|INTERVIEW|PROFILE|Q&A)\b"
)


def dateline_of(paragraph: str) -> str:
    """The dateline at the start of `paragraph`, without its dash; "" if there is none."""
    if _LABELS.match(paragraph):
        return ""
    for pattern in _PATTERNS:
        found = pattern.match(paragraph[: 2 * MAX_DATELINE])
        if found and len(found["line"]) <= MAX_DATELINE:
            return found["line"].strip(" ,")
    return ""
