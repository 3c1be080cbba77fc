"""Each DynamoDB call of the embedded AWS made of DynamoDB Local as well: `pytest -p` this module.

It compares those of tests/pipeline (but for its slow tests) and tests/parity. A test in which an
answer differs fails, with the call and both answers. Each worker has a DynamoDB
Local of its own; each time the embedded AWS is emptied or deployed, an empty database there.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import moto.core.botocore_stubber as stubber
import moto.dynamodb.models as dynamodb_models
import pytest

from tests.parity.comparison import OF_THE_TABLE, Comparison, page_by_keys
from tests.parity.dynamodb_local import TARGET, DynamoDBLocal, LocalTable, definition
from wireroom_infra.embedded import moto_gaps
from wireroom_infra.embedded.moto_gaps.core import ACCOUNT, REGION, lock

COUNTED = "calls compared with DynamoDB Local"
PUT_AT_ONCE = 25  # the most that BatchWriteItem takes


class Copied:
    """Each table of the embedded AWS in DynamoDB Local."""

    def __init__(self, server: DynamoDBLocal) -> None:
        self._server = server
        self._copies: dict[str, tuple[Any, LocalTable]] = {}

    def forget(self) -> None:
        """The tables of the embedded AWS are about to hold something else."""
        for _, local in self._copies.values():
            local.drop()
        self._copies.clear()

    def of(self, name: str) -> LocalTable:
        """The copy of that table, made first with all that the table holds where there is none."""
        table = dynamodb_models.dynamodb_backends[ACCOUNT][REGION].get_table(name)
        copied, local = self._copies.get(name, (None, None))
        if local is None or copied is not table:
            local = self._server.table(definition(table.describe()["TableDescription"]))
            items = [item.to_json()["Attributes"] for item in table.all_items()]
            for start in range(0, len(items), PUT_AT_ONCE):
                puts = [{"PutRequest": {"Item": i}} for i in items[start : start + PUT_AT_ONCE]]
                local.must("BatchWriteItem", {"RequestItems": {name: puts}})
            self._copies[name] = table, local
        return local


@pytest.fixture(scope="session")
def dynamodb_local() -> Iterator[DynamoDBLocal]:
    server = DynamoDBLocal()
    yield server
    server.stop()


class Comparing:
    """Compares the calls of one test after the other."""

    def __init__(self, server: DynamoDBLocal) -> None:
        self._copied = Copied(server)
        self._comparison = Comparison()

    @contextmanager
    def calls(self) -> Iterator[Comparison]:
        """What comes of the calls that are made meanwhile."""
        moto_gaps.apply()  # or it would come between
        comparison, copied = self._comparison, self._copied
        comparison.calls.clear()
        comparison.differing.clear()
        copied.forget()  # a test whose calls are not compared may have come between
        process, empty = stubber.BotocoreStubber.process_request, moto_gaps.dynamodb.empty

        def process_request(stub: Any, request: Any) -> Any:
            target = _text(request.headers.get("X-Amz-Target", ""))
            operation = target.removeprefix(TARGET)
            if operation == target or operation in OF_THE_TABLE:
                return process(stub, request)
            with lock:  # the same order of writes on both sides
                asked = json.loads(request.body)
                local = copied.of(_table(asked))
                status, headers, body = process(stub, request)
                wanted = local.call(operation, _bytes(request.body))
                if (
                    wanted[0] == 200
                    and operation == "Scan"
                    and ("Limit" in asked or "ExclusiveStartKey" in asked)
                ):
                    wanted = wanted[0], page_by_keys(local.must, asked)
                comparison.compare(operation, asked, (status, json.loads(body)), wanted)
            return status, headers, body

        def emptied() -> None:
            copied.forget()
            empty()

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(stubber.BotocoreStubber, "process_request", process_request)
            patch.setattr(moto_gaps.dynamodb, "empty", emptied)
            yield comparison


@pytest.fixture(scope="session")
def _comparing(dynamodb_local: DynamoDBLocal) -> Comparing:
    return Comparing(dynamodb_local)


@pytest.fixture(autouse=True)
def comparison(request: pytest.FixtureRequest) -> Iterator[Comparison | None]:
    """What comes of the calls of one test; None for a test whose calls are not compared."""
    if not _is_compared(request.node):
        yield None
        return
    comparing: Comparing = request.getfixturevalue("_comparing")
    with comparing.calls() as found:
        yield found
    request.node.user_properties.append((COUNTED, dict(found.calls)))
    if found.differing:
        pytest.fail("\n".join(found.differing[:5]), pytrace=False)


def _is_compared(item: pytest.Item) -> bool:
    """Whether it is a test of the pipeline, but for the slow ones, or of the comparison."""
    folder = item.path.relative_to(item.config.rootpath).parts[1]
    return folder == "parity" or (folder == "pipeline" and not item.get_closest_marker("slow"))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    counted: Counter[str] = Counter()
    for report in (each for reports in terminalreporter.stats.values() for each in reports):
        if getattr(report, "when", "") == "teardown":
            counted.update(dict(report.user_properties).get(COUNTED, {}))
    each = ", ".join(f"{operation} {times:,}" for operation, times in counted.most_common())
    terminalreporter.line(f"{counted.total():,} {COUNTED}: {each}")


def _table(asked: Any) -> str:
    """The name of the one table that a request is about."""
    if "TransactItems" in asked:
        (asked,) = asked["TransactItems"][0].values()
    return asked["TableName"] if "TableName" in asked else next(iter(asked["RequestItems"]))


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()
