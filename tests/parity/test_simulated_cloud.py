"""The simulation's own DynamoDB answers as Amazon's does."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import suppress
from functools import partial
from typing import Any
from unittest.mock import patch

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from tests.conftest import SharedStack
from tests.parity.comparison import PAGED, Comparison, places
from tests.parity.dynamodb_local import DynamoDBLocal, LocalTable, as_json, definition
from tests.simulation.chance import run
from tests.simulation.cloud import Cloud, Item
from tests.simulation.simulation import Simulation
from tests.simulation.stage import Stage
from wireroom.store.articles import Articles
from wireroom.store.listings import Listings
from wireroom.store.queries import due, due_key, query
from wireroom_infra.embedded import EmbeddedAWS

SEEDS = 30
BIG = {"S": "x" * 100_000}
_page = Cloud._page


class Both:
    """`answer` takes the place of the simulated cloud's own, which it compares.

    DynamoDB says where a page of 1 MB ends, and in which order lies what may lie in any: the
    simulated cloud has it the same way. Where the simulation wants a smaller page, it is a Limit.
    `pages`: how many were `cut`, `full` (Limit), ended at `1 MB`, and went `further` than another.
    """

    def __init__(self, table: LocalTable, comparison: Comparison) -> None:
        cloud_answer = Cloud.answer
        self.pages: Counter[str] = Counter()

        def answer(cloud: Cloud, service: str, operation: str, params: Any) -> Any:
            if service != "dynamodb":
                return cloud_answer(cloud, service, operation, params)
            limit = params.get("Limit", 0)
            cut = cloud.cut() if operation == "Scan" or (operation == "Query" and not limit) else 0
            self.pages["cut"] += bool(cut)
            least = min((n for n in (limit, cut) if n), default=0)
            asked = {**params, "Limit": least} if least else params
            status, wanted = table.call(operation, as_json(asked))
            if operation in PAGED and status == 200:
                looked_at = wanted.pop("ScannedCount")  # Wireroom has no use for it
                if "LastEvaluatedKey" in wanted:
                    self.pages["full" if looked_at == least else "1 MB"] += 1
                    cut = looked_at
                self.pages["further"] += "ExclusiveStartKey" in asked
            order = places(table.must, operation, params)
            with (
                patch.object(cloud, "cut", lambda: cut),
                patch.object(cloud, "place", order.__getitem__),
            ):
                try:
                    given = cloud_answer(cloud, service, operation, params)
                    found = 200, json.loads(as_json(_counted(given)))
                except ClientError as error:
                    given, found = error, _on_the_wire(error)
            comparison.compare(operation, json.loads(as_json(asked)), found, (status, wanted))
            if isinstance(given, Exception):
                raise given
            return given

        self.answer = answer


def test_the_simulated_cloud_answers_as_dynamodb_local_does(
    shared_stack: SharedStack, dynamodb_local: DynamoDBLocal, comparison: Comparison
) -> None:
    aws = shared_stack.start()
    aws.reset()
    pages: Counter[str] = Counter()
    for seed in range(SEEDS):
        both = Both(table_like(aws, dynamodb_local), comparison)
        with pytest.MonkeyPatch.context() as patched, Stage(aws) as stage:
            patched.setattr(Cloud, "answer", both.answer)
            patched.setattr(Simulation, "_lag", lambda _: 0)
            assert not run(stage, seed).problems
        pages += both.pages
    assert comparison.calls.total() > 100 * SEEDS
    assert pages["cut"]
    assert pages["full"]
    assert pages["further"]


@pytest.mark.parametrize("size", [None, 7, 10])
def test_its_pages_follow_each_other_as_those_of_dynamodb_local_do(
    aws: EmbeddedAWS, dynamodb_local: DynamoDBLocal, comparison: Comparison, size: int | None
) -> None:
    both = Both(table_like(aws, dynamodb_local), comparison)
    read_pages(aws, both, size)
    assert both.pages["1 MB"] > 5
    assert both.pages["further"] > 10
    assert bool(both.pages["full"]) is bool(size)


def _a_row_too_many(self: Cloud, rows: list[Item], limit: int, keys: list[str]) -> Any:
    return _page(self, rows, limit + 1 if limit else 0, keys)


def _none_after_the_first(self: Cloud, rows: list[Item], limit: int, keys: list[str]) -> Any:
    page = _page(self, rows, limit, keys)
    page.pop("LastEvaluatedKey", None)
    return page


def _never_empty(self: Cloud, rows: list[Item], limit: int, keys: list[str]) -> Any:
    return _page(self, rows, limit, keys) if len(rows) > limit else {"Items": rows}


@pytest.mark.parametrize("page", [_a_row_too_many, _none_after_the_first, _never_empty])
def test_a_mistake_in_its_pages_is_noticed(
    aws: EmbeddedAWS, dynamodb_local: DynamoDBLocal, comparison: Comparison, page: Any
) -> None:
    both = Both(table_like(aws, dynamodb_local), comparison)
    with patch.object(Cloud, "_page", page), suppress(AssertionError):
        read_pages(aws, both, 10)
    assert comparison.differing
    comparison.differing.clear()


def read_pages(aws: EmbeddedAWS, both: Both, size: int | None) -> None:
    """What the store's reads find in 6 MB, in pages of `size` (None: as large as they may be)."""
    client, name = aws.client("dynamodb"), aws.outputs["TableName"]
    cloud = Stage(aws).cloud()
    cloud.now = aws.clock.now
    made = lambda _, *call: both.answer(cloud, "dynamodb", *call)  # noqa: E731
    listed = [{"pk": {"S": "list#home"}, "sk": {"S": f"{n:03}"}, "body": BIG} for n in range(30)]
    held = [
        {"pk": {"S": f"article#{n}"}, "sk": {"S": "waiting"}, "hosts": BIG}
        | {"due_pk": {"S": due_key("held")}, "due_sk": {"S": str(n // 8)}}
        for n in range(30)
    ]
    most = {"Limit": size} if size else {}
    home = partial(query, client, name, "pk = :pk", {":pk": "list#home"}, **most)
    with patch.object(BaseClient, "_make_api_call", made):
        for row in (*listed, *held):
            client.put_item(TableName=name, Item=row)
        assert list(home(ScanIndexForward=True)) == listed
        assert list(home(ScanIndexForward=False)) == listed[::-1]
        assert Listings(client, name).count("home") == len(listed)
        found = due(client, name, "held", "look for held stories")
        assert sorted(found) == sorted(row["pk"]["S"] for row in held)
        after = Articles(client, name).scan("", 15).following
        while after:
            after = Articles(client, name).scan(after, 15).following


def table_like(aws: EmbeddedAWS, server: DynamoDBLocal) -> LocalTable:
    client, name = aws.client("dynamodb"), aws.outputs["TableName"]
    return server.table(definition(client.describe_table(TableName=name)["Table"]))


def _counted(answer: dict[str, Any]) -> dict[str, Any]:
    return answer | ({"Count": len(answer["Items"])} if "Items" in answer else {})


def _on_the_wire(error: ClientError) -> tuple[int, Any]:
    response = error.response
    return response["ResponseMetadata"]["HTTPStatusCode"], {
        "__type": response["Error"]["Code"],
        "CancellationReasons": response.get("CancellationReasons"),
    }
