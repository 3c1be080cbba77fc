"""What the plugin compares: each call of the embedded AWS, from an empty table on."""

from __future__ import annotations

import moto.dynamodb.comparisons as comparisons
import moto.dynamodb.models.table as tables
import pytest

from tests.parity.comparison import Comparison
from wireroom_infra.embedded import EmbeddedAWS

KEY = {"pk": {"S": "feed#a"}, "sk": {"S": "feed"}}


def test_a_mistake_of_the_embedded_aws_is_noticed(
    aws: EmbeddedAWS, comparison: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparisons.FuncAttrExists, "expr", lambda *_: True)
    aws.client("dynamodb").put_item(
        TableName=aws.outputs["TableName"], Item=KEY, ConditionExpression="attribute_exists(pk)"
    )
    (found,) = comparison.differing
    comparison.differing.clear()
    assert found.startswith("PutItem")
    assert "feed#a" in found
    assert "ConditionalCheckFailedException" in found


def test_a_page_of_a_scan_that_is_not_the_next_is_noticed(
    aws: EmbeddedAWS, comparison: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, name = aws.client("dynamodb"), aws.outputs["TableName"]
    for number in range(7):
        client.put_item(TableName=name, Item=KEY | {"pk": {"S": f"feed#{number}"}})

    def sizes() -> list[int]:
        pages = client.get_paginator("scan").paginate(TableName=name, Limit=3)
        return [len(page["Items"]) for page in pages]

    assert sizes() == [3, 3, 1]
    assert not comparison.differing
    scan = tables.Table.scan
    monkeypatch.setattr(
        tables.Table, "scan", lambda *asked, **more: (*scan(*asked, **more)[:2], None)
    )
    assert sizes() == [3]
    assert comparison.differing
    comparison.differing.clear()


def test_a_reset_leaves_nothing_of_what_was_there_before(
    aws: EmbeddedAWS, comparison: Comparison
) -> None:
    client, name = aws.client("dynamodb"), aws.outputs["TableName"]
    for _ in range(2):
        assert "Item" not in client.get_item(TableName=name, Key=KEY)
        client.put_item(TableName=name, Item=KEY | {"hosts": {"B": b"\0"}})
        assert "Item" in client.get_item(TableName=name, Key=KEY)
        aws.reset()
    assert comparison.calls == {"GetItem": 4, "PutItem": 2}
