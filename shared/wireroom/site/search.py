"""What readers search in: files that the script of the search page fetches. There is no server.

    /search/recent.json           the stories of the last days, with all that is searched
    /search/2026/02/11/1.json     a quarter of the stories of a day, likewise
    /search/words/0a3.txt         which stories have a word: one of SHARDS, by the word's beginning

A query reads the recent stories and the shards of its words. Where a word is told by a shard, the
script then reads the stories of those days that have all words, the newest first. It shows only
stories that really have the words. So a story that has left the pages of its day is found no more,
whatever a shard says.

A line of a shard is a month; each word has its days, and for each day the keys of stories:

    2026-02 flood=11aBcD.09xY flooded=11aB police=*

`*`: more than FEW and an eighth of the month's stories have the word. It is not worth its bytes.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from wireroom.markup.characters import cut, direction
from wireroom.markup.language import is_tag
from wireroom.model import ListingEntry, Settings
from wireroom.site.dates import day_of
from wireroom.site.templating import local, scrub
from wireroom.site.tokens import words

RECENT = 1_000  # stories in the file of recent ones
RECENT_DAYS = 2  # before today, that it goes back
PARTS = 4  # files of a day
KEYS = 64 * 64  # of which a day's stories have one each, in two letters
SHARDS = 512
PREFIX = 4  # characters of a word that decide its shard
EXCERPT = 300  # characters
COMMON = 8  # one in so many stories of a month has a word that is not told
FEW = 100  # but not if so few stories have it

_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


Lines = Mapping[int, Mapping[str, str]]


def part(identity: str) -> int:
    """In which file of its day the article `identity` is, from 1."""
    return _fnv(identity) % KEYS % PARTS + 1


def key(identity: str) -> str:
    """Two letters that stand for the article `identity` in the words of its day. They tell its part
    of the day, too. Where two stories of a day have the same, the script looks at both."""
    number = _fnv(identity) % KEYS
    return _DIGITS[number >> 6] + _DIGITS[number & 63]


def shard(word: str) -> int:
    """In which shard a word is, from 0."""
    return _fnv(word[:PREFIX]) % SHARDS


def recent(entries: Iterable[ListingEntry], shards: Iterable[int]) -> str:
    """The file of recent stories. `shards`: those that are in the bucket, as bits of a number."""
    there = sum(1 << number for number in shards)
    return _json({"shards": f"{there:x}", "stories": [_story(e) for e in entries]})


def documents(entries: Iterable[ListingEntry], part_of: int) -> str:
    """The file of one part of a day. `entries`: the day's."""
    return _json({"stories": [_story(each) for each in entries if part(each.id) == part_of]})


def lines(settings: Settings, entries: Sequence[ListingEntry]) -> Lines:
    """Shard → month (`yyyy-mm`) → its line in that shard, of all the stories of some months."""
    zone = partial(day_of, timezone=settings.site.timezone)
    found: dict[str, dict[str, dict[str, list[str]]]] = {}
    counts: dict[str, int] = defaultdict(int)
    for entry in entries:
        day = zone(entry.published)
        month, date, own = day[:7], day[8:], key(entry.id)
        counts[month] += 1
        of_month = found.setdefault(month, defaultdict(lambda: defaultdict(list)))
        for word in set(words(_searched(entry))):
            of_month[word][date].append(own)
    gathered: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for month, of_month in found.items():
        most = max(FEW, counts[month] // COMMON)
        for word in sorted(of_month):
            days = of_month[word]
            where = "*"
            if sum(map(len, days.values())) <= most:
                where = ".".join(
                    date + "".join(sorted(days[date])) for date in sorted(days, reverse=True)
                )
            gathered[shard(word)][month].append(f"{word}={where}")
    return {
        number: {month: " ".join((month, *told)) for month, told in months.items()}
        for number, months in gathered.items()
    }


def replaced(content: str, new: Mapping[str, str], first: str, before: str) -> str:
    """A shard with `new` (month → line) in place of its months from `first` until `before` ("": the
    newest). The newest month comes first."""
    told = {line[:7]: line for line in content.split("\n") if line[:1].isdigit()}
    told = {each: told[each] for each in told if each < first or (before and each >= before)}
    told.update(new)
    return "\n".join(told[month] for month in sorted(told, reverse=True))


def _story(entry: ListingEntry) -> dict[str, str]:
    """A story as the script shows it: all that is searched of it, and nothing else that is text."""
    headline, excerpt, author = _texts(entry)
    language = entry.language if is_tag(entry.language) else ""
    story = {
        "key": key(entry.id),
        "path": local(entry.path),
        "at": f"{entry.published:%Y-%m-%dT%H:%MZ}",
        "headline": headline,
        "excerpt": excerpt,
        "author": author,
        "sections": " ".join(entry.categories),
        "lang": language,
        "dir": direction(entry.language, entry.headline),
    }
    return {name: value for name, value in story.items() if value}


def _texts(entry: ListingEntry) -> tuple[str, str, str]:
    return scrub(entry.headline), cut(scrub(entry.summary), EXCERPT), scrub(entry.author)


def _searched(entry: ListingEntry) -> str:
    return " ".join(_texts(entry))


def _json(data: Mapping[str, object]) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _fnv(text: str) -> int:
    """FNV-1a over the code points of `text`, in 32 bits.
    https://datatracker.ietf.org/doc/html/draft-eastlake-fnv"""
    number = 0x811C9DC5
    for character in text:
        number = (number ^ ord(character)) * 0x01000193 & 0xFFFFFFFF
    return number
