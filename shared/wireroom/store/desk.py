"""The desk's list: every article, in whatever state, the newest change first.

    article    article#<id>    article    desk_sk       <time of the change>#<id>
                                          desk_entry    what the list shows and the row lacks
                                          desk_words    the words by which the story is found

It is the index `desk` of the articles' own rows: one partition, their `sk`, in the order of
`desk_sk`. It may lag behind the table, mostly by less than a second. docs/decisions.md counts what
it takes. Its words are those of readers' search (`site.tokens`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aws_lambda_powertools import Logger
from msgspec import Struct, ValidationError

from wireroom.model import Article, DeskEntry, State
from wireroom.newsroom.desk import desk_entry, texts
from wireroom.newsroom.listing import stamp
from wireroom.site.tokens import words
from wireroom.store.aws import translated
from wireroom.store.items import Item, item, struct

logger = Logger(child=True)

FOUND_BY = 1200  # bytes of the words by which a story is found
LOOK = 4  # times as many rows as are wanted are looked at first where not all of them fit
CALLS = 10  # for one answer, at most
WORDS = 40  # that are looked for; DynamoDB takes 4 KB of conditions
_ROW = ("provider", "revision", "state", "path", "categories", "pins", "due")  # the article's own


class Sought(Struct, frozen=True, kw_only=True):
    """Which entries are wanted: those that fit all that is given.

    `words`: each begins a word of the story (`newsroom.desk.texts`), whatever its case and accents.
    `editor`: decided something that counts now; `touched`: any editor did. `link`: as an entry has
    it, in its canonical spelling.
    """

    words: str = ""
    state: State | None = None
    category: str = ""
    feed: str = ""
    editor: str = ""
    touched: bool = False
    link: str = ""


EVERYTHING = Sought()


class Found(Struct, frozen=True):
    """`entries`: the newest change first. `after`: the cursor from which older ones go on, or "" if
    there are none."""

    entries: tuple[DeskEntry, ...] = ()
    after: str = ""

    @property
    def reached(self) -> datetime | None:
        """The time back to which was looked; None: to the end."""
        moment, _, _ = self.after.partition("#")
        return datetime.fromisoformat(moment) if moment else None


class DeskList:
    """`client`: a boto3 DynamoDB client; `name`: the table's."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

    def newest(
        self,
        limit: int,
        sought: Sought = EVERYTHING,
        *,
        after: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        calls: int = CALLS,
    ) -> Found:
        """The newest `limit` entries that fit `sought`, of changes from `since` until before
        `until`. `after`: the cursor of an earlier answer, to go on from there.

        One call where every entry fits; else as many as it takes, and not more than `calls`, each
        of which looks at up to 1 MB: some 1,500 entries. If these find fewer than `limit`, there
        may be more from `Found.after` on. Raises ValueError for what is no cursor.
        """
        low, high = stamp(since) if since else "0", stamp(until) if until else "9"
        fits = _fitting(sought)
        if fits is None or (after and not low <= after < high):
            return Found()
        more: dict[str, Any] = {"ExclusiveStartKey": _place(after)} if after else {}
        more["Limit"] = limit * LOOK if fits[0] else limit
        entries: list[DeskEntry] = []
        last: Item = {}
        for _ in range(calls):
            answer = self._query(low, high, *fits, **more)
            entries += filter(None, map(_entry, answer["Items"]))
            last = answer.get("LastEvaluatedKey", {})
            if not last or len(entries) >= limit:
                break
            more = {"ExclusiveStartKey": last}
        if len(entries) > limit:
            return Found(
                tuple(entries[:limit]), _key(entries[limit - 1].changed, entries[limit - 1].id)
            )
        return Found(tuple(entries), last["desk_sk"]["S"] if last else "")

    def _query(
        self, low: str, high: str, fits: str, names: dict[str, str], values: Item, **more: Any
    ) -> dict[str, Any]:
        more |= {"FilterExpression": fits} if fits else {}
        more |= {"ExpressionAttributeNames": names} if names else {}  # DynamoDB refuses empty ones
        values = values | {name: {"S": value} for name, value in ((":low", low), (":high", high))}
        with translated("read the desk's list"):
            answer: dict[str, Any] = self._client.query(
                TableName=self._name,
                IndexName="desk",
                KeyConditionExpression="sk = :pk AND desk_sk BETWEEN :low AND :high",
                ExpressionAttributeValues=values | {":pk": {"S": "article"}},
                ScanIndexForward=False,
                **more,
            )
        return answer


def desk_attributes(article: Article) -> Item:
    """What the article's row has for the desk's list only."""
    entry = desk_entry(article)
    fields = item(entry)
    for name in ("id", "changed", *_ROW):
        fields.pop(name, None)
    return {
        "desk_sk": {"S": _key(entry.changed, article.id)},
        "desk_entry": {"M": fields},
        "desk_words": {"S": _found_by(article)},
    }


def _found_by(article: Article) -> str:
    """` one two ` …: each word once, as many as FOUND_BY takes."""
    found = " "
    for word in dict.fromkeys(word for text in texts(article) for word in words(text)):
        if len(found.encode()) + len(word.encode()) >= FOUND_BY:
            break
        found += f"{word} "
    return found


def _entry(row: Item) -> DeskEntry | None:
    """None for a row that can't be read: it must not take the others off the list."""
    moment, _, identity = row["desk_sk"]["S"].partition("#")
    own = {name: row[name] for name in _ROW if name in row}
    key = {"id": {"S": identity}, "changed": {"S": moment}}
    try:
        return struct(row["desk_entry"]["M"] | own | key, DeskEntry)
    except ValidationError as error:
        logger.error("a row of the desk's list can't be read", article=identity, reason=str(error))
        return None


def _fitting(sought: Sought) -> tuple[str, dict[str, str], Item] | None:
    """`sought` as DynamoDB takes it: a filter ("": all fit), its names and its values. None if no
    entry can fit."""
    wanted = list(dict.fromkeys(words(sought.words)))[:WORDS]
    if sought.words and not wanted:
        return None
    equal = {
        "#state": sought.state,
        "desk_entry.link": sought.link,
    }
    contain = [
        ("categories", sought.category),
        ("desk_entry.feeds", sought.feed),
        ("desk_entry.editors", sought.editor),
        *(("desk_words", f" {word}") for word in wanted),
    ]
    tests = [("{} = {}", name, value) for name, value in equal.items() if value]
    tests += [("contains({}, {})", name, value) for name, value in contain if value]
    fits = [test.format(name, f":v{place}") for place, (test, name, _) in enumerate(tests)]
    if sought.touched:
        fits.append("attribute_exists(desk_entry.editors)")
    values = {f":v{place}": {"S": value} for place, (_, _, value) in enumerate(tests)}
    return " AND ".join(fits), {"#state": "state"} if sought.state else {}, values


def _key(changed: datetime, identity: str) -> str:
    return f"{stamp(changed)}#{identity}"


def _place(cursor: str) -> Item:
    """Raises ValueError for what is no cursor."""
    _, sign, identity = cursor.partition("#")
    if not sign:
        raise ValueError(f"{cursor!r} is no place in the desk's list")
    keys = {"pk": f"article#{identity}", "sk": "article", "desk_sk": cursor}
    return {name: {"S": value} for name, value in keys.items()}
