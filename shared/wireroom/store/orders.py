"""The table's rows about pictures: what is to be done, and which story shows which.

    order    article#<id>      pictures#<id>    work on the pictures of a story
    shows    picture#<name>    article#<id>     the story shows the renditions `name`

Both are written with the article (`store.articles`) that needs them. An order is in the index `due`
until it is done. It is taken with a lease, like a feed (`store.feeds`), so that two runs do not
work on it at once. The row that says who shows a picture is there as long as the article's row has
its name. It leaves only in a transaction which checks that the article no longer has it.
"""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from typing import Any
from uuid import uuid4

from wireroom.errors import Conflict
from wireroom.model import PictureOrder
from wireroom.newsroom.listing import stamp
from wireroom.store.aws import translated
from wireroom.store.items import Item, item, struct
from wireroom.store.queries import due_by, due_key, query

AT_ONCE = "0"  # in the index, before every time
ORDER = "pictures#"  # begins the sort keys of orders

Place = tuple[str, str]  # an order's article and id


class Orders:
    """`client`: a boto3 DynamoDB client; `name`: the table's."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

    def due(self, now: datetime, limit: int) -> list[Place]:
        """The first `limit` orders that are due at `now`, the longest due first. An index read, so
        it may lag behind the table."""
        rows = due_by(
            self._client, self._name, "picture", now, limit, what="look for work on pictures"
        )
        return list(islice(map(place_of, rows), limit))

    def take(self, place: Place, now: datetime, until: datetime) -> PictureOrder | None:
        """Lease the order until `until`. None if it is done, not due yet, or another run has it."""
        try:
            answer = self._update(
                place,
                "SET due_sk = :until, lease = :lease",
                "due_sk <= :now",
                {
                    ":until": {"S": stamp(until)},
                    ":now": {"S": stamp(now)},
                    ":lease": {"S": uuid4().hex},
                },
                ReturnValues="ALL_NEW",
            )
        except Conflict:
            return None
        return struct(answer["Attributes"], PictureOrder)

    def remember(self, order: PictureOrder) -> None:
        """Save the `copies` of `order`. Raises Conflict if its lease has expired and another run
        has it, or has done it."""
        self._update(
            (order.article, order.id),
            "SET copies = :copies",
            "lease = :lease",
            {
                ":copies": {"L": [{"S": name} for name in order.copies]},
                ":lease": {"S": order.lease},
            },
        )

    def put_off(self, order: PictureOrder, until: datetime | None) -> None:
        """End the lease: the rest is due at `until`, or at once. `tries` is saved. Raises Conflict
        as `remember` does."""
        self._update(
            (order.article, order.id),
            "SET due_sk = :until, tries = :tries REMOVE lease",
            "lease = :lease",
            {
                ":until": {"S": stamp(until) if until else AT_ONCE},
                ":tries": {"N": str(order.tries)},
                ":lease": {"S": order.lease},
            },
        )

    def end(self, order: PictureOrder) -> None:
        """Delete an order that is done. Raises Conflict as `remember` does."""
        with translated(f"end work on pictures of article {order.article}"):
            self._client.delete_item(
                TableName=self._name,
                Key=_order_key((order.article, order.id)),
                ConditionExpression="lease = :lease",
                ExpressionAttributeValues={":lease": {"S": order.lease}},
            )

    def put(self, order: PictureOrder) -> None:
        """Order more work; an order with the same id is due anew."""
        with translated(f"order work on pictures of article {order.article}"):
            self._client.put_item(TableName=self._name, Item=order_item(order))

    def drop(self, name: str, article: str, revision: int) -> None:
        """`article` no longer shows the renditions `name`. Raises Conflict unless it still has the
        `revision` at which that is so."""
        check = {
            "TableName": self._name,
            "Key": {"pk": {"S": f"article#{article}"}, "sk": {"S": "article"}},
            "ConditionExpression": "revision = :revision",
            "ExpressionAttributeValues": {":revision": {"N": str(revision)}},
        }
        delete = {"TableName": self._name, "Key": shows_item(name, article)}
        with translated(f"drop picture {name} of article {article}"):
            self._client.transact_write_items(
                TransactItems=[{"ConditionCheck": check}, {"Delete": delete}]
            )

    def shown_by(self, name: str, limit: int) -> list[str]:
        """Ids of up to `limit` of the articles that show the renditions `name`."""
        rows = query(self._client, self._name, "pk = :pk", {":pk": f"picture#{name}"}, Limit=limit)
        return [row["sk"]["S"].removeprefix("article#") for row in islice(rows, limit)]

    def _update(
        self, place: Place, update: str, condition: str, values: Item, **more: str
    ) -> dict[str, Any]:
        with translated(f"work on pictures of article {place[0]}"):
            answer: dict[str, Any] = self._client.update_item(
                TableName=self._name,
                Key=_order_key(place),
                UpdateExpression=update,
                ConditionExpression=condition,
                ExpressionAttributeValues=values,
                **more,
            )
        return answer


def order_item(order: PictureOrder) -> Item:
    """The row of a new order, which is due at once."""
    return {
        **item(order),
        **_order_key((order.article, order.id)),
        "due_pk": {"S": due_key("picture")},
        "due_sk": {"S": AT_ONCE},
    }


def shows_item(name: str, article: str) -> Item:
    """The row which says that `article` shows the renditions `name`."""
    return {"pk": {"S": f"picture#{name}"}, "sk": {"S": f"article#{article}"}}


def place_of(row: Item) -> Place:
    """The place of an order, from its row's keys."""
    return row["pk"]["S"].removeprefix("article#"), row["sk"]["S"].removeprefix(ORDER)


def _order_key(place: Place) -> Item:
    return {"pk": {"S": f"article#{place[0]}"}, "sk": {"S": f"{ORDER}{place[1]}"}}
