"""The table: articles with their history and listing entries, addresses, settings and jobs.

    article    article#<id>    article          both layers, state, revision, address
    history    article#<id>    rev#<000012>     written with the revision it explains
    event      article#<id>    event#<id>       an editor's event that has been applied
    listing    list#<list>     <times>#<id>     what a listing shows; `pin#<id>` for a pinned one
    path       path#<path>     path             a reserved address → its article
    settings   settings        settings
    job        job#<id>        job              a long republish

An article, its history row, its listing entries and a new address are one transaction, conditional
on the revision that was read. Reads are strongly consistent: a page made from a lagging read would
stay wrong with nothing to make it again. Feeds' rows are in `store.feeds`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError
from msgspec import Struct

from wireroom.errors import Conflict, EventApplied, PathTaken, Retryable
from wireroom.model import Article, Job, ListingEntry, Revision, Settings
from wireroom.newsroom.shown import listings, stamp
from wireroom.store.aws import cancellations, code, translated
from wireroom.store.items import Item, batch_get, item, struct

SETTINGS = {"pk": {"S": "settings"}, "sk": {"S": "settings"}}
CURSOR = ("requested", "phase", "after", "place", "before")  # of a job: which run, and how far
_FIRST_PIN = "pin#"  # sorts after every date, so a listing's newest end begins with its pins


class Reading(Struct, frozen=True):
    """What one consistent read found."""

    found: Settings | None
    articles: dict[str, Article]

    @property
    def settings(self) -> Settings:
        """Raises Retryable before the first `wireroom apply`."""
        if self.found is None:
            raise Retryable("the site has no settings yet: `wireroom apply site.toml`")
        return self.found


class Window(Struct, frozen=True):
    """The newest entries of a list. `pins` in their order, `entries` newest first without regard
    to the pins, `whole` when the list holds nothing older."""

    pins: tuple[ListingEntry, ...]
    entries: tuple[ListingEntry, ...]
    whole: bool


class Table:
    """`client`: a boto3 DynamoDB client."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

    # --- articles ---

    def read(self, ids: Iterable[str], *, settings: bool = True) -> Reading:
        """The settings and the articles `ids`, at most 99, in one call."""
        keys = [_article_key(identity) for identity in dict.fromkeys(ids)]
        if settings:
            keys.append(SETTINGS)
        found: Settings | None = None
        articles: dict[str, Article] = {}
        for row in batch_get(self._client, self._name, keys, "read articles"):
            if row["sk"]["S"] == "settings":
                found = struct(row, Settings)
            else:
                article = struct(row, Article)
                articles[article.id] = article
        return Reading(found, articles)

    def settings(self) -> Settings:
        """Raises Retryable before the first `wireroom apply`."""
        return self.read([]).settings

    def article(self, identity: str) -> Article | None:
        return self.read([identity], settings=False).articles.get(identity)

    def article_at(self, path: str) -> Article | None:
        """The article that has, or once had, the address `path`."""
        with translated(f"look up {path}"):
            answer = self._client.get_item(
                TableName=self._name, Key=_path_key(path), ConsistentRead=True
            )
        row = answer.get("Item")
        return self.article(row["article"]["S"]) if row else None

    def save(self, old: Article | None, new: Article, revision: Revision) -> None:
        """Write `new` over `old`, with the history row that explains it.

        Raises Conflict when the article is no longer at `old`'s revision, PathTaken when another
        article has its new address, EventApplied when `revision.event` has been applied before.
        """
        changes = [
            self._put(
                item(new, **_keys(new)),
                "attribute_not_exists(pk)" if old is None else "revision = :revision",
                {":revision": {"N": str(old.revision)}} if old else None,
            ),
            self._put(item(revision, pk=_pk(new.id), sk=f"rev#{revision.revision:06}")),
        ]
        guards: dict[int, type[Conflict]] = {}
        if revision.event:
            guards[len(changes)] = EventApplied
            marker = {"pk": {"S": _pk(new.id)}, "sk": {"S": f"event#{revision.event}"}}
            changes.append(self._put(marker, "attribute_not_exists(pk)"))
        if new.path and (old is None or old.path != new.path):
            guards[len(changes)] = PathTaken
            changes.append(
                self._put(
                    {**_path_key(new.path), "article": {"S": new.id}},
                    "attribute_not_exists(pk) OR article = :article",
                    {":article": {"S": new.id}},
                )
            )
        before, after = listings(old), listings(new)
        for (name, key), entry in after.items():
            if before.get((name, key)) != entry:
                changes.append(self._put(item(entry, pk=f"list#{name}", sk=key)))
        for name, key in before.keys() - after.keys():
            row = {"pk": {"S": f"list#{name}"}, "sk": {"S": key}}
            changes.append({"Delete": {"TableName": self._name, "Key": row}})
        self._transact(changes, guards, f"save article {new.id} revision {new.revision}")

    def applied(self, identity: str, event: str) -> bool:
        """Whether the editor's event has been applied to the article."""
        key = {"pk": {"S": _pk(identity)}, "sk": {"S": f"event#{event}"}}
        with translated(f"look up event {event}"):
            answer = self._client.get_item(TableName=self._name, Key=key, ConsistentRead=True)
        return "Item" in answer

    def history(self, identity: str) -> list[Revision]:
        """All revisions of an article, oldest first."""
        return [
            struct(row, Revision)
            for row in self._query(
                "pk = :pk AND begins_with(sk, :sk)", {":pk": _pk(identity), ":sk": "rev#"}
            )
        ]

    def due_articles(self, now: datetime, limit: int) -> list[str]:
        """Ids of articles that something is due for at `now`; an index read, so a little late."""
        with translated("look for due articles"):
            answer = self._client.query(
                TableName=self._name,
                IndexName="due",
                KeyConditionExpression="due_pk = :pk AND due_sk <= :now",
                ExpressionAttributeValues={
                    ":pk": {"S": "due#release"},
                    ":now": {"S": stamp(now)},
                },
                Limit=limit,
            )
        return [row["pk"]["S"].removeprefix("article#") for row in answer["Items"]]

    def waiting(self, kind: str) -> list[str]:
        """Ids of articles that wait: `held` by name, `release` for their time, `unseen` (killed)
        for their arrival. The longest first; an index read, so a little late."""
        with translated("look for waiting articles"):
            answers = self._client.get_paginator("query").paginate(
                TableName=self._name,
                IndexName="due",
                KeyConditionExpression="due_pk = :pk",
                ExpressionAttributeValues={":pk": {"S": f"due#{kind}"}},
            )
            return [
                row["pk"]["S"].removeprefix("article#") for page in answers for row in page["Items"]
            ]

    # --- listings ---

    def newest(self, name: str, limit: int) -> Window:
        """The newest `limit` rows of the list `name`, pins counted."""
        with translated(f"read list {name}"):
            answer = self._client.query(
                TableName=self._name,
                KeyConditionExpression="pk = :pk",
                ExpressionAttributeValues={":pk": {"S": f"list#{name}"}},
                ConsistentRead=True,
                ScanIndexForward=False,
                Limit=limit,
            )
        entries = [struct(row, ListingEntry) for row in answer["Items"]]
        pins = sorted(
            (entry for entry in entries if entry.pin is not None),
            key=lambda entry: (entry.pin or 0, entry.id),
        )
        return Window(
            tuple(pins),
            tuple(entry for entry in entries if entry.pin is None),
            "LastEvaluatedKey" not in answer,
        )

    def count(self, name: str) -> int:
        """How many rows the list `name` has; for progress only, as it reads the whole list."""
        with translated(f"count list {name}"):
            answers = self._client.get_paginator("query").paginate(
                TableName=self._name,
                KeyConditionExpression="pk = :pk",
                ExpressionAttributeValues={":pk": {"S": f"list#{name}"}},
                Select="COUNT",
            )
            return sum(answer["Count"] for answer in answers)

    def between(self, name: str, start: datetime, end: datetime) -> list[ListingEntry]:
        """All entries of the list `name` from `start` until before `end`, newest first."""
        rows = self._query(
            "pk = :pk AND sk BETWEEN :start AND :end",
            {":pk": f"list#{name}", ":start": stamp(start), ":end": stamp(end)},
            ScanIndexForward=False,
        )
        return [struct(row, ListingEntry) for row in rows]

    def before(self, name: str, moment: datetime) -> ListingEntry | None:
        """The newest entry of the list `name` that is older than `moment`."""
        return self._nearest(name, "sk < :moment", moment, forward=False)

    def after(self, name: str, moment: datetime) -> ListingEntry | None:
        """The oldest entry of the list `name` that is at or after `moment`."""
        return self._nearest(name, "sk BETWEEN :moment AND :pin", moment, forward=True)

    def _nearest(
        self, name: str, condition: str, moment: datetime, *, forward: bool
    ) -> ListingEntry | None:
        values = {":pk": f"list#{name}", ":moment": stamp(moment)}
        if forward:
            values[":pin"] = _FIRST_PIN
        with translated(f"read list {name}"):
            answer = self._client.query(
                TableName=self._name,
                KeyConditionExpression=f"pk = :pk AND {condition}",
                ExpressionAttributeValues={key: {"S": value} for key, value in values.items()},
                ConsistentRead=True,
                ScanIndexForward=forward,
                Limit=1,
            )
        rows = answer["Items"]
        return struct(rows[0], ListingEntry) if rows else None

    # --- jobs ---

    def job(self, identity: str) -> Job | None:
        with translated(f"read job {identity}"):
            answer = self._client.get_item(
                TableName=self._name, Key=_job_key(identity), ConsistentRead=True
            )
        row = answer.get("Item")
        return struct(row, Job) if row else None

    def put_job(self, old: Job | None, new: Job) -> None:
        """Write `new` over `old`. Raises Conflict when the job is no longer as `old` says."""
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(pk)"}
        if old:
            row = job_item(old)
            condition = {
                "ConditionExpression": " AND ".join(f"#{name} = :{name}" for name in CURSOR),
                "ExpressionAttributeNames": {f"#{name}": name for name in CURSOR},
                "ExpressionAttributeValues": {f":{name}": row[name] for name in CURSOR},
            }
        with translated(f"move job {new.id}"):
            self._client.put_item(TableName=self._name, Item=job_item(new), **condition)

    def running_jobs(self) -> list[Job]:
        """Every job that is not done, the oldest first; an index read, so a little late."""
        with translated("look for running jobs"):
            answers = self._client.get_paginator("query").paginate(
                TableName=self._name,
                IndexName="due",
                KeyConditionExpression="due_pk = :pk",
                ExpressionAttributeValues={":pk": {"S": "due#job"}},
            )
            ids = [row["pk"]["S"].removeprefix("job#") for page in answers for row in page["Items"]]
        jobs = [self.job(identity) for identity in ids]
        return [job for job in jobs if job and job.phase != "done"]

    def scan_articles(self, after: str, limit: int) -> tuple[list[Article], str]:
        """Up to `limit` rows of the table from the key `after` ("": from the start).

        Gives the articles among them, and the key to go on from ("" at the end).
        """
        start = {}
        if after:
            pk, _, sk = after.partition(" ")
            start["ExclusiveStartKey"] = {"pk": {"S": pk}, "sk": {"S": sk}}
        with translated("scan articles"):
            answer = self._client.scan(
                TableName=self._name,
                ConsistentRead=True,
                FilterExpression="sk = :article",
                ExpressionAttributeValues={":article": {"S": "article"}},
                Limit=limit,
                **start,
            )
        last = answer.get("LastEvaluatedKey")
        following = f"{last['pk']['S']} {last['sk']['S']}" if last else ""
        return [struct(row, Article) for row in answer["Items"]], following

    # --- the calls ---

    def _put(
        self, row: Item, condition: str = "", values: Item | None = None
    ) -> dict[str, dict[str, Any]]:
        put: dict[str, Any] = {"TableName": self._name, "Item": row}
        if condition:
            put["ConditionExpression"] = condition
        if values:
            put["ExpressionAttributeValues"] = values
        return {"Put": put}

    def _transact(
        self, changes: list[dict[str, Any]], guards: dict[int, type[Conflict]], what: str
    ) -> None:
        with translated(what):
            try:
                self._client.transact_write_items(TransactItems=changes)
            except ClientError as error:
                if code(error) == "TransactionCanceledException":
                    reasons = cancellations(error)
                    failed = {
                        place
                        for place, why in enumerate(reasons)
                        if why == "ConditionalCheckFailed"
                    }
                    for place, kind in guards.items():
                        # A row that has moved on says nothing about its address.
                        if place in failed and (kind is EventApplied or 0 not in failed):
                            raise kind(f"{what}: {', '.join(reasons)}") from error
                raise

    def _query(self, condition: str, values: dict[str, str], **more: Any) -> Iterator[Item]:
        with translated("query"):
            paginator = self._client.get_paginator("query")
            for answer in paginator.paginate(
                TableName=self._name,
                KeyConditionExpression=condition,
                ExpressionAttributeValues={key: {"S": value} for key, value in values.items()},
                ConsistentRead=True,
                **more,
            ):
                yield from answer["Items"]


def job_item(job: Job) -> Item:
    """The row of a job: while it runs it is in the index `due`, so that `running_jobs` finds it
    without a scan."""
    keys = {"pk": f"job#{job.id}", "sk": "job"}
    if job.phase != "done":
        keys |= {"due_pk": "due#job", "due_sk": stamp(job.requested)}
    return item(job, **keys)


def cursor(job: Job) -> tuple[object, ...]:
    """Which run of the job, and how far it has come."""
    return tuple(getattr(job, name) for name in CURSOR)


def _keys(article: Article) -> dict[str, str]:
    keys = {"pk": _pk(article.id), "sk": "article"}
    since = article.first_seen or article.changed
    if article.due:
        keys |= {"due_pk": "due#release", "due_sk": stamp(article.due)}
    elif since and (article.state == "held" or article.wire is None):
        kind = "held" if article.wire else "unseen"
        keys |= {"due_pk": f"due#{kind}", "due_sk": stamp(since)}
    return keys


def _pk(identity: str) -> str:
    return f"article#{identity}"


def _article_key(identity: str) -> Item:
    return {"pk": {"S": _pk(identity)}, "sk": {"S": "article"}}


def _path_key(path: str) -> Item:
    return {"pk": {"S": f"path#{path}"}, "sk": {"S": "path"}}


def _job_key(identity: str) -> Item:
    return {"pk": {"S": f"job#{identity}"}, "sk": {"S": "job"}}
