"""The table's row of the last `apply`: who, when and from where.

applied    applied    applied

Each `apply` claims the row before it writes anything else, so of two that were decided on the same
settings only the first is carried out.
"""

from __future__ import annotations

from typing import Any

from wireroom.model import Applied
from wireroom.store.aws import translated
from wireroom.store.items import batch_get, item, struct, unchanged

_KEY = {"pk": {"S": "applied"}, "sk": {"S": "applied"}}


class LastApplied:
    """`client`: a boto3 DynamoDB client; `name`: the table's."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

    def read(self) -> Applied | None:
        """None before the first `apply`, or after those of an older release."""
        for row in batch_get(self._client, self._name, [_KEY], "read who applied last"):
            return struct(row, Applied)
        return None

    def write(self, old: Applied | None, new: Applied) -> None:
        """Raises Conflict if `old` is not the last one any more."""
        keys = {"pk": "applied", "sk": "applied"}
        condition = unchanged(item(old) if old else None, ["id"])
        with translated("claim the settings"):
            self._client.put_item(TableName=self._name, Item=item(new, **keys), **condition)
