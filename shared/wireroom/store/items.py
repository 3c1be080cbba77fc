"""Wireroom's values ↔ DynamoDB's attribute values.

The values hold text, whole numbers, booleans, bytes, lists and maps only, so this is shorter and
several times faster than boto3's serialiser, which goes through Decimal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import msgspec

from wireroom.errors import Unavailable
from wireroom.store.aws import translated

T = TypeVar("T")
Item = dict[str, Any]  # attribute name → {"S": …}
SETTINGS: Item = {"pk": {"S": "settings"}, "sk": {"S": "settings"}}  # the key of their row
KEYS = 100  # in one BatchGetItem
ASKED = 5  # calls for keys that earlier answers left out


def item(value: msgspec.Struct, **more: str | int) -> Item:
    """The attributes of a struct, with `more` attributes (its keys)."""
    fields: dict[str, Any] = msgspec.to_builtins(value, builtin_types=(bytes,))
    return {name: _attribute(field) for name, field in (fields | more).items()}


def struct(row: Item, kind: type[T]) -> T:
    """The struct of the type `kind` in a row that `item` made. Attributes without a field are
    ignored."""
    return msgspec.convert({name: _plain(value) for name, value in row.items()}, kind)


def unchanged(row: Item | None, names: Iterable[str]) -> dict[str, Any]:
    """The condition on which a put replaces `row`: that the table still has its fields `names`.
    None: that there is no row yet."""
    if row is None:
        return {"ConditionExpression": "attribute_not_exists(pk)"}
    return {
        "ConditionExpression": " AND ".join(f"#{name} = :{name}" for name in names),
        "ExpressionAttributeNames": {f"#{name}": name for name in names},
        "ExpressionAttributeValues": {f":{name}": row[name] for name in names},
    }


def batch_get(client: Any, table: str, keys: list[Item], what: str) -> Iterator[Item]:
    """The rows under `keys` that exist, read consistently, in any order. KEYS in one call.

    `what`: for errors. Raises Unavailable if ASKED calls have not answered for all keys.
    """
    for start in range(0, len(keys), KEYS):
        wanted = {table: {"Keys": keys[start : start + KEYS], "ConsistentRead": True}}
        for _ in range(ASKED):
            if wanted:
                with translated(what):
                    answer = client.batch_get_item(RequestItems=wanted)
                yield from answer["Responses"].get(table, [])
                wanted = answer.get("UnprocessedKeys", {})
        if wanted:
            raise Unavailable(f"{what}: the table answered for a part of them only")


def _attribute(value: Any) -> Item:
    if isinstance(value, str):
        return {"S": value}
    if value is None:
        return {"NULL": True}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int):
        return {"N": str(value)}
    if isinstance(value, bytes):
        return {"B": value}
    if isinstance(value, dict):
        return {"M": {name: _attribute(field) for name, field in value.items()}}
    if isinstance(value, list | tuple):
        return {"L": [_attribute(field) for field in value]}
    raise TypeError(f"a row can't hold a {type(value).__name__}")


def _plain(attribute: Item) -> Any:
    if "S" in attribute:  # most are
        return attribute["S"]
    ((kind, value),) = attribute.items()
    match kind:
        case "N":
            return int(value)
        case "NULL":
            return None
        case "M":
            return {name: _plain(field) for name, field in value.items()}
        case "L":
            return [_plain(field) for field in value]
    return value
