"""The table's rows of articles: the articles, their history, addresses and applied events.

    article    article#<id>    article          both layers, state, revision, address
    history    article#<id>    rev#<000012>     written together with the revision it explains
    event      article#<id>    event#<id>       an editor's event that has been applied
    path       path#<path>     path             a reserved address → its article

An article, its history row, its listing entries, a new address, and what is to be done about its
pictures (`store.orders`) are written in one transaction, on condition that the row still has the
revision that was read. The article's row is in the desk's list, too (`store.desk`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import datetime
from itertools import islice
from typing import Any

from botocore.exceptions import ClientError
from msgspec import Struct

from wireroom.errors import Conflict, EventApplied, PathTaken
from wireroom.model import Article, Revision
from wireroom.newsroom.listing import listings, stamp
from wireroom.newsroom.pictures import names, order_of
from wireroom.newsroom.references import Reference
from wireroom.newsroom.settle import awaited
from wireroom.store.aws import cancellations, code, translated
from wireroom.store.desk import desk_attributes
from wireroom.store.items import Item, batch_get, item, struct
from wireroom.store.orders import order_item, shows_item
from wireroom.store.queries import DueKind, due, due_by, due_key, query


class Scanned(Struct, frozen=True):
    """What a part of a scan found: `articles`, and the row of each. `following`: the key to go on
    from, or "" at the end."""

    articles: tuple[Article, ...]
    rows: tuple[Item, ...]
    following: str

    def late(self) -> list[Article]:
        """The articles that the desk's list does not have as this release writes them."""
        return [
            article
            for article, row in zip(self.articles, self.rows, strict=True)
            if not desk_attributes(article).items() <= row.items()
        ]


class Articles:
    """`client`: a boto3 DynamoDB client; `name`: the table's."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

    def read(self, ids: Iterable[str]) -> dict[str, Article]:
        """Those of the articles `ids` that exist, by id: one call for each 100."""
        keys = [article_key(identity) for identity in dict.fromkeys(ids)]
        rows = batch_get(self._client, self._name, keys, "read articles")
        found = [struct(row, Article) for row in rows]
        return {article.id: article for article in found}

    def get(self, identity: str) -> Article | None:
        return self.read([identity]).get(identity)

    def at(self, path: str) -> Article | None:
        """The article that has, or once had, the address `path`."""
        with translated(f"look up {path}"):
            answer = self._client.get_item(
                TableName=self._name, Key=_path_key(path), ConsistentRead=True
            )
        row = answer.get("Item")
        return self.get(row["article"]["S"]) if row else None

    def find(self, named: Reference) -> Article | None:
        """The article that `named` refers to, under any id that it may have; or None."""
        if named.path:
            return self.at(named.path)
        found = self.read(named.ids)
        return next((found[each] for each in named.ids if each in found), None)

    def save(self, old: Article | None, new: Article, revision: Revision) -> None:
        """Write `new` over `old`, with the history row that explains it.

        Raises Conflict when the article is no longer at `old`'s revision, PathTaken when another
        article has its new address, EventApplied when `revision.event` has been applied before.
        """
        changes = [
            self._put(
                _row(new),
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
        changes += [self._put(shows_item(name, new.id)) for name in sorted(names(new) - names(old))]
        if order := order_of(old, new):
            changes.append(self._put(order_item(order)))
        self._transact(changes, guards, f"save article {new.id} revision {new.revision}")

    def applied(self, identity: str, event: str) -> bool:
        """Whether the editor's event with the id `event` has been applied to the article."""
        key = {"pk": {"S": _pk(identity)}, "sk": {"S": f"event#{event}"}}
        with translated(f"look up event {event}"):
            answer = self._client.get_item(TableName=self._name, Key=key, ConsistentRead=True)
        return "Item" in answer

    def history(self, identity: str) -> list[Revision]:
        """All revisions of an article, oldest first."""
        return [
            struct(row, Revision)
            for row in query(
                self._client,
                self._name,
                "pk = :pk AND begins_with(sk, :sk)",
                {":pk": _pk(identity), ":sk": "rev#"},
            )
        ]

    def due(self, now: datetime, limit: int, past: Collection[str] = ()) -> list[str]:
        """Ids of the first `limit` articles that are due at `now`, the longest due first, without
        those in `past`. An index read, so it may lag behind the table."""
        rows = due_by(self._client, self._name, "release", now, limit, what="look for due articles")
        ids = (row["pk"]["S"].removeprefix("article#") for row in rows)
        return list(islice((identity for identity in ids if identity not in past), limit))

    def waiting(self, kind: DueKind) -> list[str]:
        """Ids of the articles that wait: `held` for an editor, `release` for their time, `unseen`
        (killed) for their story. The longest waiting first. An index read, so it may lag behind
        the table."""
        found = due(self._client, self._name, kind, "look for waiting articles")
        return [pk.removeprefix("article#") for pk in found]

    def all_waiting(self) -> list[str]:
        """Ids of the articles that wait for anything, as `waiting` finds them: three calls."""
        kinds: tuple[DueKind, ...] = ("held", "release", "unseen")
        return list(dict.fromkeys(each for kind in kinds for each in self.waiting(kind)))

    def scan(self, after: str, limit: int) -> Scanned:
        """The articles among up to `limit` rows of the table from the key `after` ("": from the
        start)."""
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
        rows = tuple(answer["Items"])
        articles = tuple(struct(row, Article) for row in rows)
        return Scanned(articles, rows, _place(last) if last else "")

    def enter(self, article: Article) -> None:
        """Write the row of `article` once more, so that the desk's list has it as this release
        writes it. Does nothing if somebody else has written the article meanwhile."""
        with suppress(Conflict), translated(f"enter article {article.id} in the desk's list"):
            self._client.put_item(
                TableName=self._name,
                Item=_row(article),
                ConditionExpression="revision = :revision",
                ExpressionAttributeValues={":revision": {"N": str(article.revision)}},
            )

    @staticmethod
    def place(article: Article) -> str:
        """The key from which a scan goes on after `article`."""
        return _place(article_key(article.id))

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
                        # If the article's own row has changed too, it is a plain Conflict, as the
                        # new revision may have another address.
                        if place in failed and (kind is EventApplied or 0 not in failed):
                            raise kind(f"{what}: {', '.join(reasons)}") from error
                raise


def _place(key: Item) -> str:
    return f"{key['pk']['S']} {key['sk']['S']}"


def _row(article: Article) -> Item:
    return item(article, **_keys(article)) | desk_attributes(article)


def _keys(article: Article) -> dict[str, str]:
    keys = {"pk": _pk(article.id), "sk": "article"}
    since = article.first_seen or article.changed
    if article.due:
        keys |= {"due_pk": due_key("release"), "due_sk": stamp(article.due)}
    elif since and (article.state == "held" or awaited(article)):
        kind: DueKind = "unseen" if awaited(article) else "held"
        keys |= {"due_pk": due_key(kind), "due_sk": stamp(since)}
    return keys


def _pk(identity: str) -> str:
    return f"article#{identity}"


def article_key(identity: str) -> Item:
    return {"pk": {"S": _pk(identity)}, "sk": {"S": "article"}}


def _path_key(path: str) -> Item:
    return {"pk": {"S": f"path#{path}"}, "sk": {"S": "path"}}
