"""What a story's page says of other stories of its section: those before and after it, and up to
RELATED that are about the same thing.

A story is about the same thing if it shares at least two rare words with this one, and they weigh
enough. A word weighs the more, the fewer of the stories that are looked at have it: twice as much
if it stands in both headlines, and half as much if in none. So no language needs a list of words
that say nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from math import log

from msgspec import Struct

from wireroom.model import HOME, ListingEntry

RELATED = 5
NEAR = 30  # stories before and after one, from which those are taken
SHARED = 2  # rare words that two stories share at least
FEW, COMMON = 3, 3  # a word is rare that so few stories have, or one in so many, but not all
# What the words weigh together, if one that a single story has in one headline weighs 1.
ENOUGH = 1.5
LETTERS = 4  # that a word has at least, where words have letters and spaces between them
# Scripts without them, and how many characters in a row count as a word: Han, Kana and Hangul,
# where a character is a syllable; Thai, Lao, Burmese and Khmer.
_RUNS = (
    (re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]+"), 2),
    (re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+"), 5),
)


class Near(Struct, frozen=True):
    """A story's row in the first of its sections, or of the site if it has none (`section`: ""),
    and the nearest rows there: `newer` and `older` ones, the nearest first."""

    section: str
    entry: ListingEntry
    newer: Sequence[ListingEntry]
    older: Sequence[ListingEntry]


class More(Struct, frozen=True):
    """What the page says. `previous` is the next older story, `following` the next newer one."""

    section: str = ""
    previous: ListingEntry | None = None
    following: ListingEntry | None = None
    related: Sequence[ListingEntry] = ()


def more(near: Near) -> More:
    return More(
        section=near.section,
        previous=next(iter(near.older), None),
        following=next(iter(near.newer), None),
        related=related(near.entry, (*near.newer, *near.older)),
    )


def section(categories: Sequence[str]) -> str:
    """The list whose stories a story's page leads to. `categories`: the story's."""
    return categories[0] if categories else HOME


def naming(
    name: str,
    newer: Sequence[ListingEntry],
    older: Sequence[ListingEntry],
    versions: Sequence[ListingEntry],
) -> list[ListingEntry]:
    """The stories whose pages name another one for being in the same list `name`, as it was in one
    of its `versions` or is; at most NEAR on each side.

    `newer`, `older`: the rows around it in the list, the nearest first, up to 2 * NEAR of each.
    """
    place, own = len(newer), [_all_words(each) for each in versions]
    found = []
    for at, each in enumerate((*newer[::-1], *versions[:1], *older)):
        if at == place or abs(at - place) > NEAR or section(each.categories) != name:
            continue
        shared = any(len(words & _all_words(each)) >= SHARED for words in own)
        if abs(at - place) == 1 or (shared and _relates(each, at, newer, older, versions)):
            found.append(each)
    return found


def _relates(
    entry: ListingEntry,
    at: int,
    newer: Sequence[ListingEntry],
    older: Sequence[ListingEntry],
    versions: Sequence[ListingEntry],
) -> bool:
    """Whether one of `versions` is among the stories related to `entry`, the row `at`."""
    for version in versions:
        rows = (*newer[::-1], version, *older)
        others = (*rows[max(0, at - NEAR) : at][::-1], *rows[at + 1 : at + 1 + NEAR])
        if version in related(entry, others):
            return True
    return False


def related(entry: ListingEntry, others: Sequence[ListingEntry]) -> list[ListingEntry]:
    """Those of `others` that are about the same thing as `entry`, the best first, at most RELATED.

    The rarer a word, the more it counts; where two stories are equal, the sections that they share
    with `entry`. Of stories with the same headline only the first is shown.
    """
    counts = Counter(word for each in (entry, *others) for word in _all_words(each))
    total = len(others) + 1
    few = min(max(FEW, total // COMMON), total - 1)
    own = {word for word in _all_words(entry) if counts[word] <= few}
    found: list[tuple[float, int, ListingEntry]] = []
    for each in others:
        shared = sorted(own & _all_words(each))
        headlines = _words(entry.headline), _words(each.headline)
        weight = sum(
            log(total / counts[word]) * (sum(word in words for words in headlines) or 0.5)
            for word in shared
        )
        if len(shared) >= SHARED and weight >= ENOUGH * log(total):
            found.append((weight, len({*entry.categories} & {*each.categories}), each))
    found.sort(key=lambda one: one[:2], reverse=True)
    known = {entry.headline.casefold()}
    kept: list[ListingEntry] = []
    for _, _, each in found:
        if each.headline.casefold() not in known:
            known.add(each.headline.casefold())
            kept.append(each)
    return kept[:RELATED]


def _all_words(entry: ListingEntry) -> frozenset[str]:
    return _words(entry.headline) | _words(entry.summary)


@lru_cache(maxsize=4096)
def _words(text: str) -> frozenset[str]:
    """The words of `text` that may say what it is about, without case; numbers are none."""
    text = unicodedata.normalize("NFKC", text).casefold()
    found: set[str] = set()
    for script, length in _RUNS:
        for run in script.findall(text):
            found.update(run[at : at + length] for at in range(len(run) - length + 1))
        text = script.sub(" ", text)
    # Not \w: a vowel sign of an Indic script is a mark, and would end a word.
    letters = (each if unicodedata.category(each)[0] in "LMN" else " " for each in text)
    words = "".join(letters).split()
    return frozenset(
        found | {word for word in words if len(word) >= LETTERS and not word.isdigit()}
    )
