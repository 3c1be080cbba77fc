"""DynamoDB's attribute values in requests and answers, read and written at once.

To the models of botocore and moto an attribute value (`{"S": "text"}`) is a structure of ten
members, and each value of each item was asked for all ten of them, under several aliases: by moto
for the request, by moto for the answer, and by botocore for the answer again. But in JSON a value
looks as it does in Python, but for its binaries.
"""

from __future__ import annotations

import base64
import functools
import json
from collections.abc import Callable
from typing import Any

import moto.dynamodb.responses as dynamodb_responses
from botocore import parsers
from moto.core import parse, serialize
from moto.dynamodb.models.dynamo_type import DynamoType

_PLAIN = frozenset(("S", "N", "BOOL", "NULL", "SS", "NS"))
_SINGLE = frozenset(("S", "N", "BOOL", "NULL"))


def apply() -> None:
    """Correct moto and botocore; called once per process."""
    _quick_reads(parse.BaseJSONParser, "_parse_structure")  # moto's, of a request
    _quick_reads(parsers.BaseJSONParser, "_handle_structure")  # botocore's, of an answer
    _quick_writes()


def _quick_reads(parser: Any, method: str) -> None:
    slow = getattr(parser, method)

    @functools.wraps(slow)
    def read(self: Any, shape: Any, value: Any) -> Any:
        if shape.name == "AttributeValue":
            try:
                return _from_json(value)
            except ValueError:  # not as it should be: the parser has its own words for that
                pass
        return slow(self, shape, value)

    setattr(parser, method, read)


def _from_json(value: Any) -> Any:
    """A value with its binaries as bytes. Raises ValueError where it is not an attribute value."""
    if not isinstance(value, dict) or len(value) != 1:
        raise ValueError
    ((kind, content),) = value.items()
    if content is None:
        raise ValueError
    if kind in _PLAIN:
        return value
    if kind == "M":
        return {"M": {name: _from_json(inner) for name, inner in content.items()}}
    if kind == "L":
        return {"L": [_from_json(inner) for inner in content]}
    if kind == "B":
        return {"B": base64.b64decode(content)}
    if kind == "BS":
        return {"BS": [base64.b64decode(each) for each in content]}
    raise ValueError


def _quick_writes() -> None:
    structure = serialize.ResponseSerializer._serialize_type_structure

    @functools.wraps(structure)
    def serialize_structure(self: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
        if shape.name == "AttributeValue" and key and isinstance(value, dict):
            self._default_serialize(serialized, value, shape, key)
        else:
            structure(self, serialized, value, shape, key)

    serialize.ResponseSerializer._serialize_type_structure = serialize_structure
    mapped = serialize.BaseJSONSerializer._serialize_type_map

    @functools.wraps(mapped)
    def serialize_map(self: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
        if shape.value.name == "AttributeValue" and all(type(v) is dict for v in value.values()):
            self._default_serialize(serialized, dict(value), shape, key)
        else:
            mapped(self, serialized, value, shape, key)

    serialize.BaseJSONSerializer._serialize_type_map = serialize_map
    dynamodb_responses.dynamo_to_dict = _plainly(dynamodb_responses.dynamo_to_dict)
    serialize.BaseJSONSerializer._serialize_body = lambda _, body: json.dumps(body, default=_text)


def _plainly(slow: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """moto's values of an answer as JSON has them; `slow` for those with more to them."""

    def plain(value: Any) -> Any:
        kind = type(value)
        if kind is str:
            return value
        if kind is dict:
            return {name: plain(inner) for name, inner in value.items()}
        if kind is list:
            return [plain(inner) for inner in value]
        if kind is DynamoType:
            if value.type in _SINGLE:
                return {value.type: value.value}
            if value.type in ("M", "L"):
                return {value.type: plain(value.value)}
        return slow(value)

    return plain


def _text(value: Any) -> str:
    """Binaries as they stand in JSON."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"{value!r} can't be written as JSON")
