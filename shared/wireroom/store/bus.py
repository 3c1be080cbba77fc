"""The bus of editors' events, as those who send see it."""

from __future__ import annotations

import json
from typing import Any

from wireroom.errors import Unavailable
from wireroom.store.aws import translated
from wireroom.store.bodies import Bodies

# Bytes of an event's detail in ASCII, the longest that JSON makes of it on its way. A larger one
# has its body in the content bucket. EventBridge and SQS took 256 KB for years and take 1 MB since
# January 2026, but their documentation does not say so everywhere. What is left of 256 KB is for
# what EventBridge puts around the detail, and for the reason of a dead letter.
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html
ROOM = 200_000


class Bus:
    """`client`: a boto3 EventBridge client. `bodies`: where a body goes for which an event has no
    room."""

    def __init__(self, client: Any, name: str, bodies: Bodies) -> None:
        self._client = client
        self._name = name
        self._bodies = bodies

    def put(self, action: str, detail: dict[str, Any]) -> None:
        """Send the event of `action`, whose fields are `detail`; a large body by reference. Raises
        Unavailable when the bus or the content bucket does not accept it."""
        sent = detail
        if "body" in detail and len(json.dumps(detail)) > ROOM:
            body_ref = self._bodies.put_edit(detail["body"])  # before the event that names it
            rest = {name: value for name, value in detail.items() if name != "body"}
            sent = rest | {"body_ref": body_ref}
        entry = {
            "EventBusName": self._name,
            "Source": "wireroom",
            "DetailType": action,
            "Detail": json.dumps(sent, ensure_ascii=False),
        }
        with translated(f"send {action}"):
            answer = self._client.put_events(Entries=[entry])
        if answer["FailedEntryCount"]:  # it is in an answer with the status 200
            failed = answer["Entries"][0]
            why = f"{failed.get('ErrorCode', '')} {failed.get('ErrorMessage', '')}".strip()
            raise Unavailable(f"{action}: EventBridge did not accept the event: {why}")
