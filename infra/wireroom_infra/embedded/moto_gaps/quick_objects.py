"""S3's calls that Wireroom makes most, handed to moto without HTTP between, as in `quick_calls`.

What they ask for stands in their address and their headers, and moto's methods are given what its
own dispatching would have found there.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from botocore.httpchecksum import AwsChunkedWrapper
from moto.core import responses
from moto.s3.exceptions import S3ClientError
from moto.s3.responses import S3Response
from moto.utilities.utils import get_partition
from werkzeug.datastructures import Headers
from werkzeug.http import http_date

from wireroom_infra.embedded.moto_gaps.core import ACCOUNT

OPERATIONS = frozenset(("GetObject", "HeadObject", "ListObjectsV2", "PutObject"))
_CHUNKED = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"  # the payload's hash, as botocore signs it


def takes(operation: str, params: dict[str, Any]) -> bool:
    """Whether a request that botocore has serialized is answered here."""
    if operation not in OPERATIONS or "Range" in params["headers"]:
        return False
    if operation == "PutObject" and not isinstance(params["body"], AwsChunkedWrapper):
        return False
    return bool(params["url"].startswith(f"https://{_bucket(params)}.s3."))


class ObjectRequest:
    """What botocore asks a request for, as botocore serialized it; never signed."""

    def __init__(self, operation: str, params: dict[str, Any]) -> None:
        self.operation = operation
        self.bucket = _bucket(params)
        self.region: str = params["context"]["client_region"]
        self.method: str = params["method"]
        self.url: str = params["url"]
        self.headers = Headers(params["headers"])
        self.body: Any = params["body"]
        if isinstance(self.body, AwsChunkedWrapper):
            self.headers["x-amz-content-sha256"] = _CHUNKED

    def reset_stream(self) -> None:
        """botocore rewinds the body before it tries again."""
        if isinstance(self.body, AwsChunkedWrapper):
            self.body.seek(0)

    def answer(self) -> tuple[int, dict[str, Any], str | bytes]:
        """(status, headers, body), as `BotocoreStubber.process_request` gives them."""
        moto = _Answers(self)
        try:
            answer = getattr(moto, self.operation)()
        except S3ClientError as error:
            answer = moto.serialized(responses.ActionResult(error))
        status, headers, body = moto._send_response(answer)
        return status, headers, body


def _bucket(params: dict[str, Any]) -> str:
    return str(params["context"]["input_params"]["Bucket"])


class _Answers(S3Response):  # type: ignore[misc]
    """moto's answers, by the name of the operation."""

    def __init__(self, request: ObjectRequest) -> None:
        """As `setup_class` does, which reads a WSGI request."""
        super().__init__()
        address = urlsplit(request.url)
        self.normalized_request = self.request = request
        self.method = request.method
        self.uri = request.url
        self.path = self.raw_path = address.path
        self.headers = request.headers
        self.raw_body = self.body = request.body
        if isinstance(request.body, AwsChunkedWrapper):
            self.raw_body = request.body.read()
            self.body = self._handle_encoded_body(self.raw_body)
        # What stands in the address, or else in the headers.
        self.query = self._get_querystring(request, request.url)
        self.querystring = self.data = {**(self.query or dict(request.headers))}
        self.region = request.region
        self.partition = get_partition(request.region)
        self.current_account = ACCOUNT
        self.bucket_name = request.bucket
        self.uri_match: dict[str, Any] = {}
        self.is_werkzeug_request = False
        self.response_headers = {"server": "amazon.com", "date": http_date(responses.utcnow())}

    def parse_key_name(self) -> str:
        return unquote(self.raw_path)[1:]

    def GetObject(self) -> Any:
        return self._key_response_get(self.query, self.parse_key_name())

    def HeadObject(self) -> Any:
        return self.head_object(self.bucket_name, self.query, self.parse_key_name(), self.headers)

    def PutObject(self) -> Any:
        return self._key_response_put(self.query, self.parse_key_name())

    def ListObjectsV2(self) -> Any:
        return self._bucket_response_get(self.bucket_name, self.query)
