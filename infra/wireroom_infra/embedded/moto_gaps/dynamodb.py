"""moto's DynamoDB, made true where streams and transactions need it, and quick.

moto copies the whole table for each transaction and sorts all of it for each query, so a newsroom
with 2,000 stories takes seconds for each write. Everything here is called under the one lock of
core.py.
"""

from __future__ import annotations

import copy
import functools
import inspect
from typing import Any

import moto.dynamodb.models as dynamodb_models
import moto.dynamodb.models.dynamo_type as types
import moto.dynamodb.models.table as tables
import moto.dynamodbstreams.models as streams_models
from moto.core.exceptions import JsonRESTError

from wireroom_infra.embedded.moto_gaps.core import ACCOUNT, REGION, lock

ITEM_BYTES = (
    400 * 1024
)  # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html


def apply() -> None:
    """Correct moto; called once per process."""
    _stream_records()
    _trimmed_records()
    _transactions()
    _full_pages()
    _queries()
    _values()


def shard(table_name: str) -> Any:
    """moto's stream of a table, which is one shard."""
    return dynamodb_models.dynamodb_backends[ACCOUNT][REGION].get_table(table_name).stream_shard


def stream_records(table_name: str, number: int, limit: int) -> list[dict[str, Any]]:
    """Up to `limit` records of a table's stream, as moto keeps them, not to be changed: those from
    a sequence number on, or from the oldest that is left."""
    with lock:
        stream = shard(table_name)
        found: list[dict[str, Any]] = stream.get(
            max(number, stream.starting_sequence_number), limit
        )
        return found


def forget_records(table_name: str, before: int) -> None:
    """Drop stream records older than a sequence number: moto keeps them for ever."""
    with lock:
        stream = shard(table_name)
        count = before - stream.starting_sequence_number
        if count > 0:
            del stream.items[:count]
            stream.starting_sequence_number += count
        streams_models.dynamodbstreams_backends[ACCOUNT][REGION].shard_iterators.clear()


def empty() -> None:
    """No item in any table, and no record in its stream."""
    for table in dynamodb_models.dynamodb_backends[ACCOUNT][REGION].tables.values():
        table.items.clear()
        shard = table.stream_shard
        if shard is not None:
            # Numbers go on, so that a sequence number never comes back.
            shard.starting_sequence_number += len(shard.items)
            shard.items.clear()


def items() -> dict[str, Any]:
    """Table name → its items, as `put_back` takes them; a copy."""
    stored = dynamodb_models.dynamodb_backends[ACCOUNT][REGION].tables
    return {name: copy.deepcopy(table.items) for name, table in stored.items()}


def put_back(kept: dict[str, Any]) -> None:
    """Those items in emptied tables, without a record in a stream."""
    stored = dynamodb_models.dynamodb_backends[ACCOUNT][REGION].tables
    for name, found in kept.items():
        stored[name].items = copy.deepcopy(found)


def _stream_records() -> None:
    add = tables.StreamShard.add

    # A write that changes nothing leaves no record in DynamoDB's streams.
    def add_change(self: Any, old: Any, new: Any) -> None:
        if old is None or new is None or old.attrs != new.attrs:
            add(self, old, new)

    tables.StreamShard.add = add_change
    update_item = dynamodb_models.DynamoDBBackend.update_item

    # moto writes a new item in two steps, and a record for each.
    def update(self: Any, table_name: str, *args: Any, **kwargs: Any) -> Any:
        shard = self.get_table(table_name).stream_shard
        before = len(shard.items) if shard is not None else 0
        item = update_item(self, table_name, *args, **kwargs)
        if shard is not None and len(shard.items) == before + 2:
            first = shard.items.pop(before)
            number = first.record["dynamodb"]["SequenceNumber"]
            shard.items[before].record["dynamodb"]["SequenceNumber"] = number
        return item

    dynamodb_models.DynamoDBBackend.update_item = update


def _trimmed_records() -> None:
    # moto fails an assertion of its own where DynamoDB says that records are gone.
    get = streams_models.DynamoDBStreamsBackend.get_shard_iterator

    def get_shard_iterator(
        self: Any, arn: str, shard_id: str, kind: str, sequence_number: int | None = None
    ) -> Any:
        shard = self._get_table_from_arn(arn).stream_shard
        if shard_id != shard.id:
            raise JsonRESTError("ResourceNotFoundException", f"there is no shard {shard_id}")
        if sequence_number is not None and sequence_number < shard.starting_sequence_number:
            raise JsonRESTError("TrimmedDataAccessException", f"{sequence_number} is trimmed")
        return get(self, arn, shard_id, kind, sequence_number)

    streams_models.DynamoDBStreamsBackend.get_shard_iterator = get_shard_iterator


def _transactions() -> None:
    # moto copies the whole table, the records of its stream included, before each transaction: the
    # cost of one grows with all that went before. On failure it puts the copy in the table's place,
    # so that whoever reads the stream goes on reading the original for ever. Here the copy is the
    # table itself, and a failed transaction is undone item by item.
    tables.Table.__deepcopy__ = lambda self, _memo: self
    transact = dynamodb_models.DynamoDBBackend.transact_write_items

    def transact_write_items(self: Any, transact_items: list[dict[str, Any]]) -> None:
        before = [
            _item_before(self.tables[operation["TableName"]], operation)
            for item in transact_items
            for operation in item.values()
            if operation.get("TableName") in self.tables
        ]
        shards = {id(t): t.stream_shard for t, *_ in before if t.stream_shard is not None}
        lengths = {name: len(shard.items) for name, shard in shards.items()}
        try:
            transact(self, transact_items)
        except Exception:
            for table, hash_key, range_key, item in reversed(before):
                if item is None:
                    table.items.get(hash_key, {}).pop(range_key, None)
                else:
                    table.items[hash_key][range_key] = item
            for name, shard in shards.items():
                del shard.items[lengths[name] :]
            raise

    dynamodb_models.DynamoDBBackend.transact_write_items = transact_write_items


def _item_before(table: Any, operation: dict[str, Any]) -> tuple[Any, Any, Any, Any]:
    """(table, hash key, range key, the item there or None) of one operation."""
    key = operation.get("Key") or operation["Item"]
    hash_key = types.DynamoType(key[table.hash_key_attr])
    range_key = types.DynamoType(key[table.range_key_attr]) if table.range_key_attr else None
    item = table.items.get(hash_key, {}).get(range_key)
    # Only an update changes an item in place.
    return (
        table,
        hash_key,
        range_key,
        copy.deepcopy(item) if "UpdateExpression" in operation else item,
    )


def _queries() -> None:
    query, all_items = tables.Table.query, tables.Table.all_items
    signature = inspect.signature(query)

    # A query looks at the items that have its hash key, not at every item of the table, sorted.
    def narrow_query(self: Any, hash_key: Any, *args: Any, **kwargs: Any) -> Any:
        if not self.range_key_attr:
            return query(self, hash_key, *args, **kwargs)
        index = signature.bind(self, hash_key, *args, **kwargs).arguments.get("index_name")
        if index:
            names = [k["AttributeName"] for k in self.get_index(index, True).schema]
            self._candidates = [
                item
                for items in self.items.values()
                for item in items.values()
                if all(name in item.attrs for name in names)
            ]
        else:
            self._candidates = list(self.items.get(hash_key, {}).values())
        try:
            return query(self, hash_key, *args, **kwargs)
        finally:
            self._candidates = None

    def candidates(self: Any) -> Any:
        found = getattr(self, "_candidates", None)
        return all_items(self) if found is None else found

    tables.Table.query = narrow_query
    tables.Table.all_items = candidates


def _full_pages() -> None:
    # DynamoDB stops at the Limit and does not look whether anything follows, so an answer that
    # meets it exactly has a LastEvaluatedKey; moto's has one only where more follows.
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.Pagination.html
    def with_last_key(name: str, unfiltered: tuple[str, ...]) -> None:
        read = getattr(tables.Table, name)
        signature = inspect.signature(read)

        @functools.wraps(read)
        def page(self: Any, *args: Any, **kwargs: Any) -> Any:
            found, looked_at, last = read(self, *args, **kwargs)
            given = signature.bind(self, *args, **kwargs)
            if last is None and looked_at and looked_at == given.arguments.get("limit"):
                # The last one that was looked at: a filter may have left it out.
                given.arguments.update(dict.fromkeys(unfiltered))
                every = read(*given.args, **given.kwargs)[0]
                last = self._get_last_evaluated_key(every[-1], given.arguments.get("index_name"))
            return found, looked_at, last

        setattr(tables.Table, name, page)

    with_last_key("query", ("filter_expression", "projection_expressions"))
    with_last_key("scan", ("filter_expression", "projection_expression"))


def _values() -> None:
    kind = types.DynamoType

    def plainly(name: str) -> None:
        slow = getattr(kind, name)
        compare = getattr(str, name)

        def quick(self: Any, other: Any) -> Any:
            if self.type == "S" and other.type == "S":
                return compare(self.value, other.value)
            return slow(self, other)

        setattr(kind, name, quick)

    for name in ("__lt__", "__le__", "__gt__", "__ge__"):
        plainly(name)

    slow_equal, slow_size, slow_json = kind.__eq__, kind.size, kind.to_regular_json

    # moto makes new objects of all that is in a map or list to compare, measure or copy it.
    def equal(self: Any, other: Any) -> Any:
        if self.type != other.type:
            return False
        plain = self.type in ("S", "M", "L")
        return self.value == other.value if plain else slow_equal(self, other)

    def size(self: Any) -> int:
        if self.type == "M":
            return sum(len(name.encode()) + each.size() for name, each in self.value.items())
        return len(self.value.encode()) if self.type == "S" else slow_size(self)

    def regular_json(self: Any) -> dict[str, Any]:
        if self.type == "M":
            return {"M": {name: each.to_regular_json() for name, each in self.value.items()}}
        if self.type == "L":
            return {"L": [each.to_regular_json() for each in self.value]}
        return {self.type: self.value} if self.type in ("S", "N") else slow_json(self)

    kind.__eq__, kind.__ne__ = equal, lambda self, other: not equal(self, other)
    kind.size, kind.to_regular_json = size, regular_json

    slow_hash = kind.__hash__
    kind.__hash__ = lambda self: hash(("S", self.value)) if self.type == "S" else slow_hash(self)

    # moto adds up the item's size again for each attribute; once is enough.
    types.LimitedSizeDict.__setitem__ = dict.__setitem__
    init = types.Item.__init__

    def checked(self: Any, hash_key: Any, range_key: Any, attrs: dict[str, Any]) -> None:
        init(self, hash_key, range_key, attrs)
        if self.size() > ITEM_BYTES:
            raise types.ItemSizeTooLarge

    types.Item.__init__ = checked
