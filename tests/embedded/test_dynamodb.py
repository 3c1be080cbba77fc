"""Where the embedded DynamoDB must be DynamoDB, and moto is not by itself."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wireroom_infra.embedded import EmbeddedAWS

RECORDING = "seen = []\ndef handler(event, context):\n    seen.append(event)\n"


def row(name: str, **more: Any) -> dict[str, Any]:
    return {"pk": {"S": name}, "sk": {"S": "seen"}, **more}


def changes(aws: EmbeddedAWS) -> list[tuple[str, str]]:
    aws.drain()
    return [
        (r["eventName"], r["dynamodb"]["Keys"]["pk"]["S"])
        for event in aws.functions["Worker"].module.seen
        for r in event["Records"]
    ]


def put(aws: EmbeddedAWS, **item: Any) -> None:
    aws.client("dynamodb").put_item(TableName=aws.outputs["Table"], Item=row(**item))


def transact(aws: EmbeddedAWS, *puts: dict[str, Any]) -> None:
    aws.client("dynamodb").transact_write_items(
        TransactItems=[{"Put": {"TableName": aws.outputs["Table"], **put}} for put in puts]
    )


NEW = {"ConditionExpression": "attribute_not_exists(pk)"}


def test_a_cancelled_transaction_changes_nothing_and_leaves_no_record(deploy: Any) -> None:
    aws = deploy(RECORDING)
    put(aws, name="there", n={"N": "1"})
    with pytest.raises(ClientError) as refused:
        transact(
            aws,
            {"Item": row("new")},
            {"Item": row("there", n={"N": "2"}), **NEW},
        )
    reasons = [r["Code"] for r in refused.value.response["CancellationReasons"]]
    assert reasons == ["None", "ConditionalCheckFailed"]
    items = aws.client("dynamodb").scan(TableName=aws.outputs["Table"])["Items"]
    assert items == [row("there", n={"N": "1"})]
    assert changes(aws) == [("INSERT", "there")]


def test_the_stream_goes_on_after_a_cancelled_transaction(deploy: Any) -> None:
    aws = deploy(RECORDING)
    put(aws, name="a")
    assert changes(aws) == [("INSERT", "a")]
    with pytest.raises(ClientError):
        transact(aws, {"Item": row("b")}, {"Item": row("a"), **NEW})
    transact(aws, {"Item": row("c"), **NEW}, {"Item": row("d"), **NEW})
    assert changes(aws) == [("INSERT", "a"), ("INSERT", "c"), ("INSERT", "d")]


def test_a_cancelled_update_is_taken_back(deploy: Any) -> None:
    aws = deploy(RECORDING)
    put(aws, name="a", n={"N": "1"})
    table = aws.outputs["Table"]
    update = {
        "TableName": table,
        "Key": row("a"),
        "UpdateExpression": "SET n = :two",
        "ExpressionAttributeValues": {":two": {"N": "2"}},
    }
    delete = {"TableName": table, "Key": row("x"), "ConditionExpression": "attribute_exists(pk)"}
    with pytest.raises(ClientError):
        aws.client("dynamodb").transact_write_items(
            TransactItems=[{"Update": update}, {"Delete": delete}]
        )
    found = aws.client("dynamodb").get_item(TableName=table, Key=row("a"))["Item"]
    assert found == row("a", n={"N": "1"})


def test_a_write_that_changes_nothing_leaves_no_record(deploy: Any) -> None:
    aws = deploy(RECORDING)
    for _ in range(2):
        put(aws, name="a", n={"N": "1"})
    assert changes(aws) == [("INSERT", "a")]


def test_an_update_that_makes_an_item_leaves_one_record_with_all_of_it(deploy: Any) -> None:
    aws = deploy(RECORDING)
    aws.client("dynamodb").update_item(
        TableName=aws.outputs["Table"],
        Key=row("a"),
        UpdateExpression="SET n = :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )
    put(aws, name="b")
    assert changes(aws) == [("INSERT", "a"), ("INSERT", "b")]
    records = aws.functions["Worker"].module.seen[0]["Records"]
    assert records[0]["dynamodb"]["NewImage"] == row("a", n={"N": "1"})
    numbers = [int(r["dynamodb"]["SequenceNumber"]) for r in records]
    assert numbers[1] == numbers[0] + 1


def test_an_item_over_400_kb_is_refused(deploy: Any) -> None:
    aws = deploy(RECORDING)
    put(aws, name="a", t={"S": "x" * 409_000})
    with pytest.raises(ClientError, match="size"):
        put(aws, name="b", t={"S": "x" * 410_000})


def test_a_query_pages_in_both_directions(deploy: Any) -> None:
    aws = deploy(RECORDING)
    client, table = aws.client("dynamodb"), aws.outputs["Table"]
    for number in range(25):
        item = {"pk": {"S": "list"}, "sk": {"S": f"{number:02d}"}}
        client.put_item(TableName=table, Item=item)
        client.put_item(TableName=table, Item={**item, "pk": {"S": "other"}})
    for forward in (True, False):
        pages = client.get_paginator("query").paginate(
            TableName=table,
            KeyConditionExpression="pk = :p AND sk >= :from",
            ExpressionAttributeValues={":p": {"S": "list"}, ":from": {"S": "03"}},
            ScanIndexForward=forward,
            PaginationConfig={"PageSize": 7},
        )
        found = [item["sk"]["S"] for page in pages for item in page["Items"]]
        assert found == sorted((f"{n:02d}" for n in range(3, 25)), reverse=not forward)


@pytest.mark.parametrize("read", ["query", "scan"])
def test_a_page_that_meets_its_limit_exactly_has_a_key_to_go_on_from(
    aws: EmbeddedAWS, read: str
) -> None:
    client, table = aws.client("dynamodb"), aws.outputs["TableName"]
    for number in "123":
        item = {"pk": {"S": "list"}, "sk": {"S": number}, "seen": {"BOOL": number != "3"}}
        client.put_item(TableName=table, Item=item)
    asked = {
        "TableName": table,
        "Limit": 3,
        "FilterExpression": "seen = :yes",
        "ExpressionAttributeValues": {":yes": {"BOOL": True}},
    }
    if read == "query":
        asked["KeyConditionExpression"] = "pk = :p"
        asked["ExpressionAttributeValues"][":p"] = {"S": "list"}
    page = getattr(client, read)(**asked)
    assert (page["Count"], page["ScannedCount"]) == (2, 3)
    assert page["LastEvaluatedKey"] == {"pk": {"S": "list"}, "sk": {"S": "3"}}
    rest = getattr(client, read)(**asked, ExclusiveStartKey=page["LastEvaluatedKey"])
    assert (rest["Items"], "LastEvaluatedKey" in rest) == ([], False)
    assert "LastEvaluatedKey" not in getattr(client, read)(**asked | {"Limit": 4})


ATTRIBUTE = st.recursive(
    st.one_of(
        st.builds(lambda text: {"S": text}, st.text(max_size=20)),
        st.builds(lambda number: {"N": str(number)}, st.integers(-(10**12), 10**12)),
        st.builds(lambda data: {"B": data}, st.binary(min_size=1, max_size=10)),
        st.builds(lambda flag: {"BOOL": flag}, st.booleans()),
        st.just({"NULL": True}),
        st.builds(
            lambda texts: {"SS": sorted(texts)},
            st.sets(st.text(min_size=1), min_size=1, max_size=3),
        ),
    ),
    lambda inner: st.one_of(
        st.builds(lambda items: {"L": items}, st.lists(inner, max_size=3)),
        st.builds(
            lambda items: {"M": items}, st.dictionaries(st.text(min_size=1), inner, max_size=3)
        ),
    ),
    max_leaves=8,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=ATTRIBUTE)
def test_what_is_put_comes_back_by_every_way_of_reading(aws: EmbeddedAWS, value: Any) -> None:
    client, table = aws.client("dynamodb"), aws.outputs["TableName"]
    item = row("any", value=value, due_pk={"S": "due#x"}, due_sk={"S": "1"})
    client.put_item(TableName=table, Item=item)
    key = {"pk": item["pk"], "sk": item["sk"]}
    got = client.get_item(TableName=table, Key=key)["Item"]
    batch = client.batch_get_item(RequestItems={table: {"Keys": [key]}})["Responses"][table]
    query = client.query(
        TableName=table,
        KeyConditionExpression="pk = :p",
        ExpressionAttributeValues={":p": item["pk"]},
    )["Items"]
    due = client.query(
        TableName=table,
        IndexName="due",
        KeyConditionExpression="due_pk = :p AND due_sk <= :now",
        ExpressionAttributeValues={":p": item["due_pk"], ":now": {"S": "1"}},
    )["Items"]
    assert [got, *batch, *query] == [item] * 3
    assert due == [{name: item[name] for name in ("pk", "sk", "due_pk", "due_sk")}]
