"""What a message is to its story, by the words that agencies put beside its slug.

    1st Ld, 2nd Ld-Writethru, Lead 3, Update 2, UPDATE1   a newer version of it
    1st Add, 2nd add, Take 2                              a take: a part that follows the lead
    CORRECTION, Refile, Berichtigung                      a newer version, without a number
    KILL, MANDATORY KILL, ELIMINATION, Bust               it is withdrawn
    WITHHOLD                                              it must wait

The words count only where they stand by themselves beside the slug, or in a line of their own above
the headline: `Drug Bust` is what a story is about.
"""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct

Kind = Literal["", "lead", "take", "correction", "kill", "hold"]

_NTH = r"(?P<nth>\d{1,2})\s?(?:st|nd|rd|th|\.|\))?"
_MORE = r"(?:[\s/-]+(?:write-?thru|all|lead-?all|sub|recap|night\s?ld|urgent))*"
_THROUGH = r"(?P<through>write-?thru)"
_WORDS: tuple[tuple[Kind, str], ...] = (
    (
        "kill",
        r"(?:(?:mandatory|bulletin|urgent|story|advisory)[\s/-]+)?"
        r"(?:kill(?: notice)?|eliminat(?:ion|e)|bust|withdrawal|annul(?:lation|é)?)",
    ),
    ("hold", r"(?:(?:bulletin|urgent|advisory)[\s/-]+)?(?:withhold|with-?held|hold)"),
    ("take", rf"(?:[\w.]+[\s/-]+)*?{_NTH}\s?add|add[\s-]?(?P<add>\d{{1,2}})"),
    ("take", r"take[\s-]?(?P<take>\d{1,2})|(?P<takes>\d{1,2})(?:st|nd|rd|th)\s+take"),
    (
        "lead",
        rf"(?:urgent[\s/-]+)?{_NTH}[\s-]*(?:n?ld|leads?|update|zusammenfassung|zsf)\b{_MORE}"
        rf"|(?:lead|update|upd|ld|writethru)[\s-]?(?P<n>\d{{1,2}}){_MORE}",
    ),
    ("lead", rf"{_THROUGH}|write-thru|(?:night\s?)?ld(?:-all)?|lead(?:-?all)?|update|upd"),
    (
        "correction",
        r"correct(?:ion|ed|s|iv|v)|korr(?:ektur)?|berichtigung|corrección|rectificati(?:on|f)"
        r"|correzione|refile|repeat(?:ing)?|rpt|wiederholung|sub(?:s|bed)?",
    ),
)
_KINDS = tuple((kind, re.compile(words, re.IGNORECASE)) for kind, words in _WORDS)


_LONGEST = 60  # characters of such words


class Sequel(Struct, frozen=True):
    """`kind`: "" for a story's first version, or for words that say nothing of this. `number`: of
    the lead, or of the take, from 1; 0 if it has none. `through`: the whole story is written
    through, with what its takes said."""

    kind: Kind = ""
    number: int = 0
    through: bool = False


FIRST = Sequel()


def sequel(words: str) -> Sequel:
    """What `words` say that a message is; FIRST if they say nothing of it."""
    bare = words.strip(" \t()[]<>=/:.,_-")
    if len(bare) > _LONGEST:
        return FIRST
    for kind, pattern in _KINDS:
        found = pattern.fullmatch(bare)
        if found is None:
            continue
        groups = {name: int(value) for name, value in found.groupdict().items() if _is(value)}
        number = next(iter(groups.values()), 0)
        if {"take", "takes"} & groups.keys():
            if number < 2:  # the first take is the lead
                return FIRST
            number -= 1
        through = re.search(r"write-?thru", bare, re.IGNORECASE) is not None
        return Sequel(kind, number, through)
    return FIRST


_ENDING = re.compile(
    r"[\s,;/-]+((?:urgent[\s-]+)?(?:\d{1,2}(?:st|nd|rd|th)[\s-]*(?:n?ld|lead|add|take)\b[\w\s-]*"
    r"|(?:lead|update|add|take)[\s-]?\d{1,2}|writethru|mandatory kill|bulletin kill"
    r"|(?-i:KILL|WITHHOLD|ELIMINATION|CORRECTION)))$",
    re.IGNORECASE,
)


def divided(slug: str) -> tuple[str, Sequel]:
    """A slug line → (the slug, what stands beside it): `Region-dam,1st Ld` → `Region-dam`."""
    name, *words = (part.strip() for part in slug.split(","))
    said = [found for word in words if (found := sequel(word)) != FIRST]
    rest = [word for word in words if sequel(word) == FIRST]
    slug = ", ".join(filter(None, (name, *rest)))
    ending = _ENDING.search(slug[-60:])
    if ending and not said and (found := sequel(ending[1])) != FIRST:
        return slug[: len(slug) - len(ending[0])].rstrip(" ,-/"), found
    return slug, strongest(said)


def strongest(said: list[Sequel]) -> Sequel:
    """Of several words that stand beside a slug, the one that counts: a kill before all others, a
    take before a lead, as `1st Ld-2nd Add` is a part of the first lead."""
    for kind in ("kill", "hold", "take", "lead", "correction"):
        for each in said:
            if each.kind == kind:
                return each
    return FIRST


def _is(value: str | None) -> bool:
    return value is not None and value.isdigit()
