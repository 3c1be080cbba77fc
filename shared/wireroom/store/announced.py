"""The table's row of what the site's own hub was told: list → ETag of its feed.

announced    announced    announced
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wireroom.store.aws import translated
from wireroom.store.items import batch_get

_KEY = {"pk": {"S": "announced"}, "sk": {"S": "announced"}}


class Announced:
    """`client`: a boto3 DynamoDB client; `name`: the table's."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

    def read(self) -> dict[str, str]:
        rows = batch_get(self._client, self._name, [_KEY], "read what the hub was told")
        return {name: etag["S"] for row in rows for name, etag in row["etags"]["M"].items()}

    def write(self, etags: Mapping[str, str]) -> None:
        """Whoever writes last wins: at worst the hub is told of a feed once more."""
        with translated("write what the hub was told"):
            self._client.update_item(
                TableName=self._name,
                Key=_KEY,
                UpdateExpression="SET etags = :etags",
                ExpressionAttributeValues={
                    ":etags": {"M": {name: {"S": etag} for name, etag in etags.items()}}
                },
            )
