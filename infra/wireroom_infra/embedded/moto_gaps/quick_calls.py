"""The calls that Wireroom makes most, handed to moto without HTTP between.

Two thirds of the time of a call went into layers that say nothing about Wireroom: botocore signed a
request, moto searched its URLs for the service and made a WSGI request, then read from that what
botocore had just written. Here a call of a service that speaks JSON goes from botocore's serializer
to the method of moto that answers it. `quick_objects` does the same for S3.

What stays as it was: botocore validates the parameters, runs its hooks (`before-send` among them,
where tests and moto look in), parses the answer, raises the error and retries; moto parses the
body, answers and serializes. So an answer is the same to its headers, and
tests/embedded/test_quick_calls.py compares. A call of another service, to another address (a
client of the port that the embedded AWS serves) or without moto goes over HTTP, as ever.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import moto.core.botocore_stubber as stubber
import moto.core.models as moto_models
import moto.sqs.models as sqs_models
from botocore.endpoint import Endpoint
from moto.core import responses
from moto.core.exceptions import HTTPException
from moto.core.utils import camelcase_to_underscores
from moto.dynamodb.responses import DynamoHandler
from moto.dynamodbstreams.responses import DynamoDBStreamsHandler
from moto.events.responses import EventsHandler
from moto.sqs.responses import SQSResponse
from moto.utilities.utils import get_partition
from werkzeug.http import http_date

from wireroom_infra.embedded.moto_gaps import quick_objects
from wireroom_infra.embedded.moto_gaps.core import ACCOUNT
from wireroom_infra.embedded.moto_gaps.quick_objects import ObjectRequest

Handler = type[responses.BaseResponse]
Answer = tuple[int, dict[str, Any], str | bytes]

# Service → moto's class that answers its calls, and those of its calls that tests compare. All of
# these services speak JSON: the operation stands in X-Amz-Target, the parameters in the body, and
# nothing in the address.
QUICK: dict[str, tuple[Handler, frozenset[str]]] = {
    "dynamodb": (
        DynamoHandler,
        frozenset(
            (
                "BatchGetItem",
                "DeleteItem",
                "GetItem",
                "PutItem",
                "Query",
                "Scan",
                "TransactWriteItems",
                "UpdateItem",
            )
        ),
    ),
    "dynamodbstreams": (
        DynamoDBStreamsHandler,
        frozenset(("DescribeStream", "GetRecords", "GetShardIterator")),
    ),
    "events": (EventsHandler, frozenset(("PutEvents",))),
    "sqs": (
        SQSResponse,
        frozenset(
            (
                "ChangeMessageVisibilityBatch",
                "DeleteMessageBatch",
                "GetQueueAttributes",
                "GetQueueUrl",
                "ReceiveMessage",
                "SendMessage",
                "SendMessageBatch",
            )
        ),
    ),
}


class QuickRequest:
    """What botocore and moto ask a request for, as botocore serialized it; never signed."""

    def __init__(self, handler: Handler, params: dict[str, Any]) -> None:
        self.handler = handler
        self.method: str = params["method"]
        self.url: str = params["url"]
        self.headers: dict[str, str] = params["headers"]
        self.body: bytes = params["body"]
        self.region: str = params["context"]["client_region"]
        # What moto's parser of parameters asks for.
        self.data = self.body
        self.path = "/"
        self.values: dict[str, str] = {}
        self.content_type = self.headers["Content-Type"]

    def reset_stream(self) -> None:
        """botocore rewinds the body before it tries again; this one is bytes."""

    def answer(self) -> Answer:
        """(status, headers, body), as `BotocoreStubber.process_request` gives them."""
        handler = self.handler()
        _set_up(handler, self)
        try:
            if handler.automated_parameter_parsing:
                handler.parse_parameters(self)
            status, headers, body = handler.call_action()
        except HTTPException as error:
            return error.code, error.get_headers(), error.get_body()
        return status, headers, body


def apply() -> None:
    """Correct botocore and moto; called once per process."""
    create_request = Endpoint.create_request

    def quick_or_not(self: Any, params: dict[str, Any], operation_model: Any = None) -> Any:
        at_aws = self.host.endswith(".amazonaws.com")
        quick = None
        if operation_model is not None and at_aws and moto_models.botocore_stubber.enabled:
            quick = _request(operation_model.service_model.service_name, operation_model, params)
        return quick or create_request(self, params, operation_model)

    Endpoint.create_request = quick_or_not
    process = stubber.BotocoreStubber.process_request

    def process_request(self: Any, request: Any) -> Any:
        if isinstance(request, QuickRequest | ObjectRequest):
            return request.answer()
        return process(self, request)

    stubber.BotocoreStubber.process_request = process_request
    underscores = cache(camelcase_to_underscores)
    responses.camelcase_to_underscores = sqs_models.camelcase_to_underscores = underscores


def _request(
    service: str, operation: Any, params: dict[str, Any]
) -> QuickRequest | ObjectRequest | None:
    if service == "s3":
        takes = quick_objects.takes(operation.name, params)
        return ObjectRequest(operation.name, params) if takes else None
    handler, operations = QUICK.get(service, (None, ()))
    return QuickRequest(handler, params) if handler and operation.name in operations else None


def _set_up(handler: Any, request: QuickRequest) -> None:
    """What `BaseResponse.setup_class` reads from a WSGI request."""
    handler.normalized_request = request
    handler.method = request.method
    handler.uri = request.url
    handler.path = handler.raw_path = request.path
    handler.headers = request.headers
    handler.raw_body = request.body
    handler.body = request.body.decode()
    handler.querystring = handler.data = {}
    handler.uri_match = {}
    handler.region = request.region
    handler.partition = get_partition(request.region)
    handler.current_account = ACCOUNT
    handler.is_werkzeug_request = False
    handler.response_headers = {"server": "amazon.com", "date": http_date(responses.utcnow())}
