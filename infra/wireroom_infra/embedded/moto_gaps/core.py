"""What all of moto's services share: one account, one call at a time, one server."""

from __future__ import annotations

import logging
import threading
from functools import cache, lru_cache
from itertools import count
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import moto.core.botocore_stubber as stubber
import moto.core.models as moto_models
from botocore import parsers
from botocore.auth import SigV4Auth
from botocore.regions import EndpointRulesetResolver
from moto.core import responses, serialize
from moto.core.base_backend import BaseBackend
from moto.core.common_models import BaseModel
from moto.moto_server.werkzeug_app import DomainDispatcherApplication
from moto.server import ThreadedMotoServer
from moto.utilities import aws_headers

ACCOUNT = "123456789012"
REGION = "eu-west-1"

# One call at a time: moto checks an S3 If-Match and stores the object in two steps, and its
# backends are plain dictionaries. In AWS each of these is atomic.
lock = threading.RLock()


def apply() -> None:
    """Correct moto; called once per process."""
    _atomic_calls()
    _memory()
    _quick_calls()


def _atomic_calls() -> None:
    process = stubber.BotocoreStubber.process_request

    def process_request(self: Any, request: Any) -> Any:
        with lock:
            response = process(self, request)
        if response is None and urlsplit(request.url).hostname not in ("127.0.0.1", "localhost"):
            # moto lets what it does not know go out to the network.
            raise ConnectionError(f"the embedded AWS does not answer for {request.url}")
        return response

    stubber.BotocoreStubber.process_request = process_request
    call = DomainDispatcherApplication.__call__

    def locked(self: Any, environ: Any, start_response: Any) -> Any:
        with lock:
            return call(self, environ, start_response)

    DomainDispatcherApplication.__call__ = locked
    # moto registers 1,300 patterns at each start for users of `requests`, of which there are none.
    moto_models.RESPONSES_METHODS.clear()


def _memory() -> None:
    # moto keeps every instance of every model for ever, to reset them; this driver does not need
    # it, and `wireroom up` runs for days.
    BaseModel.__new__ = staticmethod(lambda cls, *_args, **_kwargs: object.__new__(cls))


def _quick_calls() -> None:
    # A quarter of each call went into what nobody looks at: moto lists the methods of a class and
    # draws 52 letters for the request's id, and botocore works out a signature.
    responses.method_names_from_class = cache(responses.method_names_from_class)
    numbers = count()
    for module in (responses, aws_headers):
        module.gen_amzn_requestid_long = lambda headers: _request_id(headers, next(numbers))
    SigV4Auth.canonical_request = SigV4Auth.string_to_sign = lambda *_: ""
    SigV4Auth.signature = lambda *_: "0" * 64
    # moto makes the table of a service's URLs for each call, and the names under which each member
    # of an answer may stand. A listing has the time of each object, which both read as text.
    table, made = BaseBackend.urls.fget, dict[type, Any]()
    BaseBackend.urls = property(
        lambda self: made.get(type(self)) or made.setdefault(type(self), table(self))
    )
    _names_of_members()
    _addresses()
    parsers.DEFAULT_TIMESTAMP_PARSER = lru_cache(parsers.DEFAULT_TIMESTAMP_PARSER)
    serialize.parse_to_aware_datetime = lru_cache(serialize.parse_to_aware_datetime)


def _names_of_members() -> None:
    every, known = serialize.XFormedAttributePicker.get_possible_keys, dict[Any, list[str]]()

    def possible_keys(self: Any, context: Any) -> Any:
        if type(context.obj) is not dict:
            return every(self, context)
        member = context.shape, context.key
        if member not in known:
            known[member] = list(every(self, context))
        return known[member]

    serialize.XFormedAttributePicker.get_possible_keys = possible_keys


def _addresses() -> None:
    # botocore works out a service's address from the rules of all regions, for each call. What may
    # make it another one for the same client is the bucket that stands in it.
    construct = EndpointRulesetResolver.construct_endpoint
    known = WeakKeyDictionary[Any, dict[Any, Any]]()

    def construct_endpoint(
        self: Any, operation_model: Any, call_args: Any, request_context: Any
    ) -> Any:
        found = known.setdefault(self, {})
        what = operation_model.name, (call_args or {}).get("Bucket")
        if what not in found:
            found[what] = construct(self, operation_model, call_args, request_context)
        return found[what]

    EndpointRulesetResolver.construct_endpoint = construct_endpoint


def _request_id(headers: dict[str, Any], number: int) -> str:
    headers["x-amzn-requestid"] = request_id = f"{number:052d}"
    return request_id


def serve(port: int) -> ThreadedMotoServer:
    """moto's server on 127.0.0.1, over the same backends and under the same lock.

    `port` 0 takes a free one; `get_host_and_port` of what is returned says which.
    """
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # it logs each request
    server = ThreadedMotoServer("127.0.0.1", port, verbose=False)
    server.start()
    return server
